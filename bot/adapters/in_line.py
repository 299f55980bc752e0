"""The order in which a conversation's messages are answered: that of their numbers, each when all before it have their turn.

It is asked within the transaction that keeps a message or its turn, which has locked the conversation: so it holds
whichever processes take the turns (docs/decisions/0018-several-processes.md).
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import NoResultFound

from bot.adapters.tables import messages, turns

LATE = 1000
"""By how much a message's number may be lower than one that was there before it: PostgreSQL numbers a message when it is
written and shows it when its transaction ends."""

_LAST_TWO = (
    sa.select(messages.c.id, turns.c.message.is_not(None).label("taken"))
    .outerjoin(turns, turns.c.message == messages.c.id)
    .where(messages.c.conversation == sa.bindparam("conversation"), messages.c.sender == "buyer")
    .where(messages.c.id <= sa.bindparam("row"))
    .order_by(messages.c.id.desc())
    .limit(2)
)
"""Where the one before has its turn, all before it have theirs: turns are written in order."""

_UNANSWERED = (
    sa.select(messages)
    .outerjoin(turns, turns.c.message == messages.c.id)
    .where(messages.c.sender == "buyer", turns.c.message.is_(None))
    .order_by(messages.c.id)
)


def in_line(connection: sa.engine.Connection, conversation: str, row: int) -> tuple[bool, bool]:
    """Whether a message has its turn, and whether all before it have theirs. Raises NoResultFound where it is erased."""
    found = connection.execute(_LAST_TWO, {"conversation": conversation, "row": row}).all()
    if not found or found[0].id != row:
        raise NoResultFound(f"no message {row}")
    return found[0].taken, all(before.taken for before in found[1:])


def unanswered(
    connection: sa.engine.Connection, after: int, conversation: str | None, up_to: int | None
) -> list[dict[str, Any]]:
    """Buyers' messages without a turn, oldest first."""
    query = _UNANSWERED.where(messages.c.id > after)
    if conversation is not None:
        query = query.where(messages.c.conversation == conversation)
    if up_to is not None:
        query = query.where(messages.c.id <= up_to)
    return [dict(row._mapping) for row in connection.execute(query)]
