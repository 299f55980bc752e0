"""Whether a reply to a buyer asks for something that the buyer said already, or says that it will ask for it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bench.handoff_gold import Gold
from bot.core.shop import Shop

_PIECE = "(?:件|个|台|条|套|只|双|床|份)"

TABLE: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "product": {
        "zh": ("商品(?:名称|链接)|型号|款式", r"(?:哪|什么)一?(?:款|样|种|件商品|个商品|个产品)|什么(?:商品|产品|东西)"),
        "en": ("product|item|model", r"\b(?:which|what) (?:product|item|model|one)\b"),
    },
    "colour": {
        "zh": ("颜色|色号", "(?:什么|哪个|哪种|啥)(?:颜色|色)"),
        "en": ("colou?rs?", r"\b(?:which|what) colou?r"),
    },
    "size": {
        "zh": ("尺码|码数|尺寸|规格|容量", "(?:什么|哪个|哪种|几|多大)(?:码|号|尺寸|容量|升)|穿多大|要多大"),
        "en": ("sizes?|capacity", r"\b(?:which|what) (?:size|capacity)|\bhow (?:big|large|many litres)\b"),
    },
    "quantity": {
        "zh": ("数量|件数", rf"(?:要|需要|买|拍|订)(?:的是|了)?(?:几|多少){_PIECE}"),
        "en": ("quantity|number of (?:pieces|items|units)", r"\bhow many (?:pieces|units|items|of (?:them|these|those)|do you|would you|you)\b"),
    },
    "destination": {
        "zh": ("地址|收货地|城市", "(?:寄|发|送)(?:到|往|去)?(?:哪|什么地方)|您(?:人)?在哪"),
        "en": ("address|city|postcode|destination", r"\bwhere (?:should|shall|do|would|to|are|is|can)\b"),
    },
    "needed_by": {
        "zh": ("(?:到货|收货|使用)(?:日期|时间)", "(?:什么时候|哪天|几号|多久)(?:之?前)?(?:要|需要|用|收到)|最晚(?:哪天|什么时候|几号)"),
        "en": ("deadline|date you need", r"\bwhen (?:do|would|will) you need|\bby when\b|\b(?:what|which) day do you need"),
    },
    "contact": {
        "zh": ("电话|手机|微信|联系方式|号码", "怎么联系您"),
        "en": ("phone|mobile|wechat|contact details|contact number|number to (?:call|reach)|e-?mail", r"\bhow (?:can|do|may|should) (?:i|we) (?:reach|contact|call) you"),
    },
    "order": {
        "zh": ("订单(?:号码?|编号)|单号", "哪(?:一?个|笔|单)订单"),
        "en": (r"order (?:number|no\b|id)", r"\b(?:which|what) order\b"),
    },
    "height_cm": {
        "zh": ("身高", "您(?:有)?多高"),
        "en": ("height|measurements", r"\bhow tall\b"),
    },
    "weight_kg": {
        "zh": ("体重", "您(?:有)?多重"),
        "en": ("weight", r"\bhow much (?:do|does) (?:you|he|she|they) weigh"),
    },
    "household": {
        "zh": ("人数|人口", "(?:几|多少)(?:口|个)?人"),
        "en": ("household size", r"\bhow many (?:people|of you)|\bfor how many\b"),
    },
}  # fmt: skip
"""For each field that a buyer may have said: its name, which counts where it is asked for, and its own questions."""

_GIVE_ZH = "告诉|提供|发|报|说|留|给|补充|确认|核对|问"
ASKING = {
    "zh": rf"请问|(?:麻烦|方便(?:的话)?|请|需要|还要|还得|想|得|我)(?:您|跟您|和您|向您)?(?:再|先)?(?:{_GIVE_ZH})|(?:跟|和|向)您(?:再|先)?(?:{_GIVE_ZH}|要)|(?:告诉|发|报|留)给?(?:我|一?下|个)",
    "en": r"(?:could|can|would|may|might) (?:you|i|we)(?: please| just| also)? (?:tell|give|send|share|let|confirm|have|ask|get|know|check)|please (?:tell|give|send|share|confirm|leave)|let me know|(?:i|we)(?:['’]d| would| just| still| also)? ?need|(?:i|we)(?:['’]ll| will)(?: just)? (?:ask|need|check)|what(?:['’]s| is| are| was)|tell me|send me|do you have|ask you|remind me",
}
"""What makes a name that follows it in the same sentence a thing asked for."""

ASKED_BEHIND = {
    "zh": "(?:是|要|有)?(?:多少|什么|哪|几)|您?(?:再|先)?(?:告诉|提供|发|报|说|留)(?:给)?(?:我|一?下|过来|来)|有吗|吗|[?？]",
    "en": r",? please\b|\?",
}
"""The same behind a name, in the same clause."""


_QUOTED = re.compile(r"“[^”]*”|「[^」]*」|\"[^\"]*\"")
"""The buyer's own words in the reply."""


def asked_again(reply: str, language: str, known: Sequence[str]) -> list[str]:
    """The known fields that the reply asks for or says it will ask for."""
    own = _QUOTED.sub("", reply).lower()
    return [field for field in TABLE if field in known and _asks(own, language, field)]


def _asks(reply: str, language: str, field: str) -> bool:
    name, own = TABLE[field][language]
    name = rf"\b(?:{name})\b" if language == "en" else f"(?:{name})"
    between, behind = (
        ("[^。！？!?；;\n]{0,20}", "[^。！？!?；;，,\n]{0,6}")
        if language == "zh"
        else (r"[^.?!;\n]{0,40}", r"[^.?!;,\n]{0,12}")
    )
    asked_for = rf"(?:{ASKING[language]}){between}{name}|{name}{behind}(?:{ASKED_BEHIND[language]})"
    return bool(re.search(asked_for, reply) or re.search(own, reply))


def known(gold: Gold, shop: Shop) -> list[str]:
    """What the buyer said, as fields of the table. A colour, a size or a number is known when it was said of everything
    wanted that comes in several; then there is nothing left to ask."""
    found = [field for field in TABLE if gold.simple.get(field) is not None]
    if gold.wants or gold.simple.get("about"):
        found.append("product")
    if gold.wants and all(want.get("quantity") for want in gold.wants):
        found.append("quantity")
    for field, several in (("colour", "colours"), ("size", "sizes")):
        choosable = [want for want in gold.wants if len(getattr(_product(want, shop), several)) > 1]
        if choosable and all(want.get(field) for want in choosable):
            found.append(field)
    return found


def _product(want: Mapping[str, Any], shop: Shop) -> Any:
    return shop.products[want["product"]]
