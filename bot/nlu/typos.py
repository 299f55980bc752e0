"""A second look at a message for the shop's words in ordinary typos: characters that sound alike, letters that slipped."""

from __future__ import annotations

import contextlib
import io
import logging
import re
import unicodedata
from collections import Counter, defaultdict
from functools import lru_cache
from itertools import chain
from math import log
from typing import Collection, Dict, Iterable, Iterator, List, Set, Tuple

import jieba

from bot.nlu.words import Vocabulary, split_words, word_places

jieba.setLogLevel(logging.WARNING)

MOST_WORDS = 160
"""A second look is taken at so many words of a message; a Chinese character counts as one."""

LONGEST = 8
LEAST_LETTERS = 6
MOST_UNKNOWN = 4
ORDINARY = 50
"""From so many occurrences in the corpus of jieba's dictionary on a word is an ordinary one."""

RARE, MUCH_LIKELIER = 3, 100
"""How often a shop's word counts as seen, and how much likelier it must make the text than a word that crosses its end."""

BY_SOUND = ("product", "capability", "courier", "payment_method", "region")
"""Kinds that are looked for by sound. Attributes are not: 多少只 (pieces) sounds like 多少支 (the yarn count)."""

BY_LETTERS = ("product", "capability", "attribute", "topic", "region")
HEARD = frozenset((*BY_SOUND, *BY_LETTERS))

_EVERYDAY = set(
    "一不是的了在有和人这那个我你他要用会能可上下大小多少好来去到吗呢吧真没还时什住几得直急都才为过谁长太也就很最再只给零二两三四五六七八九十"
)
"""Characters that nobody types for another: 睡一 is no 睡衣."""

_SENT = ("courier", "region")
_SENDING_BEFORE = re.compile(r"(?:[发寄到送走往在去从住选换用是家我址]|快递)$")
_SENDING_BEHIND = re.compile(
    r"\s*(?:的?(?:$|[\s,，。?？!！吗呢])|几天|多久|多少钱|快递|速递|那边|这边|能|可以|当天|发|[邮运]费|包邮|收货|市|省)"
)
"""Names of places and couriers are many and short: those that ordinary words are like count beside words of sending."""

_ALPHABET = "abcdefghijklmnopqrstuvwxyz"


class SecondLook:
    """Chinese words by equal pinyin without tones; English words with two letters swapped, one dropped or one too many.

    No other letter in a letter's place: that makes ordinary words of one another (better, batter).
    """

    def __init__(self, vocabulary: Vocabulary, names: Iterable[str] = ()) -> None:
        """`names`: words of products beside those of the vocabulary."""
        self._by_sound: Dict[str, str] = {}
        self._sent: Set[str] = set()
        self._letters: Set[str] = set()
        self._known: Set[str] = set()
        for word in names:
            self._add(word, ("product",))
        for word, meanings in vocabulary.items():
            self._add(word, [name for name, _ in meanings])

    def _add(self, word: str, kinds: Collection[str]) -> None:
        if word.isascii():
            tokens = [token for token in split_words(word) if token.isalpha()]
            self._known.update(tokens)
            if any(kind in BY_LETTERS for kind in kinds):
                self._letters.update(token for token in tokens if len(token) >= LEAST_LETTERS)
        elif 2 <= len(word) <= LONGEST and any(kind in BY_SOUND for kind in kinds):
            sounds = readings()
            heard = [sounds.get(character, "") for character in word]
            if all(heard):
                sound = " ".join(heard)
                known = self._by_sound.get(sound)
                self._by_sound[sound] = f"{known}|{word}" if known else word
            if all(kind in _SENT for kind in kinds):
                self._sent.add(word)

    def hear(self, text: str) -> Tuple[List[str], Set[int]]:
        """The words of folded text (see `split_words`) with typos mended, and the places where one was."""
        words = split_words(text)
        heard = list(words)
        mended: Set[int] = set()
        for first, word in chain(self._sounding(text, words), self._slipped(words)):
            at = range(first, first + (1 if word.isascii() else len(word)))
            if mended.isdisjoint(at):
                heard[first : at.stop] = [word] if word.isascii() else list(word)
                mended.update(at)
        return heard, mended

    def _sounding(self, text: str, words: List[str]) -> Iterator[Tuple[int, str]]:
        """The longest first: where a word sounds like one of the shop's, and that word."""
        sounds = [readings().get(word, "") for word in words[:MOST_WORDS]]
        places = word_places(text, words)
        for length in range(LONGEST, 1, -1):
            for first in range(len(sounds) - length + 1):
                heard = sounds[first : first + length]
                meant = self._by_sound.get(" ".join(heard), "").split("|") if all(heard) else [""]
                start, end = places[first][0], places[first + length - 1][1]
                if not meant[0] or end - start != length or text[start:end] in meant:
                    continue
                for word in meant:
                    if word in self._sent:
                        typo = _is_typo(words, first, word, rare=ORDINARY) and of_sending(text, start, end)
                    else:
                        typo = _is_typo(words, first, word)
                    if typo:
                        yield first, word

    def _slipped(self, words: List[str]) -> Iterator[Tuple[int, str]]:
        unknown = [(i, w) for i, w in enumerate(words[:MOST_WORDS]) if w.isascii() and w.isalpha()]
        unknown = [(i, w) for i, w in unknown if len(w) >= LEAST_LETTERS - 1 and w not in self._known]
        for place, typed in unknown[:MOST_UNKNOWN]:
            meant = self._letters.intersection(_slips(typed))
            if len(meant) == 1:
                yield place, meant.pop()


