"""How cards, endings and messages read, in both languages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.core.card import TurnRecord, build_card
from bot.core.types import Language
from bot.desk.shown import Sight, card_shown, ending_shown, in_order, message_shown, picture_shown
from tests.desk.buyers import ANGRY, ENGLISH, HAGGLER, Buyer
from tests.small_shop import EVENING, SHOP, FakeCalendar, pair


def sight(language: Language = "zh", **changes: Any) -> Sight:
    return Sight(replace(SHOP, **changes), FakeCalendar(), EVENING, language)


def card_of(buyer: Buyer, **changes: Any) -> dict[str, Any]:
    turns = [TurnRecord(line.text, EVENING, line.record) for line in buyer.lines]
    return build_card("e", turns, SHOP, "now") | changes


def offer(kind: str, amount: str, per: str, total: str | None, *prices: str | None) -> dict[str, Any]:
    want = card_of(HAGGLER)["wants"][0]
    wants = [{**want, "list_price": price} for price in prices]
    given = {"kind": kind, "amount": amount, "per": per, "list_total": total, "words": "…"}
    return card_of(HAGGLER, offer=given, wants=wants)


OFFERS = [
    (offer("price", "600.00", "order", "738.00", "369.00"), "出 ¥600", "标价合计 ¥738", "低 ¥138（18.7%）"),
    (offer("price", "300.00", "piece", "738.00", "369.00"), "出 ¥300", "标价 ¥369", "低 ¥69（18.7%）"),
    (offer("price", "738.00", "order", "738.00", "369.00"), "出 ¥738", "标价合计 ¥738", None),
    (offer("price", "800.00", "order", "738.00", "369.00"), "出 ¥800", "标价合计 ¥738", "高 ¥62（8.4%）"),
    (offer("reduction", "38.50", "order", "738.00", "369.00"), "想便宜 ¥38.50", "标价合计 ¥738", "低 ¥38.50（5.2%）"),
    (offer("reduction", "900.00", "order", "738.00", "369.00"), "想便宜 ¥900", "标价合计 ¥738", None),
    (offer("price", "300.00", "piece", "500.00", "369.00", "131.00"), "出 ¥300", None, None),
    (offer("price", "600.00", "order", None, None), "出 ¥600", None, None),
    (offer("price", "600.00", "order", None), "出 ¥600", None, None),
    (offer("price", "5.00", "order", "0.00", "0.00"), "出 ¥5", None, None),
]


@pytest.mark.parametrize(("card", "amount", "listed", "gap"), OFFERS)
def test_an_offer_is_told_against_the_list_price_of_the_same_thing(
    card: dict, amount: str, listed: str | None, gap: str | None
) -> None:
    shown = card_shown(card, sight())["offer"]
    assert (shown["amount"], shown["listed"], shown["gap"]) == (amount, listed, gap)


def test_a_reduction_is_told_with_what_it_comes_to() -> None:
    card = offer("reduction", "38.00", "order", "738.00", "369.00")
    assert card_shown(card, sight("en"))["offer"]["asked"] == "comes to ¥700"


def test_the_card_speaks_the_agents_language_whatever_the_buyer_wrote() -> None:
    words = {"purchase_intent": pair("想买 {wants}", "wants {wants}")}
    words["negotiate_price"] = pair("谈价：{offer}｜{wants}", "haggles: {offer} | {wants}")
    spoken = replace(SHOP.card, headline={**SHOP.card.headline, **words})
    shown = card_shown(card_of(HAGGLER), sight("en", card=spoken))
    assert shown["headline"].startswith("haggles: 两件600我就拍 | ")
    assert shown["wants"][0]["variant"] == ["black", "M"]
    assert shown["suggested_reply"] == card_of(HAGGLER)["suggested_reply"], "that is for the buyer"
    assert card_shown(card_of(HAGGLER), sight("zh", card=spoken))["wants"][0]["variant"][1] == "M码"


def test_what_the_card_tells_elsewhere_is_not_told_again_as_an_open_question() -> None:
    assert card_shown(card_of(HAGGLER), sight())["open"] == []
    assert [q["text"] for q in card_shown(card_of(ENGLISH), sight())["open"]] == ["does it fit under a 40 cm shelf?"]
    assert len(card_shown(card_of(ANGRY), sight())["open"]) == 2


def test_what_was_told_comes_with_its_time() -> None:
    told = card_shown(card_of(HAGGLER), sight())["told"]
    assert [(q["told"], q["as_of"]["text"]) for q in told] == [("M", "20:51"), ("20", "20:51"), ("5–8 天", "20:51")]
    verdict = card_shown(card_of(ENGLISH), sight())["told"][0]["told"]
    assert verdict == "可以：200 g to 1.5 kg flour"


TOLD = [
    (("ask_stock", "quantity", "2"), "还有 2 件", "2 left"),
    (("ask_stock", "quantity", "0"), "没货", "out of stock"),
    (("ask_stock", "quantity", "W05-black-M: 5"), "W05-black-M：还有 5 件", "W05-black-M: 5 left"),
    (("ask_stock", "available", "W05-black-M: no"), "W05-black-M：没货", "W05-black-M: out of stock"),
    (("ask_shipping_fee", "postage", "15"), "运费 15 元", "postage ¥15"),
    (("ask_shipping_fee", "postage", "0"), "包邮", "free of postage"),
    (("ask_delivery_area", "served", "no"), "不送", "not delivered there"),
    (("ask_recommendation", "suggested", "W05"), "推荐了 轻薄羽绒服 W05", "suggested light down jacket W05"),
    (("ask_size", "size", "M/L"), "M/L", "M/L"),
    (("ask_spec", "power", "1300 W"), "1300 W", "1300 W"),
    (("ask_capability", "verdict", "limited: 中筋面粉：最多 1.5 kg"), "有条件：中筋面粉：最多 1.5 kg", "limited: 中筋面粉：最多 1.5 kg"),
    (("ask_usage", "faq", "note: no figure"), "note: no figure", "note: no figure"),
    (("ask_stock", None, "2"), "2", "2"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "zh", "en"), TOLD)
def test_what_was_told_reads_without_the_chat(question: tuple, zh: str, en: str) -> None:
    label, fact, told = question
    asked = {"label": label, "text": "?", "state": "answered", "told": told, "fact": fact, "as_of": None}
    for language, said in (("zh", zh), ("en", en)):
        shown = card_shown(card_of(HAGGLER, questions=[asked]), sight(language))["told"]
        assert [question["told"] for question in shown] == [said]


def test_a_note_that_hurries_is_marked() -> None:
    notes = card_shown(card_of(HAGGLER, notes=["送礼", "请加急", "URGENT please"]), sight())["notes"]
    assert [note["rush"] for note in notes] == [False, True, True]


@pytest.mark.parametrize(
    ("ending", "zh", "en"),
    [
        ({"outcome": "sold", "amount": "600.00"}, "成交：¥600", "sold: ¥600"),
        ({"outcome": "idle"}, "无人回应", "went quiet"),
        ({"outcome": "given_back"}, "交还机器人", "given back to the bot"),
        ({"outcome": "settled", "reason": "buyer"}, "办好了：买家说不用了", "settled: the buyer said so"),
        ({"outcome": "lost", "reason": "gone_from_the_shop"}, "没成", "lost"),
        ({"outcome": "sold", "amount": "5.00", "note": "<b>"}, "成交：¥5 · <b>", "sold: ¥5 · <b>"),
    ],
)
def test_an_ending_reads_as_a_sentence(ending: dict, zh: str, en: str) -> None:
    assert ending_shown(ending, sight("zh")) == zh
    assert ending_shown(ending, sight("en")) == en


@pytest.mark.parametrize(
    ("attachment", "elsewhere", "address"),
    [
        ({"id": "abc", "url": "pictures/abc"}, None, "pictures/abc"),
        ({"id": "abc"}, None, "pictures/abc"),
        ({"id": "https://a.example/x.jpg", "url": "https://a.example/x.jpg"}, "a.example", "https://a.example/x.jpg"),
        ({"id": "javascript:alert(1)"}, None, "pictures/javascript:alert(1)"),
    ],
)
def test_a_picture_at_anothers_address_is_only_named(attachment: dict, elsewhere: str | None, address: str) -> None:
    assert picture_shown(attachment) == {"elsewhere": elsewhere, "address": address}


def test_a_message_of_another_day_has_its_date() -> None:
    message = {"id": 1, "message_id": "m", "sender": "buyer", "name": None, "text": "电话13812345678", "episode": 1}
    message |= {"attachments": [], "record": None, "at": "2026-11-18T13:04:00.000+00:00"}
    zh, en = message_shown(message, sight("zh")), message_shown(message, sight("en"))
    assert (zh["at"]["text"], en["at"]["text"]) == ("11-18 21:04", "18 Nov 21:04")
    assert zh["text"] == "电话138****5678"


def test_a_deed_follows_the_message_that_brought_it() -> None:
    lines = [
        {"sort": "2", "kind": "deed", "id": 1},
        {"sort": "2", "kind": "message", "id": 9},
        {"sort": "1", "kind": "deed", "id": 5},
    ]
    assert [(line["kind"], line["id"]) for line in in_order(lines)] == [("deed", 5), ("message", 9), ("deed", 1)]
