"""Values as shop systems write them, and SKUs as the two sides spell them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from bot.adapters.inventories.reading import Reading
from bot.adapters.inventories.source import Row
from bot.adapters.inventories.spelling import Spellings, key
from bot.ports import Stock
from tests.small_shop import EVENING, SHANGHAI


def read(prices: bool = True, **values: Any) -> Stock:
    return Reading(SHANGHAI, prices).stock("A", Row("A", **values), EVENING, "erp")


QUANTITIES = [
    (18, 18), ("18", 18), (" 1,250 ", 1250), (12.0, 12), ("12.9", 12), (0, 0), ("0.00", 0), (-4, 0),
    (None, None), ("", None), ("many", None), (True, None), ([3], None), (float("nan"), None), ("1e400", None), ("12件", None),
]  # fmt: skip


@pytest.mark.parametrize(("value", "quantity"), QUANTITIES)
def test_a_number_is_whole_and_not_below_zero_and_anything_else_is_none(value: Any, quantity: int | None) -> None:
    assert read(quantity=value).quantity == quantity


STATES = [
    ({"quantity": 3}, "in_stock"), ({"quantity": 0}, "none"), ({"quantity": None}, "unknown"), ({"quantity": "?"}, "unknown"),
    ({"quantity": "有货"}, "in_stock"), ({"quantity": "售罄"}, "none"), ({"quantity": False}, "none"),
    ({"quantity": None, "available": "instock"}, "in_stock"), ({"quantity": None, "available": "无"}, "none"),
    ({"quantity": 3, "available": False}, "none"), ({"quantity": 0, "available": True}, "on_order"),
    ({"quantity": 0, "available": "perhaps"}, "none"), ({"quantity": 3, "available": "perhaps"}, "in_stock"),
]  # fmt: skip


@pytest.mark.parametrize(("values", "state"), STATES)
def test_the_state_follows_from_number_and_word(values: dict[str, Any], state: str) -> None:
    assert read(**values).state == state


BACK = [
    ({"back_on": "2026-11-28"}, 7), ({"back_on": "2026/11/28"}, 7), ({"back_on": "2026年11月8日"}, None), ({"back_on": "2026年12月1日"}, 10),
    ({"back_on": "20261122"}, 1), ({"back_on": date(2026, 11, 21)}, 0), ({"back_on": datetime(2026, 11, 23, 8)}, 2),
    ({"back_on": "2026-11-27T23:30:00Z"}, 7), ({"back_on": "1795795200"}, 7), ({"back_on": "soon"}, None), ({"back_on": "2026-13-45"}, None),
    ({"back_in_days": "14"}, 14), ({"back_in_days": -1}, None), ({"back_in_days": None}, None), ({"back_in_days": 99999}, None),
]  # fmt: skip


@pytest.mark.parametrize(("values", "days"), BACK)
def test_a_return_is_told_in_days_and_a_day_that_has_passed_says_nothing(
    values: dict[str, Any], days: int | None
) -> None:
    assert read(quantity=0, **values).back_in_days == days


PRICES = [
    ({"price": "299.00", "currency": "CNY"}, "299.00"), ({"price": 289.5, "currency": "rmb"}, "289.5"), ({"price": "￥1,299", "currency": "人民币"}, "1299"),
    ({"price": "42", "currency": "USD"}, None), ({"price": "42", "currency": None}, None), ({"price": 0, "currency": "CNY"}, None),
    ({"price": "-5", "currency": "CNY"}, None), ({"price": "on request", "currency": "CNY"}, None), ({"price": None, "currency": "CNY"}, None),
    ({"price": "Infinity", "currency": "CNY"}, None),
]  # fmt: skip


@pytest.mark.parametrize(("values", "price"), PRICES)
def test_a_price_counts_in_the_shops_currency_alone(values: dict[str, Any], price: str | None) -> None:
    assert read(quantity=1, **values).price == (Decimal(price) if price else None)


def test_a_currency_that_differs_is_told_loudly_and_once(caplog: pytest.LogCaptureFixture) -> None:
    reading = Reading(SHANGHAI, prices=True)
    for sku in ("A", "B"):
        reading.stock(sku, Row(sku, 1, price="42", currency="USD"), EVENING, "erp")
    assert caplog.text.count("currency_differs") == 1 and "USD" in caplog.text
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert reading.refused == {"USD"}


def test_prices_that_were_not_asked_for_are_not_told() -> None:
    assert read(prices=False, quantity=1, price="299", currency="CNY").price is None


# --- spelling -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("other", ["a5-black", " A5-BLACK ", "A5 - black", "Ａ５-black"])
def test_case_width_and_spaces_do_not_tell_skus_apart(other: str) -> None:
    assert key(other) == key("A5-black")


def matched(spellings: Spellings, *rows: Row) -> dict[str, Any]:
    return {sku: row.quantity for sku, row in spellings.matched(["A5-black", "A5-green"], rows).items()}


def test_rows_are_found_however_they_are_spelled_and_the_exact_one_goes_first() -> None:
    rows = Row("a5-BLACK", 1), Row("A5-black", 2), Row("a5-green", 3)
    assert matched(Spellings(), *rows) == {"A5-black": 2, "A5-green": 3}


def test_two_rows_that_differ_are_not_believed(caplog: pytest.LogCaptureFixture) -> None:
    assert matched(Spellings(), Row("A5-BLACK", 1), Row("a5-black ", 2), Row("A5-green", 3)) == {"A5-green": 3}
    assert "sku_ambiguous" in caplog.text


def test_the_same_row_twice_is_one() -> None:
    assert matched(Spellings(), Row("A5-black", 1), Row("A5-black", 1)) == {"A5-black": 1}


def test_a_column_of_the_systems_skus_goes_before_the_spelling() -> None:
    spellings = Spellings({key("A5-black"): "10-0044"})
    assert spellings.their("A5-black") == "10-0044" and spellings.their("A5-green") == "A5-green"
    assert matched(spellings, Row("10-0044", 7), Row("A5-black", 1)) == {"A5-black": 7}


def test_questions_are_written_in_the_systems_case() -> None:
    assert (Spellings(case="upper").their("A5-black"), Spellings(case="lower").their("A5-Black")) == (
        "A5-BLACK",
        "a5-black",
    )
    assert Spellings(only_listed=True).their("A5-black") is None
