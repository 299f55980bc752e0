"""What a message means in its dialogue: each question gets its details, and short messages their label.

Details are looked for in the question's own words first, then in the rest of the message, then in the dialogue. A message
that holds details alone ("M呢", "那红色的", "to Xinjiang?") is the last question asked again with other details.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from bot.core.dialogue import Dialogue
from bot.core.labels import ANSWERED, HANDED_OVER
from bot.core.shop import Shop
from bot.core.types import Ask, Details, Entity, Language, Question

SHIPPING = ("ask_shipping_time", "ask_shipping_fee", "ask_delivery_area", "ask_courier")
WITH_REGION = (*SHIPPING, *HANDED_OVER, "ask_price")
ABOUT_VARIANTS = ("ask_stock", "ask_price", *HANDED_OVER, "inform", "affirm")
_SAME_AGAIN = (
    ("region", SHIPPING),
    ("payment_method", ("ask_payment",)),
    ("courier", ("ask_courier", "ask_shipping_fee")),
    ("product", tuple(label for label in ANSWERED if label not in ("ask_recommendation", "ask_hours"))),
    ("height", ("ask_size",)),
    ("weight", ("ask_size",)),
    ("household", ("ask_size", "ask_recommendation")),
    ("colour", ("ask_stock", "ask_price")),
    ("size", ("ask_stock", "ask_price", "ask_size")),
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

SURE = 0.5
"""From this confidence on the classifier's own label stands against what the named things suggest."""


_FILLER = re.compile(
    r"[\s,，.。!！?？~～…、:：;；\"'()（）/-]|请问|亲亲?|你好|那|这|呢|的话|的|要是|如果|是|啊|吧|吗|么|嘛|哦|呀|哈|嗯|哎|我|就|款|个|码|色|号|发到|寄到|送到|到|发|去|寄|送|给|在|"
    r"有|或|和|跟|用|想|看|一下|没|还|话|"
    r"\b(?:what|how|about|and|or|the|a|in|on|for|one|ones|to|it|its|is|am|are|i|im|my|please|pls|ok|then|with|of|do|does|u|you|from|here|live|size|colou?r|tall|weigh|me|at|hi|hello|we|re|us|s|that|this)\b"
)
_ASKING = re.compile(r"[呢吗么?？]|what about|how about|\band\b")
_IN_STOCK = re.compile(r"有(?:没有|木有|吗|么|嘛|货|没|不)|还有|in stock|available|\bleft\b")
_BUYING = re.compile(r"来|拿|要了|我要|就要|拍|下单|订|买|\b(?:take|buy|order|get|want)\b")
_COMPANY = re.compile(
    r"公司|单位|批发|团购|企业|学校|采购|代理|经销|定制|福利|wholesale|company|office|bulk|resell|corporate|business"
)


def resolve(
    questions: Iterable[Question],
    entities: tuple[Entity, ...],
    dialogue: Dialogue,
    shop: Shop,
    language: Language,
) -> list[Ask]:
    """The message's questions with their details; a bare detail becomes what the dialogue makes of it."""
    questions = list(questions)
    if dialogue.pending and _answers_pending(questions, entities, dialogue, shop):
        return _pending_asked_again(questions, entities, dialogue, shop, language)
    asks: list[Ask] = []
    for question in [*questions, *_passed_over(questions, entities, dialogue)]:
        own = _own(question, entities)
        bare = _is_bare(question, own)
        if bare and len(questions) > 1 and question.label not in HANDED_OVER:
            continue  # a detail of the other questions (几天到 寄北京)
        settled = _follow_up(question, own, dialogue, shop) if bare else _by_evidence(question, own, dialogue)
        if settled:
            question = replace(question, label=settled, confidence=1.0)
        follow_up = bool(bare and settled and dialogue.last and dialogue.last["label"] == question.label)
        details = _details(question, own, entities, dialogue, shop, follow_up=follow_up)
        question = _made_sure(_by_quantity(question, details, shop), own, details)
        if question.label not in [ask.label for ask in asks]:
            asks.append(Ask(question, details, language, follow_up))
    return asks


def _own(question: Question, entities: tuple[Entity, ...]) -> tuple[Entity, ...]:
    return tuple(e for e in entities if question.start <= e.start < question.end)


def _passed_over(questions: list[Question], entities: tuple[Entity, ...], dialogue: Dialogue) -> list[Question]:
    """What a product is asked to do is never passed over, even where no question was made out round it."""
    if any(q.label in ("ask_capability", "ask_usage", "ask_recommendation") for q in questions):
        return []
    if not (dialogue.products or any(e.name == "product" for e in entities)):
        return []
    missed = [e for e in entities if e.name == "capability" and not any(q.start <= e.start < q.end for q in questions)]
    return [Question("ask_capability", e.text, e.start, e.end, 1.0) for e in missed[:1]]


