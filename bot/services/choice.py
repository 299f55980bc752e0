"""Helps to choose: the difference between products, and which would suit. Other makers are not discussed."""

from __future__ import annotations

from bot.core import formats
from bot.core.shop import Product
from bot.core.types import Answer, Ask, Reply
from bot.services.common import Desk, answered
from bot.services.spec import spec_value

MOST_SUGGESTED = 3


def answer_comparison(ask: Ask, desk: Desk) -> Answer:
    """What differs between two of the shop's products, from its tables; against another maker: our side alone."""
    products = [desk.shop.products[p] for p in ask.details.products]
    if len(products) < 2:
        if not products:
            return Answer("clarify", (Reply("utter_ask_compare", {}),), missing="product")
        said = {"name": products[0].name[ask.language], "facts": _sheet(products[0], ask, desk)}
        return answered(Reply("utter_compare_own", said), *_prices(products, desk), outcome="refused")
    lines = "\n".join(f"{p.name[ask.language]}: {_sheet(p, ask, desk)}" for p in products[:3])
    return answered(Reply("utter_compare", {"lines": lines}), *_prices(products, desk))


def _sheet(product: Product, ask: Ask, desk: Desk) -> str:
    """Price, sizes, people, attributes and verdicts in one line."""
    language = ask.language
    prices = sorted({v.list_price for v in product.variants})
    parts = [
        "–".join(formats.money(p) for p in (prices[0], prices[-1])) if len(prices) > 1 else formats.money(prices[0])
    ]
    parts += [formats.listing(product.sizes, language)] if product.sizes else []
    attributes = [a for (p, a) in desk.shop.specs_of if p == product.id and a != "capacity"]
    parts += [f"{desk.shop.attributes[a].name[language]} {spec_value(product, a, ask, desk)}" for a in attributes[:3]]
    marks = {"yes": "✓", "limited": "△", "no": "✗"}
    held = [c for (p, _), c in desk.shop.capabilities.items() if p == product.id]
    parts += [f"{marks[c.verdict]} {desk.shop.capability_names[c.capability].name[language]}" for c in held[:6]]
    return ("，" if language == "zh" else ", ").join(parts)


def _prices(products: list[Product], desk: Desk) -> list:
    return [
        desk.fact("list_price", f"{p.id}: {min(v.list_price for v in p.variants)}", "shop/variants") for p in products
    ]


def answer_recommendation(ask: Ask, desk: Desk) -> Answer:
    """Up to three products in stock that do what was asked for, cheapest first; or what is sold, where nothing was said."""
    details, language = ask.details, ask.language
    if not (details.capabilities or details.category or details.products):
        names = tuple(word.name[language] for word in desk.shop.categories.values())
        said = {"about": desk.shop.about[language]}
        return Answer("clarify", (Reply("utter_ask_use", said, names),), missing="product")
    fitting = [p for p in desk.shop.products.values() if _suits(p, ask, desk)]
    stocks = desk.inventory.stock(tuple(v.sku for p in fitting for v in p.variants))
    fitting = [p for p in fitting if any(v.sku in stocks and (stocks[v.sku].quantity or 0) > 0 for v in p.variants)]
    if not fitting:
        return Answer("unknown", (Reply("utter_recommend_none", {}),), missing="person")
    fitting.sort(key=lambda p: (_rank(p, ask, desk), min(v.list_price for v in p.variants)))
    chosen = fitting[:MOST_SUGGESTED]
    lines = "\n".join(f"· {_line(p, ask, desk)}" for p in chosen)
    names = tuple(p.name[language] for p in chosen)
    facts = [desk.fact("suggested", p.id, "shop/products") for p in chosen]
    return answered(Reply("utter_recommend", {"lines": lines}, names), *facts)


def _suits(product: Product, ask: Ask, desk: Desk) -> bool:
    details = ask.details
    if details.capabilities:
        held = [desk.shop.capabilities.get((product.id, c)) for c in details.capabilities]
        if not all(h and h.verdict != "no" for h in held):
            return False
    elif details.product_said and details.products and product.id not in details.products:
        return False
    if details.category and product.category != details.category:
        return False
    rows = [r for r in desk.shop.size_rows.get(product.id, ()) if r.people]
    if details.household and rows:
        return any(r.people[0] <= details.household <= r.people[1] for r in rows)
    return True


def _rank(product: Product, ask: Ask, desk: Desk) -> int:
    verdicts = [desk.shop.capabilities[product.id, c].verdict for c in ask.details.capabilities]
    return sum(verdict != "yes" for verdict in verdicts)


def _line(product: Product, ask: Ask, desk: Desk) -> str:
    prices = sorted({v.list_price for v in product.variants})
    shown = "–".join(formats.money(p) for p in ((prices[0], prices[-1]) if len(prices) > 1 else prices))
    parts = [product.name[ask.language], shown]
    for capability in ask.details.capabilities:
        limit = desk.shop.capabilities[product.id, capability].limit[ask.language]
        parts += [limit] if limit else []
    return ("，" if ask.language == "zh" else ", ").join(parts)
