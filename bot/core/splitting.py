"""Where one message may fall into several questions, and which way of cutting it explains it best."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

MOST_PIECES = 9
"""More places to cut than this are thinned out, so that the work stays bounded whatever is written."""

MOST_JOINED = 4
"""So many neighbouring pieces are tried as one question."""

_AFTER_PARTICLE = r"(?<=[吗呢么嘛吧呀啊哦])(?=[^\s吗呢么嘛吧呀啊哦的?？!！。.,，~～]{2})"
_BEFORE_JOINT = r"(?=还有(?!货|没|吗|呢|多|几|现|剩|库)|另外|顺便|然后|而且|以及|再问|还想问)"
_PUNCTUATION = r"(?<=[?？!！。;；,，、~～\n])(?=[^?？!！。;；,，、~～\n])|(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])|(?<=[a-z\d])\. (?=[a-z])"
_ENGLISH_JOINT = r"(?= and (?:how|what|when|where|is|are|do|does|can|could|will|would|which|also|who)\b)|(?= (?:also|plus),? )"
_CUT = re.compile("|".join((_PUNCTUATION, _AFTER_PARTICLE, _BEFORE_JOINT, _ENGLISH_JOINT)))


@dataclass(frozen=True)
class Span:
    """A part of the folded text that may be one question."""

    start: int
    end: int


def pieces(text: str) -> list[Span]:
    """The smallest parts that folded text may be cut into; one part where there is nothing to cut at."""
    cuts = sorted({match.start() for match in _CUT.finditer(text)} - {0, len(text)})
    while len(cuts) >= MOST_PIECES:
        cuts = cuts[::2]
    edges = [0, *cuts, len(text)]
    spans = [_trimmed(text, start, end) for start, end in zip(edges, edges[1:])]
    found = [span for span in spans if span.start < span.end]
    return found or [Span(0, len(text))]


def _trimmed(text: str, start: int, end: int) -> Span:
    idle = " ,，、。;；~～\n"
    while start < end and text[start] in idle:
        start += 1
    while end > start and text[end - 1] in idle:
        end -= 1
    return Span(start, end)


def candidates(parts: Sequence[Span]) -> list[Span]:
    """Every run of neighbouring parts that may be one question."""
    runs = []
    for first in range(len(parts)):
        for last in range(first, min(first + MOST_JOINED, len(parts))):
            runs.append(Span(parts[first].start, parts[last].end))
    whole = Span(parts[0].start, parts[-1].end)
    return runs if whole in runs else [*runs, whole]


def best_cut(parts: Sequence[Span], gain: Callable[[Span], float], margin: float) -> list[Span]:
    """The cut with the highest sum of gains; `margin` is what each further question must add to be believed."""
    whole = Span(parts[0].start, parts[-1].end)
    best: list[tuple[float, list[Span]]] = [(0.0, [])]
    for last in range(len(parts)):
        options = []
        for first in range(max(0, last - MOST_JOINED + 1), last + 1):
            span = Span(parts[first].start, parts[last].end)
            score, cut = best[first]
            options.append((score + gain(span) - margin, [*cut, span]))
        best.append(max(options, key=lambda option: option[0]))
    score, cut = best[-1]
    return cut if len(cut) > 1 and score > gain(whole) - margin else [whole]
