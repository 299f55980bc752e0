"""What the bench of several processes tells of what it found."""

from __future__ import annotations

import pytest

from bench import scale
from bench.report import as_text
from bench.scale import CLIENTS, Found, sections

PARTS = ("fronts", "Rasa", "actions", "PostgreSQL", "Redis", "clients")


def found(rate: float, rasa: float) -> list[Found]:
    """Three rounds in which Rasa kept so many cores busy, and all others together half of one."""
    return [Found(rate, 100.0, {name: rasa if name == "Rasa" else 0.1 for name in PARTS})] * 3


def test_the_ratio_is_told_and_what_the_machine_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scale, "cores_here", lambda: 4)
    one, two = (found(rate, rasa) for rate, rasa in ((50.0, 0.5), (85.0, 0.85)))
    told = as_text(sections({(side, n): rows for side, rows in zip(scale.SIDES, (one, two)) for n in CLIENTS}))
    assert "1.70" in told and "≥ 1.6" in told
    assert "A turn costs 20.0 ms of a processor, 10.0 of them in Rasa" in told
    assert "at most 100 turns a second with one worker and 200 with two" in told
