"""Finds the words of a list in a text, and leaves alone what only looks like them: advice, negations, what others said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Optional

from bot.content.checks.faults import data
from bot.core.shop import Pair

_NOT = re.compile(
    r"(?:不|没|無|无法|无(?!论|比|与)|别|勿|非|未|难以)"
    r"(?:是|会|能|敢|可以?|便|好|说|算|叫|做|想|要|该|有|法|办法|给|跟|向|对|您|你|您说|随便|乱|轻易|再|到|提供|承担|具备?|支持|使用|用|写|什么|任何|所谓|自己|我们|这款|它|相信|点击?|理会|去|的)*[“\"'「]?$"
)
_NOT_EN = re.compile(
    r"\b(?:not|never|no|nor|without|can(?:no|')?t|cannot|don't|won't|isn't|aren't|doesn't|nothing is|rather than)"
    r"(?: (?:a|an|the|be|being|to|any|our|is|are|claim|say|make|offer|give|really|quite|it's|you))* ?[“\"']?$"
)
_QUOTED = re.compile(r"“[^”]*”|「[^」]*」|\"[^\"]*\"")
_TOLD_BEFORE = re.compile(
    r"(?:问|说|提到|讲|写|叫|喊|搜|所谓|听到|看到|比如|例如)(?:的|了|过|道|是|成|:|,|\s)*$|"
    r"\b(?:ask(?:s|ed)?|sa(?:y|ys|id)|call(?:s|ed)?|so-called|writes?|wrote|for example|such as|e\.g\.)[:,]? ?$"
)
_TOLD_BEHIND = re.compile(r"^\s*(?:这种|这样|这类|这句|一说|的说法|的话|之类|等词|二字|两个字)")
_BETWEEN = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")


@dataclass(frozen=True)
class Phrase:
    """One entry of a list."""

    id: str
    rule: str
    words: re.Pattern
    unless: Optional[re.Pattern]
    why: Pair
    better: Pair
    law: Optional[Pair]
    language: Optional[str]
    negatable: bool
    whole: bool
    as_it_stands: bool


@dataclass(frozen=True)
class Match:
    phrase: Phrase
    words: str

    @property
    def told(self) -> dict[str, Pair]:
        """For a rule's sentences: `why`, `better`, and `law` with its brackets, empty where no law says so."""
        law = self.phrase.law
        brackets = {"zh": f"（{law['zh']}）", "en": f" ({law['en']})"} if law else {"zh": "", "en": ""}
        return {"why": self.phrase.why, "better": self.phrase.better, "law": brackets}


@cache
def phrases(file: str, part: str, as_it_stands: bool = False) -> tuple[Phrase, ...]:
    """The entries of a list. `as_it_stands`: matched in the text itself, not in its plain form."""
    return tuple(_phrase(entry, as_it_stands) for entry in data(file)[part])


def _phrase(entry: dict, as_it_stands: bool) -> Phrase:
    return Phrase(
        id=entry["id"],
        rule=entry["rule"],
        words=_one_of(entry["words"]),
        unless=_one_of(entry["unless"]) if entry.get("unless") else None,
        why=entry["why"],
        better=entry["better"],
        law=entry.get("law"),
        language=entry.get("language"),
        negatable=entry.get("negatable", True) and not as_it_stands,
        whole=entry.get("whole", False),
        as_it_stands=as_it_stands,
    )


def _one_of(words: list[str]) -> re.Pattern:
    ignoring = any(word.startswith("(?i)") for word in words)
    parts = [f"(?i:{word.removeprefix('(?i)')})" if word.startswith("(?i)") else f"(?:{word})" for word in words]
    return re.compile("|".join(parts) if ignoring else "|".join(f"(?:{word})" for word in words))


def plain(text: str) -> str:
    """Small letters, half width, no space between Chinese characters: the form that lists of words are written for."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text.replace("’", "'")).casefold()).strip()


def find(text: str, language: str, among: tuple[Phrase, ...]) -> Iterator[Match]:
    """The phrases that stand in a text, each once."""
    folded = plain(text)
    for phrase in among:
        if phrase.language and phrase.language != language:
            continue
        looked_at = text if phrase.as_it_stands else folded
        if phrase.whole:
            whole = phrase.words.fullmatch(looked_at.rstrip("。.!！~～ "))
            if whole:
                yield Match(phrase, whole[0])
            continue
        meant = next(
            (m for m in phrase.words.finditer(looked_at) if m[0] and not _innocent(phrase, m, looked_at)), None
        )
        if meant:
            yield Match(phrase, meant[0].strip())


def _innocent(phrase: Phrase, match: re.Match, text: str) -> bool:
    if phrase.unless and any(_touch(other, match) for other in phrase.unless.finditer(text)):
        return True
    if not phrase.negatable:
        return _told_by_others(match, text)
    before = text[max(0, match.start() - 24) : match.start()]
    return bool(_NOT.search(before) or _NOT_EN.search(before)) or _told_by_others(match, text)


def _touch(one: re.Match, other: re.Match) -> bool:
    return one.start() < other.end() and other.start() < one.end()


def _told_by_others(match: re.Match, text: str) -> bool:
    """Whether it stands in quotation marks as what somebody asked or said; marks alone (“第一”品牌) excuse nothing."""
    for quoted in _QUOTED.finditer(text):
        if quoted.start() < match.start() and match.end() < quoted.end():
            asked = re.search(r"[?？吗么]\s*[”」\"]$", quoted[0])
            before, behind = text[: quoted.start()], text[quoted.end() :]
            return bool(asked or _TOLD_BEFORE.search(before) or _TOLD_BEHIND.match(behind))
    return False
