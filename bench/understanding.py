"""How well messages are understood: `python -m bench.understanding FILE… [--predictions OUT.jsonl]`.

FILE holds a JSON object a line: {"id", "text", "labels", "alt", "context_needed"}; scores as its README defines them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import statistics
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from bot.core.labels import ALL, HANDED_OVER


@dataclass(frozen=True)
class Row:
    """A labelled message, and the labels predicted for it."""

    id: str
    text: str
    labels: tuple[str, ...]
    alt: tuple[str, ...]
    context_needed: bool
    predicted: tuple[str, ...] = ()

    @property
    def strict(self) -> bool:
        return self.predicted == self.labels

    @property
    def lenient(self) -> bool:
        """Nothing predicted that no reader would defend, and each label predicted (in a one-label row: it or one of alt)."""
        allowed = set(self.labels) | set(self.alt)
        if not self.predicted or not set(self.predicted) <= allowed:
            return False
        stand_in = len(self.labels) == 1 and bool(set(self.predicted) & set(self.alt))
        return all(label in self.predicted or stand_in for label in self.labels)


def read_rows(path: Path) -> list[Row]:
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
            rows.append(
                Row(
                    data["id"],
                    data["text"],
                    tuple(data["labels"]),
                    tuple(data.get("alt", ())),
                    bool(data.get("context_needed")),
                )
            )
        except (ValueError, KeyError, TypeError) as error:
            raise SystemExit(f"{path.name}, line {number}: not a labelled message ({error!r})") from None
    return rows


class Model:
    """The trained model, parsing as Rasa's `/model/parse` does."""

    def __init__(self, path: Path):
        from rasa.core.agent import Agent
        from rasa.utils.log_utils import configure_structlog

        configure_structlog(logging.ERROR)

        self._agent = Agent.load(str(path))

    def parse(self, text: str) -> dict:
        return asyncio.run(self._agent.parse_message(text))


def predict(rows: list[Row], model: Model) -> tuple[list[Row], list[float]]:
    """The rows with the model's labels, and the seconds that each parse took."""
    model.parse("有货吗")
    found, seconds = [], []
    for row in rows:
        began = time.perf_counter()
        questions = model.parse(row.text).get("questions", [])
        seconds.append(time.perf_counter() - began)
        labels = tuple(question["label"] for question in questions)
        found.append(Row(row.id, row.text, row.labels, row.alt, row.context_needed, labels))
    return found, seconds


def scores(rows: list[Row]) -> dict[str, float]:
    """Shares over the rows that need no context."""
    rows = [row for row in rows if not row.context_needed]
    handover = [row for row in rows if set(row.labels) & set(HANDED_OVER)]
    others = [row for row in rows if not set(row.labels + row.alt) & set(HANDED_OVER)]
    return {
        "rows": len(rows),
        "strict": _share(row.strict for row in rows),
        "lenient": _share(row.lenient for row in rows),
        "handover recall": _share(bool(set(row.predicted) & set(HANDED_OVER)) for row in handover),
        "false handover": _share(bool(set(row.predicted) & set(HANDED_OVER)) for row in others),
    }


def by_label(rows: list[Row]) -> list[tuple[str, int, float, float]]:
    """(label, rows, recall, precision); precision counts alternatives as right."""
    rows = [row for row in rows if not row.context_needed]
    table = []
    for label in ALL:
        wanted = [row for row in rows if label in row.labels]
        given = [row for row in rows if label in row.predicted]
        recall = _share(label in row.predicted for row in wanted)
        precision = _share(label in row.labels + row.alt for row in given)
        table.append((label, len(wanted), recall, precision))
    return table


def confusions(rows: list[Row], most: int) -> list[tuple[tuple[str, str], int]]:
    """The pairs (right label, label given instead) that happen most."""
    pairs: Counter[tuple[str, str]] = Counter()
    for row in rows:
        if row.context_needed or row.lenient:
            continue
        wrong = [label for label in row.predicted if label not in row.labels + row.alt] or ["(nothing)"]
        missed = [label for label in row.labels if label not in row.predicted] or list(row.labels)
        pairs.update((right, given) for right in missed for given in wrong)
    return pairs.most_common(most)


def _share(hits) -> float:
    hits = list(hits)
    return sum(hits) / len(hits) if hits else float("nan")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument(
        "--model", type=Path, help="a trained model; left out: the one for the present data, trained if needed"
    )
    parser.add_argument("--predictions", type=Path, help="write {id, labels} a line for every row")
    chosen = parser.parse_args()
    sets = {path: read_rows(path) for path in chosen.files}
    model = Model(chosen.model or _present_model())
    everything = []
    for path, rows in sets.items():
        rows, seconds = predict(rows, model)
        everything += rows
        _print(path, rows, seconds)
    if chosen.predictions:
        lines = (json.dumps({"id": row.id, "labels": list(row.predicted)}, ensure_ascii=False) for row in everything)
        chosen.predictions.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _present_model() -> Path:
    from bot import bootstrap
    from bot.training import train_if_needed

    return train_if_needed(bootstrap.settings().models)


def _print(path: Path, rows: list[Row], seconds: list[float]) -> None:
    print(f"\n{path.name}")
    for name, value in scores(rows).items():
        print(f"  {name:16} {value:.3f}" if isinstance(value, float) else f"  {name:16} {value}")
    ordered = sorted(seconds)
    p95 = ordered[int(len(ordered) * 0.95)]
    print(f"  a parse          median {statistics.median(seconds) * 1000:.1f} ms, p95 {p95 * 1000:.1f} ms")
    print(f"\n  {'label':22}{'rows':>5}{'recall':>9}{'precision':>11}")
    for label, count, recall, precision in by_label(rows):
        print(f"  {label:22}{count:5}{_cell(recall):>9}{_cell(precision):>11}")
    print("\n  right → given instead")
    for (right, given), count in confusions(rows, 15):
        print(f"  {count:3}  {right} → {given}")


def _cell(value: float) -> str:
    return "–" if value != value else f"{value:.2f}"


if __name__ == "__main__":
    main()
