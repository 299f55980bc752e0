"""Folds a message to the plain form that everything matches against, and keeps the way back to the original offsets."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass

_DROPPED = {"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "So", "Sk"}
"""Unicode categories that carry no words: control, bidi and zero-width marks, emoji, stray accents."""

_CJK = re.compile(r"[\u3400-\u9fff]")
_LATIN_WORD = re.compile(r"[a-zA-Z]{2,}")


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
    folded: list[str] = []
    offsets: list[int] = []
    for position, character in enumerate(text):
        for piece in _fold_character(character, simplified or {}):
            if piece == " " and (not folded or folded[-1] == " "):
                continue
            folded.append(piece)
            offsets.append(position)
    while folded and folded[-1] == " ":
        folded.pop()
        offsets.pop()
    end = offsets[-1] + 1 if offsets else 0
    return Folded("".join(folded), (*offsets, end))


def _fold_character(character: str, simplified: Mapping[int, str]) -> str:
    if unicodedata.category(character) in _DROPPED or character.isspace():
        return " "
    plain = unicodedata.normalize("NFKC", character)
    plain = "".join(" " if c.isspace() or unicodedata.category(c) in _DROPPED else c for c in plain)
    return plain.lower().translate(simplified)


def language_of(text: str) -> str | None:
    """`zh` where Chinese characters stand, `en` where Latin words do, None where neither says (a number, “M”)."""
    if _CJK.search(text):
        return "zh"
    words = _LATIN_WORD.findall(text)
    return "en" if words and not all(word.isupper() and len(word) <= 3 for word in words) else None
