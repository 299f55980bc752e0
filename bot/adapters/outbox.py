"""The outbox: what is to be told to the team, kept in the database until the service has taken it.

A row is `due`, then `sending` while a worker has it, then `sent` or `refused`. `due_at` is when it may be sent, and of a
`sending` row when whoever has it must be taken for dead. A time further ahead than any wait was written while the clock was
wrong, and counts as past.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.adapters.database import Database, iso
from bot.adapters.store import write_notices
from bot.adapters.tables import outbox
from bot.core.notices import Notice

_UNSENT = outbox.c.state.in_(("due", "sending"))
MOST_LOOKED_AT = 1000
FARTHEST = timedelta(hours=1)
"""Longer than any robot rests (bot/front/telling.py: LONGEST_WAIT)."""


class Outbox:
    """Every method is one transaction. Raises StoreError where the database could not be asked."""

    def __init__(self, database: Database):
        self._database = database

    def add(self, notices: Sequence[Notice], now: datetime) -> None:
        """Notices that belong to no conversation (the morning report)."""
        with self._database.writing() as connection:
            write_notices(connection, None, notices, now)

    # --- sending -------------------------------------------------------------------------------------------------

    def speaking(self, now: datetime) -> list[str]:
        """The robots that have something to say now, whether the shop still has them or not."""
        query = sa.select(outbox.c.robot).where(_UNSENT, _is_due(now)).distinct()
        with self._database.reading() as connection:
            return [row.robot for row in connection.execute(query)]

    def due(self, robot: str, now: datetime, limit: int = 50) -> list[dict[str, Any]]:
        """What this robot has to say now, oldest first, and of each conversation only what nothing older holds up.

        Nothing while the robot rests: after a failure it is first tried with what failed.
        """
        query = sa.select(outbox).where(outbox.c.robot == robot, _UNSENT).order_by(outbox.c.id).limit(MOST_LOOKED_AT)
        with self._database.reading() as connection:
            rows = [dict(row._mapping) for row in connection.execute(query)]
        soon, far = iso(now), iso(now + FARTHEST)
        rests = [soon < row["due_at"] <= far for row in rows if row["error"]]
        if rests and all(rests):
            return []
        held: set[str] = set()
        ready = []
        for row in rows:
            if row["conversation"] in held:
                continue
            if soon < row["due_at"] <= far:
                if row["conversation"]:
                    held.add(row["conversation"])
                continue
            ready.append(row)
        return ready[:limit]

    def take(self, ids: Sequence[int], now: datetime, until: datetime) -> bool:
        """Has these rows to oneself until a moment, all of them or none: of two workers one gets them."""
        mine = sa.and_(outbox.c.id.in_(ids), _UNSENT, _is_due(now))
        with self._database.writing() as connection:
            free = connection.execute(sa.select(outbox.c.id).where(mine).order_by(outbox.c.id).with_for_update()).all()
            if len(free) < len(ids):
                return False
            connection.execute(outbox.update().where(mine).values(state="sending", due_at=iso(until)))
            return True

    def sent(self, ids: Sequence[int], now: datetime) -> None:
        with self._database.writing() as connection:
            _change(connection, outbox.c.id.in_(ids), state="sent", sent_at=iso(now), error=None)

    def wake(self, robot: str, now: datetime) -> None:
        """The robot speaks again: what failed before is due at once."""
        failed = sa.and_(outbox.c.robot == robot, outbox.c.state == "due", outbox.c.error.is_not(None))
        with self._database.writing() as connection:
            _change(connection, sa.and_(failed, outbox.c.due_at > iso(now)), due_at=iso(now))

    def failed(self, robot: str, ids: Sequence[int], error: str, again_at: datetime) -> None:
        """The service could not be reached, or asked to wait: the robot rests, and all it has to say waits with it."""
        known = {"error": error[:500], "due_at": iso(again_at)}
        with self._database.writing() as connection:
            tried = sa.and_(outbox.c.id.in_(ids), outbox.c.state == "sending")
            _change(connection, tried, state="due", attempts=outbox.c.attempts + 1, **known)
            _change(connection, sa.and_(outbox.c.robot == robot, outbox.c.state == "due"), **known)

    def refused(self, ids: Sequence[int], error: str) -> None:
        """The service said no; only a person who mended the cause sends it again."""
        unsent = sa.and_(outbox.c.id.in_(ids), _UNSENT)
        with self._database.writing() as connection:
            _change(connection, unsent, state="refused", attempts=outbox.c.attempts + 1, error=error[:500])

    def put_back(self, ids: Sequence[int], now: datetime) -> None:
        """Taken and not sent: they are due as they were."""
        taken = sa.and_(outbox.c.id.in_(ids), outbox.c.state == "sending")
        with self._database.writing() as connection:
            _change(connection, taken, state="due", due_at=iso(now))

    def waits(self, robot: str, error: str) -> None:
        """Says why nothing of this robot's can be sent for the present; it stays due."""
        unsaid = sa.and_(
            outbox.c.robot == robot, outbox.c.state == "due", sa.func.coalesce(outbox.c.error, "") != error
        )
        with self._database.reading() as connection:
            new = connection.execute(sa.select(outbox.c.id).where(unsaid).limit(1)).first()
        if new:
            with self._database.writing() as connection:
                _change(connection, unsaid, error=error)

    def messages_since(self, robot: str, moment: datetime) -> int:
        """How many messages the robot sent after a moment; several notices in one message count once."""
        query = sa.select(sa.func.count(outbox.c.sent_at.distinct())).where(
            outbox.c.robot == robot, outbox.c.sent_at > iso(moment), outbox.c.sent_at <= iso(moment + FARTHEST)
        )
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def counts(self) -> dict[str, int]:
        """How many notices are `due`, `failing` (due, after a failure), `sending` and `refused`."""
        state = sa.case(
            (sa.and_(outbox.c.state == "due", outbox.c.error.is_not(None)), "failing"), else_=outbox.c.state
        )
        unsent = outbox.c.state != "sent"
        query = sa.select(state.label("state"), sa.func.count().label("count")).where(unsent).group_by(state)
        with self._database.reading() as connection:
            found = {row["state"]: row["count"] for row in connection.execute(query).mappings()}
        return dict.fromkeys(("due", "failing", "sending", "refused"), 0) | found

    # --- what could not be sent ----------------------------------------------------------------------------------

    def unsent(self, limit: int = 200) -> list[dict[str, Any]]:
        """What was refused, and what failed or cannot be sent for the present, newest first. `error` in words: `why`
        in bot/core/telling.py."""
        stuck = sa.or_(outbox.c.state == "refused", sa.and_(_UNSENT, outbox.c.error.is_not(None)))
        query = sa.select(outbox).where(stuck).order_by(outbox.c.id.desc()).limit(limit)
        with self._database.reading() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]

    def retry(self, ids: Sequence[int], now: datetime) -> None:
        """Tries them at once; what is being sent at this moment is left alone."""
        stuck = sa.and_(outbox.c.id.in_(ids), outbox.c.state.in_(("due", "refused")))
        with self._database.writing() as connection:
            _change(connection, stuck, state="due", due_at=iso(now))


def _is_due(now: datetime) -> Any:
    return sa.or_(outbox.c.due_at <= iso(now), outbox.c.due_at > iso(now + FARTHEST))


def _change(connection: sa.engine.Connection, which: Any, **values: Any) -> None:
    connection.execute(outbox.update().where(which).values(**values))
