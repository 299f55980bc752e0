"""After hours the buyer hears exactly when a person is there, by the real calendar of mainland China."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from bot.adapters.chinese_calendar import ChineseCalendar
from bot.core.dialogue import Dialogue
from bot.core.types import Question
from bot.services.common import Desk
from bot.services.handover import hand_over, promise
from bot.services.turn import Message, take_turn
from tests.small_shop import SHANGHAI, make_desk

CALENDAR = ChineseCalendar()
NOW = (None, "人工在线", "people are online")


def at(moment: str) -> Desk:
    return replace(make_desk(datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)), calendar=CALENDAR)


def back(moment: str, zh: str, en: str) -> tuple[str, str, str]:
    return f"{moment}+08:00", f"人工{zh}上班", f"people are back {en}"


# Sales and bulk: daily 9:00–22:00, nobody in the six days of Spring Festival.
SALES = [
    ("a weekday", "2026-11-20T12:00", NOW),
    ("the first minute", "2026-11-20T09:00", NOW),
    ("the last minute", "2026-11-20T21:59", NOW),
    ("closing time", "2026-11-20T22:00", back("2026-11-21T09:00", "明早 9:00", "tomorrow at 9:00")),
    ("past midnight it is today", "2026-11-21T00:30", back("2026-11-21T09:00", "今天 9:00", "today at 9:00")),
    ("a minute early", "2026-11-21T08:59", back("2026-11-21T09:00", "今天 9:00", "today at 9:00")),
    ("a Sunday", "2026-11-22T12:00", NOW),
    ("National Day", "2026-10-01T12:00", NOW),
    ("over the end of the year", "2026-12-31T22:30", back("2027-01-01T09:00", "明早 9:00", "tomorrow at 9:00")),
    ("the evening before New Year's Eve", "2026-02-15T22:30", back("2026-02-22T09:00", "2月22日（周日） 9:00", "Sun 22 Feb at 9:00")),
    ("New Year's Eve", "2026-02-16T08:00", back("2026-02-22T09:00", "2月22日（周日） 9:00", "Sun 22 Feb at 9:00")),
    ("the last but one day of it", "2026-02-20T15:00", back("2026-02-22T09:00", "后天 9:00", "Sun 22 Feb at 9:00")),
    ("the last evening of it", "2026-02-21T23:59", back("2026-02-22T09:00", "明早 9:00", "tomorrow at 9:00")),
    ("the night after it", "2026-02-22T00:10", back("2026-02-22T09:00", "今天 9:00", "today at 9:00")),
    ("they are back", "2026-02-22T09:00", NOW),
    ("the festival of another year", "2027-02-04T22:00", back("2027-02-11T09:00", "2月11日（周四） 9:00", "Thu 11 Feb at 9:00")),
]  # fmt: skip
# Refund, aftersale, tracking, complaint: working days 9:00–18:00.
OFFICE = [
    ("a Friday", "2026-11-20T17:59", NOW),
    ("Friday evening", "2026-11-20T18:00", back("2026-11-23T09:00", "11月23日（周一） 9:00", "Mon 23 Nov at 9:00")),
    ("Saturday", "2026-11-21T12:00", back("2026-11-23T09:00", "后天 9:00", "Mon 23 Nov at 9:00")),
    ("Sunday evening", "2026-11-22T23:00", back("2026-11-23T09:00", "明早 9:00", "tomorrow at 9:00")),
    ("Monday night", "2026-11-24T02:00", back("2026-11-24T09:00", "今天 9:00", "today at 9:00")),
    ("New Year, back on a make-up Sunday", "2026-01-01T10:00", back("2026-01-04T09:00", "1月4日（周日） 9:00", "Sun 4 Jan at 9:00")),
    ("the eve of a make-up Saturday", "2026-02-13T18:30", back("2026-02-14T09:00", "明早 9:00", "tomorrow at 9:00")),
    ("a make-up Saturday", "2026-02-14T10:00", NOW),
    ("its evening, Spring Festival ahead", "2026-02-14T18:00", back("2026-02-24T09:00", "2月24日（周二） 9:00", "Tue 24 Feb at 9:00")),
    ("sales are back, the office is not", "2026-02-22T10:00", back("2026-02-24T09:00", "后天 9:00", "Tue 24 Feb at 9:00")),
    ("a make-up Saturday after it", "2026-02-28T10:00", NOW),
    ("Qingming", "2026-04-06T10:00", back("2026-04-07T09:00", "明早 9:00", "tomorrow at 9:00")),
    ("Labour Day", "2026-05-01T10:00", back("2026-05-06T09:00", "5月6日（周三） 9:00", "Wed 6 May at 9:00")),
    ("before a make-up Saturday in May", "2026-05-08T20:00", back("2026-05-09T09:00", "明早 9:00", "tomorrow at 9:00")),
    ("Dragon Boat", "2026-06-19T10:00", back("2026-06-22T09:00", "6月22日（周一） 9:00", "Mon 22 Jun at 9:00")),
    ("a make-up Sunday in September", "2026-09-20T10:00", NOW),
    ("Mid-Autumn", "2026-09-25T10:00", back("2026-09-28T09:00", "9月28日（周一） 9:00", "Mon 28 Sep at 9:00")),
    ("before National Day", "2026-09-30T18:00", back("2026-10-08T09:00", "10月8日（周四） 9:00", "Thu 8 Oct at 9:00")),
    ("its last day", "2026-10-07T21:00", back("2026-10-08T09:00", "明早 9:00", "tomorrow at 9:00")),
    ("a make-up Saturday in October", "2026-10-10T17:59", NOW),
    ("after it", "2026-10-10T18:00", back("2026-10-12T09:00", "后天 9:00", "Mon 12 Oct at 9:00")),
]  # fmt: skip
CASES = [("sales", *row) for row in SALES] + [("office", *row) for row in OFFICE]
REASONS = {
    "sales": ("purchase_intent", "negotiate_price", "bulk_order", "unknown_answer"),
    "office": ("request_refund", "product_problem", "track_parcel", "complaint"),
}


@pytest.mark.parametrize(
    ("people", "now", "told"),
    [(p, now, told) for p, _, now, told in CASES],
    ids=[f"{p}: {what}" for p, what, *_ in CASES],
)
def test_the_buyer_hears_when_a_person_is_there(people: str, now: str, told: tuple) -> None:
    moment, zh, en = told
    for reason in REASONS[people]:
        for language, words in (("zh", zh), ("en", en)):
            said, fact = promise(reason, language, at(now))
            assert (said, fact.value) == (words, moment or "now")
            reply, _ = hand_over(reason, None, language, at(now))
            assert reply.facts["promised"] == words


def ask_hours(handed_over: str | None, now: str) -> tuple[str, dict[str, str]]:
    question = Question("ask_hours", "几点有人", 0, 4, 0.9)
    turn = take_turn(Message("几点有人", "zh", (question,), ()), Dialogue(handed_over=handed_over), at(now))
    (reply,) = turn.replies
    return reply.name, dict(reply.facts)


def test_who_waits_for_another_queue_hears_its_hours() -> None:
    name, said = ask_hours("request_refund", "2026-11-21T12:00")
    assert (name, said) == ("utter_hours_waiting", {"promised": "人工后天 9:00上班"})
    assert ask_hours("request_refund", "2026-11-20T12:00") == ("utter_hours_waiting", {"promised": "人工在线"})


@pytest.mark.parametrize("handed_over", [None, "purchase_intent", "bulk_order"])
def test_everybody_else_hears_the_hours_of_the_shop(handed_over: str | None) -> None:
    assert ask_hours(handed_over, "2026-11-21T12:00")[0] == "utter_hours_now"
    assert ask_hours(handed_over, "2026-11-21T23:00")[0] == "utter_hours_later"
