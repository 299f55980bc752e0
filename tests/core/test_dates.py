"""Days that buyers name, counted from Saturday 21 November 2026."""

from __future__ import annotations

from datetime import date

import pytest

from bot.core.dates import find_dates, resolve

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
    ("周5", "2026-11-27"),
    ("下下周一", "2026-11-30"),
    ("十二月三号", "2026-12-03"),
    ("二十三号", "2026-11-23"),
    ("2026年12月3日", "2026-12-03"),
    ("2027-01-05", "2027-01-05"),
    ("12/25前", "2026-12-25"),
    ("by 12/25", "2026-12-25"),
    ("下个月5号", "2026-12-05"),
    ("这个月21号", "2026-11-21"),
    ("月底", "2026-11-30"),
    ("下个月底", "2026-12-31"),
    ("十二月底", "2026-12-31"),
    ("年底", "2026-12-31"),
    ("end of next month", "2026-12-31"),
    ("end of the year", "2026-12-31"),
    ("腊月二十三", "2027-01-30"),
    ("农历八月初八", "2027-09-08"),
    ("正月初五", "2027-02-10"),
    ("除夕", "2027-02-05"),
    ("过年", "2027-02-06"),
    ("中秋节", "2027-09-15"),
    ("圣诞节", "2026-12-25"),
    ("母亲节", "2027-05-09"),
    ("christmas", "2026-12-25"),
    ("new year's eve", "2026-12-31"),
    ("thanksgiving", "2026-11-26"),
    ("dec 3rd", "2026-12-03"),
    ("3 december", "2026-12-03"),
    ("sept 1", "2027-09-01"),
    ("by the 30th", "2026-11-30"),
    ("next fri", "2026-11-27"),
    ("this weekend", "2026-11-21"),
]
NO_DAYS = [
    "",
    "快点",
    "2月30日",
    "13月1号",
    "32号",
    "0号",
    "soon",
    "next week",
    "Y915",
    "2026年2月30日",
    "13/25前",
    "腊月三十一",
    "周八",
    "by the 32nd",
]


@pytest.mark.parametrize(("words", "day"), DAYS)
def test_names_the_day_meant(words: str, day: str) -> None:
    assert resolve(words, TODAY) == date.fromisoformat(day)


@pytest.mark.parametrize("words", NO_DAYS)
def test_gives_none_where_the_words_name_no_day(words: str) -> None:
    assert resolve(words, TODAY) is None


def test_a_day_of_the_month_that_has_passed_is_the_next_months() -> None:
    assert resolve("5号", date(2026, 12, 10)) == date(2027, 1, 5)
    assert resolve("30号", date(2027, 1, 31)) is None  # there is no 30 February


NAMED = [
    ("周五前要到 明天不行", ["周五", "明天"]),
    ("12月3号或者12月5号", ["12月3号", "12月5号"]),
    ("圣诞节前 最晚平安夜", ["圣诞节", "平安夜"]),
    ("by friday or on dec 3", ["by friday", "dec 3"]),
    ("圣诞快乐 上个月28号买的 3号楼 5号电池 大一号 一年前 六一八", []),
    ("happy new year, black friday, may i, sunny, march on", []),
]


@pytest.mark.parametrize(("text", "words"), NAMED)
def test_finds_the_days_in_a_text_and_nothing_like_them(text: str, words: list[str]) -> None:
    spans = sorted(find_dates(text))
    assert [text[start:end].strip() for start, end in spans] == words


@pytest.mark.parametrize("today", [date(2026, 11, day) for day in range(16, 23)])
def test_next_week_is_the_week_after_this_one(today: date) -> None:
    assert resolve("下周一", today) == date(2026, 11, 23)
