"""Helps to choose: the difference between products, and which would suit."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.core.shop import Variant
from bot.ports import InventoryError
from bot.services.choice import answer_comparison, answer_recommendation
from tests.services.helpers import ask, names, said
from tests.small_shop import SHOP, make_desk, make_shop


def suggested(answer) -> list[str]:
    return [fact.value for fact in answer.facts if fact.name == "suggested"]


def test_sets_two_products_side_by_side() -> None:
    answer = answer_comparison(ask("ask_comparison", "Y915", "L18"), make_desk())
    assert (answer.outcome, names(answer)) == ("answered", ["utter_compare"])
    blender, processor = said(answer, "utter_compare")["lines"].split("\n")
    assert "¥399" in blender and "1000 瓦" in blender and "✓ 打豆浆" in blender and "△ 和面" in blender
    assert "¥199" in processor and "✗ 打豆浆" in processor
    assert [fact.value for fact in answer.facts] == ["Y915: 399", "L18: 199"]


def test_compares_what_the_word_fits_and_at_most_three() -> None:
    answer = answer_comparison(ask("ask_comparison", "V15", "V32", "Y915", "L18"), make_desk())
    assert len(said(answer, "utter_compare")["lines"].split("\n")) == 3


def test_a_price_range_is_shown_as_one() -> None:
    answer = answer_comparison(ask("ask_comparison", "R30", "D20", language="en"), make_desk())
    assert "¥229–¥319" in said(answer, "utter_compare")["lines"]


def test_speaks_only_for_its_own_against_another_maker() -> None:
    answer = answer_comparison(ask("ask_comparison", "L18"), make_desk())
    assert (answer.outcome, names(answer)) == ("refused", ["utter_compare_own"])


def test_asks_which_two() -> None:
    answer = answer_comparison(ask("ask_comparison"), make_desk())
    assert (answer.outcome, answer.missing, names(answer)) == ("clarify", "product", ["utter_ask_compare"])


def test_asks_what_it_is_for_where_nothing_was_said() -> None:
    answer = answer_recommendation(ask("ask_recommendation"), make_desk())
    assert (answer.outcome, answer.missing, names(answer)) == ("clarify", "product", ["utter_ask_use"])
    assert answer.replies[0].buttons == ("小家电", "服装", "家居用品")


WISHES = [
    ({"capabilities": ("soy_milk",)}, ["D20", "Y915"]),
    ({"capabilities": ("knead_dough",)}, ["M500", "L18", "Y915"]),
    ({"capabilities": ("soy_milk", "baby_food")}, ["Y915"]),
    ({"category": "home"}, ["FB08", "S60"]),
    ({"category": "clothing"}, ["B02", "U36", "J01"]),
    ({"category": "appliances", "household": 7}, ["K17", "H3", "L18"]),
    ({"capabilities": ("soy_milk",), "household": 5}, ["Y915"]),
]


@pytest.mark.parametrize(("wish", "products"), WISHES)
def test_suggests_what_suits_the_able_first_then_the_cheapest(wish: dict, products: list[str]) -> None:
    answer = answer_recommendation(ask("ask_recommendation", **wish), make_desk())
    assert (answer.outcome, suggested(answer)) == ("answered", products)
    assert answer.replies[0].buttons == tuple(SHOP.products[p].name["zh"] for p in products)


def test_suggests_nothing_that_cannot() -> None:
    answer = answer_recommendation(ask("ask_recommendation", capabilities=("soy_milk",)), make_desk())
    assert "L18" not in suggested(answer)


def test_says_the_limit_with_the_suggestion() -> None:
    answer = answer_recommendation(ask("ask_recommendation", capabilities=("knead_dough",)), make_desk())
    assert "面粉最多 300 克" in said(answer, "utter_recommend")["lines"]


def test_suggests_among_what_the_word_fits() -> None:
    assert suggested(answer_recommendation(ask("ask_recommendation", "V15", "V32"), make_desk())) == ["V15", "V32"]


def test_suggests_nothing_that_is_sold_out_or_not_counted() -> None:
    gone = answer_recommendation(ask("ask_recommendation", "V15", "V32"), make_desk(sold={"V15-white-15L": 0}))
    assert suggested(gone) == ["V32"]
    uncounted = answer_recommendation(ask("ask_recommendation", "V15", "V32"), make_desk(uncounted=("V15-white-15L",)))
    assert suggested(uncounted) == ["V32"]


@pytest.mark.parametrize("wish", [{"capabilities": ("fly",)}, {"capabilities": ("keep_warm",)}])
def test_pushes_nothing_where_nothing_suits(wish: dict) -> None:
    answer = answer_recommendation(ask("ask_recommendation", **wish), make_desk())
    assert (answer.outcome, answer.missing, names(answer)) == ("unknown", "person", ["utter_recommend_none"])


def test_an_inventory_that_cannot_be_asked_is_an_error() -> None:
    with pytest.raises(InventoryError):
        answer_recommendation(ask("ask_recommendation", category="home"), make_desk(down=True))


def test_no_more_stock_is_looked_up_than_it_takes_to_find_three() -> None:
    products = {f"N{n}": replace(SHOP.products["B02"], id=f"N{n}", variants=(variant(n),)) for n in range(40)}
    desk = make_desk(shop=make_shop(products=products))
    answer = answer_recommendation(ask("ask_recommendation", text="围裙推荐", said=False, category="clothing"), desk)
    assert names(answer) == ["utter_recommend"]
    assert sum(len(skus) for skus in desk.inventory.asked) == 10


def variant(number: int) -> Variant:
    return replace(SHOP.by_sku["B02-one size"], sku=f"N{number}", product=f"N{number}")


def test_recommends_at_the_systems_price() -> None:
    desk = make_desk(prices={"H3-white-4L": Decimal(99)})
    answer = answer_recommendation(ask("ask_recommendation", "H3", text="H3怎么样"), desk)
    assert any("¥99" in "".join(reply.facts.values()) for reply in answer.replies)
