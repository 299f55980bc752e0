"""What the dialogue and the things named say about a question's label, where its own words leave it open."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.core.asking import has_question_form
from bot.core.details import SHIPPING, candidates
from bot.core.dialogue import Dialogue
from bot.core.labels import ANSWERED, BUYING, HANDED_OVER
from bot.core.shop import FIT, Shop
from bot.core.types import Details, Entity, Question

_SAME_AGAIN = (
    ("region", SHIPPING),
    ("payment_method", ("ask_payment",)),
    ("courier", ("ask_courier", "ask_shipping_fee")),
    ("product", tuple(label for label in ANSWERED if label not in ("ask_recommendation", "ask_hours"))),
    ("height", ("ask_size",)),
    ("weight", ("ask_size",)),
    ("household", ("ask_size", "ask_recommendation")),
    ("colour", ("ask_stock", "ask_price")),
    ("size", ("ask_stock", "ask_price", "ask_size", "ask_spec")),
    ("quantity", ("ask_price", "ask_shipping_fee", "ask_promotion", "ask_stock", "ask_payment")),
)
"""Which detail, said alone, asks which last question again."""

_CHOICES = {"product", "colour", "size", "quantity"}
_OF_FEW = ("purchase_intent", "negotiate_price", "ask_price", "inform")
_NEEDS = {
    "ask_stock": {"product", "colour", "size"},
    "ask_price": {"product"},
    "ask_size": {"height", "weight", "household", "product"},
    "ask_capability": {"capability"},
    "ask_usage": {"topic", "capability"},
    "ask_spec": {"attribute"},
    "ask_shipping_time": {"region"},
    "ask_shipping_fee": {"region", "courier"},
    "ask_delivery_area": {"region"},
    "ask_courier": {"courier"},
    "ask_payment": {"payment_method"},
    "ask_warranty": {"product"},
    "ask_return_policy": {"product"},
    "ask_comparison": {"product"},
    "ask_recommendation": {"category", "capability", "household"},
    "purchase_intent": {"product", "quantity", "colour", "size"},
    "negotiate_price": {"price", "quantity"},
    "bulk_order": {"quantity"},
}
"""The things that, named in a question, make a label sure that the classifier only guessed."""

_NAMED = (
    ("topic", "ask_usage"),
    ("attribute", "ask_spec"),
    ("courier", "ask_courier"),
    ("payment_method", "ask_payment"),
)
"""What is asked by whoever names such a thing, where the classifier is not sure."""

SURE = 0.5
"""From this confidence on the classifier's own label stands against what the named things suggest."""


SURE_OF_ANOTHER = 0.7
"""The same, of “and the other one?”."""

_FILLER = re.compile(
    r"[\s,，.。!！?？~～…、:：;；\"'()（）/-]|请问|亲亲?|你好|那|这|呢|的话|的|要是|如果|是|啊|吧|吗|么|嘛|哦|呀|哈|嗯|哎|我|就|款|床|个|码|色|号|发到|寄到|送到|到|发|去|寄|送|给|在|"
    r"有|或|和|跟|用|想|看|一下|没|还|话|然后|那个|这边|那边|不对|"
    r"\b(?:what|how|about|and|or|the|a|in|on|for|one|ones|to|it|its|is|am|are|i|im|my|please|pls|ok|then|with|of|do|does|u|you|from|if|them|here|live|size|colou?r|tall|weigh|me|at|hi|hello|we|re|us|s|that|this|goes)\b"
)
_AGAIN = re.compile(r"(?:^|[\s,，。])那[^\s,，。]*呢[?？]?$|^(?:and )?(?:what|how) about\b|^and the\b|^(?:and )?if i\b")
_ASKING = re.compile(r"[呢吗么?？]|what about|how about|\band\b")
_ASKED_BACK = re.compile(r"[呢吗么?？]")
_IN_STOCK = re.compile(r"有(?:没有|木有|吗|么|嘛|货|没|不)|还有|in stock|available|\bleft\b")
_BUYING = re.compile(r"来|拿|要了|我要|就要|拍|下单|订|买|\b(?:take|buy|order|get|want)\b")
_COMPANY = re.compile(
    r"公司|单位|批发|团购|企业|学校|采购|代理|经销|定制|福利|wholesale|company|office|bulk|resell|corporate|business"
)


def is_bare(question: Question, own: tuple[Entity, ...]) -> bool:
    """Whether the question holds nothing but details."""
    if not own:
        return False
    rest = _FILLER.sub("", _without(question, own))
    return not (_BUYING.sub("", rest) if _AGAIN.search(question.text.lower()) else rest)


def _without(question: Question, own: tuple[Entity, ...]) -> str:
    kept = list(question.text.lower())
    for entity in own:
        for i in range(entity.start - question.start, min(entity.end - question.start, len(kept))):
            kept[i] = " "
    return "".join(kept)


