"""What the shop stands for: warranty, returns, genuineness, invoices, payment, and when people are there."""

from __future__ import annotations

from bot.core import formats
from bot.core.opening import presence
from bot.core.types import Answer, Ask, Reply
from bot.services.common import Desk, answered, the_product

SOURCE = "shop/policies"


def answer_warranty(ask: Ask, desk: Desk) -> Answer:
    """Years for the whole and for its parts; clothing and home goods: days for faults."""
    policies, language = desk.shop.policies, ask.language
    product = the_product(ask, desk)
    if product is None:
        years = max(policies.warranty_years.values(), default=0)
        said = {"years": str(years), "fault_days": str(policies.fault_days)}
        return answered(Reply("utter_warranty_general", said), desk.fact("warranty_years", years, SOURCE))
    years = policies.warranty_years.get(product.category)
    if years is None:
        said = {"name": product.name[language], "fault_days": str(policies.fault_days)}
        return answered(Reply("utter_warranty_faults", said), desk.fact("fault_days", policies.fault_days, SOURCE))
    replies = [Reply("utter_warranty", {"name": product.name[language], "years": str(years)})]
    facts = [desk.fact("warranty_years", years, SOURCE)]
    for part in policies.warranty_parts:
        if product.id in part.products:
            replies = [
                Reply(
                    "utter_warranty_part",
                    {
                        "name": product.name[language],
                        "years": str(years),
                        "part": part.part[language],
                        "part_years": str(part.years),
                    },
                )
            ]
            facts.append(desk.fact(f"warranty_{part.part['en']}_years", part.years, SOURCE))
    return answered(replies, *facts)


def answer_return_policy(ask: Ask, desk: Desk) -> Answer:
    """Days to return it, who pays, and what is excepted."""
    policies = desk.shop.policies
    facts = [desk.fact("return_days", policies.return_days, SOURCE)]
    replies = [Reply("utter_return_policy", {"days": str(policies.return_days)})]
    exception = policies.return_exceptions.get(ask.details.product or "")
    if exception:
        replies.append(Reply("utter_return_exception", {"exception": exception[ask.language]}))
        facts.append(desk.fact("return_exception", exception[ask.language], SOURCE))
    return answered(replies, *facts)


def answer_authenticity(ask: Ask, desk: Desk) -> Answer:
    """Whose shop it is, and what stands behind the goods."""
    said = {
        "genuine": desk.shop.genuine[ask.language],
        "days": str(desk.shop.policies.return_days),
    }
    return answered(Reply("utter_genuine", said), desk.fact("genuine", "yes", "shop/shop"))


def answer_invoice(ask: Ask, desk: Desk) -> Answer:
    """Electronic, ordinary invoices; special VAT invoices through a person."""
    said = {"days": str(desk.shop.policies.invoice_days)}
    return answered(
        Reply("utter_invoice", said), desk.fact("invoice", "electronic, ordinary", SOURCE), missing="person"
    )


def answer_payment(ask: Ask, desk: Desk) -> Answer:
    """Ways to pay; instalments by list price; what is refused, plainly."""
    payment, language = desk.shop.payment, ask.language
    accepted = formats.listing((way.name[language] for way in payment.accepted), language)
    facts = [desk.fact("accepted", accepted, SOURCE)]
    named = ask.details.payment_methods
    refused = next((way for way in payment.refused if way.id in named), None)
    if refused:
        said = {"method": refused.name[language], "accepted": accepted}
        return answered(
            Reply("utter_payment_refused", said), desk.fact("refused", refused.id, SOURCE), outcome="refused"
        )
    instalments = payment.instalments
    said = {
        "accepted": accepted,
        "method": instalments.name[language],
        "counts": formats.listing(map(str, instalments.counts), language, "or"),
        "from": formats.money(instalments.free_from),
    }
    ways = [way for way in payment.accepted if way.id in named]
    if ways and all(way.name != instalments.name for way in ways):
        said["method"] = formats.listing((way.name[language] for way in ways), language)
        return answered(Reply("utter_payment_named", said), *facts)
    facts.append(desk.fact("instalments_free_from", instalments.free_from, SOURCE))
    product = the_product(ask, desk)
    if product is None or not ways:
        return answered(Reply("utter_payment_all" if not ways else "utter_payment_instalments", said), *facts)
    prices = {
        v.list_price * (ask.details.quantity or 1) for v in product.matching(None, ask.details.size) or product.variants
    }
    reached = {price >= instalments.free_from for price in prices}
    if len(reached) > 1:
        return answered(Reply("utter_payment_instalments", said), *facts)
    said |= {"name": product.name[language], "price": formats.money(min(prices))}
    return answered(Reply("utter_payment_free" if reached == {True} else "utter_payment_not_free", said), *facts)


def answer_hours(ask: Ask, desk: Desk) -> Answer:
    """When people are there, today as it really is."""
    opening = desk.shop.people.openings["sales"]
    there = presence(opening, desk.now, desk.calendar)
    said = {"opens": f"{opening.opens:%H:%M}", "closes": f"{opening.closes:%H:%M}", "when": ""}
    facts = [desk.fact("opens", said["opens"], "shop/hours"), desk.fact("closes", said["closes"], "shop/hours")]
    if there.now:
        return answered(Reply("utter_hours_now", said), *facts)
    if there.back:
        said["when"] = formats.moment(there.back, desk.now, ask.language)
        facts.append(desk.fact("people_from", there.back.isoformat(timespec="minutes"), "shop/hours"))
    return answered(Reply("utter_hours_later", said), *facts)
