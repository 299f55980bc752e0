"""The value of an attribute, and the colours and sizes that are made."""

from __future__ import annotations

import re

from bot.core import formats
from bot.core.reviewing import oldest
from bot.core.shop import FIT, Product, Spec
from bot.core.types import Answer, Ask, Reply
from bot.services.common import Desk, answered, fit_reply, the_product, unknown, which_product

SOURCE = "shop/specs"
_VOLUME = re.compile(r"[\d.]+ ?(?:ml|l)", re.IGNORECASE)
"""A size that says what a thing holds."""


def answer_spec(ask: Ask, desk: Desk) -> Answer:
    """Each attribute asked, from the shop's table; unknown where it holds none."""
    product = the_product(ask, desk)
    if product is None:
        return which_product(ask, desk)
    found = [(a, _held(product, a, ask, desk)) for a in ask.details.attributes]
    if not any(value for _, value in found):
        names = [desk.shop.attributes[a].name[ask.language] for a in ask.details.attributes]
        return unknown(ask, desk, formats.listing(names, ask.language))
    replies, facts = [], []
    for attribute, value in found:
        if attribute == FIT and value:
            replies.append(fit_reply(product, ask.language))
            facts.append(desk.fact(FIT, value, "shop/products"))
            continue
        what = desk.shop.attributes[attribute].name[ask.language]
        said = {"name": product.name[ask.language], "what": what, "value": value}
        replies.append(Reply("utter_spec" if value else "utter_unknown_of", said))
        if value:
            origin = oldest(_fitting(product, attribute, ask, desk))
            facts.append(desk.fact(attribute, value, _source(attribute, product, desk), origin))
    return answered(replies, *facts, missing=None if all(value for _, value in found) else "person")


def holds(product: Product, attribute: str, ask: Ask, desk: Desk) -> bool:
    """Whether the shop has a value for it."""
    return bool(_held(product, attribute, ask, desk))


def _held(product: Product, attribute: str, ask: Ask, desk: Desk) -> str:
    """The value, or how the sizes run; empty where the shop holds none."""
    return (product.fit or "") if attribute == FIT else spec_value(product, attribute, ask, desk)


def _source(attribute: str, product: Product, desk: Desk) -> str:
    return SOURCE if (product.id, attribute) in desk.shop.specs_of else "shop/variants"


def spec_value(product: Product, attribute: str, ask: Ask, desk: Desk) -> str:
    """The value in the buyer's language, by size where sizes differ; empty where the shop holds none."""
    language = ask.language
    fitting = _fitting(product, attribute, ask, desk)
    if fitting:
        return formats.listing((_with_size(spec, product, ask) for spec in fitting), language)
    if attribute == "colour":
        return formats.listing((desk.shop.colours[c].name[language] for c in product.colours), language)
    if attribute == "size":
        return formats.listing(product.sizes, language)
    if attribute == "functions":
        return _functions(product, ask, desk)
    if attribute == "capacity":
        return formats.listing((size for size in product.sizes if _VOLUME.fullmatch(size)), language)
    return ""


def _fitting(product: Product, attribute: str, ask: Ask, desk: Desk) -> list[Spec]:
    """The rows of the size asked for, or of all sizes."""
    specs = desk.shop.specs_of.get((product.id, attribute), ())
    return [s for s in specs if s.size in (None, ask.details.size)] or list(specs)


_MARKS = {"yes": "✓", "limited": "△", "no": "✗"}


def _functions(product: Product, ask: Ask, desk: Desk) -> str:
    """All that the shop holds a verdict on, the limited and the refused too."""
    held = [c for (p, _), c in desk.shop.capabilities.items() if p == product.id and not desk.is_stale(c.origin)]
    names = desk.shop.capability_names
    return formats.listing(
        (f"{_MARKS[c.verdict]} {names[c.capability].name[ask.language]}" for c in held), ask.language
    )


def _with_size(spec: Spec, product: Product, ask: Ask) -> str:
    """The value, with the size it is of where that is not the one size there is, nor the one asked for."""
    value = spec.value[ask.language]
    return f"{spec.size} {value}" if spec.size not in (None, ask.details.size) and len(product.sizes) > 1 else value
