"""Buyers of all kinds, as the desk meets them: what they wrote, what the bot said, and the record of each turn."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

PROMISED = {"zh": "人工客服现在在线", "en": "our people are online now"}
LATER = {"zh": "人工客服11月23日（周一）9:00 上班", "en": "our people are back Mon 23 Nov at 9:00"}


@dataclass(frozen=True)
class Line:
    """A buyer's message, the bot's answer, and what the turn leaves behind."""

    text: str
    reply: str
    record: dict[str, Any]
    pictures: int = 0


@dataclass(frozen=True)
class Buyer:
    """`minutes`: how long ago the first line was written; the others follow at `every` seconds."""

    name: str
    minutes: float
    lines: tuple[Line, ...]
    every: int = 40
    taken_by: str | None = None
    said: tuple[str, ...] = field(default=())
    """What the agent who took it wrote."""


def asked(label: str, text: str, outcome: str = "answered", told: str | None = None, **details: Any) -> dict[str, Any]:
    """One question of a turn's record."""
    fact = {"name": "answer", "value": told, "source": "shop", "as_of": "2026-11-21T20:51:00+08:00"}
    return {"label": label, "text": text, "outcome": outcome, "details": details, "facts": [fact] if told else []}


def said(entity: str, value: Any, text: str) -> dict[str, Any]:
    return {"entity": entity, "value": value, "text": text}


def turn(text: str, reply: str, *questions: dict[str, Any], pictures: int = 0, **record: Any) -> Line:
    """A turn; with `reason`, one that calls for a person."""
    language = record.pop("language", "zh")
    calls = "reason" in record
    whole = {
        "language": language,
        "questions": list(questions),
        "decision": "hand_over" if calls else "answer",
        "said": [],
    }
    if calls:
        record.setdefault("promised", PROMISED[language])
    return Line(text, reply, whole | record, pictures)


WILL = {
    "zh": "好的，已经帮您叫人工客服了，人工客服现在在线，前面说过的不用再说。",
    "en": "Sure, I've called a person; our people are online now, and you won't have to repeat anything.",
}
JACKET = {"product": "W05", "colour": "black", "size": "M"}

HAGGLER = Buyer(
    "haggler",
    4.6,
    (
        turn(
            "165 52公斤穿羽绒服多大", "轻薄羽绒服 W05 建议穿 M 码，偏小，介于两码之间选大的。",
            asked("ask_size", "165 52公斤穿羽绒服多大", told="M", product="W05"),
            said=[said("height", 165, "165"), said("weight", 52, "52公斤")],
        ),
        turn(
            "黑色M有货吗", "有的，黑色 M码现在有 20 件。",
            asked("ask_stock", "黑色M有货吗", told="20", **JACKET),
        ),
        turn(
            "寄乌鲁木齐要几天，25号前要用", "寄新疆一般 5–8 天，是估计，不能保证。",
            asked("ask_shipping_time", "寄乌鲁木齐要几天", told="5–8 天", region="65"),
            said=[said("region", "65", "乌鲁木齐"), said("date", "25号", "25号")],
        ),
        turn(
            "W05黑色M来两件，两件600我就拍，我电话13812345678", WILL["zh"],
            asked("purchase_intent", "W05黑色M来两件", "handed_over", quantity=2, **JACKET),
            asked("negotiate_price", "两件600我就拍", "handed_over", amount="600.00", quantity=2, product="W05"),
            said=[said("quantity", 2, "两件"), said("colour", "black", "黑色"), said("size", "M", "M"),
                  said("contact", "13812345678", "13812345678")],
            reason="negotiate_price",
        ),
        turn("送礼的，别放价格单，加急", "记下了，会一起告诉人工客服。",
             asked("order_note", "送礼的，别放价格单，加急", "handed_over", product="W05"), reason="order_note"),
    ),
)  # fmt: skip

ENGLISH = Buyer(
    "english",
    1.7,
    (
        turn("can the M500 mixer knead bread dough", "Yes: 200 g to 1.5 kg of flour, about 12 minutes.",
             asked("ask_capability", "can the M500 mixer knead bread dough", told="yes: 200 g to 1.5 kg flour",
                   product="M500", capability="knead_dough"), language="en"),
        turn("does it fit under a 40 cm shelf?", "I don't know its height, but I can ask a person.",
             asked("ask_spec", "does it fit under a 40 cm shelf?", "unknown", product="M500"), language="en"),
        turn("I'd take the red one today if you can do 850", WILL["en"],
             asked("negotiate_price", "I'd take the red one today if you can do 850", "handed_over", product="M500",
                   colour="red", amount="850.00", amount_per="piece", quantity=1),
             said=[said("colour", "red", "red")], language="en", reason="negotiate_price"),
    ),
)  # fmt: skip

