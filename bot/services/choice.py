"""Helps to choose: the difference between products, and which would suit. Other makers are not discussed."""

from __future__ import annotations

from bot.core import formats
from bot.core.shop import Product
from bot.core.types import Answer, Ask, Reply
from bot.core.unlisted import unlisted_goods
from bot.services.capability import answer_capability
from bot.services.common import Desk, answered, detours, not_listed, the_product
from bot.services.size_guide import by_guide
from bot.services.spec import answer_spec, holds, spec_value

MOST_SUGGESTED = 3
MOST_COMPARED = 3
ASKED_AT_ONCE = 10
"""Products of which the stock is looked up in one go."""
MOST_USES = 4
MOST_SPECS = 3


def answer_comparison(ask: Ask, desk: Desk) -> Answer:
    """What differs between two of the shop's products; against another maker: our side alone. Raises InventoryError."""
    products = [desk.priced(desk.shop.products[p]).product for p in ask.details.products[:MOST_COMPARED]]
    if len(products) < 2:
        if not products:
            return Answer("clarify", (Reply("utter_ask_compare", {}),), missing="product")
        said = {"name": products[0].name[ask.language], "facts": _sheet(products[0], ask, desk)}
        return answered(Reply("utter_compare_own", said), *_prices(products, desk), outcome="refused")
    colon = "：" if ask.language == "zh" else ": "
    lines = "\n".join(f"{p.name[ask.language]}{colon}{_sheet(p, ask, desk)}" for p in products)
    return answered(Reply("utter_compare", {"lines": lines}), *_prices(products, desk))


def _sheet(product: Product, ask: Ask, desk: Desk) -> str:
    """Price, sizes, people, attributes and verdicts in one line."""
    language = ask.language
    parts = [_price(product)]
    parts += [formats.listing(product.sizes, language)] if product.sizes else []
    attributes = [a for (p, a) in desk.shop.specs_of if p == product.id and a != "capacity"]
    parts += [f"{desk.shop.attributes[a].name[language]} {spec_value(product, a, ask, desk)}" for a in attributes[:3]]
    marks = {"yes": "✓", "limited": "△", "no": "✗"}
    held = [c for (p, _), c in desk.shop.capabilities.items() if p == product.id]
    parts += [f"{marks[c.verdict]} {desk.shop.capability_names[c.capability].name[language]}" for c in held[:6]]
    return ("，" if language == "zh" else ", ").join(parts)


def _price(product: Product) -> str:
    return formats.money_range(variant.list_price for variant in product.variants)


def _prices(products: list[Product], desk: Desk) -> list:
    return [desk.fact("list_price", f"{p.id}: {_price(p).replace('¥', '')}", "shop/variants") for p in products]


def answer_recommendation(ask: Ask, desk: Desk) -> Answer:
    """Up to three products in stock that do what was asked for, cheapest first; or what is sold, where nothing was said.

    About one product that was named: what it is for. Raises InventoryError.
    """
    details, language = ask.details, ask.language
    product = the_product(ask, desk) if details.product_said else None
    if product is not None:
        return _about_one(product, ask, desk)
    if detours(ask, desk) or (not _anything_said(ask) and unlisted_goods(ask.question.text)):
        return not_listed(ask, desk)
    if not _anything_said(ask):
        names = tuple(word.name[language] for word in desk.shop.categories.values())
        said = {"about": desk.shop.about[language]}
        return Answer("clarify", (Reply("utter_ask_use", said, names),), missing="product")
    fitting = [p for p in desk.shop.products.values() if _suits(p, ask, desk)]
    fitting.sort(key=lambda p: (_rank(p, ask, desk), min(v.list_price for v in p.variants)))
    chosen = [desk.priced(p).product for p in _in_stock(fitting, desk)]
    if not chosen:
        return Answer("unknown", (Reply("utter_recommend_none", {}),), missing="person")
    lines = "\n".join(f"· {_line(p, ask, desk)}" for p in chosen)
    names = tuple(p.name[language] for p in chosen)
    facts = [desk.fact("suggested", p.id, "shop/products") for p in chosen]
    return answered(Reply("utter_recommend", {"lines": lines}, names), *facts)


