"""When it is sent, when it may arrive, and what postage costs."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest

from bot.core.sending import arrival, postage, sending_day
from bot.core.shop import Shipping, Zone

PAIR = {"zh": "", "en": ""}
SHIPPING = Shipping(
    origin=PAIR,
    cut_off=time(16),
    zones=(
        Zone(PAIR, ("33", "31", "32", "34"), (1, 2)),
        Zone(PAIR, ("65", "54", "63", "64", "15"), (5, 8)),
        Zone(PAIR, ("rest",), (2, 4)),
    ),
    couriers=(),
    couriers_not_used=(),
    free_from=Decimal(59),
    postage=Decimal(8),
    postage_by_province={"65": Decimal(15), "54": Decimal(15)},
    not_served=("81", "82", "71", "abroad"),
)
FESTIVAL = [date(2026, 2, 16) + timedelta(days=n) for n in range(6)]

SENDING = [
    ("2026-11-21T00:00", "2026-11-21"),
    ("2026-11-21T15:59", "2026-11-21"),
    ("2026-11-21T15:59:59", "2026-11-21"),
    ("2026-11-21T16:00", "2026-11-22"),  # a Sunday, which sends too
    ("2026-11-21T23:59", "2026-11-22"),
    ("2026-11-22T10:00", "2026-11-22"),
    ("2026-10-01T10:00", "2026-10-01"),  # National Day, which sends too
    ("2026-12-31T16:00", "2027-01-01"),
    ("2026-02-15T15:00", "2026-02-15"),
    ("2026-02-15T16:00", "2026-02-22"),  # the next six days send nothing
    ("2026-02-16T10:00", "2026-02-22"),
    ("2026-02-21T10:00", "2026-02-22"),
    ("2026-02-21T20:00", "2026-02-22"),
    ("2026-02-22T15:59", "2026-02-22"),
]


@pytest.mark.parametrize(("paid", "sent"), SENDING)
def test_is_sent_the_same_day_before_the_cut_off_and_never_at_spring_festival(paid: str, sent: str) -> None:
    assert sending_day(SHIPPING, datetime.fromisoformat(paid), FESTIVAL.__contains__).isoformat() == sent


ARRIVALS = [
    ("33", "2026-11-23", "2026-11-24"),
    ("31", "2026-11-23", "2026-11-24"),
    ("32", "2026-11-23", "2026-11-24"),
    ("34", "2026-11-23", "2026-11-24"),
    ("11", "2026-11-24", "2026-11-26"),
    ("44", "2026-11-24", "2026-11-26"),
    ("46", "2026-11-24", "2026-11-26"),
    ("65", "2026-11-27", "2026-11-30"),
    ("54", "2026-11-27", "2026-11-30"),
    ("63", "2026-11-27", "2026-11-30"),
    ("64", "2026-11-27", "2026-11-30"),
    ("15", "2026-11-27", "2026-11-30"),
]


@pytest.mark.parametrize(("province", "earliest", "latest"), ARRIVALS)
def test_arrives_so_many_calendar_days_after_sending(province: str, earliest: str, latest: str) -> None:
    window = arrival(SHIPPING, province, date(2026, 11, 22))
    assert (window.earliest.isoformat(), window.latest.isoformat()) == (earliest, latest)
    assert (window.latest - window.earliest).days == window.days[1] - window.days[0]


@pytest.mark.parametrize("province", ["81", "82", "71", "abroad"])
def test_no_arrival_where_nothing_is_sent(province: str) -> None:
    assert arrival(SHIPPING, province, date(2026, 11, 22)) is None


def test_no_arrival_where_the_shop_names_no_days() -> None:
    short = Shipping(**{**SHIPPING.__dict__, "zones": SHIPPING.zones[:2]})
    assert arrival(short, "11", date(2026, 11, 22)) is None


POSTAGE = [
    (None, "59", "0"),
    (None, "58.99", "8"),
    (None, "29", "8"),
    ("11", "59", "0"),
    ("11", "29", "8"),
    ("65", "29", "15"),
    ("65", "899", "15"),
    ("54", "59", "15"),
    ("63", "59", "0"),
    ("64", "29", "8"),
    ("15", "59", "0"),
]


@pytest.mark.parametrize(("province", "total", "fee"), POSTAGE)
def test_postage_goes_by_the_list_total_and_the_province(province: str | None, total: str, fee: str) -> None:
    assert postage(SHIPPING, province, Decimal(total)) == Decimal(fee)
