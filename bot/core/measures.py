"""Finds measures in folded text: heights, weights, households, quantities, amounts, sizes, dates, contacts.

Every finder returns spans of the folded text. What the numbers mean is decided by the unit beside them; two bare
numbers side by side (170 130) are read as height and weight, and the answer says how they were read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.core.numerals import CHINESE, NUMBER, parse_number

HEIGHT_CM = (50, 220)
WEIGHT_KG = (3, 200)
_ADULT_HEIGHT = r"(?<![\d.])1[4-9]\d(?:\.\d)?(?![\d.])|(?<![\d.])20\d(?![\d.])"


@dataclass(frozen=True)
class Found:
    """A measure: `name` as the entity is called, `value` in our units, and its span."""

    name: str
    value: Any
    start: int
    end: int
    extra: dict[str, Any] | None = None


def find_measures(text: str) -> list[Found]:
    """All measures in folded text, in the order of their places. Spans of one kind do not overlap."""
    body = _find_body(text)
    found = [
        *body,
        *_find_household(text),
        *_find_quantities(text),
        *_find_amounts(text),
        *_find_sizes(text),
        *_find_dates(text),
        *_find_contacts(text),
    ]
    contacts = [f for f in found if f.name == "contact"]
    inside = [f for f in found if f.name != "contact" and any(c.start <= f.start < c.end for c in contacts)]
    inside += [f for f in found if f.name == "size" and any(b.start <= f.start and f.end < b.end for b in body)]
    return sorted((f for f in found if f not in inside), key=lambda f: (f.start, f.end))


# --- height and weight -------------------------------------------------------------------------------------------

_HEIGHTS = (
    (re.compile(rf"(?P<m>\d|一|二)\s*(?:米|m)\s*(?P<cm>\d{{1,2}}|{CHINESE}{{1,3}})(?!\s*(?:床|乘|x|\*))"), "metres"),
    (re.compile(r"(?P<n>[12]\.\d{1,2})\s*(?:米|m)(?![a-z\d]|\s*(?:的|宽|大)?\s*(?:床|被|bed))"), "metre_decimal"),
    (re.compile(rf"(?P<n>{NUMBER})\s*(?:cm|公分|厘米|釐米)(?![a-z])"), "cm"),
    (
        re.compile(
            r"(?P<ft>[4-7])\s*(?:'|′|’|ft\.?|feet|foot)\s*(?P<in>\d{1,2})?\s*(?:\"|″|”|''|in(?:ch(?:es)?)?\.?)?(?![a-z\d])"
        ),
        "feet",
    ),
    (
        re.compile(
            r"(?:身高|个子|个头|净高|height(?: is)?|高)\s*[:是有]?\s*(?P<n>\d{2,3}(?:\.\d)?)(?![\d.]|\s*(?:斤|公斤|kg|千克|磅|lb))"
        ),
        "cm",
    ),
    (re.compile(r"(?<![\d.])(?P<n>1[3-9]\d|20\d)\s*(?:的)?\s*(?:个子|身高|个头|高)"), "cm"),
)
_WEIGHTS = (
    (re.compile(rf"(?P<n>{NUMBER})\s*(?:公斤|千克|kgs?|kilos?|kilograms?)(?![a-z])"), 1.0),
    (re.compile(rf"(?P<n>{NUMBER})\s*(?:多)?\s*(?:斤|市斤)(?!装)"), 0.5),
    (re.compile(rf"(?P<n>{NUMBER})\s*(?:lbs?|pounds?|磅)(?![a-z])"), 0.45359237),
    (re.compile(r"(?P<n>\d{1,2})\s*(?:stone|st)(?![a-z])"), 6.35029318),
)
_BARE_WEIGHT = re.compile(
    r"(?:体重|重量|weight(?: is)?|weigh)\s*[:是有]?\s*(?P<n>\d{2,3}(?:\.\d)?)(?![\d.])(?!\s*(?:斤|公斤|kg|lb))"
)
_BARE_PAIR = re.compile(
    rf"(?P<h>{_ADULT_HEIGHT})[\s,，、/.和\-]*(?:cm)?[\s,，、/]*(?:体重)?\s*(?P<w>\d{{2,3}}(?:\.\d)?)(?![\d.])(?!\s*(?:块|元|%|人|天|号|度|w|件))"
)
_BARE_HEIGHT = re.compile(rf"(?P<n>{_ADULT_HEIGHT})(?!\s*(?:块|元|%|w|号|件|个|天|ml|毫升|斤|公斤|kg|lb|g|克))")

_SIZE_ASKED = re.compile(r"穿|码|尺寸|size|wear")


def _find_body(text: str) -> list[Found]:
    height = next(_heights(text), None)
    weight = next(_weights(text), None)
    if weight is None and (height is None or _BARE_PAIR.search(text)):
        pair = _bare_pair(text)
        if pair:
            return pair
    if weight is None:
        weight = _bare_weight(text, height)
    if height is None and (weight is not None or _SIZE_ASKED.search(text)):
        height = _bare_height(text, weight)
    return [found for found in (height, weight) if found]


def _heights(text: str) -> Iterator[Found]:
    for pattern, kind in _HEIGHTS:
        for match in pattern.finditer(text):
            value = _centimetres(match, kind)
            if value is not None and HEIGHT_CM[0] <= value <= HEIGHT_CM[1]:
                yield Found("height", _tidy(value), match.start(), match.end())


def _centimetres(match: re.Match, kind: str) -> float | None:
    if kind == "metres":
        metres, rest = parse_number(match["m"]), parse_number(match["cm"])
        if metres is None or rest is None:
            return None
        single = len(match["cm"]) == 1
        return metres * 100 + (rest * 10 if single else rest)
    if kind == "feet":
        return int(match["ft"]) * 30.48 + int(match["in"] or 0) * 2.54
    number = parse_number(match["n"])
    if number is None:
        return None
    return number * 100 if kind == "metre_decimal" else number


def _weights(text: str) -> Iterator[Found]:
    for pattern, kilograms in _WEIGHTS:
        for match in pattern.finditer(text):
            number = parse_number(match["n"])
            if number is not None and WEIGHT_KG[0] <= number * kilograms <= WEIGHT_KG[1]:
                yield Found("weight", _tidy(number * kilograms), match.start(), match.end())


def _bare_pair(text: str) -> list[Found]:
    match = _BARE_PAIR.search(text)
    if not match:
        return []
    height, number = float(match["h"]), float(match["w"])
    weight = _likely_kilograms(number, height)
    if not WEIGHT_KG[0] <= weight <= WEIGHT_KG[1]:
        return []
    return [
        Found("height", _tidy(height), match.start("h"), match.end("h")),
        Found("weight", _tidy(weight), match.start("w"), match.end("w")),
    ]


def _bare_weight(text: str, height: Found | None) -> Found | None:
    match = _BARE_WEIGHT.search(text)
    if match:
        number = float(match["n"])
        return Found("weight", _tidy(_likely_kilograms(number, height.value if height else 165)), *match.span())
    if height is None:
        return None
    after = re.match(
        r"[\s,，、/高]*(?:体重|重)?\s*(\d{2,3}(?:\.\d)?)(?![\d.])(?!\s*(?:块|元|%|cm|人|天|号|码))", text[height.end :]
    )
    if not after:
        return None
    start = height.end + after.start(1)
    weight = _likely_kilograms(float(after[1]), height.value)
    if not WEIGHT_KG[0] <= weight <= WEIGHT_KG[1]:
        return None
    return Found("weight", _tidy(weight), start, height.end + after.end(1))


def _bare_height(text: str, weight: Found | None) -> Found | None:
    for match in _BARE_HEIGHT.finditer(text):
        if weight is None or match.end() <= weight.start or match.start() >= weight.end:
            return Found("height", _tidy(float(match["n"])), match.start(), match.end())
    return None


def _likely_kilograms(number: float, height_cm: float) -> float:
    """A bare weight is read in the unit (kg or 斤) whose body mass index lies nearer to 21.5."""
    metres = height_cm / 100

    def distance(kilograms: float) -> float:
        return abs(kilograms / metres**2 - 21.5)

    return min(number, number / 2, key=distance)


def _tidy(value: float) -> float:
    return int(value) if value == int(value) else round(value, 1)


# --- people, pieces, money ---------------------------------------------------------------------------------------

_HOUSEHOLDS = (
    re.compile(rf"(?P<n>{NUMBER})\s*(?:个|口)?\s*(?:人|口之家|口子|口人)(?!工|民|气|体|造)"),
    re.compile(rf"一家\s*(?P<n>{NUMBER})\s*口"),
    re.compile(rf"(?:家里|家有|我家|我们家?)\s*(?P<n>{NUMBER})\s*口?(?=[^\d]|$)(?=人|口|个人|$)"),
    re.compile(rf"(?:family|household|party) of (?P<n>{NUMBER})"),
    re.compile(rf"(?P<n>{NUMBER})\s*(?:people|persons?|adults|of us|pax)(?![a-z])"),
)
_HOUSEHOLD_WORDS = ((re.compile(r"我们俩|小两口|两口子|夫妻俩|for a couple|just the two of us"), 2),)
_HOUSEHOLD_WORDS += ((re.compile(r"just me\b|for myself|独居|单身|自己一个人"), 1),)

_PIECES = "件|台|套|条|只|双|把|箱|包|盒|瓶|份|支|张|床|部|块|个|单|本|袋|罐|根|对|打"
_QUANTITIES = (
    re.compile(rf"(?<![\w.])(?P<n>{NUMBER})\s+for\s+(?=[¥￥$]?\d)"),
    re.compile(
        rf"(?<![第这那哪每几\d.])(?P<n>{NUMBER})\s*(?:{_PIECES})(?!钱|人|月|小时|钟|星期|礼拜|问题|颜色|色|多|尺|码|地|方|半|季|样|字|星|口|世)"
    ),
    re.compile(r"(?<![\w.])[x×*]\s*(?P<n>\d{1,4})(?![\d.a-z])"),
    re.compile(r"(?<![\w.])(?P<n>\d{1,4})\s*[x×](?![\d.a-z])"),
    re.compile(
        rf"(?<![\w.])(?P<n>{NUMBER})\s*(?:pcs|pieces?|pairs?|units?|sets?|of (?:them|those|these|each)|copies)(?![a-z])"
    ),
    re.compile(
        rf"(?:take|buy|get|want|order|ordering|need|have|how much (?:is it |are they )?for|price for)\s+(?:a\s+|the\s+)?(?P<n>{NUMBER})(?![\w.%]|\s*(?:cm|kg|inch|ft|lb|people|days?|l|ml|yuan|rmb))"
    ),
    re.compile(rf"(?:要|拍|买|来|拿|订)\s*(?:了)?\s*(?P<n>{CHINESE}+|\d{{1,3}})(?=$|[\s,，。!！的吧呢])"),
)

_CUT = r"(?:便宜|少|减|优惠|让|降|抹|off|less|down|cheaper by|knock)"
_CURRENCY = r"(?:块钱|块|元|圆|rmb|cny|yuan|¥|￥|bucks?|usd|\$)"
_PLAIN_AMOUNTS = (
    re.compile(r"(?:[¥￥$]|rmb|cny)\s*(?P<n>\d+(?:\.\d+)?)"),
    re.compile(rf"(?P<n>{NUMBER})\s*{_CURRENCY}(?!石|充)"),
)
_OFFERED_AMOUNTS = (
    re.compile(
        rf"{_CUT}\s*(?:个|我|点|一点)?\s*(?P<n>\d+(?:\.\d+)?|{CHINESE}{{2,}}|十)(?!\s*(?:点|件|台|个|天|%|折|码|号|月|斤|cm))"
    ),
    re.compile(
        rf"(?P<n>\d{{2,6}}(?:\.\d+)?|{CHINESE}{{2,}})\s*(?:我?就|就|可以|行|能|卖|成交|包邮|拿下|给)?\s*(?:我?就)?(?:拍|买|卖|成交|拿下|行不|行吗|可以吗|可不可以|包邮|怎么样|好不好|拿)"
    ),
    re.compile(
        r"(?:最多|只出|出|给你?|就给|卖我|算我|收你?|凑个?|按|(?<![a-z])(?:for|at|offer|pay|can you do|could you do|you do|how about|what about|take))"
        r"\s*(?P<n>\d{2,6}(?:\.\d+)?)(?![\d.]|\s*(?:cm|公分|斤|公斤|kg|人|天|个|件|台|套|号|码|w|l|ml)(?![a-z])|\s*(?:people|pcs|pieces|hours?|hrs?|h|days?|minutes?|mins?|months?|years?|degrees?|g|lbs?|of|each of)(?![a-z]))"
    ),
    re.compile(r"(?:别家|别的店|人家|隔壁|其他家|另一家|那边)\D{0,6}(?P<n>\d{2,6}(?:\.\d+)?)"),
)
_PER_PIECE = re.compile(
    r"一(?:件|台|个|套|条|只|双|把)(?!起)|每(?:件|台|个|套|条|只|双|把)|单价|each|a ?piece|apiece|per (?:piece|unit|item)"
)
_PER_ORDER = re.compile(
    r"一共|总共|一起|打包|总价|合计|全部|in all|in total|altogether|for (?:both|all|two|the (?:pair|lot|two))|total"
)


def _find_household(text: str) -> Iterator[Found]:
    for pattern in _HOUSEHOLDS:
        for match in pattern.finditer(text):
            number = parse_number(match["n"])
            if number and number == int(number) and 1 <= number <= 30:
                yield Found("household", int(number), match.start(), match.end())
                return
    for pattern, number in _HOUSEHOLD_WORDS:
        match = pattern.search(text)
        if match:
            yield Found("household", number, match.start(), match.end())
            return


def _find_quantities(text: str) -> Iterator[Found]:
    taken: list[tuple[int, int]] = []
    for pattern in _QUANTITIES:
        for match in pattern.finditer(text):
            number = parse_number(match["n"])
            span = match.span()
            if number and number == int(number) and number <= 99999 and not _overlaps(span, taken):
                taken.append(span)
                yield Found("quantity", int(number), *span)


def _find_amounts(text: str) -> Iterator[Found]:
    taken: list[tuple[int, int]] = []
    for pattern in (*_PLAIN_AMOUNTS, *_OFFERED_AMOUNTS):
        for match in pattern.finditer(text):
            number = parse_number(match["n"])
            if not number or _overlaps(match.span("n"), taken):
                continue
            taken.append(match.span("n"))
            before = text[max(0, match.start("n") - 6) : match.start("n")]
            after = text[match.end("n") : match.end("n") + 8]
            cut = re.search(rf"{_CUT}\s*\S?$", before) or re.match(r"\s*\S{0,4}?\s*(?:off|less|discount)", after)
            yield Found(
                "price",
                f"{number:.2f}",
                match.start("n"),
                match.end(),
                {"kind": "reduction" if cut else "price", "per": _per(text), "offered": pattern in _OFFERED_AMOUNTS},
            )


def _per(text: str) -> str | None:
    if _PER_ORDER.search(text):
        return "order"
    return "piece" if _PER_PIECE.search(text) else None


def _overlaps(span: tuple[int, int], taken: list[tuple[int, int]]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in taken)


# --- sizes -------------------------------------------------------------------------------------------------------

_LETTER_SIZE = re.compile(
    r"(?<![a-z\d'’%])(?P<s>[2-6]xl|x{0,4}l|x{0,2}s|m|small|medium|large)(?![a-z\d'’])\s*(?:码|号|size)?"
)
_LETTERS = {"small": "S", "medium": "M", "large": "L", "2xl": "XXL", "3xl": "XXXL", "4xl": "XXXXL", "xxs": "XXS"}
_WORD_SIZE = re.compile(r"(?P<s>小|中|大|加大|特大|均)码")
_WORD_SIZES = {"小": "S", "中": "M", "大": "L", "加大": "XL", "特大": "XXL", "均": "one size"}
_UNIT_SIZE = re.compile(rf"(?P<n>{NUMBER})\s*(?P<u>毫升|ml|升|l|公分|厘米|cm|米|m)(?![a-z])(?P<d>\d|{CHINESE})?")
_UNITS = {"毫升": "ml", "ml": "ml", "升": "L", "l": "L", "公分": "cm", "厘米": "cm", "cm": "cm", "米": "m", "m": "m"}
_BED_SIZE = re.compile(r"(?<![\d.])(?P<n>1\.[258])(?=\s*的?\s*床)")
_NUMBER_SIZE = re.compile(
    r"(?<![\d.a-z¥￥$])(?P<s>2[2-9]|3\d|4[0-8])(?:码|号(?!发|到|能|前|下|收))?(?![\d.]|\s*(?:hours?|hrs?|days?|months?|years?|mins?|minutes?|degrees?|people|persons?|pcs|pieces)(?![a-z])|\s*(?:块|元|斤|公斤|kg|cm|公分|厘米|天|人|个|件|台|%|度|w|岁|寸|分|点|号|月|日|l|ml|升|毫升|小时|瓦))"
)


def _find_sizes(text: str) -> Iterator[Found]:
    for match in _LETTER_SIZE.finditer(text):
        yield Found("size", _LETTERS.get(match["s"], match["s"].upper()), match.start(), match.end())
    for match in _WORD_SIZE.finditer(text):
        yield Found("size", _WORD_SIZES[match["s"]], match.start(), match.end())
    for match in _UNIT_SIZE.finditer(text):
        number = parse_number(match["n"])
        if number is None:
            continue
        if match["d"] and _UNITS[match["u"]] == "m":
            number += (parse_number(match["d"]) or 0) / 10
        yield Found("size", f"{number:g}{_UNITS[match['u']]}", match.start(), match.end())
    for match in _BED_SIZE.finditer(text):
        yield Found("size", f"{match['n']}m", match.start(), match.end())
    for match in _NUMBER_SIZE.finditer(text):
        yield Found("size", match["s"], match.start(), match.end())


# --- dates and contacts ------------------------------------------------------------------------------------------

_DATE = re.compile(
    r"大后天|后天|明天|明儿|今天|今儿|今晚|明晚|明早|(?:这|本|下)?(?:个)?(?:周|星期|礼拜)[一二三四五六日天末]|"
    r"\d{1,2}\s*月\s*\d{1,2}\s*[日号]?|(?<!\d)(?:[1-9]|[12]\d|3[01])\s*号(?!线|楼|码)|"
    r"today|tonight|tomorrow|day after tomorrow|(?:this |next |by |before |on )?(?:mon|tues|wednes|thurs|fri|satur|sun)day"
)
_PHONE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?(1[3-9]\d[- ]?\d{4}[- ]?\d{4})(?!\d)")
_WECHAT = re.compile(
    r"(?:微信|薇信|威信|v信|vx|wx|wechat)(?:号|id|是|is|:|：|\s)*([a-z][-_a-z0-9]{5,19})(?![-_a-z0-9])"
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def _find_dates(text: str) -> Iterator[Found]:
    for match in _DATE.finditer(text):
        yield Found("date", match[0], match.start(), match.end())


def _find_contacts(text: str) -> Iterator[Found]:
    for match in _PHONE.finditer(text):
        yield Found("contact", re.sub(r"\D", "", match[1]), match.start(), match.end(), {"kind": "phone"})
    for match in _WECHAT.finditer(text):
        yield Found("contact", match[1], match.start(1), match.end(1), {"kind": "wechat"})
    for match in _EMAIL.finditer(text):
        yield Found("contact", match[0], match.start(), match.end(), {"kind": "email"})