def _in_stock(products: list[Product], desk: Desk) -> list[Product]:
    """The first few that are there; no more are asked for than it takes to find them."""
    found: list[Product] = []
    for start in range(0, len(products), ASKED_AT_ONCE):
        some = products[start : start + ASKED_AT_ONCE]
        stocks = desk.inventory.stock(tuple(v.sku for p in some for v in p.variants))
        there = {sku for sku, stock in stocks.items() if stock.state == "in_stock"}
        found += [p for p in some if any(v.sku in there for v in p.variants)]
        if len(found) >= MOST_SUGGESTED:
            break
    return found[:MOST_SUGGESTED]


def _anything_said(ask: Ask) -> bool:
    """Whether the message itself says what is looked for; the product talked about before does not."""
    details = ask.details
    return bool(details.capabilities or details.category or details.product_said)


def _about_one(product: Product, ask: Ask, desk: Desk) -> Answer:
    """Nobody who named a product is shown that product alone: its answer, or what it is good for and what comes with it."""
    details = ask.details
    if details.capabilities:
        return answer_capability(ask, desk)
    if any(holds(product, attribute, ask, desk) for attribute in details.attributes):
        return answer_spec(ask, desk)
    if details.household and product.id in desk.shop.size_rows:
        return by_guide(ask, desk)
    language, product = ask.language, desk.priced(product).product
    uses, specs = _uses(product, ask, desk), _specs(product, ask, desk)
    said = {
        "name": product.name[language],
        "price": _price(product),
        "uses": formats.listing(uses, language),
        "specs": ("，" if language == "zh" else ", ").join(specs),
    }
    kind = "_uses" if uses else "_specs" if specs else ""
    replies = [Reply(f"utter_recommend_one{kind}", said)]
    replies += [
        Reply("utter_promotion_gift", {"name": product.name[language], "gift": gift.gift[language]})
        for gift in desk.shop.offers.gifts
        if gift.product == product.id
    ]
    return answered(replies, *_prices([product], desk), desk.fact("suggested", product.id, "shop/products"))


def _uses(product: Product, ask: Ask, desk: Desk) -> list[str]:
    """What it does without a limit."""
    names = desk.shop.capability_names
    able = [c for (p, c), held in desk.shop.capabilities.items() if p == product.id and held.verdict == "yes"]
    return [names[c].name[ask.language] for c in able if not names[c].kind][:MOST_USES]


def _specs(product: Product, ask: Ask, desk: Desk) -> list[str]:
    """Three values, each once (material and inner pot often say the same)."""
    by_value: dict[str, str] = {}
    for owner, attribute in desk.shop.specs_of:
        if owner == product.id:
            by_value.setdefault(spec_value(product, attribute, ask, desk), attribute)
    names = desk.shop.attributes
    return [f"{names[a].name[ask.language]} {value}" for value, a in list(by_value.items())[:MOST_SPECS]]


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
    spans = [row.people for row in desk.shop.size_rows.get(product.id, ()) if row.people]
    if details.household and spans:
        return any(low <= details.household <= high for low, high in spans)
    return True


def _rank(product: Product, ask: Ask, desk: Desk) -> int:
    verdicts = [desk.shop.capabilities[product.id, c].verdict for c in ask.details.capabilities]
    return sum(verdict != "yes" for verdict in verdicts)


def _line(product: Product, ask: Ask, desk: Desk) -> str:
    parts = [product.name[ask.language], _price(product)]
    if not ask.details.capabilities and (uses := formats.listing(_uses(product, ask, desk), ask.language)):
        parts.append(f"✓ {uses}")
    for capability in ask.details.capabilities:
        limit = desk.shop.capabilities[product.id, capability].limit[ask.language]
        parts += [limit] if limit else []
    return ("，" if ask.language == "zh" else ", ").join(parts)
