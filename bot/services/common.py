"""What every service gets, and the answers they share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.core import formats
from bot.core.shop import Product, Shop
from bot.core.types import Answer, Ask, Fact, Reply
from bot.ports import Calendar, Inventory

MOST_OPTIONS = 6


@dataclass(frozen=True)
class Desk:
    """The ports of one turn. `now` is in the shop's time zone."""

    shop: Shop
    inventory: Inventory
    calendar: Calendar
    now: datetime

    def fact(self, name: str, value: object, source: str) -> Fact:
        return Fact(name, str(value), source, self.now)

    def stocked(self, product: Product) -> dict:
        """Stock by SKU of a product's variants. Raises InventoryError."""
        return self.inventory.stock(tuple(variant.sku for variant in product.variants))


def the_product(ask: Ask, desk: Desk) -> Product | None:
    product = ask.details.product
    return desk.shop.products.get(product) if product else None


def which_product(ask: Ask, desk: Desk) -> Answer:
    """Asks back which product is meant: freely, or among those that the buyer's word fits."""
    names = [desk.shop.products[p].name[ask.language] for p in ask.details.products]
    if not names:
        return Answer(
            "clarify", (Reply("utter_ask_product", {"about": desk.shop.about[ask.language]}),), missing="product"
        )
    options = formats.listing(names[:MOST_OPTIONS], ask.language, "or")
    reply = Reply("utter_ask_which", {"options": options, "count": str(len(names))}, tuple(names[:MOST_OPTIONS]))
    return Answer("clarify", (reply,), missing="product")


def unknown(ask: Ask, desk: Desk, what: str) -> Answer:
    """The facts do not hold it: said so, with the offer of a person."""
    product = the_product(ask, desk)
    if product is None:
        return Answer("unknown", (Reply("utter_unknown", {}),), missing="person")
    facts = {"name": product.name[ask.language], "what": what}
    return Answer("unknown", (Reply("utter_unknown_of" if what else "utter_unknown_product", facts),), missing="person")


def answered(replies: Iterable[Reply] | Reply, *facts: Fact, outcome: str = "answered", **more) -> Answer:
    replies = (replies,) if isinstance(replies, Reply) else tuple(replies)
    return Answer(outcome, replies, tuple(facts), **more)


def names_of(desk: Desk, ids: Iterable[str], language: str) -> str:
    return formats.listing((desk.shop.products[i].name[language] for i in ids), language)
