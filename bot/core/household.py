"""How many people use a thing, in folded text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.core.found import Found
from bot.core.numerals import NUMBER, is_about, parse_number

MOST_PEOPLE = 30
_ONE_LIVES = re.compile(r"\s*(?:$|[,，。!！]|用|吃|住|睡|喝|煮|做|过|在家|的话|够|household|size)")
_ONE_BEFORE = re.compile(r"(?:我|就|自己|只有|for )\s*$")
"""One person is a household only where somebody lives or eats alone (我一个人住), not in 转一个人来."""

_WITH_THEIR_CHILDREN = re.compile(r"家|口|family|household|party")

_SMALL = "[一二两俩三仨四五六七八九十]"
_CHILDREN = r"(?:小?孩子?|小?娃娃?|宝宝|小朋友|小(?![\u3400-\u9fff]))"
_CHILDREN_EN = r"(?:kids?|child(?:ren)?|bab(?:y|ies)|toddlers?)"
_SEVERAL = (
    re.compile(rf"(?P<low>{_SMALL})(?P<n>{_SMALL})\s*(?:个|口)?\s*(?:人|口)(?!工|民|气|体|造)"),
    re.compile(
        r"(?<![\d.])(?P<low>\d)\s*[-~—到至]\s*(?P<n>\d{1,2})\s*(?:个|口)?\s*(?:人|口|people|persons|adults)(?!工|民|气|体|造)"
    ),
)
"""From so many to so many people: the more counts, for it has to be enough."""

_PEOPLE = (
    re.compile(
        rf"(?P<n>{NUMBER})\s*(?:个|口)?\s*(?:大人|成人|人|口之家|口子|口人)(?!工|民|气|体|造|位|沙发|座|桌|帐|团|间|房)"
    ),
    re.compile(rf"一家\s*(?P<n>{NUMBER})\s*口"),
    re.compile(rf"(?:家里|家有|我家|我们家?)\s*(?P<n>{NUMBER})\s*口?(?=[^\d]|$)(?=人|口|个人|$)"),
    re.compile(rf"(?P<n>{_SMALL})大(?={_SMALL}{_CHILDREN})"),
    re.compile(rf"(?:family|household|party) of (?P<n>{NUMBER})"),
    re.compile(rf"(?P<n>{NUMBER})\s*(?:people|persons?|adults|grown-?ups|of us|pax)(?![a-z])"),
)
_PAIRS = re.compile(
    r"我们俩|小两口|老两口|两口子|夫妻俩|夫妻两人|for a couple|just the two of us|"
    r"我(?:和|跟|与)(?:我)?(?:老公|老婆|男朋友|女朋友|男友|女友|对象|媳妇|爱人)(?=$|[一两俩]|用|吃|住)|"
    r"(?<![a-z])(?:me and|myself and) my (?:husband|wife|boyfriend|girlfriend|partner)(?![a-z])"
)
_ALONE = re.compile(r"just me\b|for myself|独居|单身|自己一个人")
_AND_CHILDREN = re.compile(
    rf"\s*[,，、]?\s*(?:加上?|带着?|和|跟|还有|外加|plus|and|with)?\s*(?P<n>{NUMBER}|an?)?\s*个?\s*(?:{_CHILDREN}|{_CHILDREN_EN}(?![a-z]))"
)


def find_household(text: str) -> Iterator[Found]:
    """How many people use it: the first number of them that is said, with the children named behind."""
    found = _first(text)
    if found is None:
        return
    counted = _WITH_THEIR_CHILDREN.search(text, found.start, found.end)
    more = None if counted else _AND_CHILDREN.match(text, found.end)
    children = more and (parse_number(more["n"] or "一") or 1)
    if more and children:
        yield Found("household", int(found.value + children), found.start, more.end())
    else:
        yield found


def _first(text: str) -> Found | None:
    for pattern in (*_SEVERAL, *_PEOPLE):
        for match in pattern.finditer(text):
            if "low" in match.groupdict() and not _ascending(match):
                continue
            number = parse_number(match["n"])
            alone = _ONE_LIVES.match(text, match.end()) or _ONE_BEFORE.search(text, 0, match.start())
            if number == 1 and not alone:
                continue
            if number and number == int(number) and number <= MOST_PEOPLE:
                return Found("household", int(number), *match.span())
    for words, people in ((_PAIRS, 2), (_ALONE, 1)):
        told = words.search(text)
        if told:
            return Found("household", people, *told.span())
    return None


def _ascending(match: re.Match) -> bool:
    low, high = match["low"], match["n"]
    return int(low) < int(high) if low.isdigit() else is_about(low + high)
