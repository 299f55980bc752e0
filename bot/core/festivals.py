"""Festivals that buyers date things by (除夕前, before Christmas), and the next day on which each falls."""

from __future__ import annotations

import re
from datetime import date, timedelta

from bot.core import lunar

_SOLAR = {
    "元旦": (1, 1),
    "情人节": (2, 14),
    "妇女节": (3, 8),
    "三八节": (3, 8),
    "劳动节": (5, 1),
    "五一": (5, 1),
    "儿童节": (6, 1),
    "六一": (6, 1),
    "教师节": (9, 10),
    "国庆": (10, 1),
    "平安夜": (12, 24),
    "圣诞": (12, 25),
    "new year's eve": (12, 31),
    "new years eve": (12, 31),
    "new year's": (1, 1),
    "new year": (1, 1),
    "valentine's": (2, 14),
    "valentines": (2, 14),
    "halloween": (10, 31),
    "christmas eve": (12, 24),
    "christmas": (12, 25),
    "xmas": (12, 25),
}
_LUNAR = {
    "春节": (1, 1),
    "过年": (1, 1),
    "年前": (1, 1),
    "大年初一": (1, 1),
    "chinese new year": (1, 1),
    "lunar new year": (1, 1),
    "spring festival": (1, 1),
    "元宵": (1, 15),
    "端午": (5, 5),
    "dragon boat festival": (5, 5),
    "七夕": (7, 7),
    "中秋": (8, 15),
    "八月十五": (8, 15),
    "mid-autumn": (8, 15),
    "重阳": (9, 9),
    "腊八": (12, 8),
    "小年": (12, 23),
    "除夕": (12, lunar.LAST_DAY),
    "大年三十": (12, lunar.LAST_DAY),
    "年三十": (12, lunar.LAST_DAY),
}
_WEEKDAYS = {
    "母亲节": (5, 6, 2),
    "mother's day": (5, 6, 2),
    "mothers day": (5, 6, 2),
    "父亲节": (6, 6, 3),
    "father's day": (6, 6, 3),
    "fathers day": (6, 6, 3),
    "感恩节": (11, 3, 4),
    "thanksgiving": (11, 3, 4),
}
"""Month, weekday (Monday is 0) and which of them: the second Sunday in May."""

_NAMES = sorted((*_SOLAR, *_LUNAR, *_WEEKDAYS), key=len, reverse=True)
_ZH = "|".join(name for name in _NAMES if not name.isascii())
_EN = "|".join(name for name in _NAMES if name.isascii())
FESTIVAL = re.compile(
    rf"(?:(?<![\d一二两三四五六七八九十百千万几多半去今明后每])(?P<zh>{_ZH})(?:节|当天)?(?![一二三四五六七八九百千快检])|"
    rf"(?<![a-z])(?<!happy )(?<!last )(?<!merry )(?P<en>{_EN})(?: day| festival)?(?![a-z]))"
)
"""A festival's name in folded text; not as a wish (圣诞快乐), and not within a number (六一八) or a time (两年前)."""


def the_festival(match: re.Match, today: date) -> date | None:
    """The next day of the festival that is not past, or None beyond the lunar calendar's table."""
    name = match["zh"] or match["en"]
    if name in _LUNAR:
        return lunar.coming(*_LUNAR[name], today)
    days = (_in_year(name, year) for year in (today.year, today.year + 1))
    return next(day for day in days if day >= today)


def _in_year(name: str, year: int) -> date:
    if name in _SOLAR:
        return date(year, *_SOLAR[name])
    month, weekday, which = _WEEKDAYS[name]
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (which - 1))
