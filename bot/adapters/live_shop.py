"""The shop as its folder says now: read again when a file changed, the last good one kept when a file is wrong."""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path

from bot.adapters.collecting import large_tables
from bot.adapters.shop_files import fingerprint, load_shop
from bot.core.shop import Shop
from bot.ports import ShopFileError

log = logging.getLogger(__name__)
LOOK_EVERY = 1.0
"""Seconds between two looks at the folder."""

PATIENCE = 1.0
"""Seconds that a caller waits for a changed folder; a larger one is read aside, and the old shop given until then."""


class LiveShop:
    """Thread-safe. Raises ShopFileError only at construction; a later fault is logged once and the last good shop kept."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._lock = threading.Lock()
        self._shop = self._load()
        self._seen = self._shop.version
        self._looked = time.monotonic()
        self._reading: threading.Thread | None = None

    def current(self) -> Shop:
        if time.monotonic() - self._looked >= LOOK_EVERY:
            with self._lock:
                reading = self._look()
            if reading is not None:
                reading.join(PATIENCE)
        return self._shop

    def _look(self) -> threading.Thread | None:
        """The reading that a change of the folder set off, if this look found one."""
        if time.monotonic() - self._looked < LOOK_EVERY or (self._reading and self._reading.is_alive()):
            return None
        self._looked = time.monotonic()
        seen = fingerprint(self._folder)
        if seen == self._seen:
            return None
        self._seen = seen
        self._reading = threading.Thread(target=self._read, name="shop", daemon=True)
        self._reading.start()
        return self._reading

    def _load(self) -> Shop:
        with large_tables():
            return load_shop(self._folder)

    def _read(self) -> None:
        try:
            self._shop = self._load()
        except (ShopFileError, OSError) as error:
            problems = getattr(error, "problems", [str(error)])
            log.error("shop_file_wrong: the last good shop is kept.\n%s", "\n".join(problems))
        else:
            log.info("shop_read_again version=%s", self._shop.version)
