"""Which facts are to be looked at again, and what an answer that rests on several of them rests on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.core.reviewing import due, oldest, without_past
from bot.core.shop import UNSAID, Faq, Origin
from tests.small_shop import SHOP, make_shop, pair

TODAY = date(2026, 11, 21)


def by(day: str) -> Origin:
    return Origin("manual", "Lin", date.fromisoformat(day))


KNEADS, SOY = ("L18", "knead_dough"), ("L18", "soy_milk")
POWER, NOISE = SHOP.specs[0], SHOP.specs[1]
DATED = make_shop(
    capabilities={
        **SHOP.capabilities,
        KNEADS: replace(SHOP.capabilities[KNEADS], origin=by("2026-11-20")),
        SOY: replace(SHOP.capabilities[SOY], origin=by("2026-11-21")),
    },
    specs=(replace(POWER, origin=by("2026-11-25")), *SHOP.specs[1:]),
    size_rows={**SHOP.size_rows, "D20": tuple(replace(row, origin=by("2026-12-01")) for row in SHOP.size_rows["D20"])},
    usage={key: replace(usage, origin=by("2025-01-01")) for key, usage in list(SHOP.usage.items())[:1]},
    faq=(Faq("vinyl", None, pair("会掉漆吗", "does it peel"), pair("不会", "no"), origin=by("2026-11-10")),),
)


@pytest.mark.parametrize(
    "within, wanted",
    [
        (0, ["usage.csv", "faq.csv", "capabilities.csv", "capabilities.csv"]),
        (4, ["usage.csv", "faq.csv", "capabilities.csv", "capabilities.csv", "specs.csv"]),
        (10, ["usage.csv", "faq.csv", "capabilities.csv", "capabilities.csv", "specs.csv", "size_guide.csv"]),
    ],
)
def test_what_is_past_or_soon_is_listed_the_oldest_first(within: int, wanted: list[str]) -> None:
    assert [one.file for one in due(DATED, TODAY, within)] == wanted


def test_a_row_is_named_by_its_key_with_who_looks_after_it() -> None:
    usage, entry, kneads, soy = due(DATED, TODAY)
    assert (usage.key, entry.key, kneads.key) == (("Y915", "clean"), ("vinyl",), KNEADS)
    assert kneads.origin.owner == "Lin"
    assert (kneads.past, soy.past) == (True, False), "the day itself is the last good one"


def test_what_has_no_date_is_never_due() -> None:
    assert due(SHOP, TODAY, within_days=10_000) == []


@pytest.mark.parametrize(
    "origins, wanted",
    [
        ([], UNSAID),
        ([UNSAID, by("2026-12-01"), by("2026-11-01")], by("2026-11-01")),
        ([Origin("a"), Origin("b")], Origin("a")),
    ],
)
def test_of_several_rows_the_one_to_be_looked_at_first_counts(origins: list[Origin], wanted: Origin) -> None:
    assert oldest([replace(POWER, origin=origin) for origin in origins]) == wanted


def test_lists_are_made_without_what_is_past() -> None:
    shop = without_past(DATED, date(2026, 11, 30))
    assert KNEADS not in shop.capabilities and SOY not in shop.capabilities
    assert shop.specs == SHOP.specs[1:] and not shop.usage
    assert ("M500", "knead_dough") in shop.capabilities
