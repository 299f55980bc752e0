"""When people are there: opening hours, working days, Spring Festival."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from bot.core.shop import Opening

SEARCH_DAYS = 40
"""No Chinese holiday closes an office for longer, so the search for the next opening ends here."""


class Days(Protocol):
    def is_working_day(self, day: date) -> bool: ...
    def spring_festival(self, year: int) -> tuple[date, date]: ...


@dataclass(frozen=True)
class Presence:
    """Whether people are there now; if not, when they are next (None: not within the days searched)."""

    now: bool
    back: datetime | None = None


def in_spring_festival(day: date, days: Days) -> bool:
    first, last = days.spring_festival(day.year)
    return first <= day <= last


def open_on(opening: Opening, day: date, days: Days) -> bool:
    """Whether the queue has people at any time of the day."""
    if opening.closed_at_spring_festival and in_spring_festival(day, days):
        return False
    return opening.days == "daily" or days.is_working_day(day)


def presence(opening: Opening, now: datetime, days: Days) -> Presence:
    """Who is there at `now` (in the shop's zone)."""
    if open_on(opening, now.date(), days) and opening.opens <= now.time() < opening.closes:
        return Presence(True)
    for ahead in range(SEARCH_DAYS):
        day = now.date() + timedelta(days=ahead)
        opens = datetime.combine(day, opening.opens, now.tzinfo)
        if opens > now and open_on(opening, day, days):
            return Presence(False, opens)
    return Presence(False)


def time_there(opening: Opening, since: datetime, until: datetime, days: Days) -> timedelta:
    """How much of the time between two moments (in the shop's zone) the queue had people; none where `until` is earlier."""
    found = timedelta()
    day = since.date()
    while day <= until.date():
        if open_on(opening, day, days):
            opens = max(since, datetime.combine(day, opening.opens, since.tzinfo))
            closes = min(until, datetime.combine(day, opening.closes, since.tzinfo))
            found += max(closes - opens, timedelta())
        day += timedelta(days=1)
    return found
