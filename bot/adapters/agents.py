"""The people of the desk and the workbench, in the database: who they are, where they are signed in, who guesses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.adapters.database import Database, insert_once, iso
from bot.adapters.tables import agents, sessions, sign_ins

_ONE_AT_A_TIME = 0x6E69676874
"""PostgreSQL's lock under which tries are counted; SQLite lets one write at a time anyway."""


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
        """Adds somebody, or changes their password and role and ends their sessions."""
        values = {"password": password_hash, "role": role}
        with self._database.writing() as connection:
            insert_once(connection, agents, name=name, on_duty=False, **values)
            connection.execute(agents.update().where(agents.c.name == name).values(**values))
            connection.execute(sessions.delete().where(sessions.c.agent == name))

    def set_duty(self, name: str, on_duty: bool) -> None:
        with self._database.writing() as connection:
            connection.execute(agents.update().where(agents.c.name == name).values(on_duty=on_duty))

    def seen(self, name: str, now: datetime) -> None:
        with self._database.writing() as connection:
            connection.execute(agents.update().where(agents.c.name == name).values(seen_at=iso(now)))

    # --- sessions, by ids that nobody can guess -------------------------------------------------------------------

    def begin_session(self, id: str, name: str, password_hash: str, now: datetime, lasts: timedelta) -> bool:
        """Signs somebody in; False where their password was changed meanwhile."""
        same = sa.select(agents.c.name).where(agents.c.name == name, agents.c.password == password_hash)
        with self._database.writing() as connection:
            connection.execute(sessions.delete().where(sessions.c.until <= iso(now)))
            if not connection.execute(same.with_for_update()).first():
                return False
            connection.execute(sessions.insert().values(id=id, agent=name, until=iso(now + lasts)))
        return True

    def of_session(self, id: str, now: datetime) -> dict[str, Any] | None:
        """Who is signed in with it."""
        query = sa.select(agents).join(sessions).where(sessions.c.id == id, sessions.c.until > iso(now))
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return dict(row._mapping) if row else None

    def end_session(self, id: str) -> None:
        with self._database.writing() as connection:
            connection.execute(sessions.delete().where(sessions.c.id == id))

    def end_sessions(self, name: str) -> None:
        """Signs somebody out everywhere."""
        with self._database.writing() as connection:
            connection.execute(sessions.delete().where(sessions.c.agent == name))

    # --- guessing ------------------------------------------------------------------------------------------------

    def try_sign_in(
        self, marks: tuple[str, str], now: datetime, most: Mapping[tuple[str, ...], int], within: timedelta
    ) -> timedelta:
        """Counts a try, before its password is looked at, so that many at once gain nothing; gives no time.

        Where there were as many within `within` as `most` allows (by the columns that are alike: name, address, both),
        nothing is counted, and it gives for how long nothing is heard. `marks`: of the name and of the address, up to
        64 characters each, by which the words themselves are not kept.
        """
        given = dict(zip(("name", "address"), marks, strict=True))
        with self._database.writing() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))
            ahead = sign_ins.c.at > iso(now + within)  # of a clock that was wrong
            connection.execute(sign_ins.delete().where(sa.or_(sign_ins.c.at <= iso(now - within), ahead)))
            waits = [timedelta(0)]
            for columns, count in most.items():
                alike = [sign_ins.c[column] == given[column] for column in columns]
                times = sa.select(sign_ins.c.at).where(*alike).order_by(sign_ins.c.at.desc()).offset(count - 1).limit(1)
                earliest = connection.execute(times).scalar()
                if earliest is not None:
                    waits.append(datetime.fromisoformat(earliest) + within - now)
            if max(waits) <= timedelta(0):
                connection.execute(sign_ins.insert().values(**given, at=iso(now)))
        return max(waits)

    def forgive(self, marks: tuple[str, str]) -> None:
        """The password was right: the tries for this name from this address no longer count."""
        mine = (sign_ins.c.name == marks[0], sign_ins.c.address == marks[1])
        with self._database.writing() as connection:
            connection.execute(sign_ins.delete().where(*mine))
