"""A short share of `python -m bench.kills`: the real system, killed at random while buyers write."""

from __future__ import annotations

import pytest

from bench.kills import WRITING, run

pytestmark = pytest.mark.stack
KILLS, MOST_MINUTES = 8, 1.0
QUICK = {"front": 4, WRITING: 5, "actions": 4, "Rasa": 1}
"""What is back soon is killed more often than in the bench, so that the test is short."""


def test_random_kills_under_load_break_no_promise() -> None:
    report = run(KILLS, seed=5, minutes=MOST_MINUTES, buyers=4, settles_within=20, chances=QUICK)
    assert len(report.kills) >= 4 and report.messages >= 20, "too little happened"
    assert report.held, {name: cases[:3] for name, cases in {**report.broken, "faults": report.faults}.items() if cases}
