"""The learning curve: how understanding grows with the training lines, up to all of them."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from bench.lines import Lines, part_of
from bench.parsing import Parsed, Sets, parse_files
from bench.training import train_ours

PARTS = (8, 4, 2, 1)
"""An eighth, a quarter, half and all of the lines."""


@dataclass(frozen=True)
class Point:
    """What a model that was trained on so many lines makes of each file."""

    lines: int
    parsed: Mapping[str, Parsed]


def learning_curve(lines: Lines, sets: Sets) -> list[Point]:
    """Nightdesk trained on growing parts of the lines, each within the next; nothing of it is kept."""
    least = len(set(lines.kinds))
    points = []
    for count in tqdm([max(len(lines) // part, least) for part in PARTS], desc="learning curve", unit="training"):
        with tempfile.TemporaryDirectory() as folder:
            trained = train_ours(part_of(lines, count), Path(folder))
            points.append(Point(count, parse_files(sets, trained.model, trained.project)))
    return points
