"""Which way of cutting a message into questions explains it best, given how likely a question begins at each place."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from bot.core.asking import interrogative

MOST_PIECES = 6
"""More pieces than this are not tried, so that the work stays bounded whatever is written; the likeliest places win."""

MOST_JOINED = 4
"""So many neighbouring pieces are tried as one question."""

_IDLE = " ,，、。;；~～\n"


@dataclass(frozen=True)
class Span:
    """A part of the folded text that may be one question."""

    start: int
    end: int


@dataclass(frozen=True)
class Place:
    """A place in the folded text where a further question may begin, and how likely one does."""

    at: int
    chance: float

    @property
    def odds(self) -> float:
        """The logarithm of the odds that a question begins here."""
        chance = min(max(self.chance, 1e-6), 1 - 1e-6)
        return math.log(chance / (1 - chance))

    def surer(self, odds: float) -> Place:
        return Place(self.at, 1 / (1 + math.exp(-self.odds - odds)))


def likely(places: Sequence[Place], least: float) -> list[Place]:
    """The places worth trying, in order."""
    worth = sorted((place for place in places if place.chance >= least), key=lambda place: -place.chance)
    return sorted(worth[: MOST_PIECES - 1], key=lambda place: place.at)


_CLOSED = re.compile(r"[吗么嘛]$")
CLOSED_ODDS = 4.0
"""What it adds to the odds that a question ends there: the question before has its particle, and what follows asks again."""


def with_closed(places: Sequence[Place], parts: Sequence[Span], text: str) -> list[Place]:
    """The places between the parts of folded text, surer where a question is closed by its particle (能和面吗 有货吗)."""

    def asks_again(i: int) -> bool:
        before, behind = (text[part.start : part.end] for part in parts[i : i + 2])
        return bool(_CLOSED.search(before)) and interrogative(behind)

    return [place.surer(CLOSED_ODDS) if asks_again(i) else place for i, place in enumerate(places)]


def pieces(text: str, places: Sequence[Place]) -> list[Span]:
    """The smallest parts that the places cut folded text into, without the marks and spaces at their edges."""
    edges = [0, *(place.at for place in places), len(text)]
    return [_trimmed(text, start, end) for start, end in zip(edges, edges[1:])]


def _trimmed(text: str, start: int, end: int) -> Span:
    first, last = start, end
    while first < last and text[first] in _IDLE:
        first += 1
    while last > first and text[last - 1] in _IDLE:
        last -= 1
    return Span(first, last) if first < last else Span(start, end)


def candidates(parts: Sequence[Span]) -> list[Span]:
    """What may be one question: the whole, then every run of neighbouring parts that is not too long."""
    whole = Span(parts[0].start, parts[-1].end)
    runs = [
        Span(parts[first].start, parts[last].end)
        for first in range(len(parts))
        for last in range(first, min(first + MOST_JOINED, len(parts)))
    ]
    return [whole, *(run for run in runs if run != whole)]


def cuts(parts: Sequence[Span], places: Sequence[Place]) -> Iterator[tuple[list[Span], float]]:
    """Every way of joining neighbouring parts, with the sum of the odds of the places where it cuts.

    `places[i]` stands between `parts[i]` and `parts[i + 1]`. Whole first.
    """
    spans = set(candidates(parts))
    for opened in product((False, True), repeat=len(places)):
        edges = [0, *(i + 1 for i, cut in enumerate(opened) if cut), len(parts)]
        cut = [Span(parts[first].start, parts[last - 1].end) for first, last in zip(edges, edges[1:])]
        if spans.issuperset(cut):
            yield cut, sum(place.odds for place, cut_here in zip(places, opened) if cut_here)


_BUYING = re.compile(
    r"(?:我|我们|俺)?(?:就|马上|立马|立刻)(?:去|能)?(?:拍|买|下单|付款|拿下|入手|要了|定了)[^,，。!！?？]*$|(?:and |then )?i(?:['’]?ll| will|['’]?d| would) (?:take|buy|order|get)\b[^,.?!]*$"
)


def buying_said(text: str) -> tuple[int, int] | None:
    """Where, at the end of a condition (便宜点我就拍了), buying is said."""
    match = _BUYING.search(text.lower())
    return match.span() if match and match.start() > 0 else None
