"""Exports what is kept of a buyer, and forgets: one buyer at once, or by rule what is older than the shop keeps it.

What is forgotten leaves numbers behind: how many messages and turns, which labels, goods and outcomes. Words, contacts,
pictures, notices and the conversation's name go.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.adapters.database import Database, iso
from bot.adapters.store import close
from bot.adapters.tables import (
    buyers,
    chatwoot_conversations,
    chatwoot_deliveries,
    chatwoot_steps,
    conversations,
    deeds,
    handoffs,
    messages,
    outbox,
    pictures,
    turns,
)
from bot.core.forgetting import answer_left, card_left, ending_left, turn_left
from bot.core.handoff import OPEN

ERASED = "erased:"
"""How the names of forgotten conversations begin."""

AT_ONCE = 200
"""Rows in one transaction, so that buyers who write meanwhile do not wait."""

Row = Mapping[str, Any]


class Forgetting:
    """`folder`: where pictures are kept. Raises StoreError where the database could not be asked."""

    def __init__(self, database: Database, folder: Path):
        self._database, self._folder = database, folder

    # --- looking -------------------------------------------------------------------------------------------------

    def find(self, words: str, limit: int = 50) -> list[dict[str, Any]]:
        """Conversations whose name, messages or cards hold the words, the last ones first: {"id", "last_at"}."""
        held = [
            sa.func.lower(place).contains(words.lower(), autoescape=True)
            for place in (conversations.c.id, messages.c.text, sa.cast(handoffs.c.card, sa.Text))
        ]
        talk = conversations.outerjoin(messages, messages.c.conversation == conversations.c.id)
        talk = talk.outerjoin(handoffs, handoffs.c.conversation == conversations.c.id)
        last = sa.func.max(messages.c.at).label("last_at")
        query = sa.select(conversations.c.id, last).select_from(talk).where(sa.or_(*held)).group_by(conversations.c.id)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(sa.desc("last_at")).limit(limit))
            return [dict(row._mapping) for row in rows]

    def export(self, conversation: str) -> dict[str, Any] | None:
        """All that is kept of a conversation, None where there is none."""
        with self._database.reading() as connection:
            talk = _rows(connection, conversations, conversations.c.id == conversation)
            if not talk:
                return None
            tables = {"messages": messages, "turns": turns, "handoffs": handoffs, "pictures": pictures}
            tables |= {"notices": outbox, "shop_user": buyers, "chatwoot": chatwoot_deliveries}
            found = {name: _rows(connection, one, one.c.conversation == conversation) for name, one in tables.items()}
            mine = deeds.c.handoff.in_([handoff["id"] for handoff in found["handoffs"]])
            return {"conversation": talk[0], **found, "deeds": _rows(connection, deeds, mine)}

    # --- one buyer -----------------------------------------------------------------------------------------------

    def erase(self, conversation: str, now: datetime) -> bool:
        """Forgets a conversation, an open handoff with it; gives whether there was one."""
        with self._database.writing() as connection:
            _overwrite(connection)
            talk = sa.select(conversations).where(conversations.c.id == conversation).with_for_update()
            if connection.execute(talk).first() is None:
                return False
            for handoff in _rows(connection, handoffs, _of(handoffs, conversation, handoffs.c.state.in_(OPEN))):
                close(connection, handoff, {"outcome": "idle"}, None, "expire", now)
            gone = _erase(connection, conversation)
            connection.execute(_reports(outbox.c.state == "sent"))
        self._remove(gone)
        return True

    # --- by rule -------------------------------------------------------------------------------------------------

    def forget_before(self, moment: datetime) -> int:
        """Forgets what is older, but nothing of buyers whom a person still has or is to have; gives how many things."""
        done = 0
        for step in (self._idle, self._messages, self._handoffs, self._pictures, self._notices):
            while count := step(moment):
                done += count
        return done

    def _idle(self, moment: datetime) -> int:
        """Conversations in which nothing was said since."""
        since = sa.exists().where(messages.c.conversation == conversations.c.id, messages.c.at >= iso(moment))
        query = sa.select(conversations.c.id).where(
            ~conversations.c.id.startswith(ERASED), conversations.c.created_at < iso(moment), ~since, ~_is_open()
        )
        with self._database.writing() as connection:
            _overwrite(connection)
            names = connection.execute(query.limit(AT_ONCE)).scalars().all()
            gone = [picture for name in names for picture in _erase(connection, name)]
        self._remove(gone)
        return len(names)

    def _messages(self, moment: datetime) -> int:
        """Old messages of those who still write."""
        query = (
            sa.select(messages.c.id)
            .join(conversations, conversations.c.id == messages.c.conversation)
            .join(turns, turns.c.message == messages.c.id, isouter=True)
            .where(messages.c.at < iso(moment), _says_something(), ~_is_open())
            .where(sa.or_(messages.c.sender != "buyer", turns.c.message.is_not(None)))
        )
        with self._database.writing() as connection:
            _overwrite(connection)
            ids = connection.execute(query.limit(AT_ONCE)).scalars().all()
            _empty(connection, messages.c.id.in_(ids), turns.c.message.in_(ids))
        return len(ids)

    def _handoffs(self, moment: datetime) -> int:
        """Cards that were closed before; what is left of one has no headline."""
        query = sa.select(handoffs).where(handoffs.c.closed_at < iso(moment), handoffs.c.state == "closed")
        query = query.where(~sa.cast(handoffs.c.card, sa.Text).contains('"headline": ""'))
        with self._database.writing() as connection:
            _overwrite(connection)
            rows = [dict(row._mapping) for row in connection.execute(query.limit(AT_ONCE))]
            _empty_handoffs(connection, rows)
        return len(rows)

    def _pictures(self, moment: datetime) -> int:
        talk = conversations.c.id == pictures.c.conversation
        query = sa.select(pictures.c.id).join(conversations, talk).where(pictures.c.at < iso(moment), ~_is_open())
        with self._database.writing() as connection:
            ids = connection.execute(query.limit(AT_ONCE)).scalars().all()
            connection.execute(pictures.delete().where(pictures.c.id.in_(ids)))
        self._remove(ids)
        return len(ids)

    def _notices(self, moment: datetime) -> int:
        """Those that were told; what was not is still on the desk's list."""
        old = sa.select(outbox.c.id).where(outbox.c.created_at < iso(moment), outbox.c.state == "sent").limit(AT_ONCE)
        with self._database.writing() as connection:
            _overwrite(connection)
            ids = connection.execute(old).scalars().all()
            connection.execute(outbox.delete().where(outbox.c.id.in_(ids)))
        return len(ids)

    def _remove(self, ids: Sequence[str]) -> None:
        for picture in ids:
            (self._folder / picture).unlink(missing_ok=True)


