"""The labels and which of them rules a message."""

from __future__ import annotations

import pytest

from bot.core.labels import ALL, ANSWERED, HANDED_OVER, TALK, most_demanding

RULING = [
    ([], None),
    (["greet"], "greet"),
    (["ask_stock"], "ask_stock"),
    (["ask_stock", "ask_price"], "ask_stock"),
    (["ask_price", "ask_stock"], "ask_price"),
    (["greet", "ask_price"], "ask_price"),
    (["ask_stock", "negotiate_price", "purchase_intent"], "negotiate_price"),
    (["purchase_intent", "complaint"], "complaint"),
    (["request_human", "complaint"], "complaint"),
    (["product_problem", "request_human"], "request_human"),
    (["track_parcel", "request_refund"], "request_refund"),
    (["order_note", "purchase_intent"], "purchase_intent"),
    (["negotiate_price", "bulk_order"], "bulk_order"),
    (["thanks", "deny"], "deny"),
    (["inform", "out_of_scope"], "out_of_scope"),
    (["greet", "greet_boss"], "greet_boss"),
    (["greet_boss", "ask_price"], "ask_price"),
    (["greet_boss", "request_human"], "request_human"),
]


@pytest.mark.parametrize(("labels", "ruling"), RULING)
def test_a_handover_outranks_an_answer_and_an_answer_outranks_talk(labels: list[str], ruling: str | None) -> None:
    assert most_demanding(labels) == ruling


def test_the_families_are_those_of_the_taxonomy() -> None:
    assert (len(ANSWERED), len(HANDED_OVER), len(TALK)) == (19, 9, 8)
    assert len(set(ALL)) == 36


def test_gravity_is_in_the_order_of_the_design() -> None:
    order = "complaint, request_human, product_problem, request_refund, track_parcel, bulk_order, negotiate_price, purchase_intent, order_note"
    assert list(HANDED_OVER) == order.split(", ")
