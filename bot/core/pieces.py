"""Pieces that are wanted of a thing, in folded text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.core.found import PIECES, Found, overlaps
from bot.core.numerals import CHINESE, NUMBER, parse_number

SIZES_BY_NUMBER = range(22, 49)
"""Bare numbers of these are read as trousers' sizes, where nothing says that they count pieces."""

PROMOTION = re.compile(
    rf"买{NUMBER}(?:件|个|台|套)?[送赠]{NUMBER}|满\d{{1,6}}(?:元|块)?(?:立?减|打|[送赠返])\d*|buy {NUMBER} get (?:{NUMBER}|a second)|(?<!\d)\d{{1,3}} ?for ?(?:the price of )?\d(?!\d)",
)
"""Published offers: their numbers are nothing that the buyer wants or would pay."""

_NOT_PIECES = "钱|人|月|小时|钟|星期|礼拜|问题|颜色|色|多|尺|码|地|方|半|季|样|字|星|口|世|套|分|开|儿|牌|档|头|功能|程序|味|地方|字母|国家|城市|省|邮|裹|包(?!邮)|装|x|平方|棉|纱|长绒"
_NOT_A_DOZEN = "不|开|蛋|折|包|电|算|字|印|成|个|发|碎|豆|冰|汁|肉|面|奶|磨|孔|底|架|工|给|来|扫|理|听"
_CLAUSE = r"(?:^|(?<=[,.;!?，。？！])\s*|(?<![a-z])(?:just|only|yes|yeah|ok|okay|and|then|make it|make that|of it|im|i['’]m|maybe)\s+)"
_VERB = (
    r"(?:take|buy|buying|(?:put|mark|count) (?:me|us) down for|(?:get|send|bring)(?: me| us)?|getting|want|wanna|order|ordering|need|have|(?:i['’]?d|would) like|"
    r"how much (?:is|are|would|for)(?: it| they| be)?(?: for)?|(?:price|cost|total) (?:for|of)|if i (?:buy|get|take|order))"
)
_NOT_WANTED = r"(?![\w.%:]|\s*(?:cm|kg|inch|ft|lb|people|persons?|days?|weeks?|hours?|hrs?|minutes?|mins?|months?|years?|year|l|ml|yuan|rmb|bucks|off|percent|more|question|questions|thing|that|which|with|who|for my|size|of the best)(?![a-z]))"
_DOZEN = r"dozens?(?![a-z])(?: of)?"

_QUANTITIES = (
    re.compile(rf"(?<![\w.])(?P<bare>{NUMBER})\s+for\s+(?=[¥￥$]?\d)"),
    re.compile(rf"(?<![第这那哪每几])(?P<dozens>{NUMBER})\s*打(?!{_NOT_A_DOZEN})"),
    re.compile(rf"(?<![a-z])(?P<dozens>an?|half an?|{NUMBER})\s+{_DOZEN}"),
    re.compile(rf"(?<![第这那哪每几人米点])(?P<n>{NUMBER})\s*(?:[来多](?=个|件|套|台))?(?:{PIECES})(?!{_NOT_PIECES})"),
    re.compile(r"(?<![这那它他她们咱妻口哥姐娘爷])(?P<n>[俩仨])(?!人|口|月|小时|天|字|钟|礼拜|星期|问题|颜色|款|孩子)"),
    re.compile(r"(?<![a-z\d.])(?:(?<![a-z] )(?<!\d )[x×*]\s*|(?<!\d )[x×*])(?P<n>\d{1,4})(?![\d.a-z码])"),
    re.compile(r"(?<![\w.])(?P<n>\d{1,4})\s*[x×](?!\s*[\d.a-z码号])"),
    re.compile(
        rf"(?<![a-z\d.])(?P<n>{NUMBER})\s*(?:pcs|pieces?|pairs?|units?|sets?|of (?:them|those|these|each)|copies)(?![a-z])"
    ),
    re.compile(r"(?<![a-z])(?P<one>an?) (?:pair|set|single one|single piece)(?![a-z])"),
    re.compile(r"(?<![a-z])(?P<couple>a couple)(?: of)? (?!of|days|hours|weeks|minutes|months|years|questions|things|times)(?=[a-z])"),
    re.compile(rf"(?<![\w.])(?P<n>(?!one\b){NUMBER})\s+(?:of the\b|(?:[a-z-]+ ){{0,2}}ones\b)"),
    re.compile(rf"(?<![a-z]){_VERB}\s+(?:a\s+)?(?P<bare>{NUMBER}){_NOT_WANTED}"),
    re.compile(r"(?<=\d)\s*(?:yuan|rmb)?\s+for (?P<n>two|three|four|five|six|[2-9])(?![\w.%])"),
    re.compile(rf"{_CLAUSE}(?P<few>{NUMBER})\s*(?:please|pls|plz|then|in total|altogether)\b"),
    re.compile(rf"(?<![a-z])(?:make it|make that)\s+(?P<few>{NUMBER})(?![\w.%:])"),
    re.compile(rf"(?<![a-z])(?:only|just)\s+(?P<few>{NUMBER})\s*(?=$|[,.!;])"),
    re.compile(rf"{_CLAUSE}(?P<few>{NUMBER})\s+in\s+(?!a |the |my |your |stock|total|all|\d|one|this|that|case|each)"),
    re.compile(r"^(?:just|only|ok|yes|and)?\s*(?P<few>two|three|four|five|six|seven|eight|nine|ten)[\s.!?]*$"),
    re.compile(rf"(?:要|拍|买|来|拿|订|整)\s*(?:了)?\s*(?P<n>{CHINESE}{{1,6}})(?=$|[\s,，。!！的吧呢])"),
    re.compile(r"(?:要|拍|买|来|拿|订|整)\s*(?:了)?\s*(?P<bare>\d{1,3})(?=$|[\s,，。!！吧呢])"),
)  # fmt: skip
_PLURAL_BEHIND = re.compile(r"\s+(?:[a-z-]+ ){0,3}?[a-z]{3,}s\b")
_ORDERED = re.compile(r"order(?:ing)?\s+$")
_WORDS: dict[str, float] = {"a": 1, "an": 1, "half a": 0.5, "half an": 0.5, "a couple": 2}