def _of(table: sa.Table, conversation: str, *more: Any) -> Any:
    return sa.and_(table.c.conversation == conversation, *more)


def _rows(connection: sa.engine.Connection, table: sa.Table, which: Any) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in connection.execute(sa.select(table).where(which))]


def _overwrite(connection: sa.engine.Connection) -> None:
    """SQLite leaves what was deleted in its file unless it is told to overwrite it."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("pragma secure_delete=on")


def _is_open() -> Any:
    return sa.exists().where(handoffs.c.conversation == conversations.c.id, handoffs.c.state.in_(OPEN))


def _says_something() -> Any:
    return sa.or_(messages.c.text != "", messages.c.message_id.is_not(None))


def _erase(connection: sa.engine.Connection, conversation: str) -> list[str]:
    """Forgets all of it under a name that says nothing; gives the pictures whose files are to go."""
    gone = connection.execute(sa.select(pictures.c.id).where(_of(pictures, conversation))).scalars().all()
    _forget_elsewhere(connection, conversation)
    unanswered = sa.select(messages.c.id).outerjoin(turns, turns.c.message == messages.c.id)
    unanswered = unanswered.where(_of(messages, conversation, messages.c.sender == "buyer", turns.c.message.is_(None)))
    connection.execute(messages.delete().where(messages.c.id.in_(connection.execute(unanswered).scalars().all())))
    _empty(connection, _of(messages, conversation), _of(turns, conversation))
    _empty_handoffs(connection, _rows(connection, handoffs, _of(handoffs, conversation)))
    name = f"{ERASED}{secrets.token_hex(12)}"
    (talk,) = _rows(connection, conversations, conversations.c.id == conversation)
    connection.execute(conversations.insert().values(**{**talk, "id": name, "dialogue": {}}))
    for table in (messages, turns, handoffs):
        connection.execute(table.update().where(_of(table, conversation)).values(conversation=name))
    connection.execute(conversations.delete().where(conversations.c.id == conversation))
    return list(gone)


def _forget_elsewhere(connection: sa.engine.Connection, conversation: str) -> None:
    """Pictures, notices, who they are at the shop, and what Chatwoot brought."""
    delivered = sa.select(chatwoot_deliveries.c.id).where(_of(chatwoot_deliveries, conversation))
    connection.execute(chatwoot_steps.delete().where(chatwoot_steps.c.delivery.in_(delivered)))
    for table in (chatwoot_deliveries, pictures, outbox, buyers):
        connection.execute(table.delete().where(_of(table, conversation)))
    connection.execute(chatwoot_conversations.delete().where(chatwoot_conversations.c.id == conversation))


def _empty(connection: sa.engine.Connection, which_messages: Any, which_turns: Any) -> None:
    nothing: dict[str, Any] = {"text": "", "attachments": [], "buttons": [], "message_id": None}
    connection.execute(messages.update().where(which_messages).values(**nothing))
    for turn in _rows(connection, turns, which_turns):
        left = {"record": turn_left(turn["record"]), "answer": answer_left(turn["answer"])}
        connection.execute(turns.update().where(turns.c.message == turn["message"]).values(**left))


def _empty_handoffs(connection: sa.engine.Connection, rows: Sequence[Row]) -> None:
    for row in rows:
        left = {"card": card_left(row["card"]), "ending": ending_left(row["ending"])}
        connection.execute(handoffs.update().where(handoffs.c.id == row["id"]).values(**left))
        for deed in _rows(connection, deeds, deeds.c.handoff == row["id"]):
            told = ending_left(deed["told"])
            connection.execute(deeds.update().where(deeds.c.id == deed["id"]).values(told=told))


def _reports(which: Any) -> Any:
    """Morning reports that were told keep their key alone, so that none is told twice."""
    return outbox.update().where(which, outbox.c.conversation.is_(None)).values(body={})
