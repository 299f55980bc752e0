"""What came of a run of `bench.kills`, and how it is told."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bench.report import Section, Table, as_markdown, read_between, write_between

NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass
class Kill:
    what: str
    at: float
    recovered: float | None = None
    """Seconds until every process was there again and a message would have been answered."""


@dataclass
class Report:
    kills: list[Kill] = field(default_factory=list)
    broken: dict[str, list[str]] = field(default_factory=dict)
    messages: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    waited: float = 0.0
    repeated: int = 0
    acts: int = 0
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)

    @property
    def held(self) -> bool:
        recovered = all(kill.recovered is not None for kill in self.kills)
        return recovered and not self.faults and not any(self.broken.values())


def section(report: Report, database: str, seed: int) -> Section:
    by_what: dict[str, list[float]] = {}
    for kill in report.kills:
        by_what.setdefault(kill.what, []).append(kill.recovered if kill.recovered is not None else float("inf"))
    by_what = dict(sorted(by_what.items())) | {"all": [one for many in by_what.values() for one in many]}
    recovery = [(what, str(len(times)), *_spread(times)) for what, times in by_what.items()]
    promises = [(name, str(len(cases))) for name, cases in report.broken.items()]
    counts = ", ".join(f"{name} {count}" for name, count in sorted(report.answers.items()))
    return Section(
        f"{NAMES[database]}: {len(report.kills)} kills under load",
        (
            f"{datetime.now():%Y-%m-%d}, seed {seed}, {report.seconds / 60:.0f} minutes: {report.messages} messages, "
            f"{report.repeated} sent again because the connection broke; {counts}.",
            Table(("promise broken", "times"), tuple(promises)),
            f"Longest without a line while the front was there: {report.waited:.1f} s.",
            Table(("killed", "times", "median until well, s", "95 of 100, s", "longest, s"), tuple(recovery)),
        ),
    )


def write(document: Path, told: Section) -> None:
    """Puts the section into the document's measured part, in place of the last one of the same database."""
    name = told.title.partition(":")[0]
    others = [part.strip() for part in re.split(r"(?m)^(?=### )", read_between(document)) if part.strip()]
    others = [part for part in others if not part.startswith(f"### {name}:")]
    write_between(document, "\n\n".join(sorted([*others, as_markdown([told], {})], reverse=True)))


def _spread(times: list[float]) -> tuple[str, str, str]:
    ordered = sorted(times)
    return tuple(  # type: ignore[return-value]
        f"{value:.1f}" for value in (statistics.median(ordered), ordered[int(0.95 * len(ordered))], ordered[-1])
    )
