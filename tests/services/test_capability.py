"""Can it do this: yes, limited, no or unknown; and how a thing is done."""

from __future__ import annotations

import pytest

from bot.services.capability import answer_capability, answer_usage
from tests.services.helpers import ask, facts, names, said
from tests.small_shop import make_desk

VERDICTS = [
    ("M500", "knead_dough", ["utter_can_yes"], {"verdict": "yes", "limit": "200 克到 1.5 公斤"}),
    ("Y915", "baby_food", ["utter_can_yes_plain"], {"verdict": "yes"}),
    ("L18", "knead_dough", ["utter_can_limited", "utter_can_instead"], {"verdict": "limited", "limit": "面粉最多 300 克", "instead": "M500"}),
    ("L18", "soy_milk", ["utter_can_no", "utter_can_instead"], {"verdict": "no", "limit": "它没有加热功能", "instead": "D20|Y915"}),
    ("K17", "keep_warm", ["utter_can_no"], {"verdict": "no", "limit": "烧开就断电"}),
    ("J01", "stretch", ["utter_trait_limited"], {"verdict": "limited", "limit": "2% 氨纶"}),
    ("W05", "stretch", ["utter_trait_yes"], {"verdict": "yes", "limit": "一点点"}),
    ("U36", "stretch", ["utter_trait_yes_plain"], {"verdict": "yes"}),
    ("U36", "pilling", ["utter_trait_no"], {"verdict": "no", "limit": "做过抗起球处理"}),
]  # fmt: skip


@pytest.mark.parametrize(("product", "capability", "replies", "held"), VERDICTS)
def test_gives_the_shops_verdict_with_its_reason(product: str, capability: str, replies: list[str], held: dict) -> None:
    answer = answer_capability(ask("ask_capability", product, capabilities=(capability,)), make_desk())
    assert (answer.outcome, answer.missing, names(answer), facts(answer)) == ("answered", None, replies, held)


def test_names_what_to_use_instead() -> None:
    answer = answer_capability(ask("ask_capability", "L18", capabilities=("soy_milk",), language="en"), make_desk())
    told = said(answer, "utter_can_instead")
    assert told["instead"] == "soy milk maker D20 and high-speed blender Y915"
    assert told["what"] == "make soy milk"


@pytest.mark.parametrize(("product", "capability"), [("L18", "fly"), ("D20", "knead_dough"), ("B02", "machine_wash")])
def test_what_is_not_listed_is_unknown_never_guessed(product: str, capability: str) -> None:
    answer = answer_capability(ask("ask_capability", product, capabilities=(capability,)), make_desk())
    assert (answer.outcome, answer.missing, names(answer)) == ("unknown", "person", ["utter_unknown_of"])


def test_a_use_that_is_no_word_of_the_shops_is_unknown() -> None:
    answer = answer_capability(ask("ask_capability", "L18", text="料理机能当锤子吗"), make_desk())
    assert (answer.outcome, answer.missing, names(answer)) == ("unknown", "person", ["utter_unknown_product"])


def test_two_at_once_are_answered_both_the_unknown_one_with_the_offer_of_a_person() -> None:
    both = answer_capability(ask("ask_capability", "Y915", capabilities=("baby_food", "soy_milk")), make_desk())
    assert (names(both), both.missing) == (["utter_can_yes_plain", "utter_can_yes"], None)
    half = answer_capability(ask("ask_capability", "Y915", capabilities=("baby_food", "fly")), make_desk())
    assert (names(half), half.missing) == (["utter_can_yes_plain", "utter_unknown_of"], "person")


def test_without_a_product_those_that_can_are_named() -> None:
    answer = answer_capability(ask("ask_capability", capabilities=("soy_milk",)), make_desk())
    assert (answer.outcome, answer.missing, facts(answer)) == ("clarify", "product", {"able": "Y915|D20"})
    assert said(answer, "utter_can_who") == {"what": "打豆浆", "products": "破壁机 Y915、豆浆机 D20"}
    assert answer.replies[0].buttons == ("破壁机 Y915", "豆浆机 D20")


def test_without_a_product_and_nobody_who_can_it_asks_which() -> None:
    assert names(answer_capability(ask("ask_capability", capabilities=("fly",)), make_desk())) == ["utter_ask_product"]
    assert names(answer_capability(ask("ask_capability"), make_desk())) == ["utter_ask_product"]


def test_of_several_that_the_word_fits_it_asks_which() -> None:
    answer = answer_capability(ask("ask_capability", "V15", "V32", capabilities=("baby_food",)), make_desk())
    assert names(answer) == ["utter_ask_which"]


def test_washing_asked_as_a_capability_is_answered_from_the_usage() -> None:
    answer = answer_capability(ask("ask_capability", "Y915", topics=("clean",)), make_desk())
    assert (answer.outcome, names(answer), facts(answer)) == ("answered", ["utter_usage"], {"usage": "冲洗后开自清洗"})


USAGE = [
    (("Y915",), {"topics": ("clean",)}, "answered", ["utter_usage"]),
    (("W05",), {"topics": ("wash",)}, "answered", ["utter_usage"]),
    (("W05",), {"capabilities": ("machine_wash",)}, "answered", ["utter_can_no"]),
    (("W05",), {}, "answered", ["utter_usage"]),
    (("L18",), {}, "unknown", ["utter_unknown_product"]),
    (("L18",), {"topics": ("clean",)}, "unknown", ["utter_unknown_of"]),
    (("L18",), {"capabilities": ("machine_wash",)}, "unknown", ["utter_unknown_of"]),
    ((), {"topics": ("clean",)}, "clarify", ["utter_ask_product"]),
    (("V15", "V32"), {"topics": ("clean",)}, "clarify", ["utter_ask_which"]),
]  # fmt: skip


@pytest.mark.parametrize(("products", "details", "outcome", "replies"), USAGE)
def test_tells_how_a_thing_is_done(products: tuple, details: dict, outcome: str, replies: list[str]) -> None:
    answer = answer_usage(ask("ask_usage", *products, **details), make_desk())
    assert (answer.outcome, names(answer)) == (outcome, replies)
    assert answer.missing == {"answered": None, "unknown": "person", "clarify": "product"}[outcome]


def test_says_what_it_does_not_know() -> None:
    answer = answer_usage(ask("ask_usage", "L18", topics=("clean",), language="en"), make_desk())
    assert said(answer, "utter_unknown_of") == {"name": "food processor L18", "what": "cleaning"}
