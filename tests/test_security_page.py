"""The page about security names tests that exist, and settings that are settings."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from bot.settings import PREFIX, Settings
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)


@pytest.mark.parametrize("path, name", NAMED, ids=[name for _, name in NAMED])
def test_a_test_that_the_page_names_is_there(path: str, name: str) -> None:
    assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8")


def test_every_threat_has_a_test() -> None:
    table = PAGE.split("| --- | --- | --- |\n")[1].split("\n\n")[0].splitlines()
    assert len(table) >= 25
    assert [line for line in table if "::test_" not in line] == []


@pytest.mark.parametrize("page", ["security.md", "operating.md"])
def test_a_setting_that_a_page_names_is_one(page: str) -> None:
    known = {PREFIX + entry.name.upper() for entry in fields(Settings)}
    assert set(re.findall(r"NIGHTDESK_[A-Z_]+", (ROOT / "docs" / page).read_text(encoding="utf-8"))) <= known
