"""A changed file is read by the running bot; a wrong one is said, and the last good shop kept."""

from __future__ import annotations

import logging
import shutil
import threading
from pathlib import Path

import pytest

from bot.adapters import live_shop
from bot.adapters.live_shop import LiveShop
from bot.ports import ShopFileError

SHOP = Path(__file__).parents[2] / "shop"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shop that is looked at at every use."""
    monkeypatch.setattr(live_shop, "LOOK_EVERY", 0.0)
    return Path(shutil.copytree(SHOP, tmp_path / "shop"))


def edit(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_changed_fact_is_read(folder: Path) -> None:
    shop = LiveShop(folder)
    assert shop.current().handover.bulk_from == 10
    edit(folder, "handover.yml", "bulk_from: 10", "bulk_from: 120")
    assert shop.current().handover.bulk_from == 120


def test_an_unchanged_shop_stays_the_same_value(folder: Path) -> None:
    shop = LiveShop(folder)
    assert shop.current() is shop.current()


def test_a_wrong_file_keeps_the_last_good_shop_and_says_so_once(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    shop = LiveShop(folder)
    edit(folder, "handover.yml", "bulk_from: 10", "bulk_from: ten pieces")
    with caplog.at_level(logging.ERROR):
        assert [shop.current().handover.bulk_from for _ in range(3)] == [10, 10, 10]
    (record,) = caplog.records
    assert "handover.yml, line" in record.getMessage()


def test_a_mended_file_is_read_again(folder: Path) -> None:
    shop = LiveShop(folder)
    edit(folder, "handover.yml", "bulk_from: 10", "bulk_from: ten pieces")
    shop.current()
    edit(folder, "handover.yml", "bulk_from: ten pieces", "bulk_from: 200")
    assert shop.current().handover.bulk_from == 200


def test_a_file_that_vanished_keeps_the_last_good_shop(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    shop = LiveShop(folder)
    (folder / "offers.yml").unlink()
    assert shop.current().offers.off == 20
    assert "offers.yml, line 1: the file is missing" in caplog.text


def test_a_folder_that_vanished_keeps_the_last_good_shop(folder: Path) -> None:
    shop = LiveShop(folder)
    shutil.rmtree(folder)
    assert shop.current().offers.off == 20


def test_a_wrong_folder_at_the_start_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ShopFileError):
        LiveShop(tmp_path)


def test_the_folder_is_not_looked_at_more_often_than_needed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = LiveShop(folder)
    monkeypatch.setattr(live_shop, "LOOK_EVERY", 3600.0)
    edit(folder, "handover.yml", "bulk_from: 10", "bulk_from: 120")
    assert shop.current().handover.bulk_from == 10


def test_a_large_folder_is_read_aside_and_the_old_shop_given_until_it_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = LiveShop(folder)
    let, read = threading.Event(), live_shop.load_shop
    monkeypatch.setattr(live_shop, "load_shop", lambda folder: let.wait(10) and read(folder))
    monkeypatch.setattr(live_shop, "PATIENCE", 0.05)
    edit(folder, "handover.yml", "bulk_from: 10", "bulk_from: 120")
    assert [shop.current().handover.bulk_from for _ in range(3)] == [10, 10, 10]
    let.set()
    shop._reading.join(10)
    assert shop.current().handover.bulk_from == 120
