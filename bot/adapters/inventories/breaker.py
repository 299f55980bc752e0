"""A circuit breaker: a system that keeps failing is left alone for a while, and one that asks for a pause gets it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from bot.ports import InventoryError

LONGEST_PAUSE = 900.0
"""Seconds; no system is left alone for longer, whatever it asks for."""


class Breaker:
    """Thread-safe. After `failures` in a row it refuses for `rest` seconds; then one question goes through as a trial.

    `now` gives seconds that only grow.
    """

    def __init__(self, failures: int, rest: float, now: Callable[[], float]):
        self._limit, self._rest, self._now = failures, rest, now
        self._lock = threading.Lock()
        self._failed = 0
        self._closed_until = 0.0

    def admit(self) -> None:
        """Raises InventoryError while the system is left alone."""
        with self._lock:
            now = self._now()
            if now < self._closed_until:
                raise InventoryError(f"the shop system is left alone for {self._closed_until - now:.0f} s")
            if self._failed >= self._limit:
                self._closed_until = now + self._rest  # this one is the trial; the others wait for what becomes of it

    def passed(self) -> None:
        with self._lock:
            self._failed, self._closed_until = 0, 0.0

    def failed(self, pause: float = 0) -> None:
        """`pause`: seconds that the system asks for."""
        with self._lock:
            self._failed += 1
            rest = self._rest if self._failed >= self._limit else 0.0
            wait = max(min(pause, LONGEST_PAUSE), rest)
            self._closed_until = max(self._closed_until, self._now() + wait) if wait else self._closed_until
