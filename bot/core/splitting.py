"""Where one message may fall into several questions, and which way of cutting it explains it best."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

MOST_PIECES = 9
"""More places to cut than this are thinned out, so that the work stays bounded whatever is written."""

MOST_JOINED = 4
"""So many neighbouring pieces are tried as one question."""

_PARTICLE = r"(?:(?<=[吗呢嘛吧呀啊哦])|(?<=[^什怎那这多要]么))"
"""The 么 of 什么, 怎么 and 那么 is none."""

_SENTENCE_END = r"(?<=[?？!！。\n])(?=[^?？!！。;；,，、~～\n])|(?<=[a-z\d]\.) (?=[a-z])"
_PAUSE = r"(?<=[;；~～])(?=[^?？!！。;；,，、~～\n])|(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])"
_AFTER_PARTICLE = rf"{_PARTICLE}(?=[^\s吗呢么嘛吧呀啊哦的?？!！。.,，~～]{{2}})"
_BEFORE_JOINT = r"(?=还有(?!货|没|吗|呢|多|几|现|剩|库)|另外|顺便|然后|而且|以及|再问|还想问)|(?<=[\u3400-\u9fff]{2})(?=能不能|可不可以|会不会|要不要)"
_ENGLISH_JOINT = (
    r"(?= and (?:how|what|when|where|is|are|do|does|can|could|will|would|which|also|who)\b)|(?= (?:also|plus),? )"
)
_COMMA = r"(?<=[,，、])(?=[^?？!！。;；,，、~～\n])"
_CUTS = tuple(
    re.compile(pattern)
    for pattern in (_SENTENCE_END, "|".join((_PAUSE, _AFTER_PARTICLE, _BEFORE_JOINT, _ENGLISH_JOINT)), _COMMA)
)
"""Where a question may end, the surest first: where there are too many places, the last of these go first."""


@dataclass(frozen=True)
class Span:
    """A part of the folded text that may be one question."""

    start: int
    end: int


def pieces(text: str) -> list[Span]:
    """The smallest parts that folded text may be cut into; one part where there is nothing to cut at."""
    cuts = _places(text)
    edges = [0, *cuts, len(text)]
    spans = [_trimmed(text, start, end) for start, end in zip(edges, edges[1:])]
    found = [span for span in spans if span.start < span.end]
    return found or [Span(0, len(text))]


def _places(text: str) -> list[int]:
    """At most MOST_PIECES - 1 places to cut, in order: the surest kinds first, and of the last kind that fits evenly many."""
    chosen: list[int] = []
    for pattern in _CUTS:
        found = sorted({match.start() for match in pattern.finditer(text)} - {0, len(text), *chosen})
        room = MOST_PIECES - 1 - len(chosen)
        if len(found) > room:
            found = [found[len(found) * (i + 1) // room - 1] for i in range(room)]
        chosen += found
    return sorted(chosen)


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


def best_cut(parts: Sequence[Span], gain: Callable[[Span], float]) -> list[Span]:
    """The cut with the highest sum of gains; the whole where no cut gains anything.

    A part without a gain of its own is left out where others have one.
    """
    whole = Span(parts[0].start, parts[-1].end)
    best: list[tuple[float, list[Span]]] = [(0.0, [])]
    for last in range(len(parts)):
        options = []
        for first in range(max(0, last - MOST_JOINED + 1), last + 1):
            span = Span(parts[first].start, parts[last].end)
            score, cut = best[first]
            options.append((score + gain(span), [*cut, span]))
        best.append(max(options, key=lambda option: option[0]))
    asked = [span for span in best[-1][1] if gain(span) > 0]
    return asked if len(best[-1][1]) > 1 and asked and best[-1][0] > gain(whole) else [whole]


def covering(cut: Sequence[Span], parts: Sequence[Span]) -> list[tuple[Span, Span]]:
    """Each part of the cut with itself and the left-out parts before it, and behind the last: nothing said is lost."""
    found = []
    begin = parts[0].start
    for i, span in enumerate(cut):
        end = parts[-1].end if i == len(cut) - 1 else span.end
        found.append((span, Span(min(begin, span.start), end)))
        begin = next((part.start for part in parts if part.start >= span.end), span.end)
    return found


_BUYING = re.compile(
    r"(?:我|我们|俺)?(?:就|马上|立马|立刻)(?:去|能)?(?:拍|买|下单|付款|拿下|入手|要了|定了)[^,，。!！?？]*$|(?:and |then )?i(?:['’]?ll| will|['’]?d| would) (?:take|buy|order|get)\b[^,.?!]*$"
)


def buying_said(text: str) -> tuple[int, int] | None:
    """Where, at the end of a condition (便宜点我就拍了), buying is said."""
    match = _BUYING.search(text.lower())
    return match.span() if match and match.start() > 0 else None
