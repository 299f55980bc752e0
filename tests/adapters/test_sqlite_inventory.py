"""The embedded inventory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.sqlite_inventory import SqliteInventory
from bot.core.shop import Shop
from bot.ports import InventoryError, Stock
from tests.small_shop import EVENING, SHOP, make_shop

SKU = "L18-white-1.5L"


class FixedClock:
    def now(self):
        return EVENING


class ChangingShop:
    def __init__(self) -> None:
        self.shop = SHOP

    def __call__(self) -> Shop:
        return self.shop

    def open_with(self, sku: str, **changes) -> None:
        """Changes a row of the opening stock, as an edit of variants.csv does."""
        product = self.shop.product(self.shop.by_sku[sku].product)
        variants = tuple(replace(v, **changes) if v.sku == sku else v for v in product.variants)
        products = {**self.shop.products, product.id: replace(product, variants=variants)}
        self.shop = make_shop(products=products, version=f"{self.shop.version}+")

    def touch(self) -> None:
        self.shop = replace(self.shop, version=f"{self.shop.version}+")


@pytest.fixture
def shop() -> ChangingShop:
    return ChangingShop()


@pytest.fixture
def inventory(tmp_path: Path, shop: ChangingShop) -> SqliteInventory:
    return SqliteInventory(tmp_path / "deep" / "inventory.sqlite", shop, FixedClock())


def quantity(inventory: SqliteInventory, sku: str = SKU) -> int | None:
    return inventory.stock((sku,))[sku].quantity


def test_is_filled_from_the_opening_stock(inventory: SqliteInventory) -> None:
    held = inventory.stock((SKU, "Y915-grey-1.75L", "K17-green-1.7L"))
    assert held == {
        SKU: Stock(SKU, 120, None, False, EVENING, "inventory"),
        "Y915-grey-1.75L": Stock("Y915-grey-1.75L", 0, 7, False, EVENING, "inventory"),
        "K17-green-1.7L": Stock("K17-green-1.7L", 0, None, True, EVENING, "inventory"),
    }


def test_what_it_does_not_hold_is_absent_and_no_error(inventory: SqliteInventory) -> None:
    assert inventory.stock(("NOPE",)) == {}
    assert inventory.stock(()) == {}


def test_what_was_sold_stays_sold(inventory: SqliteInventory, shop: ChangingShop) -> None:
    assert inventory.set_quantity(SKU, 3) is True
    shop.touch()
    assert quantity(inventory) == 3


def test_what_was_sold_stays_sold_over_a_restart(
    inventory: SqliteInventory, shop: ChangingShop, tmp_path: Path
) -> None:
    inventory.stock((SKU,))
    inventory.set_quantity(SKU, 3)
    again = SqliteInventory(tmp_path / "deep" / "inventory.sqlite", shop, FixedClock())
    assert quantity(again) == 3


def test_a_changed_opening_stock_is_applied(inventory: SqliteInventory, shop: ChangingShop) -> None:
    inventory.stock((SKU,))
    inventory.set_quantity(SKU, 3)
    shop.open_with(SKU, opening_stock=77)
    assert quantity(inventory) == 77


def test_a_changed_return_date_is_applied_and_leaves_the_others(inventory: SqliteInventory, shop: ChangingShop) -> None:
    inventory.set_quantity("D20-1.2L", 9)
    shop.open_with("Y915-grey-1.75L", back_in_days=2)
    assert inventory.stock(("Y915-grey-1.75L",))["Y915-grey-1.75L"].back_in_days == 2
    assert quantity(inventory, "D20-1.2L") == 9


def test_an_unknown_number_is_unknown_and_not_nought(inventory: SqliteInventory) -> None:
    inventory.stock((SKU,))
    inventory.set_quantity(SKU, None)
    assert quantity(inventory) is None


def test_says_whether_it_holds_what_is_set(inventory: SqliteInventory) -> None:
    inventory.stock((SKU,))
    assert inventory.set_quantity("NOPE", 1) is False


def test_many_at_once_are_asked(tmp_path: Path) -> None:
    inventory = SqliteInventory(tmp_path / "i.sqlite", lambda: SHOP, FixedClock())
    assert len(inventory.stock(tuple(SHOP.by_sku))) == len(SHOP.by_sku)


def test_garbage_in_the_file_is_an_error_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "inventory.sqlite"
    path.write_bytes(b"this is no database, " * 500)
    inventory = SqliteInventory(path, lambda: SHOP, FixedClock())
    with pytest.raises(InventoryError, match="inventory.sqlite"):
        inventory.stock((SKU,))
    with pytest.raises(InventoryError, match="inventory.sqlite"):
        inventory.set_quantity(SKU, 1)


def test_a_place_that_cannot_be_written_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    inventory = SqliteInventory(tmp_path / "file" / "inventory.sqlite", lambda: SHOP, FixedClock())
    with pytest.raises(InventoryError):
        inventory.stock((SKU,))


def test_a_file_that_turns_to_garbage_is_an_error_and_works_again_when_it_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "inventory.sqlite"
    inventory = SqliteInventory(path, lambda: SHOP, FixedClock())
    inventory.stock((SKU,))
    for beside in tmp_path.glob("inventory.sqlite*"):
        beside.unlink()
    path.write_bytes(b"garbage " * 2000)
    with pytest.raises(InventoryError):
        inventory.stock((SKU,))
    for beside in tmp_path.glob("inventory.sqlite*"):
        beside.unlink()
    assert quantity(inventory) == 120
