"""The words in `domain.yml` and the replies in the code belong together, name by name and placeholder by placeholder."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.core.dialogue import Dialogue, Pending
from bot.core.labels import ALL, HANDED_OVER
from bot.core.types import Ask, Details, Entity, Question, Reply
from bot.services.handover import hand_over
from bot.services.turn import ANSWERS, Message, take_turn
from tests.small_shop import REASONS, SHANGHAI, SHOP, make_desk, make_shop

ROOT = Path(__file__).parents[2]
RESPONSES: dict[str, list[dict[str, Any]]] = YAML(typ="safe").load(ROOT / "domain.yml")["responses"]
MADE_OF = {
    "utter_handover_{reason}": REASONS,
    "utter_can": [
        f"utter_{kind}_{verdict}" for kind in ("can", "trait") for verdict in ("yes", "yes_plain", "limited", "no")
    ],
}
"""Names that are put together in the code."""


def language_of(variant: dict[str, Any]) -> str:
    return next((c["value"] for c in variant.get("condition", []) if c["name"] == "language"), "zh")


def placeholders(variant: dict[str, Any]) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", variant["text"]))


def sources() -> Iterator[tuple[str, str]]:
    for folder in ("bot", "actions"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def names_in_code() -> dict[str, str]:
    """Whole names written in the sources, each with the file."""
    found = {}
    for file, text in sources():
        for name in re.findall(r"[\"'](utter_\w+[a-z])[\"']", text):
            found[name] = file
    return found


def patterns_in_code() -> list[re.Pattern]:
    """Names that are put together: `f"utter_size_{x}_body"` can be anything between its fixed parts."""
    found = []
    for _, text in sources():
        for template in re.findall(r"f\"(utter_(?:[^\"{]|\{[^}]*\})*)\"", text):
            fixed = re.split(r"\{[^}]*\}", template)
            found.append(re.compile("[a-z_]*".join(re.escape(part) for part in fixed)))
    return found


# --- statically, over the sources ---------------------------------------------------------------------------------


def test_every_name_in_the_code_has_its_words() -> None:
    missing = {name: file for name, file in names_in_code().items() if name not in RESPONSES}
    assert not missing


@pytest.mark.parametrize("name", RESPONSES)
def test_every_response_is_used(name: str) -> None:
    assert name in names_in_code() or any(pattern.fullmatch(name) for pattern in patterns_in_code())


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_has_its_line(reason: str) -> None:
    assert f"utter_handover_{reason}" in RESPONSES


@pytest.mark.parametrize("name", RESPONSES)
def test_every_response_speaks_both_languages(name: str) -> None:
    assert {language_of(variant) for variant in RESPONSES[name]} == {"zh", "en"}


@pytest.mark.parametrize("name", RESPONSES)
def test_both_languages_tell_the_same_facts(name: str) -> None:
    """A fact may be left to one variant, but what one language tells at all, the other tells too."""
    told = {
        language: set().union(*(placeholders(v) for v in RESPONSES[name] if language_of(v) == language))
        for language in ("zh", "en")
    }
    idle = {"total", "sizes", "method", "when", "shop", "about", "sent", "what", "from"}
    assert told["zh"] - idle == told["en"] - idle


@pytest.mark.parametrize("name", RESPONSES)
def test_words_hold_no_figures(name: str) -> None:
    """Figures are facts of the shop; the length limit, the queues' own name for a day and 两 are none."""
    if name != "utter_too_long":
        for variant in RESPONSES[name]:
            assert not re.search(r"\d", re.sub(r"\{\w+\}", "", variant["text"]))


@pytest.mark.parametrize("name", RESPONSES)
def test_words_promise_nothing(name: str) -> None:
    for variant in RESPONSES[name]:
        assert not re.search(
            r"一定|保证|肯定|绝对|guarantee|definitely|certainly|\b(?:i|we) promise", variant["text"].lower()
        )


