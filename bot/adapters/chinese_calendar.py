"""Working days, public holidays and Spring Festival, by the library `holidays`."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import holidays

FESTIVAL_DAYS = 6


class ChineseCalendar:
    """Mainland China. Days off in lieu and make-up working days are known once the State Council has named them."""

    def __init__(self) -> None:
        self._days = holidays.country_holidays("CN", language="en_US")
        self.spring_festival = lru_cache(maxsize=16)(_spring_festival)

    def is_working_day(self, day: date) -> bool:
        return self._days.is_working_day(day)

    def is_public_holiday(self, day: date) -> bool:
        return day in self._days


def _spring_festival(year: int) -> tuple[date, date]:
    """The six days from New Year's Eve (the day before the Lunar New Year)."""
    days = holidays.country_holidays("CN", years=year, language="en_US")
    named = [d for d, name in days.items() if name.startswith("Chinese New Year (") and "observed" not in name]
    eve = min(named) - timedelta(days=1)
    return eve, eve + timedelta(days=FESTIVAL_DAYS - 1)
