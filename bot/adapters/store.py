"""Conversations, messages and turns in the database, and the handoffs that turns open."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.exc import NoResultFound

from bot.adapters.database import Database, insert_once, iso
from bot.adapters.in_line import ARRIVING, FINISHING, unanswered
from bot.adapters.situation import SITUATION, Situation, look, looked, situation_in, situation_of
from bot.adapters.tables import conversations, deeds, handoffs, messages, outbox, pictures, turns
from bot.core.card import TurnRecord
from bot.core.handoff import KEPT, served_elsewhere
from bot.core.notices import Notice
from bot.ports import StoreError


@dataclass(frozen=True)
class Accepted:
    """A buyer's message that is kept. `answer` is what it was answered with, where it already was.

    `new`: it had not come before. `next`: every message before it has its turn.
    """

    row: int
    answer: Mapping[str, Any] | None
    situation: Situation
    new: bool = True
    next: bool = True


@dataclass(frozen=True)
class Said:
    """One reply to a buyer."""

    text: str
    buttons: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True)
class Turn:
    """What a turn leaves behind, written together or not at all.

    `answer` is what the sender gets, now and when the message comes again. `dialogue`: the new memory, None for as it
    was. `card`: as this turn leaves it. `settled`: the buyer needs nobody any more.
    """

    record: Mapping[str, Any]
    answer: Mapping[str, Any]
    said: tuple[Said, ...] = ()
    dialogue: Mapping[str, Any] | None = None
    card: Mapping[str, Any] | None = None
    notices: tuple[Notice, ...] = ()
    settled: bool = False

    @property
    def left_to_person(self) -> bool:
        return "left_to" in self.record


Finished = Literal["done", "answered", "claimed", "moved"]
"""`answered`: the message has its turn already; `claimed`: a person has the conversation; `moved`: it stands elsewhere
than when the turn was begun, or a message before this one has no turn yet."""


# Statements of each turn, put together once: for SQLAlchemy that is as much work as the asking.
_ARRIVING, _FINISHING = SITUATION.add_columns(*ARRIVING), SITUATION.add_columns(*FINISHING)
_ANSWER = sa.select(turns.c.answer).where(turns.c.message == sa.bindparam("row"))
_SAID, _TAKEN = messages.insert(), turns.insert()
_MOVED = messages.update().where(messages.c.id == sa.bindparam("row")).values(episode=sa.bindparam("now_in"))
_REMEMBERED = (
    conversations.update()
    .where(conversations.c.id == sa.bindparam("conversation"))
    .values(dialogue=sa.bindparam("remembered"), language=sa.bindparam("spoken"))
)


class Store:
    """Every method is one transaction. Raises StoreError where the database could not be asked."""

    def __init__(self, database: Database):
        self._database = database

    def ready(self) -> bool:
        """Whether the database answers."""
        try:
            with self._database.reading() as connection:
                connection.execute(sa.select(sa.literal(1)))
        except StoreError:
            return False
        return True

    # --- messages ------------------------------------------------------------------------------------------------

    def open_conversation(self, conversation: str, language: str, now: datetime) -> None:
        """Makes the conversation if it is new."""
        with self._database.writing() as connection:
            _open(connection, conversation, language, now)

    def accept(
        self,
        conversation: str,
        message_id: str,
        text: str,
        attachments: Sequence[Mapping[str, str]],
        language: str,
        now: datetime,
    ) -> Accepted:
        """Keeps a buyer's message, once however often it comes, and says where the conversation stands."""
        named = {"conversation": conversation, "message_id": message_id}
        with self._database.writing() as connection:
            found = look(connection, _ARRIVING, lock=True, **named)
            if found is None:
                _open(connection, conversation, language, now)
                found = looked(connection, _ARRIVING, lock=True, **named)
            situation = situation_in(found)
            if found.known is not None:
                place = looked(connection, _FINISHING, conversation=conversation, row=found.known)
                answer = connection.execute(_ANSWER, {"row": found.known}).scalar()
                return Accepted(found.known, answer, situation, new=False, next=not place.one_waits)
            values = {**named, "episode": situation.episode, "sender": "buyer", "text": text}
            values |= {"attachments": list(attachments), "buttons": [], "at": iso(now)}
            kept = connection.execute(_SAID, values).inserted_primary_key[0]
            if situation.handoff is not None and situation.handoff["waiting_since"] is None:
                waits = handoffs.update().where(handoffs.c.id == situation.handoff["id"])
                connection.execute(waits.values(waiting_since=iso(now), reminded_at=None))
                situation = situation_of(connection, conversation)
        return Accepted(kept, None, situation, next=not found.one_waits)

    def situation(self, conversation: str) -> Situation:
        """Where the conversation stands now."""
        with self._database.reading() as connection:
            return situation_of(connection, conversation)

    def state(self, conversation: str) -> str:
        """`bot`, `waiting` or `claimed`; a conversation that has not begun is the bot's."""
        with self._database.reading() as connection:
            known = connection.execute(sa.select(conversations.c.id).where(conversations.c.id == conversation)).first()
            return situation_of(connection, conversation).state if known else "bot"

    def finish_turn(self, conversation: str, row: int, begun: Situation, turn: Turn, now: datetime) -> Finished:
        """Replies, turn record, memory and handoff in one transaction; `begun`: what the turn was taken on.

        Who has the conversation is asked again inside it. Nothing is written where the message has its turn already
        (`answered`), where a person took over while the bot was thinking (`claimed`), where the one to whom the turn
        leaves the message has gone, where memory or handoff changed, so that the turn would undo that, or where a
        message before it is unanswered (`moved`).
        """
        with self._database.writing() as connection:
            found = looked(connection, _FINISHING, lock=True, conversation=conversation, row=row)
            situation = situation_in(found)
            if found.kept_in is None:
                raise NoResultFound(f"no message {row}")
            if found.taken is not None:
                return "answered"
            if found.one_waits:
                return "moved"
            if turn.left_to_person != (situation.state == "claimed"):
                return "moved" if turn.left_to_person else "claimed"
            if not turn.left_to_person and situation != begun:
                return "moved"
            episode = situation.episode
            if found.kept_in != episode:
                connection.execute(_MOVED, {"row": row, "now_in": episode})
            values = {"message": row, "conversation": conversation, "episode": episode, "at": iso(now)}
            connection.execute(_TAKEN, {**values, "record": dict(turn.record), "answer": dict(turn.answer)})
            leave_behind(connection, conversation, situation, turn, now)
        return "done"

    def answer(self, row: int) -> Mapping[str, Any] | None:
        """What a message was answered with, None where it has no turn yet."""
        with self._database.reading() as connection:
            return connection.execute(_ANSWER, {"row": row}).scalar()

    def episode_turns(self, conversation: str, episode: int, without: int = 0) -> list[TurnRecord]:
        """The turns of an episode in order, without that of a message."""
        query = (
            sa.select(messages.c.text, messages.c.at, messages.c.attachments, turns.c.record)
            .join(turns, turns.c.message == messages.c.id)
            .where(turns.c.conversation == conversation, turns.c.episode == episode, turns.c.message != without)
            .order_by(messages.c.id)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [
            TurnRecord(row.text, datetime.fromisoformat(row.at), row.record, tuple(a["id"] for a in row.attachments))
            for row in rows
        ]

    def thread(self, conversation: str, after: int = 0, limit: int = 500) -> list[dict[str, Any]]:
        """Messages of all senders with a number above `after`, in order, without those that were forgotten."""
        query = (
            sa.select(messages, turns.c.record)
            .outerjoin(turns, turns.c.message == messages.c.id)
            .where(messages.c.conversation == conversation, messages.c.id > after)
            .where(sa.or_(messages.c.text != "", messages.c.message_id.is_not(None)))
            .order_by(messages.c.id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]

    def last_number(self, conversation: str) -> int:
        """The number of the conversation's last message, 0 where there is none."""
        query = sa.select(sa.func.max(messages.c.id)).where(messages.c.conversation == conversation)
        with self._database.reading() as connection:
            return connection.execute(query).scalar() or 0

    def spoken_in(self, prefix: str, after: int) -> list[tuple[str, int]]:
        """Conversations of this kind with a message above a number, and the number of each one's last; by these."""
        last = sa.func.max(messages.c.id)
        query = (
            sa.select(messages.c.conversation, last)
            .where(messages.c.id > after, messages.c.conversation.startswith(prefix, autoescape=True))
            .group_by(messages.c.conversation)
            .order_by(last)
        )
        with self._database.reading() as connection:
            return [(row[0], row[1]) for row in connection.execute(query)]

    def newest(self) -> int:
        """The number of the last message of all conversations, 0 where there is none."""
        with self._database.reading() as connection:
            return connection.execute(sa.select(sa.func.max(messages.c.id))).scalar() or 0

    def unanswered(
        self, after: int = 0, conversation: str | None = None, up_to: int | None = None
    ) -> list[dict[str, Any]]:
        """Buyers' messages that were kept but have no turn, oldest first: of those with a number above `after`, of one
        conversation, with a number of `up_to` at most."""
        with self._database.reading() as connection:
            return unanswered(connection, after, conversation, up_to)

    # --- pictures ------------------------------------------------------------------------------------------------

    def add_picture(self, conversation: str, kind: str, now: datetime) -> str:
        picture = secrets.token_urlsafe(18)
        with self._database.writing() as connection:
            connection.execute(pictures.insert().values(id=picture, conversation=conversation, kind=kind, at=iso(now)))
        return picture

    def picture(self, picture_id: str) -> dict[str, Any] | None:
        with self._database.reading() as connection:
            row = connection.execute(sa.select(pictures).where(pictures.c.id == picture_id)).one_or_none()
        return dict(row._mapping) if row else None


def _open(connection: sa.engine.Connection, conversation: str, language: str, now: datetime) -> None:
    values = {"id": conversation, "language": language, "episode": 1, "dialogue": {}, "created_at": iso(now)}
    insert_once(connection, conversations, **values)


def _write_replies(
    connection: sa.engine.Connection, conversation: str, episode: int, said: Sequence[Said], now: datetime
) -> None:
    same = {"conversation": conversation, "episode": episode, "sender": "bot", "attachments": [], "at": iso(now)}
    rows = [{**same, "text": reply.text, "buttons": [dict(button) for button in reply.buttons]} for reply in said]
    if rows:
        connection.execute(_SAID, rows)


def _write_card(
    connection: sa.engine.Connection, conversation: str, episode: int, card: Mapping[str, Any], now: datetime
) -> None:
    mine = sa.and_(handoffs.c.conversation == conversation, handoffs.c.episode == episode)
    if connection.execute(handoffs.update().where(mine).values(card=dict(card), queue=card["queue"])).rowcount:
        return
    values = {"id": card["episode"], "conversation": conversation, "episode": episode, "state": "waiting"}
    values |= {"card": dict(card), "queue": card["queue"], "opened_at": iso(now), "waiting_since": iso(now)}
    connection.execute(handoffs.insert().values(**values))
    write_deed(connection, card["episode"], "open", None, {}, now)


def _hand_on(connection: sa.engine.Connection, conversation: str, dialogue: Mapping[str, Any], now: datetime) -> None:
    """Its people work in another help desk: ours shows it as ended, and lets nobody take it."""
    handoff = situation_of(connection, conversation).handoff
    if handoff is not None:
        kept = {name: dialogue[name] for name in KEPT if name in dialogue}
        close(connection, handoff, {"outcome": "elsewhere"}, None, "hand_on", now, dialogue=kept)


# --- shared with bot/adapters/handoffs.py, owing.py --------------------------------------------------------------------------


def leave_behind(
    connection: sa.engine.Connection, conversation: str, situation: Situation, turn: Turn, now: datetime
) -> None:
    """What a turn leaves behind beside its record."""
    _write_replies(connection, conversation, situation.episode, turn.said, now)
    if turn.dialogue is not None:
        changes = {"remembered": dict(turn.dialogue), "spoken": turn.record["language"]}
        connection.execute(_REMEMBERED, {"conversation": conversation, **changes})
    if turn.card is not None:
        _write_card(connection, conversation, situation.episode, turn.card, now)
        if served_elsewhere(conversation):
            _hand_on(connection, conversation, turn.dialogue or {}, now)
    write_notices(connection, conversation, turn.notices, now)
    if turn.settled and situation.handoff is not None:
        close(connection, situation.handoff, {"outcome": "settled", "reason": "buyer"}, None, "settle", now)


def write_deed(
    connection: sa.engine.Connection,
    handoff: str,
    action: str,
    agent: str | None,
    told: Mapping[str, Any],
    now: datetime,
) -> None:
    values = {"handoff": handoff, "action": action, "agent": agent, "told": dict(told), "at": iso(now)}
    connection.execute(deeds.insert().values(**values))


def write_notices(
    connection: sa.engine.Connection, conversation: str | None, notices: Sequence[Notice], now: datetime
) -> None:
    """What is to be told to the team, each once by its key."""
    for notice in notices:
        insert_once(
            connection,
            outbox,
            key=notice.key,
            robot=notice.robot,
            conversation=conversation,
            kind=notice.kind,
            body=dict(notice.body),
            state="due",
            attempts=0,
            due_at=iso(now),
            created_at=iso(now),
        )


def close(
    connection: sa.engine.Connection,
    handoff: Mapping[str, Any],
    ending: Mapping[str, Any],
    agent: str | None,
    action: str,
    now: datetime,
    dialogue: Mapping[str, Any] | None = None,
) -> None:
    """Closes a handoff; the conversation begins a new episode, with nothing remembered unless `dialogue` says so."""
    changes = {"state": "closed", "closed_at": iso(now), "ending": dict(ending), "waiting_since": None}
    connection.execute(handoffs.update().where(handoffs.c.id == handoff["id"]).values(**changes))
    begins = {"episode": handoff["episode"] + 1, "dialogue": dict(dialogue or {})}
    connection.execute(conversations.update().where(conversations.c.id == handoff["conversation"]).values(**begins))
    write_deed(connection, handoff["id"], action, agent, ending, now)
