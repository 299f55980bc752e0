"""The value of an attribute, and the colours and sizes that are made."""

from __future__ import annotations

from bot.core import formats
from bot.core.shop import Product
from bot.core.types import Answer, Ask, Fact, Reply
from bot.services.common import Desk, answered, the_product, unknown, which_product

SOURCE = "shop/specs"


def answer_spec(ask: Ask, desk: Desk) -> Answer:
    """Each attribute asked, from the shop's table; unknown where it holds none."""
    product = the_product(ask, desk)
    if product is None:
        return which_product(ask, desk)
    found = [(a, spec_value(product, a, ask, desk)) for a in ask.details.attributes]
    if not any(value for _, value in found):
        names = [desk.shop.attributes[a].name[ask.language] for a in ask.details.attributes]
        return unknown(ask, desk, formats.listing(names, ask.language))
    replies, facts = [], []
    for attribute, value in found:
        what = desk.shop.attributes[attribute].name[ask.language]
        said = {"name": product.name[ask.language], "what": what, "value": value}
        replies.append(Reply("utter_spec" if value else "utter_unknown_of", said))
        if value:
            facts.append(Fact(attribute, value, _source(attribute, product, desk), desk.now))
    return answered(replies, *facts, missing=None if all(value for _, value in found) else "person")


def _source(attribute: str, product: Product, desk: Desk) -> str:
    return SOURCE if (product.id, attribute) in desk.shop.specs_of else "shop/variants"


def spec_value(product: Product, attribute: str, ask: Ask, desk: Desk) -> str:
    """The value in the buyer's language, by size where sizes differ; empty where the shop holds none."""
    language = ask.language
    specs = desk.shop.specs_of.get((product.id, attribute), ())
    fitting = [s for s in specs if s.size in (None, ask.details.size)] or list(specs)
    if fitting:
        parts = [f"{s.size} {s.value[language]}" if s.size and len(fitting) > 1 else s.value[language] for s in fitting]
        return formats.listing(parts, language)
    if attribute == "colour":
        return formats.listing((desk.shop.colours[c].name[language] for c in product.colours), language)
    if attribute in ("capacity", "size"):
        return formats.listing(product.sizes, language)
    return ""
