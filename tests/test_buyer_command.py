"""`nightdesk buyer`: find, export, and erase, which asks once more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import bootstrap
from bot.adapters.store import Store
from bot.cli import main
from tests.small_shop import EVENING

CACHED = (bootstrap.settings, bootstrap.database, bootstrap.clock)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The store of an installation in which one buyer has written."""
    monkeypatch.setenv("NIGHTDESK_DATA", str(tmp_path))
    for cached in CACHED:
        cached.cache_clear()
    kept = Store(bootstrap.database())
    kept.accept("api:4711", "m", "打我电话 13812345678", [], "zh", EVENING)
    yield kept
    for cached in CACHED:
        cached.cache_clear()


def test_a_buyer_is_found_and_exported(store: Store, capsys: pytest.CaptureFixture) -> None:
    assert main(["buyer", "find", "13812345678"]) == 0
    assert capsys.readouterr().out.split()[0] == "api:4711"
    assert main(["buyer", "export", "api:4711"]) == 0
    assert json.loads(capsys.readouterr().out)["messages"][0]["text"] == "打我电话 13812345678"


@pytest.mark.parametrize("said, left", [("yes", False), ("no", True), ("", True)])
def test_erasing_asks_once_more(store: Store, monkeypatch: pytest.MonkeyPatch, said: str, left: bool) -> None:
    monkeypatch.setattr("builtins.input", lambda _: said)
    assert main(["buyer", "erase", "api:4711"]) == int(left)
    assert bool(store.thread("api:4711")) is left


def test_with_yes_it_does_not_ask(store: Store) -> None:
    assert main(["buyer", "erase", "api:4711", "--yes"]) == 0
    assert store.thread("api:4711") == []


@pytest.mark.parametrize("what", ["find", "export", "erase"])
def test_nobody_is_said_to_be_nobody(store: Store, capsys: pytest.CaptureFixture, what: str) -> None:
    assert main(["buyer", what, "api:nobody"]) == 1
    assert "Nothing is kept of “api:nobody”" in capsys.readouterr().err
