"""The collector of garbage waits while large tables are built, and is back afterwards."""

from __future__ import annotations

import gc

import pytest

from bot.adapters.collecting import large_tables


@pytest.fixture(autouse=True)
def thawed():
    yield
    gc.unfreeze()
    gc.enable()


def test_nothing_is_collected_until_the_last_builder_is_done() -> None:
    with large_tables():
        with large_tables():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_what_was_built_is_not_looked_at_again() -> None:
    before = gc.get_freeze_count()
    with large_tables():
        built = [[number] for number in range(1000)]
    assert gc.get_freeze_count() >= before + len(built)


def test_a_builder_that_fails_leaves_the_collector_at_work() -> None:
    with pytest.raises(ValueError, match="no"), large_tables():
        raise ValueError("no")
    assert gc.isenabled()
