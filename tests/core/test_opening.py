"""When people are there."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.core.opening import Presence, in_spring_festival, open_on, presence, time_there
from bot.core.shop import Opening

SHANGHAI = ZoneInfo("Asia/Shanghai")
SALES = Opening("daily", time(9), time(22), True)
OFFICE = Opening("working_days", time(9), time(18), True)


class FakeDays:
    """Weekends are off, but for one make-up Saturday; one Thursday is a holiday; the festival is that of 2026."""

    def is_working_day(self, day: date) -> bool:
        if day == date(2026, 10, 10):
            return True
        return day.weekday() < 5 and day != date(2026, 10, 1)

    def spring_festival(self, year: int) -> tuple[date, date]:
        return date(year, 2, 16), date(year, 2, 21)


class NeverOpen(FakeDays):
    def is_working_day(self, day: date) -> bool:
        return False


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


CASES = [
    (SALES, "2026-11-21T09:00", None),
    (SALES, "2026-11-21T21:59", None),
    (SALES, "2026-11-21T22:00", "2026-11-22T09:00"),
    (SALES, "2026-11-21T08:59", "2026-11-21T09:00"),
    (SALES, "2026-11-21T23:30", "2026-11-22T09:00"),
    (SALES, "2026-10-01T12:00", None),
    (SALES, "2026-02-15T22:30", "2026-02-22T09:00"),
    (SALES, "2026-02-16T12:00", "2026-02-22T09:00"),
    (SALES, "2026-02-21T12:00", "2026-02-22T09:00"),
    (SALES, "2026-02-22T09:00", None),
    (OFFICE, "2026-11-20T17:59", None),
    (OFFICE, "2026-11-20T18:00", "2026-11-23T09:00"),
    (OFFICE, "2026-11-21T12:00", "2026-11-23T09:00"),
    (OFFICE, "2026-09-30T19:00", "2026-10-02T09:00"),
    (OFFICE, "2026-10-10T12:00", None),
    (OFFICE, "2026-10-09T20:00", "2026-10-10T09:00"),
    (OFFICE, "2026-02-13T19:00", "2026-02-23T09:00"),
]


@pytest.mark.parametrize(("opening", "now", "back"), CASES)
def test_says_who_is_there_and_when_they_are_back(opening: Opening, now: str, back: str | None) -> None:
    there = presence(opening, at(now), FakeDays())
    assert there == (Presence(True) if back is None else Presence(False, at(back)))


def test_the_return_is_in_the_shops_zone() -> None:
    assert presence(SALES, at("2026-11-21T23:00"), FakeDays()).back.utcoffset() == at("2026-11-22T09:00").utcoffset()


def test_gives_no_date_where_nobody_comes_back() -> None:
    assert presence(OFFICE, at("2026-11-20T12:00"), NeverOpen()) == Presence(False, None)


def test_spring_festival_is_six_days_ends_included() -> None:
    inside = [day for day in range(10, 29) if in_spring_festival(date(2026, 2, day), FakeDays())]
    assert inside == [16, 17, 18, 19, 20, 21]


def test_who_works_through_the_festival_is_there() -> None:
    through = Opening("daily", time(9), time(22), False)
    assert open_on(through, date(2026, 2, 17), FakeDays())
    assert not open_on(SALES, date(2026, 2, 17), FakeDays())


THERE = [
    ("a whole day", SALES, "2026-11-21T00:00", "2026-11-22T00:00", 13 * 60),
    ("within one opening", SALES, "2026-11-21T10:00", "2026-11-21T10:05", 5),
    ("overnight it starts at opening time", SALES, "2026-11-21T23:00", "2026-11-22T09:04", 4),
    ("until closing time", SALES, "2026-11-21T21:58", "2026-11-22T08:59", 2),
    ("over closing time and into the morning", SALES, "2026-11-21T21:58", "2026-11-22T09:03", 5),
    ("over a weekend", OFFICE, "2026-11-20T17:59", "2026-11-23T09:02", 3),
    ("over Spring Festival", SALES, "2026-02-15T21:59", "2026-02-22T09:01", 2),
    ("a make-up Saturday counts", OFFICE, "2026-10-09T18:30", "2026-10-10T09:30", 30),
    ("nobody there", OFFICE, "2026-11-21T00:00", "2026-11-22T23:00", 0),
    ("no time at all", SALES, "2026-11-21T12:00", "2026-11-21T12:00", 0),
    ("a clock that jumped back", SALES, "2026-11-21T12:00", "2026-11-21T11:00", 0),
    ("a clock that jumped back by days", SALES, "2026-11-21T12:00", "2026-11-11T12:00", 0),
]


@pytest.mark.parametrize(("opening", "since", "until", "minutes"), [t[1:] for t in THERE], ids=[t[0] for t in THERE])
def test_counts_only_the_time_in_which_people_are_there(opening: Opening, since: str, until: str, minutes: int) -> None:
    assert time_there(opening, at(since), at(until), FakeDays()) == timedelta(minutes=minutes)
