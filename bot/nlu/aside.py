"""What is made of the shop, kept up with a shop whose files change while the bot runs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Generic, Optional, Tuple, TypeVar

from bot.core.shop import Shop

log = logging.getLogger(__name__)

PATIENCE = 0.5
"""Seconds that a message waits for a changed shop; a larger one is built aside, and the old one answers until then."""

T = TypeVar("T")


class Aside(Generic[T]):
    """What `build` makes of the shop as it is now. A changed shop's is built aside and then put in the old one's place.

    `build` gets the shop and what was made of the one before it, None at first.
    """

    def __init__(self, name: str, build: Callable[[Shop, Optional[T]], T]) -> None:
        self._name, self._build = name, build
        self._held: Optional[Tuple[Shop, T]] = None
        self._building: Optional[threading.Thread] = None
        self._wanted: Optional[Shop] = None

    def of(self, shop: Shop) -> T:
        """What was made of `shop`, or of the last one before it while this one's is being built."""
        if self._held is None:
            self._held = (shop, self._build(shop, None))
        if self._held[0] is not shop and self._wanted is not shop and not self._is_building():
            self._wanted = shop
            self._building = threading.Thread(target=self._renew, args=(shop,), name=self._name, daemon=True)
            self._building.start()
            self._building.join(PATIENCE)
        return self._held[1]

    def _is_building(self) -> bool:
        return self._building is not None and self._building.is_alive()

    def _renew(self, shop: Shop) -> None:
        before = self._held[1] if self._held else None
        try:
            self._held = (shop, self._build(shop, before))
        except Exception:
            log.exception("%s_not_built version=%s: that of the shop before it stays.", self._name, shop.version)
        else:
            log.info("%s_built version=%s", self._name, shop.version)
