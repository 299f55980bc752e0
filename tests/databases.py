"""Fresh databases for tests, SQLite and a real PostgreSQL, each in the program's present form unless it is to be empty."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pgserver
import pytest
import sqlalchemy as sa

from bot.adapters.database import Database
from bot.adapters.migrations import migrate

KINDS = ("sqlite", "postgresql")


class SqliteFiles:
    """Copies of one migrated file."""

    def __init__(self, folder: Path):
        self._folder, self._numbers = folder, itertools.count()
        self._form = folder / "form.sqlite"
        made = Database(f"sqlite:///{self._form}")
        migrate(made)
        made.engine.dispose()

    def make(self, empty: bool = False) -> str:
        path = self._folder / f"{next(self._numbers)}.sqlite"
        if not empty:
            shutil.copy(self._form, path)
        return f"sqlite:///{path}"


class Postgres:
    """A server with a migrated template; new databases are copies of it."""

    def __init__(self, folder: str):
        self._server = pgserver.get_server(folder, cleanup_mode="stop")
        self._engine = sa.create_engine(self._server.get_uri(), isolation_level="AUTOCOMMIT", future=True)
        self._numbers = itertools.count()
        for setting in ("alter system set fsync = off", "select pg_reload_conf()"):
            self._run(setting)
        self._create("form", "template1")
        made = Database(self._server.get_uri("form"))
        migrate(made)
        made.engine.dispose()

    def make(self, empty: bool = False) -> str:
        name = f"t{next(self._numbers)}"
        self._create(name, "template1" if empty else "form")
        return self._server.get_uri(name)

    def _create(self, name: str, template: str) -> None:
        self._run(f"create database {name} template {template}")

    def _run(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.exec_driver_sql(statement)

    def stop(self) -> None:
        self._engine.dispose()
        self._server.cleanup()


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> SqliteFiles:
    return SqliteFiles(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgres]:
    with tempfile.TemporaryDirectory(prefix="pg") as folder:  # short: a socket stands in it
        server = Postgres(folder)
        yield server
        server.stop()


@pytest.fixture(params=KINDS)
def make_database(request: pytest.FixtureRequest) -> Iterator[Callable[..., Database]]:
    """`make_database()` is a new one; the test runs on SQLite and on PostgreSQL."""
    made: list[Database] = []

    def make(empty: bool = False) -> Database:
        made.append(Database(request.getfixturevalue(request.param).make(empty)))
        return made[-1]

    yield make
    for one in made:
        one.engine.dispose()


@pytest.fixture
def database(make_database: Callable[..., Database]) -> Database:
    """A new one, without a row."""
    return make_database()
