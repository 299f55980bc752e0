"""Facts that change while the system runs: told at once when right, and named in the log when wrong."""

from __future__ import annotations

import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.front.helpers import WRONG_LINES, edited, eventually, said
from tests.front.parts import Parts, assert_other_facts

pytestmark = pytest.mark.stack

FACTS_WITHIN = 3.0
"""Seconds until a corrected fact is answered with."""


def soon_says(parts: Parts, conversation: str, text: str, *wanted: str) -> bool:
    def holds() -> bool:
        told = said(parts.say(conversation, text))
        return all(words in told for words in wanted)

    return eventually(holds, FACTS_WITHIN)


def test_a_stock_set_by_hand_is_told_at_once(parts: Parts, talk: str) -> None:
    for quantity, told in (("3", "3"), ("200", "in stock")):
        command = [sys.executable, "-m", "bot.cli", "stock", "K17-white", quantity]
        subprocess.run(command, cwd=ROOT, env=parts.environment, check=True, capture_output=True)
        assert told in said(parts.say(talk, "is the white kettle K17 in stock"))


@pytest.mark.parametrize("name, old, new", WRONG_LINES, ids=[name for name, _, _ in WRONG_LINES])
def test_a_wrong_line_leaves_the_last_good_facts_and_is_named_in_the_log(
    parts: Parts, shop: Path, talk: str, name: str, old: str, new: str
) -> None:
    already = parts.log_of("actions").stat().st_size
    with edited(shop / name, old, new) as line:

        def logged() -> bool:
            assert_other_facts(parts, talk)
            news = parts.log_of("actions").read_bytes()[already:].decode()
            return "shop_file_wrong" in news and name in news and str(line) in news

        assert eventually(logged, 5), parts.log_of("actions").read_bytes()[already:].decode()[-800:]
        assert "shop_read_again" not in parts.log_of("actions").read_bytes()[already:].decode()


def test_a_file_that_is_gone_leaves_the_last_good_facts(parts: Parts, shop: Path, talk: str) -> None:
    good = (shop / "capabilities.csv").read_bytes()
    (shop / "capabilities.csv").unlink()
    try:
        time.sleep(1.5)
        assert "1.2 kg" in said(parts.say(talk, "can the air fryer A5 cook a whole chicken"))
    finally:
        (shop / "capabilities.csv").write_bytes(good)


def test_a_corrected_verdict_is_answered_without_training(parts: Parts, shop: Path, talk: str) -> None:
    assert "1.2 kg" in said(parts.say(talk, "can the air fryer A5 cook a whole chicken"))
    with edited(shop / "capabilities.csv", "the chicken may weigh up to 1.2 kg", "the chicken may weigh up to 1.4 kg"):
        assert soon_says(parts, talk, "can the air fryer A5 cook a whole chicken", "1.4 kg")
    assert soon_says(parts, talk, "can the air fryer A5 cook a whole chicken", "1.2 kg")


def test_a_changed_list_price_is_answered_and_so_is_what_it_comes_to(parts: Parts, shop: Path, talk: str) -> None:
    with edited(shop / "variants.csv", "L18-white,L18,white,1.5L,199,", "L18-white,L18,white,1.5L,329,"):
        assert soon_says(parts, talk, "how much is the L18", "329", "309")
        card = parts.say(talk, "i want to buy the L18")["handoff"]
        assert card["wants"][0]["list_price"] == "329.00", "the front reads the same shop"
    assert soon_says(parts, uuid.uuid4().hex, "how much is the L18", "199")


def test_changed_postage_and_hours_are_answered(parts: Parts, shop: Path, talk: str) -> None:
    with edited(shop / "shipping.yml", "otherwise: 8", "otherwise: 9"):
        assert soon_says(parts, talk, "what does shipping cost for the apron B02", "¥9")
    with edited(
        shop / "hours.yml",
        'sales:     {days: daily, from: "09:00", to: "22:00"}',
        'sales:     {days: daily, from: "10:30", to: "22:00"}',
    ):
        assert soon_says(parts, talk, "when are your people there", "10:30")


def test_what_was_wrong_and_is_put_right_is_read_again(parts: Parts, shop: Path, talk: str) -> None:
    with edited(shop / "capabilities.csv", "A5,whole_chicken,limited,", "A5,whole_chicken,maybe,"):
        time.sleep(1.5)
        parts.say(talk, "can the air fryer A5 cook a whole chicken")
    with edited(shop / "capabilities.csv", "the chicken may weigh up to 1.2 kg", "the chicken may weigh up to 1.3 kg"):
        assert soon_says(parts, talk, "can the air fryer A5 cook a whole chicken", "1.3 kg")
    assert soon_says(parts, talk, "can the air fryer A5 cook a whole chicken", "1.2 kg")


# --- the FAQ and facts past their date ----------------------------------------------------------------------------

LAST_ENTRY = "hot_in_the_evening,T500,"
NEW_ENTRY = "plane,,能带上飞机吗,Can I take it on a plane?,可以放进托运行李,It may go into checked luggage,,,,,"
OF_THE_GRINDER = "how much is the meat grinder part,capabilities.csv,,"


@pytest.mark.parametrize(
    "text, answer",
    [
        ("坐飞机能随身带吗", "可以放进托运行李"),
        ("am I allowed to take this on a plane", "It may go into checked luggage"),
    ],
)
def test_a_new_question_of_the_faq_is_answered_in_other_words_without_training(
    parts: Parts, shop: Path, talk: str, text: str, answer: str
) -> None:
    with edited(shop / "faq.csv", LAST_ENTRY, f"{NEW_ENTRY}\n{LAST_ENTRY}"):
        assert soon_says(parts, talk, text, answer)
    assert eventually(lambda: answer not in said(parts.say(talk, text)), FACTS_WITHIN), "the entry is gone"


def test_a_fact_past_its_date_is_offered_to_be_looked_into(parts: Parts, shop: Path, talk: str) -> None:
    asked = "is the grinder part of the mixer M500 included"
    assert "129" in said(parts.say(talk, asked))
    with (
        edited(shop / "handover.yml", "stale_facts: answer", "stale_facts: check"),
        edited(shop / "faq.csv", OF_THE_GRINDER, f"{OF_THE_GRINDER}2026-11-20"),
    ):
        assert soon_says(parts, talk, asked, "check", "Shall I ask a person")
        assert "129" not in said(parts.say(talk, asked))
