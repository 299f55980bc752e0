"""The folded form of a message with Traditional characters made Simplified, kept on the Rasa message."""

from __future__ import annotations

from functools import lru_cache

from opencc import OpenCC
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.core.text import Folded, Plain, fold

FOLDED = "folded"
_CJK_RANGES = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00))


@lru_cache(maxsize=1)
def simplified() -> dict[int, str]:
    """Code points of Traditional characters with their Simplified character, one for one, so that offsets stay."""
    characters = [chr(code) for low, high in _CJK_RANGES for code in range(low, high)]
    converted = OpenCC("t2s").convert("\n".join(characters)).split("\n")
    return {ord(a): b for a, b in zip(characters, converted) if a != b and len(b) == 1}


def fold_text(text: str) -> Folded:
    return fold(text, simplified())


@lru_cache(maxsize=1)
def _plain() -> Plain:
    return Plain(simplified())


def plain(text: str) -> str:
    """The folded text alone, for the words of large tables."""
    return _plain().of(text)


def folded(message: Message) -> Folded:
    """The message's folded text, made once."""
    found = message.get(FOLDED)
    if found is None:
        found = fold_text(message.get(TEXT) or "")
        message.set(FOLDED, found)
    return found
