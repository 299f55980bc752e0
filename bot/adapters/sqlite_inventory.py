"""The embedded inventory: a SQLite file, filled from the shop's opening stock."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from bot.core.shop import Shop
from bot.ports import Clock, InventoryError, Stock

SOURCE = "inventory"
_TABLE = """
create table if not exists stock (
    sku text primary key,
    quantity integer,
    back_in_days integer,
    discontinued integer not null default 0,
    opening text not null
)
"""


class SqliteInventory:
    """`shop` gives the present shop. A SKU is filled in when first seen, and again only when its row in the shop's
    `variants.csv` changed since, so that what was sold stays sold.
    """

    def __init__(self, path: Path, shop: Callable[[], Shop], clock: Clock):
        self._path, self._shop, self._clock = path, shop, clock
        self._filled: str | None = None

    def stock(self, skus: tuple[str, ...]) -> dict[str, Stock]:
        try:
            with closing(self._open()) as connection:
                marks = ",".join("?" * len(skus))
                query = f"select sku, quantity, back_in_days, discontinued from stock where sku in ({marks})"
                rows = connection.execute(query, skus).fetchall()
        except sqlite3.Error as error:
            raise InventoryError(f"the inventory {self._path.name} could not be read: {error}") from error
        now = self._clock.now()
        return {sku: Stock(sku, quantity, back, bool(gone), now, SOURCE) for sku, quantity, back, gone in rows}

    def set_quantity(self, sku: str, quantity: int | None) -> bool:
        """Sets a SKU's number; gives whether the inventory holds the SKU. Raises InventoryError."""
        try:
            with closing(self._open()) as connection, connection:
                return connection.execute("update stock set quantity = ? where sku = ?", (quantity, sku)).rowcount > 0
        except sqlite3.Error as error:
            raise InventoryError(f"the inventory {self._path.name} could not be written: {error}") from error

    def _open(self) -> sqlite3.Connection:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InventoryError(f"the folder of the inventory {self._path.name} cannot be made: {error}") from error
        connection = sqlite3.connect(self._path, timeout=2)
        connection.execute("pragma journal_mode=wal")
        shop = self._shop()
        there = connection.execute("select 1 from sqlite_master where name = 'stock'").fetchone()
        if shop.version != self._filled or there is None:
            self._fill(connection, shop)
            self._filled = shop.version
        return connection

    def _fill(self, connection: sqlite3.Connection, shop: Shop) -> None:
        rows = [
            (
                v.sku,
                v.opening_stock,
                v.back_in_days,
                v.discontinued,
                f"{v.opening_stock}|{v.back_in_days}|{v.discontinued}",
            )
            for v in shop.by_sku.values()
        ]
        with connection:
            connection.execute(_TABLE)
            connection.executemany(
                "insert into stock values (?, ?, ?, ?, ?) on conflict (sku) do update set quantity = excluded.quantity, "
                "back_in_days = excluded.back_in_days, discontinued = excluded.discontinued, opening = excluded.opening "
                "where stock.opening <> excluded.opening",
                rows,
            )
