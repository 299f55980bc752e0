"""The order in which a conversation's messages are answered: that of their numbers, each when all before it have their turn.

It is asked within the transaction that keeps a message or its turn, which has locked the conversation: so it holds
whichever processes take the turns (docs/decisions/0018-several-processes.md).
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bot.adapters.tables import messages, turns

LATE = 1000
"""By how much a message's number may be lower than one that was there before it: PostgreSQL numbers a message when it is
written and shows it when its transaction ends."""

_CONVERSATION, _ROW = sa.bindparam("conversation"), sa.bindparam("row")


def _one_waits(*which: Any) -> Any:
    """Whether the last message of these has no turn, none where there is no message: where it has its turn, all before it
    have theirs, for turns are written in order."""
    return (
        sa.select(turns.c.message.is_(None))
        .select_from(messages.outerjoin(turns, turns.c.message == messages.c.id))
        .where(messages.c.conversation == _CONVERSATION, messages.c.sender == "buyer", *which)
        .order_by(messages.c.id.desc())
        .limit(1)
        .scalar_subquery()
        .label("one_waits")
    )


def _column(column: sa.Column, where: Any, name: str) -> Any:
    return sa.select(column).where(where).scalar_subquery().label(name)


ARRIVING = (
    _column(
        messages.c.id,
        sa.and_(messages.c.conversation == _CONVERSATION, messages.c.message_id == sa.bindparam("message_id")),
        "known",
    ),
    _one_waits(),
)
"""Columns of a look that keeps a message: its number where it came before, and whether one waits before it."""

FINISHING = (
    _column(messages.c.episode, sa.and_(messages.c.id == _ROW, messages.c.conversation == _CONVERSATION), "kept_in"),
    _column(turns.c.message, turns.c.message == _ROW, "taken"),
    _one_waits(messages.c.id < _ROW),
)
"""Columns of a look that writes the turn of message `row`: its episode, whether it has its turn, and whether one waits
before it."""

_UNANSWERED = (
    sa.select(messages)
    .outerjoin(turns, turns.c.message == messages.c.id)
    .where(messages.c.sender == "buyer", turns.c.message.is_(None))
    .order_by(messages.c.id)
)


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
