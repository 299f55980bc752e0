"""A database of an earlier form, with what is in it, comes to the present form and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from bot.adapters import migrations
from bot.adapters.database import Database
from bot.adapters.handoffs import Handoffs
from bot.adapters.migrations import migrate
from bot.adapters.store import Store
from bot.adapters.tables import metadata
from bot.core.handoff import Agent
from bot.ports import StoreError
from tests.small_shop import EVENING

VERSIONS = Path(migrations.__file__).parent / "versions"
AT = "2026-11-21T21:04:00.000+08:00"
CARD = {"episode": "h-1", "reason": "track_parcel", "queue": "tracking", "headline": "查物流"}
FIRST_FORM = f"""
insert into conversations values ('c', 'zh', 1, '{{}}', '{AT}');
insert into messages (conversation, episode, sender, message_id, text, buttons, attachments, at)
  values ('c', 1, 'buyer', 'm1', '到哪了', '[]', '[]', '{AT}');
insert into turns values (1, 'c', 1, '{{"language": "zh"}}', '{{"replies": []}}', '{AT}');
insert into handoffs values ('h-1', 'c', 1, 'waiting', '{json.dumps(CARD)}', '{AT}', null);
insert into agents values ('lead', 'hash', 'lead');
"""


@pytest.fixture
def old(make_database: Callable[..., Database]) -> Database:
    """In the first form, with a waiting handoff."""
    made = make_database(empty=True)
    migrate(made, "0001")
    with made.writing() as connection:
        for statement in FIRST_FORM.strip().split(";\n"):
            connection.exec_driver_sql(statement.rstrip(";"))
    return made


def kept(database: Database) -> list[int]:
    with database.reading() as connection:
        names = ("conversations", "messages", "turns", "handoffs", "agents")
        return [connection.execute(sa.text(f"select count(*) from {name}")).scalar_one() for name in names]


def test_what_was_there_is_there_in_the_present_form(old: Database) -> None:
    migrate(old)
    found = Handoffs(old).claim("h-1", Agent("lead", "lead"), EVENING)
    assert (found["queue"], found["card"]["headline"], found["agent"]) == ("tracking", "查物流", "lead")
    assert found["waiting_since"] == found["opened_at"] == "2026-11-21T13:04:00.000+00:00"
    assert kept(old) == [1, 1, 1, 1, 1]


def test_back_and_forth_loses_nothing_of_the_first_form(old: Database) -> None:
    migrate(old)
    Handoffs(old).claim("h-1", Agent("lead", "lead"), EVENING)
    migrate(old, "0001")
    assert kept(old) == [1, 1, 1, 1, 1]
    migrate(old)
    assert Store(old).state("c") == "claimed"


def revisions() -> list[str]:
    return [path.name[:4] for path in sorted(VERSIONS.glob("0*.py"))]


@pytest.mark.parametrize("to", revisions())
def test_from_each_form_it_comes_to_the_present_one_and_back(old: Database, to: str) -> None:
    for form in (to, "head", to, "head"):
        migrate(old, form)
        assert kept(old) == [1, 1, 1, 1, 1]
    assert Handoffs(old).find("h-1")["card"]["headline"] == "查物流"
    with old.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_database_from_before_the_numbers_is_taken_as_the_first_form(old: Database) -> None:
    with old.writing() as connection:
        connection.exec_driver_sql("drop table alembic_version")
    migrate(old)
    assert Handoffs(old).find("h-1")["queue"] == "tracking"


def test_migrating_twice_changes_nothing(old: Database) -> None:
    migrate(old)
    migrate(old)
    assert kept(old) == [1, 1, 1, 1, 1]


def test_two_fronts_that_start_at_once_bring_it_to_the_present_form_together(old: Database) -> None:
    start, failed = Barrier(2), []

    def begin() -> None:
        start.wait()
        try:
            migrate(old)
        except StoreError as error:
            failed.append(error)

    threads = [Thread(target=begin) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert kept(old) == [1, 1, 1, 1, 1]


def test_the_migrations_make_the_tables_that_the_program_knows(old: Database) -> None:
    migrate(old)
    with old.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