def follow_up_label(question: Question, own: tuple[Entity, ...], dialogue: Dialogue, shop: Shop) -> str | None:
    """The label of a question that is nothing but details, or None where only its own words can tell."""
    names = {e.name for e in own}
    last = dialogue.last["label"] if dialogue.last else None
    asking = bool(_ASKING.search(question.text.lower()))
    if "contact" in names:
        return "inform"
    if "price" in names and (last in HANDED_OVER or offered(own)):
        return "negotiate_price"
    if "capability" in names:
        return "ask_capability"
    if "topic" in names:
        return "ask_usage"
    if "attribute" in names:
        return "ask_size" if _about_fit(own) else "ask_spec"
    if (
        question.label == "purchase_intent"
        and {"product", "quantity"} <= names
        and not _ASKED_BACK.search(question.text)
    ):
        return None
    if last in HANDED_OVER and not asking:
        return "inform"
    if names & {"colour", "size", "product"} and _IN_STOCK.search(question.text.lower()):
        return "ask_stock"
    for name, labels in _SAME_AGAIN:
        if name in names and last in labels:
            return last
    if names & {"height", "weight", "household"}:
        return "ask_size" if _has_size_guide(own, dialogue, shop) else "inform"
    if "region" in names:
        return "ask_shipping_time" if asking else "inform"
    if names & {"colour", "size"}:
        return "ask_stock" if last in ANSWERED or asking else None
    return "ask_courier" if "courier" in names else None


def label_by_evidence(question: Question, own: tuple[Entity, ...], dialogue: Dialogue) -> str | None:
    """The label that the things named settle where the classifier is not sure, or hears only talk."""
    names = {e.name for e in own}
    text = question.text.lower()
    weak_remark = question.label == "order_note" and question.confidence < SURE
    if offered(own) and (question.label not in HANDED_OVER or weak_remark):
        return "negotiate_price"
    if _about_fit(own) and question.label in ("ask_spec", "ask_capability", "inform"):
        return "ask_size"
    too_early = dialogue.handed_over in BUYING and question.label in ("request_refund", "product_problem")
    if too_early and names & _CHOICES:
        return "inform"  # a change of mind before anything was ordered
    if "capability" in names and "attribute" not in names and question.label == "ask_spec":
        return "ask_capability"
    if names >= {"product", "attribute"} and question.label == "ask_recommendation" and "capability" not in names:
        return "ask_spec"
    last = dialogue.last["label"] if dialogue.last else None
    of_another = names == {"product"} and bool(_AGAIN.search(text)) and question.confidence < SURE_OF_ANOTHER
    if of_another and last in ANSWERED:
        return last
    unsure = question.confidence < SURE or question.label in ("inform", "out_of_scope")
    if not unsure:
        return None
    if "product" in names and has_question_form(text):
        if names & {"colour", "size"} and question.label not in ANSWERED:
            return "ask_stock"
        if question.label in ("inform", "out_of_scope") and "capability" not in names:
            return "ask_capability"
    about_goods = "product" in names or bool(dialogue.products)
    if about_goods and "quantity" in names and _BUYING.search(text) and not _ASKING.search(text):
        return "purchase_intent"
    if about_goods and "capability" in names and question.label != "ask_recommendation":
        return "ask_capability"
    if last == "ask_size" and names & {"height", "weight", "household"}:
        return "ask_size"
    if question.confidence < SURE:
        for name, label in _NAMED:
            if name in names and (about_goods or name in ("courier", "payment_method")):
                return label
    return "inform" if question.label == "out_of_scope" and names & (_CHOICES | {"contact"}) else None


def _about_fit(own: tuple[Entity, ...]) -> bool:
    """Whether sizes run true is a question of size (taxonomy: 偏码吗 is `ask_size`)."""
    return any(e.name == "attribute" and e.value == FIT for e in own)


def offered(own: tuple[Entity, ...]) -> bool:
    """Whether an amount is named that the buyer would pay."""
    return any(e.name == "price" and e.value.get("offered") for e in own)


def made_sure(question: Question, own: tuple[Entity, ...], details: Details) -> Question:
    """The classifier's label, taken as sure where the things that such a question needs were named."""
    names = {e.name for e in own}
    needed = _NEEDS.get(question.label, set())
    if question.label in HANDED_OVER:
        enough = bool(details.products) and bool(names & needed)
    else:
        enough = bool(names & needed) or (question.label == "inform" and bool(names))
    return replace(question, confidence=1.0) if enough else question


def _has_size_guide(own: tuple[Entity, ...], dialogue: Dialogue, shop: Shop) -> bool:
    said = [p for e in own if e.name == "product" for p in candidates(e)]
    return any(product in shop.size_rows for product in said or dialogue.products[:1])


def by_quantity(question: Question, details: Details, shop: Shop) -> Question:
    """So many pieces are a bulk order, fewer are none, whatever else was said about them (taxonomy: ten or more)."""
    pieces = details.quantity
    if pieces and pieces >= shop.handover.bulk_from and question.label in (*_OF_FEW, "bulk_order"):
        return replace(question, label="bulk_order", confidence=1.0)
    if question.label == "bulk_order" and pieces and not _COMPANY.search(question.text.lower()):
        others = [label for label in question.others if label != "bulk_order"]
        return replace(question, label=others[0] if others else "negotiate_price")
    return question
