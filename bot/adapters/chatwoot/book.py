"""What is kept of Chatwoot's conversations: where each stands, the buyers' messages to be answered, and the steps done.

A delivery is `due`, then `taken` once its answer is being made, then `done`, or `passed` where a person has the
conversation. A step is `due`, then `trying` while it may or may not have happened, then `done`, `failed` or `passed`;
`late` is one that is tried again after the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.adapters.chatwoot.payload import Event, Line, Standing
from bot.adapters.database import Database, insert_once, iso
from bot.adapters.tables import chatwoot_arrivals as arrivals
from bot.adapters.tables import chatwoot_conversations as talks
from bot.adapters.tables import chatwoot_deliveries as deliveries
from bot.adapters.tables import chatwoot_steps as steps
from bot.adapters.tables import conversations, turns

ARRIVALS_KEPT = timedelta(days=2)
UNFINISHED = ("due", "taken")
UNTRIED = ("due", "trying", "late")


@dataclass(frozen=True)
class Delivery:
    """A buyer's message that is to be answered. `key` is unique; `number` is the conversation's in Chatwoot."""

    id: int
    key: str
    conversation: str
    number: int
    message: int
    text: str
    pictures: tuple[str, ...]
    state: str
    attempts: int


@dataclass(frozen=True)
class Step:
    """`body`: what it needs. `message`: the id that Chatwoot gave to what was sent."""

    delivery: int
    name: str
    place: int
    state: str
    body: Mapping[str, Any]
    message: int | None


@dataclass(frozen=True)
class Known:
    """Where a conversation stands as far as is known. `person`: a person has written since the bot last had it."""

    status: str
    assigned: bool
    person: bool
    labels: tuple[str, ...] | None
    attributes: Mapping[str, Any] | None


class Book:
    """Every method is one transaction. Raises StoreError where the database could not be asked."""

    def __init__(self, database: Database, account: int):
        self._database, self._account = database, account

    def name(self, number: int) -> str:
        """Our name of the conversation that has this number in Chatwoot."""
        return f"chatwoot:{self._account}:{number}"

    # --- what comes in -------------------------------------------------------------------------------------------

    def arrived(self, event: Event, delivery_id: str, now: datetime) -> bool:
        """Keeps what an event says; gives whether it had not come before. Later than it happened, it changes no state."""
        with self._database.writing() as connection:
            if delivery_id:
                known = sa.select(arrivals.c.delivery).where(arrivals.c.delivery == delivery_id)
                if connection.execute(known).first():
                    return False
                connection.execute(arrivals.delete().where(arrivals.c.at < iso(now - ARRIVALS_KEPT)))
                insert_once(connection, arrivals, delivery=delivery_id, at=iso(now))
            if event.standing is None:
                return True
            self._keep(connection, event.standing, event.line, authoritative=False)
            if event.line is not None:
                self._keep_line(connection, event.standing.number, event.line, event.name != "message_updated", now)
            return True

    def seen(self, standing: Standing) -> None:
        """Keeps what Chatwoot said of a conversation when it was asked."""
        with self._database.writing() as connection:
            self._keep(connection, standing, None, authoritative=True)

    def missed(self, standing: Standing, lines: Sequence[Line], now: datetime) -> int:
        """Keeps buyers' messages that no event told of; gives how many."""
        with self._database.writing() as connection:
            self._keep(connection, standing, None, authoritative=True)
            before = _count(connection)
            for line in lines:
                self._keep_line(connection, standing.number, line, True, now)
            return _count(connection) - before

    def _keep(
        self, connection: sa.engine.Connection, standing: Standing, line: Line | None, authoritative: bool
    ) -> None:
        name = self.name(standing.number)
        values = {"number": standing.number, "status": standing.status, "assigned": standing.assigned}
        before = line.id - 1 if line else 0
        insert_once(connection, talks, id=name, person=0, since=before, newest=0, as_of=0.0, **values)
        row = connection.execute(sa.select(talks).where(talks.c.id == name).with_for_update()).one()
        changes: dict[str, Any] = {}
        if authoritative or standing.as_of >= row.as_of:
            changes |= values | {"as_of": max(row.as_of, standing.as_of)}
            changes |= {"labels": list(standing.labels)} if standing.labels is not None else {}
            changes |= {"attributes": dict(standing.attributes)} if standing.attributes is not None else {}
            if standing.status == "pending" and row.status != "pending":
                changes |= {"person": 0, "since": max(row.newest, before, row.since)}
                _begin_episode(connection, name)
        newest = [row.newest, *(one.id for one in standing.lines), *([line.id] if line else [])]
        since = changes.get("since", row.since)
        spoken = [
            one.id for one in (*standing.lines, *([line] if line else [])) if _of_a_person(one) and one.id > since
        ]
        changes |= {"newest": max(newest), "person": max([changes.get("person", row.person), *spoken])}
        connection.execute(talks.update().where(talks.c.id == name).values(**changes))

    def _keep_line(
        self, connection: sa.engine.Connection, number: int, line: Line, written: bool, now: datetime
    ) -> None:
        """`written`: not only changed; an old message that somebody has translated is no new one."""
        if line.mark is not None and line.writer != "buyer":
            _arrived_there(connection, line.mark, line.id, now)
        if written and line.writer == "buyer" and not line.private:
            self._due(connection, number, line, "", line.text, now)
        elif line.chosen is not None and line.writer == "bot":
            self._due(connection, number, line, ":chosen", line.chosen, now)

    def _due(
        self, connection: sa.engine.Connection, number: int, line: Line, how: str, text: str, now: datetime
    ) -> None:
        name = self.name(number)
        values = {"conversation": name, "number": number, "message": line.id, "text": text}
        values |= {"pictures": list(line.pictures), "state": "due", "attempts": 0, "due_at": iso(now), "at": iso(now)}
        insert_once(connection, deliveries, key=f"{name}:{line.id}{how}", **values)

    # --- what is to be done --------------------------------------------------------------------------------------

    def due(self, now: datetime) -> list[Delivery]:
        """Of each conversation the delivery that comes next, where it may be worked on now: the one that was begun, else
        the oldest message."""
        query = sa.select(deliveries).where(deliveries.c.state.in_(UNFINISHED))
        order = (deliveries.c.state == "due", deliveries.c.message, deliveries.c.id)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(*order)).all()
        first: dict[str, Any] = {}
        for row in rows:
            first.setdefault(row.conversation, row)
        return [_delivery(row) for row in first.values() if row.due_at <= iso(now)]

    def known(self, conversation: str) -> Known:
        with self._database.reading() as connection:
            row = connection.execute(sa.select(talks).where(talks.c.id == conversation)).one()
        labels = tuple(row.labels) if row.labels is not None else None
        return Known(row.status, row.assigned, row.person > 0, labels, row.attributes)

    def hold(self, delivery: Delivery, now: datetime, until: datetime) -> bool:
        """Has it to oneself until a moment: of two fronts one gets it."""
        free = (deliveries.c.id == delivery.id, deliveries.c.state.in_(UNFINISHED), deliveries.c.due_at <= iso(now))
        with self._database.writing() as connection:
            taken = connection.execute(deliveries.update().where(*free).values(due_at=iso(until)))
            return taken.rowcount == 1

    def keep(self, delivery: Delivery, until: datetime) -> None:
        """Has it for longer."""
        self._change(delivery.id, due_at=iso(until))

    def take(self, delivery: Delivery) -> None:
        self._change(delivery.id, state="taken")

    def finish(self, delivery: Delivery, state: str, why: str = "") -> None:
        """`done`, or `passed` with the reason."""
        self._change(delivery.id, state=state, why=why[:80])

    def later(self, delivery: Delivery, at: datetime, why: str) -> None:
        self._change(delivery.id, attempts=deliveries.c.attempts + 1, due_at=iso(at), why=why[:80])

    def _change(self, delivery: int, **values: Any) -> None:
        with self._database.writing() as connection:
            connection.execute(deliveries.update().where(deliveries.c.id == delivery).values(**values))

    def opened(self, delivery: Delivery) -> None:
        """The bot handed the conversation to people."""
        with self._database.writing() as connection:
            mine = talks.c.id == delivery.conversation
            connection.execute(talks.update().where(mine).values(status="open"))

    # --- steps ---------------------------------------------------------------------------------------------------

    def plan(self, delivery: Delivery, planned: Sequence[tuple[str, Mapping[str, Any]]], now: datetime) -> list[Step]:
        """Adds steps that are not there yet, and gives all of them in order."""
        with self._database.writing() as connection:
            for place, (name, body) in enumerate(planned):
                values = {"state": "due", "body": dict(body), "at": iso(now)}
                insert_once(connection, steps, delivery=delivery.id, name=name, place=place, **values)
        return self.steps(delivery)

    def steps(self, delivery: Delivery) -> list[Step]:
        query = sa.select(steps).where(steps.c.delivery == delivery.id).order_by(steps.c.place, steps.c.name)
        with self._database.reading() as connection:
            return [_step(row) for row in connection.execute(query)]

    def step(self, step: Step) -> Step:
        """The step as it stands now."""
        query = sa.select(steps).where(steps.c.delivery == step.delivery, steps.c.name == step.name)
        with self._database.reading() as connection:
            return _step(connection.execute(query).one())

    def sent(self, delivery: Delivery) -> set[int]:
        """Ids of the messages that are known to be sent in its conversation."""
        mine = sa.select(deliveries.c.id).where(deliveries.c.conversation == delivery.conversation)
        query = sa.select(steps.c.message).where(steps.c.delivery.in_(mine), steps.c.message.is_not(None))
        with self._database.reading() as connection:
            return set(connection.execute(query).scalars())

    def note_step(self, step: Step, state: str, now: datetime, why: str = "", message: int | None = None) -> None:
        """What became of it; one that was done stays done."""
        mine = sa.and_(steps.c.delivery == step.delivery, steps.c.name == step.name, steps.c.state != "done")
        values: dict[str, Any] = {"state": state, "error": why[:200] or None, "at": iso(now)}
        values |= {"message": message} if message is not None else {}
        with self._database.writing() as connection:
            connection.execute(steps.update().where(mine).values(**values))


