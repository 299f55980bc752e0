"""What the content team's inbox needs from the database: what was said with the turns, and which questions were seen to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Optional

import sqlalchemy as sa

from bot.adapters.database import Database, insert_once, iso
from bot.adapters.tables import content_inbox, messages, turns

How = Literal["fact", "faq", "example", "aside"]
Place = tuple[str, ...]
"""File and key of a row; of an example file, label and line."""

Key = tuple[int, int]
"""A question: the number of its message, and which of the message's it is, from 0."""

MOST_AT_ONCE = 500
"""Values in one statement."""


@dataclass(frozen=True)
class Line:
    """What somebody said. `record`: what the bot's turn left behind of a buyer's message, None where it took none."""

    id: int
    conversation: str
    episode: int
    sender: str
    text: str
    at: datetime
    record: Optional[Mapping[str, Any]] = None
    answered_at: Optional[datetime] = None


@dataclass(frozen=True)
class Handled:
    """Somebody has seen to a question. `places`: what answers it now; `was`: a mark of what was live in each."""

    how: How
    places: tuple[Place, ...]
    was: tuple[str, ...]
    author: str
    at: datetime


_LINES = sa.select(
    messages.c.id,
    messages.c.conversation,
    messages.c.episode,
    messages.c.sender,
    messages.c.text,
    messages.c.at,
    turns.c.record,
    turns.c.at.label("answered_at"),
).outerjoin(turns, turns.c.message == messages.c.id)


class InboxBook:
    """Raises StoreError where the database could not be asked."""

    def __init__(self, database: Database):
        self._database = database

    def lines(self, since: datetime, most: int) -> list[Line]:
        """What buyers and agents said since, in order; of more than `most` lines the newest."""
        query = _LINES.where(messages.c.at >= iso(since), messages.c.sender != "bot", messages.c.text != "")
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(messages.c.id.desc()).limit(most)).all()
        return [_line(row) for row in reversed(rows)]

    def talks(self, ids: Collection[int], most: int = 2000) -> list[Line]:
        """All that was said, by the bot too, in the episodes of these messages."""
        found: dict[int, Line] = {}
        with self._database.reading() as connection:
            for some in _parts(sorted(ids)):
                mine = sa.select(messages.c.conversation, messages.c.episode).where(messages.c.id.in_(some)).distinct()
                talk = mine.subquery()
                same = sa.and_(messages.c.conversation == talk.c.conversation, messages.c.episode == talk.c.episode)
                query = _LINES.join(talk, same).where(messages.c.text != "").order_by(messages.c.id).limit(most)
                found |= {row.id: _line(row) for row in connection.execute(query)}
        return [found[id] for id in sorted(found)]

    def handled(self, since: datetime) -> dict[Key, Handled]:
        """What was seen to of the messages since, or since then, newest first."""
        said = sa.select(content_inbox).join(messages, messages.c.id == content_inbox.c.message)
        query = said.where(sa.or_(messages.c.at >= iso(since), content_inbox.c.at >= iso(since)))
        query = query.order_by(content_inbox.c.at.desc(), content_inbox.c.message.desc())
        with self._database.reading() as connection:
            return {(row.message, row.question): _handled(row) for row in connection.execute(query)}

    def handle(self, keys: Iterable[Key], handled: Handled) -> None:
        """Somebody has seen to these; who had before is forgotten. Messages that are not there are passed over."""
        places = [list(place) for place in handled.places]
        values: dict[str, Any] = {"how": handled.how, "places": places, "was": list(handled.was)}
        values |= {"author": handled.author, "at": iso(handled.at)}
        wanted = sorted(set(keys))
        with self._database.writing() as connection:
            there = _there(connection, {message for message, _ in wanted})
            for message, question in wanted:
                if message in there:
                    insert_once(connection, content_inbox, message=message, question=question, **values)
                    connection.execute(content_inbox.update().where(_is(message, question)).values(**values))

    def put_back(self, keys: Iterable[Key]) -> None:
        """Nobody has seen to these."""
        with self._database.writing() as connection:
            for message, question in sorted(set(keys)):
                connection.execute(content_inbox.delete().where(_is(message, question)))


def _there(connection: sa.engine.Connection, ids: Collection[int]) -> set[int]:
    found: set[int] = set()
    for some in _parts(sorted(ids)):
        found |= set(connection.execute(sa.select(messages.c.id).where(messages.c.id.in_(some))).scalars())
    return found


def _parts(values: Sequence[int]) -> Iterable[Sequence[int]]:
    return (values[start : start + MOST_AT_ONCE] for start in range(0, len(values), MOST_AT_ONCE))


def _is(message: int, question: int) -> Any:
    return sa.and_(content_inbox.c.message == message, content_inbox.c.question == question)


def _line(row: Any) -> Line:
    answered = datetime.fromisoformat(row.answered_at) if row.answered_at else None
    said = (row.id, row.conversation, row.episode, row.sender, row.text, datetime.fromisoformat(row.at))
    return Line(*said, row.record, answered)


def _handled(row: Any) -> Handled:
    places = tuple(tuple(place) for place in row.places)
    return Handled(row.how, places, tuple(row.was), row.author, datetime.fromisoformat(row.at))