@pytest.mark.parametrize("name", RESPONSES)
def test_buttons_have_a_title_and_what_they_say(name: str) -> None:
    for variant in RESPONSES[name]:
        for button in variant.get("buttons", []):
            assert button["title"].strip() and button["payload"].strip() and not button["payload"].startswith("/")


# --- by running the services over a wide table --------------------------------------------------------------------

PLACES = [None, {"province": "11", "name_zh": "北京", "name_en": "Beijing"}, {"province": "65", "name_zh": "新疆", "name_en": "Xinjiang"},
          {"province": "81", "name_zh": "香港", "name_en": "Hong Kong"}]  # fmt: skip
PRODUCTS = [(), ("Y915",), ("L18",), ("M500",), ("R30",), ("D20",), ("K17",), ("H3",), ("J01",), ("W05",), ("U36",), ("S60",), ("FB08",),
            ("B02",), ("V15", "V32"), ("Y915", "L18")]  # fmt: skip
CHOSEN = [
    {}, {"colour": "black"}, {"colour": "red"}, {"colour": "grey"}, {"colour": "green"}, {"size": "M"}, {"size": "5L"}, {"size": "1.8m"},
    {"colour": "beige", "size": "M"}, {"colour": "black", "size": "XL"}, {"size": "XXXL"}, {"quantity": 2}, {"quantity": 3},
    {"height_cm": 165}, {"weight_kg": 52}, {"height_cm": 165, "weight_kg": 52}, {"height_cm": 165, "weight_kg": 56},
    {"height_cm": 172, "weight_kg": 52}, {"height_cm": 169, "weight_kg": 62}, {"height_cm": 161, "weight_kg": 50},
    {"height_cm": 200, "weight_kg": 120}, {"household": 1}, {"household": 3}, {"household": 30},
    {"capabilities": ("knead_dough",)}, {"capabilities": ("soy_milk",)}, {"capabilities": ("baby_food",)}, {"capabilities": ("fly",)},
    {"capabilities": ("stretch",)}, {"capabilities": ("pilling",)}, {"capabilities": ("machine_wash",)}, {"capabilities": ("keep_warm",)},
    {"capabilities": ("soy_milk", "fly")}, {"attributes": ("power",)}, {"attributes": ("noise", "power")}, {"attributes": ("colour",)},
    {"attributes": ("fit",)}, {"topics": ("clean",)}, {"topics": ("wash",)}, {"category": "home"}, {"courier": "sf"}, {"courier": "zto"},
    {"courier": "not_used"}, {"payment_methods": ("huabei",)}, {"payment_methods": ("alipay",)}, {"payment_methods": ("cash_on_delivery",)},
]  # fmt: skip
TEXTS = ["?", "双12多少钱", "专票可以吗", "有洗衣机卖吗"]
TIMES = ["2026-11-21T10:00", "2026-11-21T21:04", "2026-11-21T23:30", "2026-02-17T12:00"]


def desks() -> Iterator[Any]:
    for time in TIMES:
        yield make_desk(datetime.fromisoformat(time).replace(tzinfo=SHANGHAI))
    sold_out = {variant.sku: 0 for variant in SHOP.by_sku.values()}
    yield make_desk(sold=sold_out)
    yield make_desk(missing=tuple(sold_out))
    yield make_desk(sold=sold_out, available=dict.fromkeys(sold_out, True))
    no_zones = replace(SHOP.shipping, zones=SHOP.shipping.zones[:2], couriers=SHOP.shipping.couriers[:2])
    yield make_desk(shop=make_shop(shipping=no_zones))
    yield make_desk(shop=make_shop(offers=replace(SHOP.offers, off_from=Decimal(9999))))