def mark_of(delivery: Delivery, step: Step) -> str:
    """The mark that what a step sends carries, so that it is known again."""
    return f"{delivery.key}/{step.name}"


def _arrived_there(connection: sa.engine.Connection, mark: str, message: int, now: datetime) -> None:
    """An event tells of a message that a step sent: so it was done."""
    key, _, name = mark.rpartition("/")
    mine = sa.select(deliveries.c.id).where(deliveries.c.key == key).scalar_subquery()
    done = steps.update().where(steps.c.delivery == mine, steps.c.name == name, steps.c.state != "done")
    connection.execute(done.values(state="done", message=message, error=None, at=iso(now)))


def _begin_episode(connection: sa.engine.Connection, name: str) -> None:
    """The bot has the conversation again: what was said before it was given away belongs to an episode of its own."""
    row = connection.execute(sa.select(conversations).where(conversations.c.id == name).with_for_update()).one_or_none()
    if row is None:
        return
    said = sa.select(turns.c.message).where(turns.c.conversation == name, turns.c.episode == row.episode)
    if connection.execute(said.limit(1)).first():
        begins = conversations.update().where(conversations.c.id == name)
        connection.execute(begins.values(episode=row.episode + 1, dialogue={}))


def _of_a_person(line: Line) -> bool:
    return line.writer == "person" and line.kind == "outgoing" and not line.private


def _count(connection: sa.engine.Connection) -> int:
    return int(connection.execute(sa.select(sa.func.count()).select_from(deliveries)).scalar_one())


def _delivery(row: Any) -> Delivery:
    names = ("id", "key", "conversation", "number", "message", "text", "state", "attempts")
    return Delivery(**{name: row._mapping[name] for name in names}, pictures=tuple(row.pictures))


def _step(row: Any) -> Step:
    return Step(row.delivery, row.name, row.place, row.state, row.body, row.message)
