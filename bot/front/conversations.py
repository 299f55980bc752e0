"""What happens to a buyer's message: kept, put in order, answered once by the bot or left to a person."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from contextvars import copy_context
from dataclasses import dataclass
from datetime import timedelta
from math import inf
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from bot.adapters.in_line import LATE
from bot.adapters.logs import about, trace_of
from bot.adapters.owing import Owing
from bot.adapters.rasa_client import Rasa, RasaTurn
from bot.adapters.store import Accepted, Said, Situation, Store, Turn
from bot.adapters.words import Words
from bot.core.card import TurnRecord, build_card
from bot.core.dialogue import Dialogue
from bot.core.handoff import served_elsewhere
from bot.core.notices import of_turn
from bot.core.text import language_of
from bot.core.types import Language
from bot.front.live import Live
from bot.front.metrics import IN_HAND, NOT_UNDERSTOOD, REPEATED, STEPS, Stopwatch, turn_taken
from bot.front.own_turns import OwnTurns, plain
from bot.ports import Clock, StoreError, UnderstandingError
from bot.services.common import Desk

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")

LOOK_AGAIN = 0.25
"""Seconds after which a message looks again whether it is its turn, where nobody told it."""

MOST_ASKED = 64
"""Turns that Rasa is asked for at the same time. On threads of their own: while Rasa hangs, nothing else waits for it."""

MOST_TRIES = 5
"""Times that a message which cannot be answered is taken up again while none waits behind it."""

OWED_FOR = timedelta(hours=1)
"""An answer that is owed for longer is not given any more."""

_TURN = "turn decision=%s state=%s store_ms=%.1f queue_ms=%.1f understand_ms=%.1f finish_ms=%.1f"


@dataclass(frozen=True)
class Incoming:
    """A buyer's message as it came in. `text` may be anything."""

    conversation: str
    message_id: str
    text: str
    attachments: tuple[Mapping[str, str], ...] = ()
    language: Language | None = None
    product: str | None = None
    """The product whose page the buyer writes from, so that “this one” means it."""


class _Line:
    """Those of one conversation who wait in this front: for their message to be kept, then for their turn."""

    def __init__(self) -> None:
        self.keeping, self.answering = asyncio.Lock(), asyncio.Lock()


