"""Sizes in folded text: letters, numbers, shoe sizes of other systems, and measures that goods come in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from bot.core.found import UNIT, Found
from bot.core.numerals import CHINESE, NUMBER, parse_number

_NO_SIZE_BEFORE = re.compile(
    r"(?:runs?|fits?|too|very|so|bit|little|how|rather|quite|comes? up|cut|made|is it|are they|it['’]?s) $"
)
_NO_SIZE_BEHIND = r"(?!\s*(?:famil|kitchen|flat\b|apartment|room|house|enough|amount|piece|box|parcel|dog|cat\b|child|bag|number|quantit|order))"
_NO_LETTER_BEHIND = r"(?![a-z\d'’]|\s*(?:级|形|型|钩|弯|曲线|计划|ove\b))"
_LETTERS = {"xxs": "XXS", "2xl": "XXL", "3xl": "XXXL", "4xl": "XXXXL"}
_SPELT = {"small": "S", "medium": "M", "large": "L"}
_WORDS = {"小": "S", "中": "M", "大": "L", "加大": "XL", "特大": "XXL", "均": "one size"}
_COUNTS = {"2": "XXL", "两": "XXL", "二": "XXL", "3": "XXXL", "三": "XXXL", "4": "XXXXL", "四": "XXXXL"}
_UNITS = {
    "毫升": "ml",
    "ml": "ml",
    "升": "L",
    "公升": "L",
    "l": "L",
    "公分": "cm",
    "厘米": "cm",
    "cm": "cm",
    "米": "m",
    "m": "m",
}

_NOT_A_SIZE = (
    rf"(?![\d.号]|\s*(?:(?!码|家){UNIT}|(?:块|元|个|件|台|条|只|双|套|w|pcs|pieces|units?|sets?|yuan|rmb|off|bucks|percent|"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b)))"
)
_TO_US = re.compile(r"(?:send|give|sell|offer|tell|let|to|for|of|with|both|help|show|get|make|between) $")
"""“us” behind these is no American size."""


def find_sizes(text: str) -> Iterator[Found]:
    """Sizes as the shop's tables write them: M, XXL, 28, US 8.5, 4L, 500ml, 28cm, 1.8m, one size."""
    for pattern, name in _PATTERNS:
        for match in pattern.finditer(text):
            size = name(match)
            if size:
                yield Found("size", size, *_number(match))


def _number(match: re.Match) -> tuple[int, int]:
    """The words of the size; of “size 8” only the number, for a number is one thing."""
    return match.span("s") if match[0].startswith("size") else match.span()


def _by_letters(match: re.Match) -> str:
    letters = match["s"].replace(" ", "")
    return _LETTERS.get(letters, letters.upper())


def _spelt(match: re.Match) -> str | None:
    if not match["x"] and _NO_SIZE_BEFORE.search(match.string[: match.start()]):
        return None
    more = {"x": "X", "extra": "X", "xx": "XX"}.get((match["x"] or "").strip(" -"), "")
    return f"{more}{_SPELT[match['s']]}" if match["s"] != "medium" else "M"


def _by_word(match: re.Match) -> str:
    return _WORDS[match["s"]]


def _by_count(match: re.Match) -> str:
    return _COUNTS[match["s"]]


def _by_number(match: re.Match) -> str:
    return match["s"]


def _childrens(match: re.Match) -> str | None:
    """Children's sizes are their heights in steps of five or ten; adults' garments go on to 190."""
    number = float(match["s"]) + (0.5 if match.groupdict().get("half") else 0)
    return f"{number:g}" if number <= 60 or number % 5 == 0 else None


def _of_system(match: re.Match) -> str | None:
    system = "UK" if match[0].startswith(("uk", "英")) else "US"
    if system == "US" and _TO_US.search(match.string[: match.start()]):
        return None
    half = 0.5 if match["half"] else 0
    return f"{system} {float(match['s']) + half:g}"


def _with_unit(match: re.Match) -> str | None:
    number = parse_number(match["n"])
    if number is None:
        return None
    unit = _UNITS.get(match["u"], "L")
    if match["d"] and unit == "m":
        number += (parse_number(match["d"]) or 0) / 10 ** len(match["d"])
    return f"{number:g}{unit}"


_PATTERNS: tuple[tuple[re.Pattern, Callable[[re.Match], str | None]], ...] = (
    (re.compile(r"(?<![a-z\d])(?P<s>x{1,4} l)(?=\s*[码号])"), _by_letters),
    (re.compile(rf"(?<![a-z\d'’%])(?P<s>[2-6]xl|x{{0,4}}l|x{{0,2}}s|m){_NO_LETTER_BEHIND}\s*(?:码|号|size)?"), _by_letters),
    (re.compile(rf"(?<![a-z\d'’%])(?P<x>(?:xx?|extra)[ -])?(?P<s>small|medium|large)(?![a-z\d'’]){_NO_SIZE_BEHIND}(?: size)?"), _spelt),
    (re.compile(r"(?<![a-z])(?P<s>one size)(?! (?:up|down|bigger|larger|smaller|too|more))"), _by_number),
    (re.compile(r"(?<!多)(?<!最)(?P<s>小|中|大|加大|特大|均)[码号]"), _by_word),
    (re.compile(r"(?<![\da-z])(?P<s>[2-4两二三四])(?:个x|x(?=[码号]))"), _by_count),
    (
        re.compile(
            rf"(?<![\d.a-z])(?<![裤衣袖裙]长)(?<![腰胸臀]围)(?P<n>{NUMBER})\s*(?P<u>毫升|ml|公?升(?!级)|lit(?:er|re)s?|l|公分|厘米|cm|米|m)(?![a-z])"
            rf"(?P<d>\d{{1,2}}|{CHINESE}{{1,2}})?"
        ),
        _with_unit,
    ),
    (re.compile(r"(?<![\d.])(?P<n>1\.[258])(?=\s*的?\s*床)(?P<u>)(?P<d>)"), lambda match: f"{match['n']}m"),
    (re.compile(r"(?:(?<![a-z])(?:us|uk)(?: size)? ?|[美英]国?码\s*)(?P<s>\d{1,2}(?:\.5)?)(?![\d.])(?!\s*(?:pcs|pieces|units?|sets?|of|x|pins?|plugs?)\b)[码号]?(?P<half>半)?"), _of_system),
    (re.compile(r"(?:(?<![a-z])(?:eu|eur)(?: size)? ?|欧洲?码\s*)(?P<s>(?:3|4)\d(?:\.5)?)(?![\d.])[码号]?"), _by_number),
    (re.compile(r"(?<![\d.a-z/])(?P<s>\d{2,3}(?:\.5)?)码(?!头|字|数)(?P<half>半)?"), _childrens),
    (re.compile(rf"size (?P<s>\d{{1,3}}(?:\.5)?)(?![\d./]|\s*(?:{UNIT}|pcs|pieces|units?|sets?))"), _childrens),
    (re.compile(r"(?<![\d.])(?P<s>2[4-9]|3\d|4[0-8])(?: ?(?:in(?:ch(?:es)?)?|\"|″|”))? waist"), _by_number),
    (
        re.compile(
            r"(?<![\d.a-z¥￥$第/+-])(?<!围)(?<!宽)(?<!长)(?P<s>2[2-9]|3\d|4[0-8])(?:码|号(?!发|到|能|前|之前|下|收|送|寄|要))?"
            + _NOT_A_SIZE
        ),
        _by_number,
    ),
)  # fmt: skip
