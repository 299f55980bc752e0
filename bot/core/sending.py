"""When a parcel is sent, when it may arrive, and what it costs. Estimates, never promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from bot.core.shop import Shipping


@dataclass(frozen=True)
class Arrival:
    sent: date
    earliest: date
    latest: date
    days: tuple[int, int]


def sending_day(shipping: Shipping, paid: datetime, nothing_sent: Callable[[date], bool]) -> date:
    """The day an order paid at `paid` (shop's zone) is sent: the same before the cut-off, else the next that sends."""
    day = paid.date() if paid.time() < shipping.cut_off else paid.date() + timedelta(days=1)
    while nothing_sent(day):
        day += timedelta(days=1)
    return day


def arrival(shipping: Shipping, province: str, sent: date) -> Arrival | None:
    """The window in calendar days from sending, or None where the shop names no days for the province."""
    zone = shipping.zone(province) or shipping.zone("rest")
    if zone is None or province in shipping.not_served:
        return None
    low, high = zone.days
    return Arrival(sent, sent + timedelta(days=low), sent + timedelta(days=high), zone.days)


def postage(shipping: Shipping, province: str | None, order_total: Decimal) -> Decimal:
    """Postage of one order by list prices: the province's own rate, else free from a sum, else the flat rate."""
    if province is not None and province in shipping.postage_by_province:
        return shipping.postage_by_province[province]
    return Decimal(0) if order_total >= shipping.free_from else shipping.postage
