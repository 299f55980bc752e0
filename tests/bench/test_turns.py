"""The page of `make bench`: what is told of the rounds."""

from __future__ import annotations

from pathlib import Path

from bench.charts import draw_turns
from bench.report import as_markdown, as_text
from bench.turns import Round, Size, sections

SIZE = Size(rounds=3, starts=1, turns=10, long_run=100, conversations=5)
CURVE = tuple(float(turn) for turn in range(1, 105))


def rounds(*speeds: float) -> list[Round]:
    """Rounds of a bot whose turn takes so many milliseconds."""
    return [Round(ms, ms, 2 * ms, 1000 / ms, 900 / ms, 3 * ms, 800 / ms, 4 * ms, CURVE) for ms in speeds]


FOUND = {
    "rounds": {"stock": rounds(20, 40, 100), "nightdesk": rounds(10, 10, 10)},
    "memory": {"stock": 1000.0, "nightdesk": 500.0},
    "starts": {"stock": [20.0], "nightdesk": [10.0]},
}


def test_a_ratio_is_made_within_a_round_and_its_median_told() -> None:
    turn = next(line for line in as_text(sections(FOUND, SIZE)).splitlines() if "a turn, median" in line)
    assert turn.split()[-6:] == ["40.0", "10.0", "0.25", "0.10–0.50", "≤", "0.35"]


def test_what_was_not_measured_is_not_told() -> None:
    assert [section.title for section in sections(FOUND, SIZE)] == ["Turns", "What it costs"]
    more = {**FOUND, "grown": [(10, 500.0), (100, 550.0)], "large": (10.0, 11.0, 1.1)}
    text = as_text(sections(more, SIZE))
    assert "1.10" in text and "100,000 variants" in text


def test_the_page_shows_the_pictures(tmp_path: Path) -> None:
    curves = {name: [one.curve for one in found] for name, found in FOUND["rounds"].items()}  # type: ignore[attr-defined]
    pictures = draw_turns(tmp_path, curves, [(10, 500.0), (100, 510.0)])
    assert set(pictures) == {"turns", "memory"}
    assert "![Turns](turns.svg)" in as_markdown(sections(FOUND, SIZE), {"turns": pictures["turns"].name})
