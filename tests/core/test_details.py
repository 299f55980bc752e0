"""What a question is about, where its words name several things or one thing in two ways."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.details import find_details
from bot.core.dialogue import Dialogue, Pending
from bot.core.shop import MOST_NAMED, Shop
from bot.core.types import Details, Entity, Question
from tests.small_shop import PRODUCTS, SHOP

MANY = tuple(f"X{number}" for number in range(3 * MOST_NAMED))


def large_shop() -> Shop:
    """The small shop with three hundred lamps of one kind of goods behind its own products."""
    lamp = replace(SHOP.products["H3"], category="home", also_called=("台灯",))
    return replace(SHOP, products={**SHOP.products, **{made: replace(lamp, id=made) for made in MANY}})


def details(text: str, *entities: tuple[str, object, str], shop: Shop = SHOP, label="ask_stock", **dialogue) -> Details:
    own = tuple(
        Entity(name, value, words, text.index(words), text.index(words) + len(words)) for name, value, words in entities
    )
    question = Question(label, text, 0, len(text), 0.9)
    return find_details(question, own, own, Dialogue(**dialogue), shop, follow_up=False)


def test_a_word_that_fits_several_products_leaves_all_of_them_to_be_asked_about() -> None:
    found = details("烤箱有货吗", ("product", ["V15", "V32"], "烤箱"))
    assert (found.products, found.product, found.product_said) == (("V15", "V32"), None, True)


def test_a_word_that_fits_several_means_the_one_that_was_talked_about() -> None:
    assert details("烤箱有货吗", ("product", ["V15", "V32"], "烤箱"), products=("V32",)).product == "V32"


def test_a_word_that_fits_several_means_those_of_them_that_the_bot_just_offered() -> None:
    asked_back = Pending("product", ({"label": "ask_stock", "text": "?", "details": {"products": ["U36", "W05"]}},))
    assert details("纯棉那款", ("product", ["S60", "U36"], "纯棉"), pending=asked_back).product == "U36"
    assert details("纯棉那款", ("product", ["S60", "B02"], "纯棉"), pending=asked_back).products == ("S60", "B02")


def test_a_word_that_fits_very_many_means_the_one_that_was_talked_about_though_it_is_not_told() -> None:
    told, shop = list(MANY[:MOST_NAMED]), large_shop()
    assert details("台灯有货吗", ("product", told, "台灯"), shop=shop, products=(MANY[-1],)).product == MANY[-1]
    assert details("台灯有货吗", ("product", told, "台灯"), shop=shop, products=("L18",)).products == tuple(told)


def test_a_kind_of_goods_with_very_many_products_stands_for_the_first_of_them() -> None:
    found = details("家居用品有货吗", ("category", "home", "家居用品"), shop=large_shop())
    assert len(found.products) == MOST_NAMED
    assert set(found.products[:2]) <= set(PRODUCTS)


def test_a_kind_of_goods_means_the_product_of_it_that_was_talked_about() -> None:
    found = details("家居用品有货吗", ("category", "home", "家居用品"), shop=large_shop(), products=(MANY[-1],))
    assert found.product == MANY[-1]


@pytest.mark.parametrize("value", ["GONE", ["GONE", "L18"]])
def test_products_that_the_shop_has_no_more_are_passed_over(value: object) -> None:
    """Understanding may know the shop of a moment ago."""
    found = details("那个有货吗", ("product", value, "那个"))
    assert found.products == (("L18",) if isinstance(value, list) else ())
    assert details("有货吗", products=("GONE",)).products == ()


LENGTHS = [
    ("四件套1.8m的", [("product", "S60", "四件套")], "1.8m", None),
    ("1.8m的", [("product", "W05", "m")], None, 180),
]


@pytest.mark.parametrize(("text", "more", "size", "height"), LENGTHS)
def test_a_length_is_the_size_of_what_comes_in_it_and_the_buyers_height_otherwise(text, more, size, height) -> None:
    found = details(text, *more, ("height", 180, "1.8m"), ("size", "1.8m", "1.8m"))
    assert (found.size, found.height_cm) == (size, height)


def test_a_length_is_the_size_of_the_product_that_was_talked_about() -> None:
    found = details("1.8m的", ("height", 180, "1.8m"), ("size", "1.8m", "1.8m"), products=("S60",), height_cm=165)
    assert (found.size, found.height_cm) == ("1.8m", 165)
