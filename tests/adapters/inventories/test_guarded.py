"""What stands around a shop system: time-out, retries, circuit breaker, and the age of facts."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.adapters.inventories.guarded import Guarded, Limits
from bot.adapters.inventories.reading import Reading
from bot.adapters.inventories.source import Later, Row, Told
from bot.adapters.inventories.spelling import Spellings
from bot.ports import InventoryError
from tests.small_shop import EVENING, SHANGHAI

REFUSED = InventoryError("refused our key")


@dataclass
class FakeTime:
    """Seconds that only grow, and the clock that goes with them."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return EVENING + timedelta(seconds=self.seconds - 1000)


@dataclass
class FakeSource:
    """Holds `stock`; `troubles` are raised in turn first."""

    stock: dict[str, Any] = field(default_factory=lambda: {"A": 5, "B": 0})
    troubles: list[Exception | None] = field(default_factory=list)
    asked: list[tuple[str, ...]] = field(default_factory=list)
    as_of: datetime | None = None
    slow: float = 0
    name: str = "fake"
    most: int = 50

    def ask(self, skus: Sequence[str], seconds: float) -> Told:
        self.asked.append(tuple(skus))
        time.sleep(self.slow)
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble:
            raise trouble
        return Told([Row(sku, self.stock[sku]) for sku in skus if sku in self.stock], self.as_of)


def make(source: FakeSource, now: FakeTime | None = None, **limits: Any) -> Guarded:
    now = now or FakeTime()
    held = Limits(**{"oldest": 120, "pause": 0.001, **limits})
    return Guarded(source, held, now, Reading(SHANGHAI), Spellings(), now)


def quantities(inventory: Guarded, *skus: str) -> dict[str, int | None]:
    return {sku: stock.quantity for sku, stock in inventory.stock(skus).items()}


def test_says_what_is_held_and_leaves_out_what_is_not() -> None:
    assert quantities(make(FakeSource()), "A", "B", "C") == {"A": 5, "B": 0}


def test_nothing_is_asked_where_nothing_is_wanted() -> None:
    source = FakeSource()
    assert make(source).stock(()) == {} and source.asked == []


# --- the cache and the age of facts -------------------------------------------------------------------------------


def test_a_fact_is_asked_once_in_thirty_seconds_and_keeps_its_time() -> None:
    source, now = FakeSource(), FakeTime()
    inventory = make(source, now)
    inventory.stock(("A", "C"))
    source.stock["A"] = 4
    now.seconds += 29
    (kept,) = inventory.stock(("A", "C")).values()
    assert (kept.quantity, kept.as_of, len(source.asked)) == (5, EVENING, 1)
    now.seconds += 2
    (new,) = inventory.stock(("A", "C")).values()
    assert (new.quantity, new.as_of) == (4, EVENING + timedelta(seconds=31))


def test_a_system_that_is_down_is_bridged_by_what_is_not_too_old_and_no_longer() -> None:
    source, now = FakeSource(), FakeTime()
    inventory = make(source, now, oldest=120, tries=1)
    inventory.stock(("A",))
    source.troubles = [Later("down")] * 9
    now.seconds += 119
    assert quantities(inventory, "A") == {"A": 5}
    now.seconds += 2
    with pytest.raises(InventoryError, match="down"):
        inventory.stock(("A",))


def test_a_fact_that_was_old_already_when_it_was_read_is_not_told() -> None:
    source, now = FakeSource(as_of=EVENING - timedelta(seconds=121)), FakeTime()
    with pytest.raises(InventoryError, match="older than the shop allows"):
        make(source, now, oldest=120).stock(("A", "B"))


def test_a_fact_grows_older_from_the_time_at_which_it_was_so() -> None:
    source, now = FakeSource(as_of=EVENING - timedelta(seconds=100)), FakeTime()
    inventory = make(source, now, oldest=120, fresh=30)
    assert inventory.stock(("A",))["A"].as_of == EVENING - timedelta(seconds=100)
    now.seconds += 21
    with pytest.raises(InventoryError):
        inventory.stock(("A",))
    assert len(source.asked) == 2, "what is too old is asked for again at once"


# --- retries and time ---------------------------------------------------------------------------------------------


