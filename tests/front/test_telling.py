"""Telling the team: everything once, in order, not too often, whatever the robots do."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.robots.line import Outcome
from bot.core.notices import Robot
from bot.core.telling import Message
from bot.front.telling import LONGEST_WAIT
from tests.front.team import GROUP, LATER, OTHER, REFUSED, SENT, Team
from tests.told import card


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    made = Team(tmp_path)
    yield made
    made.database.engine.dispose()


# --- order, rate, merging -----------------------------------------------------------------------------------------


def test_each_notice_is_told_once_in_order(team: Team) -> None:
    team.put("a/1", "b/1", "a/2")
    team.tell()
    team.tell()
    assert team.said() == [["a/1"], ["b/1"], ["a/2"]]
    assert set(team.states().values()) == {"sent"}


def test_more_than_the_rate_allows_is_one_message(team: Team) -> None:
    names = [f"{n}/1" for n in range(9)]
    team.put(*names)
    team.tell()
    assert team.said() == [names]
    assert team.robots.messages[0].title == "9 条新消息"


def test_what_does_not_fit_follows_and_is_counted(team: Team) -> None:
    team.robots.most = 4
    team.put(*(f"{n}/1" for n in range(11)))
    team.tell()
    assert [len(keys) for keys in team.said()] == [4, 4, 1, 1, 1], "when few are left they are told singly"
    assert [message.left for message in team.robots.messages] == [7, 3, 0, 0, 0]
    assert sum(team.said(), []) == [f"{n}/1" for n in range(11)]


def test_a_robot_says_no_more_a_minute_than_it_may(team: Team) -> None:
    for _ in range(60):
        team.put(f"{len(team.states())}/1")
        team.tell()
        team.clock.turn(5)
    at = [moment for _, _, moment in team.robots.said]
    most = max(sum(1 for other in at if moment <= other < moment + timedelta(seconds=60)) for moment in at)
    assert most == GROUP.per_minute
    team.clock.turn(60)
    team.tell()
    assert set(team.states().values()) == {"sent"}
    assert sum(team.said(), []) == list(team.states())


def test_the_rate_holds_over_a_restart(team: Team) -> None:
    for n in range(GROUP.per_minute):
        team.put(f"{n}/1")
        team.tell()
        team.clock.turn(1)
    team.put("last/1")
    team.tell(worker=team.worker())
    assert "last/1" not in sum(team.said(), [])
    team.clock.turn(60)
    team.tell(worker=team.worker())
    assert team.said()[-1] == ["last/1"]


# --- failures -----------------------------------------------------------------------------------------------------


def test_after_a_days_outage_everything_is_told_in_order_and_once(team: Team) -> None:
    team.robots.answer = lambda robot, message: LATER
    for number in range(288):
        team.put(f"{number % 7}/{number}")
        team.tell()
        team.clock.turn(300)
    tried_at = [at for _, _, at in team.robots.said]
    pauses = [later - before for before, later in zip(tried_at, tried_at[1:])]
    assert len(tried_at) < 24 * 4 + 10
    assert max(pauses) <= timedelta(seconds=LONGEST_WAIT)
    assert len(team.outbox.unsent(1000)) > 280

    team.robots.answer = lambda robot, message: SENT
    team.robots.said.clear()
    for _ in range(16):
        team.clock.turn(61)
        team.tell()
    assert sum(team.said(), []) == list(team.states()) and len(team.states()) == 288
    assert len(team.said()) <= 10, "a day's news is not told in hundreds of messages"
    assert team.outbox.unsent() == []


def test_the_wait_doubles_to_a_quarter_of_an_hour(team: Team) -> None:
    team.robots.answer = lambda robot, message: LATER
    team.put("a/1")
    while len(team.said()) < 11:
        team.tell()
        team.clock.turn(5)
    at = [moment for _, _, moment in team.robots.said]
    assert [(b - a).total_seconds() for a, b in zip(at, at[1:])] == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]


def test_robots_that_failed_together_are_not_tried_together(team: Team) -> None:
    team.robots.answer = lambda robot, message: LATER
    due = []
    for chance, robot in ((0.0, GROUP), (1.0, OTHER)):
        team.put("a/1", robot=robot.name)
        team.worker(chance=chance).tell(robot)
        due += [row["due_at"] for row in team.outbox.unsent() if row["robot"] == robot.name]
    assert [at[17:23] for at in due] == ["02.500", "05.000"]


def test_a_service_that_asks_to_wait_is_left_alone_for_so_long(team: Team) -> None:
    team.robots.answer = lambda robot, message: Outcome("later", "busy: 130101 send too fast", 600)
    team.put("a/1")
    for _ in range(70):
        team.tell()
        team.clock.turn(10)
    assert len(team.said()) == 2


def test_the_wait_outlives_a_restart(team: Team) -> None:
    team.robots.answer = lambda robot, message: LATER
    team.put("a/1")
    for _ in range(20):
        team.put(f"b/{len(team.states())}")
        team.tell(worker=team.worker())
        team.clock.turn(1)
    assert len(team.said()) == 3, "at 0, 5 and 15 seconds"


def test_a_refusal_is_not_tried_again_and_holds_up_nothing(team: Team) -> None:
    team.robots.answer = lambda robot, message: REFUSED if message.told[0].key == "g:a/1" else SENT
    team.put("a/1", "a/2")
    team.tell()
    team.clock.turn(3600)
    team.tell()
    assert team.said() == [["a/1"], ["a/2"]]
    assert team.states() == {"a/1": "refused", "a/2": "sent"}
    team.robots.answer = lambda robot, message: SENT
    team.outbox.retry([row["id"] for row in team.outbox.unsent()], team.clock.now())
    team.tell()
    assert team.states()["a/1"] == "sent"


def test_of_several_that_are_refused_together_only_the_cause_stays_behind(team: Team) -> None:
    def picky(robot: Robot, message: Message) -> Outcome:
        return REFUSED if "g:3/1" in [told.key for told in message.told] else SENT

    team.robots.answer = picky
    team.put(*(f"{n}/1" for n in range(9)))
    for _ in range(5):
        team.tell()
        team.clock.turn(61)
    assert team.states() == {f"{n}/1": "refused" if n == 3 else "sent" for n in range(9)}


def test_a_robot_that_is_down_holds_up_no_other(team: Team) -> None:
    team.robots.answer = lambda robot, message: LATER if robot.name == "g" else SENT
    team.put("a/1")
    team.put("b/1", robot="h")
    team.tell()
    team.tell(OTHER)
    assert team.said("h") == [["b/1"]]


@pytest.mark.parametrize("lack", ["no_address", "no_secret"])
def test_what_a_robot_lacks_is_listed_and_its_notices_go_out_once_it_has_it(team: Team, lack: str) -> None:
    team.robots.missing["g"] = lack
    team.put("a/1", "b/1")
    team.tell()
    assert team.said() == [] and team.states() == {"a/1": "due", "b/1": "due"}
    assert [row["error"] for row in team.outbox.unsent()] == [lack] * 2
    team.robots.missing.clear()
    team.tell()
    assert team.said() == [["a/1"], ["b/1"]] and team.outbox.unsent() == []


def test_a_robot_that_the_shop_no_longer_has_is_listed(team: Team) -> None:
    team.put("a/1", robot="gone")
    team.put("b/1")
    assert team.telling.speaking() == [GROUP]
    assert [(row["robot"], row["error"]) for row in team.outbox.unsent()] == [("gone", "no_robot")]


def test_a_notice_that_cannot_be_put_into_words_is_set_aside(team: Team) -> None:
    team.put("a/1", body={"nothing": "of use"})
    team.put("b/1")
    team.tell()
    assert team.said() == [["b/1"]]
    assert [(row["state"], row["error"]) for row in team.outbox.unsent()] == [("refused", "wordless: KeyError")]


def test_what_was_acknowledged_is_not_sent_again_after_a_crash_and_the_rest_is(team: Team) -> None:
    team.put("a/1", "a/2")

    def dies(robot: Robot, message: Message) -> Outcome:
        if message.told[0].key == "g:a/2":
            raise SystemExit  # the process ends between the service's answer and its being written down
        return SENT

    team.robots.answer = dies
    with pytest.raises(SystemExit):
        team.tell()
    team.robots.answer = lambda robot, message: SENT
    team.tell(worker=team.worker())
    assert team.said() == [["a/1"], ["a/2"]], "whoever has it may yet be alive"
    team.clock.turn(61)
    team.tell(worker=team.worker())
    assert team.said() == [["a/1"], ["a/2"], ["a/2"]]


def test_the_wait_or_the_promise_is_told_by_whether_people_are_there(team: Team) -> None:
    body = {"card": card(promised="人工客服明早 9:00 上班")}
    team.put("a/1", body=body)
    team.tell()
    team.clock.turn(3600)
    team.put("b/1", body=body)
    team.tell()
    first, second = (message.told[0].lines[0] for message in team.robots.messages)
    assert (first, second) == ("已等待：3 分钟", "已答复买家：人工客服明早 9:00 上班")


# --- two workers --------------------------------------------------------------------------------------------------


def test_two_workers_at_once_send_nothing_twice_and_keep_the_order(team: Team) -> None:
    fast = Robot("g", "dingtalk", "zh", per_minute=10_000)
    lock = threading.Lock()

    def slow(robot: Robot, message: Message) -> Outcome:
        with lock:
            time.sleep(0.002)
        return SENT

    team.robots.answer = slow
    names = [f"{n % 5}/{n}" for n in range(60)]
    team.put(*names)

    def work() -> None:
        mine = team.worker()
        until = time.monotonic() + 20
        while time.monotonic() < until and set(team.states().values()) != {"sent"}:
            mine.tell(fast)

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    told = sum(team.said(), [])
    assert sorted(told) == sorted(names)
    by_conversation = defaultdict(list)
    for name in told:
        by_conversation[name.partition("/")[0]].append(int(name.partition("/")[2]))
    assert all(numbers == sorted(numbers) for numbers in by_conversation.values())
