"""What happens to a buyer's message: kept, put in order, answered once by the bot or left to a person."""

from __future__ import annotations

import asyncio
import logging
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

from bot.adapters.rasa_client import RasaClient, RasaTurn
from bot.adapters.store import Said, Situation, Store
from bot.adapters.words import Words
from bot.core.card import TurnRecord, build_card
from bot.core.text import fold, language_of
from bot.core.types import Language
from bot.ports import Clock, UnderstandingError
from bot.services.common import Desk
from bot.services.handover import hand_over

log = logging.getLogger(__name__)

MOST_CHARACTERS = 2000
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_WANTS_A_PERSON = re.compile(r"人工|真人|活人|客服|\b(?:person|human|agent|somebody|someone)\b")
_COMMAND = re.compile(r"^[\s/／]+")


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

    def __init__(self, store: Store, rasa: RasaClient, words: Words, desk: Callable[[], Desk], clock: Clock):
        self._store, self._rasa, self._words, self._desk, self._clock = store, rasa, words, desk, clock
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def receive(self, incoming: Incoming) -> Mapping[str, Any]:
        """The answer to a message: {"replies", "turn", "handoff", "state"}. The same message id gives the same answer.

        Raises StoreError where the message could not be kept.
        """
        lock = self._locks.setdefault(incoming.conversation, asyncio.Lock())
        async with lock:
            return await self._receive(incoming)

    async def _receive(self, incoming: Incoming) -> Mapping[str, Any]:
        language = language_of(incoming.text) or incoming.language or "zh"
        now = self._clock.now()
        await asyncio.to_thread(self._store.open_conversation, incoming.conversation, language, now)
        accepted = await asyncio.to_thread(
            self._store.accept, incoming.conversation, incoming.message_id, incoming.text, incoming.attachments, now
        )
        if accepted.answer is not None:
            return accepted.answer
        situation = await asyncio.to_thread(self._store.situation, incoming.conversation)
        if situation.handoff and situation.state == "claimed":
            return await self._left_to_person(incoming, accepted.row, situation.language, situation.handoff)
        turn = await self._turn(incoming, situation)
        return await asyncio.to_thread(self._finish, incoming, accepted.row, situation, turn)

    async def _left_to_person(
        self, incoming: Incoming, row: int, language: Language, handoff: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        record: dict[str, Any] = {"language": language, "questions": [], "decision": "talk", "left_to": "person"}
        answer = {"replies": [], "turn": record, "handoff": handoff["card"], "state": "claimed"}
        await asyncio.to_thread(
            self._store.finish_turn, incoming.conversation, row, record, (), answer, self._clock.now()
        )
        return answer

    # --- one turn of the bot -------------------------------------------------------------------------------------

    async def _turn(self, incoming: Incoming, situation: Situation) -> RasaTurn:
        text = plain(incoming.text)
        language = language_of(text) or situation.language
        if len(incoming.text) > MOST_CHARACTERS:
            return self._own_turn("utter_too_long", language, situation)
        if not fold(text).text:
            return self._own_turn(
                "utter_picture" if incoming.attachments else "utter_nothing_said", language, situation
            )
        sender = f"{incoming.conversation}/{situation.episode}"
        metadata = {"dialogue": situation.dialogue or _beginning(incoming)}
        try:
            return await asyncio.to_thread(self._rasa.take_turn, sender, text, metadata)
        except UnderstandingError as error:
            log.error("turn_failed conversation=%s error=%s", incoming.conversation, error)
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

    def _finish(self, incoming: Incoming, row: int, before: Situation, turn: RasaTurn) -> Mapping[str, Any]:
        """Stores replies, record, memory and card together, unless a person took over while the bot was thinking."""
        now = self._clock.now()
        situation = self._store.situation(incoming.conversation)
        if situation.handoff and situation.state == "claimed":
            record = {**turn.record, "left_to": "person"}
            answer = {"replies": [], "turn": record, "handoff": situation.handoff["card"], "state": "claimed"}
            self._store.finish_turn(incoming.conversation, row, record, (), answer, now)
            return answer
        card = self._card(incoming, situation, turn, now)
        settled = bool(turn.record.get("settled")) and situation.state == "waiting"
        state = "bot" if settled else "waiting" if card else "bot"
        answer = {
            "replies": [_reply(reply) for reply in turn.replies],
            "turn": turn.record,
            "handoff": card,
            "state": state,
        }
        said = [Said(reply["text"], tuple(reply.get("buttons") or ())) for reply in turn.replies]
        done = self._store.finish_turn(
            incoming.conversation,
            row,
            turn.record,
            said,
            answer,
            now,
            dialogue=turn.dialogue,
            card=card,
            settled=settled,
        )
        if not done:
            kept = self._store.accept(incoming.conversation, incoming.message_id, "", (), now).answer
            return answer if kept is None else kept
        log.info("turn conversation=%s decision=%s state=%s", incoming.conversation, turn.record["decision"], state)
        return answer

    def _card(self, incoming: Incoming, situation: Situation, turn: RasaTurn, now: Any) -> dict[str, Any] | None:
        """The card as this turn leaves it: opened by a handover, kept up to date while the buyer waits."""
        if turn.record["decision"] != "hand_over" and situation.handoff is None:
            return None
        turns = self._store.episode_turns(incoming.conversation, situation.episode)
        pictures = tuple(a["id"] for a in incoming.attachments)
        turns.append(TurnRecord(incoming.text, now, turn.record, pictures))
        episode = situation.handoff["id"] if situation.handoff else uuid.uuid4().hex
        before = situation.handoff["card"]["promised"] if situation.handoff else ""
        return build_card(episode, turns, self._desk().shop, turn.record.get("promised") or before)

    # --- after a restart -----------------------------------------------------------------------------------------

    async def answer_the_unanswered(self) -> int:
        """Answers messages that were kept but not answered before the process ended; gives how many."""
        waiting = await asyncio.to_thread(self._store.unanswered)
        for conversation, message_id in waiting:
            row = next(
                m for m in await asyncio.to_thread(self._store.thread, conversation) if m["message_id"] == message_id
            )
            await self.receive(Incoming(conversation, message_id, row["text"], tuple(row["attachments"])))
        return len(waiting)


def plain(text: str) -> str:
    """The text without what no buyer types: control and direction marks, and the slash that Rasa takes for a command."""
    return _COMMAND.sub("", _UNSEEN.sub(" ", text)).strip()


def _reply(reply: Mapping[str, Any]) -> dict[str, Any]:
    buttons = [{"title": b["title"], "payload": b["payload"]} for b in reply.get("buttons") or ()]
    return {"text": reply["text"], **({"buttons": buttons} if buttons else {})}


def _beginning(incoming: Incoming) -> dict[str, Any]:
    return {"products": [incoming.product]} if incoming.product else {}
