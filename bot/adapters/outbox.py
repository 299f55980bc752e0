"""The outbox: what is to be told to the team, kept in the database until the service has taken it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.adapters.database import Database, iso
from bot.adapters.store import write_notices
from bot.adapters.tables import outbox
from bot.core.notices import Notice


class Outbox:
    """Every method is one transaction. Raises StoreError where the database could not be asked."""

    def __init__(self, database: Database):
        self._database = database

    def add(self, notices: Sequence[Notice], now: datetime) -> None:
        """Notices that belong to no conversation (the morning report)."""
        with self._database.writing() as connection:
            write_notices(connection, None, notices, now)

    def due(self, robot: str, now: datetime, limit: int = 50) -> list[dict[str, Any]]:
        """What this robot has to say now, oldest first, and of each conversation only what nothing older holds up."""
        query = (
            sa.select(outbox).where(outbox.c.robot == robot, outbox.c.state == "due").order_by(outbox.c.id).limit(1000)
        )
        with self._database.reading() as connection:
            rows = [dict(row._mapping) for row in connection.execute(query)]
        held: set[str] = set()
        ready = []
        for row in rows:
            if row["conversation"] in held:
                continue
            if row["due_at"] > iso(now):
                if row["conversation"]:
                    held.add(row["conversation"])
                continue
            ready.append(row)
        return ready[:limit]

    def sent(self, ids: Sequence[int], now: datetime) -> None:
        self._change(ids, state="sent", sent_at=iso(now), error=None)

    def failed(self, ids: Sequence[int], error: str, again_at: datetime) -> None:
        """The service could not be reached, or asked to wait; it is tried again."""
        self._change(ids, attempts=outbox.c.attempts + 1, error=error[:500], due_at=iso(again_at))

    def refused(self, ids: Sequence[int], error: str) -> None:
        """The service said no; only a person who mended the cause sends it again."""
        self._change(ids, state="refused", attempts=outbox.c.attempts + 1, error=error[:500])

    def retry(self, ids: Sequence[int], now: datetime) -> None:
        self._change(ids, state="due", due_at=iso(now))

    def unsent(self, limit: int = 200) -> list[dict[str, Any]]:
        """What was refused, and what failed at least once and is still tried, newest first."""
        stuck = sa.or_(outbox.c.state == "refused", sa.and_(outbox.c.state == "due", outbox.c.attempts > 0))
        query = sa.select(outbox).where(stuck).order_by(outbox.c.id.desc()).limit(limit)
        with self._database.reading() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]

    def _change(self, ids: Sequence[int], **values: Any) -> None:
        with self._database.writing() as connection:
            connection.execute(outbox.update().where(outbox.c.id.in_(ids)).values(**values))
