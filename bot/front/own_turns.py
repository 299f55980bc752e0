"""Turns that the front takes itself: there is nothing to understand in the message, or Rasa does not answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.adapters.rasa_client import RasaTurn
from bot.adapters.situation import Situation
from bot.adapters.words import Words
from bot.core.text import fold, language_of
from bot.core.types import Language
from bot.services.common import Desk
from bot.services.handover import hand_over

if TYPE_CHECKING:
    from bot.front.conversations import Incoming

MOST_CHARACTERS = 2000

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_WANTS_A_PERSON = re.compile(r"人工|真人|活人|客服|\b(?:person|human|agent|somebody|someone)\b")
_COMMAND = re.compile(r"^[\s/／]+")


class OwnTurns:
    """Thread-safe."""

    def __init__(self, words: Words, desk: Callable[[], Desk]):
        self._words, self._desk = words, desk

    def answer(self, incoming: Incoming, situation: Situation) -> RasaTurn | None:
        """The turn of a message in which there is nothing to understand, None for any other."""
        text = plain(incoming.text)
        language = language_of(text) or situation.language
        if len(incoming.text) > MOST_CHARACTERS:
            return self.turn("utter_too_long", language, situation)
        if not fold(text).text:
            name = "utter_picture" if incoming.attachments else "utter_nothing_said"
            return self.turn(name, language, situation)
        return None

    def not_understood(self, incoming: Incoming, situation: Situation, later: bool) -> RasaTurn:
        """The turn of a message that Rasa did not answer. `later`: an answer may follow."""
        text = plain(incoming.text)
        language = language_of(text) or situation.language
        if _WANTS_A_PERSON.search(text.lower()):
            return self._handed_over(incoming, language, situation)
        taken = self.turn("utter_cannot_answer_now", language, situation)
        return replace(taken, record={**taken.record, "later": True}) if later else taken

    def turn(self, name: str, language: Language, situation: Situation) -> RasaTurn:
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


def plain(text: str) -> str:
    """The text without what no buyer types: control and direction marks, and the slash that Rasa takes for a command."""
    return _COMMAND.sub("", _UNSEEN.sub(" ", text)).strip()