ANGRY = Buyer(
    "angry",
    42,
    (
        turn("昨天收到的破壁机杯子裂了！订单2026112012345678", "给您添麻烦了。售后的同事11月23日（周一）9:00 上班，情况我先记下。",
             asked("product_problem", "昨天收到的破壁机杯子裂了", "handed_over", product="Y915"),
             reason="product_problem", promised=LATER["zh"], pictures=2),
        turn("什么破东西，我要投诉", "非常抱歉，我已经转给负责投诉的同事了。",
             asked("complaint", "什么破东西，我要投诉", "handed_over", product="Y915"),
             reason="complaint", promised=LATER["zh"]),
    ),
)  # fmt: skip

BULK = Buyer(
    "bulk",
    0.6,
    (
        turn("公司年会要保温杯T500黑色60个，能开专票吗，送到上海", WILL["zh"],
             asked("bulk_order", "公司年会要保温杯T500黑色60个", "handed_over", product="T500", colour="black", quantity=60),
             asked("ask_invoice", "能开专票吗", "unknown"),
             said=[said("quantity", 60, "60个"), said("region", "31", "上海")], reason="bulk_order"),
    ),
)  # fmt: skip

UNKNOWN = Buyer(
    "unknown",
    0.1,
    (
        turn("加湿器H3噪音会影响宝宝睡觉吗", "它是 35 分贝，会不会影响睡觉我说不准，可以请人工客服看看。",
             asked("ask_spec", "加湿器H3噪音会影响宝宝睡觉吗", "unknown", product="H3")),
        turn("那帮我问问吧", WILL["zh"],
             asked("affirm", "那帮我问问吧", "handed_over"), reason="unknown_answer"),
    ),
    every=20,
)  # fmt: skip

PARCEL = Buyer(
    "parcel",
    95,
    (
        turn("快递三天没动了 单号2026111898765432", "让您久等了，物流的同事11月23日（周一）9:00 上班，我先把订单号记下。",
             asked("track_parcel", "快递三天没动了", "handed_over"), reason="track_parcel", promised=LATER["zh"]),
    ),
)  # fmt: skip

HUMAN = Buyer(
    "human",
    8,
    (turn("转人工", WILL["zh"], asked("request_human", "转人工", "handed_over"), reason="request_human"),),
    taken_by="小林",
    said=("您好，我是小林，前面的聊天我都看过了，请问想了解哪一款？",),
)

BEDDING = Buyer(
    "bedding",
    13,
    (
        turn("四件套1.8m灰色来一套，再要一个Z28蒸锅28cm", WILL["zh"],
             asked("purchase_intent", "四件套1.8m灰色来一套", "handed_over", product="S60", colour="grey", size="1.8m", quantity=1),
             asked("purchase_intent", "再要一个Z28蒸锅28cm", "handed_over", product="Z28", size="28cm", quantity=1),
             said=[said("quantity", 1, "一套"), said("size", "1.8m", "1.8m")], reason="purchase_intent"),
    ),
    taken_by="小林",
    said=("亲，您要的四件套和蒸锅都有货，今天拍下明天发～",),
)  # fmt: skip

REFUND = Buyer(
    "refund",
    30,
    (
        turn("牛仔裤J01小了想退，吊牌还在", "退换的同事11月23日（周一）9:00 上班，我先帮您登记。",
             asked("request_refund", "牛仔裤J01小了想退", "handed_over", product="J01"),
             reason="request_refund", promised=LATER["zh"]),
    ),
    taken_by="阿明",
    said=("您好，没穿过洗过就可以退的，我帮您登记好了，周一给您退货地址。",),
)  # fmt: skip

CUT = Buyer(
    "cut",
    2.2,
    (
        turn("air fryer A5 black, any chance of 20 off?", WILL["en"],
             asked("negotiate_price", "air fryer A5 black, any chance of 20 off?", "handed_over", product="A5",
                   colour="black", amount="20.00", amount_kind="reduction", amount_per="piece"),
             language="en", reason="negotiate_price"),
    ),
)  # fmt: skip

BAFFLED = Buyer(
    "baffled",
    5.5,
    (
        turn("那个那个就是上次那个嘛", "不好意思，我没听懂，能换个说法吗？", asked("out_of_scope", "那个那个", "clarify")),
        turn("哎呀就那个", "抱歉我还是没听懂，帮您叫人工客服了。",
             asked("out_of_scope", "哎呀就那个", "clarify"), reason="repeated_misunderstanding"),
    ),
)  # fmt: skip

SOLD = Buyer(
    "sold",
    120,
    (
        turn("电热水壶K17白色拍一个", WILL["zh"],
             asked("purchase_intent", "电热水壶K17白色拍一个", "handed_over", product="K17", colour="white", quantity=1),
             reason="purchase_intent"),
    ),
    taken_by="小林",
    said=("好的亲，已经帮您备注今天发货～",),
)  # fmt: skip

EVERYBODY = (HAGGLER, ENGLISH, ANGRY, BULK, UNKNOWN, PARCEL, HUMAN, BEDDING, REFUND, CUT, BAFFLED, SOLD)
SCRIPT = {line.text: line for buyer in EVERYBODY for line in buyer.lines}
