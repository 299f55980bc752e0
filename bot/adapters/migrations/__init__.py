"""Brings a database to the form that this version of the program knows, forward and back, with Alembic."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.exc import SQLAlchemyError

from bot.adapters.database import Database
from bot.ports import StoreError

FIRST = "0001"
"""The form of databases that were made before they were numbered."""

_LOCK = 6443375
"""Of two fronts that start at once one migrates, and the other finds it done."""


def migrate(database: Database, to: str = "head") -> None:
    """Brings the database to a numbered form. Raises StoreError; what was there before then stays as it was."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    try:
        with database.engine.begin() as connection:
            config.attributes["connection"] = connection
            if connection.dialect.name == "postgresql":  # SQLite lets one write at a time in any case
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            tables = set(sa.inspect(connection).get_table_names())
            if "conversations" in tables and "alembic_version" not in tables:
                command.stamp(config, FIRST)
            if to == "head" or to > present(connection):
                command.upgrade(config, to)
            else:
                command.downgrade(config, to)
    except SQLAlchemyError as error:
        raise StoreError(f"the database could not be brought to form {to}: {error}") from error


def present(connection: sa.engine.Connection) -> str:
    """The form that a database has now; empty where it was never numbered."""
    from alembic.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision() or ""


def latest() -> str:
    """The form that this version of the program knows."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(Path(__file__).parent)).get_current_head() or ""
