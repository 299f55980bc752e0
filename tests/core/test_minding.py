"""Which handoffs somebody is reminded of, and which the clock closes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

import pytest

from bot.core.minding import Watched, idle, reminders
from bot.core.shop import DeskRules
from tests.small_shop import SHANGHAI, SHOP, FakeCalendar

RULES = DeskRules()


def at(text: str) -> datetime:
    """A moment as the database has it."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(timezone.utc)


def waiting(since: str, queue: str = "sales", **more) -> Watched:
    moment = at(since)
    return Watched("h", "c", "waiting", queue, moment, False, moment, moment, None, **more)


def claimed(buyer: str, agent: str | None, done: str = "2026-11-20T10:00") -> Watched:
    """One that an agent has; the buyer waits unless the agent spoke last."""
    last = at(agent) if agent else None
    waits = None if last and last > at(buyer) else at(buyer)
    return Watched("h", "c", "claimed", "sales", waits, False, at(done), at(buyer), last)


def due(handoff: Watched, now: str, rules: DeskRules = RULES) -> list[tuple[str, str]]:
    local = at(now).astimezone(SHANGHAI)
    return [(d.handoff.id, d.why) for d in reminders([handoff], local, rules, SHOP.people, FakeCalendar())]


WAITING = [("h", "waiting")]
SILENT = [("h", "silent")]
UNANSWERED = [("h", "unanswered")]

REMINDED = [
    ("nobody takes it for five minutes", waiting("2026-11-21T12:00"), "2026-11-21T12:05", WAITING),
    ("not yet", waiting("2026-11-21T12:00"), "2026-11-21T12:04:59", []),
    ("at night nobody is blamed", waiting("2026-11-21T22:30"), "2026-11-22T08:59", []),
    ("five minutes after opening", waiting("2026-11-21T22:30"), "2026-11-22T09:05", WAITING),
    ("four before closing, one after opening", waiting("2026-11-21T21:56"), "2026-11-22T09:01", WAITING),
    ("each queue has its hours", waiting("2026-11-21T12:00", "refund"), "2026-11-22T20:00", []),
    ("on Monday morning", waiting("2026-11-21T12:00", "refund"), "2026-11-23T09:05", WAITING),
    ("a queue that the shop gave up", waiting("2026-11-21T12:00", "gone"), "2026-11-21T12:05", WAITING),
    ("the clock jumped back", waiting("2026-11-21T12:00"), "2026-11-21T09:30", []),
    ("passed on, it waits there anew", replace(waiting("2026-11-21T11:00"), done_at=at("2026-11-21T12:00")), "2026-11-21T12:04", []),
    ("and is reminded of anew", replace(waiting("2026-11-21T11:00"), done_at=at("2026-11-21T12:00")), "2026-11-21T12:05", WAITING),
    ("the buyer is silent for a day", claimed("2026-11-20T10:00", "2026-11-20T10:01"), "2026-11-21T10:01", SILENT),
    ("not yet a day", claimed("2026-11-20T10:00", "2026-11-20T10:01"), "2026-11-21T10:00", []),
    ("a colleague got it since", claimed("2026-11-20T10:00", "2026-11-20T10:01", "2026-11-21T09:00"), "2026-11-21T10:01", []),
    ("the agent has not answered for a day", claimed("2026-11-20T10:05", "2026-11-20T10:01"), "2026-11-21T10:05", UNANSWERED),
    ("claimed and never answered", claimed("2026-11-20T09:00", None), "2026-11-21T10:00", UNANSWERED),
    ("claimed a while ago", claimed("2026-11-20T09:00", None), "2026-11-20T18:00", []),
    ("silent so long that it is closed", claimed("2026-11-20T10:00", "2026-11-20T10:01"), "2026-11-23T10:01", []),
]  # fmt: skip


@pytest.mark.parametrize(("handoff", "now", "told"), [row[1:] for row in REMINDED], ids=[row[0] for row in REMINDED])
def test_somebody_is_reminded_when_it_is_time(handoff: Watched, now: str, told: list) -> None:
    assert due(handoff, now) == told


@pytest.mark.parametrize("handoff", [row[1] for row in REMINDED], ids=[row[0] for row in REMINDED])
def test_nobody_is_reminded_twice(handoff: Watched) -> None:
    assert due(replace(handoff, reminded=True), "2026-11-21T12:30") == []


IDLE = [
    ("the buyer is silent for three days", claimed("2026-11-20T10:00", "2026-11-20T10:01"), "2026-11-23T10:01", True),
    ("not yet", claimed("2026-11-20T10:00", "2026-11-20T10:01"), "2026-11-23T10:00", False),
    ("a buyer who waits for the agent is not silent", claimed("2026-11-20T10:02", "2026-11-20T10:01"), "2026-11-24T10:01", False),
    ("nobody took it for a month", waiting("2026-10-21T12:00"), "2026-11-20T12:00", True),
    ("not yet a month", waiting("2026-10-21T12:00"), "2026-11-20T11:59", False),
    ("the buyer wrote again", replace(waiting("2026-10-21T12:00"), buyer_at=at("2026-11-01T12:00")), "2026-11-20T12:00", False),
    ("an agent took it and never answered", claimed("2026-10-21T12:00", None), "2026-11-20T12:00", True),
    ("the clock jumped back", claimed("2026-11-20T10:00", "2026-11-20T10:01"), "2026-11-01T10:00", False),
]  # fmt: skip


@pytest.mark.parametrize(("handoff", "now", "closed"), [row[1:] for row in IDLE], ids=[row[0] for row in IDLE])
def test_what_nothing_happens_in_is_closed(handoff: Watched, now: str, closed: bool) -> None:
    assert idle(handoff, at(now), RULES) is closed


def test_a_rule_of_nought_is_never_due() -> None:
    never = DeskRules(remind_waiting_minutes=0, remind_silent_hours=0, close_silent_hours=0, close_waiting_days=0)
    for _, handoff, *_ in (*REMINDED, *IDLE):
        assert due(handoff, "2027-11-20T12:00", never) == []
        assert not idle(handoff, at("2027-11-20T12:00"), never)


def test_the_shop_says_how_long() -> None:
    assert due(waiting("2026-11-21T12:00"), "2026-11-21T12:05", DeskRules(remind_waiting_minutes=6)) == []
    assert idle(waiting("2026-11-19T12:00"), at("2026-11-20T12:00"), DeskRules(close_waiting_days=1))


def test_a_reminder_of_another_wait_is_another_one() -> None:
    def subject(handoff: Watched) -> str:
        now = at("2026-11-21T15:00").astimezone(SHANGHAI)
        (found,) = reminders([handoff], now, RULES, SHOP.people, FakeCalendar())
        return found.subject

    first = waiting("2026-11-21T12:00")
    assert subject(first) == subject(replace(first, buyer_at=at("2026-11-21T12:30")))
    assert subject(first) != subject(replace(first, done_at=at("2026-11-21T12:30")))


def test_whole_lists_are_minded() -> None:
    several = [replace(waiting("2026-11-21T12:00"), id=str(number)) for number in range(3)]
    found = reminders(several, at("2026-11-21T13:00").astimezone(SHANGHAI), RULES, SHOP.people, FakeCalendar())
    assert [d.handoff.id for d in found] == ["0", "1", "2"]