# --- labels from context -----------------------------------------------------------------------------------------


def _is_bare(question: Question, own: tuple[Entity, ...]) -> bool:
    """Whether the question holds nothing but details."""
    if not own:
        return False
    return not _FILLER.sub("", _without(question, own))


def _without(question: Question, own: tuple[Entity, ...]) -> str:
    kept = list(question.text.lower())
    for entity in own:
        for i in range(entity.start - question.start, min(entity.end - question.start, len(kept))):
            kept[i] = " "
    return "".join(kept)


def _follow_up(question: Question, own: tuple[Entity, ...], dialogue: Dialogue, shop: Shop) -> str | None:
    """The label of a question that is nothing but details, or None where only its own words can tell."""
    names = {e.name for e in own}
    last = dialogue.last["label"] if dialogue.last else None
    asking = bool(_ASKING.search(question.text.lower()))
    if "contact" in names:
        return "inform"
    if "price" in names and (last in HANDED_OVER or _offered(own)):
        return "negotiate_price"
    if "capability" in names:
        return "ask_capability"
    if "attribute" in names:
        return "ask_spec"
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


def _by_evidence(question: Question, own: tuple[Entity, ...], dialogue: Dialogue) -> str | None:
    """The label that the things named settle where the classifier is not sure, or hears only talk."""
    names = {e.name for e in own}
    text = question.text.lower()
    if _offered(own) and question.label not in HANDED_OVER:
        return "negotiate_price"
    buying = dialogue.handed_over in ("purchase_intent", "negotiate_price", "bulk_order", "order_note")
    if buying and question.label in ("request_refund", "product_problem") and names & _CHOICES:
        return "inform"  # a change of mind before anything was ordered
    unsure = question.confidence < SURE or question.label in ("inform", "out_of_scope")
    if not unsure:
        return None
    about_goods = "product" in names or bool(dialogue.products)
    if about_goods and "quantity" in names and _BUYING.search(text) and not _ASKING.search(text):
        return "purchase_intent"
    if about_goods and "capability" in names and question.label != "ask_recommendation":
        return "ask_capability"
    if about_goods and "attribute" in names and question.confidence < SURE:
        return "ask_spec"
    last = dialogue.last["label"] if dialogue.last else None
    if last == "ask_size" and names & {"height", "weight", "household"}:
        return "ask_size"
    return "inform" if question.label == "out_of_scope" and names & (_CHOICES | {"contact"}) else None


def _offered(own: tuple[Entity, ...]) -> bool:
    return any(e.name == "price" and e.value.get("offered") for e in own)


def _made_sure(question: Question, own: tuple[Entity, ...], details: Details) -> Question:
    """The classifier's label, taken as sure where the things that such a question needs were named."""
    names = {e.name for e in own}
    needed = _NEEDS.get(question.label, set())
    if question.label in HANDED_OVER:
        enough = bool(details.products) and bool(names & needed)
    else:
        enough = bool(names & needed) or (question.label == "inform" and bool(names))
    return replace(question, confidence=1.0) if enough else question


def _has_size_guide(own: tuple[Entity, ...], dialogue: Dialogue, shop: Shop) -> bool:
    said = [p for e in own if e.name == "product" for p in _candidates(e)]
    return any(product in shop.size_rows for product in said or dialogue.products[:1])


def _by_quantity(question: Question, details: Details, shop: Shop) -> Question:
    """So many pieces are a bulk order, fewer are none, whatever else was said about them (taxonomy: ten or more)."""
    pieces = details.quantity
    if pieces and pieces >= shop.handover.bulk_from and question.label in (*_OF_FEW, "bulk_order"):
        return replace(question, label="bulk_order", confidence=1.0)
    if question.label == "bulk_order" and pieces and not _COMPANY.search(question.text.lower()):
        others = [label for label in question.others if label != "bulk_order"]
        return replace(question, label=others[0] if others else "negotiate_price")
    return question


# --- the one question asked back ---------------------------------------------------------------------------------

_FILLS = {
    "product": {"product", "category", "capability"},
    "measure": {"height", "weight", "household", "size"},
    "region": {"region"},
}


