"""A contact that a buyer leaves: asked for once, confirmed with its middle hidden, never called wrong if it is right."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from bot.core.dialogue import Dialogue
from bot.core.masking import mask
from bot.core.types import Entity, Question
from bot.services.turn import Message, Turn, take_turn
from tests.small_shop import SHANGHAI, make_desk

NIGHT = make_desk(datetime(2026, 11, 21, 23, tzinfo=SHANGHAI))
DAY = make_desk(datetime(2026, 11, 21, 12, tzinfo=SHANGHAI))
BACK = "人工明早 9:00上班"
WAITING = Dialogue(products=("L18",), handed_over="purchase_intent", contact_asked=True)


def take(text: str, label: str, dialogue: Dialogue = WAITING, desk=NIGHT, contact: str | None = None, **more) -> Turn:
    """`contact`: what understanding found in the text. `more`: `language`, `confidence`, `said`, its words."""
    said = more.get("said") or contact
    start = text.index(said) if said else 0
    found = (Entity("contact", contact, said, start, start + len(said)),) if contact else ()
    question = Question(label, text, 0, len(text), more.get("confidence", 0.9))
    return take_turn(Message(text, more.get("language", "zh"), (question,), found), dialogue, desk)


def names(turn: Turn) -> list[str]:
    return [reply.name for reply in turn.replies]


def facts(turn: Turn) -> dict[str, str]:
    return dict(turn.replies[-1].facts)


# --- asked for ----------------------------------------------------------------------------------------------------


def test_at_a_handover_after_hours_the_buyer_may_leave_a_contact() -> None:
    turn = take("我要一台料理机", "purchase_intent", Dialogue(products=("L18",)))
    assert names(turn) == ["utter_handover_purchase_intent", "utter_contact_wanted"]


def test_nobody_is_asked_while_people_are_there() -> None:
    assert names(take("我要一台料理机", "purchase_intent", Dialogue(), DAY)) == ["utter_handover_purchase_intent"]


def test_each_queue_has_its_own_hours() -> None:
    assert names(take("我要退货", "request_refund", Dialogue(), DAY))[-1] == "utter_contact_wanted"


def test_it_is_asked_for_once_an_episode() -> None:
    first = take("便宜点", "negotiate_price", Dialogue(products=("L18",)))
    again = take("我要投诉", "complaint", first.dialogue)
    assert names(again) == ["utter_handover_complaint"]


def test_that_it_was_asked_for_survives_the_way_through_json() -> None:
    first = take("便宜点", "negotiate_price", Dialogue(products=("L18",)))
    kept = Dialogue.from_json(json.loads(json.dumps(first.dialogue.as_json())))
    assert kept == first.dialogue
    assert "utter_contact_wanted" not in names(take("转人工", "request_human", kept))


@pytest.mark.parametrize("known", [Dialogue(contact="13812345678"), Dialogue(contact="lily_2088")])
def test_whose_contact_is_known_is_not_asked(known: Dialogue) -> None:
    assert names(take("转人工", "request_human", known)) == ["utter_handover_request_human"]


@pytest.mark.parametrize("text", ["不用了", "算了吧", "没事不用留", "no need", "不方便"])
def test_who_would_rather_not_leave_one_still_waits_for_the_answer(text: str) -> None:
    asked = take("我要一台料理机", "purchase_intent", Dialogue(products=("L18",))).dialogue
    turn = take(text, "deny", asked)
    assert (names(turn), facts(turn)) == (["utter_contact_declined"], {"promised": BACK})
    assert "settled" not in turn.record


def test_what_is_solved_is_settled_all_the_same() -> None:
    asked = take("转人工", "request_human", Dialogue()).dialogue
    assert take("不用了，已经解决了", "deny", asked).record["settled"] is True


def test_later_a_no_is_about_the_matter_again() -> None:
    asked = take("转人工", "request_human", Dialogue()).dialogue
    later = take("好的", "affirm", asked).dialogue
    assert take("不用了", "deny", later).record["settled"] is True


# --- confirmed ----------------------------------------------------------------------------------------------------

CONTACTS = [
    ("13812345678", "13812345678", "138****5678"),
    ("0571-88886666", "0571-88886666", "0571****6666"),
    ("lily_2088", "我微信lily_2088", "li***"),
    ("12345678", "加我QQ12345678", "12***"),
    ("li.lei@163.com", "邮箱li.lei@163.com", "l***@163.com"),
]


@pytest.mark.parametrize(("contact", "text", "masked"), CONTACTS)
def test_a_contact_is_confirmed_in_one_line_with_its_middle_hidden(contact: str, text: str, masked: str) -> None:
    turn = take(text, "inform", contact=contact)
    assert names(turn) == ["utter_contact_noted_waiting"]
    assert facts(turn) == {"contact": masked, "promised": BACK}
    assert turn.dialogue.contact == contact
    (said,) = turn.record["said"]
    assert (said["entity"], said["value"], said["text"]) == ("contact", contact, contact)


@pytest.mark.parametrize("label", ["inform", "affirm", "thanks", "ask_payment", "ask_spec", "request_human"])
@pytest.mark.parametrize(
    "text", ["好的 13812345678", "我电话是13812345678", "微信同号13812345678", "加我13812345678 谢谢"]
)
def test_a_message_that_is_a_contact_is_answered_with_one_line_whatever_it_was_taken_for(text: str, label: str) -> None:
    assert names(take(text, label, contact="13812345678")) == ["utter_contact_noted_waiting"]


def test_who_asks_to_be_called_is_handed_over() -> None:
    turn = take("打我电话13812345678", "request_human", Dialogue(), contact="13812345678")
    assert names(turn) == ["utter_handover_request_human", "utter_contact_noted_with"]


@pytest.mark.parametrize("dialogue", [WAITING, Dialogue()])
def test_a_contact_is_no_misunderstanding(dialogue: Dialogue) -> None:
    turn = take("哎13812345678这个", "ask_spec", dialogue, contact="13812345678", confidence=0.1)
    assert len(names(turn)) == 1 and names(turn)[0].startswith("utter_contact_noted")
    assert turn.dialogue.misunderstood == 0


def test_asking_for_a_person_again_with_a_contact_is_one_line_too() -> None:
    waiting = Dialogue(handed_over="request_human", contact_asked=True)
    turn = take("13812345678 明天叫人加我", "request_human", waiting, contact="13812345678")
    assert (names(turn), facts(turn)["promised"]) == (["utter_contact_noted_waiting"], BACK)
    assert turn.record["promised"] == BACK


def test_an_answer_that_was_asked_for_beside_is_given() -> None:
    turn = take("能退吗 13812345678", "ask_return_policy", contact="13812345678")
    assert names(turn) == ["utter_return_policy", "utter_contact_noted_waiting"]


def test_a_contact_that_comes_with_the_handover_is_confirmed_beside_it() -> None:
    turn = take("料理机来一台 13812345678", "purchase_intent", Dialogue(), contact="13812345678")
    assert names(turn) == ["utter_handover_purchase_intent", "utter_contact_noted_with"]


def test_where_nobody_was_called_the_buyer_hears_how_to_call_somebody() -> None:
    turn = take("13812345678", "inform", Dialogue(), contact="13812345678")
    assert (names(turn), facts(turn)) == (["utter_contact_noted"], {"contact": "138****5678"})


def test_no_line_holds_the_contact_itself() -> None:
    for dialogue in (WAITING, Dialogue()):
        turn = take("打13812345678", "request_human", dialogue, contact="13812345678")
        assert "12345" not in json.dumps([dict(reply.facts) for reply in turn.replies])


NAMES = ["lily_2088", "Happy2020", "我的微信 lilyzhang", "微信lilyzhang 谢谢", "好的，wxid_9ab3"]


@pytest.mark.parametrize("text", NAMES)
def test_a_wechat_name_is_understood_once_it_was_asked_for(text: str) -> None:
    turn = take(text, "out_of_scope")
    assert names(turn) == ["utter_contact_noted_waiting"]
    (said,) = turn.record["said"]
    assert said["entity"] == "contact" and said["text"] in text and said["value"] == said["text"].lower()


def test_the_word_for_it_is_no_way_to_pay_then() -> None:
    text = "我的微信 lilyzhang"
    paid = Entity("payment_method", "wechat_pay", "微信", 2, 4)
    question = Question("ask_payment", text, 0, len(text), 0.9)
    turn = take_turn(Message(text, "zh", (question,), (paid,)), WAITING, NIGHT)
    assert [said["value"] for said in turn.record["said"]] == ["lilyzhang"]
    assert names(turn) == ["utter_contact_noted_waiting"]
    other = take_turn(Message("微信", "zh", (Question("ask_payment", "微信", 0, 2, 0.9),), (paid,)), WAITING, NIGHT)
    assert names(other) == ["utter_contact_missing"]


@pytest.mark.parametrize("text", ["please", "thanks", "wechat please", "hello there"])
def test_words_are_no_name(text: str) -> None:
    assert take(text, "thanks", language="en").record["said"] == []


def test_a_name_alone_says_nothing_where_none_was_asked_for() -> None:
    assert take("lily_2088", "out_of_scope", Dialogue(handed_over="request_human")).record["said"] == []


# --- almost -------------------------------------------------------------------------------------------------------

ALMOST = [
    ("1381234567", "utter_contact_short", {"digits": "10", "wanted": "11", "off": "1"}),
    ("我电话138 1234 567", "utter_contact_short", {"digits": "10", "wanted": "11", "off": "1"}),
    ("手机13812345", "utter_contact_short", {"digits": "8", "wanted": "11", "off": "3"}),
    ("138123456789", "utter_contact_long", {"digits": "12", "wanted": "11", "off": "1"}),
    ("手机号138 1234 56789", "utter_contact_long", {"digits": "12", "wanted": "11", "off": "1"}),
    ("12812345678", "utter_contact_odd", {"digits": "11", "wanted": "11", "off": "0"}),
    ("座机88886666", "utter_contact_odd", {"digits": "8", "wanted": "11", "off": "3"}),
    ("call me at 415 555 0133", "utter_contact_odd", {"digits": "10", "wanted": "11", "off": "1"}),
    ("微信", "utter_contact_missing", {}),
    ("微信吧", "utter_contact_missing", {}),
    ("加我微信", "utter_contact_missing", {}),
    ("加个微信呗", "utter_contact_missing", {}),
    ("打我电话就行", "utter_contact_missing", {}),
    ("微信abc1", "utter_contact_missing", {}),
    ("my wechat", "utter_contact_missing", {}),
    ("add me on wechat please", "utter_contact_missing", {}),
]


@pytest.mark.parametrize(("text", "name", "said"), ALMOST)
@pytest.mark.parametrize("label", ["inform", "out_of_scope", "ask_payment", "ask_spec"])
def test_what_is_missing_is_said_kindly(text: str, name: str, said: dict, label: str) -> None:
    turn = take(text, label)
    assert (names(turn), facts(turn)) == ([name], said)
    assert turn.dialogue.contact is None
    assert turn.record["decision"] == "talk"


@pytest.mark.parametrize("text", ["1381234567", "加我微信"])
def test_what_is_not_understood_either_is_no_misunderstanding(text: str) -> None:
    assert take(text, "ask_spec", confidence=0.1).dialogue.misunderstood == 0


def test_a_question_beside_is_answered() -> None:
    turn = take("能退吗 1381234567打给我", "ask_return_policy")
    assert names(turn) == ["utter_return_policy", "utter_contact_short"]


def test_then_the_right_one_is_confirmed() -> None:
    almost = take("1381234567", "inform").dialogue
    assert names(take("13812345678", "inform", almost, contact="13812345678")) == ["utter_contact_noted_waiting"]


NO_CONTACT = [
    ("订单号138123456789", "inform"),
    ("訂單號138123456789", "inform"),
    ("快递单号1381234567", "inform"),
    ("手机尾号0456", "inform"),
    ("12306", "inform"),
    ("2026-11-28之前要", "order_note"),
    ("4008001234", "inform"),
    ("要138件", "bulk_order"),
    ("我身高170体重130", "inform"),
    ("微信能付吗", "ask_payment"),
    ("你们微信多少", "request_human"),
    ("do you take wechat", "ask_payment"),
    ("330106199001011234", "inform"),
    ("20261121123456789", "inform"),
]


@pytest.mark.parametrize(("text", "label"), NO_CONTACT)
def test_what_was_not_meant_as_a_contact_is_not_called_one(text: str, label: str) -> None:
    assert not [name for name in names(take(text, label)) if name.startswith("utter_contact")]


def test_the_bare_word_asks_for_a_way_to_pay_unless_a_contact_was_asked_for() -> None:
    assert names(take("微信", "ask_payment", Dialogue(handed_over="purchase_intent"))) == ["utter_payment_all"]
    assert names(take("微信", "ask_payment", Dialogue(handed_over="refund", contact_asked=True, contact="a"))) == [
        "utter_payment_all"
    ]


def test_a_number_sent_where_the_order_number_was_asked_for_is_the_orders() -> None:
    parcel = Dialogue(handed_over="track_parcel", contact_asked=True)
    assert not names(take("138123456789", "inform", parcel))[0].startswith("utter_contact")
    assert names(take("打我电话138123456789", "inform", parcel)) == ["utter_contact_long"]


def test_where_nobody_is_waited_for_numbers_are_left_alone() -> None:
    assert not names(take("1381234567", "inform", Dialogue()))[0].startswith("utter_contact")


# --- masked -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["138 123 45678", "13812 345678", "138123 45678"])
def test_other_groups_of_eleven_digits_are_masked_too(text: str) -> None:
    assert mask(text) == "138****5678"
