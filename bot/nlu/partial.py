"""Products by a part of their name: 圆领的T恤, 珊瑚绒那款, the latex one, 空气炸, and the last words of a long name.

A part says less than a name, so it counts only where something else says that a thing is meant: beside a name that fits
several, before 那款 or “one”, or where the message names no product otherwise and the part is no ordinary word.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Iterator, List

import jieba

from bot.core.shop import MOST_NAMED
from bot.core.sizes import find_sizes
from bot.nlu.phrases import Phrase, longest, singular
from bot.nlu.typos import ORDINARY, dictionary_words
from bot.nlu.words import Names, Vocabulary, note, split_words, word_places

LONGEST_PART = 4
LONGEST_CUT = 5
MOST_PARTS = 7
_CHINESE = re.compile(r"[\u3400-\u9fff]+")
_LATIN_START = re.compile(r"(?:[a-z]+[ -])?[a-z]{3,}(?=[ -])")
_POINTED_AT = re.compile(r"的?[那这哪]一?[个款种件台条只套口双把](?!月)")
_THE_ONE = re.compile(r"(?<![a-z])(?:the|that|this|your) (?P<part>[a-z]+(?:[ -][a-z]+)?) ones?(?![a-z])")
_JOINT = re.compile(r"[\s·・()（）\[\]【】_-]{0,2}|的")
_GOES_ON = re.compile(r"$|[^\u3400-\u9fff]|[的能可多有还怎会要好那这是不吗呢么和跟啥什哪几里适]")
"""Behind a name cut short no other name goes on (羽绒裤 is none of 羽绒服)."""

_OF = re.compile(r"(?:的|那[个款种件台条只套口双把]) ?$| $|$")
_SAYS_NOTHING = {
    "套装",
    "礼盒",
    "新款",
    "旧款",
    "系列",
    "组合",
    "用品",
    "工具",
    "配件",
    "机器",
    "家用",
    "产品",
    "商品",
    "专用",
    "通用",
}


class PartialNames:
    """Built from the names of a shop's products and the words of its other things."""

    def __init__(self, names: Names, words: Vocabulary) -> None:
        self._parts: Names = {}
        self._rest: Names = {}
        for name, ids in names.items():
            if name.isascii() and " " not in name:
                continue
            parts, rest = list(_beginnings(name)), [*_cut_short(name), *_ends(name)]
            for product in [ids] if isinstance(ids, str) else ids:
                for part in parts:
                    note(self._parts, part, product)
                for part in rest:
                    note(self._rest, part, product)
        known = names.keys() | words.keys()
        self._rest = {part: ids for part, ids in self._rest.items() if _few(ids) and part not in known}
        self._parts = {part: ids for part, ids in self._parts.items() if _few(ids)}
        self._others = {w for w, meant in words.items() if any(name in ("colour", "category") for name, _ in meant)}

    def joined(self, text: str, found: List[Phrase]) -> List[Phrase]:
        """Neighbouring names of one product as one (L18料理机), a name that fits several narrowed by a part before it."""
        kept: List[Phrase] = []
        for phrase in found:
            if phrase[2] != "product":
                kept.append(phrase)
                continue
            phrase = self._narrowed(text, phrase)
            last = next((k for k in reversed(kept) if k[2] == "product"), None)
            both = _both(last, phrase) if last and _JOINT.fullmatch(text[last[1] : phrase[0]]) else []
            if last and both:
                kept[kept.index(last)] = (last[0], phrase[1], "product", _value(both))
            else:
                kept.append(phrase)
        return kept

    def _narrowed(self, text: str, phrase: Phrase) -> Phrase:
        start, end, name, value = phrase
        if not isinstance(value, list):
            return phrase
        of = _OF.search(text, max(0, start - 4), start)
        before = of.start() if of else start
        for part_start in _starts(text, before, shortest=1 if before < start else 2):
            ids = set(_ids(self._parts.get(text[part_start:before].replace("-", " "), [])))
            fitting = [product for product in value if product in ids]
            if fitting:
                return part_start, end, name, _value(fitting)
        return phrase

    def pointed_at(self, text: str, found: List[Phrase]) -> Iterator[Phrase]:
        """A part that a pointing word stands behind (珊瑚绒那款, the latex one)."""
        for match in _POINTED_AT.finditer(text):
            if any(start == match.end() for start, _, name, _ in found if name == "product"):
                continue
            for start in _starts(text, match.start(), shortest=2):
                part = text[start : match.start()]
                if self._is_part(part):
                    yield start, match.start(), "product", self._parts[part]
                    break
        for match in _THE_ONE.finditer(text):
            part = match["part"].replace("-", " ")
            if self._is_part(part):
                yield *match.span("part"), "product", self._parts[part]

    def _is_part(self, part: str) -> bool:
        """Whether it names products and no colour, kind of goods or size (the small one)."""
        return part in self._parts and part not in self._others and not any(find_sizes(f"{part} "))

    def rest(self, text: str, found: List[Phrase]) -> List[Phrase]:
        """Names cut short at an end (空气炸, down jacket), beside everything that was found otherwise."""
        words = split_words(text)
        read = [singular(word) for word in words]
        places = word_places(text, words)
        seen: List[Phrase] = []
        for first in range(len(read)):
            for last in range(first + 2, min(first + MOST_PARTS, len(read)) + 1):
                part = _spelt(read[first:last])
                span = places[first][0], places[last - 1][1]
                if part in self._rest and not any(span[0] < end and start < span[1] for start, end, _, _ in found):
                    seen.append((*span, "product", self._rest[part]))
        if not seen:
            return []
        cuts = {at for span in dictionary_words(text) for at in span}
        return longest(
            [s for s in seen if text[s[0]].isascii() or ({s[0], s[1]} <= cuts and _GOES_ON.match(text, s[1]))]
        )


