"""What it costs now, and which offers run."""

from __future__ import annotations

from decimal import Decimal

from bot.core import formats
from bot.core.offers import at_the_till
from bot.core.shop import Product
from bot.core.types import Answer, Ask, Reply
from bot.services.common import Desk, answered, mentions, ordered, pieces, the_product, totals, which_product

OFFERS = "shop/offers"


def answer_price(ask: Ask, desk: Desk) -> Answer:
    """The list price by size, and what one order comes to with the offers that run. Raises InventoryError."""
    product = the_product(ask, desk)
    if product is None:
        return which_product(ask, desk)
    priced = desk.priced(product)
    product = priced.product
    wanted = product.matching(ask.details.colour, ask.details.size) or product.variants
    by_price: dict[Decimal, list[str]] = {}
    for variant in wanted:
        by_price.setdefault(variant.list_price, []).append(variant.size or "")
    facts = [priced.facts[price] for price in by_price]
    later = _later(ask, desk)
    if len(by_price) > 1:
        return answered([_price_list(product, by_price, ask, desk), *later], *facts)
    (price,) = by_price
    quantity = pieces(ask)
    size = ask.details.size if ask.details.size in product.sizes and len(product.sizes) > 1 else None
    total, till = price * quantity, at_the_till(desk.shop.offers, price * quantity)
    said = {
        "item": formats.item(desk.shop, product, None, size, ask.language),
        "price": formats.money(price),
        "quantity": str(quantity),
        "total": formats.money(total),
        "till": formats.money(till),
        "off": formats.money(desk.shop.offers.off),
        "from": formats.money(desk.shop.offers.off_from),
    }
    if till < total:
        facts.append(desk.fact("till_price", str(till), OFFERS))
    name = f"utter_price{'_several' if quantity > 1 else ''}{'_off' if till < total else ''}"
    return answered([Reply(name, said), *later], *facts)


def _later(ask: Ask, desk: Desk) -> list[Reply]:
    """A sale of another day (双12, Black Friday) is not known of before it runs."""
    return [Reply("utter_promotion_later")] if mentions(ask.question.text, desk.shop.offers.other_sales) else []


def _price_list(product: Product, by_price: dict[Decimal, list[str]], ask: Ask, desk: Desk) -> Reply:
    """What as many pieces as were said come to, by size."""
    parts, offered = [], False
    for price, sizes in by_price.items():
        total = price * pieces(ask)
        till = at_the_till(desk.shop.offers, total)
        offered = offered or till < total
        shown = formats.money(total) if till == total else f"{formats.money(total)} → {formats.money(till)}"
        parts.append(f"{formats.listing(sizes, ask.language)} {shown}")
    said = {
        "name": product.name[ask.language],
        "quantity": str(pieces(ask)),
        "prices": formats.listing(parts, ask.language),
        "off": formats.money(desk.shop.offers.off),
        "from": formats.money(desk.shop.offers.off_from),
    }
    return Reply(f"utter_price_list{'_several' if pieces(ask) > 1 else ''}{'_off' if offered else ''}", said)


def answer_promotion(ask: Ask, desk: Desk) -> Answer:
    """The offers that run, and what they come to for the product talked about. Nothing else is promised."""
    offers, language = desk.shop.offers, ask.language
    said = {"off": formats.money(offers.off), "from": formats.money(offers.off_from)}
    facts = [desk.fact("off", str(offers.off), OFFERS), desk.fact("off_from", str(offers.off_from), OFFERS)]
    later = _later(ask, desk)
    product = the_product(ask, desk) if ask.details.product_said or not later else None
    replies = [*later, Reply("utter_promotion", said)]
    if product is not None:
        sums = totals(product, ask, desk)
        if len(sums) == 1:
            replies.append(_comes_to(product, sums[0], ask, desk))
    gifts = [g for g in offers.gifts if product is None or g.product == product.id]
    for gift in gifts:
        name = desk.shop.products[gift.product].name[language]
        replies.append(Reply("utter_promotion_gift", {"name": name, "gift": gift.gift[language]}))
        facts.append(desk.fact("gift", f"{gift.product}: {gift.gift['en']}", OFFERS))
    return answered(replies, *facts)


def _comes_to(product: Product, total: Decimal, ask: Ask, desk: Desk) -> Reply:
    till = at_the_till(desk.shop.offers, total)
    said = {"item": ordered(product, ask), "total": formats.money(total), "till": formats.money(till)}
    return Reply("utter_promotion_comes_to" if till < total else "utter_promotion_not_reached", said)
