"""The shop as its folder says now: read again when a file changed, the last good one kept when a file is wrong."""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path

from bot.adapters.shop_files import fingerprint, load_shop
from bot.core.shop import Shop
from bot.ports import ShopFileError

log = logging.getLogger(__name__)
LOOK_EVERY = 1.0
"""Seconds between two looks at the folder."""


class LiveShop:
    """Thread-safe. Raises ShopFileError only at construction; a later fault is logged once and the last good shop kept."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._lock = threading.Lock()
        self._shop = load_shop(folder)
        self._seen = self._shop.version
        self._looked = time.monotonic()

    def current(self) -> Shop:
        if time.monotonic() - self._looked >= LOOK_EVERY:
            with self._lock:
                self._look()
        return self._shop

    def _look(self) -> None:
        if time.monotonic() - self._looked < LOOK_EVERY:
            return
        self._looked = time.monotonic()
        seen = fingerprint(self._folder)
        if seen == self._seen:
            return
        self._seen = seen
        try:
            self._shop = load_shop(self._folder)
        except (ShopFileError, OSError) as error:
            problems = getattr(error, "problems", [str(error)])
            log.error("shop_file_wrong: the last good shop is kept.\n%s", "\n".join(problems))
        else:
            log.info("shop_read_again version=%s", self._shop.version)
