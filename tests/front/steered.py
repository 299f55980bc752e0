"""A real front over a database, whose turns stop where a test wants them to, and which can be killed or left behind."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Coroutine, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from argon2 import PasswordHasher
from itsdangerous import URLSafeTimedSerializer

from bot.adapters.agents import Agents
from bot.adapters.database import Database
from bot.adapters.handoffs import Handoffs
from bot.adapters.night import Nights
from bot.adapters.outbox import Outbox
from bot.adapters.rasa_client import RasaTurn
from bot.adapters.shop_files import load_shop
from bot.adapters.store import Accepted, Finished, Store
from bot.adapters.words import Words
from bot.core.notices import Robot
from bot.front.app import Front, make_app
from bot.front.conversations import Conversations
from bot.front.live import Live
from bot.front.minding import Minding
from bot.front.pictures import Pictures
from bot.ports import StoreError, UnderstandingError
from bot.services.common import Desk
from tests.conftest import ROOT
from tests.small_shop import EVENING, FakeCalendar, FakeInventory

SECRET, TOKEN, PASSWORD = "secret-for-tests", "token-for-tests", "password-for-tests"
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
SHOP = replace(load_shop(ROOT / "shop"), robots=(Robot("g", "webhook", "zh"),))
WORDS = Words(ROOT / "domain.yml")
WITHIN = 60.0
"""Seconds within which everything comes to rest."""

REASONS = {"hand_over": "purchase_intent", "graver": "complaint"}
KINDS = ("answer", "two_lines", "clarify", "unknown", "settles", *REASONS, "fails", "fails_for_a_person", "no_words")
"""What Rasa makes of a message; with `no_words` there is nothing to ask it."""

STOPS = ("thinking", "writing")
BREAKS = ("before", "after")
"""The database breaks once at the end of the turn, before or after it has written it."""


class Clock:
    """Later at every look, and turned by hand."""

    def __init__(self) -> None:
        self._moment, self._lock = EVENING, threading.Lock()

    def now(self) -> datetime:
        with self._lock:
            self._moment += timedelta(milliseconds=1)
            return self._moment

    def turn(self, passes: timedelta) -> None:
        with self._lock:
            self._moment += passes


@dataclass
class Sent:
    """A buyer's message. `order`: messages with a higher one were sent later; `answers`: what the sender heard of it."""

    id: str
    conversation: str
    kind: str
    stop: str = ""
    order: int = 0
    front: int = 0
    answers: list[Mapping[str, Any]] = field(default_factory=list)

    @property
    def text(self) -> str:
        if self.kind == "no_words":
            return ""
        return f"{self.id} 转人工" if self.kind == "fails_for_a_person" else f"{self.id} 在吗"


class Killed(Exception):
    """The process is gone."""


class Stops:
    """Where turns stop until they are let go on."""

    def __init__(self, changed: threading.Condition):
        self._changed, self._stopped = changed, set[str]()
        self.held: dict[str, str] = {}
        self.dead = False

    def stop(self, message: Sent, where: str) -> None:
        """Once for each message. Raises Killed in a front that was killed."""
        with self._changed:
            if message.stop == where:
                message.stop = ""
                self.held[message.id] = message.conversation
                self._changed.notify_all()
                self._changed.wait_for(lambda: self.dead or message.id not in self.held)
            if self.dead:
                raise Killed

    def go_on(self, id: str) -> None:
        with self._changed:
            del self.held[id]
            self._changed.notify_all()

    def die(self) -> None:
        with self._changed:
            self.dead = True
            self.held.clear()
            self._changed.notify_all()


