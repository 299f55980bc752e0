"""A front with Chatwoot beside it: real store and conversations on SQLite, a stand-in for Rasa and one for Chatwoot."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.adapters.chatwoot.book import Book
from bot.adapters.chatwoot.client import Client
from bot.adapters.chatwoot.signing import sign
from bot.adapters.database import Database
from bot.adapters.handoffs import Handoffs
from bot.adapters.rasa_client import RasaTurn
from bot.adapters.store import Store
from bot.desk.shown import sight_of
from bot.front.app import Front, make_app
from bot.front.chatwoot import Chatwoot
from bot.front.chatwoot_steps import Carrying, Later
from bot.front.conversations import Conversations
from bot.ports import HelpDeskError
from bot.services.common import Desk
from tests.adapters.chatwoot import standin
from tests.adapters.chatwoot.events import ACCOUNT, NEW, OLD, START
from tests.adapters.chatwoot.standin import AGENT_TOKEN, BOT_TOKEN, HOOK, TEAM
from tests.desk.buyers import asked, said, turn
from tests.desk.running import make_running
from tests.small_shop import FakeInventory

PATH = HOOK.rpartition("/")[2]
SECRET = "signing-secret"
OFFER = "W05黑色M来两件，600我就拍"
WILL = "好的，已经帮您叫人工客服了。"
BUTTON = {"title": "转人工", "payload": "我要人工"}


@dataclass
class FakeRasa:
    """Hands over what asks for a person or names a price, and answers the rest. `meanwhile` happens while it thinks."""

    heard: list[str] = field(default_factory=list)
    meanwhile: Callable[[], None] | None = None

    def take_turn(self, sender: str, text: str, metadata: Mapping[str, Any]) -> RasaTurn:
        self.heard.append(text)
        happens, self.meanwhile = self.meanwhile, None
        if happens:
            happens()
        if text == OFFER:
            details = {"product": "W05", "colour": "black", "size": "M", "quantity": 2}
            question = asked("negotiate_price", text, "handed_over", **details)
            entities = [said("product", "W05", "W05"), said("quantity", 2, "两件")]
            line = turn(text, WILL, question, reason="negotiate_price", said=entities)
        elif "人工" in text:
            line = turn(text, WILL, asked("request_human", text, "handed_over"), reason="request_human")
        else:
            line = turn(text, f"答：{text}", asked("ask_stock", text, told="有货"))
        buttons = [BUTTON] if "按钮" in text else []
        return RasaTurn(({"text": line.reply, "buttons": buttons},), line.record, {"products": ["W05"]})

    def ready(self) -> bool:
        return True


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Shop:
    """Our side. `restart` builds it anew over the same database, as after a kill. `patience`: of its conversations, 0 where
    it is the only front."""

    front: Front
    server: standin.Chatwoot
    folder: Path
    agent_token: str
    rasa: FakeRasa = field(default_factory=FakeRasa)
    secret: str = SECRET
    now: datetime = datetime.fromtimestamp(START + 60, timezone.utc)
    patience: float = 0.0

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        front, database = self.front, Database(f"sqlite:///{self.folder / 'desk.sqlite'}")
        desk = Desk(front.shop.current(), FakeInventory(front.shop.current()), front.calendar, front.clock.now())
        parts = (front.store, self.rasa, front.words, lambda: desk, front.clock, front.live)
        conversations = Conversations(*parts, patience=self.patience)  # type: ignore[arg-type]
        self.client = Client(
            self.server.url, ACCOUNT, BOT_TOKEN, self.agent_token, wait=lambda _: None, seconds=(1.0, 1.0)
        )
        self.book = Book(database, ACCOUNT)
        sight = lambda: sight_of(front, "zh")  # noqa: E731
        self.carrying = Carrying(self.client, self.book, {"sales": TEAM}, sight, wait=self.echoes, now=lambda: self.now)
        given = (self.client, self.book, self.carrying, conversations, ACCOUNT, PATH, self.secret)
        self.chatwoot = Chatwoot(*given, now=lambda: self.now)
        front = dataclasses.replace(front, conversations=conversations, chatwoot=self.chatwoot)
        self.http = TestClient(make_app(front), raise_server_exceptions=False)

    # --- webhooks ------------------------------------------------------------------------------------------------

    def deliver(self, event: dict[str, Any], delivery: str = "", path: str = PATH, **changes: Any) -> Any:
        """Posts a webhook as Chatwoot would. `changes`: of the headers."""
        body = json.dumps(event, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json"}
        if self.secret and self.server.version == NEW:
            stamp = str(int(self.now.timestamp()))
            headers |= {"X-Chatwoot-Timestamp": stamp, "X-Chatwoot-Signature": sign(self.secret, stamp, body)}
        if delivery:
            headers["X-Chatwoot-Delivery"] = delivery
        headers |= changes.pop("headers", {})
        return self.http.post(f"/chatwoot/{path}", content=body, headers=headers)

    def deliver_all(self) -> None:
        events, self.server.events = self.server.events, []
        for event in events:
            assert self.deliver(event).status_code == 200

    def echoes(self, _: float) -> None:
        """While we wait, Chatwoot tells of what happened."""
        self.deliver_all()

    # --- the worker ----------------------------------------------------------------------------------------------

    def work(self, rounds: int = 20) -> None:
        """Works until nothing is due now; what is put off is due a minute later."""
        for _ in range(rounds):
            due = self.book.due(self.now)
            if not due:
                return
            for delivery in due:
                try:
                    asyncio.run(self.chatwoot.answer(delivery))
                except (Later, HelpDeskError) as error:
                    self.book.later(delivery, self.now + timedelta(minutes=1), str(error))

    def later(self) -> None:
        """A minute passes, and what was put off is taken up."""
        self.now += timedelta(seconds=61)
        self.work()

    def says(self, text: str, number: int = 42) -> None:
        """A buyer writes, it arrives, and is worked on."""
        self.server.buyer(text, number)
        self.deliver_all()
        self.work()
        self.deliver_all()


@dataclass
class Plain:
    """A front with an empty database, made once, because reading the shop takes its time."""

    front: Front
    folder: Path


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Plain:
    folder = tmp_path_factory.mktemp("plain")
    front = make_running(folder).front
    with closing(sqlite3.connect(folder / "desk.sqlite")) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
    return Plain(front, folder)


@pytest.fixture
def make_shop(tmp_path: Path, plain: Plain) -> Iterator[Callable[..., Shop]]:
    """`make_shop("4.2", agent_token="")`: of which version Chatwoot is, and whether we may read there."""
    opened = []

    def make(version: str = NEW, agent_token: str = AGENT_TOKEN) -> Shop:
        manager = standin.chatwoot(version)
        opened.append(manager)
        secret = SECRET if version == NEW else ""
        shutil.copy(plain.folder / "desk.sqlite", tmp_path / "desk.sqlite")
        database = Database(f"sqlite:///{tmp_path / 'desk.sqlite'}")
        front = dataclasses.replace(plain.front, store=Store(database), handoffs=Handoffs(database))
        return Shop(front, manager.__enter__(), tmp_path, agent_token, secret=secret)

    yield make
    for manager in opened:
        manager.__exit__(None, None, None)


@pytest.fixture(params=[OLD, NEW])
def shop(request: pytest.FixtureRequest, make_shop: Callable[..., Shop]) -> Shop:
    """Of either version, with an agent's token."""
    return make_shop(request.param)
