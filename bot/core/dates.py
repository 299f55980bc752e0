"""Days that buyers name, found in folded text and counted from today: 明天, 周五, 12月1号, 腊月二十三, by Friday, Dec 3rd."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta

from bot.core import lunar
from bot.core.festivals import FESTIVAL, the_festival
from bot.core.found import PIECES, UNIT, overlaps
from bot.core.numerals import parse_number


def find_dates(text: str) -> Iterator[tuple[int, int]]:
    """The spans of the days named in folded text."""
    taken: list[tuple[int, int]] = []
    for pattern, _ in _RULES:
        for match in pattern.finditer(text):
            if not overlaps(match.span(), taken):
                taken.append(match.span())
                yield match.span()


def resolve(words: str, today: date) -> date | None:
    """The day meant, counted from `today`, or None where the words name none. A weekday is the next such day."""
    words = words.strip().lower()
    for pattern, read in _RULES:
        match = pattern.fullmatch(words)
        if match:
            return read(match, today)
    return None


# --- what the words mean -----------------------------------------------------------------------------------------

_NEAR = {"今": 0, "明": 1, "后": 2, "大后": 3, "today": 0, "tonight": 0, "tomorrow": 1, "tmrw": 1, "tmr": 1}
_NEAR |= {"day after tomorrow": 2}
_WEEKDAYS = {c: i for i, c in enumerate("一二三四五六日")} | {"天": 6, "末": 5} | {str(i + 1): i for i in range(7)}
_ENGLISH_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ENGLISH_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LUNAR_MONTHS = {"正": 1, "冬": 11, "腊": 12}


def _near(match: re.Match, today: date) -> date:
    return today + timedelta(days=_NEAR[match["near"]])


def _weekday(match: re.Match, today: date) -> date:
    return _on_weekday(_WEEKDAYS[match["day"]], (match["which"] or "").count("下"), today)


def _english_weekday(match: re.Match, today: date) -> date:
    day = match["day"]
    weekday = 5 if day == "weekend" else _ENGLISH_DAYS.index(day[:3])
    return _on_weekday(weekday, "next " in match[0], today)


def _on_weekday(weekday: int, weeks: int, today: date) -> date:
    if weeks:
        return today + timedelta(days=7 * weeks - today.weekday() + weekday)
    return today + timedelta(days=(weekday - today.weekday()) % 7)


def _with_year(match: re.Match, today: date) -> date | None:
    return _first([(int(match["year"]), int(match["month"]), int(match["day"]))], date.min)


def _month_and_day(match: re.Match, today: date) -> date | None:
    month = match["month"]
    number = _whole(month) or _ENGLISH_MONTHS.index(month[:3]) + 1
    return _first([(today.year + more, number, _whole(match["day"])) for more in (0, 1)], today)


def _day_of_month(match: re.Match, today: date) -> date | None:
    """Of this month, or of the next where it is past or where the next is said."""
    ahead = (1,) if match[0].startswith("下") else (0, 1)
    months = [divmod(today.month - 1 + more, 12) for more in ahead]
    return _first([(today.year + years, month + 1, _whole(match["day"])) for years, month in months], today)


def _last_of_month(match: re.Match, today: date) -> date:
    if "年" in match[0] or "year" in match[0]:
        return date(today.year, 12, 31)
    named = match.groupdict().get("month")
    ahead = (_whole(named) - today.month) % 12 if named else int("下" in match[0] or "next" in match[0])
    years, month = divmod(today.month + ahead, 12)
    return date(today.year + years, month + 1, 1) - timedelta(days=1)


def _lunar_day(match: re.Match, today: date) -> date | None:
    month = _LUNAR_MONTHS.get(match["month"]) or _whole(match["month"])
    return lunar.coming(month, _whole(match["day"].removeprefix("初").replace("廿", "二十")), today)


def _whole(number: str) -> int:
    return int(parse_number(number) or 0)


def _first(days: Iterable[tuple[int, int, int]], since: date) -> date | None:
    """The first (year, month, day) that exists and is not before `since`."""
    for year, month, day in days:
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found >= since:
            return found
    return None


# --- how they are said -------------------------------------------------------------------------------------------

_ZH = "[一二三四五六七八九十]"
_DAY = rf"(?P<day>\d{{1,2}}|{_ZH}{{1,3}})"
_MONTH = rf"(?<![\d一二三四五六七八九十])(?P<month>\d{{1,2}}|{_ZH}{{1,2}})"
_NOT_OF_A_DAY = r"电池|链接|线|楼|码|色|店|仓|款|机|院|门|半|裤|鞋|的(?:裤|鞋|腰)|馆|厅|库|柜|床|桌|房|位|井|字|球|洞|选手|针|钉|钢|油|料"
"""What a number with 号 behind it names in place of a day (5号电池, 3号楼)."""

_MONTH_EN = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY_EN = r"(?P<day>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
_BEFORE_EN = r"(?:by|before|on|until|till)"
_SLASHED = r"(?P<month>1[0-2]|0?[1-9])[./-](?P<day>[12]\d|3[01]|0?[1-9])"
_COUNTED = rf"(?![\d.%]|\s*(?:{UNIT}|{PIECES}|折|块|元|(?:of|pcs|pieces|units?|sets?|x)\b))"
"""Behind a day without 日 or 号: what would make it a number of something."""

_RULES: tuple[tuple[re.Pattern, Callable[[re.Match, date], date | None]], ...] = (
    (FESTIVAL, the_festival),
    (re.compile(r"(?<!\d)(?P<year>20\d\d)\s*[年/.-]\s*(?P<month>\d{1,2})\s*[月/.-]\s*(?P<day>\d{1,2})(?!\d)\s*[日号]?"), _with_year),
    (re.compile(rf"(?P<month>[正腊冬])月(?P<day>(?:初|廿)?{_ZH}{{1,3}})"), _lunar_day),
    (re.compile(rf"(?:农历|阴历|旧历)(?P<month>{_ZH}{{1,2}})月(?P<day>(?:初|廿)?{_ZH}{{1,3}})"), _lunar_day),
    (re.compile(rf"{_MONTH}\s*月\s*{_DAY}(?:\s*[日号]|{_COUNTED})"), _month_and_day),
    (re.compile(rf"(?<![\d.]){_DAY_EN}(?: of)? {_MONTH_EN}(?![a-z])"), _month_and_day),
    (re.compile(rf"(?<![a-z]){_MONTH_EN} (?:the )?{_DAY_EN}(?![a-z\d]){_COUNTED}"), _month_and_day),
    (re.compile(rf"(?<![a-z]){_BEFORE_EN} {_SLASHED}(?![\d./-])"), _month_and_day),
    (re.compile(rf"(?<![\d./-]){_SLASHED}\s*(?:[日号]|之?前|以前)"), _month_and_day),
    (re.compile(rf"(?:下个?月|这个?月|本月)\s*{_DAY}\s*[日号]?"), _day_of_month),
    (re.compile(rf"(?<![\d.码第大小加一二三四五六七八九十])(?<!上月)(?<!上个月)(?P<day>[1-9]|[12]\d|3[01]|{_ZH}{{1,3}})\s*号(?!{_NOT_OF_A_DAY})"), _day_of_month),
    (re.compile(rf"(?<![a-z]){_BEFORE_EN} the {_DAY_EN}(?! [a-z]{{3}})"), _day_of_month),
    (re.compile(r"(?P<near>大?后|今|明)(?:[天儿]|(?<!后)[晚早日])"), _near),
    (re.compile(r"(?<![a-z])(?P<near>today|tonight|(?:day after )?tomorrow|tmrw?)(?![a-z])"), _near),
    (
        re.compile(
            r"(?<![上每一两\d])(?<!上个)(?P<which>下{1,2}|这|本)?个?(?:周|星期|礼拜)"
            r"(?P<day>[一二三四五六日天末]|[1-7](?![\d.]|次|天|年|期|周|个))"
        ),
        _weekday,
    ),
    (
        re.compile(
            rf"(?<![a-z])(?:(?:{_BEFORE_EN}|this|next) )?(?:the |this |next )?"
            r"(?P<day>(?<!black )(?<!cyber )(?:mon|tues|wednes|thurs|fri|satur|sun)day|weekend)(?![a-z])"
        ),
        _english_weekday,
    ),
    (
        re.compile(rf"(?<![a-z])(?:{_BEFORE_EN}|this|next) (?:this |next )?(?P<day>mon|tues?|wed|thurs?|thu|fri|sat|sun)(?![a-z])"),
        _english_weekday,
    ),
    (re.compile(rf"{_MONTH}\s*月[底末]"), _last_of_month),
    (re.compile(r"(?<![\d一二三四五六七八九十])(?:下个?|这个?|本)?月[底末]|(?<![\d一二两三四五六七八九十几多半去])年[底末]|(?<![a-z])end of (?:the |this |next )?(?:month|year)"), _last_of_month),
)  # fmt: skip
