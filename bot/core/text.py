"""Folds a message to the plain form that everything matches against, and keeps the way back to the original offsets."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot.core.types import Language

_DROPPED = {"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "So", "Sk"}
"""Unicode categories that carry no words: control, bidi and zero-width marks, emoji, stray accents."""

_MARKS = "™℠"
"""Signs whose plain form is letters that nobody reads as a word."""

_CJK = re.compile(r"[\u3400-\u9fff]")
_LATIN_WORD = re.compile(r"(?<![\w@.-])(?!(?:vx|wx|qq|wechat|weixin)(?![a-z]))[a-z]{2,}(?![\w@]|[.-]\w)", re.IGNORECASE)
"""A word, and no part of a name or address (lily_2088, ann.b@example.com); everybody writes vx, whatever they speak."""


@dataclass(frozen=True)
class Folded:
    """`text` is folded; `offsets[i]` is where its character i stood in the original, and one more for the end."""

    text: str
    offsets: tuple[int, ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original text that the folded span [start, end) came from."""
        if start >= end:
            return self.offsets[start], self.offsets[start]
        return self.offsets[start], self.offsets[end - 1] + 1

    def folded(self, start: int, end: int) -> tuple[int, int]:
        """The span of the folded text that came from the original's [start, end)."""
        return bisect_left(self.offsets, start, 0, len(self.text)), bisect_left(self.offsets, end, 0, len(self.text))


def fold(text: str, simplified: Mapping[int, str] | None = None) -> Folded:
    """Small letters, half width, Simplified characters, no emoji or control characters, single spaces.

    `simplified` maps the code points of Traditional characters to Simplified ones (as for `str.translate`).
    """
    simplified = simplified or {}
    folded: list[str] = []
    offsets: list[int] = []
    for position, character in enumerate(text):
        for piece in _plain(character):
            if piece == " " and (not folded or folded[-1] == " "):
                continue
            folded.append(simplified.get(ord(piece), piece))
            offsets.append(position)
    while folded and folded[-1] == " ":
        folded.pop()
        offsets.pop()
    end = offsets[-1] + 1 if offsets else 0
    return Folded("".join(folded), (*offsets, end))


class Plain(dict[int, str]):
    """What `fold` makes of each character, for texts whose offsets nobody needs; fills itself as it is asked."""

    def __init__(self, simplified: Mapping[int, str] | None = None):
        self._simplified = simplified or {}

    def __missing__(self, code: int) -> str:
        self[code] = "".join(self._simplified.get(ord(piece), piece) for piece in _plain(chr(code)))
        return self[code]

    def of(self, text: str) -> str:
        """`fold(text, simplified).text`, several times as fast."""
        return " ".join(text.translate(self).split())


def bare(text: str) -> str:
    """The folded text without spaces and marks: two texts that are written in the same words have the same."""
    return re.sub(r"\W", "", fold(text).text)


@lru_cache(maxsize=65536)
def _plain(character: str) -> str:
    """The character in small letters and half width; a unit in one sign (㎏, ℃) is spelt out; a space for no word."""
    plain = unicodedata.normalize("NFKC", character)
    spelt_out = plain != character and character not in _MARKS and any(c.isalpha() for c in plain)
    if character.isspace() or not (spelt_out or _is_word(character)):
        return " "
    return "".join(c if _is_word(c) and not c.isspace() else " " for c in plain).lower()


def _is_word(character: str) -> bool:
    return character == "°" or unicodedata.category(character) not in _DROPPED


def is_foreign(text: str) -> bool:
    """Whether most letters are of a script that neither Chinese nor English is written in (Japanese has some Chinese)."""
    letters = [c for c in text if c.isalpha()]
    ours = sum(bool(_CJK.match(c)) or "LATIN" in unicodedata.name(c, "") for c in letters)
    return ours < len(letters) / 2


def language_of(text: str) -> Language | None:
    """`zh` where Chinese characters stand, `en` where Latin words do, None where neither says (a number, “M”, a WeChat name)."""
    if _CJK.search(text):
        return "zh"
    words = _LATIN_WORD.findall(text)
    return "en" if words and not all(word.isupper() and len(word) <= 3 for word in words) else None