def _is_typo(words: List[str], first: int, word: str, rare: int = 1) -> bool:
    """Whether what stands there is no word of its own, and keeps a character of the shop's word. `rare`: from so many
    occurrences on it is a word."""
    typed = "".join(words[first : first + len(word)])
    apart = [(a, b) for a, b in zip(typed, word) if a != b]
    if not 0 < len(apart) < len(word) or _EVERYDAY.intersection(chain.from_iterable(apart)):
        return False
    if (jieba.dt.FREQ.get(typed) or 0) >= rare:
        return False
    before = "".join(words[max(0, first - 3) : first])
    behind = "".join(words[first + len(word) : first + len(word) + 3])
    span = len(before), len(before) + len(typed)
    if not any(_stands_against(token, span) for token in dictionary_words(before + typed + behind)):
        return True
    unheard = log(RARE / jieba.dt.total)
    meant = _likelihood(before) + max(_likelihood(word), unheard) + _likelihood(behind)
    return meant > _likelihood(before + typed + behind) + log(MUCH_LIKELIER)


def of_sending(text: str, start: int, end: int) -> bool:
    """Whether the words round the span speak of sending, or it stands alone."""
    alone = start == 0 or text[start - 1] in " ,，。"
    return bool(_SENDING_BEFORE.search(text, 0, start) or (alone and _SENDING_BEHIND.match(text, end)))


def _stands_against(token: Tuple[int, int], span: Tuple[int, int]) -> bool:
    """Whether a word of the dictionary, of two characters or more, reaches over an end of what was typed."""
    (at, end), (start, stop) = token, span
    return end - at > 1 and at < stop and start < end and (at < start or stop < end)


def _likelihood(text: str) -> float:
    """The logarithm of how likely the likeliest words of jieba's dictionary make up the text."""
    route: Dict[int, Tuple[float, int]] = {}
    jieba.dt.calc(text, jieba.dt.get_DAG(text), route)
    return float(route[0][0])


def dictionary_words(text: str) -> Iterator[Tuple[int, int]]:
    """The spans of the words that jieba's dictionary cuts a text into."""
    at = 0
    for token in jieba.cut(text, HMM=False):
        yield at, at + len(token)
        at += len(token)


def _slips(typed: str) -> Set[str]:
    """What was meant, if within the word two neighbouring letters were swapped, or one dropped or added. The first and
    the last stand (changed is no Changde). As many words as the letters give, however many the shop has."""
    inner = range(1, len(typed) - 1)
    swapped = {typed[:i] + typed[i + 1] + typed[i] + typed[i + 2 :] for i in inner[:-1]}
    added = {typed[:i] + typed[i + 1 :] for i in inner}
    dropped = {typed[:i] + letter + typed[i:] for i in range(1, len(typed)) for letter in _ALPHABET}
    return {word for word in swapped | added | dropped if len(word) >= LEAST_LETTERS}


_SPOKEN = {"呗": "bei", "藏": "zang"}
"""Where a character is spoken otherwise in the names that count here (花呗, 西藏) than in most words."""


@lru_cache(maxsize=1)
def readings() -> Dict[str, str]:
    """Chinese characters with their usual pinyin, without tones: the one of most phrases in jionlp's table, else the
    first of its characters' table."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        from jionlp.dictionary.dictionary_loader import pinyin_char_loader, pinyin_phrase_loader

        found = {character: _toneless(sounds[0]) for character, sounds in pinyin_char_loader().items()}
        counted: Dict[str, Counter] = defaultdict(Counter)
        for phrase, sounds in pinyin_phrase_loader().items():
            for character, sound in zip(phrase, sounds):
                if sound.isalpha():
                    counted[character][_toneless(sound)] += 1
    usual = {character: sounds.most_common(1)[0][0] for character, sounds in counted.items()}
    return {character: sound for character, sound in {**found, **usual, **_SPOKEN}.items() if len(character) == 1}


def _toneless(sound: Iterable[str]) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", "".join(sound)) if c.isascii())
