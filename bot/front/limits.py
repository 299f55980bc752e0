"""How much one buyer, and one address, may ask for: so that a flood of messages costs its sender time and nobody else.

A token bucket for each: it holds what may be asked for at once, and fills up again with time. They are kept in memory;
other fronts, where there are any, are told what was taken, and take it out of theirs. Streams each front counts for itself.
"""

from __future__ import annotations

import math
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import IPv6Address, ip_address

from starlette.requests import Request

from bot.adapters.other_fronts import OtherFronts
from bot.front.metrics import THROTTLED
from bot.front.problems import Problem

PRICES = {"message": 1.0, "picture": 1.0, "megabyte": 1.0, "session": 1.0, "stream": 0.5, "look": 0.1, "typing": 0.1}
"""What is asked for, in messages."""

STREAMS = {"buyer": 12, "address": 240}
"""Streams that may be open at a time."""

STREAM_WAIT = 30.0
"""Seconds after which somebody with too many streams may try again."""

MOST_KEPT = 50_000
"""Buckets; a full one says nothing, so those that were not used for longest can be dropped."""


ROUNDING = 1e-9


class Buckets:
    """A bucket of `most` for each name, filled up again within a minute. 0: no limit. For one thread, the loop's."""

    def __init__(self, most: float, now: Callable[[], float] = time.monotonic):
        self._most, self._now = most, now
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str, price: float) -> float:
        """Takes `price` out, and gives 0; where there is not so much, takes nothing and gives the seconds until there is."""
        if not self._most:
            return 0.0
        now = self._now()
        held, at = self._held.get(name, (self._most, now))
        held = min(self._most, held + (now - at) * self._most / 60)
        short = max(0.0, price - held - ROUNDING)
        self._held[name] = (held if short else held - price, now)
        self._held.move_to_end(name)
        if len(self._held) > MOST_KEPT:
            self._held.popitem(last=False)
        return short * 60 / self._most

    def taken(self, name: str, price: float) -> None:
        """Another front gave so much."""
        if self._most:
            held, at = self._held.get(name, (self._most, self._now()))
            self._held[name] = (max(0.0, held - price), at)


class Limits:
    """`buyer`, `address`: messages a minute in the chat; `api`: of one conversation through the API, whose caller is
    known and is one address for all."""

    def __init__(
        self,
        buyer: float = 30,
        address: float = 600,
        api: float = 1200,
        now: Callable[[], float] = time.monotonic,
        others: OtherFronts | None = None,
    ):
        self._others = others
        if others is not None:
            others.hear("taken", self._taken)
        self._buckets = {
            name: Buckets(most, now) for name, most in (("buyer", buyer), ("address", address), ("api", api))
        }
        self._streams: Counter[tuple[str, str]] = Counter()

    def admit(self, request: Request, what: str, buyer: str | None = None, times: float = 1.0) -> None:
        """Counts something that is asked for in the chat. Raises Problem (429) with the seconds to wait."""
        self._take("address", address_of(request), PRICES[what] * times)
        if buyer is not None:
            self._take("buyer", buyer, PRICES[what] * times)

    def admit_api(self, conversation: str) -> None:
        """Counts a message through the API. Raises Problem (429)."""
        self._take("api", conversation, PRICES["message"])

    def _take(self, by: str, name: str, price: float) -> None:
        wait = self._buckets[by].take(name, price)
        if wait:
            _refuse(by, wait)
        if self._others is not None:
            self._others.tell("taken", by, name, price)

    def _taken(self, by: str, name: str, price: float) -> None:
        self._buckets[by].taken(name, float(price))

    def admit_stream(self, request: Request, buyer: str) -> None:
        """Raises Problem (429) where too many are open, or were opened of late."""
        self.admit(request, "stream", buyer)
        for by, name in _sides(request, buyer):
            if self._streams[by, name] >= STREAMS[by]:
                _refuse(by, STREAM_WAIT)

    @contextmanager
    def streaming(self, request: Request, buyer: str) -> Iterator[None]:
        """Counts a stream while it is open."""
        sides = _sides(request, buyer)
        self._streams.update(sides)
        try:
            yield
        finally:
            self._streams.subtract(sides)
            self._streams += Counter()  # drops those that count nothing


def _sides(request: Request, buyer: str) -> tuple[tuple[str, str], ...]:
    return ("address", address_of(request)), ("buyer", buyer)


def _refuse(by: str, wait: float) -> None:
    THROTTLED.labels(by).inc()
    raise Problem(429, "too_many", headers={"Retry-After": str(math.ceil(wait))})


def address_of(request: Request) -> str:
    """Whom the request comes from: of IPv6 the network, for one household has more addresses than can be counted."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return f"{IPv6Address(int(address) >> 64 << 64)}/64"
    return host
