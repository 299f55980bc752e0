"""The server that Rasa's connectors listen on, and what runs beside it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sanic import Sanic
from sanic.request import Request
from sanic.server import AsyncioServer

from bot.channels.connectors import Connector, open_connector
from bot.channels.front import Front
from bot.channels.passing import REQUEST, Passing
from bot.ports import FrontError
from bot.settings import CHANNELS_HOST

log = logging.getLogger(__name__)
LARGEST_BODY = 1024 * 1024
OPEN_AGAIN = 30.0
"""Seconds after which a channel is tried again that could not be opened: some call their service for it."""

Sanic.test_mode = True
"""The name is Sanic's: without it a process serves one application in its life, and a channel that opens late needs another."""

STREAM_AGAIN = 2.0
LAST_SECONDS = 4.0
"""For what came before the end; `nightdesk run` gives a process five."""

AT_ONCE = 32


class Channels:
    """`configured`: credentials by connector. `path`: the part of the address that nobody can guess."""

    def __init__(self, configured: Mapping[str, Any], front: Front, passing: Passing, path: str, port: int):
        self._left, self._front, self._passing, self._path, self._port = dict(configured), front, passing, path, port
        self._open: list[Connector] = []
        self._ended = threading.Event()
        self.serving = False
        """Whether messages are taken now."""

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set."""
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(AT_ONCE, thread_name_prefix="channels"))
        threading.Thread(target=self._follow, args=(loop,), daemon=True, name="news").start()
        beside = asyncio.create_task(self._passing.again())
        try:
            while not stop.is_set():
                await self._open_all()
                server = await self._serve()
                self.serving = True
                await self._until(stop)
                self.serving = False
                server.close()
                await server.wait_closed()
        finally:
            self._ended.set()
            await self._passing.finish(LAST_SECONDS)
            beside.cancel()
            await asyncio.gather(beside, return_exceptions=True)

    async def _until(self, stop: asyncio.Event) -> None:
        """Until the end, or until a channel that is not open yet is to be tried again."""
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(stop.wait(), OPEN_AGAIN if self._left else None)

    async def _open_all(self) -> None:
        for name, credentials in list(self._left.items()):
            try:
                connector = await asyncio.to_thread(open_connector, name, credentials, self._passing.came)
            except Exception as error:  # of whatever library the connector reaches its service by
                log.error("channel_not_opened channel=%s again_in=%.0f error=%s", name, OPEN_AGAIN, error)
                continue
            del self._left[name]
            self._open.append(connector)
            self._passing.opened(connector)
            log.info("channel_opened channel=%s", connector.name)

    async def _serve(self) -> AsyncioServer:
        app = Sanic(f"channels_{len(self._open)}_{id(self)}", configure_logging=False)
        app.config.REQUEST_MAX_SIZE = LARGEST_BODY
        app.config.FALLBACK_ERROR_FORMAT = "text"
        app.register_middleware(_remember, "request")
        for connector in self._open:
            app.blueprint(connector.blueprint, url_prefix=f"/webhooks/{self._path}/{connector.name}")
        server = await app.create_server(CHANNELS_HOST, self._port, return_asyncio_server=True, access_log=False)
        assert server is not None
        await server.startup()
        await server.start_serving()
        return server

    def _follow(self, loop: asyncio.AbstractEventLoop) -> None:
        """The front's stream, on a thread of its own."""
        down = False
        while not self._ended.is_set():
            try:
                for conversation, last in self._front.news(self._passing.position):
                    down = False
                    if self._ended.is_set():
                        return
                    if self._passing.heard(conversation, last):
                        loop.call_soon_threadsafe(self._passing.news.set)
            except (FrontError, RuntimeError) as error:
                if not down and not self._ended.is_set():
                    log.warning("channel_stream_ended error=%s", error)
                down = True
                self._ended.wait(STREAM_AGAIN)


async def _remember(request: Request) -> None:
    REQUEST.set(request)
