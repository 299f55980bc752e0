"""The inventory that shop/stock.yml names: read again when the file changes, the last good one kept when it is wrong."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.adapters.inventories.guarded import Guarded
from bot.adapters.inventories.rules import EMBEDDED, Configured, read_stock
from bot.adapters.live_shop import LOOK_EVERY
from bot.adapters.shop_files import fingerprint
from bot.adapters.sqlite_inventory import SqliteInventory
from bot.core.shop import Shop
from bot.ports import Clock, InventoryError, ShopFileError, Stock

log = logging.getLogger(__name__)


class ConfiguredInventory:
    """Thread-safe. Raises ShopFileError at construction alone; a later fault is logged once."""

    def __init__(
        self,
        folder: Path,
        embedded: SqliteInventory,
        shop: Callable[[], Shop],
        clock: Clock,
        environment: Mapping[str, str],
    ):
        self._folder, self._embedded, self._shop = folder, embedded, shop
        self._clock, self._environment = clock, environment
        self._lock = threading.Lock()
        self._seen, self._looked = fingerprint(folder), time.monotonic()
        self._guarded = self._make()

    @property
    def source(self) -> str:
        """The kind of system that holds the stock, as it stands in the facts."""
        guarded = self._look()
        return guarded.source.name if guarded else EMBEDDED

    @property
    def gives_prices(self) -> bool:
        """Whether the system is asked for prices too; else the shop's tables hold them."""
        guarded = self._look()
        return guarded is not None and guarded.gives_prices

    @property
    def refused_currencies(self) -> tuple[str, ...]:
        """Currencies of prices that were not used, because they are not the shop's."""
        guarded = self._look()
        return guarded.refused_currencies if guarded else ()

    def stock(self, skus: tuple[str, ...]) -> dict[str, Stock]:
        guarded = self._look()
        return guarded.stock(skus) if guarded else self._embedded.stock(skus)

    def set_quantity(self, sku: str, quantity: int | None) -> bool:
        """Sets a SKU's number in the embedded inventory. Raises InventoryError where another system holds the stock."""
        guarded = self._look()
        if guarded is not None:
            raise InventoryError(f"The stock is kept in {guarded.source.name} (shop/stock.yml); change it there.")
        return self._embedded.set_quantity(sku, quantity)

    def _look(self) -> Guarded | None:
        with self._lock:
            if time.monotonic() - self._looked >= LOOK_EVERY:
                self._looked = time.monotonic()
                self._read_again()
            return self._guarded

    def _read_again(self) -> None:
        seen = fingerprint(self._folder)
        if seen == self._seen:
            return
        self._seen, before = seen, self._guarded
        try:
            self._guarded = self._make()
        except ShopFileError as error:
            log.error("stock_file_wrong: the last good one is kept.\n%s", error)
            return
        if before is not None:
            before.close()

    def _make(self) -> Guarded | None:
        zone = ZoneInfo(self._shop().timezone)
        read: Configured | None = read_stock(self._folder, self._environment, self._clock, zone)
        if read is None:
            return None
        return Guarded(read.source, read.limits, self._clock, read.reading, read.spellings)
