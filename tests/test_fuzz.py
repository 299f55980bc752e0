"""A short share of what `python -m bench.fuzz` sends."""

from __future__ import annotations

from bench.fuzz import SHARES, run

INPUTS = 1000


def test_whatever_is_sent_is_answered() -> None:
    done = run(INPUTS)
    assert set(done) == set(SHARES)
    assert sum(done.values()) >= INPUTS * 0.99