def test_a_passing_trouble_is_tried_again() -> None:
    source = FakeSource(troubles=[Later("502"), Later("502"), None])
    assert quantities(make(source), "A") == {"A": 5}
    assert len(source.asked) == 3


def test_no_more_than_three_times() -> None:
    source = FakeSource(troubles=[Later("502")] * 9)
    with pytest.raises(InventoryError, match="502"):
        make(source).stock(("A",))
    assert len(source.asked) == 3


def test_what_somebody_must_mend_is_not_tried_again() -> None:
    source = FakeSource(troubles=[REFUSED, None])
    with pytest.raises(InventoryError, match="refused our key"):
        make(source).stock(("A",))
    assert len(source.asked) == 1


def test_nobody_waits_longer_than_the_time_out_and_the_late_answer_serves_the_next() -> None:
    source = FakeSource(slow=0.4)
    inventory = make(source, seconds=0.1)
    begun = time.monotonic()
    with pytest.raises(InventoryError, match=r"did not answer within 0\.1 s"):
        inventory.stock(("A",))
    assert time.monotonic() - begun < 0.35
    time.sleep(0.5)
    assert quantities(inventory, "A") == {"A": 5} and len(source.asked) == 1


def test_the_same_question_is_not_asked_twice_at_once() -> None:
    source = FakeSource(slow=0.2)
    inventory = make(source)
    found: list[dict[str, int | None]] = []
    threads = [threading.Thread(target=lambda: found.append(quantities(inventory, "A"))) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [{"A": 5}] * 10 and len(source.asked) == 1


def test_many_skus_go_in_several_questions_and_what_fails_is_unknown_not_absent() -> None:
    source = FakeSource(most=1, troubles=[REFUSED])
    found = make(source, at_once=1).stock(("A", "B"))
    assert (found["A"].state, found["B"].state) == ("unknown", "none")


def test_an_answer_that_we_cannot_read_is_an_error_of_the_tree() -> None:
    with pytest.raises(InventoryError, match="could not be read: KeyError"):
        make(FakeSource(troubles=[KeyError("node")])).stock(("A",))


# --- the circuit breaker ------------------------------------------------------------------------------------------


def test_after_five_failures_the_system_is_left_alone_for_half_a_minute() -> None:
    source, now = FakeSource(troubles=[REFUSED] * 5), FakeTime()
    inventory = make(source, now)
    for _ in range(7):
        with pytest.raises(InventoryError):
            inventory.stock(("A",))
    assert len(source.asked) == 5
    now.seconds += 31
    assert quantities(inventory, "A") == {"A": 5}


def test_the_trial_that_fails_closes_it_again_and_one_that_succeeds_opens_it_for_good() -> None:
    source, now = FakeSource(troubles=[REFUSED] * 6), FakeTime()
    inventory = make(source, now)
    for _ in range(5):
        with pytest.raises(InventoryError):
            inventory.stock(("A",))
    now.seconds += 31
    for _ in range(3):
        with pytest.raises(InventoryError):
            inventory.stock(("A",))
    assert len(source.asked) == 6
    now.seconds += 31
    assert quantities(inventory, "A") == {"A": 5}
    source.troubles = [REFUSED]
    with pytest.raises(InventoryError, match="refused"):
        inventory.stock(("B",))
    assert quantities(inventory, "B") == {"B": 0}, "one failure after a success does not close it"


def test_a_system_that_asks_for_a_pause_gets_it_though_never_an_hour() -> None:
    source, now = FakeSource(troubles=[Later("429", wait=40)]), FakeTime()
    inventory = make(source, now)
    for _ in range(2):
        with pytest.raises(InventoryError):
            inventory.stock(("A",))
    now.seconds += 41
    assert quantities(inventory, "A") == {"A": 5} and len(source.asked) == 2
    source.troubles = [Later("429", wait=999_999)]
    with pytest.raises(InventoryError):
        inventory.stock(("B",))
    now.seconds += 901
    assert quantities(inventory, "B") == {"B": 0}


def test_a_success_forgets_the_failures_before_it() -> None:
    source = FakeSource(troubles=[REFUSED] * 4 + [None] + [REFUSED] * 4 + [None])
    inventory = make(source, fresh=0)
    for _ in range(2):
        for _ in range(4):
            with pytest.raises(InventoryError):
                inventory.stock(("C",))
        inventory.stock(("A",))
    assert len(source.asked) == 10
