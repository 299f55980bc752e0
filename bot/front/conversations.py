"""What happens to a buyer's message: kept, put in order, answered once by the bot or left to a person."""

from __future__ import annotations

import asyncio
import logging
import re
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from bot.adapters.logs import about, trace_of
from bot.adapters.owing import Owing
from bot.adapters.rasa_client import RasaClient, RasaTurn
from bot.adapters.store import Accepted, Said, Situation, Store, Turn
from bot.adapters.words import Words
from bot.core.card import TurnRecord, build_card
from bot.core.dialogue import Dialogue
from bot.core.handoff import served_elsewhere
from bot.core.notices import of_turn
from bot.core.text import fold, language_of
from bot.core.types import Language
from bot.front.live import Live
from bot.front.metrics import IN_HAND, NOT_UNDERSTOOD, REPEATED, STEPS, Stopwatch, turn_taken
from bot.ports import Clock, StoreError, UnderstandingError
from bot.services.common import Desk
from bot.services.handover import hand_over

log = logging.getLogger(__name__)

MOST_CHARACTERS = 2000
MOST_ASKED = 64
"""Turns that Rasa is asked for at the same time. On threads of their own: while Rasa hangs, nothing else waits for it."""

MOST_TRIES = 5
"""Times that a message is taken up again which cannot be answered."""

OWED_FOR = timedelta(hours=1)
"""An answer that is owed for longer is not given any more."""

LATE = 1000
"""By how much a message's number may be lower than one that was there before it (PostgreSQL numbers it when it is written)."""

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_WANTS_A_PERSON = re.compile(r"人工|真人|活人|客服|\b(?:person|human|agent|somebody|someone)\b")
_COMMAND = re.compile(r"^[\s/／]+")
_TURN = "turn decision=%s state=%s queue_ms=%.1f store_ms=%.1f understand_ms=%.1f finish_ms=%.1f"


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