Span = tuple[int, int]


def find_quantities(text: str, goods: Iterable[Span] = ()) -> Iterator[Found]:
    """Numbers of pieces: by their counter words, by the words round a number without one (im ordering two), or right
    before the goods, whose places in the text are given, colours with them (20 aprons, two black kettles)."""
    taken = [match.span() for match in PROMOTION.finditer(text)]
    for found in _counted(text, goods):
        if not overlaps(found.span, taken):
            taken.append(found.span)
            yield found


def _counted(text: str, goods: Iterable[Span]) -> Iterator[Found]:
    for pattern in _QUANTITIES:
        for match in pattern.finditer(text):
            number = _pieces(text, match)
            if number:
                yield Found("quantity", number, *_narrow(match))
    for start, _ in goods:
        before = _BEFORE_GOODS.search(text, max(0, start - 40), start) or _ONE.search(text, max(0, start - 40), start)
        counted = parse_number(before["n"]) if before else None
        if before and counted and counted == int(counted) and counted <= 9999:
            yield Found("quantity", int(counted), *before.span("n"))


_BEFORE_GOODS = re.compile(
    rf"(?<![\w.-])(?P<n>(?!one ){NUMBER})\s?[x×]?\s(?:(?:more|of the|of your|extra|same|other|new|small|medium|large|[sml]|x{{1,3}}l)\s){{0,3}}$"
)

_ONE = re.compile(
    r"(?:^|[,.;!]\s*|\b(?:and|then|like|want|need|get|order|buy|take|ok|plus)\s+)(?P<n>one)\s(?:(?:more|extra|new|small|medium|large|[sml]|x{1,3}l)\s){0,3}$"
)
"""“One”, where it counts (one red sweater): in “this one waterproof jacket” it does not."""


def _pieces(text: str, match: re.Match) -> int | None:
    (group,) = match.groupdict()
    words = match[group]
    number = _WORDS.get(words) or parse_number(words) or 0
    number *= 12 if group == "dozens" else 1
    if not number or number != int(number) or number > 99999:
        return None
    if (group == "few" and number > 20) or (group == "bare" and number > 999):
        return None
    if group == "bare" and number in SIZES_BY_NUMBER and words.isdigit():
        counted = _PLURAL_BEHIND.match(text, match.end(group)) or _ORDERED.search(text, 0, match.start(group))
        return int(number) if counted else None
    return int(number)


def _narrow(match: re.Match) -> Span:
    """From the number to the end of its counter word: the words before it are no part of the quantity."""
    (group,) = match.groupdict()
    return match.start(group), match.end() if group in ("n", "dozens", "one", "couple") else match.end(group)
