"""Is it there, in this colour and size, and when is it back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.shop import MOST_NAMED
from bot.ports import InventoryError
from bot.services.stock import answer_stock
from tests.services.helpers import ask, facts, names, said
from tests.small_shop import EVENING, SHOP, make_desk


def test_asks_which_product_where_none_is_known() -> None:
    answer = answer_stock(ask("ask_stock"), make_desk())
    assert (answer.outcome, answer.missing, names(answer)) == ("clarify", "product", ["utter_ask_product"])


def test_asks_which_of_several_that_the_word_fits() -> None:
    answer = answer_stock(ask("ask_stock", "V15", "V32"), make_desk())
    assert (answer.outcome, answer.missing) == ("clarify", "product")
    assert said(answer, "utter_ask_which") == {"options": "烤箱 V15、烤箱 V32", "count": "2"}
    assert answer.replies[0].buttons == ("烤箱 V15", "烤箱 V32")


def test_of_very_many_products_only_so_many_or_more_is_said() -> None:
    """A word that fits very many stands for the first MOST_NAMED of them: how many there are is not known."""
    lamps = {f"X{n}": replace(SHOP.products["H3"], id=f"X{n}") for n in range(MOST_NAMED)}
    answer = answer_stock(ask("ask_stock", *lamps), make_desk(shop=replace(SHOP, products={**SHOP.products, **lamps})))
    assert said(answer, "utter_ask_which")["count"] == f"{MOST_NAMED}+"


ONE = [
    ("Y915", "white", None, ["utter_stock_yes"], {"quantity": "42"}),
    ("L18", None, None, ["utter_stock_yes"], {"quantity": "120"}),
    ("Y915", "grey", None, ["utter_stock_back", "utter_stock_others"], {"quantity": "0", "back_on": "2026-11-28"}),
    ("K17", "green", None, ["utter_stock_discontinued", "utter_stock_others"], {"quantity": "0", "discontinued": "yes"}),
    ("W05", "black", "M", ["utter_stock_yes"], {"quantity": "20"}),
    ("W05", "black", "XL", ["utter_stock_few"], {"quantity": "5"}),
    ("W05", "beige", "S", ["utter_stock_few"], {"quantity": "4"}),
    ("W05", "beige", "M", ["utter_stock_out", "utter_stock_others"], {"quantity": "0"}),
    ("R30", None, "5L", ["utter_stock_back", "utter_stock_others"], {"quantity": "0", "back_on": "2026-12-05"}),
]  # fmt: skip


@pytest.mark.parametrize(("product", "colour", "size", "replies", "held"), ONE)
def test_one_variant(product: str, colour: str | None, size: str | None, replies: list[str], held: dict) -> None:
    answer = answer_stock(ask("ask_stock", product, colour=colour, size=size), make_desk())
    assert (answer.outcome, answer.missing, names(answer), facts(answer)) == ("answered", None, replies, held)


def test_the_border_of_only_a_few_is_five() -> None:
    asked = ask("ask_stock", "L18")
    assert names(answer_stock(asked, make_desk(sold={"L18-white-1.5L": 6}))) == ["utter_stock_yes"]
    assert names(answer_stock(asked, make_desk(sold={"L18-white-1.5L": 5}))) == ["utter_stock_few"]
    assert names(answer_stock(asked, make_desk(sold={"L18-white-1.5L": 0}))) == ["utter_stock_out"]


def test_a_return_is_counted_from_the_day_of_asking() -> None:
    answer = answer_stock(ask("ask_stock", "Y915", colour="grey"), make_desk())
    told = said(answer, "utter_stock_back")
    assert told == {"item": "破壁机 Y915 灰色", "days": "7", "date": "11月28日（周六）"}
    english = answer_stock(ask("ask_stock", "Y915", colour="grey", language="en"), make_desk())
    assert said(english, "utter_stock_back")["date"] == "Sat 28 Nov"


def test_out_of_one_the_nearest_others_are_named() -> None:
    same_size = answer_stock(ask("ask_stock", "W05", colour="beige", size="M"), make_desk())
    assert "黑色" in said(same_size, "utter_stock_others")["others"]
    answer = answer_stock(ask("ask_stock", "K17", colour="green"), make_desk())
    assert said(answer, "utter_stock_others") == {"others": "白色；黑色"}


def test_the_facts_say_when_the_inventory_was_asked() -> None:
    (fact,) = answer_stock(ask("ask_stock", "L18"), make_desk()).facts
    assert (fact.source, fact.as_of) == ("inventory", EVENING)


SEVERAL = [
    ("U36", {}, ["utter_stock_part", "utter_stock_back_list"]),
    ("J01", {}, ["utter_stock_part"]),
    ("M500", {}, ["utter_stock_all"]),
    ("W05", {"colour": "beige"}, ["utter_stock_part"]),
    ("W05", {"size": "S"}, ["utter_stock_all"]),
    ("Y915", {}, ["utter_stock_part", "utter_stock_back_list"]),
]


@pytest.mark.parametrize(("product", "chosen", "replies"), SEVERAL)
def test_several_variants(product: str, chosen: dict, replies: list[str]) -> None:
    answer = answer_stock(ask("ask_stock", product, **chosen), make_desk())
    assert (answer.outcome, names(answer)) == ("answered", replies)


def test_one_missing_size_is_named_though_it_is_the_only_one() -> None:
    told = said(answer_stock(ask("ask_stock", "W05", colour="beige"), make_desk()), "utter_stock_part")
    assert (told["available"], told["missing"]) == ("米色 S、L", "米色 M")
    told = said(answer_stock(ask("ask_stock", "R30"), make_desk()), "utter_stock_part")
    assert (told["available"], told["missing"]) == ("3L、4L", "5L")


def test_all_gone_with_and_without_a_date() -> None:
    gone = {f"M500-{colour}-5L": 0 for colour in ("red", "white")}
    assert names(answer_stock(ask("ask_stock", "M500"), make_desk(sold=gone))) == ["utter_stock_out"]
    gone = {"Y915-white-1.75L": 0}
    answer = answer_stock(ask("ask_stock", "Y915"), make_desk(sold=gone))
    assert names(answer) == ["utter_stock_out", "utter_stock_back_list"]


UNKNOWN = [{"missing": ("L18-white-1.5L",)}, {"uncounted": ("L18-white-1.5L",)}]


@pytest.mark.parametrize("holes", UNKNOWN)
def test_what_the_inventory_does_not_know_is_unknown_never_none_left(holes: dict) -> None:
    answer = answer_stock(ask("ask_stock", "L18"), make_desk(**holes))
    assert (answer.outcome, answer.missing, names(answer)) == ("unknown", "person", ["utter_stock_unknown"])


@pytest.mark.parametrize("hole", ["missing", "uncounted"])
def test_several_that_are_all_unknown_are_unknown(hole: str) -> None:
    answer = answer_stock(ask("ask_stock", "M500"), make_desk(**{hole: ("M500-red-5L", "M500-white-5L")}))
    assert (answer.outcome, answer.missing) == ("unknown", "person")


@pytest.mark.parametrize("hole", ["missing", "uncounted"])
def test_one_unknown_among_several_is_not_passed_off_as_all_there(hole: str) -> None:
    answer = answer_stock(ask("ask_stock", "M500"), make_desk(**{hole: ("M500-white-5L",)}))
    assert "utter_stock_all" not in names(answer)


@pytest.mark.parametrize("hole", ["missing", "uncounted"])
def test_one_unknown_among_gone_ones_is_not_passed_off_as_sold_out(hole: str) -> None:
    desk = make_desk(sold={"M500-red-5L": 0}, **{hole: ("M500-white-5L",)})
    assert names(answer_stock(ask("ask_stock", "M500"), desk)) != ["utter_stock_out"]


def test_an_uncounted_variant_is_not_told_as_a_number() -> None:
    answer = answer_stock(ask("ask_stock", "M500"), make_desk(uncounted=("M500-white-5L",)))
    assert not any("None" in fact.value for fact in answer.facts)


def test_what_is_not_made_is_said_with_what_is() -> None:
    answer = answer_stock(ask("ask_stock", "W05", colour="red"), make_desk())
    told = said(answer, "utter_stock_not_offered")
    assert told["asked"] == "红色"
    assert told["offered"] == "黑色 S、M、L、XL、XXL；米色 S、M、L"
    english = said(
        answer_stock(ask("ask_stock", "U36", size="XXXL", language="en"), make_desk()), "utter_stock_not_offered"
    )
    assert english == {"name": "loose T-shirt U36", "asked": "XXXL", "offered": "white M and L; grey M and L"}


def test_an_inventory_that_cannot_be_asked_is_an_error_not_an_answer() -> None:
    with pytest.raises(InventoryError):
        answer_stock(ask("ask_stock", "L18"), make_desk(down=True))


def test_the_inventory_is_asked_once() -> None:
    desk = make_desk()
    answer_stock(ask("ask_stock", "W05"), desk)
    assert len(desk.inventory.asked) == 1


@pytest.mark.parametrize("text", ["有洗衣机卖吗", "do you sell washing machines"])
def test_goods_that_the_shop_does_not_list_are_refused_plainly(text: str) -> None:
    answer = answer_stock(ask("ask_stock", text=text), make_desk())
    assert (answer.outcome, names(answer), facts(answer)) == ("refused", ["utter_stock_not_listed"], {"listed": "no"})
    carried = answer_stock(ask("ask_stock", "L18", text=text, said=False), make_desk())
    assert carried.outcome == "refused"


@pytest.mark.parametrize(
    "text", ["有货吗", "有没有现货", "还有红色的吗", "有大码吗", "do you have it in stock", "do you have any left"]
)
def test_a_plain_question_after_stock_is_about_what_is_talked_about(text: str) -> None:
    assert answer_stock(ask("ask_stock", "L18", text=text, said=False), make_desk()).outcome == "answered"


# --- what a shop's own system may say -----------------------------------------------------------------------------


def test_a_yes_without_a_number_is_a_yes() -> None:
    desk = make_desk(uncounted=("L18-white-1.5L",), available={"L18-white-1.5L": True})
    answer = answer_stock(ask("ask_stock", "L18"), desk)
    assert (names(answer), facts(answer)) == (["utter_stock_yes"], {"available": "yes"})


def test_a_no_without_a_number_is_a_no_and_what_is_there_instead_is_told() -> None:
    desk = make_desk(
        uncounted=("M500-red-5L", "M500-white-5L"), available={"M500-red-5L": False, "M500-white-5L": True}
    )
    answer = answer_stock(ask("ask_stock", "M500", colour="red"), desk)
    assert names(answer) == ["utter_stock_out", "utter_stock_others"]
    assert facts(answer) == {"available": "no"}


def test_what_is_sold_on_order_is_neither_in_stock_nor_sold_out() -> None:
    desk = make_desk(sold={"L18-white-1.5L": 0}, available={"L18-white-1.5L": True})
    answer = answer_stock(ask("ask_stock", "L18"), desk)
    assert (names(answer), facts(answer)) == (["utter_stock_on_order"], {"quantity": "0"})


def test_on_order_with_a_date_tells_the_date() -> None:
    answer = answer_stock(ask("ask_stock", "R30", size="5L"), make_desk(available={"R30-5L": True}))
    assert names(answer) == ["utter_stock_on_order", "utter_stock_back_list"]


def test_among_several_what_is_sold_on_order_is_told_apart() -> None:
    desk = make_desk(available={"W05-black-XXL": True, "W05-black-XL": False})
    answer = answer_stock(ask("ask_stock", "W05", colour="black"), desk)
    assert names(answer) == ["utter_stock_part", "utter_stock_on_order"]
    told = said(answer, "utter_stock_part")
    assert (told["available"], told["missing"]) == ("黑色 S、M、L", "黑色 XL")
    assert said(answer, "utter_stock_on_order")["item"] == "轻薄羽绒服 W05 黑色 XXL"


def test_what_cannot_be_bought_is_none_left_whatever_its_number() -> None:
    answer = answer_stock(ask("ask_stock", "L18"), make_desk(available={"L18-white-1.5L": False}))
    assert (names(answer), facts(answer)) == (["utter_stock_out"], {"available": "no"})
