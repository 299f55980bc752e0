"""A message as understanding returns it (`/model/parse`), as the services take it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.labels import ALL
from bot.core.types import Entity, FaqMatch, Language, Question
from bot.services.turn import Message

LANGUAGE = "language"
"""The entity that says which language the message is in, which is no detail of it."""


def message_of(parse: Mapping[str, Any], language: Language) -> Message:
    text = parse.get("text") or ""
    entities = tuple(
        Entity(e["entity"], e["value"], e.get("text", text[e["start"] : e["end"]]), e["start"], e["end"])
        for e in parse.get("entities", [])
        if e["entity"] != LANGUAGE
    )
    questions = tuple(
        Question(
            q["label"],
            q["text"],
            q["start"],
            q["end"],
            q["confidence"],
            tuple(q.get("others", ())),
            _entries(q),
            q.get("next", 0.0),
        )
        for q in parse.get("questions", [])
        if q["label"] in ALL  # another skill answers the others
    )
    return Message(text, language, questions, entities)


def _entries(question: Mapping[str, Any]) -> tuple[FaqMatch, ...]:
    return tuple(FaqMatch(match["id"], match["similarity"]) for match in question.get("faq", ()))


def language_said(parse: Mapping[str, Any], before: Language) -> Language:
    """The language of the message, that of the one before where it does not say."""
    said = next((e["value"] for e in parse.get("entities", []) if e["entity"] == LANGUAGE), before)
    return "en" if said == "en" else "zh"
