"""The SQL database (SQLite or PostgreSQL): one engine, short transactions, one kind of error."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from bot.ports import StoreError

_UNHELD = re.compile(r"[\x00\ud800-\udfff]")
_SQLITE: dict[str, Any] = {
    "poolclass": QueuePool,  # connections stay open: closing the last one writes the whole log back
    "pool_use_lifo": True,  # and the one that wrote last still knows what it read
    "connect_args": {"timeout": 10, "check_same_thread": False},
}
_POSTGRESQL: dict[str, Any] = {"pool_pre_ping": True, "connect_args": {"connect_timeout": 10}}
_SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


class Database:
    """Raises StoreError where the database could not be asked."""

    def __init__(self, url: str):
        self._sqlite = url.startswith("sqlite")
        options = _SQLITE if self._sqlite else _POSTGRESQL
        self.engine = sa.create_engine(url, future=True, json_serializer=_readable, hide_parameters=True, **options)
        sa.event.listen(self.engine, "before_cursor_execute", _storable, retval=True)
        if self._sqlite:
            sa.event.listen(self.engine, "connect", _prepare_sqlite)
            sa.event.listen(self.engine, "begin", _begin_sqlite)

    @contextmanager
    def reading(self) -> Iterator[sa.engine.Connection]:
        """A connection that sees what was committed at its first statement, and holds nobody up."""
        options = {"nightdesk_reads": True} if self._sqlite else _SNAPSHOT
        with self._errors(), self.engine.connect().execution_options(**options) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.engine.Connection]:
        """A transaction. In SQLite it alone may write from its first statement on, so that what it read stays true; in
        PostgreSQL what it locked does."""
        with self._errors(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise StoreError(f"the store could not be used: {type(error).__name__}") from error


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    cursor = connection.cursor()
    cursor.execute("pragma journal_mode=wal")
    cursor.execute("pragma synchronous=normal")
    cursor.execute("pragma foreign_keys=on")
    cursor.close()


def _begin_sqlite(connection: sa.engine.Connection) -> None:
    reads = connection.get_execution_options().get("nightdesk_reads")
    connection.exec_driver_sql("begin" if reads else "begin immediate")


def _storable(_: Any, __: Any, statement: str, given: Any, ___: Any, many: bool) -> tuple[str, Any]:
    """What no database's text holds (NUL, lone surrogates) becomes “?”, whoever sent it: it is kept, or finds nothing."""
    return statement, [_held(one) for one in given] if many else _held(given)


def _held(values: Any) -> Any:
    if isinstance(values, dict):
        return {name: storable(value) for name, value in values.items()}
    return tuple(map(storable, values))


def storable(value: Any) -> Any:
    """A value as it is kept."""
    return _UNHELD.sub("?", value) if isinstance(value, str) and not _is_text(value) else value


def _is_text(text: str) -> bool:
    """As `not _UNHELD.search(text)`, which takes six times as long."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text


def iso(moment: datetime) -> str:
    """How moments are kept: in UTC, so that their texts sort as they do."""
    return moment.astimezone(timezone.utc).isoformat(timespec="milliseconds")


def insert_once(connection: sa.engine.Connection, table: sa.Table, **values: Any) -> None:
    """Inserts a row; nothing happens where a row with its key is there already."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    connection.execute(insert(table).values(**values).on_conflict_do_nothing())


_readable = json.JSONEncoder(ensure_ascii=False).encode
"""JSON with its characters as they are, so that it can be searched."""
