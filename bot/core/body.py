"""Heights (cm) and weights (kg) in folded text: with their units, or as bare numbers that can be nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.core.found import Found
from bot.core.numerals import CHINESE, ENGLISH, NUMBER, parse_number

HEIGHT_CM = (50, 220)
WEIGHT_KG = (3, 200)
BODY_MASS = (10, 50)
"""kg/m²: two bare numbers that give less or more are no height and weight."""

ADULT_CM = 140
"""A shorter length is a child's only where the message speaks of somebody."""

SOMEBODY = re.compile(
    r"身高|个子|个头|净高|体重|[老男女][公婆友]|男朋友|女朋友|对象|孩|宝宝|娃|小朋友|同龄|儿子|女儿|闺女|岁|我[妈爸弟妹哥姐]|本人|"
    r"(?<![a-z])(?:tall|height|wife|husband|son|daughter|bab(?:y|ies)|kids?|child|boy|girl|toddler|s?he|i['’]?m|i am)(?![a-z])"
)

CHI_CM = 100 / 3
"""One 尺, of ten 寸."""

KG, JIN, POUND, STONE = 1.0, 0.5, 0.45359237, 6.35029318

_ADULT_HEIGHT = r"(?<![\d.a-z])1[4-9]\d(?:\.\d)?(?![\d.])|(?<![\d.a-z])20\d(?![\d.])"
_IN_METRES = r"(?<![\d.a-z])1\.[4-9]\d?(?![\d.])"
_OF_A_THING = r"(?!\s*(?:的|宽|大)?\s*(?:床|被|乘|x|×|\*|bed|线|绳|管|桌|柜|架|布|窗|门|板|杆|垫|毯|沙发|茶几))"
_THING_BEFORE = r"(?<![长宽深厚围距差径])(?<!限高)(?<!层高)(?<!离地)"
_OTHER = (
    r"(?!\s*(?:块|元|%|公分|人|天|号|码|度|伏|件|台|个|条|套|只|双|克|毫升|升|米|"
    r"(?:cm|w|v|g|ml|l|rmb|yuan|bucks|pcs|pieces|usd|days?|off)(?![a-z])|r\d))(?![a-z])(?!/\d{2,3}[a-c])"
)
_STUFF = r"(?!装|\s*(?:的?(?:米|面|肉|水|豆|菜|鸡|东西|衣|大米|猫粮|狗粮|茶叶?|被子|橙|苹果)|(?:bags? )?of |rice|flour|dough|meat|bags?\b|in one))"

_HEIGHTS = (
    (
        re.compile(
            rf"{_THING_BEFORE}(?P<m>\d|一|二)\s*(?:米|m)\s*(?P<cm>\d{{1,2}}(?!\d)|{CHINESE}{{1,3}}(?!{CHINESE})){_OF_A_THING}"
        ),
        "metres",
    ),
    (re.compile(rf"{_THING_BEFORE}(?P<n>[12]\.\d{{1,2}})\s*(?:米|m)(?![a-z\d]){_OF_A_THING}"), "decimal"),
    (re.compile(rf"{_THING_BEFORE}(?P<n>{NUMBER})\s*(?:cm|公分|厘米|釐米)(?![a-z]){_OF_A_THING}"), "cm"),
    (re.compile(rf"(?<![\d.])(?P<chi>[4-6]|四|五|六)\s*尺(?P<cun>\d(?!\d)|{CHINESE})(?!寸)"), "chi"),
    (re.compile(rf"(?<![\d.])(?P<chi>[4-6]|四|五|六)\s*尺(?P<cun>)(?![\d寸]|{CHINESE})"), "whole chi"),
    (
        re.compile(
            rf"(?<![\d.a-z])(?P<ft>[4-7]|four|five|six)\s*(?:'|′|’|ft\.?|feet|foot)\s*(?P<in>\d{{1,2}}|{ENGLISH})?"
            r"\s*(?:\"|″|”|''|in(?:ch(?:es)?)?\.?)?(?![a-z\d])"
        ),
        "feet",
    ),
    (
        re.compile(
            r"(?:身高|个子|个头|净高|height(?: is)?|(?<![限层])高)\s*[:是有]?\s*(?:大概|大约|差不多|才|快)?"
            rf"(?P<n>\d{{2,3}}(?:\.\d)?|[12]\.\d{{1,2}}|一{CHINESE}{{2}}(?!{CHINESE}))(?![\d.]|\s*(?:斤|公斤|kg|千克|磅|lb|米|块|元))"
        ),
        "named",
    ),
    (re.compile(r"(?<![\d.])(?P<n>1[0-9]\d|20\d)\s*的?\s*(?:个子|身高|个头|高)(?![\u3400-\u9fff]?度)"), "cm"),
)
_WEIGHTS = (
    (re.compile(rf"(?P<n>{NUMBER})\s*多?\s*(?:公斤|千克|kgs?|kilos?|kilograms?)(?![a-z]){_STUFF}"), KG),
    (re.compile(rf"(?P<n>{NUMBER})\s*多?\s*(?:市斤|斤|jin(?![a-z])){_STUFF}"), JIN),
    (
        re.compile(
            rf"(?<!paid )(?<!cost )(?<!costs )(?<!spent )(?<!only )(?P<n>{NUMBER})\s*(?:lbs?|pounds?(?! for)|磅)(?![a-z]){_STUFF}"
        ),
        POUND,
    ),
    (
        re.compile(
            r"(?<!\d)(?P<n>[4-9]|[12]\d|30)(?:\s*stone|\s+st|(?<!1)st|(?<=11)st)(?![a-z])"
            r"(?: (?P<pounds>\d{1,2})(?![\d.'’]|\s*(?:ft|foot|feet|cm|m\b)))?"
        ),
        STONE,
    ),
)
_ANIMAL = re.compile(r"猫|狗|犬|泰迪|柯基|兔|(?<![a-z])(?:cats?|kittens?|dogs?|pupp(?:y|ies)|rabbits?|pets?)(?![a-z])")
"""Whoever names one gives its weight, not a buyer's."""

