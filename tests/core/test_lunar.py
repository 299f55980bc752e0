"""The lunar calendar, against two libraries that hold tables of their own."""

from __future__ import annotations

from datetime import date

import holidays
import pytest

from bot.core import lunar

FESTIVALS = {
    "Chinese New Year": (1, 1),
    "Dragon Boat Festival": (5, 5),
    "Mid-Autumn Festival": (8, 15),
}
YEARS = range(lunar.FIRST_YEAR, lunar.FIRST_YEAR + 27)


@pytest.mark.parametrize("year", YEARS)
def test_the_festivals_fall_on_the_days_of_the_holiday_calendar(year: int) -> None:
    named = holidays.country_holidays("CN", years=year, language="en_US")
    for name, (month, day) in FESTIVALS.items():
        assert lunar.solar(year, month, day) in [d for d, held in named.items() if name in held], name


@pytest.mark.parametrize("year", YEARS)
def test_each_month_begins_and_ends_as_in_jionlps_table(year: int) -> None:
    from jionlp.gadget.lunar_solar_date import LunarSolarDate

    for month in range(1, 13):
        first, last = lunar.solar(year, month, 1), lunar.solar(year, month, lunar.LAST_DAY)
        assert first == LunarSolarDate().to_solar_date(year, month, 1).date()
        assert last is not None and 28 <= (last - first).days <= 29
        assert lunar.solar(year, month, (last - first).days + 1) == last


@pytest.mark.parametrize(("month", "day"), [(12, 31), (0, 1), (13, 1)])
def test_there_is_none_where_the_calendar_has_no_such_day(month: int, day: int) -> None:
    assert lunar.solar(2026, month, day) is None


@pytest.mark.parametrize("today", [date(2022, 1, 1), date(2060, 1, 1)])
def test_there_is_none_beyond_the_table(today: date) -> None:
    assert lunar.coming(8, 15, today) is None


def test_the_coming_day_is_the_next_that_is_not_past() -> None:
    assert lunar.coming(12, 23, date(2026, 11, 21)) == date(2027, 1, 30)
    assert lunar.coming(12, 23, date(2027, 1, 30)) == date(2027, 1, 30)
    assert lunar.coming(1, 15, date(2026, 11, 21)) == date(2027, 2, 20)
    assert lunar.coming(12, lunar.LAST_DAY, date(2026, 11, 21)) == date(2027, 2, 5)
