"""What it costs now, and which offers run."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.core.card import TurnRecord, build_card
from bot.ports import InventoryError
from bot.services.common import Desk
from bot.services.price import answer_price, answer_promotion
from tests.services.helpers import ask, facts, names, said
from tests.small_shop import EVENING, make_desk

PRICES = [
    ("L18", {}, "utter_price", {"list_price": "199"}, {"price": "¥199", "till": "¥199"}),
    ("Y915", {}, "utter_price_off", {"list_price": "399", "till_price": "379"}, {"price": "¥399", "till": "¥379"}),
    ("R30", {"size": "5L"}, "utter_price_off", {"list_price": "319", "till_price": "299"}, {"till": "¥299", "item": "电饭煲 R30 5L"}),
    ("R30", {"size": "3L"}, "utter_price", {"list_price": "229"}, {"price": "¥229"}),
    ("B02", {"quantity": 3}, "utter_price_several", {"list_price": "29"}, {"total": "¥87", "quantity": "3"}),
    ("L18", {"quantity": 2}, "utter_price_several_off", {"list_price": "199", "till_price": "378"}, {"total": "¥398", "till": "¥378"}),
    ("W05", {"colour": "black", "size": "M"}, "utter_price_off", {"list_price": "369", "till_price": "349"}, {"item": "轻薄羽绒服 W05 M码"}),
]  # fmt: skip


@pytest.mark.parametrize(("product", "chosen", "reply", "held", "told"), PRICES)
def test_tells_the_list_price_and_what_it_comes_to(product, chosen, reply, held, told) -> None:
    answer = answer_price(ask("ask_price", product, **chosen), make_desk())
    assert (answer.outcome, names(answer), facts(answer)) == ("answered", [reply], held)
    assert told.items() <= said(answer, reply).items()


def test_prices_that_differ_by_size_are_listed() -> None:
    told = said(answer_price(ask("ask_price", "R30"), make_desk()), "utter_price_list_off")
    assert told["prices"] == "3L ¥229、4L ¥269、5L ¥319 → ¥299"
    assert (told["off"], told["from"]) == ("¥20", "¥299")
    told = said(answer_price(ask("ask_price", "FB08"), make_desk()), "utter_price_list")
    assert told["prices"] == "400ml ¥19、1200ml ¥39"


def test_the_prices_of_several_pieces_count_the_pieces() -> None:
    answer = answer_price(ask("ask_price", "R30", quantity=2), make_desk())
    (reply,) = answer.replies
    assert "¥229" not in reply.facts.get("prices", "") or "¥458" in reply.facts.get("prices", ""), (
        "2 × 229 reaches the ¥20"
    )


def test_a_variant_that_is_not_made_is_not_priced_as_if_it_were() -> None:
    answer = answer_price(ask("ask_price", "R30", size="9L"), make_desk())
    assert "9L" not in "".join(answer.replies[0].facts.values())


@pytest.mark.parametrize(("products", "reply"), [((), "utter_ask_product"), (("V15", "V32"), "utter_ask_which")])
def test_without_one_product_it_asks_which(products: tuple, reply: str) -> None:
    assert names(answer_price(ask("ask_price", *products), make_desk())) == [reply]


PROMOTIONS = [
    ((), {}, ["utter_promotion", "utter_promotion_gift"]),
    (("Y915",), {}, ["utter_promotion", "utter_promotion_comes_to"]),
    (("L18",), {}, ["utter_promotion", "utter_promotion_not_reached"]),
    (("L18",), {"quantity": 2}, ["utter_promotion", "utter_promotion_comes_to"]),
    (("M500",), {}, ["utter_promotion", "utter_promotion_comes_to", "utter_promotion_gift"]),
    (("R30",), {}, ["utter_promotion"]),
    (("R30",), {"size": "5L"}, ["utter_promotion", "utter_promotion_comes_to"]),
]


@pytest.mark.parametrize(("products", "chosen", "replies"), PROMOTIONS)
def test_tells_the_offers_that_run_and_no_others(products: tuple, chosen: dict, replies: list[str]) -> None:
    answer = answer_promotion(ask("ask_promotion", *products, **chosen), make_desk())
    assert (answer.outcome, names(answer)) == ("answered", replies)
    assert facts(answer).items() >= {"off": "20", "off_from": "299"}.items()
    assert ("gift" in facts(answer)) is ("utter_promotion_gift" in replies)


def test_tells_what_the_offer_comes_to() -> None:
    answer = answer_promotion(ask("ask_promotion", "L18", quantity=2), make_desk())
    assert said(answer, "utter_promotion_comes_to") == {"item": "料理机 L18 × 2", "total": "¥398", "till": "¥378"}


def test_names_the_gift_in_the_buyers_language() -> None:
    answer = answer_promotion(ask("ask_promotion", "M500", language="en"), make_desk())
    assert said(answer, "utter_promotion_gift") == {"name": "stand mixer M500", "gift": "an egg whisk"}


# --- prices of the shop's own system ------------------------------------------------------------------------------


def test_the_systems_price_goes_before_the_tables_and_says_where_it_is_from() -> None:
    desk = make_desk(prices={"Y915-white-1.75L": Decimal("289"), "Y915-grey-1.75L": Decimal("289")})
    answer = answer_price(ask("ask_price", "Y915", quantity=2), desk)
    assert names(answer) == ["utter_price_several_off"]
    assert said(answer, "utter_price_several_off")["till"] == "¥558"
    fact = answer.facts[0]
    assert (fact.value, fact.source, fact.as_of) == ("289", "inventory", EVENING)


def test_a_price_that_the_system_does_not_give_is_the_tables() -> None:
    answer = answer_price(ask("ask_price", "L18"), make_desk(prices={"Y915-white-1.75L": Decimal(1)}))
    assert (facts(answer), answer.facts[0].source) == ({"list_price": "199"}, "shop/variants")


def test_an_offer_is_reckoned_from_the_systems_price() -> None:
    answer = answer_promotion(ask("ask_promotion", "L18"), make_desk(prices={"L18-white-1.5L": Decimal("299.50")}))
    assert said(answer, "utter_promotion_comes_to")["till"] == "¥279.50"


def test_a_system_that_gives_prices_and_cannot_be_asked_is_an_error_and_no_old_price() -> None:
    with pytest.raises(InventoryError):
        answer_price(ask("ask_price", "L18"), make_desk(prices={}, down=True))


def test_an_inventory_that_is_not_asked_for_prices_may_be_down() -> None:
    assert facts(answer_price(ask("ask_price", "L18"), make_desk(down=True))) == {"list_price": "199"}


def test_the_card_is_drawn_from_the_systems_prices_and_has_none_where_it_cannot_be_asked() -> None:
    def list_price(desk: Desk) -> str | None:
        shop = desk.priced_shop({"L18", "gone from the shop"})
        said = {"label": "purchase_intent", "text": "我要了", "outcome": "handed_over", "details": {"product": "L18"}}
        record = {
            "language": "zh",
            "questions": [said],
            "decision": "hand_over",
            "said": [],
            "reason": "purchase_intent",
        }
        return build_card("e", [TurnRecord("我要了", EVENING, record, ())], shop, "")["wants"][0]["list_price"]

    assert list_price(make_desk(prices={"L18-white-1.5L": Decimal(189)})) == "189.00"
    assert list_price(make_desk(prices={}, down=True)) is None
    assert list_price(make_desk(down=True)) == "199.00"
