"""Tells the pages that are open that something happened in a conversation, so that they look again.

Nothing travels but the conversation's name: what happened is read from the database by whoever may see it. A page looks
again after `PATIENCE` in any case, which covers what other processes did.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from threading import Lock

PATIENCE = 5.0
"""Seconds."""

EVERYTHING = "*"


class Live:
    """`tell` may be called from any thread; `changes` belongs to the loop that iterates it."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[_Waiter]] = {}
        self._lock = Lock()

    def tell(self, conversation: str) -> None:
        """Something happened in this conversation."""
        with self._lock:
            waiters = [*self._waiting.get(conversation, ()), *self._waiting.get(EVERYTHING, ())]
        for waiter in waiters:
            waiter.wake()

    async def changes(self, conversation: str = EVERYTHING) -> AsyncIterator[None]:
        """Once at the start, then whenever something happened, and every PATIENCE seconds."""
        waiter = _Waiter(asyncio.get_running_loop())
        with self._lock:
            self._waiting.setdefault(conversation, set()).add(waiter)
        try:
            while True:
                yield
                await waiter.woken(PATIENCE)
        finally:
            with self._lock:
                rest = self._waiting[conversation]
                rest.discard(waiter)
                if not rest:
                    del self._waiting[conversation]


class _Waiter:
    def __init__(self, loop: asyncio.AbstractEventLoop):
        self._loop, self._event = loop, asyncio.Event()

    def wake(self) -> None:
        self._loop.call_soon_threadsafe(self._event.set)

    async def woken(self, seconds: float) -> None:
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._event.wait(), seconds)
        self._event.clear()
