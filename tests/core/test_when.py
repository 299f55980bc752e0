"""When a person is called, and which reason weighs most."""

from __future__ import annotations

import pytest

from bot.core.labels import HANDED_OVER
from bot.core.shop import Handover
from bot.core.when import REASONS, Seen, gravest, reasons

RULES = Handover(bulk_from=10, misunderstandings=2, sure_enough=0.3, few_left=5)

CASES = [
    ("nothing that a person takes", Seen(), []),
    ("agreed to be asked for", Seen(agreed=True), ["unknown_answer"]),
    ("the same unknown thing again", Seen(asked_again=True), ["unknown_answer"]),
    ("once not understood", Seen(misunderstood=1), []),
    ("twice in a row not understood", Seen(misunderstood=2), ["repeated_misunderstanding"]),
    ("three times", Seen(misunderstood=3), ["repeated_misunderstanding"]),
    ("several at once, the gravest first", Seen(("order_note", "complaint")), ["complaint", "order_note"]),
    ("haggling and an unknown thing", Seen(("negotiate_price",), agreed=True), ["negotiate_price", "unknown_answer"]),
]


@pytest.mark.parametrize(("seen", "wanted"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_person_is_called(seen: Seen, wanted: list) -> None:
    assert reasons(seen, RULES) == wanted


@pytest.mark.parametrize("label", HANDED_OVER)
def test_each_label_that_a_person_takes_calls_one_the_first_time(label: str) -> None:
    assert reasons(Seen((label,)), RULES) == [label]


def test_the_order_is_the_gravity_of_the_design() -> None:
    assert (*HANDED_OVER, "unknown_answer", "repeated_misunderstanding") == REASONS
    assert gravest(["order_note", "negotiate_price", "bulk_order"]) == "bulk_order"


def test_a_shop_that_allows_no_misunderstanding_row_calls_nobody_for_it() -> None:
    rules = Handover(bulk_from=10, misunderstandings=0, sure_enough=0.3, few_left=5)
    assert reasons(Seen(misunderstood=5), rules) == []