class Conversations:
    """One conversation's messages are answered one after the other, in the order they came.

    `patience`: seconds that other fronts have for the messages that came to them, before they are answered here; 0 where
    there are no others. What is answered in which order, and once, the store decides (bot/adapters/in_line.py).
    """

    def __init__(
        self,
        store: Store,
        rasa: Rasa,
        words: Words,
        desk: Callable[[], Desk],
        clock: Clock,
        live: Live,
        owing: Owing | None = None,
        patience: float = 0.0,
    ):
        self._store, self._rasa, self._desk, self._clock = store, rasa, desk, clock
        self._live, self._owing, self._patience = live, owing, patience
        self._own = OwnTurns(words, desk)
        self._lines: WeakValueDictionary[str, _Line] = WeakValueDictionary()
        self._asking = ThreadPoolExecutor(MOST_ASKED, thread_name_prefix="rasa")
        self._looked_up_to = 0
        self._unanswered_since: dict[int, float] = {}
        self._tries: Counter[int] = Counter()
        self._look_for_owed_at = 0.0

    async def receive(self, incoming: Incoming) -> Mapping[str, Any]:
        """The answer to a message: {"replies", "turn", "handoff", "state"}. The same message id gives the same answer.

        Raises StoreError where the message could not be kept, or was and is answered later.
        """
        watch, trace = Stopwatch(), trace_of(incoming.conversation, incoming.message_id)
        line = self._line(incoming.conversation)
        with IN_HAND.track_inprogress(), about(conversation=incoming.conversation, trace=trace):
            async with line.keeping:
                accepted = await self._keep(incoming)
            watch.done("store")
            if accepted.answer is not None:
                REPEATED.inc()
                return accepted.answer
            async with line.answering:
                answer = await self._answer(incoming, accepted, trace, watch)
            self._live.tell(incoming.conversation)
            return answer

    def _line(self, conversation: str) -> _Line:
        return self._lines.setdefault(conversation, _Line())

    async def _keep(self, incoming: Incoming) -> Accepted:
        language = language_of(incoming.text) or incoming.language or "zh"
        kept = (incoming.conversation, incoming.message_id, incoming.text, incoming.attachments, language)
        accepted = await asyncio.to_thread(self._store.accept, *kept, self._clock.now())
        log.info("received message=%s characters=%s", incoming.message_id, len(incoming.text))
        self._live.tell(incoming.conversation)
        return accepted

    async def _answer(self, incoming: Incoming, accepted: Accepted, trace: str, watch: Stopwatch) -> Mapping[str, Any]:
        """The message's answer. Raises StoreError."""
        situation = accepted.situation if accepted.new and accepted.next else None
        while True:
            if situation is None:
                if not await self._come_to(incoming.conversation, accepted):
                    return await self._answered_elsewhere(accepted.row)
                situation = await asyncio.to_thread(self._store.situation, incoming.conversation)
            watch.done("queue")
            if answer := await self._answer_now(incoming, accepted.row, situation, trace, watch):
                return answer
            situation = None

    async def _answer_now(
        self, incoming: Incoming, row: int, situation: Situation, trace: str, watch: Stopwatch
    ) -> Mapping[str, Any] | None:
        """The message's answer; None where the turn has to be taken anew."""
        own = None if situation.state == "claimed" else self._own.answer(incoming, situation)
        if own or situation.state == "claimed":
            watch.done("understand")
            answer = await asyncio.to_thread(self._finish, incoming, row, situation, own)
        else:
            answer = await self._asked(self._ask_and_finish, incoming, row, situation, trace, watch)
        watch.done("finish")
        if answer is not None:
            turn_taken(answer["turn"], watch)
            log.info(_TURN, answer["turn"]["decision"], answer["state"], *map(watch.ms, STEPS[:-1]))
            if answer["turn"].get("later"):
                self._look_for_owed_at = 0.0
        return answer

    async def _answered_elsewhere(self, row: int) -> Mapping[str, Any]:
        answer = await asyncio.to_thread(self._store.answer, row)
        if answer is None:
            raise StoreError("the message was erased before it was answered")
        REPEATED.inc()
        return answer

    # --- whose turn it is ----------------------------------------------------------------------------------------

    async def _come_to(self, conversation: str, accepted: Accepted) -> bool:
        """Waits for those before the message, which others answer, or, where none of them was for `_patience`, answers
        them; false where the message itself has got its answer meanwhile."""
        waiting, until = None, 0.0
        async with aclosing(self._live.changes(conversation, LOOK_AGAIN)) as changes:
            async for _ in changes:
                kept = await asyncio.to_thread(self._store.unanswered, 0, conversation, accepted.row)
                if not kept or kept[-1]["id"] != accepted.row:
                    return False
                if len(kept) == 1 and accepted.new:
                    return True
                if len(kept) != waiting:
                    waiting, until = len(kept), time.monotonic() + self._patience
                if time.monotonic() >= until:
                    for row in kept[:-1]:
                        await self._answer_left_over(row)
                    return True
        return True

    async def _answer_left_over(self, row: Mapping[str, Any], tries: int = 1) -> bool:
        """Answers a message that whoever took it did not; gives whether it has its answer now. What cannot be answered in
        so many tries gets one honest line, and holds up no other. Raises what hindered a try before."""
        incoming = _kept(row)
        trace = trace_of(incoming.conversation, incoming.message_id)
        with about(conversation=incoming.conversation, trace=trace):
            situation = await asyncio.to_thread(self._store.situation, incoming.conversation)
            log.info("left_over message=%s", incoming.message_id)
            try:
                answer = await self._answer_now(incoming, row["id"], situation, trace, Stopwatch())
            except Exception as error:
                self._tries[row["id"]] += 1
                if self._tries[row["id"]] < (MOST_TRIES if isinstance(error, StoreError) else tries):
                    raise
                log.exception("left_over_failed message=%s", incoming.message_id)
                line = self._own.turn("utter_cannot_answer_now", situation.language, situation)
                taken = None if situation.state == "claimed" else line
                answer = await asyncio.to_thread(self._finish, incoming, row["id"], situation, taken)
        self._live.tell(incoming.conversation)
        return answer is not None

    def _ask_and_finish(
        self, incoming: Incoming, row: int, situation: Situation, trace: str, watch: Stopwatch
    ) -> Mapping[str, Any] | None:
        taken = self._understood(incoming, situation, trace)
        watch.done("understand")
        return self._finish(incoming, row, situation, taken)

    def _finish(
        self, incoming: Incoming, row: int, situation: Situation, taken: RasaTurn | None
    ) -> Mapping[str, Any] | None:
        """The message's answer, left to a person where the bot took no turn; None where the conversation moved on
        meanwhile and the turn has to be taken anew."""
        turn = self._whole(incoming, situation, taken) if taken else _left_to_person(situation)
        done = self._store.finish_turn(incoming.conversation, row, situation, turn, self._clock.now())
        if done == "answered":
            return self._store.answer(row) or turn.answer
        return turn.answer if done == "done" else None

    # --- one turn of the bot -------------------------------------------------------------------------------------

    def _understood(self, incoming: Incoming, situation: Situation, trace: str) -> RasaTurn:
        """Rasa's turn, or what is said where it took none."""
        try:
            return self._ask(incoming, situation, trace)
        except UnderstandingError as error:
            NOT_UNDERSTOOD.inc()
            log.error("turn_failed error=%s", error)
            return self._own.not_understood(incoming, situation, self._may_owe(incoming))

    async def _asked(self, ask: Callable[..., Answer], *given: Any) -> Answer:
        """What asks Rasa, on a thread that is there for that."""
        return await asyncio.get_running_loop().run_in_executor(self._asking, copy_context().run, ask, *given)

    def _ask(self, incoming: Incoming, situation: Situation, trace: str) -> RasaTurn:
        """Raises UnderstandingError."""
        sender = f"{incoming.conversation}/{situation.episode}"
        remembered = Dialogue.from_json(situation.dialogue).on_page(incoming.product)
        metadata = {"dialogue": remembered.as_json(), "trace": trace}
        return self._rasa.take_turn(sender, plain(incoming.text), metadata)

    def _may_owe(self, incoming: Incoming) -> bool:
        """Another help desk is told an answer when it is given, and no more."""
        return self._owing is not None and not served_elsewhere(incoming.conversation)

    def _whole(self, incoming: Incoming, situation: Situation, turn: RasaTurn, row: int = 0) -> Turn:
        """All that the turn leaves behind. `row`: of a message that has a turn already, in whose place it is."""
        card = self._card(incoming, situation, turn, row)
        settled = bool(turn.record.get("settled")) and situation.state == "waiting"
        state = "waiting" if card and not settled else "bot"
        replies = [_reply(reply) for reply in turn.replies]
        answer = {"replies": replies, "turn": turn.record, "handoff": card, "state": state}
        before = situation.handoff["card"] if situation.handoff else None
        return Turn(
            turn.record,
            answer,
            tuple(Said(reply["text"], tuple(reply.get("buttons") or ())) for reply in replies),
            turn.dialogue,
            card,
            of_turn(self._desk().shop.robots, before, card) if card else (),
            settled,
        )

    def _card(self, incoming: Incoming, situation: Situation, turn: RasaTurn, row: int) -> dict[str, Any] | None:
        """The card as this turn leaves it: opened by a handover, kept up to date while the buyer waits."""
        if turn.record["decision"] != "hand_over" and situation.handoff is None:
            return None
        turns = self._store.episode_turns(incoming.conversation, situation.episode, row)
        pictures = tuple(a["id"] for a in incoming.attachments)
        turns.append(TurnRecord(incoming.text, self._clock.now(), turn.record, pictures))
        episode = situation.handoff["id"] if situation.handoff else uuid.uuid4().hex
        before = situation.handoff["card"]["promised"] if situation.handoff else ""
        talked_about = {q["details"].get("product") for one in turns for q in one.record["questions"]} - {None}
        shop = self._desk().priced_shop(talked_about)
        card = build_card(episode, turns, shop, turn.record.get("promised") or before)
        if situation.handoff and situation.handoff["card"]["reason"] == card["reason"]:
            card["queue"] = situation.handoff["queue"]  # where an agent may have passed it
        return card

    # --- what nobody answered, and what is owed ------------------------------------------------------------------

    async def answer_the_unanswered(self) -> int:
        """Answers messages that were kept but not answered: the process ended, this one or another front, or the database
        broke at the end of a turn. Gives how many. What another front may be answering just now is left to it for
        `patience`. Raises StoreError where it cannot be known what there is."""
        newest, now = await asyncio.to_thread(self._store.newest), time.monotonic()
        found = await asyncio.to_thread(self._store.unanswered, self._looked_up_to)
        self._unanswered_since = {row["id"]: self._unanswered_since.get(row["id"], now) for row in found}
        self._looked_up_to = min([newest - LATE, *self._unanswered_since]) - 1
        due = [row for row in found if now - self._unanswered_since[row["id"]] >= self._patience]
        last = {row["conversation"]: row["id"] for row in due}
        return sum([await self._take_up(conversation, row) for conversation, row in last.items()])

    async def _take_up(self, conversation: str, last: int) -> int:
        """Answers what was left in a conversation, up to a message; nothing where somebody here is at it. Gives how many."""
        answered, line = 0, self._line(conversation)
        if line.keeping.locked() or line.answering.locked():
            return 0
        try:
            async with line.answering:
                left = await asyncio.to_thread(self._store.unanswered, 0, conversation, last)
                for row in left:
                    if not await self._answer_left_over(row, MOST_TRIES if row is left[-1] else 1):
                        break
                    answered += 1
        except Exception:  # whatever it was, the others are answered
            log.exception("not_answered_yet conversation=%s", conversation)
        return answered

    async def pay_what_is_owed(self) -> int:
        """Gives those their answer who were told that nothing could be answered at that moment, if messages are understood
        now; how many. Beside other fronts it looks now and then for what these owe. Raises StoreError where it cannot be
        known who they are."""
        early = time.monotonic() < self._look_for_owed_at
        if self._owing is None or early or not await asyncio.to_thread(self._rasa.ready):
            return 0
        self._look_for_owed_at = time.monotonic() + self._patience if self._patience else inf
        paid = 0
        for row in await asyncio.to_thread(self._owing.owed, self._clock.now() - OWED_FOR):
            if self._tries[row["id"]] >= MOST_TRIES:
                continue
            try:
                async with self._line(row["conversation"]).answering:
                    paid += await self._pay(row, self._owing)
            except Exception:  # whatever it was, the others get theirs
                self._tries[row["id"]] += 1
                self._look_for_owed_at = 0.0
                log.exception("still_owed conversation=%s", row["conversation"])
        return paid

    async def _pay(self, row: Mapping[str, Any], owing: Owing) -> bool:
        incoming = _kept(row)
        situation = await asyncio.to_thread(self._store.situation, incoming.conversation)
        gone = situation.state == "claimed" or situation.episode != row["episode"]
        if gone or not await asyncio.to_thread(owing.still_owed, incoming.conversation, row["id"]):
            return False
        trace = trace_of(incoming.conversation, incoming.message_id)
        with about(conversation=incoming.conversation, trace=trace):
            taken = await self._asked(self._ask, incoming, situation, trace)
            turn = await asyncio.to_thread(self._whole, incoming, situation, taken, row["id"])
            now = self._clock.now()
            paid = await asyncio.to_thread(owing.pay, incoming.conversation, row["id"], situation, turn, now)
            if not paid:  # something happened meanwhile; the next look knows what
                self._look_for_owed_at = 0.0
            log.info("answered_later paid=%s", paid)
        self._live.tell(incoming.conversation)
        return paid


def _kept(row: Mapping[str, Any]) -> Incoming:
    return Incoming(row["conversation"], row["message_id"], row["text"], tuple(row["attachments"]))


def _left_to_person(situation: Situation) -> Turn:
    record: dict[str, Any] = {"language": situation.language, "questions": [], "decision": "talk", "left_to": "person"}
    card = situation.handoff["card"] if situation.handoff else None
    return Turn(record, {"replies": [], "turn": record, "handoff": card, "state": "claimed"})


def _reply(reply: Mapping[str, Any]) -> dict[str, Any]:
    buttons = [{"title": b["title"], "payload": b["payload"]} for b in reply.get("buttons") or ()]
    return {"text": reply["text"], **({"buttons": buttons} if buttons else {})}
