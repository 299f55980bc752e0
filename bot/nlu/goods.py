"""What is recognised of the shop's own things, kept up with a shop whose files change while the bot runs."""

from __future__ import annotations

import re
from typing import List, Optional

from bot.adapters.collecting import large_tables
from bot.core.found import PIECES
from bot.core.shop import Shop
from bot.nlu.aside import Aside
from bot.nlu.partial import PartialNames
from bot.nlu.phrases import NameTable, Phrase, PhraseIndex, inside, longest
from bot.nlu.typos import HEARD, SecondLook
from bot.nlu.words import OCCASION, product_names, shop_words

PHRASES = ("product", "capability", "attribute", "topic", OCCASION)
"""Kinds whose words are phrases of their own: what lies within one is part of it."""

_SIZE_AND_NUMBER = re.compile(r"(?:x{0,3}l|x{0,2}s|m) \d+")
_ARTICLE_AND_NUMBER = re.compile(r"[ai] \d+")
_GOES_ON = re.compile(r"['’\".%-]| ?[a-z]")
_COUNTED = re.compile(rf"\s*(?:{PIECES}|块|元|(?:yuan|rmb|bucks|pcs|pieces|units?|sets?)(?![a-z]))")


class Goods:
    """The words of one shop."""

    def __init__(self, shop: Shop) -> None:
        words, names = shop_words(shop), product_names(shop)
        self.shop = shop
        self._index = PhraseIndex(words)
        self._names = NameTable(names)
        self._second_look = SecondLook(words, names)
        self._partial = PartialNames(names, words)

    def find(self, text: str) -> List[Phrase]:
        """The shop's things in folded text; with a typo those of kinds that are not named otherwise, or named only by a
        part of it; products by a part of their name where nothing else names one."""
        found = self._named(text)
        heard, mended = self._second_look.hear(text)
        if mended:
            second = [s for s in self._named(text, heard) if s[2] in HEARD and s not in found]
            found = longest(found + [s for s in second if all(inside(f[:2], [s[:2]]) for f in found if f[2] == s[2])])
        found = [s for s in found if not _no_model(text, s)]
        found = self._partial.joined(text, found)
        found = longest([*found, *self._partial.pointed_at(text, found)])
        if not any(s[2] == "product" for s in found):
            found = sorted([*found, *self._partial.rest(text, found)])
        return _whole(found)

    def _named(self, text: str, heard: Optional[List[str]] = None) -> List[Phrase]:
        return sorted(self._index.find(text, heard) + self._names.find(text, heard), key=lambda s: s[:2])


class LiveGoods(Aside[Goods]):
    """The words of the shop as it is now."""

    def __init__(self) -> None:
        super().__init__("goods", lambda shop, _: _built(shop))


def _built(shop: Shop) -> Goods:
    with large_tables():
        return Goods(shop)


def _no_model(text: str, phrase: Phrase) -> bool:
    """Whether what reads as a model number is a size and a number of something (L 18件, M 500块), or an English article
    and a number (a 5'9 guy)."""
    start, end, name, _ = phrase
    if name != "product":
        return False
    counted = _SIZE_AND_NUMBER.fullmatch(text, start, end) and _COUNTED.match(text, end)
    return bool(counted or (_ARTICLE_AND_NUMBER.fullmatch(text, start, end) and _GOES_ON.match(text, end)))


def _whole(found: List[Phrase]) -> List[Phrase]:
    """Without what lies inside a product's name (保温 in 保温杯) or, of another kind, inside a longer phrase; kinds of
    goods inside what something can do are part of that (烤箱 in 放进烤箱)."""
    found = [s for s in found if not (_is_kind(s) and _swallowed(s, [w for w in found if w[2] == "capability"]))]
    goods = [s[:2] for s in found if s[2] == "product"]
    phrases = [s for s in found if s[2] in PHRASES and not inside(s[:2], goods)]
    kept = [s for s in found if s[2] == "product" or not (inside(s[:2], goods) or _swallowed(s, phrases))]
    return [s for s in kept if s[2] != OCCASION]


def _is_kind(phrase: Phrase) -> bool:
    """Whether it names several products at once."""
    return phrase[2] == "product" and not isinstance(phrase[3], str)


def _swallowed(span: Phrase, phrases: List[Phrase]) -> bool:
    return inside(span[:2], [s[:2] for s in phrases if s[1] - s[0] > span[1] - span[0]])
