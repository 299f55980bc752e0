"""The value of an attribute, and the colours and sizes that are made."""

from __future__ import annotations

import pytest

from bot.services.capability import answer_spec_or_capability
from bot.services.spec import answer_spec
from tests.services.helpers import ask, facts, names, said
from tests.small_shop import make_desk

VALUES = [
    ("Y915", "power", None, "1000 瓦", "1000 W"),
    ("Y915", "noise", None, "78 分贝", "78 dB"),
    ("R30", "power", "3L", "500 瓦", "500 W"),
    ("R30", "power", None, "3L 500 瓦、4L 700 瓦", "3L 500 W and 4L 700 W"),
    ("K17", "colour", None, "白色、黑色、绿色", "white, black and green"),
    ("J01", "size", None, "28、29、30", "28, 29 and 30"),
    ("FB08", "capacity", None, "400ml、1200ml", "400ml and 1200ml"),
]


@pytest.mark.parametrize(("product", "attribute", "size", "zh", "en"), VALUES)
def test_gives_the_value_in_the_buyers_language(product, attribute, size, zh, en) -> None:
    for language, value in (("zh", zh), ("en", en)):
        answer = answer_spec(
            ask("ask_spec", product, attributes=(attribute,), size=size, language=language), make_desk()
        )
        assert (answer.outcome, names(answer), facts(answer)) == ("answered", ["utter_spec"], {attribute: value})


def test_says_from_which_table_a_value_is() -> None:
    specs = answer_spec(ask("ask_spec", "Y915", attributes=("power",)), make_desk())
    variants = answer_spec(ask("ask_spec", "K17", attributes=("colour",)), make_desk())
    assert [answer.facts[0].source for answer in (specs, variants)] == ["shop/specs", "shop/variants"]


def test_several_values_are_given_in_the_order_asked() -> None:
    answer = answer_spec(ask("ask_spec", "Y915", attributes=("noise", "power")), make_desk())
    assert list(facts(answer)) == ["noise", "power"]


@pytest.mark.parametrize(
    ("product", "attribute"), [("L18", "noise"), ("H3", "power"), ("D20", "colour"), ("R30", "colour")]
)
def test_a_value_that_the_shop_does_not_hold_is_unknown(product: str, attribute: str) -> None:
    answer = answer_spec(ask("ask_spec", product, attributes=(attribute,)), make_desk())
    assert (answer.outcome, answer.missing, names(answer)) == ("unknown", "person", ["utter_unknown_of"])


def test_the_value_of_one_size_is_not_told_for_another() -> None:
    answer = answer_spec(ask("ask_spec", "R30", attributes=("power",), size="5L"), make_desk())
    assert answer.outcome == "unknown" or "3L" in said(answer, "utter_spec")["value"]


def test_one_unknown_beside_a_known_one_offers_a_person() -> None:
    answer = answer_spec(ask("ask_spec", "L18", attributes=("power", "noise")), make_desk())
    assert (answer.outcome, answer.missing) == ("answered", "person")
    assert names(answer) == ["utter_spec", "utter_unknown_of"]


def test_something_else_about_a_product_is_unknown() -> None:
    answer = answer_spec(ask("ask_spec", "L18"), make_desk())
    assert (answer.outcome, names(answer)) == ("unknown", ["utter_unknown_product"])


def test_a_capability_asked_as_a_value_has_its_verdict() -> None:
    answer = answer_spec_or_capability(ask("ask_spec", "L18", capabilities=("soy_milk",)), make_desk())
    assert facts(answer)["verdict"] == "no"


@pytest.mark.parametrize(("products", "reply"), [((), "utter_ask_product"), (("V15", "V32"), "utter_ask_which")])
def test_without_one_product_it_asks_which(products: tuple, reply: str) -> None:
    assert names(answer_spec(ask("ask_spec", *products, attributes=("power",)), make_desk())) == [reply]
