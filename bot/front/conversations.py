"""What happens to a buyer's message: kept, put in order, answered once by the bot or left to a person."""

from __future__ import annotations

import asyncio
import logging
import re
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

from bot.adapters.in_line import LATE
from bot.adapters.logs import about, trace_of
from bot.adapters.rasa_client import Rasa, RasaTurn
from bot.adapters.store import Accepted, Said, Situation, Store, Turn
from bot.adapters.words import Words
from bot.core.card import TurnRecord, build_card
from bot.core.dialogue import Dialogue
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
LOOK_AGAIN = 0.25
"""Seconds after which a message looks again whether it is its turn, where nobody told it."""

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_WANTS_A_PERSON = re.compile(r"人工|真人|活人|客服|\b(?:person|human|agent|somebody|someone)\b")
_COMMAND = re.compile(r"^[\s/／]+")
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
        patience: float = 0.0,
    ):
        self._store, self._rasa, self._words, self._desk, self._clock = store, rasa, words, desk, clock
        self._live, self._patience = live, patience
        self._lines: WeakValueDictionary[str, _Line] = WeakValueDictionary()
        self._looked_up_to = 0
        self._unanswered_since: dict[int, float] = {}
        self._given_up: set[int] = set()

    async def receive(self, incoming: Incoming) -> Mapping[str, Any]:
        """The answer to a message: {"replies", "turn", "handoff", "state"}. The same message id gives the same answer.

        Raises StoreError where the message could not be kept.
        """
        return await self._receive(incoming, self._patience)

    async def _receive(self, incoming: Incoming, patience: float) -> Mapping[str, Any]:
        watch, trace = Stopwatch(), trace_of(incoming.conversation, incoming.message_id)
        line = self._lines.setdefault(incoming.conversation, _Line())
        with IN_HAND.track_inprogress(), about(conversation=incoming.conversation, trace=trace):
            async with line.keeping:
                accepted = await self._keep(incoming)
            watch.done("store")
            answer = accepted.answer
            if answer is None:
                async with line.answering:
                    answer = await self._answer(incoming, accepted, trace, watch, patience)
                self._live.tell(incoming.conversation)
            else:
                REPEATED.inc()
            return answer

    async def _keep(self, incoming: Incoming) -> Accepted:
        language = language_of(incoming.text) or incoming.language or "zh"
        kept = (incoming.conversation, incoming.message_id, incoming.text, incoming.attachments, language)
        accepted = await asyncio.to_thread(self._store.accept, *kept, self._clock.now())
        log.info("received message=%s characters=%s", incoming.message_id, len(incoming.text))
        self._live.tell(incoming.conversation)
        return accepted

    async def _answer(
        self, incoming: Incoming, accepted: Accepted, trace: str, watch: Stopwatch, patience: float
    ) -> Mapping[str, Any]:
        """The message's answer. Raises StoreError."""
        situation = accepted.situation if accepted.new and accepted.next else None
        while True:
            if situation is None:
                if not await self._come_to(incoming.conversation, accepted, patience):
                    return await self._answered_elsewhere(accepted.row)
                situation = await asyncio.to_thread(self._store.situation, incoming.conversation)
            watch.done("queue")
            if answer := await self._answer_now(incoming, accepted.row, situation, trace, watch):
                return answer
            situation = None

    async def _answer_now(
        self, incoming: Incoming, row: int, situation: Situation, trace: str, watch: Stopwatch
    ) -> Mapping[str, Any] | None:
        taken = None if situation.state == "claimed" else await self._turn(incoming, situation, trace)
        watch.done("understand")
        answer = await asyncio.to_thread(self._finish, incoming, row, situation, taken)
        watch.done("finish")
        if answer is not None:
            turn_taken(answer["turn"], watch)
            log.info(_TURN, answer["turn"]["decision"], answer["state"], *map(watch.ms, STEPS[:-1]))
        return answer

    async def _answered_elsewhere(self, row: int) -> Mapping[str, Any]:
        answer = await asyncio.to_thread(self._store.answer, row)
        if answer is None:
            raise StoreError("the message was erased before it was answered")
        REPEATED.inc()
        return answer

    # --- whose turn it is ----------------------------------------------------------------------------------------

    async def _come_to(self, conversation: str, accepted: Accepted, patience: float) -> bool:
        """Waits for those before the message, which others answer, or, where none of them was for `patience`, answers
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
                    waiting, until = len(kept), time.monotonic() + patience
                if time.monotonic() >= until:
                    for row in kept[:-1]:
                        await self._answer_left_over(row)
                    return True
        return True

    async def _answer_left_over(self, row: Mapping[str, Any]) -> None:
        """Answers a message that whoever took it did not; what cannot be answered holds up no other: it gets one honest
        line."""
        incoming = _kept(row)
        trace = trace_of(incoming.conversation, incoming.message_id)
        with about(conversation=incoming.conversation, trace=trace):
            situation = await asyncio.to_thread(self._store.situation, incoming.conversation)
            log.info("left_over message=%s", incoming.message_id)
            try:
                await self._answer_now(incoming, row["id"], situation, trace, Stopwatch())
            except Exception:
                log.exception("left_over_failed message=%s", incoming.message_id)
                own = self._own_turn("utter_cannot_answer_now", situation.language, situation)
                taken = None if situation.state == "claimed" else own
                await asyncio.to_thread(self._finish, incoming, row["id"], situation, taken)
        self._live.tell(incoming.conversation)

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
        sender = f"{incoming.conversation}/{situation.episode}"
        remembered = Dialogue.from_json(situation.dialogue).on_page(incoming.product)
        metadata = {"dialogue": remembered.as_json(), "trace": trace}
        try:
            return await asyncio.to_thread(self._rasa.take_turn, sender, text, metadata)
        except UnderstandingError as error:
            NOT_UNDERSTOOD.inc()
            log.error("turn_failed error=%s", error)
            if _WANTS_A_PERSON.search(text.lower()):
                return self._handed_over(incoming, language, situation)
            return self._own_turn("utter_cannot_answer_now", language, situation)

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

    def _whole(self, incoming: Incoming, situation: Situation, turn: RasaTurn) -> Turn:
        """All that the turn leaves behind."""
        card = self._card(incoming, situation, turn, self._clock.now())
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

    def _card(self, incoming: Incoming, situation: Situation, turn: RasaTurn, now: Any) -> dict[str, Any] | None:
        """The card as this turn leaves it: opened by a handover, kept up to date while the buyer waits."""
        if turn.record["decision"] != "hand_over" and situation.handoff is None:
            return None
        turns = self._store.episode_turns(incoming.conversation, situation.episode)
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

    # --- what nobody answered ------------------------------------------------------------------------------------

    async def answer_the_unanswered(self) -> int:
        """Answers messages that were kept but not answered before the process ended, this one or another front; gives
        how many. What another front may be answering just now is left to it for `patience`."""
        newest, now = await asyncio.to_thread(self._store.newest), time.monotonic()
        found = await asyncio.to_thread(self._store.unanswered, self._looked_up_to)
        self._unanswered_since = {row["id"]: self._unanswered_since.get(row["id"], now) for row in found}
        self._looked_up_to = min([newest - LATE, *self._unanswered_since]) - 1
        answered = 0
        for row in found:
            if row["id"] not in self._given_up and now - self._unanswered_since[row["id"]] >= self._patience:
                answered += await self._answered_late(row)
        return answered

    async def _answered_late(self, row: Mapping[str, Any]) -> bool:
        try:
            await self._receive(_kept(row), patience=0)
        except StoreError as error:
            log.error("not_answered_after_restart conversation=%s error=%s", row["conversation"], error)
        except Exception:  # whatever it was, the others are answered and the front starts
            log.exception("not_answered_after_restart conversation=%s", row["conversation"])
            self._given_up.add(row["id"])
        else:
            return True
        return False


def _kept(row: Mapping[str, Any]) -> Incoming:
    return Incoming(row["conversation"], row["message_id"], row["text"], tuple(row["attachments"]))


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
