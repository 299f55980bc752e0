"""What must outlive a restart: buyers' messages that the front has not got yet, and what each buyer was sent."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.core.types import Language

_TABLES = """
create table if not exists conversations (
    id text primary key,
    channel text not null,
    recipient text not null,
    address text not null,
    language text not null,
    told integer,
    last integer not null default 0
);
create table if not exists inbox (
    number integer primary key autoincrement,
    conversation text not null,
    message_id text not null,
    text text not null,
    language text,
    unique (conversation, message_id)
);
"""


@dataclass(frozen=True)
class Talk:
    """A conversation. `recipient`: the connector's id of the buyer. `address`: what its output channel needs to know
    besides. `told`: the number of the last message that the buyer has; None before it is known where the front stands.
    `last`: the number of the last message that the front is known to have."""

    id: str
    channel: str
    recipient: str
    address: Mapping[str, Any]
    language: Language
    told: int | None = None
    last: int = 0


@dataclass(frozen=True)
class Kept:
    number: int
    message_id: str
    text: str
    language: Language | None


class Book:
    """A SQLite file; each call is one transaction."""

    def __init__(self, path: Path):
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        with self._open() as connection:
            connection.execute("pragma journal_mode=wal")
            connection.executescript(_TABLES)

    # --- buyers' messages ----------------------------------------------------------------------------------------

    def keep(self, talk: Talk, message_id: str, text: str, language: Language | None) -> None:
        """Until the front has it. The buyer's address is that of their newest message."""
        with self._open() as connection:
            connection.execute(
                "insert into conversations (id, channel, recipient, address, language) values (?, ?, ?, ?, ?) "
                "on conflict (id) do update set address = excluded.address, language = excluded.language",
                (talk.id, talk.channel, talk.recipient, json.dumps(dict(talk.address)), talk.language),
            )
            connection.execute(
                "insert or ignore into inbox (conversation, message_id, text, language) values (?, ?, ?, ?)",
                (talk.id, message_id, text, language),
            )

    def kept(self, conversation: str) -> list[Kept]:
        """What the front has not got yet, in order."""
        query = "select number, message_id, text, language from inbox where conversation = ? order by number"
        with self._open() as connection:
            return [Kept(*row) for row in connection.execute(query, (conversation,))]

    def passed(self, kept: Kept) -> None:
        with self._open() as connection:
            connection.execute("delete from inbox where number = ?", (kept.number,))

    # --- what buyers have ----------------------------------------------------------------------------------------

    def find(self, conversation: str) -> Talk | None:
        with self._open() as connection:
            return next(_read(connection, "where id = ?", conversation), None)

    def told(self, conversation: str, number: int) -> None:
        """The buyer has all up to this number."""
        with self._open() as connection:
            connection.execute("update conversations set told = ? where id = ?", (number, conversation))

    def heard(self, conversation: str, last: int) -> None:
        """The front has messages up to this number."""
        with self._open() as connection:
            connection.execute("update conversations set last = max(last, ?) where id = ?", (last, conversation))

    def last(self) -> int:
        """The highest number that was heard of."""
        with self._open() as connection:
            return connection.execute("select coalesce(max(last), 0) from conversations").fetchone()[0]

    def unfinished(self) -> list[str]:
        """Conversations with something to pass on, either way."""
        query = "select id from conversations where last > coalesce(told, 0) union select conversation as id from inbox order by id"
        with self._open() as connection:
            return [row[0] for row in connection.execute(query)]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=5)) as connection, connection:
            yield connection


def _read(connection: sqlite3.Connection, where: str, *values: str) -> Iterator[Talk]:
    query = f"select id, channel, recipient, address, language, told, last from conversations {where}"
    for id, channel, recipient, address, language, told, last in connection.execute(query, values):
        yield Talk(id, channel, recipient, json.loads(address), language, told, last)