class SteeredStore(Store):
    """The real store; a turn may stop before it is written, and the database may break once. `arrived`: how often a
    message was kept; from then on its place in the order is taken."""

    def __init__(self, database: Database, messages: Mapping[str, Sent], stops: Stops, changed: threading.Condition):
        super().__init__(database)
        self._messages, self._stops, self._rows = messages, stops, dict[int, Sent]()
        self._changed, self.arrived = changed, Counter[str]()

    def unanswered(self, *given: Any) -> list[dict[str, Any]]:
        found = super().unanswered(*given)
        self._rows.update({row["id"]: self._messages[row["message_id"]] for row in found})
        return found

    def accept(self, conversation: str, message_id: str, *given: Any) -> Accepted:
        accepted = super().accept(conversation, message_id, *given)
        with self._changed:
            self._rows[accepted.row] = self._messages[message_id]
            self.arrived[message_id] += 1
            self._changed.notify_all()
        return accepted

    def finish_turn(self, conversation: str, row: int, *given: Any) -> Finished:
        message = self._rows[row]
        self._stops.stop(message, "writing")
        breaks, message.stop = message.stop if message.stop in BREAKS else "", ""
        if breaks == "before":
            raise StoreError("broken before it was written")
        done = super().finish_turn(conversation, row, *given)
        if breaks == "after" and done == "done":
            raise StoreError("broken after it was written")
        return done


class SteeredRasa:
    """Makes of a message what its kind says, and remembers in the dialogue which it has taken."""

    def __init__(self, messages: Mapping[str, Sent], stops: Stops):
        self._messages, self._stops = messages, stops

    def ready(self) -> bool:
        return True

    def take_turn(self, sender: str, text: str, metadata: Mapping[str, Any]) -> RasaTurn:
        message = self._messages[text.split()[0]]
        self._stops.stop(message, "thinking")
        if message.kind.startswith("fails"):
            raise UnderstandingError("no answer in time")
        before = metadata["dialogue"]
        dialogue = {**before, "unknown": [*before.get("unknown", ()), message.id]}
        replies = [f"re {message.id}", f"more of {message.id}"][: 2 if message.kind == "two_lines" else 1]
        return RasaTurn(tuple({"text": reply} for reply in replies), _record(message, sender), dialogue)


def _record(message: Sent, sender: str) -> dict[str, Any]:
    reason = REASONS.get(message.kind)
    outcome = "handed_over" if reason else {"clarify": "clarify", "unknown": "unknown"}.get(message.kind, "answered")
    question = {"label": reason or "ask_stock", "text": message.text, "outcome": outcome, "facts": []}
    decision = {"handed_over": "hand_over", "clarify": "clarify"}.get(outcome, "answer")
    record = {"language": "zh", "questions": [{**question, "details": {"topic": message.id}}], "decision": decision}
    record |= {"said": [], "taken": message.id, "sender": sender}
    if reason:
        record |= {"reason": reason, "promised": "人工客服现在在线"}
    return record | ({"settled": True} if message.kind == "settles" else {})


