"""What the tests of the content share."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.database import Database
from tests.content.workshop import Workshop, make_workshop
from tests.databases import database, make_database, postgresql, sqlite  # noqa: F401


@pytest.fixture
def workshop(tmp_path: Path, database: Database) -> Workshop:  # noqa: F811
    """The demo shop's content, looked at once; on SQLite and on PostgreSQL."""
    made = make_workshop(tmp_path, database)
    made.bench.recover()
    return made
