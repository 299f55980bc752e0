"""What an inventory says, for whoever sets it up: one line a SKU, and what is wrong with it."""

from __future__ import annotations

from bot.adapters.inventories.configured import ConfiguredInventory
from bot.core.shop import CURRENCY
from bot.ports import InventoryError, Stock

AT_ONCE = 20
WORDS = {"in_stock": "in stock", "on_order": "none there, sold on order", "none": "none", "unknown": "unknown"}


def as_lines(skus: tuple[str, ...], inventory: ConfiguredInventory) -> tuple[list[str], int]:
    """The lines, and how many SKUs the inventory does not know.

    Raises InventoryError where it could be asked for none.
    """
    told: dict[str, Stock] = {}
    problems = []
    for start in range(0, len(skus), AT_ONCE):
        try:
            told |= inventory.stock(skus[start : start + AT_ONCE])
        except InventoryError as error:
            problems.append(error)
            if len(problems) > 2 or len(skus) <= AT_ONCE:
                raise
    width = max(len(sku) for sku in skus)
    lines = [f"{sku:{width}}  {_line(told.get(sku))}" for sku in skus]
    unseen = sum(sku not in told or told[sku].state == "unknown" for sku in skus)
    lines.append(f"{inventory.source}: {len(skus) - unseen} of {len(skus)} SKUs are known there.")
    lines += [str(error) for error in problems[:1]]
    lines += [
        f"Prices in {currency or 'no named currency'} are not used: the shop's currency is {CURRENCY}."
        for currency in inventory.refused_currencies
    ]
    return lines, unseen


def _line(stock: Stock | None) -> str:
    if stock is None:
        return "not held: check the spelling, or the column of the system's SKUs"
    parts = [WORDS[stock.state]]
    parts += [str(stock.quantity)] if stock.quantity is not None else []
    parts += [f"{stock.price} {CURRENCY}"] if stock.price is not None else []
    parts += [f"back in {stock.back_in_days} days"] if stock.back_in_days is not None else []
    parts += ["discontinued"] if stock.discontinued else []
    return f"{', '.join(parts)}  ({stock.as_of:%Y-%m-%d %H:%M:%S %Z})"
