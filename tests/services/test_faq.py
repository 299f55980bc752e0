"""The FAQ answers what nothing else does, and general rules where it is much nearer; facts past their date are not told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.core.dialogue import Dialogue
from bot.core.labels import HANDED_OVER
from bot.core.shop import Faq, Origin
from bot.core.types import Entity, FaqMatch, Question
from bot.services.turn import Message, Turn, take_turn
from tests.small_shop import SHOP, make_desk, make_shop, pair

ENTRIES = (
    Faq("plane", None, pair("能带上飞机吗", "can I take it on a plane"), pair("可以托运", "in checked luggage")),
    Faq(
        "steam",
        "L18",
        pair("会冒烟吗", "does it smoke"),
        pair("不会冒烟", "it does not smoke"),
        origin=Origin("manual"),
    ),
    Faq("steam_y", "Y915", pair("会冒烟吗", "does it smoke"), pair("会冒一点热气", "a little steam")),
    Faq("wash", None, pair("机洗会坏吗", "does it break when machine washed"), pair("不会", "no")),
)
DESK = make_desk(shop=make_shop(faq=ENTRIES))
NEW, TALKED_OF_L18 = Dialogue(), Dialogue(products=("L18",))


def take(
    label: str,
    *matches: tuple[str, float],
    text: str = "请问能带上飞机吗",
    confidence: float = 0.9,
    dialogue: Dialogue = NEW,
    language="zh",
    entities: tuple[Entity, ...] = (),
    desk=DESK,
) -> Turn:
    faq = tuple(FaqMatch(*match) for match in matches)
    question = Question(label, text, 0, len(text), confidence, faq=faq)
    return take_turn(Message(text, language, (question,), entities), dialogue, desk)


def told(turn: Turn) -> str | None:
    (question,) = turn.record["questions"]
    return next((fact["value"] for fact in question["facts"] if fact["name"] == "entry"), None)


def outcome(turn: Turn) -> str:
    return turn.record["questions"][0]["outcome"]


# --- where it answers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language, answer", [("zh", "可以托运"), ("en", "in checked luggage")])
def test_an_entry_is_told_in_the_buyers_language_and_leaves_its_fact(language: str, answer: str) -> None:
    turn = take("ask_capability", ("plane", 0.7), dialogue=TALKED_OF_L18, language=language)
    assert [(reply.name, reply.facts) for reply in turn.replies] == [("utter_faq", {"answer": answer})]
    assert turn.record["decision"] == "answer" and outcome(turn) == "answered"
    fact = turn.record["questions"][0]["facts"][0]
    assert (fact["name"], fact["value"], fact["source"]) == ("faq", answer, "shop/faq")
    assert fact["as_of"].startswith("2026-11-21T21:04")


@pytest.mark.parametrize(
    "label, similarity, answered",
    [
        ("ask_capability", 0.6, True),  # unknown of L18
        ("ask_capability", 0.59, False),
        ("ask_recommendation", 0.6, True),  # would be asked back
        ("out_of_scope", 0.6, True),
        ("inform", 0.6, True),
        ("ask_payment", 0.79, False),  # a general rule is told
        ("ask_payment", 0.8, True),
        ("ask_warranty", 0.8, True),
        ("ask_spec", 0.6, True),
        ("ask_stock", 1.0, False),  # a row is told
        ("ask_price", 1.0, False),
        ("greet", 1.0, False),
        ("thanks", 1.0, False),
        ("deny", 1.0, False),
        ("ask_bot", 1.0, False),
    ],
)
def test_what_is_not_known_is_filled_and_a_general_rule_only_by_a_near_entry(
    label: str, similarity: float, answered: bool
) -> None:
    turn = take(label, ("plane", similarity), dialogue=TALKED_OF_L18)
    assert (told(turn) == "plane") is answered


def test_a_general_rule_is_told_behind_the_entry_and_a_refusal_is_not() -> None:
    turn = take("ask_payment", ("plane", 0.9))
    assert [reply.name for reply in turn.replies] == ["utter_faq", "utter_payment_all"]
    assert [fact["name"] for fact in turn.record["questions"][0]["facts"]] == [
        *("faq", "entry"),
        *("accepted", "instalments_free_from"),
    ]
    refused = take("ask_recommendation", ("plane", 0.9), text="你们卖洗衣机吗")
    assert [reply.name for reply in refused.replies] == ["utter_faq"]


@pytest.mark.parametrize("label", HANDED_OVER)
def test_what_a_person_takes_is_never_answered_away(label: str) -> None:
    turn = take(label, ("plane", 1.0), dialogue=TALKED_OF_L18)
    assert told(turn) is None and turn.record["decision"] == "hand_over"


@pytest.mark.parametrize(
    "text, answered", [("飞机上能带吗", False), ("能带上飞机吗？", True), ("Can I take it on a plane", True)]
)
def test_stock_and_price_are_asked_back_unless_an_entrys_own_words_are_used(text: str, answered: bool) -> None:
    assert (told(take("ask_stock", ("plane", 1.0), text=text)) == "plane") is answered


def test_what_is_not_understood_is_answered_by_an_entry() -> None:
    assert outcome(take("ask_payment", text="啊吧啊吧", confidence=0.1)) == "clarify"
    assert told(take("ask_payment", ("plane", 0.7), text="啊吧啊吧", confidence=0.1)) == "plane"


def test_a_buyer_who_waits_for_a_person_is_answered_too() -> None:
    waiting = Dialogue(handed_over="purchase_intent")
    assert told(take("inform", ("plane", 0.7), dialogue=waiting)) == "plane"


def test_asked_again_it_opens_no_card_for_it_is_known() -> None:
    first = take("ask_capability", ("plane", 0.7), dialogue=TALKED_OF_L18)
    again = take("ask_capability", ("plane", 0.7), dialogue=first.dialogue)
    assert again.record["decision"] == "answer"


# --- which entry --------------------------------------------------------------------------------------------------

BOTH = (("steam", 0.9), ("steam_y", 0.9))


@pytest.mark.parametrize("product, entry", [("L18", "steam"), ("Y915", "steam_y"), ("M500", None), (None, None)])
def test_an_entry_of_a_product_is_told_where_that_product_is_talked_about(
    product: str | None, entry: str | None
) -> None:
    dialogue = Dialogue(products=(product,) if product else ())
    assert told(take("ask_capability", *BOTH, text="会冒烟吗", dialogue=dialogue)) == entry


def test_of_two_as_near_the_products_own_is_told_and_else_the_nearer() -> None:
    assert told(take("ask_capability", ("plane", 0.9), ("steam", 0.9), dialogue=TALKED_OF_L18)) == "steam"
    assert told(take("ask_capability", ("plane", 0.9), ("steam", 0.7), dialogue=TALKED_OF_L18)) == "plane"


def test_an_entry_that_names_another_use_than_the_question_is_not_its_answer() -> None:
    entity = (Entity("capability", "machine_wash", "机洗", 2, 4),)
    asked = {"text": "可以机洗吗", "entities": entity, "dialogue": TALKED_OF_L18}
    assert told(take("ask_capability", ("plane", 0.9), **asked)) is None
    assert told(take("ask_capability", ("wash", 0.9), **asked)) == "wash"


def test_an_entry_that_is_gone_meanwhile_is_passed_over() -> None:
    assert told(take("ask_capability", ("gone", 1.0), dialogue=TALKED_OF_L18)) is None


def test_the_product_asked_back_for_brings_the_entry_of_the_question_that_waited() -> None:
    first = take("ask_capability", *BOTH, text="会冒烟吗")
    assert outcome(first) == "clarify"
    named = (Entity("product", "L18", "料理机", 0, 3),)
    turn = take("inform", text="料理机", entities=named, dialogue=Dialogue.from_json(first.dialogue.as_json()))
    assert told(turn) == "steam"


def test_the_source_of_a_row_goes_into_the_record() -> None:
    turn = take("ask_capability", ("steam", 0.9), dialogue=TALKED_OF_L18)
    fact = turn.record["questions"][0]["facts"][0]
    assert (fact["source"], fact["origin"]) == ("shop/faq", "manual")
    assert "origin" not in take("ask_capability", ("plane", 0.9)).record["questions"][0]["facts"][0]


# --- past their review date ---------------------------------------------------------------------------------------

PAST, TODAY = Origin("", "Lin", date(2026, 11, 20)), Origin("", "Lin", date(2026, 11, 21))


def dated(rule: str, origin: Origin):
    """The small shop with one day on all that may have one."""
    return make_desk(
        shop=make_shop(
            handover=replace(SHOP.handover, stale_facts=rule),
            capabilities={key: replace(row, origin=origin) for key, row in SHOP.capabilities.items()},
            specs=tuple(replace(row, origin=origin) for row in SHOP.specs),
            size_rows={key: tuple(replace(row, origin=origin) for row in rows) for key, rows in SHOP.size_rows.items()},
            usage={key: replace(row, origin=origin) for key, row in SHOP.usage.items()},
            faq=tuple(replace(entry, origin=origin) for entry in ENTRIES),
        )
    )


def ask_of(product: str, label: str, kind: str, value: str, words: str, desk) -> Turn:
    entities = (Entity(kind, value, words, 0, len(words)),)
    return take(label, text=f"{words}？", entities=entities, dialogue=Dialogue(products=(product,)), desk=desk)


ASKED = [
    ("Y915", "ask_capability", "capability", "soy_milk", "打豆浆"),
    ("Y915", "ask_spec", "attribute", "power", "功率"),
    ("R30", "ask_size", "household", 3, "三个人"),
    ("Y915", "ask_usage", "topic", "clean", "清洗"),
]


@pytest.mark.parametrize("asked", ASKED, ids=[label for _, label, *_ in ASKED])
@pytest.mark.parametrize("rule, origin, said", [("answer", PAST, True), ("check", TODAY, True), ("check", PAST, False)])
def test_a_fact_past_its_date_is_told_or_looked_into_as_the_shop_says(
    asked, rule: str, origin: Origin, said: bool
) -> None:
    turn = ask_of(*asked, desk=dated(rule, origin))
    names = [reply.name for reply in turn.replies]
    if said:
        assert outcome(turn) == "answered" and "utter_let_me_check" not in names
    else:
        assert outcome(turn) == "unknown" and names == ["utter_let_me_check", "utter_offer_person"]
        assert turn.record["questions"][0]["facts"] == []


def test_agreeing_to_have_it_looked_into_calls_a_person() -> None:
    desk = dated("check", PAST)
    first = ask_of(*ASKED[0], desk=desk)
    turn = take("affirm", text="好的", dialogue=first.dialogue, desk=desk)
    assert turn.record["reason"] == "unknown_answer"


def test_an_entry_past_its_date_fills_nothing_and_takes_no_rules_place() -> None:
    desk = dated("check", PAST)
    assert [reply.name for reply in take("out_of_scope", ("plane", 0.9), desk=desk).replies][0] == "utter_let_me_check"
    assert outcome(take("ask_payment", ("plane", 0.9), desk=desk)) == "answered"


def test_a_fresh_entry_answers_where_the_tables_fact_is_past() -> None:
    shop = replace(dated("check", PAST).shop, faq=ENTRIES)
    entity = (Entity("attribute", "power", "功率", 0, 2),)
    asked = {
        "text": "功率？",
        "entities": entity,
        "dialogue": Dialogue(products=("Y915",)),
        "desk": make_desk(shop=shop),
    }
    assert told(take("ask_spec", ("plane", 0.9), **asked)) == "plane"


def test_what_is_past_is_left_out_of_lists() -> None:
    desk = dated("check", PAST)
    compared = take("ask_comparison", text="有什么区别", dialogue=Dialogue(products=("Y915", "L18")), desk=desk)
    assert "1000" not in str([reply.facts for reply in compared.replies])
    who = take("ask_capability", text="打豆浆", entities=(Entity("capability", "soy_milk", "打豆浆", 0, 3),), desk=desk)
    assert [reply.name for reply in who.replies] == ["utter_ask_product"]
