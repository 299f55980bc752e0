"""Days that buyers name: 明天, 周五, 12月1号, tomorrow, Friday."""

from __future__ import annotations

import re
from datetime import date, timedelta

_NEAR = {"今天": 0, "今儿": 0, "今晚": 0, "today": 0, "tonight": 0, "明天": 1, "明儿": 1, "明晚": 1, "明早": 1}
_NEAR |= {"tomorrow": 1, "后天": 2, "day after tomorrow": 2, "大后天": 3}
_WEEKDAYS = {c: i for i, c in enumerate("一二三四五六日")} | {"天": 6, "末": 5}
_ENGLISH = ("mon", "tues", "wednes", "thurs", "fri", "satur", "sun")
_WEEKDAY = re.compile(r"(?P<which>下)?(?:这|本|下)?(?:个)?(?:周|星期|礼拜)(?P<day>[一二三四五六日天末])")
_ENGLISH_DAY = re.compile(rf"(?P<which>next )?(?:this |by |before |on )?(?P<day>{'|'.join(_ENGLISH)})day")
_DAY = re.compile(r"(?:(?P<month>\d{1,2})\s*月\s*)?(?P<day>\d{1,2})\s*[日号]?$")


def resolve(words: str, today: date) -> date | None:
    """The day meant, counted from `today`, or None where the words name none. A weekday is the next such day."""
    words = words.strip().lower()
    if words in _NEAR:
        return today + timedelta(days=_NEAR[words])
    for pattern, index in ((_WEEKDAY, _WEEKDAYS.__getitem__), (_ENGLISH_DAY, _ENGLISH.index)):
        match = pattern.fullmatch(words)
        if match:
            return _weekday(index(match["day"]), bool(match["which"]), today)
    match = _DAY.fullmatch(words)
    return _day_of_month(match, today) if match else None


def _weekday(weekday: int, next_week: bool, today: date) -> date:
    if next_week:
        monday = today - timedelta(days=today.weekday()) + timedelta(days=7)
        return monday + timedelta(days=weekday)
    return today + timedelta(days=(weekday - today.weekday()) % 7)


def _day_of_month(match: re.Match, today: date) -> date | None:
    day = int(match["day"])
    month = int(match["month"] or today.month)
    for year, in_month in ((today.year, month), *_next(today, match["month"])):
        try:
            found = date(year, in_month, day)
        except ValueError:
            continue
        if found >= today:
            return found
    return None


def _next(today: date, month: str | None) -> tuple[tuple[int, int], ...]:
    if month:
        return ((today.year + 1, int(month)),)
    return ((today.year + (today.month == 12), today.month % 12 + 1),)
