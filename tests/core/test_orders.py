"""Which long numbers are an order's."""

from __future__ import annotations

import pytest

from bot.core.orders import order_number

NUMBERS = [
    ("订单号2026112112345678", "2026112112345678"),
    ("order 202611211234", "202611211234"),
    ("单号 773312345678901，催一下", "773312345678901"),
    ("13812345678", None),
    ("8613812345678", None),
    ("86 138 1234 5678", None),
    ("+86-138-1234-5678", None),
    ("my number is +8613812345678", None),
    ("008613812345678", None),
    ("+8612345678901", None),
    ("+4915112345678", None),
    ("座机057188886666", None),
    ("订单2026112112345678，电话8613812345678", "2026112112345678"),
    ("call 8613812345678 about order 202611211234", "202611211234"),
    ("99999999999", None),
    ("1" * 21, None),
]


@pytest.mark.parametrize(("text", "number"), NUMBERS)
def test_an_orders_number_is_told_from_a_phones(text: str, number: str | None) -> None:
    assert order_number(text) == number