def _answers_pending(questions: list[Question], entities: tuple[Entity, ...], dialogue: Dialogue, shop: Shop) -> bool:
    """Whether the message gives what was asked back and asks nothing new."""
    wanted = _FILLS.get(dialogue.pending.missing, set())
    if not any(e.name in wanted for e in entities) and not _chosen_of_offered(questions, dialogue, shop):
        return False
    asked = {q["label"] for q in dialogue.pending.questions}
    return all(
        question.label in asked | {"inform", "affirm", "purchase_intent"}
        or _is_bare(question, _own(question, entities))
        for question in questions
    )


def _chosen_of_offered(questions: list[Question], dialogue: Dialogue, shop: Shop) -> str | None:
    """The one of the offered products that a word of the message fits alone (圆领的那个, the loose one)."""
    offered = [p for q in dialogue.pending.questions for p in q.get("details", {}).get("products", ())]
    if dialogue.pending.missing != "product" or len(offered) < 2:
        return None
    text = " ".join(q.text.lower() for q in questions)
    names = {p: " ".join((*shop.products[p].name.values(), *shop.products[p].also_called)).lower() for p in offered}
    fitting = set()
    for product, name in names.items():
        others = " ".join(other for p, other in names.items() if p != product)
        fitting |= {product for word in _name_parts(name) if word in text and word not in others}
    return fitting.pop() if len(fitting) == 1 else None


def _name_parts(name: str) -> set[str]:
    """Latin words and pairs of Chinese characters."""
    chinese = re.findall(r"[\u3400-\u9fff]+", name)
    return set(re.findall(r"[a-z\d]{3,}", name)) | {run[i : i + 2] for run in chinese for i in range(len(run) - 1)}


def _pending_asked_again(
    questions: list[Question], entities: tuple[Entity, ...], dialogue: Dialogue, shop: Shop, language: Language
) -> list[Ask]:
    whole = replace(questions[0], start=0, end=max([q.end for q in questions] + [e.end for e in entities]))
    asks = []
    for record in dialogue.pending.questions:
        question = replace(whole, label=record["label"], text=record["text"], confidence=1.0)
        said = _details(whole, entities, entities, dialogue, shop, follow_up=False)
        chosen = _chosen_of_offered(questions, dialogue, shop)
        if chosen and not any(e.name == "product" for e in entities):
            said = replace(said, products=(chosen,), product_said=True)
        asks.append(Ask(question, _overlay(details_from_json(record.get("details", {})), said), language))
    bought = [q for q in questions if q.label == "purchase_intent"]
    for question in bought:
        if question.label not in [ask.label for ask in asks]:
            asks.append(
                Ask(question, _details(question, entities, entities, dialogue, shop, follow_up=False), language)
            )
    return asks


# --- details -----------------------------------------------------------------------------------------------------


def _details(
    question: Question,
    own: tuple[Entity, ...],
    entities: tuple[Entity, ...],
    dialogue: Dialogue,
    shop: Shop,
    *,
    follow_up: bool,
) -> Details:
    label = question.label
    products, said = _products(question, own, entities, dialogue, shop)
    found = Details(products=products, product_said=said, category=_first(own, "category"))
    found = replace(
        found,
        capabilities=_all(own, "capability"),
        attributes=_all(own, "attribute"),
        topics=_all(own, "topic"),
        courier=_first(own, "courier"),
        payment_methods=_all(own, "payment_method"),
        date=_first(own, "date") or _first(entities, "date"),
        contact=_first(own, "contact"),
        household=_first(own, "household") or _first(entities, "household") or dialogue.household,
        height_cm=_first(own, "height") or _first(entities, "height") or dialogue.height_cm,
        weight_kg=_first(own, "weight") or _first(entities, "weight") or dialogue.weight_kg,
        quantity=_first(own, "quantity") or _first(entities, "quantity"),
        region=_region(own) or _region(entities) or (dialogue.region if label in WITH_REGION else None),
        colour=_colour(own, entities, label),
        size=_size(own, entities, label, products, shop),
    )
    found = _with_amount(found, own if label != "negotiate_price" else (*own, *entities))
    if follow_up and dialogue.last and dialogue.last["label"] == label:
        found = _overlay(details_from_json(dialogue.last.get("details", {})), found)
    elif label in HANDED_OVER or label == "inform":
        found = _carry_choice(found, dialogue)
    return found


def _products(
    question: Question, own: tuple[Entity, ...], entities: tuple[Entity, ...], dialogue: Dialogue, shop: Shop
) -> tuple[tuple[str, ...], bool]:
    """The products meant, and whether they were said in this message."""
    mentions = [e for e in own if e.name == "product"]
    if not mentions:
        earlier = [e for e in entities if e.name == "product" and e.start < question.start]
        later = [e for e in entities if e.name == "product" and e.start >= question.end]
        mentions = earlier[-1:] or later[:1]
    if mentions:
        return _union(_in_talk(_candidates(e), dialogue) for e in mentions), True
    current = dialogue.products[:1]
    category = _first(own, "category")
    if category and question.label != "ask_recommendation":
        members = tuple(p.id for p in shop.products.values() if p.category == category)
        return (current if set(current) & set(members) else members), True
    return current, False


