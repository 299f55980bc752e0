"""Buyers and agents for `bench.kills`: they write, repeat what broke off, leave, come back; hand over, claim, reply, end."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import requests

from bot.adapters.database import Database
from bot.adapters.handoffs import Handoffs
from bot.ports import StoreError

TALKS = (
    ("空气炸锅A5黑色有货吗", "多少钱", "能烤整鸡吗", "发新疆要多久"),
    ("165 52公斤穿W05什么码", "黑色M码有货吗", "能机洗吗"),
    ("料理机能和面吗", "那厨师机呢", "多少钱", "我要一台", "尽快发货"),
    ("保温杯能装可乐吗", "两件60我就拍", "可以吗"),
    ("在吗", "转人工", "我想问下发票", "还在吗"),
    ("is the air fryer A5 in stock", "how much is it", "can it bake a cake"),
    ("does the L18 crush ice", "i want to buy two", "when do you send it"),
    ("I want to talk to a person", "it is about my order", "hello?"),
)
BACK_OFF = (0.3, 0.6, 1.0, 2.0)
"""Seconds before a message is sent again; the last for all others. Quicker than the chat page is."""

ATTEMPT_SECONDS = 30.0
THINKS = (0.5, 3.0)


@dataclass
class Sent:
    """A buyer's message. `waited`: the longest that the sender was without an answer and without knowing that the
    connection broke, in seconds. `answers`: what came back."""

    message_id: str
    text: str
    answers: list[Mapping[str, Any]] = field(default_factory=list)
    attempts: int = 0
    waited: float = 0.0
    given_up: bool = False
    """The sender has left, and does not ask again."""


class Load:
    """So many buyers, each on a thread, one conversation after the other; agents who serve those that wait."""

    def __init__(self, url: str, token: str, passwords: Mapping[str, str], database: Database, buyers: int, seed: int):
        self._url, self.token, self._passwords, self._seed = url, token, passwords, seed
        self._handoffs = Handoffs(database)
        self._ending = threading.Event()
        self._stopping = threading.Event()
        self.sent: list[Sent] = []
        self.faults: list[str] = []
        """What no client should see."""
        self.acts = 0
        self._threads = [threading.Thread(target=self._buy, args=(number,), daemon=True) for number in range(buyers)]
        self._threads += [threading.Thread(target=self._serve, args=(name,), daemon=True) for name in passwords]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float) -> None:
        """No new message is begun; those under way are sent until they are answered, or `seconds` have passed."""
        self._stopping.set()
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        self._ending.set()

    # --- buyers --------------------------------------------------------------------------------------------------

    def _buy(self, number: int) -> None:
        chance = random.Random(f"{self._seed}:{number}")
        while not self._stopping.is_set():
            with requests.Session() as session:
                talk = Talk(self, session, chance)
                for text in chance.choice(TALKS):
                    if self._stopping.wait(chance.uniform(*THINKS)) or not talk.say(text):
                        break

    def post(
        self,
        session: requests.Session,
        path: str,
        body: Any,
        token: str,
        sent: Sent | None = None,
        leaves: bool = False,
    ) -> Any:
        """The answer, asked for until there is one; None where the sender leaves, or all ends."""
        for attempt in range(1000):
            began = time.monotonic()
            answer = None
            with suppress(requests.RequestException):
                answer = session.post(
                    f"{self._url}{path}",
                    json=body,
                    headers={"Authorization": f"Bearer {token}"},
                    timeout=ATTEMPT_SECONDS,
                )
            if sent is not None:
                sent.attempts, sent.waited = attempt + 1, max(sent.waited, time.monotonic() - began)
            if answer is not None and answer.status_code == 200:
                return answer.json()
            if answer is not None and answer.status_code < 500:
                self.faults.append(f"{path}: {answer.status_code} {answer.text[:200]}")
                return None
            if leaves or self._ending.wait(BACK_OFF[min(attempt, len(BACK_OFF) - 1)]):
                break
        return None

    # --- agents --------------------------------------------------------------------------------------------------

    def _serve(self, name: str) -> None:
        chance = random.Random(f"{self._seed}:{name}")
        desk = Desk(self._url, name, self._passwords[name])
        mine: list[str] = []
        while not self._stopping.wait(chance.uniform(0.3, 1.0)):
            try:
                waiting = [row["id"] for row in self._handoffs.listed(("waiting",))]
            except StoreError:
                continue
            if waiting and len(mine) < 4:
                chosen = chance.choice(waiting)
                if desk.act(chosen, "claim"):
                    mine.append(chosen)
            elif mine:
                self._go_on(desk, mine, chance)
            self.acts = self.acts + 1

    @staticmethod
    def _go_on(desk: Desk, mine: list[str], chance: random.Random) -> None:
        handoff = chance.choice(mine)
        if chance.random() < 0.6:
            desk.act(handoff, "reply", text="您好，我来帮您看", message_id=uuid.uuid4().hex)
        elif desk.act(
            handoff, *chance.choice((("give_back",), ("close",))), outcome="settled", reason_settled="answered"
        ):
            mine.remove(handoff)


class Talk:
    """A buyer in one conversation, through the chat or through the API."""

    def __init__(self, load: Load, session: requests.Session, chance: random.Random):
        self._load, self._session, self._chance = load, session, chance
        self._path, self._token, self._named = "/api/messages", load.token, {"conversation": uuid.uuid4().hex}
        if chance.random() < 0.5:
            begun = load.post(session, "/chat/session", {"language": "zh"}, "")
            if begun is not None:
                self._path, self._token, self._named = "/chat/messages", begun["token"], {}

    def say(self, text: str) -> bool:
        """Whether the talk goes on."""
        sent = Sent(uuid.uuid4().hex, text)
        self._load.sent.append(sent)
        body = {"message_id": sent.message_id, "text": text, **self._named}
        sent.given_up = self._chance.random() < 0.06
        answer = self._load.post(self._session, self._path, body, self._token, sent, sent.given_up)
        if answer is None:
            return False
        sent.answers.append(answer)
        if self._chance.random() < 0.1:  # pressed twice
            again = self._load.post(self._session, self._path, body, self._token, sent, True)
            sent.answers += [again] if again is not None else []
        return not sent.given_up


class Desk:
    """An agent's browser."""

    def __init__(self, url: str, name: str, password: str):
        self._url, self._name, self._password = url, name, password
        self._session = requests.Session()

    def act(self, handoff: str, name: str, **fields: str) -> bool:
        """Whether it was done. What breaks off is sent once more, as an agent would press again."""
        for _ in range(2):
            try:
                if "nightdesk_agent" not in self._session.cookies:
                    self._sign_in()
                data = {"csrf": self._session.cookies.get("nightdesk_csrf", ""), **fields}
                address = f"{self._url}/desk/handoffs/{handoff}/{name}"
                answer = self._session.post(address, data=data, headers={"Accept": "application/json"}, timeout=20)
            except requests.RequestException:
                time.sleep(0.5)
                continue
            if answer.status_code == 401:
                self._session.cookies.clear()
            if answer.status_code < 500:
                return answer.status_code == 200
        return False

    def _sign_in(self) -> None:
        self._session.get(f"{self._url}/desk/login", timeout=20)
        data = {"csrf": self._session.cookies.get("nightdesk_csrf", ""), "name": self._name, "password": self._password}
        self._session.post(f"{self._url}/desk/login", data=data, allow_redirects=False, timeout=20)
