"""What the fronts of one shop tell each other, through Redis: that something happened, who types, what was asked for.

Nothing rests on it: what is not told is found in the database by whoever looks, some seconds later. While Redis is away
each front is by itself, and they find each other again when it is back.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import uuid
from collections import deque
from collections.abc import Callable
from typing import Any

from redis import asyncio as aioredis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

TRY_AGAIN = 1.0
"""Seconds until Redis is tried again; what was to be told meanwhile is dropped."""

ANSWERS_WITHIN = 2.0
"""Seconds that Redis has for a command."""

MOST_WAITING = 10_000
"""News that wait to be sent; older ones are dropped."""


class OtherFronts:
    """`tell` may be called from any thread; who hears is called on the loop of `run`, one piece of news after the other.

    `secret`: what the fronts of one shop share, and other users of the same Redis do not.
    """

    def __init__(self, url: str, secret: str):
        self._url, self._me = url, uuid.uuid4().hex
        self._channel = f"nightdesk:{hashlib.sha256(secret.encode()).hexdigest()[:24]}"
        self._hears: dict[str, Callable[..., None]] = {}
        self._news: deque[tuple[Any, ...]] = deque(maxlen=MOST_WAITING)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._some = asyncio.Event()
        self.together = False
        """Whether Redis answers."""

    def hear(self, kind: str, heard: Callable[..., None]) -> None:
        """Who is called with news of this kind."""
        self._hears[kind] = heard

    def tell(self, kind: str, *what: str | float) -> None:
        """At once where Redis is there; nobody waits for it."""
        if self.together and self._loop is not None:
            self._news.append((kind, *what))
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                self._loop.call_soon_threadsafe(self._some.set)

    async def run(self) -> None:
        """Goes on until it is cancelled."""
        self._loop, told = asyncio.get_running_loop(), False
        self._some = asyncio.Event()
        while True:
            redis = aioredis.from_url(
                self._url,
                socket_timeout=ANSWERS_WITHIN,
                socket_connect_timeout=ANSWERS_WITHIN,
                health_check_interval=5,
            )
            try:
                await self._talk(redis)
            except (RedisError, OSError, asyncio.TimeoutError) as error:
                if self.together or not told:
                    log.error("fronts_apart error=%s: each goes on by itself", type(error).__name__)
                self.together, told = False, True
                self._news.clear()
            finally:
                with contextlib.suppress(RedisError, OSError, asyncio.TimeoutError):
                    await redis.close()
            await asyncio.sleep(TRY_AGAIN)

    async def _talk(self, redis: Any) -> None:
        async with redis.pubsub() as pubsub:
            await pubsub.subscribe(self._channel)
            self.together = True
            log.info("fronts_together")
            sides = [asyncio.create_task(side) for side in (self._send(redis), self._listen(pubsub))]
            try:
                done, _ = await asyncio.wait(sides, return_when=asyncio.FIRST_EXCEPTION)
                for side in done:
                    side.result()
            finally:
                for side in sides:
                    side.cancel()
                await asyncio.gather(*sides, return_exceptions=True)

    async def _send(self, redis: Any) -> None:
        """What came together is sent together."""
        while True:
            await self._some.wait()
            self._some.clear()
            news = []
            while self._news:
                news.append(self._news.popleft())
            if news:
                await redis.publish(self._channel, json.dumps([self._me, *news]))

    async def _listen(self, pubsub: Any) -> None:
        while True:
            message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=1.0)
            if message is not None:
                self._heard(message["data"])

    def _heard(self, data: Any) -> None:
        try:
            sender, *news = json.loads(data)
            if sender != self._me:
                for kind, *what in news:
                    self._hears[kind](*what)
        except (ValueError, TypeError, KeyError) as error:  # another version's, or a stranger's
            log.warning("fronts_unreadable error=%s", type(error).__name__)
