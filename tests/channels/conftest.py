"""A front with a played Rasa, the channels before it with Rasa's real connectors, and stand-ins for their services."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import rasa.core.channels.slack
from aiogram.bot.api import TelegramAPIServer
from aiogram.bot.base import BaseBot
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.book import Book
from bot.channels.front import Front
from bot.channels.passing import Passing
from bot.channels.serving import Channels
from bot.core.handoff import Agent
from tests.channels.services import SLACK, TELEGRAM, Service
from tests.conftest import free_port
from tests.desk.running import Running, make_running
from tests.desk.running import serving as serving_front
from tests.front.helpers import eventually
from tests.serving import serving

PUBLIC = "https://desk.example"
CONFIGURED = {"slack": SLACK, "telegram": TELEGRAM, "tests.channels.shop_line.ShopLine": {}}


@dataclass
class Lines:
    """The channels as a process runs them, on a thread, over `running`."""

    running: Running
    folder: Path
    configured: dict[str, Any] = field(default_factory=lambda: dict(CONFIGURED))
    public: str = PUBLIC
    port: int = field(default_factory=free_port)
    _end: Callable[[], None] | None = None

    def address(self, channel: str) -> str:
        return f"http://127.0.0.1:{self.port}/webhooks/hidden/{channel}/webhook"

    def start(self) -> None:
        front = Front(self.running.url, "token")
        passing = Passing(front, Book(self.folder / "channels.sqlite"), self.public)
        channels = Channels(self.configured, front, passing, "hidden", self.port)
        began: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []
        failed: list[BaseException] = []

        async def run() -> None:
            stop = asyncio.Event()
            began.append((asyncio.get_running_loop(), stop))
            await channels.run(stop)

        def body() -> None:
            try:
                asyncio.run(run())
            except BaseException as error:
                failed.append(error)

        thread = threading.Thread(target=body, daemon=True)
        thread.start()
        assert eventually(lambda: bool(failed) or channels.serving, 30, 0.05)
        assert not failed, failed

        def end() -> None:
            loop, stop = began[0]
            loop.call_soon_threadsafe(stop.set)
            thread.join(20)
            assert not thread.is_alive()

        self._end = end

    def stop(self) -> None:
        if self._end is not None:
            self._end()
            self._end = None

    # --- at the desk ----------------------------------------------------------------------------------------------

    def handoff(self, conversation: str) -> dict[str, Any]:
        found = self.running.front.store.situation(f"api:{conversation}").handoff
        assert found is not None
        return dict(found)

    def claim(self, conversation: str, who: str = "小林") -> None:
        self.running.front.handoffs.claim(self.handoff(conversation)["id"], self.agent(who), self.running.clock.now())
        self.running.front.live.tell(f"api:{conversation}")

    def reply(self, conversation: str, text: str, who: str = "小林", pictures: tuple[str, ...] = ()) -> None:
        attached = [{"id": one, "url": f"pictures/{one}"} for one in pictures]
        at, handoff = self.running.clock.now(), self.handoff(conversation)["id"]
        number = f"{conversation}-{text}"
        self.running.front.handoffs.reply(handoff, self.agent(who), number, text, attached, at)
        self.running.front.live.tell(f"api:{conversation}")

    def agent(self, name: str) -> Agent:
        return self.running.agent(name)

    def turns(self, conversation: str) -> list[str]:
        """Who wrote, in order, as the front has it."""
        return [message["sender"] for message in self.running.front.store.thread(f"api:{conversation}")]


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    with serving(Service()) as service:
        client = partial(AsyncWebClient, base_url=f"{service.url}/api/")
        monkeypatch.setattr(rasa.core.channels.slack, "AsyncWebClient", client)
        yield service


@pytest.fixture
def telegram(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    with serving(Service()) as service:
        defaults = (*BaseBot.__init__.__defaults__[:-1], TelegramAPIServer.from_base(service.url))
        monkeypatch.setattr(BaseBot.__init__, "__defaults__", defaults)
        yield service


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serving_front(make_running(tmp_path_factory.mktemp("front"))) as front:
        yield front


@pytest.fixture
def running(front: Running) -> Running:
    front.rasa.asked.clear()
    return front


@pytest.fixture
def buyer() -> str:
    """Nobody who wrote before."""
    return f"U{uuid.uuid4().hex[:9].upper()}"


@pytest.fixture
def lines(running: Running, slack: Service, telegram: Service, tmp_path: Path) -> Iterator[Lines]:
    made = Lines(running, tmp_path)
    made.start()
    yield made
    made.stop()
