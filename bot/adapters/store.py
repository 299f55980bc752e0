"""Conversations, messages, turns and handoffs in a SQL database (SQLite or PostgreSQL)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from bot.adapters.tables import agents, conversations, handoffs, messages, metadata, pictures, turns
from bot.core.card import TurnRecord
from bot.core.types import Language
from bot.ports import StoreError

OPEN = ("waiting", "claimed")


@dataclass(frozen=True)
class Accepted:
    """A buyer's message that is kept. `answer` is what it was answered with, where it already was."""

    row: int
    answer: Mapping[str, Any] | None


@dataclass(frozen=True)
class Situation:
    """Where a conversation stands now. `state` is `bot`, `waiting` or `claimed`."""

    episode: int
    state: str
    language: Language
    dialogue: Mapping[str, Any]
    handoff: Mapping[str, Any] | None


@dataclass(frozen=True)
class Said:
    """One reply to a buyer."""

    text: str
    buttons: tuple[Mapping[str, str], ...] = ()


class Store:
    """Every method is one transaction. Raises StoreError where the database could not be asked."""

    def __init__(self, url: str):
        options = {"connect_args": {"timeout": 10}} if url.startswith("sqlite") else {"pool_pre_ping": True}
        self._engine = sa.create_engine(url, future=True, **options)
        if url.startswith("sqlite"):
            sa.event.listen(self._engine, "connect", _prepare_sqlite)

    def create(self) -> None:
        """Makes the tables that are not there yet."""
        with self._errors():
            metadata.create_all(self._engine)

    def ready(self) -> bool:
        """Whether the database answers."""
        try:
            with self._transaction() as connection:
                connection.execute(sa.select(sa.literal(1)))
        except StoreError:
            return False
        return True

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise StoreError(f"the store could not be used: {type(error).__name__}") from error

    @contextmanager
    def _transaction(self) -> Iterator[sa.engine.Connection]:
        with self._errors(), self._engine.begin() as connection:
            yield connection

    # --- messages ------------------------------------------------------------------------------------------------

    def open_conversation(self, conversation: str, language: str, now: datetime) -> None:
        """Makes the conversation if it is new."""
        with self._errors():
            _insert_if_new(
                self._engine,
                conversations,
                id=conversation,
                language=language,
                episode=1,
                dialogue={},
                created_at=_iso(now),
            )

    def accept(
        self, conversation: str, message_id: str, text: str, attachments: Sequence[Mapping[str, str]], now: datetime
    ) -> Accepted:
        """Keeps a buyer's message, once however often it comes."""
        with self._errors():
            episode = self.situation(conversation).episode
            values = {"conversation": conversation, "message_id": message_id, "episode": episode, "sender": "buyer"}
            _insert_if_new(
                self._engine, messages, **values, text=text, attachments=list(attachments), buttons=[], at=_iso(now)
            )
        query = (
            sa.select(messages.c.id, turns.c.answer)
            .outerjoin(turns, turns.c.message == messages.c.id)
            .where(messages.c.conversation == conversation, messages.c.message_id == message_id)
        )
        with self._transaction() as connection:
            row = connection.execute(query).one()
        return Accepted(row.id, row.answer)

    def situation(self, conversation: str) -> Situation:
        """Where the conversation stands now; asked before every turn."""
        with self._transaction() as connection:
            return _situation(connection, conversation)

    def state(self, conversation: str) -> str:
        """`bot`, `waiting` or `claimed`; a conversation that has not begun is the bot's."""
        with self._transaction() as connection:
            known = connection.execute(sa.select(conversations.c.id).where(conversations.c.id == conversation)).first()
            return _situation(connection, conversation).state if known else "bot"

    def finish_turn(
        self,
        conversation: str,
        row: int,
        record: Mapping[str, Any],
        said: Sequence[Said],
        answer: Mapping[str, Any],
        now: datetime,
        *,
        dialogue: Mapping[str, Any] | None = None,
        card: Mapping[str, Any] | None = None,
        settled: bool = False,
    ) -> bool:
        """Replies, turn record, memory and handoff in one transaction.

        Gives False, and writes nothing, where the message has its turn already.
        """
        with self._errors(), self._engine.connect() as connection, connection.begin() as transaction:
            episode = _situation(connection, conversation).episode
            values = {"message": row, "conversation": conversation, "episode": episode, "at": _iso(now)}
            try:
                connection.execute(turns.insert().values(**values, record=dict(record), answer=dict(answer)))
            except IntegrityError:
                transaction.rollback()
                return False
            _write_replies(connection, conversation, episode, said, now)
            if dialogue is not None:
                changes = {"dialogue": dict(dialogue), "language": record["language"]}
                connection.execute(conversations.update().where(conversations.c.id == conversation).values(**changes))
            if card is not None:
                _write_card(connection, conversation, episode, card, now)
            if settled:
                _close(connection, conversation, episode, now)
        return True

    def episode_turns(self, conversation: str, episode: int) -> list[TurnRecord]:
        """The turns of an episode in order."""
        query = (
            sa.select(messages.c.text, messages.c.at, messages.c.attachments, turns.c.record)
            .join(turns, turns.c.message == messages.c.id)
            .where(turns.c.conversation == conversation, turns.c.episode == episode)
            .order_by(messages.c.id)
        )
        with self._transaction() as connection:
            rows = connection.execute(query).all()
        return [
            TurnRecord(row.text, datetime.fromisoformat(row.at), row.record, tuple(a["id"] for a in row.attachments))
            for row in rows
        ]

    def thread(self, conversation: str, after: int = 0, limit: int = 500) -> list[dict[str, Any]]:
        """Messages of all senders with a number above `after`, in order."""
        query = (
            sa.select(messages, turns.c.record)
            .outerjoin(turns, turns.c.message == messages.c.id)
            .where(messages.c.conversation == conversation, messages.c.id > after)
            .order_by(messages.c.id)
            .limit(limit)
        )
        with self._transaction() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]

    def unanswered(self) -> list[tuple[str, str]]:
        """(conversation, message id) of buyers' messages that were kept but have no turn, oldest first."""
        query = (
            sa.select(messages.c.conversation, messages.c.message_id)
            .outerjoin(turns, turns.c.message == messages.c.id)
            .where(messages.c.sender == "buyer", turns.c.message.is_(None))
            .order_by(messages.c.id)
        )
        with self._transaction() as connection:
            return [(row.conversation, row.message_id) for row in connection.execute(query)]

    # --- handoffs ------------------------------------------------------------------------------------------------

    def handoffs(self, states: Sequence[str] = OPEN, limit: int = 200) -> list[dict[str, Any]]:
        """Handoffs in these states, newest first."""
        query = (
            sa.select(handoffs).where(handoffs.c.state.in_(states)).order_by(handoffs.c.opened_at.desc()).limit(limit)
        )
        with self._transaction() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]

    def handoff(self, handoff_id: str) -> dict[str, Any] | None:
        with self._transaction() as connection:
            row = connection.execute(sa.select(handoffs).where(handoffs.c.id == handoff_id)).one_or_none()
        return dict(row._mapping) if row else None

    # --- agents and pictures -------------------------------------------------------------------------------------

    def agent(self, name: str) -> dict[str, Any] | None:
        with self._transaction() as connection:
            row = connection.execute(sa.select(agents).where(agents.c.name == name)).one_or_none()
        return dict(row._mapping) if row else None

    def save_agent(self, name: str, password_hash: str, role: str) -> None:
        with self._transaction() as connection:
            connection.execute(agents.delete().where(agents.c.name == name))
            connection.execute(agents.insert().values(name=name, password=password_hash, role=role))

    def add_picture(self, conversation: str, kind: str, now: datetime) -> str:
        picture = secrets.token_urlsafe(18)
        with self._transaction() as connection:
            connection.execute(pictures.insert().values(id=picture, conversation=conversation, kind=kind, at=_iso(now)))
        return picture

    def picture(self, picture_id: str) -> dict[str, Any] | None:
        with self._transaction() as connection:
            row = connection.execute(sa.select(pictures).where(pictures.c.id == picture_id)).one_or_none()
        return dict(row._mapping) if row else None