def _few(ids: object) -> bool:
    """Whether the word says something: one that fits MOST_NAMED or more may be any."""
    return isinstance(ids, str) or len(_ids(ids)) < MOST_NAMED


def _beginnings(name: str) -> Iterator[str]:
    """What a name begins with: 圆, 圆领 of 圆领T恤; crew, crew neck of crew-neck T-shirt."""
    chinese = _CHINESE.match(name)
    if chinese:
        for length in range(1, min(LONGEST_PART, len(name) - 1, chinese.end()) + 1):
            yield name[:length]
    latin = _LATIN_START.match(name)
    if latin:
        words = latin[0].replace("-", " ").split()
        yield from dict.fromkeys((words[0], " ".join(words)))


def _cut_short(name: str) -> Iterator[str]:
    """A Chinese name without its last character, where that leaves no ordinary word."""
    if 2 < len(name) <= LONGEST_CUT and _CHINESE.fullmatch(name) and (jieba.dt.FREQ.get(name[:-1]) or 0) < ORDINARY:
        yield name[:-1]


def _ends(name: str) -> Iterator[str]:
    """The last word of a Chinese name, the last two of an English one."""
    if _CHINESE.fullmatch(name):
        end = _last_word(name[-LONGEST_PART:])
        if 1 < len(end) < len(name) and end not in _SAYS_NOTHING:
            yield end
    elif name.isascii():
        words = name.replace("-", " ").split()
        if len(words) > 2 and all(word.isalpha() for word in words[-2:]):
            yield " ".join(singular(word) for word in words[-2:])


@lru_cache(maxsize=4096)
def _last_word(text: str) -> str:
    *_, (start, end) = dictionary_words(text)
    return text[start:end]


def _starts(text: str, end: int, shortest: int) -> Iterator[int]:
    """Where a part that ends there may begin, the longest part first: Chinese characters, or one or two Latin words."""
    run = re.search(r"[\u3400-\u9fff]+$", text[:end])
    if run:
        yield from range(max(run.start(), end - LONGEST_PART), end - shortest + 1)
        return
    latin = re.search(r"(?:(?P<two>[a-z]+)[ -])?(?P<one>[a-z]{3,})$", text[:end])
    if latin and latin["two"]:
        yield latin.start("two")
    if latin:
        yield latin.start("one")


def _spelt(parts: List[str]) -> str:
    return ("" if len(parts[0]) == 1 and not parts[0].isascii() else " ").join(parts)


def _both(last: Phrase, phrase: Phrase) -> List[str]:
    ids = set(_ids(phrase[3]))
    return [product for product in _ids(last[3]) if product in ids]


def _ids(value: object) -> List[str]:
    return list(value) if isinstance(value, (list, tuple)) else [str(value)]


def _value(ids: List[str]) -> object:
    return ids[0] if len(ids) == 1 else ids
