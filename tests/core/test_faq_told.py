"""A question that the FAQ answered stands on the card and is counted, whatever the classifier took it for."""

from __future__ import annotations

from datetime import timedelta

from bot.core.digest import Message, Night, make_report
from tests.core.test_card import BUY, card, fact, question, turn
from tests.small_shop import EVENING, SHOP

TOLD = question("out_of_scope", "有实体店吗", "answered", [fact("faq", "没有，只在网上卖"), fact("entry", "real_shop")])
CHAT = question("out_of_scope", "今天天气好", "answered")


def test_it_stands_on_the_card_with_what_was_told() -> None:
    made = card(
        turn("有实体店吗", TOLD), turn("今天天气好", CHAT, minutes=1), turn("羽绒服黑色M来两件", BUY, minutes=2)
    )
    told = [(q["text"], q["state"], q["told"]) for q in made["questions"]]
    assert told[0] == ("有实体店吗", "answered", "没有，只在网上卖")
    assert "今天天气好" not in [text for text, *_ in told]


def test_it_is_counted_among_the_answered_of_the_night() -> None:
    messages = (Message("c", EVENING, EVENING, (TOLD,)), Message("c", EVENING, EVENING, (CHAT,)))
    night = Night(EVENING - timedelta(hours=9), EVENING, messages=messages)
    assert make_report(night, SHOP).counts.answered == 1
