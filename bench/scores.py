"""The arithmetic of `bench.understanding`: scores over labelled rows, as the README of the measuring sets defines them.

Rows that need context are counted nowhere. A share knows what it is a share of.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.rows import Row, once
from bot.core.labels import ALL, HANDED_OVER

NOTHING = "(nothing)"
"""In a confusion: no label was missed (one was given beside), or none was given instead."""

OUT = "out_of_scope"


@dataclass(frozen=True)
class Share:
    """`hits` out of `of`; the value is not a number where there is nothing to share."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        return self.hits / self.of if self.of else math.nan


@dataclass(frozen=True)
class Scores:
    rows: int
    strict: Share
    lenient: Share
    handover_recall: Share
    false_handover: Share
    out_recall: Share
    out_precision: Share


@dataclass(frozen=True)
class Several:
    """How messages with several questions are read, and those with one.

    `all_right`: of the messages with several questions, those with all labels right, in order, repeats counted once.
    `precision`: of the labels predicted over these messages, those that are right.
    `wrongly_split`: of the messages with one question, those given more than one label (and not all of them defended by alt).
    """

    all_right: Share
    precision: Share
    wrongly_split: Share


@dataclass(frozen=True)
class LabelScore:
    """Precision counts alternatives as right."""

    label: str
    recall: Share
    precision: Share


@dataclass(frozen=True)
class Confusion:
    """A label that was missed, what was given instead, and the rows where it happened."""

    right: str
    given: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Bin:
    """The predicted labels with a confidence in [low, high)."""

    low: float
    high: float
    confidence: float
    right: Share


@dataclass(frozen=True)
class Times:
    """Milliseconds."""

    median: float
    p95: float


def scores(rows: Iterable[Row]) -> Scores:
    rows = counted(rows)
    handed = [bool(set(row.predicted) & set(HANDED_OVER)) for row in rows]
    wanted = [bool(set(row.labels) & set(HANDED_OVER)) for row in rows]
    barred = [not row.allowed & set(HANDED_OVER) for row in rows]
    out = label_score(rows, OUT)
    return Scores(
        rows=len(rows),
        strict=_share(row.strict for row in rows),
        lenient=_share(row.lenient for row in rows),
        handover_recall=_share(hit for hit, asked in zip(handed, wanted) if asked),
        false_handover=_share(hit for hit, none in zip(handed, barred) if none),
        out_recall=out.recall,
        out_precision=out.precision,
    )


def several(rows: Iterable[Row]) -> Several:
    rows = counted(rows)
    many = [row for row in rows if row.parts > 1]
    single = [row for row in rows if row.parts == 1]
    return Several(
        all_right=_share(once(row.predicted) == once(row.labels) for row in many),
        precision=_share(label in row.allowed for row in many for label in once(row.predicted)),
        wrongly_split=_share(len(once(row.predicted)) > 1 and not row.lenient for row in single),
    )


def label_score(rows: Iterable[Row], label: str) -> LabelScore:
    rows = counted(rows)
    recall = _share(label in row.predicted for row in rows if label in row.labels)
    return LabelScore(label, recall, _share(label in row.allowed for row in rows if label in row.predicted))


def by_label(rows: Iterable[Row]) -> list[LabelScore]:
    rows = counted(rows)
    return [label_score(rows, label) for label in ALL]


def confusions(rows: Iterable[Row]) -> list[Confusion]:
    """What is taken for what, most frequent first: each missed label with each wrong label of its row."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in counted(rows):
        for pair in pairs(row):
            if pair[0] != pair[1]:
                found.setdefault(pair, []).append(row)
    ordered = sorted(found.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    return [Confusion(right, given, tuple(rows)) for (right, given), rows in ordered]


def pairs(row: Row) -> list[tuple[str, str]]:
    """(right label, label given) for all of a row: a label with itself where it was found or an alternative stood in for it."""
    if row.lenient:
        return [(label, label) for label in row.labels]
    found = [(label, label) for label in row.labels if label in row.predicted]
    missed = [label for label in row.labels if label not in row.predicted] or [NOTHING]
    wrong = [label for label in once(row.predicted) if label not in row.allowed] or [NOTHING]
    return found + [(right, given) for right in missed for given in wrong]


def reliability(rows: Iterable[Row], bins: int = 10) -> list[Bin]:
    """Predicted labels in bins of equal width by confidence; a label is right where some reader would defend it."""
    held: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for confidence, right in _judged(rows):
        held[min(int(confidence * bins), bins - 1)].append((confidence, right))
    return [
        Bin(i / bins, (i + 1) / bins, _mean([c for c, _ in judged]), _share(right for _, right in judged))
        for i, judged in enumerate(held)
    ]


def calibration_error(rows: Iterable[Row], bins: int = 10) -> float:
    """The expected calibration error: the mean distance of confidence and share right, weighted by the bins' sizes.

    Guo et al., On Calibration of Modern Neural Networks, ICML 2017, equation 3.
    """
    filled = [entry for entry in reliability(rows, bins) if entry.right.of]
    total = sum(entry.right.of for entry in filled)
    if not total:
        return math.nan
    return sum(entry.right.of * abs(entry.right.value - entry.confidence) for entry in filled) / total


def times(seconds: Sequence[float]) -> Times:
    """Median and 95th percentile (nearest rank)."""
    if not seconds:
        return Times(math.nan, math.nan)
    p95 = sorted(seconds)[math.ceil(len(seconds) * 0.95) - 1]
    return Times(statistics.median(seconds) * 1000, p95 * 1000)


def counted(rows: Iterable[Row]) -> list[Row]:
    """The rows that can be settled from the bare text."""
    return [row for row in rows if not row.context_needed]


def _judged(rows: Iterable[Row]) -> Iterable[tuple[float, bool]]:
    for row in counted(rows):
        for label, confidence in zip(row.predicted, row.confidences):
            yield min(max(confidence, 0.0), 1.0), label in row.allowed


def _share(hits: Iterable[bool]) -> Share:
    told = [bool(hit) for hit in hits]
    return Share(sum(told), len(told))


def _mean(values: Sequence[float]) -> float:
    return statistics.fmean(values) if values else math.nan
