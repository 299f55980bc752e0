"""A night of buyers for the tests of the inbox: what was said, with what the bot's turns left behind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.adapters.database import Database, insert_once, iso
from bot.adapters.inbox import Line
from bot.adapters.tables import conversations, messages, turns
from tests.small_shop import EVENING

NIGHT = EVENING - timedelta(hours=3)


def asked(label: str, text: str, outcome: str = "answered", **more: Any) -> dict[str, Any]:
    """One question of a turn's record. `next`: (label, confidence); `told`: facts as (name, value, source); the rest are details."""
    following, told = more.pop("next", None), more.pop("told", ())
    return {
        "label": label,
        "text": text,
        "outcome": outcome,
        "confidence": more.pop("confidence", 0.9),
        **({"next": {"label": following[0], "confidence": following[1]}} if following else {}),
        "facts": [{"name": name, "value": value, "source": source, "as_of": ""} for name, value, source in told],
        "details": more,
    }


def buyer(text: str, *questions: dict[str, Any], said: Iterable[tuple[str, str]] = (), language: str = "zh") -> Line:
    told = [{"entity": name, "value": words, "text": words, "start": text.find(words)} for name, words in said]
    record = {"language": language, "questions": list(questions), "decision": "answer", "said": told}
    return Line(0, "", 1, "buyer", text, EVENING, record)


def left_to_agent(text: str) -> Line:
    record = {"language": "zh", "questions": [], "decision": "talk", "left_to": "person"}
    return Line(0, "", 1, "buyer", text, EVENING, record)


def bot(text: str) -> Line:
    return Line(0, "", 1, "bot", text, EVENING)


def agent(text: str) -> Line:
    return Line(0, "", 1, "agent", text, EVENING)


def talk(*said: Line, of: str = "web:1", first: int = 1, begins: datetime = NIGHT, every: float = 20) -> list[Line]:
    """The lines of one conversation, numbered from `first`, so many seconds apart, each answered at once."""
    told = []
    for number, line in enumerate(said):
        at = begins + timedelta(seconds=number * every)
        told.append(replace(line, id=first + number, conversation=of, at=at, answered_at=at if line.record else None))
    return told


def unknown(text: str = "L18能打豆浆吗", **details: Any) -> Line:
    """A buyer whom the shop's facts leave without an answer."""
    given = details or {"product": "L18", "capability": "soy_milk"}
    return buyer(text, asked("ask_capability", text, "unknown", **given), said=[("product", "L18")])


def keep(database: Database, lines: Sequence[Line]) -> list[int]:
    """Writes lines as the front would have; gives the numbers of their messages."""
    numbers = []
    with database.writing() as connection:
        for line in lines:
            begun = {"language": "zh", "episode": 1, "dialogue": {}, "created_at": iso(line.at)}
            insert_once(connection, conversations, id=line.conversation, **begun)
            numbers.append(_write(connection, line))
    return numbers


def _write(connection: sa.engine.Connection, line: Line) -> int:
    common = {"conversation": line.conversation, "episode": line.episode, "at": iso(line.at)}
    values = {**common, "sender": line.sender, "text": line.text, "buttons": [], "attachments": []}
    number = connection.execute(messages.insert().values(**values)).inserted_primary_key[0]
    if line.record is not None:
        connection.execute(turns.insert().values(**common, message=number, record=dict(line.record), answer={}))
    return number
