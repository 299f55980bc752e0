"""The inventory that shop/stock.yml names: changed while it runs, wrong while it runs, shown to whoever sets it up."""

from __future__ import annotations

import os
import time
from datetime import datetime, timezone
from pathlib import Path

import pytest

from bot.adapters.inventories.configured import ConfiguredInventory
from bot.adapters.inventories.shown import as_lines
from bot.adapters.sqlite_inventory import SqliteInventory
from bot.ports import InventoryError, ShopFileError
from tests.small_shop import SHOP

FOLDER = """source: folder
prices: true
folder: {path: ., files: "*.txt", columns: {sku: sku, quantity: qty, price: price, currency: currency}, settle_seconds: 0}
"""
TABLE = "sku,qty,price,currency\nl18-WHITE-1.5l,7,199,CNY\nD20-1.2L,0,42,USD\n"


class RealClock:
    def now(self) -> datetime:
        return datetime.now(timezone.utc)


def make(folder: Path, text: str = "", table: str = TABLE) -> ConfiguredInventory:
    if text:
        (folder / "stock.yml").write_text(text, encoding="utf-8")
    path = folder / "export.txt"
    path.write_text(table, encoding="utf-8")
    os.utime(path, (time.time() - 90, time.time() - 90))
    embedded = SqliteInventory(folder / "embedded.sqlite", lambda: SHOP, RealClock())
    return ConfiguredInventory(folder, embedded, lambda: SHOP, RealClock(), {})


def quantity(inventory: ConfiguredInventory) -> int | None:
    return inventory.stock(("L18-white-1.5L",))["L18-white-1.5L"].quantity


@pytest.fixture(autouse=True)
def looks_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.adapters.inventories.configured.LOOK_EVERY", 0)


def test_the_embedded_inventory_stands_in_where_nothing_is_configured(tmp_path: Path) -> None:
    inventory = make(tmp_path)
    assert (inventory.source, inventory.gives_prices, quantity(inventory)) == ("embedded", False, 120)
    assert inventory.set_quantity("L18-white-1.5L", 3) and quantity(inventory) == 3


def test_the_configured_system_is_asked_and_not_written_to(tmp_path: Path) -> None:
    inventory = make(tmp_path, FOLDER)
    assert (inventory.source, inventory.gives_prices, quantity(inventory)) == ("export", True, 7)
    with pytest.raises(InventoryError, match=r"kept in export \(shop/stock.yml\); change it there"):
        inventory.set_quantity("L18-white-1.5L", 3)


def test_another_system_is_taken_over_while_it_runs(tmp_path: Path) -> None:
    inventory = make(tmp_path)
    assert quantity(inventory) == 120
    (tmp_path / "stock.yml").write_text(FOLDER, encoding="utf-8")
    assert quantity(inventory) == 7


def test_a_file_that_turns_wrong_is_told_once_and_the_last_good_one_stays(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    inventory = make(tmp_path, FOLDER)
    (tmp_path / "stock.yml").write_text("source: nothing\n", encoding="utf-8")
    assert [quantity(inventory) for _ in range(3)] == [7, 7, 7]
    assert caplog.text.count("stock_file_wrong") == 1 and "line 1" in caplog.text


def test_a_file_that_is_wrong_from_the_start_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ShopFileError, match="stock.yml, line 1"):
        make(tmp_path, "source: nothing\n")


def test_an_export_that_is_too_old_is_never_told(tmp_path: Path) -> None:
    with pytest.raises(InventoryError, match="older than the shop allows"):
        quantity(make(tmp_path, FOLDER + "oldest_minutes: 1\n"))


def test_what_it_sees_is_shown_a_line_a_sku_with_what_is_missing_and_what_is_refused(tmp_path: Path) -> None:
    lines, unseen = as_lines(("L18-white-1.5L", "D20-1.2L", "H3-white-4L"), make(tmp_path, FOLDER))
    assert unseen == 1
    assert lines[0].startswith("L18-white-1.5L  in stock, 7, 199 CNY  (")
    assert lines[1].startswith("D20-1.2L        none, 0  (")
    assert "not held" in lines[2]
    assert lines[3] == "export: 2 of 3 SKUs are known there."
    assert lines[4] == "Prices in USD are not used: the shop's currency is CNY."
