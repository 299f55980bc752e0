"""Tells the pages that are open that something happened in a conversation, so that they look again.

Nothing travels but the conversation's name: what happened is read from the database by whoever may see it. A page looks
again after `PATIENCE` in any case. Who is typing is kept in memory alone. Other fronts are told of both, where there are
any (bot/adapters/other_fronts.py).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator
from threading import Lock
from typing import Any, Literal

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request

from bot.adapters.other_fronts import OtherFronts

PATIENCE = 5.0
"""Seconds."""

EVERYTHING = "*"
PING_SECONDS = 15
SEND_SECONDS = 30
"""How long a page that has gone away may hold a stream up."""

TYPING_SECONDS = 6.0
"""How long somebody counts as typing after the last sign of it."""

Side = Literal["buyer", "agent"]


class Live:
    """`tell` and `typing` may be called from any thread; `changes` belongs to the loop that iterates it."""

    def __init__(self, others: OtherFronts | None = None) -> None:
        self._waiting: dict[str, set[_Waiter]] = {}
        self._typing: dict[tuple[str, Side], float] = {}
        self._lock, self._others = Lock(), others
        if others is not None:
            others.hear("happened", self._wake)
            others.hear("typing", self._types)

    def tell(self, conversation: str = EVERYTHING) -> None:
        """Something happened in this conversation, or (EVERYTHING) to the desk itself."""
        self._wake(conversation)
        if self._others is not None:
            self._others.tell("happened", conversation)

    def _wake(self, conversation: str) -> None:
        with self._lock:
            waiters = {*self._waiting.get(conversation, ()), *self._waiting.get(EVERYTHING, ())}
        for waiter in waiters:
            waiter.wake()

    async def changes(self, conversation: str = EVERYTHING, patience: float = PATIENCE) -> AsyncGenerator[None, None]:
        """Once at the start, then whenever something happened, and every `patience` seconds."""
        waiter = _Waiter(asyncio.get_running_loop())
        with self._lock:
            self._waiting.setdefault(conversation, set()).add(waiter)
        try:
            while True:
                yield
                await waiter.woken(patience)
        finally:
            with self._lock:
                rest = self._waiting[conversation]
                rest.discard(waiter)
                if not rest:
                    del self._waiting[conversation]

    # --- who is typing -------------------------------------------------------------------------------------------

    def typing(self, conversation: str, side: Side, seconds: float = TYPING_SECONDS) -> None:
        """Somebody is typing; with 0 seconds, they stopped. Only those who look at this conversation are woken."""
        self._types(conversation, side, seconds)
        if self._others is not None:
            self._others.tell("typing", conversation, side, seconds)

    def _types(self, conversation: str, side: Side, seconds: float) -> None:
        now = time.monotonic()
        with self._lock:
            self._typing = {key: until for key, until in self._typing.items() if until > now}
            self._typing.pop((conversation, side), None)
            if seconds > 0:
                self._typing[conversation, side] = now + seconds
            waiters = [*self._waiting.get(conversation, ())]
        for waiter in waiters:
            waiter.wake()

    def typing_until(self, conversation: str, side: Side) -> float:
        """Until when (by the monotonic clock) they count as typing; 0 if they do not."""
        until = self._typing.get((conversation, side), 0.0)
        return until if until > time.monotonic() else 0.0


class TypingTold:
    """What one page was told of somebody's typing."""

    def __init__(self, live: Live, conversation: str, side: Side):
        self._live, self._conversation, self._side = live, conversation, side
        self._until = 0.0

    def news(self) -> float | None:
        """For how many seconds they count as typing from now on, None where the page knows that already."""
        until = self._live.typing_until(self._conversation, self._side)
        if until == self._until:
            return None
        self._until = until
        return round(max(0.0, until - time.monotonic()), 1)


class _Waiter:
    def __init__(self, loop: asyncio.AbstractEventLoop):
        self._loop, self._event = loop, asyncio.Event()

    def wake(self) -> None:
        with contextlib.suppress(RuntimeError):  # its loop has ended meanwhile
            self._loop.call_soon_threadsafe(self._event.set)

    async def woken(self, seconds: float) -> None:
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._event.wait(), seconds)
        self._event.clear()


# --- server-sent events ------------------------------------------------------------------------------------------


def event(name: str, data: Any, id: str | None = None) -> ServerSentEvent:
    """One event, its data as JSON. `id` comes back as Last-Event-ID when the connection is made again."""
    return ServerSentEvent(json.dumps(data, ensure_ascii=False), event=name, id=id, sep="\n")


def stream(events: AsyncIterator[ServerSentEvent]) -> EventSourceResponse:
    """The events as a response; a `ping` every PING_SECONDS lets the page notice a connection that died unseen."""
    return EventSourceResponse(
        events, ping=PING_SECONDS, ping_message_factory=lambda: event("ping", {}), send_timeout=SEND_SECONDS, sep="\n"
    )


def last_seen(request: Request) -> str:
    """The id of the last event that the page has: the browser's own header, else `after` in the address."""
    return request.headers.get("last-event-id") or request.query_params.get("after", "")
