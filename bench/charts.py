"""The results as pictures: SVG, readable at the width of a page, told apart without colour, with no text of a measured message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import nan
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from bench.curve import Point
from bench.rows import OTHER, Row
from bench.scores import NOTHING, counted, pairs, reliability, scores
from bench.tables import groups
from bot.core.labels import ALL, ANSWERED, HANDED_OVER

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

STYLES = (("#0072B2", "o", "-"), ("#D55E00", "s", "--"), ("#009E73", "^", "-."), ("#CC79A7", "D", ":"))
"""Colour, marker and line of the first, second … series. The colours are Okabe and Ito's, for all kinds of sight."""

RIGHT, WRONG = "Blues", "Oranges"
"""Shades on the diagonal and beside it: the pair that all kinds of sight tell apart."""

BINS = 10


def draw(folder: Path, rows: Sequence[Row], points: Sequence[Point]) -> dict[str, Path]:
    """Writes the pictures into `folder`, the learning curve only where there are points; gives them by name."""
    folder.mkdir(parents=True, exist_ok=True)
    figures = {"confusion": confusion_matrix(rows), "reliability": reliability_diagram(rows)}
    if points:
        figures["curve"] = learning_curve(points)
    return {name: _save(figure, folder / f"{name}.svg") for name, figure in figures.items()}


def confusion_matrix(rows: Iterable[Row]) -> Figure:
    """Right labels downwards, given labels across; a cell holds a count, its shade is the count's share of the row."""
    counts = Counter(pair for row in counted(rows) for pair in pairs(row))
    names = [*ALL, *sorted({name for pair in counts for name in pair} - {*ALL, NOTHING}), NOTHING]
    shares = [[_share_of_row(counts, right, given, names) for given in names] for right in names]
    figure = _figure(11, 11)
    axes = figure.add_subplot()
    for shades, diagonal in ((RIGHT, True), (WRONG, False)):
        cells = [
            [share if share and (x == y) == diagonal else nan for x, share in enumerate(row)]
            for y, row in enumerate(shares)
        ]
        axes.imshow(cells, cmap=shades, vmin=0, vmax=1)
    for y, right in enumerate(names):
        for x, given in enumerate(names):
            if counts[right, given]:
                colour = "white" if shares[y][x] > 0.6 else "black"
                axes.text(x, y, str(counts[right, given]), ha="center", va="center", fontsize=7, color=colour)
    axes.set_xticks(range(len(names)), names, rotation=90)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(length=0, labelsize=8)
    _rule(axes, len(names))
    axes.set_xlabel("label given")
    axes.set_ylabel("right label")
    axes.set_title("What is taken for what: counts; blue is right, orange wrong; the darker, the more of its row")
    return figure


def reliability_diagram(rows: Iterable[Row]) -> Figure:
    """The share right against the mean confidence, by language, and below it how many labels each bin holds."""
    rows = list(rows)
    figure = _figure(8, 6.5)
    upper, lower = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": [3, 1]})
    upper.plot([0, 1], [0, 1], color="0.5", linewidth=1, linestyle=(0, (1, 2)), label="as sure as it is right")
    languages = [language for language in ("zh", "en", OTHER) if any(row.language == language for row in counted(rows))]
    below = [0] * BINS
    for language, (colour, marker, line) in zip(languages, STYLES):
        bins = reliability((row for row in rows if row.language == language), BINS)
        told = [entry for entry in bins if entry.right.of]
        x, y = [entry.confidence for entry in told], [entry.right.value for entry in told]
        upper.plot(x, y, color=colour, marker=marker, linestyle=line, label=_spelt(language))
        heights = [entry.right.of for entry in bins]
        centres = [(entry.low + entry.high) / 2 for entry in bins]
        lower.bar(centres, heights, 0.09, below, color=colour, hatch="//" if line == "--" else "", edgecolor="white")
        below = [a + b for a, b in zip(below, heights)]
    upper.set(ylabel="share right", xlim=(0, 1), ylim=(0, 1.02), title="Is it as right as it is sure?")
    upper.legend(frameon=False, loc="upper left")
    lower.set(xlabel="confidence", ylabel="labels given")
    for axes in (upper, lower):
        _plain(axes)
    return figure


