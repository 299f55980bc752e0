"""The outbox, in SQLite and in PostgreSQL: what is due, to whom of two it falls, and what could not be sent."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest

from bot.adapters.database import Database
from bot.adapters.outbox import Outbox
from bot.adapters.store import write_notices
from bot.core.notices import Notice
from tests.small_shop import EVENING

LEASE = timedelta(seconds=60)


class Box(Outbox):
    """An outbox with robot `g`, whose notices are named by `conversation/number`."""

    def __init__(self, database: Database):
        super().__init__(database)
        self.database = database

    def put(self, *names: str, robot: str = "g", now: datetime = EVENING) -> list[int]:
        for name in names:
            conversation, _, _ = name.partition("/")
            with self.database.writing() as connection:
                notice = Notice(f"{robot}:{name}", robot, "opened", {"name": name})
                write_notices(connection, conversation or None, [notice], now)
        return [row["id"] for row in self.due(robot, now, 1000) if row["body"]["name"] in names]

    def names(self, seconds: float = 0, robot: str = "g") -> list[str]:
        return [row["body"]["name"] for row in self.due(robot, later(seconds), 1000)]


def later(seconds: float) -> datetime:
    return EVENING + timedelta(seconds=seconds)


@pytest.fixture
def box(database: Database) -> Box:
    return Box(database)


def test_what_is_due_comes_oldest_first_and_to_its_own_robot(box: Box) -> None:
    box.put("a/1", "b/1", "a/2", "/digest")
    box.put("c/1", robot="h")
    assert box.names() == ["a/1", "b/1", "a/2", "/digest"]
    assert box.names(robot="h") == ["c/1"]
    assert sorted(box.speaking(EVENING)) == ["g", "h"]
    assert box.speaking(later(-1)) == []


def test_the_same_key_is_told_once(box: Box) -> None:
    (one,) = box.put("a/1")
    assert box.put("a/1") == [one]


def test_what_is_being_sent_holds_up_its_conversation_alone(box: Box) -> None:
    first, *_ = box.put("a/1", "a/2", "b/1", "/x", "/y")
    assert box.take([first], EVENING, EVENING + LEASE)
    assert box.names() == ["b/1", "/x", "/y"]


def test_of_two_who_take_the_same_one_has_it(box: Box) -> None:
    ids = box.put(*(f"{n}/1" for n in range(20)))
    start, taken = Barrier(8), []

    def take() -> None:
        mine = Outbox(box.database)
        start.wait()
        for id in ids:
            if mine.take([id], EVENING, EVENING + LEASE):
                taken.append(id)

    threads = [Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == ids


def test_several_are_taken_all_or_none(box: Box) -> None:
    ids = box.put("a/1", "b/1", "c/1")
    assert box.take(ids[1:2], EVENING, EVENING + LEASE)
    assert not box.take(ids, EVENING, EVENING + LEASE)
    assert box.names() == ["a/1", "c/1"]


def test_whoever_died_while_sending_loses_it_after_a_while(box: Box) -> None:
    (one,) = box.put("a/1")
    box.take([one], EVENING, EVENING + LEASE)
    assert box.names(59) == [] and box.speaking(later(59)) == []
    assert box.names(61) == ["a/1"] and box.speaking(later(61)) == ["g"]
    assert box.take([one], later(61), later(121))


def test_what_was_sent_is_not_due_again(box: Box) -> None:
    (one,) = box.put("a/1")
    box.take([one], EVENING, EVENING + LEASE)
    box.sent([one], EVENING)
    assert box.names(1000) == [] and box.unsent() == []
    box.failed("g", [one], "late", later(5))
    box.refused([one], "late")
    box.put_back([one], EVENING)
    box.retry([one], EVENING)
    assert box.names(1000) == [] and box.unsent() == []


def test_a_robot_that_failed_rests_with_all_it_has_to_say(box: Box) -> None:
    first, _ = box.put("a/1", "b/1")
    box.take([first], EVENING, EVENING + LEASE)
    box.failed("g", [first], "unreachable: x", later(30))
    box.put("c/1", now=later(1))
    box.put("d/1", robot="h")
    assert box.names(29) == []
    assert box.names(29, robot="h") == ["d/1"]
    assert box.names(31) == ["a/1", "b/1", "c/1"]
    assert [(row["body"]["name"], row["attempts"], row["error"]) for row in box.unsent()] == [
        ("b/1", 0, "unreachable: x"),
        ("a/1", 1, "unreachable: x"),
    ]


def test_a_robot_that_speaks_again_says_all_at_once(box: Box) -> None:
    first, second = box.put("a/1", "b/1")
    box.take([first], EVENING, EVENING + LEASE)
    box.failed("g", [first], "unreachable: x", later(900))
    box.retry([first], later(10))
    assert box.names(10) == ["a/1"]
    box.take([first], later(10), later(70))
    box.sent([first], later(11))
    box.wake("g", later(11))
    assert box.names(11) == ["b/1"]
    assert box.take([second], later(11), later(71))


def test_what_is_refused_waits_for_a_person_and_holds_up_nothing(box: Box) -> None:
    first, _ = box.put("a/1", "a/2")
    box.take([first], EVENING, EVENING + LEASE)
    box.refused([first], "refused: 310000 sign not match")
    assert box.names() == ["a/2"]
    (row,) = box.unsent()
    assert (row["state"], row["attempts"], row["error"]) == ("refused", 1, "refused: 310000 sign not match")
    box.retry([first], later(60))
    assert box.names(60) == ["a/1", "a/2"]
    assert [row["state"] for row in box.unsent()] == ["due"], "it is listed until it is sent"


def test_a_retry_leaves_alone_what_is_being_sent(box: Box) -> None:
    (one,) = box.put("a/1")
    box.take([one], EVENING, EVENING + LEASE)
    box.retry([one], EVENING)
    assert box.names() == [] and not box.take([one], EVENING, EVENING + LEASE)


def test_what_is_put_back_is_due_as_it_was(box: Box) -> None:
    (one,) = box.put("a/1")
    box.take([one], EVENING, EVENING + LEASE)
    box.put_back([one], EVENING)
    assert box.names() == ["a/1"] and box.unsent() == []


def test_why_a_robot_says_nothing_is_listed_and_it_stays_due(box: Box) -> None:
    box.put("a/1", "b/1")
    for _ in range(2):
        box.waits("g", "no_address")
    assert {row["error"] for row in box.unsent()} == {"no_address"}
    assert box.names() == ["a/1", "b/1"]
    box.waits("g", "no_secret")
    assert {(row["error"], row["state"], row["attempts"]) for row in box.unsent()} == {("no_secret", "due", 0)}


def test_notices_in_one_message_count_once(box: Box) -> None:
    ids = box.put("a/1", "b/1", "c/1")
    box.sent(ids[:2], later(10))
    box.sent(ids[2:], later(11))
    assert [box.messages_since("g", later(s)) for s in (0, 10, 11)] == [2, 1, 0]
    assert box.messages_since("h", EVENING) == 0
