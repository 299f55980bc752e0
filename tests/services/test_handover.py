"""What the buyer hears when a person takes over."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.core.when import gravest
from bot.services.handover import hand_over, promise, settled
from tests.small_shop import REASONS, SHANGHAI, make_desk


def at(text: str):
    return make_desk(datetime.fromisoformat(text).replace(tzinfo=SHANGHAI))


PROMISES = [
    ("purchase_intent", "2026-11-21T21:04", "zh", "人工在线", "now"),
    ("purchase_intent", "2026-11-21T21:04", "en", "people are online", "now"),
    ("purchase_intent", "2026-11-21T23:00", "zh", "人工明早 9:00上班", "2026-11-22T09:00+08:00"),
    ("bulk_order", "2026-11-21T23:00", "en", "people are back tomorrow at 9:00", "2026-11-22T09:00+08:00"),
    ("complaint", "2026-11-21T12:00", "zh", "人工后天 9:00上班", "2026-11-23T09:00+08:00"),
    ("track_parcel", "2026-11-20T17:59", "zh", "人工在线", "now"),
    ("request_refund", "2026-11-20T18:00", "en", "people are back Mon 23 Nov at 9:00", "2026-11-23T09:00+08:00"),
    ("negotiate_price", "2026-02-17T12:00", "zh", "人工2月22日（周日） 9:00上班", "2026-02-22T09:00+08:00"),
    ("unknown_answer", "2026-11-21T21:04", "zh", "人工在线", "now"),
]


@pytest.mark.parametrize(("reason", "now", "language", "words", "value"), PROMISES)
def test_promises_the_hours_of_the_queue_that_takes_it(reason, now, language, words, value) -> None:
    promised, fact = promise(reason, language, at(now))
    assert (promised, fact.name, fact.value, fact.source) == (words, "people_from", value, "shop/hours")


@pytest.mark.parametrize("reason", REASONS)
def test_each_reason_has_its_own_line(reason: str) -> None:
    reply, _ = hand_over(reason, None, "zh", at("2026-11-21T21:04"))
    assert (reply.name, dict(reply.facts)) == (
        f"utter_handover_{reason}",
        {"promised": promise(reason, "zh", at("2026-11-21T21:04"))[0]},
    )


AFTER = [
    ("negotiate_price", "purchase_intent", "utter_handover_negotiate_price"),
    ("purchase_intent", "negotiate_price", "utter_handover_added"),
    ("purchase_intent", "purchase_intent", "utter_handover_added"),
    ("complaint", "request_human", "utter_handover_complaint"),
    ("unknown_answer", "order_note", "utter_handover_added"),
]


@pytest.mark.parametrize(("reason", "before", "reply"), AFTER)
def test_only_a_graver_reason_is_told_anew(reason: str, before: str, reply: str) -> None:
    assert hand_over(reason, before, "zh", at("2026-11-21T21:04"))[0].name == reply


def test_what_was_added_is_promised_by_the_people_who_have_the_card() -> None:
    """The card's queue stays that of the graver reason, and `promised` is when the card's queue has people."""
    reply, (fact,) = hand_over("order_note", "complaint", "zh", at("2026-11-21T12:00"))
    assert reply.facts["promised"] == "人工后天 9:00上班"
    assert fact.value == "2026-11-23T09:00+08:00"


def test_the_gravest_is_the_first_in_the_order_of_the_design() -> None:
    assert gravest(["order_note", "negotiate_price", "bulk_order"]) == "bulk_order"
    assert gravest(["repeated_misunderstanding", "unknown_answer"]) == "unknown_answer"


SETTLED = ["不用了解决了", "没事了", "算了", "不用了", "never mind", "Nevermind", "it's sorted", "no need any more"]
NOT_SETTLED = ["不是", "不要红色", "no", "not that one"]


@pytest.mark.parametrize("text", SETTLED)
def test_hears_that_a_matter_is_settled(text: str) -> None:
    assert settled(text)


@pytest.mark.parametrize("text", NOT_SETTLED)
def test_a_plain_no_settles_nothing(text: str) -> None:
    assert not settled(text)


@pytest.mark.parametrize("text", ["还没解决", "问题没解决呢", "not solved yet", "it isn't sorted"])
def test_an_unsettled_matter_is_not_settled(text: str) -> None:
    assert not settled(text)