def _prepare_sqlite(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("pragma journal_mode=wal")
    cursor.execute("pragma synchronous=normal")
    cursor.execute("pragma foreign_keys=on")
    cursor.close()


def _insert_if_new(engine: sa.engine.Engine, table: sa.Table, **values: Any) -> None:
    try:
        with engine.begin() as connection:
            connection.execute(table.insert().values(**values))
    except IntegrityError:
        pass  # it is there already


def _situation(connection: sa.engine.Connection, conversation: str) -> Situation:
    row = connection.execute(sa.select(conversations).where(conversations.c.id == conversation)).one()
    query = sa.select(handoffs).where(
        handoffs.c.conversation == conversation, handoffs.c.episode == row.episode, handoffs.c.state.in_(OPEN)
    )
    handoff = connection.execute(query).one_or_none()
    return Situation(
        episode=row.episode,
        state=handoff.state if handoff else "bot",
        language=row.language,
        dialogue=row.dialogue,
        handoff=dict(handoff._mapping) if handoff else None,
    )


def _write_replies(
    connection: sa.engine.Connection, conversation: str, episode: int, said: Sequence[Said], now: datetime
) -> None:
    for reply in said:
        connection.execute(
            messages.insert().values(
                conversation=conversation,
                episode=episode,
                sender="bot",
                text=reply.text,
                buttons=[dict(button) for button in reply.buttons],
                attachments=[],
                at=_iso(now),
            )
        )


def _write_card(
    connection: sa.engine.Connection, conversation: str, episode: int, card: Mapping[str, Any], now: datetime
) -> None:
    mine = sa.and_(handoffs.c.conversation == conversation, handoffs.c.episode == episode)
    if connection.execute(handoffs.update().where(mine).values(card=dict(card))).rowcount:
        return
    values = {"id": card["episode"], "conversation": conversation, "episode": episode, "state": "waiting"}
    connection.execute(handoffs.insert().values(**values, card=dict(card), opened_at=_iso(now)))


def _close(connection: sa.engine.Connection, conversation: str, episode: int, now: datetime) -> None:
    """Closes a waiting card and begins a new episode."""
    mine = sa.and_(
        handoffs.c.conversation == conversation, handoffs.c.episode == episode, handoffs.c.state == "waiting"
    )
    if connection.execute(handoffs.update().where(mine).values(state="closed", closed_at=_iso(now))).rowcount:
        connection.execute(
            conversations.update().where(conversations.c.id == conversation).values(episode=episode + 1, dialogue={})
        )


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
