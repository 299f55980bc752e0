"""Is it there, in this colour and size, and if not, when is it back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from bot.core import formats
from bot.core.shop import Product, Variant
from bot.core.types import Answer, Ask, Fact, Language, Reply
from bot.core.unlisted import unlisted_goods
from bot.ports import Stock
from bot.services.common import Desk, answered, the_product, which_product

SOURCE = "inventory"


def answer_stock(ask: Ask, desk: Desk) -> Answer:
    """Stock by variant, asked now. Raises InventoryError."""
    if not ask.details.product_said and unlisted_goods(ask.question.text):
        return _not_listed(ask, desk)
    product = the_product(ask, desk)
    if product is None:
        return which_product(ask, desk)
    wanted = product.matching(ask.details.colour, ask.details.size)
    if not wanted:
        return _not_offered(product, ask, desk)
    stocks = desk.stocked(product)
    if len(wanted) == 1:
        return _one_variant(product, wanted[0], stocks, ask, desk)
    return _several(product, wanted, stocks, ask, desk)


def _not_listed(ask: Ask, desk: Desk) -> Answer:
    fact = desk.fact("listed", "no", "shop/products")
    return answered(Reply("utter_stock_not_listed", {"about": desk.shop.about[ask.language]}), fact, outcome="refused")


def _one_variant(product: Product, variant: Variant, stocks: dict[str, Stock], ask: Ask, desk: Desk) -> Answer:
    stock = stocks.get(variant.sku)
    item = formats.item(desk.shop, product, *_chosen(product, variant), ask.language)
    if stock is None or stock.quantity is None:
        return Answer("unknown", (Reply("utter_stock_unknown", {"item": item}),), missing="person")
    fact = Fact("quantity", str(stock.quantity), SOURCE, stock.as_of)
    if stock.quantity > desk.shop.handover.few_left:
        return answered(Reply("utter_stock_yes", {"item": item}), fact)
    if stock.quantity > 0:
        return answered(Reply("utter_stock_few", {"item": item, "quantity": str(stock.quantity)}), fact)
    return _none_left(product, variant, stock, stocks, item, ask, desk, fact)


def _none_left(
    product: Product,
    variant: Variant,
    stock: Stock,
    stocks: dict[str, Stock],
    item: str,
    ask: Ask,
    desk: Desk,
    fact: Fact,
) -> Answer:
    others = [v for v in product.variants if v.sku != variant.sku and _available(v, stocks)]
    near = [v for v in others if v.size == variant.size] or [v for v in others if v.colour == variant.colour] or others
    replies, facts = [], [fact]
    if stock.discontinued:
        replies.append(Reply("utter_stock_discontinued", {"item": item}))
        facts.append(Fact("discontinued", "yes", SOURCE, stock.as_of))
    elif stock.back_in_days is not None:
        back = desk.now.date() + timedelta(days=stock.back_in_days)
        said = {"item": item, "days": str(stock.back_in_days), "date": formats.day(back, desk.now.date(), ask.language)}
        replies.append(Reply("utter_stock_back", said))
        facts.append(Fact("back_on", back.isoformat(), SOURCE, stock.as_of))
    else:
        replies.append(Reply("utter_stock_out", {"item": item}))
    if near:
        replies.append(Reply("utter_stock_others", {"others": _grouped(near, desk, ask.language)}))
    return answered(replies, *facts)


def _several(product: Product, wanted: tuple[Variant, ...], stocks: dict[str, Stock], ask: Ask, desk: Desk) -> Answer:
    there = [v for v in wanted if _available(v, stocks)]
    gone = [v for v in wanted if _gone(v, stocks)]
    facts = [
        Fact("quantity", f"{v.sku}: {stocks[v.sku].quantity}", SOURCE, stocks[v.sku].as_of)
        for v in wanted
        if v.sku in stocks
    ]
    name = formats.item(desk.shop, product, ask.details.colour, ask.details.size, ask.language)
    if not there and not gone:
        return Answer("unknown", (Reply("utter_stock_unknown", {"item": name}),), missing="person")
    if not there:
        return answered([Reply("utter_stock_out", {"item": name}), *_returns(gone, stocks, ask, desk)], *facts)
    if not gone:
        return answered(
            Reply("utter_stock_all", {"name": name, "available": _grouped(there, desk, ask.language)}), *facts
        )
    said = {
        "name": name,
        "available": _grouped(there, desk, ask.language),
        "missing": _grouped(gone, desk, ask.language),
    }
    return answered([Reply("utter_stock_part", said), *_returns(gone, stocks, ask, desk)], *facts)


def _returns(gone: Iterable[Variant], stocks: dict[str, Stock], ask: Ask, desk: Desk) -> list[Reply]:
    """When the missing ones are back, where a date is known."""
    back = []
    for variant in gone:
        days = stocks[variant.sku].back_in_days
        if days is not None:
            day = formats.day(desk.now.date() + timedelta(days=days), desk.now.date(), ask.language)
            name = formats.variant_name(desk.shop, variant.colour, variant.size, ask.language)
            back.append(f"{name} {day}")
    return [Reply("utter_stock_back_list", {"returns": formats.listing(back, ask.language)})] if back else []


def _not_offered(product: Product, ask: Ask, desk: Desk) -> Answer:
    asked = formats.variant_name(desk.shop, ask.details.colour, ask.details.size, ask.language)
    said = {
        "name": product.name[ask.language],
        "asked": asked,
        "offered": _grouped(product.variants, desk, ask.language),
    }
    return answered(Reply("utter_stock_not_offered", said), desk.fact("offered", said["offered"], "shop/variants"))


def _chosen(product: Product, variant: Variant) -> tuple[str | None, str | None]:
    """What must be named of a variant to tell it from its sisters."""
    colour = variant.colour if len(product.colours) > 1 else None
    size = variant.size if len(product.sizes) > 1 else None
    return colour, size


def _available(variant: Variant, stocks: dict[str, Stock]) -> bool:
    return variant.sku in stocks and (stocks[variant.sku].quantity or 0) > 0


def _gone(variant: Variant, stocks: dict[str, Stock]) -> bool:
    return variant.sku in stocks and stocks[variant.sku].quantity == 0


def _grouped(variants: Iterable[Variant], desk: Desk, language: Language) -> str:
    """黑色 S、M；米色 L, or only the sizes or colours where there is one kind."""
    by_colour: dict[str | None, list[str]] = {}
    for variant in variants:
        by_colour.setdefault(variant.colour, []).append(variant.size or "")
    sizes_matter = len({size for sizes in by_colour.values() for size in sizes}) > 1
    groups = []
    for colour, sizes in by_colour.items():
        name = formats.variant_name(desk.shop, colour, None, language)
        listed = formats.listing([s for s in sizes if s], language) if sizes_matter or not name else ""
        groups.append(" ".join(part for part in (name, listed) if part))
    return ("；" if language == "zh" else "; ").join(groups)
