"""The page of promises names tests that exist."""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))


@pytest.mark.parametrize("path, name", NAMED, ids=[name for _, name in NAMED])
def test_a_test_that_the_page_names_is_there(path: str, name: str) -> None:
    assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8")


def test_every_promise_has_a_test() -> None:
    table = PAGE.split("| --- | --- | --- | --- |\n")[1].split("\n\n")[0].splitlines()
    assert len(table) >= 12
    assert [line for line in table if "::test_" not in line] == []
