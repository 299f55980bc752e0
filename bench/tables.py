"""The results as tables. They hold figures and labels, never a text of a measured message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bench.curve import Point
from bench.parsing import Parsed
from bench.report import Section, Table
from bench.rows import Row
from bench.scores import (
    NOTHING,
    Share,
    by_label,
    calibration_error,
    confusions,
    counted,
    reliability,
    scores,
    several,
    times,
)
from bench.training import Trained

MOST_CONFUSIONS = 30
CONFUSIONS = "What is taken for what"

Measured = Mapping[str, Parsed]
"""One model's rows by file."""


def all_rows(measured: Measured) -> list[Row]:
    return [row for parsed in measured.values() for row in parsed.rows]


def groups(measured: Measured) -> Iterator[tuple[str, str, list[Row]]]:
    """(file, language, rows); a file in several languages is told as a whole as well."""
    for name, parsed in measured.items():
        languages = sorted({row.language for row in counted(parsed.rows)}, reverse=True)
        for language in languages:
            yield name, language, [row for row in parsed.rows if row.language == language]
        if len(languages) != 1:
            yield name, "all", parsed.rows


def score_section(measured: Measured) -> Section:
    head = (
        "file",
        "language",
        "messages",
        "strict",
        "lenient",
        "handover recall",
        "false handover",
        "out-of-scope recall",
        "out-of-scope precision",
    )
    rows = []
    for name, language, of in groups(measured):
        told = scores(of)
        shares = (told.strict, told.lenient, told.handover_recall, told.false_handover, told.out_recall)
        cells = [_percent(share) for share in (*shares, told.out_precision)]
        rows.append((name, language, str(told.rows), *cells))
    left_out = len(all_rows(measured)) - len(counted(all_rows(measured)))
    blocks: tuple[Table | str, ...] = (Table(head, tuple(rows), 2),)
    if left_out:
        blocks += (f"{left_out} more messages cannot be settled from the bare text and are counted nowhere.",)
    return Section("Scores", blocks)


def several_section(measured: Measured) -> Section:
    head = ("file", "language", "several questions", "all right", "precision", "one question", "wrongly split")
    rows = []
    for name, language, of in groups(measured):
        told = several(of)
        many, single = told.all_right.of, told.wrongly_split.of
        shares = (_percent(told.all_right), _percent(told.precision))
        rows.append((name, language, str(many), *shares, str(single), _percent(told.wrongly_split)))
    return Section("Several questions in one message", (Table(head, tuple(rows), 2),))


def time_section(measured: Measured) -> Section:
    head = ("file", "median (ms)", "p95 (ms)", "encoder alone, median (ms)", "p95 (ms)", "ratio of medians")
    rows = []
    for name, parsed in measured.items():
        parse, alone = times(parsed.seconds), times(parsed.encoder)
        figures = (parse.median, parse.p95, alone.median, alone.p95, parse.median / alone.median)
        rows.append((name, *(_figure(value, 2) for value in figures)))
    return Section("Time a parse", (Table(head, tuple(rows)),))


def label_section(measured: Measured) -> Section:
    """A label's recall and precision by file; `n` are the messages that have it."""
    head = ["label"]
    columns = []
    for name, parsed in measured.items():
        head += [f"{name}: n", "recall", "precision"]
        columns.append(by_label(parsed.rows))
    rows = [
        (told[0].label, *(cell for score in told for cell in _label_cells(score.recall, score.precision)))
        for told in zip(*columns)
    ]
    return Section("Labels", (Table(tuple(head), tuple(rows)),))


def confusion_section(measured: Measured) -> Section:
    worst = confusions(all_rows(measured))[:MOST_CONFUSIONS]
    table = Table(("right", "given instead", "times"), tuple((c.right, c.given, str(len(c.rows))) for c in worst), 2)
    words = f"{NOTHING} on the left: the label was given beside the right ones. On the right: nothing was given for it."
    return Section(CONFUSIONS, (table, words), "confusion")


