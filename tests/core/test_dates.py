"""Days that buyers name, counted from Saturday 21 November 2026."""

from __future__ import annotations

from datetime import date

import pytest

from bot.core.dates import resolve

TODAY = date(2026, 11, 21)
DAYS = [
    ("今天", "2026-11-21"),
    ("今晚", "2026-11-21"),
    ("明天", "2026-11-22"),
    ("明儿", "2026-11-22"),
    ("明早", "2026-11-22"),
    ("后天", "2026-11-23"),
    ("大后天", "2026-11-24"),
    ("周六", "2026-11-21"),
    ("周日", "2026-11-22"),
    ("星期天", "2026-11-22"),
    ("礼拜一", "2026-11-23"),
    ("周五", "2026-11-27"),
    ("这周五", "2026-11-27"),
    ("下周一", "2026-11-23"),
    ("下周三", "2026-11-25"),
    ("下个星期五", "2026-11-27"),
    ("周末", "2026-11-21"),
    ("12月1号", "2026-12-01"),
    ("12月1日", "2026-12-01"),
    ("12月1", "2026-12-01"),
    ("11月30日", "2026-11-30"),
    ("11月21日", "2026-11-21"),
    ("1月5号", "2027-01-05"),
    ("11月1号", "2027-11-01"),
    ("29号", "2026-11-29"),
    ("21号", "2026-11-21"),
    ("5号", "2026-12-05"),
    ("31号", "2026-12-31"),
    (" 29 号 ", "2026-11-29"),
    ("today", "2026-11-21"),
    ("tonight", "2026-11-21"),
    ("Tomorrow", "2026-11-22"),
    ("day after tomorrow", "2026-11-23"),
    ("friday", "2026-11-27"),
    ("before friday", "2026-11-27"),
    ("by monday", "2026-11-23"),
    ("this sunday", "2026-11-22"),
    ("next monday", "2026-11-23"),
    ("next wednesday", "2026-11-25"),
    ("saturday", "2026-11-21"),
]
NO_DAYS = ["", "快点", "2月30日", "13月1号", "32号", "0号", "soon", "next week", "Y915"]


@pytest.mark.parametrize(("words", "day"), DAYS)
def test_names_the_day_meant(words: str, day: str) -> None:
    assert resolve(words, TODAY) == date.fromisoformat(day)


@pytest.mark.parametrize("words", NO_DAYS)
def test_gives_none_where_the_words_name_no_day(words: str) -> None:
    assert resolve(words, TODAY) is None


def test_a_day_of_the_month_that_has_passed_is_the_next_months() -> None:
    assert resolve("5号", date(2026, 12, 10)) == date(2027, 1, 5)
    assert resolve("30号", date(2027, 1, 31)) is None  # there is no 30 February


@pytest.mark.parametrize("today", [date(2026, 11, day) for day in range(16, 23)])
def test_next_week_is_the_week_after_this_one(today: date) -> None:
    assert resolve("下周一", today) == date(2026, 11, 23)
