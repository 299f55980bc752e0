"""What an order comes to with the offers that run."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.core.offers import at_the_till
from bot.core.shop import Offers

OFFERS = Offers(Decimal(299), Decimal(20), ())
TOTALS = [
    ("0", "0"),
    ("29", "29"),
    ("298.99", "298.99"),
    ("299", "279"),
    ("299.00", "279"),
    ("319", "299"),
    ("598", "578"),  # once an order, however much it is
    ("8990", "8970"),
]


@pytest.mark.parametrize(("total", "till"), TOTALS)
def test_money_off_counts_once_from_its_threshold(total: str, till: str) -> None:
    assert at_the_till(OFFERS, Decimal(total)) == Decimal(till)