def _in_talk(candidates: tuple[str, ...], dialogue: Dialogue) -> tuple[str, ...]:
    """A word that fits several means the one that was just talked about, if it is among them."""
    current = [p for p in dialogue.products[:1] if p in candidates]
    return tuple(current) or candidates


def _union(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(product for group in groups for product in group))


def _candidates(entity: Entity) -> tuple[str, ...]:
    return tuple(entity.value) if isinstance(entity.value, (list, tuple)) else (entity.value,)


def _all(entities: Iterable[Entity], name: str) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(e.value for e in entities if e.name == name))


def _first(entities: Iterable[Entity], name: str) -> Any:
    return next((e.value for e in entities if e.name == name), None)


def _colour(own: tuple[Entity, ...], entities: tuple[Entity, ...], label: str) -> str | None:
    colours = _all(own, "colour") or (_all(entities, "colour") if label in ABOUT_VARIANTS else ())
    return colours[0] if len(colours) == 1 else None


def _size(
    own: tuple[Entity, ...], entities: tuple[Entity, ...], label: str, products: tuple[str, ...], shop: Shop
) -> str | None:
    sizes = _all(own, "size") or (_all(entities, "size") if label in ABOUT_VARIANTS else ())
    offered = {size for product in products for size in shop.products[product].sizes}
    known = [size for size in sizes if size in offered]
    if known:
        return known[0] if len(known) == 1 else None
    spoken = [size for size in sizes if not size.isdigit() and not size.endswith(("m", "cm"))]
    return spoken[0] if len(spoken) == 1 else None


def _region(entities: tuple[Entity, ...]) -> Mapping[str, str] | None:
    """The place said last; neighbouring names (广东 深圳 南山区) are one where each lies in the one before it."""
    places = [e for e in entities if e.name == "region" and e.value.get("province")]
    if not places:
        return None
    run = places[-1:]
    for wide in reversed(places[:-1]):
        levels = [level for level in ("province", "city", "county") if level in wide.value]
        same = all(run[0].value.get(level) == wide.value[level] for level in levels)
        if not same or run[0].start - wide.end > 1:
            break
        run.insert(0, wide)
    return {**run[-1].value, "said": "".join(dict.fromkeys(e.text for e in run))}


def _with_amount(found: Details, entities: tuple[Entity, ...]) -> Details:
    offer = next((e for e in entities if e.name == "price"), None)
    if offer is None:
        return found
    value = offer.value
    return replace(found, amount=Decimal(value["amount"]), amount_kind=value["kind"], amount_per=value.get("per"))


def _carry_choice(found: Details, dialogue: Dialogue) -> Details:
    """What was chosen before holds for the same product until something else is chosen."""
    if found.product is None or found.product not in dialogue.products[:1]:
        return found
    return replace(found, colour=found.colour or dialogue.colour, size=found.size or dialogue.size)


def _overlay(base: Details, said: Details) -> Details:
    """`base` with everything that was said now on top; the product only where it was said."""
    changes = {
        name: value
        for name, value in said.__dict__.items()
        if value not in (None, (), False) and name not in ("products", "product_said")
    }
    base = replace(base, amount=None, amount_kind=None, amount_per=None)
    if said.product_said:
        changes |= {"products": said.products, "product_said": True}
        if base.products and not set(said.products) <= set(base.products):
            base = replace(base, colour=None, size=None)  # another product, not a narrower choice
    if base.size and said.size is None and said.colour and said.products:
        changes.setdefault("size", base.size)
    return replace(base, **changes)


def details_from_json(data: Mapping[str, Any]) -> Details:
    """The details of a turn record, as `Details.as_json` gave them."""
    values = {key: value for key, value in data.items() if key in Details.__dataclass_fields__}
    for plural, singular in (
        ("capabilities", "capability"),
        ("attributes", "attribute"),
        ("topics", "topic"),
        ("payment_methods", "payment_method"),
    ):
        value = data.get(singular, ())
        values[plural] = tuple(value) if isinstance(value, (list, tuple)) else (value,)
    products = data.get("products") or ([data["product"]] if data.get("product") else [])
    values["products"] = tuple(products)
    if values.get("amount") is not None:
        values["amount"] = Decimal(values["amount"])
    return Details(**values)
