"""Stands around a shop system: time-out, bounded retries, circuit breaker, and a cache that knows how old a fact is."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.adapters.inventories.breaker import Breaker
from bot.adapters.inventories.reading import Reading
from bot.adapters.inventories.source import Later, Source
from bot.adapters.inventories.spelling import Spellings
from bot.ports import Clock, InventoryError, Stock

log = logging.getLogger(__name__)
MOST_REMEMBERED = 200_000
"""SKUs in the cache; beyond that it begins anew."""


@dataclass(frozen=True)
class Limits:
    """`seconds`: for all of one look-up, the tries among it. `fresh`: seconds for which a fact is not asked for again.
    `oldest`: seconds after which a fact is not told any more. `tries`: how often a question is asked at most."""

    oldest: float
    seconds: float = 2.0
    fresh: float = 30.0
    tries: int = 3
    pause: float = 0.1
    failures: int = 5
    rest: float = 30.0
    at_once: int = 8


@dataclass(frozen=True)
class Known:
    """A fact, None where the system does not hold the SKU; how old it was when it was read, and when that was."""

    stock: Stock | None
    was_old: float
    read: float


class Guarded:
    """An Inventory over a source. Thread-safe; questions run on threads of their own, so that nobody waits longer than
    `limits.seconds`, and an answer that comes too late is there for the next one who asks."""

    def __init__(
        self,
        source: Source,
        limits: Limits,
        clock: Clock,
        reading: Reading,
        spellings: Spellings | None = None,
        now: Callable[[], float] = time.monotonic,
    ):
        self.source, self._limits, self._clock, self._now = source, limits, clock, now
        self._reading, self._spellings = reading, spellings or Spellings()
        self._breaker = Breaker(limits.failures, limits.rest, now)
        self._known: dict[str, Known] = {}
        self._asking: dict[tuple[str, ...], Future[None]] = {}
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(limits.at_once, thread_name_prefix="inventory")

    def stock(self, skus: tuple[str, ...]) -> dict[str, Stock]:
        """As the port says. A SKU of which nothing was learned in time, beside others of which something was, is there
        without a number: unknown."""
        problem = self._look_up([sku for sku in dict.fromkeys(skus) if not self._fresh(sku)])
        told = {sku: known.stock for sku in skus if (known := self._not_too_old(sku)) is not None}
        silent = [sku for sku in skus if sku not in told]
        if silent and not told:
            raise problem or InventoryError(f"what {self.source.name} knows is older than the shop allows")
        found = {sku: stock for sku, stock in told.items() if stock is not None}
        now = self._clock.now()
        return {**found, **{sku: Stock(sku, None, None, False, now, self.source.name) for sku in silent}}

    @property
    def gives_prices(self) -> bool:
        return self._reading.prices

    @property
    def refused_currencies(self) -> tuple[str, ...]:
        return tuple(sorted(self._reading.refused))

    def close(self) -> None:
        self._threads.shutdown(wait=False)

    def _fresh(self, sku: str) -> bool:
        known = self._not_too_old(sku)
        return known is not None and self._now() - known.read < self._limits.fresh

    def _not_too_old(self, sku: str) -> Known | None:
        known = self._known.get(sku)
        if known is None or self._now() - known.read + known.was_old > self._limits.oldest:
            return None
        return known

    # --- asking ---------------------------------------------------------------------------------------------------

    def _look_up(self, skus: Sequence[str]) -> InventoryError | None:
        """Asks for these SKUs, and gives the first problem that there was."""
        end = self._now() + self._limits.seconds
        running = [self._start(batch, end) for batch in _batches(skus, self.source.most)]
        done, late = wait(running, timeout=self._limits.seconds) if running else (set(), set())
        for future in late:
            future.cancel()
        problems = [error for error in (_problem(future) for future in running if future in done) if error is not None]
        if late:
            problems.append(Later(f"{self.source.name} did not answer within {self._limits.seconds:g} s"))
        if problems:
            log.warning("inventory_failed source=%s skus=%s why=%s", self.source.name, len(skus), problems[0])
        return problems[0] if problems else None

    def _start(self, skus: tuple[str, ...], end: float) -> Future[None]:
        """A question that is under way already is not asked twice."""
        with self._lock:
            running = self._asking.get(skus)
            if running is not None and not running.done():
                return running
            future = self._threads.submit(self._ask, skus, end)
            self._asking[skus] = future
        future.add_done_callback(lambda _: self._asking.pop(skus, None))
        return future

    def _ask(self, skus: tuple[str, ...], end: float) -> None:
        """Asks, at most `tries` times while there is time, and remembers what was learned."""
        for tried in range(1, self._limits.tries + 1):
            self._breaker.admit()
            try:
                return self._ask_once(skus, end)
            except Later as error:
                self._breaker.failed(error.wait)
                pause = error.wait or self._limits.pause * 2 ** (tried - 1)
                if tried == self._limits.tries or self._now() + pause >= end:
                    raise
                time.sleep(pause)
            except InventoryError:
                self._breaker.failed()
                raise

    def _ask_once(self, skus: tuple[str, ...], end: float) -> None:
        asked_at, read = self._clock.now(), self._now()
        theirs = {sku: their for sku in skus if (their := self._spellings.their(sku)) is not None}
        told = self.source.ask(list(theirs.values()), end - read) if theirs else None
        self._breaker.passed()
        as_of = told.as_of if told and told.as_of else asked_at
        rows = self._spellings.matched(skus, told.rows) if told else {}
        for sku in skus:
            row = rows.get(sku)
            self._remember(sku, self._reading.stock(sku, row, as_of, self.source.name) if row else None, as_of, read)

    def _remember(self, sku: str, stock: Stock | None, as_of: datetime, read: float) -> None:
        old = self._clock.now() - (stock.as_of if stock else as_of)
        known = Known(stock, max(old, timedelta()).total_seconds(), read)
        with self._lock:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            self._known[sku] = known


def _batches(skus: Sequence[str], most: int) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(skus), most):
        yield tuple(skus[start : start + most])


def _problem(future: Future[None]) -> InventoryError | None:
    """What went wrong. A fault of ours in reading an answer is told in the log, and to the buyer as any other."""
    if future.cancelled():
        return Later("the shop system did not answer in time")
    error = future.exception()
    if error is None or isinstance(error, InventoryError):
        return error
    log.error("inventory_answer_not_read", exc_info=error)
    return InventoryError(f"the shop system's answer could not be read: {type(error).__name__}")
