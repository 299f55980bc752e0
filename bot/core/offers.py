"""What an order comes to with the offers that run."""

from __future__ import annotations

from decimal import Decimal

from bot.core.shop import Offers


def at_the_till(offers: Offers, list_total: Decimal) -> Decimal:
    """The list total less the money off, once an order, where the total reaches its threshold."""
    return list_total - offers.off if list_total >= offers.off_from else list_total
