"""The handoff card, built from the turns of an episode alone."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import bot.core.card
from bot.core.card import TurnRecord, build_card
from tests.small_shop import EVENING, REASONS, SHOP

SCHEMA = json.loads((Path(bot.core.card.__file__).parent / "card.schema.json").read_text(encoding="utf-8"))
PROMISED = "人工明早 9:00 上班"


def question(label: str, text: str = "", outcome: str = "handed_over", facts: list | None = None, **details) -> dict:
    return {"label": label, "text": text, "outcome": outcome, "details": details, "facts": facts or []}


def turn(
    text: str, *questions: dict, reason: str | None = None, said=(), language="zh", pictures=(), minutes=0
) -> TurnRecord:
    asked = [q | {"text": q["text"] or text} for q in questions]
    handed = [q["label"] for q in asked if q["outcome"] == "handed_over"]
    record: dict[str, Any] = {"language": language, "questions": asked, "said": [*said, *_named(text, asked)]}
    if reason or handed:
        record["reason"] = reason or handed[0]
    return TurnRecord(text, EVENING + timedelta(minutes=minutes), record, tuple(pictures))


NAMES = {"W05": ("W05", "羽绒服"), "L18": ("L18", "料理机"), "Y915": ("破壁机",), "M500": ("厨师机",)}


def _named(text: str, asked: list[dict]) -> list[dict]:
    """What was chosen in these very words, as understanding finds it."""
    found = [said("product", product, word) for product, words in NAMES.items() for word in words if word in text]
    chosen = {
        (name, q["details"][name]) for q in asked for name in ("colour", "size", "quantity") if name in q["details"]
    }
    return found + [said(name, value, _words(value, text)) for name, value in sorted(chosen, key=str)]


CALLED = {"black": "黑", "beige": "米色", "white": "白", 1: "一", 2: "两", 3: "三"}


def _words(value: Any, text: str) -> str:
    words = CALLED.get(value, str(value))
    return words if words in text else str(value)


def said(name: str, value: Any, words: str) -> dict:
    return {"entity": name, "value": value, "text": words}


def fact(name: str, value: str) -> dict:
    return {"name": name, "value": value, "source": "shop/x", "as_of": EVENING.isoformat(timespec="seconds")}


def card(*turns: TurnRecord) -> dict[str, Any]:
    made = build_card("e-1", turns, SHOP, PROMISED)
    jsonschema.validate(json.loads(json.dumps(made)), SCHEMA, format_checker=jsonschema.FormatChecker())
    return made


def wants(*turns: TurnRecord) -> list[tuple]:
    return [(w["product"], w["colour"], w["size"], w["quantity"]) for w in card(*turns)["wants"]]


BUY = question("purchase_intent", product="W05", colour="black", size="M", quantity=2)


# --- the design's own example -------------------------------------------------------------------------------------


def test_the_card_of_the_design() -> None:
    made = card(
        turn(
            "165 52公斤穿多大",
            question(
                "ask_size", outcome="answered", facts=[fact("size", "M")], product="W05", height_cm=165, weight_kg=52
            ),
            said=[said("height", 165, "165"), said("weight", 52, "52公斤")],
        ),
        turn("W05黑色M来两件", BUY, minutes=1),
        turn(
            "两件600我就拍",
            question("negotiate_price", product="W05", quantity=2, amount="600.00", amount_kind="price"),
            said=[said("quantity", 2, "两件")],
            minutes=2,
        ),
        turn("送礼，不要放价格单", question("order_note", product="W05"), minutes=3),
        turn(
            "发乌鲁木齐",
            question("inform", outcome="answered"),
            said=[said("region", {"province": "65"}, "乌鲁木齐")],
            minutes=4,
        ),
    )
    assert (made["reason"], made["queue"], made["priority"]) == ("negotiate_price", "sales", "high")
    assert made["wants"] == [
        {"product": "W05", "name": "轻薄羽绒服 W05", "colour": "black", "size": "M", "quantity": 2, "list_price": "369.00", "words": "W05黑色M来两件"}
    ]  # fmt: skip
    assert made["offer"] == {
        "kind": "price",
        "amount": "600.00",
        "per": "order",
        "list_total": "738.00",
        "words": "两件600我就拍",
    }
    assert (made["about"], made["order"], made["destination"], made["needed_by"]) == (None, None, "乌鲁木齐", None)
    assert made["buyer"] == {"height_cm": 165, "weight_kg": 52, "household": None, "contact": None}
    assert made["notes"] == ["送礼，不要放价格单"]
    assert made["promised"] == PROMISED
    assert (made["opened_at"], made["waiting_since"]) == ("2026-11-21T21:05:00+08:00",) * 2
    assert made["questions"][0] == {
        "label": "ask_size", "text": "165 52公斤穿多大", "state": "answered", "told": "M", "fact": "size", "as_of": "2026-11-21T21:04:00+08:00"
    }  # fmt: skip
    assert "price" in made["cares_about"] and made["mood"] == "neutral"


# --- wants --------------------------------------------------------------------------------------------------------

CHANGES = [
    ("what was only asked about is not wanted", [turn("W05有货吗", question("ask_stock", outcome="answered", product="W05")), turn("转人工", question("request_human"))], []),
    ("what is bought is wanted", [turn("W05黑色M来两件", BUY)], [("W05", "black", "M", 2)]),
    ("quantity is null unless said", [turn("W05黑色M我要了", question("purchase_intent", product="W05", colour="black", size="M"))], [("W05", "black", "M", None)]),
    ("a later detail refines it", [turn("羽绒服我要了", question("purchase_intent", product="W05")), turn("黑色M码", question("inform", outcome="answered", product="W05", colour="black", size="M"))], [("W05", "black", "M", None)]),
    ("another size takes the first one's place", [turn("W05黑色M来两件", BUY), turn("换成L吧", question("inform", outcome="answered", product="W05", size="L"))], [("W05", "black", "L", 2)]),
    ("another colour takes the first one's place", [turn("W05黑色M来两件", BUY), turn("还是要米色的", question("purchase_intent", product="W05", colour="beige"))], [("W05", "beige", "M", 2)]),
    ("another quantity takes the first one's place", [turn("W05黑色M来两件", BUY), turn("三件吧", question("inform", outcome="answered", product="W05", quantity=3))], [("W05", "black", "M", 3)]),
    ("one more is one more", [turn("W05黑色M来两件", BUY), turn("再来一件米色S", question("purchase_intent", product="W05", colour="beige", size="S", quantity=1))], [("W05", "black", "M", 2), ("W05", "beige", "S", 1)]),
    ("another product is one more", [turn("W05黑色M来两件", BUY), turn("料理机也要一台", question("purchase_intent", product="L18", quantity=1))], [("W05", "black", "M", 2), ("L18", None, None, 1)]),
    ("another product instead is the only one", [turn("料理机来一台", question("purchase_intent", product="L18", quantity=1)), turn("换成厨师机吧", question("purchase_intent", product="M500"))], [("M500", None, None, None)]),
    ("a detail of what is not wanted adds nothing", [turn("W05黑色M来两件", BUY), turn("料理机白色的", question("inform", outcome="answered", product="L18", colour="white"))], [("W05", "black", "M", 2)]),
    ("said twice it stands once", [turn("W05黑色M来两件", BUY), turn("W05黑色M来两件", BUY)], [("W05", "black", "M", 2)]),
    ("two at once are two", [turn("料理机和破壁机各来一台", question("purchase_intent", product="L18", quantity=1), question("purchase_intent", product="Y915", quantity=1))], [("L18", None, None, 1), ("Y915", None, None, 1)]),
]  # fmt: skip


@pytest.mark.parametrize(("turns", "wanted"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_wants_are_what_the_buyer_wants_in_the_end(turns: list[TurnRecord], wanted: list[tuple]) -> None:
    assert wants(*turns) == wanted


@pytest.mark.parametrize("label", ["inform", "deny"])
def test_what_was_given_up_is_not_wanted(label: str) -> None:
    first = turn("料理机来一台", question("purchase_intent", product="L18", quantity=1))
    second = turn("破壁机也要", question("purchase_intent", product="Y915"))
    third = turn("料理机不要了", question(label, outcome="answered", product="L18"))
    assert wants(first, second, third) == [("Y915", None, None, None)]


def test_after_a_change_of_mind_another_item_instead_leaves_the_rest() -> None:
    jacket, mixer = (
        turn("W05黑色M来两件", BUY),
        turn("料理机也来一台", question("purchase_intent", product="L18", quantity=1)),
    )
    swap = turn("料理机换成厨师机", question("purchase_intent", product="M500"))
    assert [want[0] for want in wants(jacket, mixer, swap)] == ["W05", "M500"]


PRICES = [
    ({"product": "R30", "size": "3L"}, "229.00"),
    ({"product": "R30"}, None),  # three sizes, three prices
    ({"product": "W05"}, "369.00"),
]


@pytest.mark.parametrize(("details", "price"), PRICES)
def test_the_list_price_is_the_shops_and_none_where_it_depends(details: dict, price: str | None) -> None:
    assert card(turn("我要了", question("purchase_intent", **details)))["wants"][0]["list_price"] == price


# --- offer --------------------------------------------------------------------------------------------------------

OFFERS = [
    ("两件600我就拍", {"product": "W05", "quantity": 2, "amount": "600.00", "amount_kind": "price"}, ("price", "600.00", "order")),
    ("350一件卖不卖", {"product": "W05", "amount": "350.00", "amount_kind": "price", "amount_per": "piece"}, ("price", "350.00", "piece")),
    ("300卖不卖", {"product": "W05", "amount": "300.00", "amount_kind": "price"}, ("price", "300.00", "piece")),
    ("便宜20我就买", {"product": "W05", "amount": "20.00", "amount_kind": "reduction"}, ("reduction", "20.00", "piece")),
    ("一共便宜20", {"product": "W05", "amount": "20.00", "amount_kind": "reduction", "amount_per": "order"}, ("reduction", "20.00", "order")),
]  # fmt: skip


@pytest.mark.parametrize(("words", "details", "wanted"), OFFERS, ids=[o[0] for o in OFFERS])
def test_an_offer_says_of_what_kind_it_is_and_what_for(words: str, details: dict, wanted: tuple) -> None:
    offer = card(turn(words, question("negotiate_price", **details)))["offer"]
    assert (offer["kind"], offer["amount"], offer["per"]) == wanted
    assert offer["words"] == words


def test_the_last_offer_counts() -> None:
    first = turn("500卖吗", question("negotiate_price", product="W05", amount="500.00", amount_kind="price"))
    last = turn("那600", question("negotiate_price", product="W05", amount="600.00", amount_kind="price"))
    assert card(first, last)["offer"]["amount"] == "600.00"


def test_an_amount_that_was_only_asked_about_is_no_offer() -> None:
    asked = turn("满299减吗", question("ask_promotion", outcome="answered", amount="299.00"))
    assert card(asked, turn("转人工", question("request_human")))["offer"] is None


# --- what follows from what was said ------------------------------------------------------------------------------

DEADLINES = [
    ("29号前要到", "29号", {"date": "2026-11-29", "words": "29号"}),
    ("周五之前能到吗", "周五", {"date": "2026-11-27", "words": "周五"}),
    ("明天要用", "明天", {"date": "2026-11-22", "words": "明天"}),
    ("I need it by friday", "by friday", {"date": "2026-11-27", "words": "by friday"}),
    ("今天拍什么时候发", "今天", None),
    ("明天几点上班", "明天", None),
]


@pytest.mark.parametrize(("text", "day", "wanted"), DEADLINES)
def test_needed_by_is_a_day_with_the_buyers_words(text: str, day: str, wanted: dict | None) -> None:
    made = card(turn(text, question("order_note", product="W05"), said=[said("date", day, day)]))
    assert made["needed_by"] == wanted


PRIORITIES = [
    ("complaint", "投诉你们", [], "urgent"),
    ("order_note", "今天就要用", [said("date", "今天", "今天")], "urgent"),
    ("purchase_intent", "我要了", [], "high"),
    ("negotiate_price", "便宜点", [], "high"),
    ("bulk_order", "要50个", [], "high"),
    ("request_human", "转人工", [], "normal"),
    ("track_parcel", "到哪了", [], "normal"),
    ("request_refund", "退货", [], "normal"),
    ("product_problem", "坏了", [], "normal"),
]


@pytest.mark.parametrize(("label", "text", "details", "priority"), PRIORITIES)
def test_priority_follows_the_reason_and_the_day(label: str, text: str, details: list, priority: str) -> None:
    assert card(turn(text, question(label), said=details))["priority"] == priority


QUEUES = {"complaint": "complaint", "request_human": "sales", "product_problem": "aftersale", "request_refund": "refund",
          "track_parcel": "tracking", "bulk_order": "bulk", "negotiate_price": "sales", "purchase_intent": "sales",
          "order_note": "sales", "unknown_answer": "sales", "repeated_misunderstanding": "sales"}  # fmt: skip


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_makes_a_card_with_its_queue_and_no_open_brace(reason: str) -> None:
    made = card(
        turn("说", question(reason), reason=reason)
        if reason in REASONS[:9]
        else turn("说", question("ask_spec", outcome="unknown"), reason=reason)
    )
    assert (made["reason"], made["queue"]) == (reason, QUEUES[reason])
    assert "{" not in made["headline"] + made["suggested_reply"]


def test_the_gravest_reason_rules_and_takes_the_queue_with_it() -> None:
    made = card(
        turn("便宜点", question("negotiate_price")),
        turn("投诉你们", question("complaint")),
        turn("转人工", question("request_human")),
    )
    assert (made["reason"], made["queue"], made["priority"], made["mood"]) == (
        "complaint",
        "complaint",
        "urgent",
        "angry",
    )


def test_the_place_is_as_far_as_it_was_said_the_last_one_counts() -> None:
    first = turn("发北京几天", question("ask_shipping_time", outcome="answered"), said=[said("region", {}, "北京")])
    last = turn(
        "寄到广东深圳南山区",
        question("order_note"),
        said=[said("region", {}, "广东深圳南山区")],
    )
    assert card(first, last)["destination"] == "广东深圳南山区"
    assert card(last, first)["destination"] == "北京"


def test_a_place_that_is_not_served_stands_on_the_card() -> None:
    made = card(turn("香港发吗 转人工", question("request_human"), said=[said("region", {"province": "81"}, "香港")]))
    assert made["destination"] == "香港"


def test_an_after_sale_matter_names_its_product_and_its_order() -> None:
    made = card(turn("订单202611210001的料理机坏了", question("product_problem", product="L18"), pictures=("p1",)))
    assert made["about"] == {"product": "L18", "name": "料理机 L18"}
    assert made["order"] == "202611210001"
    assert made["pictures"] == ["p1"]
    assert made["wants"] == []


def test_a_contact_stands_on_the_card_as_it_was_written() -> None:
    made = card(
        turn("打我电话13812345678", question("request_human"), said=[said("contact", "13812345678", "13812345678")])
    )
    assert made["buyer"]["contact"] == "13812345678"
    assert made["order"] is None


# --- questions ----------------------------------------------------------------------------------------------------


def test_asked_twice_it_stands_once_in_its_last_state() -> None:
    first = turn("料理机多重", question("ask_spec", outcome="unknown", product="L18", attribute="weight"))
    again = turn(
        "料理机到底多重",
        question("ask_spec", outcome="answered", facts=[fact("weight", "1.9 公斤")], product="L18", attribute="weight"),
    )
    made = card(first, again, turn("转人工", question("request_human")))
    assert [(q["label"], q["state"], q["told"]) for q in made["questions"]] == [
        ("ask_spec", "answered", "1.9 公斤"),
        ("request_human", "open", None),
    ]


def test_the_same_label_about_another_thing_is_another_question() -> None:
    one = turn(
        "料理机能和面吗",
        question(
            "ask_capability",
            outcome="answered",
            facts=[fact("verdict", "limited"), fact("limit", "300 克")],
            product="L18",
            capability="knead_dough",
        ),
    )
    two = turn(
        "能打豆浆吗",
        question(
            "ask_capability", outcome="answered", facts=[fact("verdict", "no")], product="L18", capability="soy_milk"
        ),
    )
    made = card(one, two, turn("转人工", question("request_human")))
    assert [(q["text"], q["told"]) for q in made["questions"][:2]] == [
        ("料理机能和面吗", "limited: 300 克"),
        ("能打豆浆吗", "no"),
    ]


STATES = [
    ("answered", "answered"),
    ("clarify", "open"),
    ("unknown", "unknown"),
    ("refused", "refused"),
]


@pytest.mark.parametrize(("outcome", "state"), STATES)
def test_an_outcome_becomes_a_state(outcome: str, state: str) -> None:
    made = card(
        turn("问", question("ask_spec", outcome=outcome, product="L18")), turn("转人工", question("request_human"))
    )
    assert made["questions"][0]["state"] == state


def test_what_a_person_takes_over_is_open() -> None:
    assert card(turn("便宜点", question("negotiate_price", product="L18")))["questions"][0]["state"] == "open"


def test_talk_is_no_question() -> None:
    made = card(turn("在吗", question("greet", outcome="answered")), turn("转人工", question("request_human")))
    assert [q["label"] for q in made["questions"]] == ["request_human"]


def test_the_suggested_reply_is_in_the_buyers_language() -> None:
    made = card(turn("i'll take two in black m", BUY, language="en"))
    assert made["suggested_reply"].startswith("your light down jacket W05")
    assert made["language"] == "en"


def test_times_are_aware() -> None:
    made = card(turn("转人工", question("request_human")))
    assert datetime.fromisoformat(made["opened_at"]).utcoffset() is not None


def test_the_length_of_a_bed_is_no_height_of_the_buyers() -> None:
    bed = [said("height", 180, "1.8米"), said("size", "1.8m", "1.8米")]
    made = card(turn("四件套1.8米的来一套", question("purchase_intent", product="S60", size="1.8m"), said=bed))
    assert made["buyer"]["height_cm"] is None
    asked = turn("我1.8米穿多大", question("ask_size", outcome="answered", product="W05", height_cm=180), said=bed)
    assert card(asked, turn("转人工", question("request_human")))["buyer"]["height_cm"] == 180


@pytest.mark.parametrize(
    ("words", "day"), [("腊月二十三", "2027-01-30"), ("圣诞节", "2026-12-25"), ("christmas", "2026-12-25")]
)
def test_a_festival_is_on_the_card_with_its_words_and_its_day(words: str, day: str) -> None:
    made = card(turn(f"要{words}前收到", question("order_note", product="W05"), said=[said("date", words, words)]))
    assert made["needed_by"] == {"date": day, "words": words}
