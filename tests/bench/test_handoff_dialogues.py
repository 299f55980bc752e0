"""The dialogues of the handoff bench are right about the shop and about what the buyer wrote."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import jsonschema
import pytest
from ruamel.yaml import YAML

from bench.handoff import DIALOGUES
from bench.handoff_gold import Dialogue, read_dialogues
from bench.handoff_scores import plain
from bot.adapters.shop_files import load_shop
from bot.settings import ROOT
from tests.bench.cards import card_of

SHOP = load_shop(ROOT / "shop")
ALL = read_dialogues(DIALOGUES)
NAMES = [str(dialogue) for dialogue in ALL]
SCHEMA = json.loads((ROOT / "bot" / "core" / "card.schema.json").read_text("utf-8"))


def test_there_are_enough_dialogues_and_all_reasons_in_both_languages() -> None:
    languages = [dialogue.language for dialogue in ALL]
    assert languages.count("zh") >= 42 and languages.count("en") >= 22
    for language in ("zh", "en"):
        assert {d.gold.simple["reason"] for d in ALL if d.language == language} >= set(
            SCHEMA["properties"]["reason"]["enum"]
        )
    assert all(2 <= len(dialogue.lines) <= 9 for dialogue in ALL)


@pytest.mark.parametrize("one", ALL, ids=NAMES)
def test_the_values_are_those_of_a_card_and_of_the_shop(one: Dialogue) -> None:
    card = card_of(one.gold, one.language)
    jsonschema.validate(card, SCHEMA, format_checker=jsonschema.FormatChecker())
    for want in one.gold.wants:
        variants = SHOP.products[want["product"]].matching(want.get("colour"), want.get("size"))
        prices = {variant.list_price for variant in variants}
        assert prices == {Decimal(want["list_price"])}, f"{want['product']} costs {prices}"
    assert one.gold.simple.get("about") in (None, *SHOP.products)
    reasons, queues = (str(one.gold.simple[name]).split("|") for name in ("reason", "queue"))
    assert [SHOP.people.queue(reason) for reason in reasons] == queues


@pytest.mark.parametrize("one", [d for d in ALL if "offer.amount" in d.gold.simple], ids=str)
def test_an_offers_list_total_is_that_of_all_that_is_wanted(one: Dialogue) -> None:
    total = sum(Decimal(want["list_price"]) * want.get("quantity", 1) for want in one.gold.wants)
    assert one.gold.simple["offer.list_total"] == str(total)


@pytest.mark.parametrize("one", ALL, ids=NAMES)
def test_a_contact_an_order_and_a_picture_were_sent_by_the_buyer(one: Dialogue) -> None:
    said = re.sub(r"[\s-]", "", " ".join(line.text for line in one.lines))
    for field in ("contact", "order"):
        assert re.sub(r"[\s-]", "", str(one.gold.simple.get(field, ""))) in said
    assert one.gold.lists["pictures"] == tuple(picture for line in one.lines for picture in line.pictures)
    for fragment in (*one.gold.lists["notes"], *one.may.lists["notes"]):
        assert any(plain(fragment) in plain(line.text) for line in one.lines), fragment


def test_no_message_stands_among_those_that_the_bot_learns_from_or_is_tested_with() -> None:
    def bare(text: str) -> str:
        return re.sub(r"[\W_]", "", plain(text))

    learnt = [
        line.strip()[2:]
        for file in (ROOT / "data" / "nlu").glob("*.yml")
        for line in file.read_text("utf-8").splitlines()
    ]
    for file in (ROOT / "data" / "messages").glob("*.tsv"):
        marked = [line.split("\t")[0] for line in file.read_text("utf-8").splitlines()]
        learnt += [part for line in marked for part in (line, *line.split("|"))]
    for file in (ROOT / "tests" / "conversations").glob("*.yml"):
        learnt += [str(line["buyer"]) for chat in YAML(typ="safe").load(file) for line in chat["chat"]]
    known_ones = {bare(text) for text in learnt}
    assert [line.text for one in ALL for line in one.lines if bare(line.text) in known_ones] == []