def learning_curve(points: Sequence[Point]) -> Figure:
    """Lenient scores over the number of training lines, a line a file and language."""
    lines = [point.lines for point in points]
    series: dict[str, list[float]] = {}
    for point in points:
        for name, language, rows in groups(point.parsed):
            if language == "all":
                continue
            series.setdefault(f"{name}, {language}", []).append(scores(rows).lenient.value * 100)
    figure = _figure(8, 5)
    axes = figure.add_subplot()
    for number, (name, values) in enumerate(series.items()):
        colour, marker, line = STYLES[number % len(STYLES)]
        filled = "full" if number < len(STYLES) else "none"
        axes.plot(lines, values, color=colour, marker=marker, linestyle=line, fillstyle=filled, label=name)
    axes.set_xscale("log", base=2)
    axes.set_xticks(lines, [f"{count:,}" for count in lines])
    axes.minorticks_off()
    axes.set(xlabel="training lines (each step doubles them)", ylabel="lenient (%)", title="What more examples bring")
    axes.legend(frameon=False, loc="lower right")
    _plain(axes)
    return figure


def draw_turns(
    folder: Path, curves: Mapping[str, Sequence[Sequence[float]]], grown: Sequence[tuple[int, float]]
) -> dict[str, Path]:
    """A turn's milliseconds along a conversation, the median of the rounds, a line a bot; memory over turns where given."""
    from matplotlib.ticker import LogLocator, NullLocator, StrMethodFormatter

    folder.mkdir(parents=True, exist_ok=True)
    figure = _figure(8, 4.5)
    axes = figure.add_subplot()
    for (name, rounds), (colour, _, line) in zip(curves.items(), STYLES):
        typical = [median(turn) for turn in zip(*rounds)]
        axes.plot(range(1, len(typical) + 1), typical, color=colour, linestyle=line, label=name)
    axes.set(
        xlabel="turn of one conversation", ylabel="milliseconds", title="Does a long talk grow slow?", yscale="log"
    )
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.legend(frameon=False)
    _plain(axes)
    pictures = {"turns": _save(figure, folder / "turns.svg")}
    if grown:
        figure = _figure(8, 3.5)
        axes = figure.add_subplot()
        axes.plot([turns for turns, _ in grown], [mb for _, mb in grown], color=STYLES[0][0], marker=STYLES[0][1])
        axes.set(
            xlabel="turns",
            ylabel="MB, all processes",
            title="Does it grow?",
            ylim=(0, 1.2 * max(mb for _, mb in grown)),
        )
        _plain(axes)
        pictures["memory"] = _save(figure, folder / "memory.svg")
    return pictures


def _share_of_row(counts: Counter[tuple[str, str]], right: str, given: str, names: Sequence[str]) -> float:
    total = sum(counts[right, name] for name in names)
    return counts[right, given] / total if total else 0.0


def _rule(axes: Axes, size: int) -> None:
    """Thin lines between the cells, thicker ones between answers, handovers, talk and the rest."""
    for place in range(1, size):
        axes.axhline(place - 0.5, color="0.9", linewidth=0.4)
        axes.axvline(place - 0.5, color="0.9", linewidth=0.4)
    for place in (len(ANSWERED), len(ANSWERED) + len(HANDED_OVER), len(ALL)):
        axes.axhline(place - 0.5, color="0.2", linewidth=0.8)
        axes.axvline(place - 0.5, color="0.2", linewidth=0.8)


def _plain(axes: Axes) -> None:
    axes.grid(color="0.9", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines["top"].set_visible(False)
    axes.spines["right"].set_visible(False)


def _spelt(language: str) -> str:
    return {"zh": "Chinese", "en": "English"}.get(language, "neither language")


def _figure(width: float, height: float) -> Figure:
    """An empty picture of so many inches, without any window system."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), facecolor="white", constrained_layout=True)


def _save(figure: Figure, path: Path) -> Path:
    """Letters are drawn, so that no reader needs a font; the same figures give the same file."""
    import matplotlib

    with matplotlib.rc_context({"svg.fonttype": "path", "svg.hashsalt": "nightdesk"}):
        figure.savefig(path, format="svg", metadata={"Date": None})
    return path
