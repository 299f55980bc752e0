"""Heights (cm) and weights (kg) in folded text: with their units, or as bare numbers that can be nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.core.found import Found
from bot.core.numerals import CHINESE, NUMBER, parse_number

HEIGHT_CM = (50, 220)
WEIGHT_KG = (3, 200)
BODY_MASS = (10, 50)
"""kg/m²: two bare numbers that give less or more are no height and weight."""

_ADULT_HEIGHT = r"(?<![\d.a-z])1[4-9]\d(?:\.\d)?(?![\d.])|(?<![\d.a-z])20\d(?![\d.])"
_BED = r"(?!\s*的?\s*(?:宽|大)?\s*(?:床|被|乘|x|×|\*|bed))"
_OTHER = r"(?!\s*(?:块|元|%|cm|公分|人|天|号|码|度|w|v|伏|件|台|个|条|套|只|双|克|g(?![a-z])|ml|毫升|升|l(?![a-z])|米))"
_STUFF = r"(?!装|\s*(?:的?(?:米|面|肉|水|豆|菜|鸡|东西|衣)|of |rice|flour|dough|meat))"

_HEIGHTS = (
    (
        re.compile(rf"(?P<m>\d|一|二)\s*(?:米|m)\s*(?P<cm>\d{{1,2}}(?!\d)|{CHINESE}{{1,3}}(?!{CHINESE})){_BED}"),
        "metres",
    ),
    (re.compile(r"(?P<n>[12]\.\d{1,2})\s*(?:米|m)(?![a-z\d]|\s*(?:的|宽|大)?\s*(?:床|被|bed))"), "metre_decimal"),
    (re.compile(rf"(?P<n>{NUMBER})\s*(?:cm|公分|厘米|釐米)(?![a-z]){_BED}"), "cm"),
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
    (re.compile(rf"(?P<n>{NUMBER})\s*(?:公斤|千克|kgs?|kilos?|kilograms?)(?![a-z]){_STUFF}"), 1.0),
    (re.compile(rf"(?P<n>{NUMBER})\s*(?:多)?\s*(?:市斤|斤){_STUFF}"), 0.5),
    (re.compile(rf"(?P<n>{NUMBER})\s*(?:lbs?|pounds?|磅)(?![a-z]){_STUFF}"), 0.45359237),
    (re.compile(r"(?<!\d)(?P<n>[4-9]|[12]\d|30)(?:\s*stone|\s+st|(?<!1)st|(?<=11)st)(?![a-z])"), 6.35029318),
)
_BARE_WEIGHT = re.compile(
    r"(?:体重|重量|weight(?: is)?|weigh)\s*[:是有]?\s*(?P<n>\d{2,3}(?:\.\d)?)(?![\d.])(?!\s*(?:斤|公斤|kg|lb))"
)
_BARE_PAIR = re.compile(
    rf"(?P<h>{_ADULT_HEIGHT})[\s,，、/.和\-]{{0,8}}(?:cm)?[\s,，、/]{{0,8}}(?:体重)?\s{{0,8}}(?P<w>\d{{2,3}}(?:\.\d)?)(?![\d.]){_OTHER}"
)
_WEIGHT_BEHIND = re.compile(
    rf"[\s,，、/高]{{0,8}}(?:体重|重)?\s{{0,8}}(?P<n>\d{{2,3}}(?:\.\d)?(?![\d.])|{CHINESE}{{2,5}}(?!{CHINESE})){_OTHER}"
)
_BARE_HEIGHT = re.compile(rf"(?P<n>{_ADULT_HEIGHT})(?!\s*(?:斤|公斤|kg|lb)){_OTHER}")
_SIZE_ASKED = re.compile(r"穿|码|尺寸|size|wear|\bfit")


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
    for pattern, kind in _HEIGHTS:
        for match in pattern.finditer(text):
            value = _centimetres(match, kind)
            if value is not None and HEIGHT_CM[0] <= value <= HEIGHT_CM[1]:
                yield Found("height", _tidy(value), *match.span())


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
                yield Found("weight", _tidy(number * kilograms), *match.span())


def _bare_pair(text: str) -> list[Found]:
    for match in _BARE_PAIR.finditer(text):
        height = float(match["h"])
        weight = _likely_kilograms(float(match["w"]), height)
        if _is_body(height, weight):
            return [
                Found("height", _tidy(height), *match.span("h")),
                Found("weight", _tidy(weight), *match.span("w")),
            ]
    return []


def _named_weight(text: str, height: Found | None) -> Found | None:
    match = _BARE_WEIGHT.search(text)
    if match is None:
        return None
    number = float(match["n"])
    return Found("weight", _tidy(_likely_kilograms(number, height.value if height else 165)), *match.span())


def _weight_behind(text: str, height: Found | None) -> list[Found]:
    """The bare number that follows a height."""
    match = _WEIGHT_BEHIND.match(text, height.end) if height else None
    number = parse_number(match["n"]) if match else None
    if height is None or match is None or number is None:
        return []
    weight = _likely_kilograms(number, height.value)
    return [Found("weight", _tidy(weight), *match.span("n"))] if _is_body(height.value, weight) else []


def _bare_height(text: str, weight: Found | None) -> list[Found]:
    for match in _BARE_HEIGHT.finditer(text):
        if weight is None or match.end() <= weight.start or match.start() >= weight.end:
            return [Found("height", _tidy(float(match["n"])), *match.span())]
    return []


def _likely_kilograms(number: float, height_cm: float) -> float:
    """A bare weight is read in the unit (kg or 斤) whose body mass index lies nearer to 21.5."""
    return min(number, number / 2, key=lambda kilograms: abs(_body_mass(height_cm, kilograms) - 21.5))


def _is_body(height_cm: float, weight_kg: float) -> bool:
    return BODY_MASS[0] <= _body_mass(height_cm, weight_kg) <= BODY_MASS[1]


def _body_mass(height_cm: float, weight_kg: float) -> float:
    return weight_kg / (height_cm / 100) ** 2


def _tidy(value: float) -> float:
    return int(value) if value == int(value) else round(value, 1)
