"""A second look at a message for the shop's words in ordinary typos: characters that sound alike, letters that slipped."""

from __future__ import annotations

import contextlib
import io
import unicodedata
from collections import defaultdict
from functools import lru_cache
from itertools import chain
from typing import Any, Dict, Iterable, Iterator, List, Set, Tuple

import jieba

MOST_WORDS = 160
"""A second look is taken at so many words of a message; a Chinese character counts as one."""

LONGEST = 8
LEAST_LETTERS = 6
MOST_UNKNOWN = 4
BY_SOUND = ("product", "capability")
"""Kinds that are looked for by sound. Attributes are not: 多少只 (pieces) sounds like 多少支 (the yarn count)."""

_EVERYDAY = set("一不是的了在有和人这那个我你他要用会能可上下大小多少好来去到吗呢吧")
"""Characters that nobody types for another: 睡一 is no 睡衣."""

BY_LETTERS = ("product", "capability", "attribute", "topic")


class SecondLook:
    """Chinese words by equal pinyin without tones; English words with two letters swapped, one dropped or one too many.

    No other letter in a letter's place: that makes ordinary words of one another (better, batter).
    """

    def __init__(self, vocabulary: Dict[str, List[Tuple[str, Any]]]) -> None:
        self._by_sound: Dict[str, str] = {}
        self._letters: Dict[Tuple[str, int], Set[str]] = defaultdict(set)
        sounds = readings()
        for word, meanings in vocabulary.items():
            kinds = {name for name, _ in meanings}
            if kinds & set(BY_SOUND) and 2 <= len(word) <= LONGEST and all(c in sounds for c in word):
                self._by_sound.setdefault(" ".join(sounds[c] for c in word), word)
            if kinds & set(BY_LETTERS) and word.isascii():
                for token in word.split():
                    if token.isalpha() and len(token) >= LEAST_LETTERS:
                        self._letters[token[0], len(token)].add(token)

    def hear(self, words: List[str]) -> Tuple[List[str], Set[int]]:
        """The words (see `split_words`) with typos mended, and the places where one was."""
        heard = list(words)
        mended: Set[int] = set()
        for first, word in chain(self._sounding(words), self._slipped(words)):
            at = range(first, first + (1 if word.isascii() else len(word)))
            if mended.isdisjoint(at):
                heard[first : at.stop] = [word] if word.isascii() else list(word)
                mended.update(at)
        return heard, mended

    def _sounding(self, words: List[str]) -> Iterator[Tuple[int, str]]:
        """The longest first: where a word sounds like one of the shop's, and that word."""
        sounds = [readings().get(word) for word in words[:MOST_WORDS]]
        for length in range(LONGEST, 1, -1):
            for first in range(len(sounds) - length + 1):
                heard = sounds[first : first + length]
                word = None if None in heard else self._by_sound.get(" ".join(filter(None, heard)))
                if word and _is_typo(words, first, word):
                    yield first, word

    def _slipped(self, words: List[str]) -> Iterator[Tuple[int, str]]:
        unknown = [(i, w) for i, w in enumerate(words[:MOST_WORDS]) if w.isascii() and w.isalpha()]
        unknown = [(i, w) for i, w in unknown if len(w) >= LEAST_LETTERS - 1 and w not in self._letters[w[0], len(w)]]
        for place, typed in unknown[:MOST_UNKNOWN]:
            near = (self._letters.get((typed[0], len(typed) + more), ()) for more in (0, 1, -1))
            meant = {token for token in chain.from_iterable(near) if _slip(typed, token)}
            if len(meant) == 1:
                yield place, meant.pop()


def _is_typo(words: List[str], first: int, word: str) -> bool:
    """Whether what stands there is no word of its own, and keeps a character of the shop's word."""
    typed = "".join(words[first : first + len(word)])
    apart = [a for a, b in zip(typed, word) if a != b]
    if not 0 < len(apart) < len(word) or _EVERYDAY.intersection(apart):
        return False
    if len(word) > 2:
        return not jieba.dt.FREQ.get(typed)
    before = words[max(0, first - 3) : first]
    around = "".join(before + words[first : first + 5])
    return not _in_a_word(around, len("".join(before)), len(typed))


def _in_a_word(text: str, start: int, length: int) -> bool:
    """Whether a word of the dictionary, of two characters or more, reaches into the span."""
    at = 0
    for token in jieba.cut(text, HMM=False):
        if len(token) > 1 and at < start + length and start < at + len(token):
            return True
        at += len(token)
    return False


def _slip(typed: str, meant: str) -> bool:
    """Two neighbouring letters swapped, or one within the word dropped or added."""
    if len(typed) == len(meant):
        apart = [i for i, (a, b) in enumerate(zip(typed, meant)) if a != b]
        if len(apart) != 2 or apart[1] - apart[0] != 1:
            return False
        one, other = apart
        return typed[one] == meant[other] and typed[other] == meant[one]
    short, long = sorted((typed, meant), key=len)
    return short[-1] == long[-1] and any(short == long[:i] + long[i + 1 :] for i in range(1, len(long) - 1))


@lru_cache(maxsize=1)
def readings() -> Dict[str, str]:
    """Chinese characters with their first pinyin, without tones; those missing in jionlp's table from its phrases."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        from jionlp.dictionary.dictionary_loader import pinyin_char_loader, pinyin_phrase_loader

        found = {character: sounds[0] for character, sounds in pinyin_char_loader().items()}
        for phrase, sounds in pinyin_phrase_loader().items():
            found.update((c, s) for c, s in zip(phrase, sounds) if c not in found and s.isalpha())
    return {character: _toneless(sound) for character, sound in found.items() if len(character) == 1}


def _toneless(sound: Iterable[str]) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", "".join(sound)) if c.isascii())
