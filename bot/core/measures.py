"""Finds measures in folded text: heights, weights, households, quantities, amounts, sizes, dates, contacts.

Every finder returns spans of the folded text. What the numbers mean is decided by the unit beside them; two bare
numbers side by side (170 130) are read as height and weight, and the answer says how they were read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.core.amounts import find_amounts
from bot.core.body import find_body
from bot.core.contacts import EMAIL, PHONE, WECHAT
from bot.core.found import UNIT, Found, overlaps
from bot.core.numerals import CHINESE, NUMBER, parse_number
from bot.core.pieces import find_household, find_quantities

__all__ = ["Found", "find_measures"]


def find_measures(text: str) -> list[Found]:
    """All measures in folded text, in the order of their places. Spans of one kind do not overlap.

    A number is one thing: a contact before all, then what its unit says, then an amount, then what bare numbers suggest.
    """
    contacts = list(_find_contacts(text))
    named, suggested = find_body(text)
    found = [*contacts, *_free(named, contacts)]
    household = _free(find_household(text), found)
    amounts = _free(find_amounts(text), [*found, *household])
    found += [*amounts, *household]
    found += _free(suggested, found)
    quantities = [q for q in _free(find_quantities(text), found) if not _is_the_one(text, q, amounts)]
    sizes = [
        s for s in _free(_find_sizes(text), [*contacts, *amounts, *quantities, *household]) if not _within(s, found)
    ]
    dates = _free(_find_dates(text), contacts)
    return sorted([*found, *quantities, *sizes, *dates], key=lambda f: (f.start, f.end))


def _free(found: Iterable[Found], taken: list[Found]) -> list[Found]:
    """Those that share no character with what is taken."""
    spans = [f.span for f in taken]
    return [f for f in found if not overlaps(f.span, spans)]


def _within(size: Found, found: list[Found]) -> bool:
    """Whether the size is only a part of a height or weight; a whole length may be a person's or a bed's."""
    body = [f for f in found if f.name in ("height", "weight")]
    return any(b.start <= size.start and size.end < b.end or b.start < size.start and size.end <= b.end for b in body)


def _is_the_one(text: str, quantity: Found, amounts: list[Found]) -> bool:
    """Whether the piece is the one that a price is for (350一件), which says nothing of how many are wanted."""
    if quantity.value != 1:
        return False
    gaps = [(a.end, quantity.start) for a in amounts] + [(quantity.end, a.start) for a in amounts]
    return any(0 <= end - start <= 2 and not text[start:end].strip(" ,，/") for start, end in gaps)


# --- sizes -------------------------------------------------------------------------------------------------------

_LETTER_SIZE = re.compile(
    r"(?<![a-z\d'’%])(?P<s>[2-6]xl|x{0,4}l|x{0,2}s|m|small|medium|large)(?![a-z\d'’])\s*(?:码|号|size)?"
)
_NO_SIZE_BEFORE = re.compile(
    r"(?:runs?|fits?|too|very|so|bit|little|how|rather|quite|comes? up|cut|made|is it|are they|it['’]?s) $"
)
_NO_SIZE_BEHIND = re.compile(
    r"\s*(?:famil|kitchen|flat\b|apartment|room|house|enough|amount|piece|box|parcel|dog|cat\b|child|bag)"
)
_LETTERS = {"small": "S", "medium": "M", "large": "L", "2xl": "XXL", "3xl": "XXXL", "4xl": "XXXXL", "xxs": "XXS"}
_WORD_SIZE = re.compile(r"(?<!多)(?P<s>小|中|大|加大|特大|均)码")
_WORD_SIZES = {"小": "S", "中": "M", "大": "L", "加大": "XL", "特大": "XXL", "均": "one size"}
_UNIT_SIZE = re.compile(rf"(?P<n>{NUMBER})\s*(?P<u>毫升|ml|升|l|公分|厘米|cm|米|m)(?![a-z])(?P<d>\d{{1,2}}|{CHINESE})?")
_UNITS = {"毫升": "ml", "ml": "ml", "升": "L", "l": "L", "公分": "cm", "厘米": "cm", "cm": "cm", "米": "m", "m": "m"}
_BED_SIZE = re.compile(r"(?<![\d.])(?P<n>1\.[258])(?=\s*的?\s*床)")
_NUMBER_SIZE = re.compile(
    r"(?<![\d.a-z¥￥$第-])(?P<s>2[2-9]|3\d|4[0-8])(?:码|号(?!发|到|能|前|之前|下|收|送|寄|要))?"
    rf"(?![\d.号]|\s*(?:(?!码|家){UNIT}|(?:块|元|个|件|台|条|只|双|套|w|pcs|pieces|units?|sets?|yuan|rmb|off|bucks|percent|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b)))"
)


def _find_sizes(text: str) -> Iterator[Found]:
    for match in _LETTER_SIZE.finditer(text):
        spelt = match["s"] in ("small", "medium", "large")
        if spelt and (_NO_SIZE_BEFORE.search(text[: match.start()]) or _NO_SIZE_BEHIND.match(text, match.end())):
            continue
        yield Found("size", _LETTERS.get(match["s"], match["s"].upper()), match.start(), match.end())
    for match in _WORD_SIZE.finditer(text):
        yield Found("size", _WORD_SIZES[match["s"]], match.start(), match.end())
    for match in _UNIT_SIZE.finditer(text):
        number = parse_number(match["n"])
        if number is None:
            continue
        if match["d"] and _UNITS[match["u"]] == "m":
            number += (parse_number(match["d"]) or 0) / 10 ** len(match["d"])
        yield Found("size", f"{number:g}{_UNITS[match['u']]}", match.start(), match.end())
    for match in _BED_SIZE.finditer(text):
        yield Found("size", f"{match['n']}m", match.start(), match.end())
    for match in _NUMBER_SIZE.finditer(text):
        yield Found("size", match["s"], match.start(), match.end())


# --- dates and contacts ------------------------------------------------------------------------------------------

_DATE = re.compile(
    r"大后天|后天|明天|明儿|今天|今儿|今晚|明晚|明早|(?:这|本|下)?(?:个)?(?:周|星期|礼拜)[一二三四五六日天末]|"
    r"\d{1,2}\s*月\s*\d{1,2}\s*[日号]?|(?<!\d)(?:[1-9]|[12]\d|3[01])\s*号(?!线|楼|码)|"
    r"today|tonight|tomorrow|day after tomorrow|(?:this |next |by |before |on )?(?<!black )(?<!cyber )(?:mon|tues|wednes|thurs|fri|satur|sun)day"
)


def _find_dates(text: str) -> Iterator[Found]:
    for match in _DATE.finditer(text):
        yield Found("date", match[0], match.start(), match.end())


def _find_contacts(text: str) -> Iterator[Found]:
    for match in PHONE.finditer(text):
        yield Found("contact", re.sub(r"\D", "", match["id"]), *match.span(), {"kind": "phone"})
    for match in WECHAT.finditer(text):
        yield Found("contact", match["id"], *match.span("id"), {"kind": "wechat"})
    for match in EMAIL.finditer(text):
        yield Found("contact", match[0], *match.span(), {"kind": "email"})
