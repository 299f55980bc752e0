"""What the shop stands for: warranty, returns, genuineness, invoices, payment, and when people are there."""

from __future__ import annotations

from bot.core import formats
from bot.core.opening import in_spring_festival, presence
from bot.core.shop import Product
from bot.core.types import Answer, Ask, Reply
from bot.services.common import Desk, answered, mentions, ordered, the_product, totals

SOURCE = "shop/policies"


def answer_warranty(ask: Ask, desk: Desk) -> Answer:
    """Years for the whole and for its parts; clothing and home goods: days for faults."""
    policies, language = desk.shop.policies, ask.language
    product = the_product(ask, desk)
    if product is None:
        longest = max(policies.warranty_years.values(), default=0)
        said = {"years": str(longest), "fault_days": str(policies.fault_days)}
        return answered(Reply("utter_warranty_general", said), desk.fact("warranty_years", longest, SOURCE))
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
    """What is excepted first, then the days to return it and who pays."""
    policies = desk.shop.policies
    facts = [desk.fact("return_days", policies.return_days, SOURCE)]
    replies = [Reply("utter_return_policy", {"days": str(policies.return_days)})]
    exception = policies.return_exceptions.get(ask.details.product or "")
    if exception:
        replies.insert(0, Reply("utter_return_exception", {"exception": exception[ask.language]}))
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
    if mentions(ask.question.text, desk.shop.policies.special_invoice_words):
        fact = desk.fact("invoice", "special", SOURCE)
        return answered(Reply("utter_invoice_special"), fact, missing="person")
    said = {"days": str(desk.shop.policies.invoice_days)}
    return answered(Reply("utter_invoice", said), desk.fact("invoice", "ordinary", SOURCE))


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
    ways = [way for way in payment.accepted if way.id in named]
    plain = [way.name[language] for way in ways if way.name != payment.instalments.name]
    replies = [Reply("utter_payment_named", {"method": formats.listing(plain, language)})] if plain else []
    if ways and len(plain) == len(ways):
        return answered(replies, *facts)
    facts.append(desk.fact("instalments_free_from", payment.instalments.free_from, SOURCE))
    product = the_product(ask, desk) if ways else None
    return answered([*replies, _instalments(product, accepted if not ways else "", ask, desk)], *facts)


def _instalments(product: Product | None, accepted: str, ask: Ask, desk: Desk) -> Reply:
    """All ways where none was named; else whether the product talked about is free of interest."""
    instalments, language = desk.shop.payment.instalments, ask.language
    said = {
        "method": instalments.name[language],
        "counts": formats.listing(map(str, instalments.counts), language, "or"),
        "from": formats.money(instalments.free_from),
    }
    if accepted:
        return Reply("utter_payment_all", said | {"accepted": accepted})
    sums = totals(product, ask, desk) if product else []
    reached = {total >= instalments.free_from for total in sums}
    if product is None or len(reached) != 1:
        return Reply("utter_payment_instalments", said)
    said |= {"name": ordered(product, ask), "price": formats.money_range(sums)}
    return Reply("utter_payment_free" if reached == {True} else "utter_payment_not_free", said)


def answer_hours(ask: Ask, desk: Desk) -> Answer:
    """When people are there, today as it really is."""
    opening = desk.shop.people.openings["sales"]
    there = presence(opening, desk.now, desk.calendar)
    said = {"opens": f"{opening.opens:%H:%M}", "closes": f"{opening.closes:%H:%M}", "when": ""}
    facts = [desk.fact("opens", said["opens"], "shop/hours"), desk.fact("closes", said["closes"], "shop/hours")]
    if there.now:
        return answered(Reply("utter_hours_now", said), *facts)
    replies = [Reply("utter_hours_festival")] if _festival(desk) else []
    if there.back:
        said["when"] = formats.moment(there.back, desk.now, ask.language)
        facts.append(desk.fact("people_from", there.back.isoformat(timespec="minutes"), "shop/hours"))
    return answered([*replies, Reply("utter_hours_later", said)], *facts)


def _festival(desk: Desk) -> bool:
    """Whether nobody is there because it is Spring Festival."""
    closed = desk.shop.people.openings["sales"].closed_at_spring_festival
    return closed and in_spring_festival(desk.now.date(), desk.calendar)