def examples(measured: Measured, most: int) -> str:
    """Texts of the worst confusions. For the terminal alone: texts of a measuring set are never written down."""
    lines = []
    for confusion in confusions(all_rows(measured))[:MOST_CONFUSIONS]:
        lines.append(f"  {len(confusion.rows):3}  {confusion.right} → {confusion.given}")
        for row in confusion.rows[:most]:
            lines.append(f"         {row.text[:70]!r}  {' '.join(row.labels)} → {' '.join(row.predicted) or NOTHING}")
    return "\n".join(lines)


def confidence_section(measured: Measured) -> Section:
    bins = tuple(
        (
            f"{entry.low:.1f}–{entry.high:.1f}",
            str(entry.right.of),
            _percent(Share(round(entry.confidence * 1000), 1000)) if entry.right.of else "–",
            _percent(entry.right),
        )
        for entry in reliability(all_rows(measured))
    )
    errors = tuple((name, language, _figure(calibration_error(of), 3)) for name, language, of in groups(measured))
    return Section(
        "Confidence",
        (
            Table(("confidence", "labels predicted", "mean confidence", "share right"), bins),
            Table(("file", "language", "expected calibration error"), errors, 2),
        ),
        "reliability",
    )


def curve_section(points: Sequence[Point]) -> Section:
    rows = []
    for point in points:
        for name, language, of in groups(point.parsed):
            told = scores(of)
            shares = (told.strict, told.lenient, told.handover_recall, told.false_handover)
            rows.append((str(point.lines), name, language, *(_percent(share) for share in shares)))
    head = ("lines", "file", "language", "strict", "lenient", "handover recall", "false handover")
    return Section("Learning curve", (Table(head, tuple(rows), 3),), "curve")


def against_section(
    ours: Measured, theirs: Measured, trained: Trained, stock: Trained, lines: str, epochs: int
) -> Section:
    """Both were trained on the same lines (`lines` says how many) and measured one after the other on the same machine."""
    measures = ("strict", "lenient", "handover_recall", "false_handover")
    head = ["file", "language", "messages"]
    for measure in measures:
        head += [f"{measure.replace('_', ' ')}: stock", "Nightdesk"]
    rows = []
    for (name, language, mine), (_, _, other) in zip(groups(ours), groups(theirs)):
        told, stocks = scores(mine), scores(other)
        shares = [getattr(one, measure) for measure in measures for one in (stocks, told)]
        rows.append((name, language, str(told.rows), *(_percent(share) for share in shares)))
    tuned = "tuned on the same lines in this run" if trained.tuning else "tuned as it ships"
    words = (
        f"Both trained on the same {lines}; stock Rasa (the pipeline of `rasa init`) with {epochs} epochs and each "
        f"message of several questions cut into its parts, Nightdesk with its encoder {tuned}. A stock bot gives one label "
        "a message; where its fallback stepped in, the label under it is counted."
    )
    return Section(
        "Against stock Rasa", (words, Table(tuple(head), tuple(rows), 2), _speeds(ours, theirs, trained, stock))
    )


def _speeds(ours: Measured, theirs: Measured, trained: Trained, stock: Trained) -> Table:
    mine, other = (times([s for parsed in m.values() for s in parsed.seconds]) for m in (ours, theirs))
    pairs = (
        ("a parse, median (ms)", other.median, mine.median),
        ("a parse, p95 (ms)", other.p95, mine.p95),
        ("training, with Rasa's start (s)", stock.seconds, trained.seconds),
    )
    rows = [(name, _figure(a, 1), _figure(b, 1), _figure(a / b, 2)) for name, a, b in pairs]
    if trained.tuning:
        rows.append(("tuning the encoder before (s)", "–", _figure(trained.tuning, 1), "–"))
    return Table(("", "stock", "Nightdesk", "stock / Nightdesk"), tuple(rows))


def _label_cells(recall: Share, precision: Share) -> tuple[str, str, str]:
    return str(recall.of), _percent(recall), _percent(precision)


def _percent(share: Share) -> str:
    return f"{share.value * 100:.1f} %" if share.of else "–"


def _figure(value: float, digits: int) -> str:
    return "–" if value != value else f"{value:.{digits}f}"
