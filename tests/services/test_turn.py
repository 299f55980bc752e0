"""One turn: every question gets its answer, in the order asked, and a record of it."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from bot.core.dialogue import Dialogue, Pending
from bot.core.labels import ANSWERED, HANDED_OVER, TALK
from bot.core.types import Entity, Question
from bot.services.turn import ANSWERS, Message, Turn, take_turn
from tests.small_shop import SHANGHAI, make_desk

NEW = Dialogue()
OFFICE_HOURS = datetime(2026, 11, 20, 10, tzinfo=SHANGHAI)
"""A Friday morning: all queues have people."""


def message(text: str, *questions: tuple, entities: tuple = (), language="zh", confidence: float = 0.9) -> Message:
    """`questions` are (label, its words) or labels of the whole, `entities` (name, value, its words)."""
    asked = []
    for each in questions:
        label, part = (each, text) if isinstance(each, str) else each
        start = text.index(part)
        asked.append(Question(label, part, start, start + len(part), confidence))
    found = tuple(Entity(n, v, w, text.index(w), text.index(w) + len(w)) for n, v, w in entities)
    return Message(text, language, tuple(asked), found)


def take(text: str, *questions, dialogue: Dialogue = NEW, desk=None, **more) -> Turn:
    return take_turn(message(text, *questions, **more), dialogue, desk or make_desk())


def names(turn: Turn) -> list[str]:
    return [reply.name for reply in turn.replies]


def outcomes(turn: Turn) -> list[tuple[str, str]]:
    return [(q["label"], q["outcome"]) for q in turn.record["questions"]]


L18 = ("product", "L18", "料理机")
ABOUT_L18 = Dialogue(products=("L18",))


def test_every_label_that_the_bot_answers_has_its_service() -> None:
    assert set(ANSWERS) == set(ANSWERED)


def test_three_questions_have_three_answers_in_the_order_asked() -> None:
    turn = take(
        "料理机能和面吗 有货吗 今天拍几天到北京",
        ("ask_capability", "料理机能和面吗"),
        ("ask_stock", "有货吗"),
        ("ask_shipping_time", "今天拍几天到北京"),
        entities=(
            L18,
            ("capability", "knead_dough", "和面"),
            ("region", {"province": "11", "name_zh": "北京", "name_en": "Beijing"}, "北京"),
        ),
    )
    assert names(turn) == [
        "utter_can_limited",
        "utter_can_instead",
        "utter_stock_yes",
        "utter_sent_tomorrow",
        "utter_arrival",
    ]
    assert [label for label, _ in outcomes(turn)] == ["ask_capability", "ask_stock", "ask_shipping_time"]
    assert turn.record["decision"] == "answer"


def test_the_record_has_the_form_of_the_design() -> None:
    turn = take("料理机能和面吗", "ask_capability", entities=(L18, ("capability", "knead_dough", "和面")))
    (question,) = turn.record["questions"]
    assert question["details"] == {"product": "L18", "capability": "knead_dough"}
    assert question["facts"][0] == {
        "name": "verdict",
        "value": "limited",
        "source": "shop/capabilities",
        "as_of": "2026-11-21T21:04:00+08:00",
    }
    assert (question["label"], question["text"], question["outcome"]) == (
        "ask_capability",
        "料理机能和面吗",
        "answered",
    )
    assert turn.record["language"] == "zh"
    json.dumps(turn.record), json.dumps(turn.dialogue.as_json())


def test_one_question_is_asked_back_at_most_and_last() -> None:
    turn = take(
        "有货吗 多少钱 能退吗", ("ask_stock", "有货吗"), ("ask_price", "多少钱"), ("ask_return_policy", "能退吗")
    )
    assert names(turn) == ["utter_return_policy", "utter_ask_product"]
    assert turn.record["decision"] == "clarify"
    assert turn.dialogue.pending.missing == "product"
    assert [q["label"] for q in turn.dialogue.pending.questions] == ["ask_stock", "ask_price"]


def test_what_was_asked_back_is_answered_and_forgotten() -> None:
    first = take("有货吗 多少钱", ("ask_stock", "有货吗"), ("ask_price", "多少钱"))
    second = take("料理机", "inform", entities=(L18,), dialogue=first.dialogue)
    assert names(second) == ["utter_stock_yes", "utter_price"]
    assert second.dialogue.pending is None


def test_one_measure_after_the_other_gives_a_size() -> None:
    first = take("羽绒服穿多大", "ask_size", entities=(("product", "W05", "羽绒服"),))
    assert first.record["decision"] == "clarify"
    second = take("165", "inform", entities=(("height", 165, "165"),), dialogue=first.dialogue)
    assert names(second) == ["utter_ask_weight"]
    third = take("52公斤", "inform", entities=(("weight", 52, "52公斤"),), dialogue=second.dialogue)
    assert names(third) == ["utter_size_one_body"]


def test_the_same_thing_is_said_once() -> None:
    turn = take("料理机多少瓦 噪音呢", ("ask_spec", "料理机多少瓦"), ("ask_usage", "噪音呢"), entities=(L18,))
    assert len(names(turn)) == len(set(names(turn)))


# --- unknown, and what cannot be asked ----------------------------------------------------------------------------


def test_an_unknown_offers_a_person_and_yes_opens_a_card() -> None:
    first = take("料理机噪音多大", "ask_spec", entities=(L18, ("attribute", "noise", "噪音")))
    assert names(first) == ["utter_unknown_of", "utter_offer_person"]
    assert (outcomes(first), first.record["decision"]) == ([("ask_spec", "unknown")], "answer")
    assert "reason" not in first.record
    second = take("好的", "affirm", dialogue=first.dialogue)
    assert (second.record["reason"], second.record["decision"]) == ("unknown_answer", "hand_over")
    assert names(second) == ["utter_handover_unknown_answer"]


def test_an_unknown_asked_again_opens_a_card() -> None:
    entities = (L18, ("attribute", "noise", "噪音"))
    first = take("料理机噪音多大", "ask_spec", entities=entities)
    again = take("料理机到底噪音多大", "ask_spec", entities=entities, dialogue=first.dialogue)
    assert again.record["reason"] == "unknown_answer"
    assert "utter_offer_person" not in names(again)


def test_a_no_to_the_offer_opens_nothing() -> None:
    first = take("料理机噪音多大", "ask_spec", entities=(L18, ("attribute", "noise", "噪音")))
    second = take("不用了", "deny", dialogue=first.dialogue)
    assert "reason" not in second.record
    assert take("好的", "affirm", dialogue=second.dialogue).record["decision"] == "talk"


def test_a_source_that_cannot_be_asked_is_said_honestly_and_the_rest_is_answered(caplog) -> None:
    turn = take(
        "料理机有货吗 多少钱",
        ("ask_stock", "料理机有货吗"),
        ("ask_price", "多少钱"),
        entities=(L18,),
        desk=make_desk(down=True),
    )
    assert names(turn) == ["utter_cannot_look", "utter_price", "utter_offer_person"]
    assert outcomes(turn)[0] == ("ask_stock", "unknown")
    assert [record.message for record in caplog.records] == ["source_failed"]
    assert "有货" not in caplog.text


def test_while_a_person_is_waited_for_an_unknown_is_noted() -> None:
    waiting = Dialogue(products=("L18",), handed_over="purchase_intent")
    turn = take("噪音多大啊", "ask_spec", entities=(("attribute", "noise", "噪音"),), dialogue=waiting)
    assert names(turn) == ["utter_unknown_of", "utter_unknown_noted"]


# --- a person takes over ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("label", HANDED_OVER)
def test_a_handover_label_calls_a_person(label: str) -> None:
    turn = take("说", label, dialogue=ABOUT_L18, desk=make_desk(OFFICE_HOURS))
    assert names(turn) == [f"utter_handover_{label}"]
    assert (turn.record["reason"], turn.record["decision"]) == (label, "hand_over")
    assert outcomes(turn) == [(label, "handed_over")]
    assert turn.record["promised"]
    assert turn.dialogue.handed_over == label
    assert turn.record["questions"][0]["facts"][0]["name"] == "people_from"


def test_answers_come_before_the_handover_and_the_gravest_reason_rules() -> None:
    turn = take(
        "料理机有货吗?便宜点我就拍了",
        ("ask_stock", "料理机有货吗"),
        ("negotiate_price", "便宜点"),
        ("purchase_intent", "我就拍了"),
        entities=(L18,),
    )
    assert names(turn) == ["utter_stock_yes", "utter_handover_negotiate_price"]
    assert turn.record["reason"] == "negotiate_price"


def test_the_promise_on_the_record_is_the_one_that_was_told() -> None:
    desk = make_desk(datetime(2026, 11, 21, 23, tzinfo=SHANGHAI))
    turn = take("便宜点", "negotiate_price", dialogue=ABOUT_L18, desk=desk)
    assert turn.record["promised"] == turn.replies[0].facts["promised"] == "人工明早 9:00上班"


def test_nobody_is_offered_a_person_who_is_coming() -> None:
    turn = take("能开专票吗 转人工", ("ask_invoice", "能开专票吗"), ("request_human", "转人工"))
    assert "utter_offer_person" not in names(turn)


def test_while_waiting_the_bot_goes_on_answering() -> None:
    waiting = Dialogue(products=("L18",), handed_over="negotiate_price")
    turn = take("对了这个有货吗现在", "ask_stock", dialogue=waiting)
    assert names(turn) == ["utter_stock_yes"]
    assert "reason" not in turn.record


@pytest.mark.parametrize("text", ["不用了解决了", "没事了"])
def test_a_settled_matter_is_marked_as_settled(text: str) -> None:
    waiting = Dialogue(handed_over="request_human")
    turn = take(text, "deny", dialogue=waiting)
    assert (names(turn), turn.record.get("settled")) == (["utter_settled"], True)
    assert "settled" not in take("不是", "deny", dialogue=waiting).record
    assert "settled" not in take(text, "deny").record


def test_the_second_misunderstanding_in_a_row_calls_a_person() -> None:
    first = take("叽里咕噜", "ask_spec", confidence=0.1)
    assert (names(first), first.record["decision"]) == (["utter_not_understood"], "clarify")
    second = take("呜哩哇啦", "ask_spec", confidence=0.1, dialogue=first.dialogue)
    assert (names(second), second.record["reason"]) == (
        ["utter_handover_repeated_misunderstanding"],
        "repeated_misunderstanding",
    )


def test_an_understood_message_between_forgets_the_misunderstanding() -> None:
    first = take("叽里咕噜", "ask_spec", confidence=0.1)
    second = take("能退吗", "ask_return_policy", dialogue=first.dialogue)
    assert "reason" not in take("呜哩哇啦", "ask_spec", confidence=0.1, dialogue=second.dialogue).record


# --- talk and memory ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("label", TALK)
@pytest.mark.parametrize("handed_over", [None, "request_human"])
def test_talk_is_answered_with_one_line(label: str, handed_over: str | None) -> None:
    turn = take("说", label, dialogue=Dialogue(handed_over=handed_over))
    assert len(names(turn)) == 1
    assert turn.record["decision"] == "talk"


def test_remembers_what_was_talked_about_newest_first() -> None:
    first = take("料理机有货吗", "ask_stock", entities=(L18,))
    second = take("豆浆机多少钱", "ask_price", entities=(("product", "D20", "豆浆机"),), dialogue=first.dialogue)
    assert second.dialogue.products == ("D20", "L18")
    assert second.dialogue.last["label"] == "ask_price"


def test_remembers_measures_place_and_choice() -> None:
    place = {"province": "65", "name_zh": "乌鲁木齐", "name_en": "Urumqi"}
    turn = take(
        "羽绒服黑色M寄乌鲁木齐，我165 52公斤有货吗",
        "ask_stock",
        entities=(
            ("product", "W05", "羽绒服"),
            ("colour", "black", "黑色"),
            ("size", "M", "M"),
            ("region", place, "乌鲁木齐"),
            ("height", 165, "165"),
            ("weight", 52, "52公斤"),
        ),
    )
    kept = turn.dialogue
    assert (kept.colour, kept.size, kept.height_cm, kept.weight_kg, kept.region["province"]) == (
        "black",
        "M",
        165,
        52,
        "65",
    )


def test_another_product_forgets_the_choice_but_not_the_body() -> None:
    before = Dialogue(products=("W05",), colour="black", size="M", height_cm=165, weight_kg=52)
    kept = take("料理机有货吗", "ask_stock", entities=(L18,), dialogue=before).dialogue
    assert (kept.colour, kept.size, kept.height_cm) == (None, None, 165)


def test_every_detail_said_stands_in_the_record_with_its_words() -> None:
    turn = take("料理机寄北京多少钱", "ask_price", entities=(L18, ("region", {"province": "11"}, "北京")))
    assert turn.record["said"] == [
        {"entity": "product", "value": "L18", "text": "料理机", "start": 0},
        {"entity": "region", "value": {"province": "11"}, "text": "北京", "start": 4},
    ]


@pytest.mark.parametrize("label", [*ANSWERED, *HANDED_OVER, *TALK])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_label_is_ever_met_with_silence(label: str, language: str) -> None:
    assert take("?", label, language=language).replies


def test_a_message_without_questions_is_not_met_with_silence() -> None:
    assert take_turn(Message("😊", "zh", (), ()), Dialogue(), make_desk()).replies


def test_pending_survives_the_way_through_json() -> None:
    turn = take("有货吗", "ask_stock")
    back = Dialogue.from_json(json.loads(json.dumps(turn.dialogue.as_json())))
    assert isinstance(back.pending, Pending)
    assert take("料理机", "inform", entities=(L18,), dialogue=back).record["decision"] == "answer"


def test_a_product_alone_is_met_with_what_could_be_asked_of_it() -> None:
    turn = take("我看上料理机了", "inform", entities=(L18,))
    assert len(names(turn)) == 1 and turn.record["decision"] == "talk"


# --- what leads nowhere --------------------------------------------------------------------------------------------


def test_a_yes_to_nothing_is_not_understood_and_a_second_time_a_person_is_called() -> None:
    first = take("就内个事儿 你晓得的噻", "affirm", confidence=0.6)
    assert names(first) == ["utter_not_understood"]
    second = take("不是这个 上回那个", "deny", dialogue=first.dialogue, confidence=0.5)
    assert second.record["reason"] == "repeated_misunderstanding"


def test_a_no_to_the_question_back_is_the_second_misunderstanding() -> None:
    asked_back = Dialogue(pending=Pending("product", ({"label": "ask_stock", "text": "有货吗", "details": {}},)))
    assert take("不是那个啦", "deny", dialogue=asked_back).record["reason"] == "repeated_misunderstanding"


def test_thanks_that_may_be_a_yes_take_the_offer_of_a_person() -> None:
    offered = Dialogue(products=("L18",), pending=Pending("person"))
    question = Question("thanks", "好啊 麻烦你们", 0, 7, 0.44, ("affirm", "greet"))
    turn = take_turn(Message("好啊 麻烦你们", "zh", (question,), ()), offered, make_desk())
    assert turn.record["reason"] == "unknown_answer"


def test_whoever_says_that_it_is_settled_needs_nobody() -> None:
    turn = take("不用查了 没事了", "track_parcel", dialogue=Dialogue(handed_over="track_parcel"), confidence=0.4)
    assert turn.record["settled"]


def test_the_record_tells_the_label_that_was_held_next_likely() -> None:
    question = Question("thanks", "好啊 麻烦你们", 0, 7, 0.44, ("affirm", "greet"), next=0.4012)
    told = take_turn(Message("好啊 麻烦你们", "zh", (question,), ()), NEW, make_desk()).record["questions"][0]
    assert told["next"] == {"label": "affirm", "confidence": 0.401}
