"""The clock jumps by an hour or a day, forward and back: turns, waits, notices, sessions and limits stay sane."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from bot.core.notices import Robot
from bot.front.chat import LASTS
from tests.desk.running import PASSWORD, Running
from tests.faults.conftest import Buyer
from tests.front.helpers import eventually
from tests.front.team import GROUP, LATER, SENT, Team

JUMPS = [timedelta(hours=1), timedelta(days=1), timedelta(hours=-1), timedelta(days=-1)]
NAMES = ["an hour on", "a day on", "an hour back", "a day back"]


@pytest.fixture(params=JUMPS, ids=NAMES)
def jump(request: pytest.FixtureRequest) -> timedelta:
    return request.param


def test_a_conversation_goes_on(buyer: Buyer, running: Running, jump: timedelta) -> None:
    assert buyer.say("转人工").json()["state"] == "waiting"
    running.clock.stands = running.clock.running() + jump
    answer = buyer.say("还在吗").json()
    assert answer["replies"] and answer["state"] == "waiting"
    assert buyer.spoke() == ["buyer", "bot"] * 2, "the order is that of the messages, not of the clock"


def test_the_desk_shows_no_wait_below_nothing(buyer: Buyer, running: Running, jump: timedelta) -> None:
    buyer.say("转人工")
    running.clock.stands = running.clock.running() + jump
    with requests.Session() as desk:
        desk.get(f"{running.url}/desk/login", timeout=5)
        form = {"csrf": desk.cookies["nightdesk_csrf"], "name": "小林", "password": PASSWORD}
        desk.post(f"{running.url}/desk/login", data=form, timeout=5)
        page = desk.get(f"{running.url}/desk/queue", timeout=5)
    assert page.status_code == 200 and "转人工" in page.text
    assert not re.search(r">\s*-\d", page.text)


def test_a_buyers_session_stays_theirs_where_it_was_begun_while_the_clock_was_ahead(
    running: Running, jump: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now + jump.total_seconds())
    token = requests.post(f"{running.url}/chat/session", json={}, timeout=5).json()["token"]
    monkeypatch.undo()
    asked = requests.get(f"{running.url}/chat/messages", headers={"Authorization": f"Bearer {token}"}, timeout=5)
    assert asked.status_code == 200
    assert abs(jump) < LASTS


# --- notices -----------------------------------------------------------------------------------------------------


def told(team: Team, robot: Robot = GROUP) -> bool:
    team.tell(robot)
    return set(team.states().values()) == {"sent"}


def test_a_notice_is_told_whatever_the_clock_did_meanwhile(tmp_path: Path, jump: timedelta) -> None:
    """What is to be told at once is told within a robot's longest rest, by the clock as it is then."""
    team = Team(tmp_path)
    team.put("a/1")
    team.clock.turn(jump.total_seconds())
    for _ in range(100):
        if told(team):
            break
        team.clock.turn(60)
    assert team.said() == [["a/1"]]


def test_a_robot_that_failed_is_tried_again_whatever_the_clock_did_meanwhile(tmp_path: Path, jump: timedelta) -> None:
    team = Team(tmp_path)
    team.put("a/1")
    team.robots.answer = lambda *_: LATER
    team.tell()
    team.clock.turn(jump.total_seconds())
    team.robots.answer = lambda *_: SENT
    for _ in range(100):
        if told(team):
            break
        team.clock.turn(60)
    assert set(team.states().values()) == {"sent"}


def test_what_was_sent_while_the_clock_was_ahead_does_not_silence_the_robot(tmp_path: Path) -> None:
    team = Team(tmp_path)
    for number in range(GROUP.per_minute):
        team.put(f"a/{number}")
        team.tell()
    team.clock.turn(-timedelta(days=1).total_seconds())
    team.put("b/1")
    assert told(team)


def test_wrong_passwords_of_a_time_that_never_was_lock_nobody_out(running: Running) -> None:
    def sign_in(password: str) -> int:
        with requests.Session() as desk:
            desk.get(f"{running.url}/desk/login", timeout=5)
            form = {"csrf": desk.cookies["nightdesk_csrf"], "name": "小林", "password": password}
            return desk.post(f"{running.url}/desk/login", data=form, allow_redirects=False, timeout=5).status_code

    right = running.clock.running()
    running.clock.stands = right + timedelta(days=1)
    while sign_in("wrong") != 429:
        pass
    running.clock.stands = right
    assert eventually(lambda: sign_in(PASSWORD) == 303, 5)
