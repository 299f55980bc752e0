"""Is it there, in this colour and size, and if not, when is it back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from bot.core import formats
from bot.core.shop import Product, Variant
from bot.core.types import Answer, Ask, Fact, Language, Reply
from bot.core.unlisted import unlisted_goods
from bot.ports import Availability, Stock
from bot.services.capability import able_products, who_can
from bot.services.common import Desk, answered, detours, not_listed, the_product, which_product
from bot.services.size_guide import advised_sizes, by_guide

_MY_SIZE = re.compile(r"(?:我|适合|合适)的?(?:尺码|[码号])|\bmy size\b|\bfits? me\b")
"""Means the size that the measures said lead to."""
_IS_IT_THERE = re.compile(
    r"有[没木]?有?.{0,8}(?:[码号货吗么没]|$)|现货|有货|\bin stock\b|\b(?:have|got)\b.*\b(?:my size|left)\b"
)


def answer_stock(ask: Ask, desk: Desk) -> Answer:
    """Stock by variant, asked now. Raises InventoryError."""
    if not ask.details.product_said and (not ask.details.products or _other_goods(ask)):
        return _without_product(ask, desk)
    product = the_product(ask, desk)
    if product is None:
        return which_product(ask, desk)
    if ask.details.size is None and _MY_SIZE.search(ask.question.text.lower()):
        guided = by_guide(ask, desk)
        if advised_sizes(guided):
            return with_stock(guided, ask, desk)
    return _stock_of(product, ask.details.size, ask, desk)


def asks_for_stock(ask: Ask) -> bool:
    """Whether a question for the size asks in the same words whether it is there."""
    text = ask.question.text.lower()
    return bool(_MY_SIZE.search(text) and _IS_IT_THERE.search(text))


def with_stock(guided: Answer, ask: Ask, desk: Desk) -> Answer:
    """The size guide's answer, and the stock of the sizes that it advises. Raises InventoryError."""
    product = the_product(ask, desk)
    there = [_stock_of(product, size, ask, desk) for size in advised_sizes(guided)] if product else []
    missing = next((answer.missing for answer in there if answer.missing), guided.missing)
    replies = (*guided.replies, *(reply for answer in there for reply in answer.replies))
    facts = (*guided.facts, *(fact for answer in there for fact in answer.facts))
    return replace(guided, replies=replies, facts=facts, missing=missing)


def _stock_of(product: Product, size: str | None, ask: Ask, desk: Desk) -> Answer:
    """Stock of one size or of all, in the colour asked for if there is one."""
    wanted = product.matching(ask.details.colour, size)
    if not wanted:
        return _not_offered(product, ask, desk)
    stocks = desk.stocked(product)
    if len(wanted) == 1:
        return _one_variant(product, wanted[0], stocks, ask, desk)
    return _several(product, wanted, stocks, ask, desk)


def _other_goods(ask: Ask) -> bool:
    """Whether goods are named that are none of the shop's, rather than a colour or size of what is talked about."""
    return not (ask.details.colour or ask.details.size) and unlisted_goods(ask.question.text) is not None


def _without_product(ask: Ask, desk: Desk) -> Answer:
    """Goods named by what they do, goods that the shop does not sell, or nothing named at all."""
    able = [c for c in ask.details.capabilities if able_products(c, desk)]
    if able:
        return who_can(able[0], ask, desk)
    if unlisted_goods(ask.question.text) or detours(ask, desk):
        return not_listed(ask, desk)
    return which_product(ask, desk)


def _one_variant(product: Product, variant: Variant, stocks: dict[str, Stock], ask: Ask, desk: Desk) -> Answer:
    stock = stocks.get(variant.sku)
    item = formats.item(desk.shop, product, *_chosen(product, variant), ask.language)
    if stock is None or stock.state == "unknown":
        return Answer("unknown", (Reply("utter_stock_unknown", {"item": item}),), missing="person")
    fact = _fact(stock)
    if stock.state == "in_stock":
        return answered(_there(stock, item, desk), fact)
    if stock.state == "on_order":
        return answered([Reply("utter_stock_on_order", {"item": item}), *_returns([variant], stocks, ask, desk)], fact)
    return _none_left(product, variant, stock, stocks, item, ask, desk, fact)


def _fact(stock: Stock, sku: str = "") -> Fact:
    """What the answer rests on: the number, or whether it can be bought where that is what counts. With the SKU among
    several."""
    counted = stock.quantity is not None and not (stock.quantity and stock.available is False)
    value = str(stock.quantity) if counted else "yes" if stock.available else "no"
    return Fact("quantity" if counted else "available", f"{sku}: {value}" if sku else value, stock.source, stock.as_of)


def _there(stock: Stock, item: str, desk: Desk) -> Reply:
    """Yes; and how many, where they are few."""
    if stock.quantity is None or stock.quantity > desk.shop.handover.few_left:
        return Reply("utter_stock_yes", {"item": item})
    return Reply("utter_stock_few", {"item": item, "quantity": str(stock.quantity)})


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
    others = [v for v in product.variants if v.sku != variant.sku and _state(v, stocks) == "in_stock"]
    near = [v for v in others if v.size == variant.size] or [v for v in others if v.colour == variant.colour] or others
    replies, facts = [], [fact]
    if stock.discontinued:
        replies.append(Reply("utter_stock_discontinued", {"item": item}))
        facts.append(Fact("discontinued", "yes", stock.source, stock.as_of))
    elif stock.back_in_days is not None:
        back = desk.now.date() + timedelta(days=stock.back_in_days)
        said = {"item": item, "days": str(stock.back_in_days), "date": formats.day(back, desk.now.date(), ask.language)}
        replies.append(Reply("utter_stock_back", said))
        facts.append(Fact("back_on", back.isoformat(), stock.source, stock.as_of))
    else:
        replies.append(Reply("utter_stock_out", {"item": item}))
    if near:
        replies.append(_still_there(product, near, stocks, ask, desk))
    return answered(replies, *facts)


