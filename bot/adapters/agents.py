"""The people of the desk and the workbench, in the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.adapters.database import Database, iso
from bot.adapters.tables import agents


class Agents:
    """Every method is one transaction. Raises StoreError where the database could not be asked."""

    def __init__(self, database: Database):
        self._database = database

    def find(self, name: str) -> dict[str, Any] | None:
        with self._database.reading() as connection:
            row = connection.execute(sa.select(agents).where(agents.c.name == name)).one_or_none()
        return dict(row._mapping) if row else None

    def all(self) -> list[dict[str, Any]]:
        """Everybody, by name."""
        with self._database.reading() as connection:
            return [dict(row._mapping) for row in connection.execute(sa.select(agents).order_by(agents.c.name))]

    def save(self, name: str, password_hash: str, role: str) -> None:
        """Adds somebody, or changes their password and role."""
        values = {"password": password_hash, "role": role}
        with self._database.writing() as connection:
            if not connection.execute(agents.update().where(agents.c.name == name).values(**values)).rowcount:
                connection.execute(agents.insert().values(name=name, on_duty=False, **values))

    def set_duty(self, name: str, on_duty: bool) -> None:
        with self._database.writing() as connection:
            connection.execute(agents.update().where(agents.c.name == name).values(on_duty=on_duty))

    def seen(self, name: str, now: datetime) -> None:
        with self._database.writing() as connection:
            connection.execute(agents.update().where(agents.c.name == name).values(seen_at=iso(now)))
