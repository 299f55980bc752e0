"""What every service gets, and the answers they share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from bot.core import formats
from bot.core.shop import MOST_NAMED, UNSAID, Capability, Origin, Product, Shop
from bot.core.text import fold
from bot.core.types import Answer, Ask, Fact, Language, Outcome, Reply
from bot.ports import Calendar, Inventory, InventoryError

MOST_OPTIONS = 6


PRICES = "shop/variants"


@dataclass(frozen=True)
class Priced:
    """A product with the prices that hold now, and the fact that each of them is."""

    product: Product
    facts: Mapping[Decimal, Fact]


@dataclass(frozen=True)
class Desk:
    """The ports of one turn. `now` is in the shop's time zone.

    `prices` is asked for prices; where it is None, or holds none of a SKU that can be used, the shop's table says it.
    """

    shop: Shop
    inventory: Inventory
    calendar: Calendar
    now: datetime
    prices: Inventory | None = None

    def fact(self, name: str, value: object, source: str, origin: Origin = UNSAID) -> Fact:
        return Fact(name, str(value), source, self.now, origin)

    def is_stale(self, origin: Origin) -> bool:
        """Whether the shop wants this looked into before it is told again."""
        return self.shop.handover.stale_facts == "check" and origin.past(self.now.date())

    def stocked(self, product: Product) -> dict:
        """Stock by SKU of a product's variants. Raises InventoryError."""
        return self.inventory.stock(tuple(variant.sku for variant in product.variants))

    def priced(self, product: Product) -> Priced:
        """The product with the prices that hold now. Raises InventoryError."""
        held = self.prices.stock(tuple(v.sku for v in product.variants)) if self.prices else {}
        facts: dict[Decimal, Fact] = {}
        variants = []
        for variant in product.variants:
            stock = held.get(variant.sku)
            if stock is not None and stock.price is not None:
                variant = replace(variant, list_price=stock.price)
                facts.setdefault(stock.price, Fact("list_price", str(stock.price), stock.source, stock.as_of))
            variants.append(variant)
            facts.setdefault(variant.list_price, self.fact("list_price", variant.list_price, PRICES))
        return Priced(replace(product, variants=tuple(variants)), facts)

    def priced_shop(self, products: Iterable[str]) -> Shop:
        """The shop with the prices of these products that hold now. One that cannot be asked for is left without
        variants, and so without a price."""
        known = [self.shop.products[p] for p in products if p in self.shop.products] if self.prices else []
        changed = {}
        for product in known:
            try:
                changed[product.id] = self.priced(product).product
            except InventoryError:
                changed[product.id] = replace(product, variants=())
        return replace(self.shop, products={**self.shop.products, **changed}) if changed else self.shop


def the_product(ask: Ask, desk: Desk) -> Product | None:
    product = ask.details.product
    return desk.shop.products.get(product) if product else None


def mentions(text: str, words: Iterable[str]) -> bool:
    """Whether one of the shop's words stands in the text; Latin words stand alone."""
    plain = fold(text).text
    return any(_spoken(fold(word).text).search(plain) for word in words)


@lru_cache(maxsize=4096)
def _spoken(word: str) -> re.Pattern:
    return re.compile(rf"(?<![a-z\d]){re.escape(word)}(?![a-z\d])" if word.isascii() else re.escape(word))


def which_product(ask: Ask, desk: Desk) -> Answer:
    """Asks back which product is meant: freely, or among those that the buyer's word fits."""
    names = [desk.shop.products[p].name[ask.language] for p in ask.details.products]
    if not names:
        return Answer(
            "clarify", (Reply("utter_ask_product", {"about": desk.shop.about[ask.language]}),), missing="product"
        )
    options = formats.listing(names[:MOST_OPTIONS], ask.language, "or")
    count = f"{MOST_NAMED}+" if len(names) >= MOST_NAMED else str(len(names))
    reply = Reply("utter_ask_which", {"options": options, "count": count}, tuple(names[:MOST_OPTIONS]))
    return Answer("clarify", (reply,), missing="product")


def unknown(ask: Ask, desk: Desk, what: str) -> Answer:
    """The facts do not hold it: said so, with the offer of a person."""
    product = the_product(ask, desk)
    if product is None:
        return Answer("unknown", (Reply("utter_unknown", {}),), missing="person")
    facts = {"name": product.name[ask.language], "what": what}
    return Answer("unknown", (Reply("utter_unknown_of" if what else "utter_unknown_product", facts),), missing="person")


def answered(replies: Iterable[Reply] | Reply, *facts: Fact, outcome: Outcome = "answered", **more: Any) -> Answer:
    replies = (replies,) if isinstance(replies, Reply) else tuple(replies)
    return Answer(outcome, replies, tuple(facts), **more)


def names_of(desk: Desk, ids: Iterable[str], language: Language) -> str:
    return formats.listing((desk.shop.products[i].name[language] for i in ids), language)


def pieces(ask: Ask) -> int:
    """How many are talked about; one where nothing was said."""
    return ask.details.quantity or 1


def totals(product: Product, ask: Ask, desk: Desk) -> list[Decimal]:
    """What as many pieces as were said come to by list price: one figure, or several where the variants' prices differ.

    Raises InventoryError.
    """
    product = desk.priced(product).product
    variants = product.matching(ask.details.colour, ask.details.size) or product.variants
    return sorted({variant.list_price * pieces(ask) for variant in variants})


def ordered(product: Product, ask: Ask) -> str:
    """破壁机 Y915, or 料理机 L18 × 2."""
    name = product.name[ask.language]
    return f"{name} × {pieces(ask)}" if pieces(ask) > 1 else name


def fit_reply(product: Product, language: Language) -> Reply:
    """Whether the product's sizes run true. Only for a product with a `fit`."""
    return Reply(f"utter_size_fit_{product.fit}", {"name": product.name[language]})


def instead_reply(held: Capability, ask: Ask, desk: Desk) -> Reply:
    """What to use in place of a product that cannot, and what for."""
    what = desk.shop.capability_names[held.instead_for or held.capability].name[ask.language]
    return Reply("utter_can_instead", {"what": what, "instead": names_of(desk, held.instead, ask.language)})


def not_listed(ask: Ask, desk: Desk) -> Answer:
    """Goods that the shop does not sell, with what the tables name in their place."""
    replies = [Reply("utter_stock_not_listed", {"about": desk.shop.about[ask.language]})]
    facts = [desk.fact("listed", "no", "shop/products")]
    for held in detours(ask, desk):
        replies.append(instead_reply(held, ask, desk))
        facts.append(desk.fact("instead", "|".join(held.instead), "shop/capabilities"))
    return answered(replies, *facts, outcome="refused")


def detours(ask: Ask, desk: Desk) -> list[Capability]:
    """Rows that say: nothing here does what was asked, but for this other use there is something."""
    asked = ask.details.capabilities
    return [held for (_, c), held in desk.shop.capabilities.items() if c in asked and held.instead_for]
