"""What statements about the purchase mean, whatever the classifier heard in them."""

from __future__ import annotations

import pytest

from bot.core.asking import interrogative
from bot.core.dialogue import Dialogue
from bot.core.types import Entity, Question
from bot.core.wanting import label_of_statement, not_ordered_yet

NEW, BUYING, PARCEL = Dialogue(), Dialogue(handed_over="purchase_intent"), Dialogue(handed_over="track_parcel")
PLACE = {"province": "61", "name_zh": "西安"}


def said(text: str, label: str, names: str, dialogue: Dialogue, confidence: float = 0.9) -> str | None:
    """`names`: what was found in the text, by spaces; where it stands does not matter."""
    own = tuple(Entity(name, PLACE if name == "region" else 1, text, 0, 1) for name in names.split())
    return label_of_statement(Question(label, text, 0, len(text), confidence), own, dialogue)


WANTS = [
    ("那黑色L一件吧", "ask_stock", "colour size quantity", NEW, "purchase_intent"),
    ("black, one please", "ask_stock", "colour quantity", NEW, "purchase_intent"),
    ("two trousers in khaki 34", "ask_size", "product colour size quantity", NEW, "purchase_intent"),
    ("黑色的一件有吗", "ask_stock", "colour quantity", NEW, None),
    ("两件一起拍多少钱", "ask_price", "quantity", NEW, None),
    ("顺带再捎一台加湿器", "order_note", "product quantity", BUYING, "purchase_intent"),
    ("两件帮我分开包装 黑色那件贴张卡片", "order_note", "colour quantity", BUYING, None),
    ("刚说的两条不够 改三条", "negotiate_price", "quantity", BUYING, "purchase_intent"),
    ("三条便宜点", "negotiate_price", "quantity", BUYING, None),
    ("寄西安雁塔区吧", "order_note", "region", BUYING, "inform"),
    ("pls send to xi'an", "order_note", "region", BUYING, "inform"),
    ("给免邮我马上下单 发西安", "order_note", "region", BUYING, "purchase_intent"),
    ("寄西安 收件人林小雅", "order_note", "region", BUYING, None),
    ("周五之前要到", "ask_shipping_time", "date", BUYING, "inform"),
    ("周五能到吗", "ask_shipping_time", "date", BUYING, None),
    ("算了 换32公分的吧", "ask_capability", "size", BUYING, "inform"),
    ("139 2600 1188 打这个就行", "negotiate_price", "contact", NEW, "inform"),
    ("是台灯那单 买成黑色了", "purchase_intent", "product colour", PARCEL, "inform"),
    ("我要投诉 13926001188", "complaint", "contact", NEW, None),
]


@pytest.mark.parametrize(("text", "label", "names", "dialogue", "meant"), WANTS)
def test_a_statement_about_the_purchase(text: str, label: str, names: str, dialogue: Dialogue, meant: str) -> None:
    unsure = label in ("negotiate_price", "ask_capability") and meant == "inform"
    assert said(text, label, names, dialogue, 0.5 if unsure else 0.9) == meant


@pytest.mark.parametrize("text", ["有货吗", "多少钱", "能寄西安不", "够三个人吃吧", "is it in stock", "and can we return it", "黑色的呢"])  # fmt: skip
def test_it_asks(text: str) -> None:
    assert interrogative(text)


@pytest.mark.parametrize(
    "text", ["那黑色L一件吧", "给我来两件", "one in black please", "就要这个", "寄北京", "i want two"]
)
def test_it_does_not_ask(text: str) -> None:
    assert not interrogative(text)


def test_an_unsure_matter_after_the_sale_is_doubted_while_nothing_was_bought() -> None:
    question = Question("track_parcel", "刚才说昆明是几天来着", 0, 10, 0.44, ("inform", "ask_shipping_time"))
    assert not_ordered_yet(question, BUYING) == "ask_shipping_time"
    assert not_ordered_yet(question, NEW) is None
