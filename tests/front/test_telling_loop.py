"""Telling the team in the front's own loop, over the real line: what hangs or fails there ends nothing else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.adapters.robots import Robots
from bot.adapters.robots.addresses import Addresses
from bot.front.app import make_app
from bot.front.telling import Telling
from bot.ports import StoreError
from tests.adapters.lying_server import LyingServer, lying_server, says, stalls
from tests.front.helpers import NOTHING_ELSE
from tests.front.team import Team


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    made = Team(tmp_path)
    yield made
    made.database.engine.dispose()


def until(condition: Callable[[], bool], seconds: float = 10) -> Callable[[Telling], Any]:
    async def play(telling: Telling) -> float:
        running, began = asyncio.create_task(telling.run()), time.monotonic()
        while not condition() and time.monotonic() - began < seconds:
            assert not running.done(), running.exception()
            await asyncio.sleep(0.02)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return time.monotonic() - began

    return play


@pytest.fixture
def servers() -> Iterator[tuple[LyingServer, LyingServer]]:
    with lying_server() as one, lying_server() as other:
        yield one, other


def test_a_robot_that_hangs_holds_up_no_other_and_what_it_was_to_say_comes_later(
    team: Team, tmp_path: Path, servers: tuple[LyingServer, LyingServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.front.telling.LOOK_EVERY", 0.05)
    hanging, good = servers
    path = tmp_path / "robots.yml"
    path.write_text(f"g: {{address: '{hanging.url}'}}\nh: {{address: '{good.url}'}}\n", encoding="utf-8")
    path.chmod(0o600)
    worker = team.worker(Robots(Addresses(path), seconds=2.0))
    hanging.answering = stalls(2.5)
    team.put("a/1", "a/2")
    team.put(*(f"b/{n}" for n in range(3)), robot="h")
    took = asyncio.run(until(lambda: len(good.asked) == 3)(worker))
    assert took < 1.5
    asyncio.run(until(lambda: len(team.outbox.unsent()) == 2)(worker))
    assert {row["error"].partition(":")[0] for row in team.outbox.unsent()} == {"unreachable"}

    hanging.answering = says(200, {"errcode": 0, "errmsg": "ok"})
    team.clock.turn(30)
    asyncio.run(until(lambda: set(team.states().values()) == {"sent"})(worker))
    assert set(team.states().values()) == {"sent"}


def test_a_database_that_fails_for_a_while_ends_nothing(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.front.telling.LOOK_EVERY", 0.01)
    monkeypatch.setattr("bot.front.telling.REST", 0.01)
    team.put("a/1")
    whole, failures = team.outbox.due, iter([StoreError("gone"), RuntimeError("odd")])

    def failing(*given: Any) -> list[dict[str, Any]]:
        for error in failures:
            raise error
        return whole(*given)

    monkeypatch.setattr(team.outbox, "due", failing)
    asyncio.run(until(lambda: bool(team.said()))(team.telling))
    assert team.said() == [["a/1"]]


def test_the_front_tells_from_its_start_to_its_end(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.front.telling.LOOK_EVERY", 0.01)

    async def nothing(*_: bool) -> int:
        return 0

    conversations = SimpleNamespace(answer_the_unanswered=nothing, pay_what_is_owed=nothing)
    front: Any = SimpleNamespace(conversations=conversations, telling=team.telling, minding=None, **NOTHING_ELSE)
    team.put("a/1")
    with TestClient(make_app(front)):
        began = time.monotonic()
        while not team.said() and time.monotonic() - began < 10:
            time.sleep(0.02)
    assert team.said() == [["a/1"]]
    team.put("b/1")
    time.sleep(0.1)
    assert team.said() == [["a/1"]]
