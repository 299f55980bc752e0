"""What the morning report and the minding of idle handoffs need from the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.adapters.database import Database, iso
from bot.adapters.tables import deeds, handoffs, messages, turns
from bot.core.digest import Message, Night, Waiting
from bot.core.handoff import OPEN
from bot.core.minding import Watched


class Nights:
    """Raises StoreError where the database could not be asked."""

    def __init__(self, database: Database):
        self._database = database

    def between(self, since: datetime, until: datetime) -> Night:
        """What happened from `since` up to `until`, and all who wait for a person now, whenever they came."""
        with self._database.reading() as connection:
            return Night(
                since,
                until,
                tuple(_waiting(connection, until)),
                tuple(_messages(connection, since, until)),
                _opened(connection, since, until),
                _settled(connection, since, until),
            )

    def watched(self) -> list[Watched]:
        """Every open handoff, with the times of the last messages in it and of what was last done to it."""
        done = sa.select(sa.func.max(deeds.c.at)).where(deeds.c.handoff == handoffs.c.id).scalar_subquery()
        columns = (handoffs.c.id, handoffs.c.conversation, handoffs.c.state, handoffs.c.queue, handoffs.c.waiting_since)
        query = sa.select(
            *columns,
            handoffs.c.reminded_at,
            sa.func.coalesce(done, handoffs.c.opened_at).label("done_at"),
            _last("buyer").label("buyer_at"),
            _last("agent").label("agent_at"),
        ).where(handoffs.c.state.in_(OPEN))
        with self._database.reading() as connection:
            return [_watched(row) for row in connection.execute(query)]


def _last(sender: str) -> Any:
    """When somebody last wrote in the handoff's episode."""
    of_it = (messages.c.conversation == handoffs.c.conversation, messages.c.episode == handoffs.c.episode)
    return sa.select(sa.func.max(messages.c.at)).where(*of_it, messages.c.sender == sender).scalar_subquery()


def _watched(row: Any) -> Watched:
    return Watched(
        id=row.id,
        conversation=row.conversation,
        state=row.state,
        queue=row.queue,
        waiting_since=_moment(row.waiting_since),
        reminded=row.reminded_at is not None,
        done_at=datetime.fromisoformat(row.done_at),
        buyer_at=_moment(row.buyer_at),
        agent_at=_moment(row.agent_at),
    )


def _moment(kept: str | None) -> datetime | None:
    return datetime.fromisoformat(kept) if kept else None


def _waiting(connection: sa.engine.Connection, until: datetime) -> list[Waiting]:
    query = sa.select(handoffs).where(handoffs.c.state.in_(OPEN), handoffs.c.waiting_since.is_not(None))
    rows = connection.execute(query.order_by(handoffs.c.waiting_since)).all()
    zone = until.tzinfo
    return [
        Waiting(row.id, datetime.fromisoformat(row.waiting_since).astimezone(zone), row.card, row.agent) for row in rows
    ]


def _messages(connection: sa.engine.Connection, since: datetime, until: datetime) -> list[Message]:
    query = (
        sa.select(messages.c.conversation, messages.c.at, turns.c.at.label("answered_at"), turns.c.record)
        .outerjoin(turns, turns.c.message == messages.c.id)
        .where(messages.c.sender == "buyer", messages.c.at >= iso(since), messages.c.at < iso(until))
        .order_by(messages.c.id)
    )
    found = []
    for row in connection.execute(query):
        record = row.record or {}
        by_the_bot = bool(record) and "left_to" not in record
        answered_at = _moment(row.answered_at) if by_the_bot else None
        questions = tuple(record.get("questions", ()))
        found.append(Message(row.conversation, datetime.fromisoformat(row.at), answered_at, questions))
    return found


def _opened(connection: sa.engine.Connection, since: datetime, until: datetime) -> int:
    query = sa.select(sa.func.count()).where(handoffs.c.opened_at >= iso(since), handoffs.c.opened_at < iso(until))
    return int(connection.execute(query).scalar_one())


def _settled(connection: sa.engine.Connection, since: datetime, until: datetime) -> int:
    query = sa.select(handoffs.c.ending).where(handoffs.c.closed_at >= iso(since), handoffs.c.closed_at < iso(until))
    return sum(1 for row in connection.execute(query) if (row.ending or {}).get("outcome") == "settled")