_PRICE_FOR_ONE = re.compile(r"[二三四五六七八九]一")
"""Tenths of a price and the one 斤 that it is for (四块五一斤)."""

_BARE_WEIGHT = re.compile(
    r"(?:体重|重量|weight(?: is)?|weigh|(?<=\d)重)\s*[:是有]?\s*(?:不到|大概|大约|差不多|快|about|around)?\s*"
    rf"(?P<n>\d{{2,3}}(?:\.\d)?|{CHINESE}{{2,5}}(?!{CHINESE}))(?![\d.])(?!\s*(?:斤|公斤|kg|lb|pounds))"
)
_BARE_PAIR = re.compile(
    rf"(?P<h>{_ADULT_HEIGHT})[\s,，、/.和\-]{{0,8}}(?:cm)?[\s,，、/]{{0,8}}(?:体重)?\s{{0,8}}(?P<w>\d{{2,3}}(?:\.\d)?)(?![\d.]){_OTHER}"
)
_WEIGHT_BEHIND = re.compile(
    rf"[\s,，、/高]{{0,8}}(?:体重|重|and)?\s{{0,8}}(?P<n>\d{{2,3}}(?:\.\d)?(?![\d.])|{CHINESE}{{2,5}}(?!{CHINESE})){_OTHER}"
)
_BARE_HEIGHT = re.compile(rf"(?<!by )(?<![x×*乘])(?P<n>{_ADULT_HEIGHT}|{_IN_METRES})(?!\s*(?:斤|公斤|kg|lb)){_OTHER}")
_SIZE_ASKED = re.compile(r"穿|码|尺寸|size|wear|\bfit")
_IN_FEET = re.compile(r"['′’]|ft|feet|foot")


def find_body(text: str) -> tuple[list[Found], list[Found]]:
    """The buyer's height and weight: those that their words name, and those that bare numbers only suggest."""
    height, weight = next(_heights(text), None), next(_weights(text), None)
    if weight is None and (height is None or _BARE_PAIR.search(text)):
        pair = _bare_pair(text)
        if pair:
            return [], pair
    named = [found for found in (height, weight) if found]
    suggested: list[Found] = []
    if weight is None:
        named_weight, weight = _named_weight(text, height), None
        if named_weight:
            named.append(named_weight)
        else:
            suggested += _weight_behind(text, height)
        weight = named_weight or next(iter(suggested), None)
    if height is None and (weight is not None or _SIZE_ASKED.search(text)):
        suggested += _bare_height(text, weight)
    return named, suggested