class SteeredFront:
    """One process: an application on a loop of its own. `messages`: all that are ever sent, by id."""

    def __init__(self, number: int, database: Database, clock: Clock, messages: Mapping[str, Sent], folder: Path):
        self.number, self.changed = number, threading.Condition()
        self.stops = Stops(self.changed)
        self._begun = Counter[str]()
        self._pending: list[tuple[Sent, int, Future]] = []
        store, live = SteeredStore(database, messages, self.stops, self.changed), Live()
        self._arrived = store.arrived
        handoffs, outbox, zone = Handoffs(database), Outbox(database), ZoneInfo(SHOP.timezone)

        def desk() -> Desk:
            return Desk(SHOP, FakeInventory(SHOP), FakeCalendar(), clock.now().astimezone(zone))

        rasa: Any = SteeredRasa(messages, self.stops)
        self.minding = Minding(Nights(database), handoffs, outbox, live, desk)
        self._conversations = Conversations(store, rasa, WORDS, desk, clock, live)
        front = Front(
            store=store,
            handoffs=handoffs,
            agents=Agents(database),
            outbox=outbox,
            live=live,
            rasa=rasa,
            words=WORDS,
            shop=SimpleNamespace(current=lambda: SHOP),  # type: ignore[arg-type]
            clock=clock,
            calendar=FakeCalendar(),
            conversations=self._conversations,
            pictures=Pictures(folder, store),
            api_token=TOKEN,
            secret=SECRET,
        )
        self._app = make_app(front)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._lifespan = self._app.router.lifespan_context(self._app)
        self.wait(self._lifespan.__aenter__())

    # --- running -------------------------------------------------------------------------------------------------

    def begin(self, work: Coroutine[Any, Any, Any]) -> Future:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def wait(self, *work: Coroutine[Any, Any, Any]) -> list[Any]:
        """What they give, all begun at once."""
        return [begun.result(WITHIN) for begun in [self.begin(one) for one in work]]

    def kill(self) -> None:
        """Nothing that it was at is finished; what had not been answered never is."""

        async def drop() -> None:
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        self.wait(drop())
        self.stops.die()
        self._end()

    def stop(self) -> None:
        """Ends it when it is at nothing any more."""
        self.wait(self._lifespan.__aexit__(None, None, None))
        self._end()

    def _end(self) -> None:
        self.begin(self._loop.shutdown_default_executor()).result(WITHIN)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(WITHIN)
        self._loop.close()

    def look_again(self) -> None:
        """As it does by itself every second, where nothing is steered."""
        self.wait(self._conversations.answer_the_unanswered())

    # --- the buyers ----------------------------------------------------------------------------------------------

    def send(self, *sent: Sent) -> None:
        """All at once; comes back when each is answered, or stopped, or behind one that is."""
        for message in sent:
            self._begun[message.id] += 1
            self._pending.append((message, self._begun[message.id], self.begin(self._send(message))))
        self.rest()

    async def _send(self, message: Sent) -> Mapping[str, Any]:
        body: dict[str, Any] = {"message_id": message.id, "text": message.text}
        if message.conversation.startswith("api:"):
            body["conversation"] = message.conversation.removeprefix("api:")
            return await self._post("/api/messages", TOKEN, body)
        return await self._post("/chat/messages", buyer_token(message.conversation), body)

    async def _post(self, path: str, token: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        async with self._browser() as browser:
            answer = await browser.post(path, json=body, headers={"authorization": f"Bearer {token}"})
        assert answer.status_code in (200, 503), answer.text
        return answer.json()

    def thread(self, conversation: str) -> list[dict[str, Any]]:
        """What the buyer's page shows."""

        async def read() -> Any:
            async with self._browser() as browser:
                token = {"authorization": f"Bearer {buyer_token(conversation)}"}
                return (await browser.get("/chat/messages", headers=token)).json()["messages"]

        return self.wait(read())[0]

    def rest(self) -> None:
        """Waits until every message that came in is answered, or behind a turn that is stopped."""
        for _, _, begun in self._pending:
            begun.add_done_callback(self._wake)
        with self.changed:
            assert self.changed.wait_for(self._resting, WITHIN), "it does not come to rest"
        for message, _, begun in self._pending:
            if begun.done():
                message.answers.append(begun.result())
        self._pending = [one for one in self._pending if not one[2].done()]

    def _wake(self, _: Future) -> None:
        with self.changed:
            self.changed.notify_all()

    def _resting(self) -> bool:
        held = self.stops.held
        return all(
            begun.done() or (message.conversation in held.values() and self._arrived[message.id] >= time)
            for message, time, begun in self._pending
        )

    def at_work(self) -> set[str]:
        """The messages that it has taken and not answered yet."""
        return {message.id for message, _, _ in self._pending}

    # --- the agents ----------------------------------------------------------------------------------------------

    async def sign_in(self, name: str) -> httpx.Cookies:
        async with self._browser() as browser:
            await browser.get("/desk/login")
            token = browser.cookies["nightdesk_csrf"]
            answer = await browser.post("/desk/login", data={"csrf": token, "name": name, "password": PASSWORD})
            assert answer.status_code == 303, answer.text
            return browser.cookies

    async def act(self, cookies: httpx.Cookies, handoff: str, act: str, **fields: str) -> httpx.Response:
        """An agent's act; 200, or 409 with the reason why it is not possible now."""
        async with self._browser(cookies) as browser:
            data = {"csrf": cookies["nightdesk_csrf"], **fields}
            answer = await browser.post(f"/desk/handoffs/{handoff}/{act}", data=data)
        assert answer.status_code in (200, 409), answer.text
        return answer

    def _browser(self, cookies: httpx.Cookies | None = None) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self._app)
        headers = {"accept": "application/json"}
        return httpx.AsyncClient(transport=transport, base_url="http://front", cookies=cookies, headers=headers)


def buyer_token(conversation: str) -> str:
    session = {"conversation": conversation, "language": "zh"}
    return URLSafeTimedSerializer(SECRET, salt="buyer").dumps(session)
