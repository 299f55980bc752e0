"""Chinese working days and holidays, against the State Council's days for 2026."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.adapters.chinese_calendar import ChineseCalendar

CALENDAR = ChineseCalendar()
WORKING = [
    "2026-01-04",
    "2026-02-14",
    "2026-02-28",
    "2026-09-20",
    "2026-10-10",
    "2026-11-20",
    "2026-11-23",
    "2026-10-08",
    "2026-02-24",
]
OFF = ["2026-11-21", "2026-11-22", "2026-01-01", "2026-01-02", "2026-02-15", "2026-02-16", "2026-02-23", "2026-04-06", "2026-05-01", "2026-05-05",
       "2026-06-19", "2026-09-25", "2026-10-01", "2026-10-07", "2027-01-01"]  # fmt: skip


@pytest.mark.parametrize("day", WORKING)
def test_people_work(day: str) -> None:
    assert CALENDAR.is_working_day(date.fromisoformat(day))


@pytest.mark.parametrize("day", OFF)
def test_people_are_off(day: str) -> None:
    assert not CALENDAR.is_working_day(date.fromisoformat(day))


@pytest.mark.parametrize("day", [date(2026, 10, 1) + timedelta(days=n) for n in range(7)])
def test_national_day_week_is_off(day: date) -> None:
    assert not CALENDAR.is_working_day(day)


@pytest.mark.parametrize(
    ("day", "holiday"), [("2026-10-01", True), ("2026-02-17", True), ("2026-11-21", False), ("2026-02-14", False)]
)
def test_a_weekend_is_no_holiday_and_a_make_up_day_neither(day: str, holiday: bool) -> None:
    assert CALENDAR.is_public_holiday(date.fromisoformat(day)) is holiday


FESTIVALS = [
    (2025, "2025-01-28", "2025-02-02"),
    (2026, "2026-02-16", "2026-02-21"),
    (2027, "2027-02-05", "2027-02-10"),
    (2028, "2028-01-25", "2028-01-30"),
]


@pytest.mark.parametrize(("year", "first", "last"), FESTIVALS)
def test_spring_festival_is_six_days_from_new_years_eve(year: int, first: str, last: str) -> None:
    assert CALENDAR.spring_festival(year) == (date.fromisoformat(first), date.fromisoformat(last))