def _heights(text: str) -> Iterator[Found]:
    of_somebody = SOMEBODY.search(text) or next(_weights(text), None)
    for pattern, kind in _HEIGHTS:
        for match in pattern.finditer(text):
            value = _centimetres(match, kind)
            least = HEIGHT_CM[0] if kind == "named" or of_somebody else ADULT_CM
            if kind == "whole chi" and not of_somebody:
                continue
            if value is not None and least <= value <= HEIGHT_CM[1]:
                yield Found("height", _tidy(value), *match.span())


def _centimetres(match: re.Match, kind: str) -> float | None:
    if kind == "metres":
        metres, rest = parse_number(match["m"]), parse_number(match["cm"])
        if metres is None or rest is None:
            return None
        single = len(match["cm"]) == 1
        return metres * 100 + (rest * 10 if single else rest)
    if kind == "feet":
        return (parse_number(match["ft"]) or 0) * 30.48 + (parse_number(match["in"] or "0") or 0) * 2.54
    if kind.endswith("chi"):
        return ((parse_number(match["chi"]) or 0) + (parse_number(match["cun"] or "零") or 0) / 10) * CHI_CM
    number = parse_number(match["n"])
    if number is None:
        return None
    return number * 100 if kind == "decimal" or (kind == "named" and number < 3) else number


def _weights(text: str) -> Iterator[Found]:
    if _ANIMAL.search(text):
        return
    for pattern, kilograms in _WEIGHTS:
        for match in pattern.finditer(text):
            number = None if _PRICE_FOR_ONE.fullmatch(match["n"]) else parse_number(match["n"])
            more = float(match.groupdict().get("pounds") or 0) * POUND
            if number is not None and WEIGHT_KG[0] <= number * kilograms + more <= WEIGHT_KG[1]:
                yield Found("weight", _tidy(number * kilograms + more), *match.span())


def _bare_pair(text: str) -> list[Found]:
    for match in _BARE_PAIR.finditer(text):
        height = float(match["h"])
        weight = _likely_kilograms(float(match["w"]), height, KG, _second_unit(text))
        if _is_body(height, weight):
            return [
                Found("height", _tidy(height), *match.span("h")),
                Found("weight", _tidy(weight), *match.span("w")),
            ]
    return []


def _named_weight(text: str, height: Found | None) -> Found | None:
    match = _BARE_WEIGHT.search(text)
    number = parse_number(match["n"]) if match else None
    if match is None or number is None:
        return None
    weight = _likely_kilograms(number, height.value if height else 165, KG, _second_unit(text))
    return Found("weight", _tidy(weight), *match.span())


def _weight_behind(text: str, height: Found | None) -> list[Found]:
    """The bare number that follows a height: pounds behind feet."""
    match = _WEIGHT_BEHIND.match(text, height.end) if height else None
    number = parse_number(match["n"]) if match else None
    if height is None or match is None or number is None:
        return []
    in_feet = _IN_FEET.search(text[height.start : height.end])
    weight = number * POUND if in_feet else _likely_kilograms(number, height.value, KG, _second_unit(text))
    return [Found("weight", _tidy(weight), *match.span("n"))] if _is_body(height.value, weight) else []


def _bare_height(text: str, weight: Found | None) -> list[Found]:
    for match in _BARE_HEIGHT.finditer(text):
        if weight is None or match.end() <= weight.start or match.start() >= weight.end:
            number = float(match["n"])
            return [Found("height", _tidy(number * 100 if number < 3 else number), *match.span())]
    return []


def _second_unit(text: str) -> float:
    """The unit beside kilograms that a bare weight may be in: pounds in English, 斤 in Chinese or where nothing tells."""
    words = re.search(r"[a-z]{3,}", text) and not re.search(r"[\u3400-\u9fff]", text)
    return POUND if words else JIN


def _likely_kilograms(number: float, height_cm: float, *units: float) -> float:
    """A bare weight is read in the unit whose body mass index lies nearer to 21.5."""
    return min((number * unit for unit in units), key=lambda weight: abs(_body_mass(height_cm, weight) - 21.5))


def _is_body(height_cm: float, weight_kg: float) -> bool:
    return BODY_MASS[0] <= _body_mass(height_cm, weight_kg) <= BODY_MASS[1]


def _body_mass(height_cm: float, weight_kg: float) -> float:
    return weight_kg / (height_cm / 100) ** 2


def _tidy(value: float) -> float:
    return int(value) if value == int(value) else round(value, 1)
