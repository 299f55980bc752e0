"""People who use a thing and pieces that are wanted of it, in folded text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.core.found import PIECES, Found, overlaps
from bot.core.numerals import CHINESE, NUMBER, parse_number

SIZES_BY_NUMBER = range(22, 49)
"""Bare numbers of these are read as trousers' sizes, where nothing says that they count pieces."""

_HOUSEHOLDS = (
    re.compile(rf"(?P<n>{NUMBER})\s*(?:个|口)?\s*(?:人|口之家|口子|口人)(?!工|民|气|体|造)"),
    re.compile(rf"一家\s*(?P<n>{NUMBER})\s*口"),
    re.compile(rf"(?:家里|家有|我家|我们家?)\s*(?P<n>{NUMBER})\s*口?(?=[^\d]|$)(?=人|口|个人|$)"),
    re.compile(rf"(?:family|household|party) of (?P<n>{NUMBER})"),
    re.compile(rf"(?P<n>{NUMBER})\s*(?:people|persons?|adults|of us|pax)(?![a-z])"),
)
_HOUSEHOLD_WORDS = (
    (re.compile(r"我们俩|小两口|两口子|夫妻俩|for a couple|just the two of us"), 2),
    (re.compile(r"just me\b|for myself|独居|单身|自己一个人"), 1),
)

_NOT_PIECES = "钱|人|月|小时|钟|星期|礼拜|问题|颜色|色|多|尺|码|地|方|半|季|样|字|星|口|世|套|分|开|儿|牌|档|头|功能|程序|味|地方|字母|国家|城市|省|邮|裹|包"
_CLAUSE = r"(?:^|(?<=[,.;!?，。？！])\s*|(?<![a-z])(?:just|only|yes|yeah|ok|okay|and|then|make it|make that|of it|im|i['’]m|maybe)\s+)"
_VERB = (
    r"(?:take|buy|buying|get|getting|want|wanna|order|ordering|need|have|how much (?:is|are|would|for)(?: it| they| be)?(?: for)?|"
    r"(?:price|cost|total) (?:for|of)|if i (?:buy|get|take|order))"
)
_NOT_WANTED = r"(?![\w.%:]|\s*(?:cm|kg|inch|ft|lb|people|persons?|days?|weeks?|hours?|hrs?|minutes?|mins?|months?|years?|year|l|ml|yuan|rmb|bucks|off|percent|more|question|questions|thing|that|which|with|who|for my|size|of the best)(?![a-z]))"
_QUANTITIES = (
    re.compile(rf"(?<![\w.])(?P<bare>{NUMBER})\s+for\s+(?=[¥￥$]?\d)"),
    re.compile(rf"(?<![第这那哪每几\d.])(?P<n>{NUMBER})\s*(?:{PIECES})(?!{_NOT_PIECES})"),
    re.compile(r"(?<![\w.])(?<!\d )[x×*]\s*(?P<n>\d{1,4})(?![\d.a-z])"),
    re.compile(r"(?<![\w.])(?P<n>\d{1,4})\s*[x×](?!\s*[\d.a-z])"),
    re.compile(
        rf"(?<![\w.])(?P<n>{NUMBER})\s*(?:pcs|pieces?|pairs?|units?|sets?|of (?:them|those|these|each)|copies)(?![a-z])"
    ),
    re.compile(rf"(?<![\w.])(?P<n>(?!one\b){NUMBER})\s+(?:of the\b|(?:[a-z-]+ ){{0,2}}ones\b)"),
    re.compile(rf"(?<![a-z]){_VERB}\s+(?:a\s+)?(?P<bare>{NUMBER}){_NOT_WANTED}"),
    re.compile(r"(?<=\d)\s*(?:yuan|rmb)?\s+for (?P<n>two|three|four|five|six|[2-9])(?![\w.%])"),
    re.compile(rf"{_CLAUSE}(?P<few>{NUMBER})\s*(?:please|pls|plz|then|in total|altogether)\b"),
    re.compile(rf"(?<![a-z])(?:make it|make that)\s+(?P<few>{NUMBER})(?![\w.%:])"),
    re.compile(r"^(?:just|only|ok|yes|and)?\s*(?P<few>two|three|four|five|six|seven|eight|nine|ten)[\s.!?]*$"),
    re.compile(rf"(?:要|拍|买|来|拿|订)\s*(?:了)?\s*(?P<n>{CHINESE}{{1,6}})(?=$|[\s,，。!！的吧呢])"),
    re.compile(r"(?:要|拍|买|来|拿|订)\s*(?:了)?\s*(?P<bare>\d{1,3})(?=$|[\s,，。!！吧呢])"),
)
_PLURAL_BEHIND = re.compile(r"\s+(?:[a-z-]+ ){0,3}?[a-z]{3,}s\b")
_ORDERED = re.compile(r"order(?:ing)?\s+$")


def find_household(text: str) -> Iterator[Found]:
    """How many people use it: the first number of them that is said."""
    for pattern in _HOUSEHOLDS:
        for match in pattern.finditer(text):
            number = parse_number(match["n"])
            if number and number == int(number) and 1 <= number <= 30:
                yield Found("household", int(number), *match.span())
                return
    for pattern, people in _HOUSEHOLD_WORDS:
        told = pattern.search(text)
        if told:
            yield Found("household", people, *told.span())
            return


def find_quantities(text: str) -> Iterator[Found]:
    """Numbers of pieces, by their counter words or by the words round a number without one (im ordering two)."""
    taken: list[tuple[int, int]] = []
    for pattern in _QUANTITIES:
        for match in pattern.finditer(text):
            number = _pieces(text, match)
            if number and not overlaps(match.span(), taken):
                taken.append(match.span())
                yield Found("quantity", number, *_narrow(match))


def _pieces(text: str, match: re.Match) -> int | None:
    (group,) = match.groupdict()
    number = parse_number(match[group])
    if not number or number != int(number) or number > 99999:
        return None
    if group == "few" and number > 20:
        return None
    if group == "bare" and number in SIZES_BY_NUMBER and match[group].isdigit():
        counted = _PLURAL_BEHIND.match(text, match.end(group)) or _ORDERED.search(text, 0, match.start(group))
        return int(number) if counted else None
    return int(number)


def _narrow(match: re.Match) -> tuple[int, int]:
    """From the number to the end of its counter word: the words before it are no part of the quantity."""
    (group,) = match.groupdict()
    return match.start(group), match.end() if group == "n" else match.end(group)
