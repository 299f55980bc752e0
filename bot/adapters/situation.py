"""Where a conversation stands: one look at it, which a message and its turn take along with what else they need to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import NoResultFound

from bot.adapters.tables import conversations, handoffs
from bot.core.handoff import OPEN
from bot.core.types import Language


@dataclass(frozen=True)
class Situation:
    """Where a conversation stands now. `state` is `bot`, `waiting` or `claimed`."""

    episode: int
    state: str
    language: Language
    dialogue: Mapping[str, Any]
    handoff: Mapping[str, Any] | None


_LOCK = sa.select(conversations.c.id).where(conversations.c.id == sa.bindparam("conversation")).with_for_update()
SITUATION = (
    sa.select(conversations.c.episode, conversations.c.language, conversations.c.dialogue, *handoffs.c)
    .outerjoin(
        handoffs,
        sa.and_(
            handoffs.c.conversation == conversations.c.id,
            handoffs.c.episode == conversations.c.episode,
            sa.or_(*(handoffs.c.state == state for state in OPEN)),
        ),
    )
    .where(conversations.c.id == sa.bindparam("conversation"))
)


def situation_of(connection: sa.engine.Connection, conversation: str, lock: bool = False) -> Situation:
    return situation_in(looked(connection, SITUATION, lock, conversation=conversation))


def looked(connection: sa.engine.Connection, query: Any, lock: bool = False, **named: Any) -> sa.engine.Row:
    """As `look`. Raises NoResultFound where there is no such conversation."""
    found = look(connection, query, lock, **named)
    if found is None:
        raise NoResultFound(f"no conversation {named['conversation']}")
    return found


def look(connection: sa.engine.Connection, query: Any, lock: bool = False, **named: Any) -> sa.engine.Row | None:
    """Where PostgreSQL locks, in two statements: one that waited for the lock would show what was before."""
    if lock and connection.dialect.name == "postgresql":
        connection.execute(_LOCK, {"conversation": named["conversation"]})
    return connection.execute(query, named).one_or_none()


def situation_in(found: sa.engine.Row) -> Situation:
    """What the first columns say, those of `SITUATION`."""
    episode, language, dialogue, *others = found
    handoff = dict(zip(handoffs.c.keys(), others)) if others[0] is not None else None
    return Situation(episode, handoff["state"] if handoff else "bot", language, dialogue, handoff)
