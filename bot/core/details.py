"""What a question is about: looked for in its own words first, then in the rest of the message, then in the dialogue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from bot.core.dialogue import Dialogue
from bot.core.labels import HANDED_OVER
from bot.core.shop import MOST_NAMED, Product, Shop
from bot.core.types import Details, Entity, Question

SHIPPING = ("ask_shipping_time", "ask_shipping_fee", "ask_delivery_area", "ask_courier")
WITH_REGION = (*SHIPPING, *HANDED_OVER, "ask_price")
_RESTOCK = re.compile(r"补货|到货|再有|什么时候有|啥时候有|\bback\b|restock")
"""When it comes back is asked of the very thing that was just out of stock."""

_WITH_SUBJECT = ("ask_capability", "ask_spec", "ask_usage")
"""Asked of another product without a word of what it is to do (那破壁机能打吧), the same is asked as before."""

ABOUT_VARIANTS = ("ask_stock", "ask_price", *HANDED_OVER, "inform", "affirm")


def own_entities(question: Question, entities: tuple[Entity, ...]) -> tuple[Entity, ...]:
    return tuple(e for e in entities if question.start <= e.start < question.end)


def find_details(
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
        height_cm=dialogue.height_cm,
        weight_kg=_first(own, "weight") or _first(entities, "weight") or dialogue.weight_kg,
        quantity=_first(own, "quantity") or _first(entities, "quantity"),
        region=_region(own) or _region(entities) or (dialogue.region if label in WITH_REGION else None),
        colour=_colour(own, entities, label),
        size=_size(own, entities, label, products, shop),
    )
    lengths = [e for e in (*own, *entities) if not _is_that_size(e, entities, found.size)]
    found = replace(found, height_cm=_first(lengths, "height") or dialogue.height_cm)
    found = _with_amount(found, own if label != "negotiate_price" else (*own, *entities))
    restock = label == "ask_stock" and not said and _RESTOCK.search(question.text.lower())
    same = said and label in _WITH_SUBJECT and not (found.capabilities or found.attributes or found.topics)
    if (follow_up or restock or same) and dialogue.last and dialogue.last["label"] == label:
        found = overlay(details_from_json(dialogue.last.get("details", {})), found)
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
    named = tuple(dict.fromkeys(product for e in mentions for product in _meant(e, dialogue, shop)))
    if named:
        return named, True
    current = tuple(product for product in dialogue.products[:1] if product in shop.products)
    category = _first(own, "category")
    if category and question.label != "ask_recommendation":
        if any(shop.products[product].category == category for product in current):
            return current, True
        return shop.by_category.get(category, ()), True
    return current, False


def _meant(mention: Entity, dialogue: Dialogue, shop: Shop) -> tuple[str, ...]:
    """The products of a word that the shop has: of several, those that the bot just offered, else the one that was just
    talked about, if they are among them."""
    fitting = tuple(product for product in candidates(mention) if product in shop.products)
    waiting = dialogue.pending.questions if dialogue.pending and dialogue.pending.missing == "product" else ()
    offered = {product for question in waiting for product in question.get("details", {}).get("products", ())}
    if offered.intersection(fitting):
        return tuple(product for product in fitting if product in offered)
    for current in dialogue.products[:1]:
        if current in fitting or (len(fitting) >= MOST_NAMED and _is_called(shop.products.get(current), mention.text)):
            return (current,)
    return fitting


def _is_called(product: Product | None, words: str) -> bool:
    """Whether one of the product's names holds the words: of a word for very many only the first are told."""
    names = (*product.name.values(), *product.also_called) if product else ()
    return any(words.lower() in name.lower() for name in names)


def candidates(entity: Entity) -> tuple[str, ...]:
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


def _is_that_size(entity: Entity, entities: tuple[Entity, ...], size: str | None) -> bool:
    """Whether what may be a person's height is the size that the product comes in (1.8米, of a bed)."""
    if entity.name != "height" or size is None:
        return False
    return any(
        e.name == "size" and e.value == size and (e.start, e.end) == (entity.start, entity.end) for e in entities
    )


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
    offer = next((e for e in entities if e.name == "price" and e.value.get("offered", True)), None)
    if offer is None:
        return found
    value = offer.value
    return replace(found, amount=Decimal(value["amount"]), amount_kind=value["kind"], amount_per=value.get("per"))


def _carry_choice(found: Details, dialogue: Dialogue) -> Details:
    """What was chosen before holds for the same product until something else is chosen."""
    if found.product is None or found.product not in dialogue.products[:1]:
        return found
    return replace(found, colour=found.colour or dialogue.colour, size=found.size or dialogue.size)


def overlay(base: Details, said: Details) -> Details:
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