def all_replies() -> dict[str, list[tuple[str, Reply]]]:
    """Every reply of every service over the table, by name, with the language."""
    found: dict[str, list[tuple[str, Reply]]] = {}

    def keep(language: str, replies) -> None:
        for reply in replies:
            found.setdefault(reply.name, []).append((language, reply))

    for desk, language in itertools.product(desks(), ("zh", "en")):
        for products, chosen, place in itertools.product(PRODUCTS, CHOSEN, PLACES):
            if place and chosen and not {"courier", "quantity"} & set(chosen):
                continue
            details = Details(products=products, product_said=bool(products), region=place, **chosen)
            for text, (label, service) in itertools.product(TEXTS[: 1 if chosen else None], ANSWERS.items()):
                question = Question(label, text, 0, len(text), 0.9)
                keep(language, service(Ask(question, details, language), desk).replies)
        keep(language, turn_replies(language, desk))
        keep(language, contact_replies(language, desk))
        keep(language, [hand_over(reason, None, language, desk, order_said=True)[0] for reason in REASONS])
    return found


def turn_replies(language: str, desk) -> Iterator[Reply]:
    talked = ((), ("L18",))
    for label, before, confidence, products in itertools.product(
        ALL, (None, "complaint", "order_note"), (0.9, 0.05), talked
    ):
        for text in ("?", "不用了解决了", "订单202611210001"):
            for misunderstood, waiting in itertools.product((0, 1), (None, "person")):
                dialogue = Dialogue(
                    products=products,
                    handed_over=before,
                    misunderstood=misunderstood,
                    pending=Pending(waiting) if waiting else None,
                )
                question = Question(label, text, 0, len(text), confidence)
                yield from take_turn(Message(text, language, (question,), ()), dialogue, desk).replies


def contact_replies(language: str, desk) -> Iterator[Reply]:
    texts = ("备注13812345678", "1381234567", "138123456789", "12812345678", "加我微信", "不用了")
    for text, label, before in itertools.product(texts, ("inform", "deny", "order_note"), (None, "order_note")):
        dialogue = Dialogue(handed_over=before, contact_asked=bool(before), pending=Pending("contact"))
        entities = (Entity("contact", text[2:], text[2:], 2, len(text)),) if text == texts[0] else ()
        question = Question(label, text, 0, len(text), 0.9)
        yield from take_turn(Message(text, language, (question,), entities), dialogue, desk).replies


REPLIES = all_replies()
SAID_BY_THE_FRONT = {"utter_picture", "utter_too_long", "utter_cannot_answer_now", "utter_nothing_said"}
SAID_OTHERWISE = {"utter_cannot_look", "utter_inform_about", "utter_faq", "utter_let_me_check"}
"""Covered in test_turn.py and test_faq.py: they need a source that is down, a detail of the message, an entry of the FAQ or
a fact past its date."""


def test_the_table_reaches_every_word_of_the_bots() -> None:
    assert set(RESPONSES) - set(REPLIES) - SAID_BY_THE_FRONT - SAID_OTHERWISE == set()


def test_no_service_names_words_that_are_not_there() -> None:
    assert set(REPLIES) - set(RESPONSES) == set()


@pytest.mark.parametrize("name", REPLIES)
def test_each_placeholder_is_a_fact_that_its_service_gives(name: str) -> None:
    for language, reply in REPLIES[name]:
        for variant in RESPONSES[name]:
            if language_of(variant) == language:
                missing = {p for p in placeholders(variant) if p not in reply.facts}
                assert not missing, f"{variant['text']} lacks {missing}, given {dict(reply.facts)}"


@pytest.mark.parametrize("name", REPLIES)
def test_no_fact_in_the_words_is_empty(name: str) -> None:
    for language, reply in REPLIES[name]:
        for variant in RESPONSES[name]:
            if language_of(variant) == language:
                empty = {p for p in placeholders(variant) if not str(reply.facts.get(p, "x")).strip()}
                assert not empty, f"{variant['text']} with {dict(reply.facts)}"


@pytest.mark.parametrize("name", SAID_BY_THE_FRONT)
def test_what_the_front_says_needs_no_facts(name: str) -> None:
    assert not set().union(*(placeholders(variant) for variant in RESPONSES[name]))


def test_the_names_of_the_handovers_are_those_of_the_labels() -> None:
    assert {f"utter_handover_{label}" for label in HANDED_OVER} <= set(RESPONSES)