class Conversations:
    """One conversation's messages are answered one after the other, in the order they came."""

    def __init__(
        self,
        store: Store,
        rasa: RasaClient,
        words: Words,
        desk: Callable[[], Desk],
        clock: Clock,
        live: Live,
        owing: Owing | None = None,
    ):
        self._store, self._rasa, self._words, self._desk, self._clock = store, rasa, words, desk, clock
        self._live, self._owing = live, owing
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._asking = ThreadPoolExecutor(MOST_ASKED, thread_name_prefix="rasa")
        self._left: dict[str, list[Mapping[str, Any]]] = {}  # kept and not answered, by conversation
        self._tries: Counter[int] = Counter()
        self._answered_below = 0
        self._owes = owing is not None

    async def receive(self, incoming: Incoming) -> Mapping[str, Any]:
        """The answer to a message: {"replies", "turn", "handoff", "state"}. The same message id gives the same answer.

        Raises StoreError where the message could not be kept.
        """
        watch, trace = Stopwatch(), trace_of(incoming.conversation, incoming.message_id)
        lock = self._locks.setdefault(incoming.conversation, asyncio.Lock())
        with IN_HAND.track_inprogress(), about(conversation=incoming.conversation, trace=trace):
            async with lock:
                watch.done("queue")
                await self._answer_the_left(incoming)
                return await self._receive(incoming, watch, trace)

    async def _receive(self, incoming: Incoming, watch: Stopwatch, trace: str) -> Mapping[str, Any]:
        language = language_of(incoming.text) or incoming.language or "zh"
        kept = (incoming.conversation, incoming.message_id, incoming.text, incoming.attachments, language)
        accepted = await asyncio.to_thread(self._store.accept, *kept, self._clock.now())
        watch.done("store")
        log.info("received message=%s characters=%s", incoming.message_id, len(incoming.text))
        self._live.tell(incoming.conversation)
        answer = accepted.answer
        if answer is not None:
            REPEATED.inc()
        else:
            try:
                answer = await self._answered(incoming, accepted, watch, trace)
            except StoreError:
                self._left.setdefault(incoming.conversation, []).append(_as_kept(incoming, accepted.row))
                raise
        self._live.tell(incoming.conversation)
        return answer

    async def _answered(
        self, incoming: Incoming, accepted: Accepted, watch: Stopwatch, trace: str
    ) -> Mapping[str, Any]:
        """Takes the message's turn, anew where the conversation moved on meanwhile."""
        situation = accepted.situation
        while True:
            taken = None if situation.state == "claimed" else await self._turn(incoming, situation, trace)
            watch.done("understand")
            answer = await asyncio.to_thread(self._finish, incoming, accepted.row, situation, taken)
            watch.done("finish")
            if answer is not None:
                turn_taken(answer["turn"], watch)
                log.info(_TURN, answer["turn"]["decision"], answer["state"], *map(watch.ms, STEPS[:-1]))
                self._owes = self._owes or bool(answer["turn"].get("later"))
                return answer
            situation = await asyncio.to_thread(self._store.situation, incoming.conversation)

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

    async def _turn(self, incoming: Incoming, situation: Situation, trace: str) -> RasaTurn:
        text = plain(incoming.text)
        language = language_of(text) or situation.language
        if len(incoming.text) > MOST_CHARACTERS:
            return self._own_turn("utter_too_long", language, situation)
        if not fold(text).text:
            return self._own_turn(
                "utter_picture" if incoming.attachments else "utter_nothing_said", language, situation
            )
        try:
            return await self._ask(incoming, situation, trace)
        except UnderstandingError as error:
            NOT_UNDERSTOOD.inc()
            log.error("turn_failed error=%s", error)
            if _WANTS_A_PERSON.search(text.lower()):
                return self._handed_over(incoming, language, situation)
            taken = self._own_turn("utter_cannot_answer_now", language, situation)
            return replace(taken, record={**taken.record, "later": True}) if self._may_owe(incoming) else taken

    async def _ask(self, incoming: Incoming, situation: Situation, trace: str) -> RasaTurn:
        """Raises UnderstandingError."""
        sender = f"{incoming.conversation}/{situation.episode}"
        remembered = Dialogue.from_json(situation.dialogue).on_page(incoming.product)
        metadata = {"dialogue": remembered.as_json(), "trace": trace}
        asked = partial(copy_context().run, self._rasa.take_turn, sender, plain(incoming.text), metadata)
        return await asyncio.get_running_loop().run_in_executor(self._asking, asked)

    def _may_owe(self, incoming: Incoming) -> bool:
        """Another help desk is told an answer when it is given, and no more."""
        return self._owing is not None and not served_elsewhere(incoming.conversation)

    def _own_turn(self, name: str, language: Language, situation: Situation) -> RasaTurn:
        """A turn that needs no understanding, or could get none."""
        record: dict[str, Any] = {"language": language, "questions": [], "decision": "talk", "said": []}
        return RasaTurn((self._words.say(name, language),), record, situation.dialogue)

    def _handed_over(self, incoming: Incoming, language: Language, situation: Situation) -> RasaTurn:
        """A person who is asked for by name comes even while nothing is understood."""
        reason, desk = "request_human", self._desk()
        line, facts = hand_over(reason, situation.dialogue.get("handed_over"), language, desk)
        question = {"label": reason, "text": incoming.text, "outcome": "handed_over", "details": {}}
        record = {
            "language": language,
            "questions": [{**question, "facts": [fact.as_json() for fact in facts]}],
            "decision": "hand_over",
            "said": [],
            "reason": reason,
            "promised": line.facts["promised"],
        }
        dialogue = {**situation.dialogue, "handed_over": reason}
        return RasaTurn((self._words.say(line.name, language, line.facts),), record, dialogue)

    def _whole(self, incoming: Incoming, situation: Situation, turn: RasaTurn, row: int = 0) -> Turn:
        """All that the turn leaves behind. `row`: of a message that has a turn already, in whose place it is."""
        card = self._card(incoming, situation, turn, self._clock.now(), row)
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

    def _card(
        self, incoming: Incoming, situation: Situation, turn: RasaTurn, now: Any, row: int
    ) -> dict[str, Any] | None:
        """The card as this turn leaves it: opened by a handover, kept up to date while the buyer waits."""
        if turn.record["decision"] != "hand_over" and situation.handoff is None:
            return None
        turns = self._store.episode_turns(incoming.conversation, situation.episode, row)
        pictures = tuple(a["id"] for a in incoming.attachments)
        turns.append(TurnRecord(incoming.text, now, turn.record, pictures))
        episode = situation.handoff["id"] if situation.handoff else uuid.uuid4().hex
        before = situation.handoff["card"]["promised"] if situation.handoff else ""
        talked_about = {q["details"].get("product") for one in turns for q in one.record["questions"]} - {None}
        shop = self._desk().priced_shop(talked_about)
        card = build_card(episode, turns, shop, turn.record.get("promised") or before)
        if situation.handoff and situation.handoff["card"]["reason"] == card["reason"]:
            card["queue"] = situation.handoff["queue"]  # where an agent may have passed it
        return card

    # --- what was left -------------------------------------------------------------------------------------------

    async def answer_the_unanswered(self, all_at_once: bool = True) -> int:
        """Answers messages that were kept but not answered: the process ended, or the database broke at the end of a turn.
        Gives how many. `all_at_once`: else those alone that had no answer when this was called last, for a moment ago they
        may have been at work here or in another front. Raises StoreError."""
        known = {row["id"] for rows in self._left.values() for row in rows}
        await self.find_the_unanswered()
        answered = 0
        for conversation, left in list(self._left.items()):
            if all_at_once or any(row["id"] in known for row in left):
                answered += await self._answer_in(conversation)
        return answered

    async def find_the_unanswered(self) -> None:
        """From now on they are answered before what comes next in their conversations. Raises StoreError."""
        newest = await asyncio.to_thread(self._store.newest)
        rows = await asyncio.to_thread(self._store.unanswered, self._answered_below)
        self._answered_below = min([newest, *(row["id"] for row in rows)]) - LATE
        self._left = {}
        for row in rows:
            lock = self._locks.get(row["conversation"])
            if self._tries[row["id"]] < MOST_TRIES and not (lock and lock.locked()):  # what is locked is at work here
                self._left.setdefault(row["conversation"], []).append(row)

    async def _answer_in(self, conversation: str) -> int:
        async with self._locks.setdefault(conversation, asyncio.Lock()):
            return await self._answer_the_left(Incoming(conversation, "", ""))

    async def _answer_the_left(self, next_one: Incoming) -> int:
        """Answers what was left in the conversation before its next message is; gives how many."""
        answered = 0
        for row in self._left.pop(next_one.conversation, ()):
            if row["message_id"] == next_one.message_id or await asyncio.to_thread(self._store.answer, row["id"]):
                continue
            kept = Incoming(row["conversation"], row["message_id"], row["text"], tuple(row["attachments"]))
            trace = trace_of(kept.conversation, kept.message_id)
            try:
                with about(conversation=kept.conversation, trace=trace):
                    await self._receive(kept, Stopwatch(), trace)
            except StoreError:
                raise
            except Exception:  # whatever it was, the others are answered
                self._tries[row["id"]] += 1
                log.exception("not_answered_after_restart conversation=%s", kept.conversation)
            else:
                answered += 1
        return answered

    async def pay_what_is_owed(self) -> int:
        """Gives those their answer who were told that nothing could be answered at that moment, if messages are understood
        now; how many. Raises StoreError where it cannot be known who they are."""
        if self._owing is None or not self._owes or not await asyncio.to_thread(self._rasa.ready):
            return 0
        self._owes = False
        paid = 0
        for row in await asyncio.to_thread(self._owing.owed, self._clock.now() - OWED_FOR):
            if self._tries[row["id"]] >= MOST_TRIES:
                continue
            try:
                async with self._locks.setdefault(row["conversation"], asyncio.Lock()):
                    paid += await self._pay(row, self._owing)
            except Exception:  # whatever it was, the others get theirs
                self._tries[row["id"]] += 1
                self._owes = True
                log.exception("still_owed conversation=%s", row["conversation"])
        return paid

    async def _pay(self, row: Mapping[str, Any], owing: Owing) -> bool:
        incoming = Incoming(row["conversation"], row["message_id"], row["text"], tuple(row["attachments"]))
        situation = await asyncio.to_thread(self._store.situation, incoming.conversation)
        if situation.state == "claimed" or situation.episode != row["episode"]:
            return False
        trace = trace_of(incoming.conversation, incoming.message_id)
        with about(conversation=incoming.conversation, trace=trace):
            taken = await self._ask(incoming, situation, trace)
            turn = await asyncio.to_thread(self._whole, incoming, situation, taken, row["id"])
            now = self._clock.now()
            paid = await asyncio.to_thread(owing.pay, incoming.conversation, row["id"], situation, turn, now)
            self._owes = self._owes or not paid  # something happened meanwhile; the next look knows what
            log.info("answered_later paid=%s", paid)
        self._live.tell(incoming.conversation)
        return paid


def _as_kept(incoming: Incoming, row: int) -> dict[str, Any]:
    """As `Store.unanswered` gives it."""
    return {
        "id": row,
        "conversation": incoming.conversation,
        "message_id": incoming.message_id,
        "text": incoming.text,
        "attachments": incoming.attachments,
    }


def _left_to_person(situation: Situation) -> Turn:
    record: dict[str, Any] = {"language": situation.language, "questions": [], "decision": "talk", "left_to": "person"}
    card = situation.handoff["card"] if situation.handoff else None
    return Turn(record, {"replies": [], "turn": record, "handoff": card, "state": "claimed"})


def plain(text: str) -> str:
    """The text without what no buyer types: control and direction marks, and the slash that Rasa takes for a command."""
    return _COMMAND.sub("", _UNSEEN.sub(" ", text)).strip()


def _reply(reply: Mapping[str, Any]) -> dict[str, Any]:
    buttons = [{"title": b["title"], "payload": b["payload"]} for b in reply.get("buttons") or ()]
    return {"text": reply["text"], **({"buttons": buttons} if buttons else {})}
