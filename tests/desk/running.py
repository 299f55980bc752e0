"""The real front over a fresh SQLite, with a stand-in for Rasa that plays the buyers' script: for tests and pictures."""

from __future__ import annotations

import asyncio
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import uvicorn
from argon2 import PasswordHasher
from PIL import Image, ImageDraw

from bot.adapters.agents import Agents
from bot.adapters.buyers import Buyers
from bot.adapters.chinese_calendar import ChineseCalendar
from bot.adapters.database import Database
from bot.adapters.handoffs import Handoffs
from bot.adapters.live_shop import LiveShop
from bot.adapters.migrations import migrate
from bot.adapters.outbox import Outbox
from bot.adapters.owing import Owing
from bot.adapters.rasa_client import RasaTurn
from bot.adapters.store import Store
from bot.adapters.words import Words
from bot.core.handoff import Agent, Ending
from bot.front.app import Front, make_app
from bot.front.conversations import Conversations, Incoming
from bot.front.live import Live
from bot.front.pictures import Pictures
from bot.front.site import Site
from bot.services.common import Desk
from tests.conftest import EVENING, ROOT, free_port
from tests.desk.buyers import EVERYBODY, SCRIPT, WILL, Buyer, asked, turn
from tests.small_shop import FakeInventory

PASSWORD = "password-for-tests"
PEOPLE = {"小林": "agent", "阿明": "agent", "Anna": "agent", "组长": "lead", "文案": "content"}
_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


class PlayedRasa:
    """Answers what is in the script; what says 人工 or person calls for one; the rest gets a kind word."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def take_turn(self, sender: str, text: str, metadata: Mapping[str, Any]) -> RasaTurn:
        self.asked.append(text)
        line = SCRIPT.get(text)
        if line is None and ("人工" in text or "person" in text):
            line = turn(text, WILL["zh"], asked("request_human", text, "handed_over"), reason="request_human")
        if line is None:
            line = turn(text, "好的，我在，您说。", asked("inform", text))
        return RasaTurn(({"text": line.reply, "buttons": []},), line.record, {"products": []})

    def ready(self) -> bool:
        return True


class Clock:
    """Goes on from EVENING as time does, or stands where it is set."""

    def __init__(self) -> None:
        self._start, self._began = datetime.fromisoformat(EVENING), time.monotonic()
        self.stands: datetime | None = None

    def running(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._began)

    def now(self) -> datetime:
        return self.stands or self.running()


def picture(colour: str = "#c9d8d0", size: tuple[int, int] = (640, 480)) -> bytes:
    """A small picture, as a phone would send it."""
    image = Image.new("RGB", size, colour)
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((200, 90, 440, 400), 30, fill="#f4f7f5", outline="#7f9b8e", width=6)
    draw.line((300, 110, 340, 210, 310, 290, 360, 380), fill="#b3261e", width=7)
    out = BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


@dataclass
class Running:
    """A front that answers at `url`, and what it stands on."""

    front: Front
    port: int
    clock: Clock
    rasa: PlayedRasa
    handoffs: dict[str, str] = field(default_factory=dict)
    """The handoff of each buyer, by the buyer's name."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def play(self, buyers: tuple[Buyer, ...] = EVERYBODY) -> None:
        """Lets the buyers write what they wrote, and the agents take what they took."""
        for buyer in buyers:
            self._play(buyer)
        self.clock.stands = None

    def _play(self, buyer: Buyer) -> None:
        conversation = f"web:{uuid.uuid5(uuid.NAMESPACE_DNS, buyer.name).hex}"
        start = self.clock.running() - timedelta(minutes=buyer.minutes)
        for number, line in enumerate(buyer.lines):
            self.clock.stands = min(start + timedelta(seconds=number * buyer.every), self.clock.running())
            self.say(conversation, line.text, line.pictures)
        handoff = self.front.store.situation(conversation).handoff
        assert handoff is not None, f"{buyer.name} needed nobody"
        self.handoffs[buyer.name] = handoff["id"]
        if buyer.taken_by:
            self._serve(handoff["id"], buyer)

    def say(self, conversation: str, text: str, pictures: int = 0) -> Mapping[str, Any]:
        """A buyer's message, as if it came from the chat. On a thread, because a browser's loop may run on this one."""
        self.front.store.open_conversation(conversation, "zh", self.clock.now())
        ids = [self.front.pictures.add(conversation, picture(), self.clock.now()) for _ in range(pictures)]
        attached = tuple({"id": id, "url": f"pictures/{id}"} for id in ids)
        incoming = Incoming(conversation, uuid.uuid4().hex, text, attached)
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, self.front.conversations.receive(incoming)).result()

    def _serve(self, handoff: str, buyer: Buyer) -> None:
        who = Agent(str(buyer.taken_by), PEOPLE[str(buyer.taken_by)])
        soon = self.clock.now() + timedelta(seconds=20)
        self.front.handoffs.claim(handoff, who, soon)
        for text in buyer.said:
            self.front.handoffs.reply(handoff, who, uuid.uuid4().hex, text, [], soon + timedelta(seconds=25))
        if buyer.name == "sold":
            self.front.handoffs.close(handoff, who, Ending("sold", Decimal("129.00")), soon + timedelta(minutes=4))

    def wait(self, text: str = "我要人工") -> tuple[str, str]:
        """A new buyer who waits for a person. Gives the conversation and its handoff."""
        conversation = f"web:{uuid.uuid4().hex}"
        self.say(conversation, text)
        return conversation, self.front.store.situation(conversation).handoff["id"]

    def agent(self, name: str) -> Agent:
        return Agent(name, PEOPLE[name])


def make_running(
    folder: Path, shop: Path = ROOT / "shop", rasa: Any = None, database: Database | None = None
) -> Running:
    """The parts, without a server. `rasa`: another stand-in than the played one."""
    database = database or Database(f"sqlite:///{folder / 'desk.sqlite'}")
    migrate(database)
    store, live, rasa, clock, agents = Store(database), Live(), rasa or PlayedRasa(), Clock(), Agents(database)
    for name, role in PEOPLE.items():
        agents.save(name, _HASH, role)
        agents.set_duty(name, name in ("小林", "Anna"))
    facts, calendar, words = LiveShop(shop), ChineseCalendar(), Words(ROOT / "domain.yml")

    def desk() -> Desk:
        now = clock.now().astimezone(datetime.fromisoformat(EVENING).tzinfo)
        return Desk(facts.current(), FakeInventory(facts.current()), calendar, now)

    front = Front(
        store=store,
        handoffs=Handoffs(database),
        agents=agents,
        outbox=Outbox(database),
        live=live,
        rasa=rasa,  # type: ignore[arg-type]
        words=words,
        shop=facts,
        clock=clock,
        calendar=calendar,
        conversations=Conversations(store, rasa, words, desk, clock, live, Owing(database)),  # type: ignore[arg-type]
        pictures=Pictures(folder / "pictures", store),
        api_token="token",
        secret="secret-for-tests",
        site=Site(Buyers(database), "widget-secret-for-tests", demo=True),
    )
    return Running(front, free_port(), clock, rasa)


@contextmanager
def serving(running: Running) -> Iterator[Running]:
    """Its server, on a thread, until the block ends."""
    server = uvicorn.Server(
        uvicorn.Config(
            make_app(running.front), port=running.port, log_level="warning", ws="none", timeout_graceful_shutdown=1
        )
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started:
        assert thread.is_alive() and time.monotonic() < until, "the front did not start"
        time.sleep(0.05)
    try:
        yield running
    finally:
        server.should_exit = True
        thread.join(10)
