"""Facts as they read in a sentence."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest

from bot.core import formats
from bot.core.shop import Product, Word

TODAY = date(2026, 11, 21)
SHOP = SimpleNamespace(colours={"black": Word("black", {"zh": "黑色", "en": "black"}, ())})
JACKET = Product("W05", {"zh": "轻薄羽绒服 W05", "en": "light down jacket W05"}, (), "clothing", "small", ())


@pytest.mark.parametrize(
    ("amount", "said"), [("129", "¥129"), ("129.00", "¥129"), ("12.5", "¥12.50"), ("0", "¥0"), ("1099", "¥1099"), ("0.99", "¥0.99")]
)  # fmt: skip
def test_money(amount: str, said: str) -> None:
    assert formats.money(Decimal(amount)) == said


DAYS = [
    ("2026-11-21", "今天", "today"),
    ("2026-11-22", "明天", "tomorrow"),
    ("2026-11-23", "后天", "Mon 23 Nov"),
    ("2026-11-24", "11月24日（周二）", "Tue 24 Nov"),
    ("2026-11-20", "11月20日（周五）", "Fri 20 Nov"),
    ("2027-01-03", "1月3日（周日）", "Sun 3 Jan"),
]


@pytest.mark.parametrize(("day", "zh", "en"), DAYS)
def test_a_day_as_people_say_it(day: str, zh: str, en: str) -> None:
    assert formats.day(date.fromisoformat(day), TODAY, "zh") == zh
    assert formats.day(date.fromisoformat(day), TODAY, "en") == en


MOMENTS = [
    ("2026-11-21T09:00", "今天 9:00", "today at 9:00"),
    ("2026-11-22T09:00", "明早 9:00", "tomorrow at 9:00"),
    ("2026-11-22T14:05", "明天 14:05", "tomorrow at 14:05"),
    ("2026-11-23T09:00", "后天 9:00", "Mon 23 Nov at 9:00"),
    ("2026-11-30T09:00", "11月30日（周一） 9:00", "Mon 30 Nov at 9:00"),
]


@pytest.mark.parametrize(("moment", "zh", "en"), MOMENTS)
def test_a_moment_as_people_say_it(moment: str, zh: str, en: str) -> None:
    now = datetime(2026, 11, 21, 23)
    assert formats.moment(datetime.fromisoformat(moment), now, "zh") == zh
    assert formats.moment(datetime.fromisoformat(moment), now, "en") == en


def test_a_listing_names_each_once_in_order() -> None:
    assert formats.listing(["a", "b", "a", "c"], "zh") == "a、b、c"
    assert formats.listing(iter(["a", "b", "a"]), "en") == "a and b"
    assert formats.listing(["a", "b", "c"], "en", "or") == "a, b or c"
    assert formats.listing(["a"], "en") == "a"
    assert formats.listing([], "zh") == ""


SIZES = [("M", "M码"), ("XXL", "XXL码"), ("28", "28码"), ("4L", "4L"), ("1.8m", "1.8m"), ("one size", "one size"), ("500ml", "500ml")]  # fmt: skip


@pytest.mark.parametrize(("size", "zh"), SIZES)
def test_a_size_as_it_is_said(size: str, zh: str) -> None:
    assert formats.size_name(size, "zh") == zh
    assert formats.size_name(size, "en") == size


ITEMS = [
    (None, None, "轻薄羽绒服 W05", "light down jacket W05"),
    ("black", None, "轻薄羽绒服 W05 黑色", "light down jacket W05 (black)"),
    (None, "M", "轻薄羽绒服 W05 M码", "light down jacket W05 (M)"),
    ("black", "M", "轻薄羽绒服 W05 黑色 M码", "light down jacket W05 (black M)"),
]


@pytest.mark.parametrize(("colour", "size", "zh", "en"), ITEMS)
def test_goods_with_what_was_chosen_of_them(colour: str | None, size: str | None, zh: str, en: str) -> None:
    assert formats.item(SHOP, JACKET, colour, size, "zh") == zh
    assert formats.item(SHOP, JACKET, colour, size, "en") == en


@pytest.mark.parametrize(("value", "said"), [(165, "165"), (52.5, "52.5"), (170.0, "170")])
def test_a_measure_has_no_idle_noughts(value: float, said: str) -> None:
    assert formats.number(value) == said