def _still_there(product: Product, near: list[Variant], stocks: dict[str, Stock], ask: Ask, desk: Desk) -> Reply:
    """What can be had instead; a single one with how few are left."""
    left = stocks[near[0].sku].quantity
    if len(near) == 1 and left is not None and left <= desk.shop.handover.few_left:
        item = formats.item(desk.shop, product, *_chosen(product, near[0]), ask.language)
        return Reply("utter_stock_few", {"item": item, "quantity": str(left)})
    return Reply("utter_stock_others", {"others": _grouped(product, near, desk, ask.language)})


def _several(product: Product, wanted: tuple[Variant, ...], stocks: dict[str, Stock], ask: Ask, desk: Desk) -> Answer:
    there, on_order, gone, unknown = (
        [v for v in wanted if _state(v, stocks) == state] for state in ("in_stock", "on_order", "none", "unknown")
    )
    facts = [_fact(stocks[v.sku], v.sku) for v in wanted if v not in unknown]
    replies = [*_known(product, wanted, there, gone, ask, desk), *_returns([*gone, *on_order], stocks, ask, desk)]
    if on_order:
        replies.append(Reply("utter_stock_on_order", {"item": _of(product, on_order, wanted, ask, desk)}))
    if not unknown:
        return answered(replies, *facts)
    replies.append(Reply("utter_stock_unknown", {"item": _of(product, unknown, wanted, ask, desk)}))
    return answered(replies, *facts, outcome="answered" if len(unknown) < len(wanted) else "unknown", missing="person")


def _known(
    product: Product, wanted: tuple[Variant, ...], there: list[Variant], gone: list[Variant], ask: Ask, desk: Desk
) -> list[Reply]:
    """What is there and what is not, of those that the inventory knows."""
    available, missing = (_grouped(product, found, desk, ask.language) for found in (there, gone))
    name = product.name[ask.language]
    if there and gone:
        return [Reply("utter_stock_part", {"name": name, "available": available, "missing": missing})]
    if len(there) == len(wanted):
        return [Reply("utter_stock_all", {"name": name, "available": available})]
    if there:
        return [Reply("utter_stock_yes", {"item": _of(product, there, wanted, ask, desk)})]
    return [Reply("utter_stock_out", {"item": _of(product, gone, wanted, ask, desk)})] if gone else []


def _of(product: Product, some: list[Variant], wanted: tuple[Variant, ...], ask: Ask, desk: Desk) -> str:
    """The goods asked for, where these are all of them; else the product with these variants."""
    if len(some) == len(wanted):
        return formats.item(desk.shop, product, ask.details.colour, ask.details.size, ask.language)
    listed = _grouped(product, some, desk, ask.language)
    return f"{product.name[ask.language]} {listed}" if ask.language == "zh" else f"{product.name['en']} ({listed})"


def _returns(gone: Iterable[Variant], stocks: dict[str, Stock], ask: Ask, desk: Desk) -> list[Reply]:
    """When the missing ones are back, where a date is known."""
    back = []
    for variant in gone:
        days = stocks[variant.sku].back_in_days
        if days is not None:
            day = formats.day(desk.now.date() + timedelta(days=days), desk.now.date(), ask.language)
            name = formats.variant_name(desk.shop, variant.colour, variant.size, ask.language)
            back.append(f"{name} {day}".strip())
    return [Reply("utter_stock_back_list", {"returns": formats.listing(back, ask.language)})] if back else []


def _not_offered(product: Product, ask: Ask, desk: Desk) -> Answer:
    asked = formats.variant_name(desk.shop, ask.details.colour, ask.details.size, ask.language)
    said = {
        "name": product.name[ask.language],
        "asked": asked,
        "offered": _grouped(product, product.variants, desk, ask.language),
    }
    return answered(Reply("utter_stock_not_offered", said), desk.fact("offered", said["offered"], "shop/variants"))


def _chosen(product: Product, variant: Variant) -> tuple[str | None, str | None]:
    """What must be named of a variant to tell it from its sisters."""
    colour = variant.colour if len(product.colours) > 1 else None
    size = variant.size if len(product.sizes) > 1 else None
    return colour, size


def _state(variant: Variant, stocks: dict[str, Stock]) -> Availability:
    return stocks[variant.sku].state if variant.sku in stocks else "unknown"


def _grouped(product: Product, variants: Iterable[Variant], desk: Desk, language: Language) -> str:
    """黑色 S、M；米色 L, or only the colours where the product comes in one size."""
    by_colour: dict[str | None, list[str]] = {}
    for variant in variants:
        by_colour.setdefault(variant.colour, []).append(variant.size or "")
    groups = []
    for colour, sizes in by_colour.items():
        name = formats.variant_name(desk.shop, colour, None, language)
        listed = formats.sizes([s for s in sizes if s], language) if len(product.sizes) > 1 or not name else ""
        groups.append(" ".join(part for part in (name, listed) if part))
    return ("；" if language == "zh" else "; ").join(groups)
