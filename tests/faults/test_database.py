"""The disk is full, the database is away, or breaks at the end of a turn: what the buyer hears, and that nothing is lost."""

from __future__ import annotations

import tempfile
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy as sa

from bench.kills import Postgres
from bot.adapters.database import Database
from bot.ports import StoreError
from tests.desk.running import Running, make_running, serving
from tests.faults.conftest import Buyer, ready
from tests.front.helpers import eventually

ONE_TURN = ["buyer", "bot"]


@contextmanager
def full(database: Database) -> Iterator[None]:
    """The database's file may not grow by a page any more, as where the disk is full."""

    def limit(connection: Any, _: Any) -> None:
        pages = connection.execute("pragma page_count").fetchone()[0]
        connection.execute(f"pragma max_page_count = {pages}")

    sa.event.listen(database.engine, "connect", limit)
    database.engine.dispose()
    try:
        yield
    finally:
        sa.event.remove(database.engine, "connect", limit)
        database.engine.dispose()


def test_on_a_full_disk_the_buyer_hears_it_and_what_was_kept_is_answered_when_there_is_room(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'desk.sqlite'}")
    with serving(make_running(tmp_path, database=database)) as running:
        asked: list[tuple[Buyer, str]] = []
        with full(database):
            for _ in range(60):
                buyer, id = Buyer(running), uuid.uuid4().hex
                answer = buyer.say("空气炸锅A5有货吗 " + "很长" * 400, id)
                asked.append((buyer, id))
                if answer.status_code != 200:
                    break
            assert answer.status_code == 503, "the disk was not full"
            error = answer.json()["error"]
            assert error["code"] == "not_kept" and error["message"]["zh"] and error["message"]["en"]
            assert requests.get(f"{running.url}/healthz", timeout=5).ok
        for buyer, id in asked:
            assert eventually(lambda buyer=buyer, id=id: buyer.say("again", id).status_code == 200, 10)
            assert buyer.spoke() == ONE_TURN


def test_a_database_that_is_killed_and_comes_back_needs_no_hand(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        postgres = Postgres(Path(folder))
        try:
            with serving(make_running(tmp_path, database=Database(postgres.url))) as running:
                _away_and_back(running, postgres)
        finally:
            postgres.stop()


def _away_and_back(running: Running, postgres: Postgres) -> None:
    buyer, id = Buyer(running), uuid.uuid4().hex
    assert buyer.say("在吗").status_code == 200
    postgres.kill()
    answer = buyer.say("空气炸锅A5有货吗", id)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "not_kept")
    assert ready(running)["parts"]["store"] == "away"
    assert requests.get(f"{running.url}/healthz", timeout=5).ok
    postgres.start()
    assert eventually(lambda: buyer.say("空气炸锅A5有货吗", id).status_code == 200, 10)
    assert buyer.spoke() == ONE_TURN * 2
    assert ready(running)["ready"]


# --- broken at the end of a turn ---------------------------------------------------------------------------------


@pytest.fixture
def broken_once(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database breaks once, before it has written a turn."""
    store, left = running.front.store, [1]
    finish, lock = store.finish_turn, threading.Lock()

    def breaks(*given: Any) -> Any:
        with lock:
            if left and left.pop():
                raise StoreError("broken")
        return finish(*given)

    monkeypatch.setattr(store, "finish_turn", breaks)


@pytest.mark.usefixtures("broken_once")
def test_a_message_that_was_kept_and_then_refused_is_answered_within_seconds(buyer: Buyer) -> None:
    id = uuid.uuid4().hex
    assert buyer.say("在吗", id).status_code == 503
    assert buyer.spoke() == ["buyer"], "it is kept"
    assert eventually(lambda: buyer.spoke() == ONE_TURN, 10), "nobody sent it again"
    assert buyer.say("在吗", id).json()["replies"][0]["text"] == buyer.heard()[1][1]
    assert buyer.spoke() == ONE_TURN


@pytest.mark.usefixtures("broken_once")
def test_it_is_answered_before_what_the_buyer_writes_next(buyer: Buyer, running: Running) -> None:
    assert buyer.say("第一句").status_code == 503
    assert buyer.say("第二句").status_code == 200
    assert running.rasa.asked[-2:] == ["第一句", "第二句"]
    store, talk = running.front.store, f"api:{buyer.conversation}"
    turns = store.episode_turns(talk, 1)
    assert [turn.text for turn in turns] == ["第一句", "第二句"]
    assert buyer.spoke() == ["buyer", "buyer", "bot", "bot"], "what comes is kept before it waits"
