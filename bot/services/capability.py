"""Can it do this: yes, limited, no or unknown, with the reason and what to use instead; and how a thing is done."""

from __future__ import annotations

from bot.core.shop import Capability, Product
from bot.core.types import Answer, Ask, Fact, Reply
from bot.services.common import Desk, answered, names_of, the_product, unknown, which_product
from bot.services.spec import answer_spec

SOURCE = "shop/capabilities"


def answer_capability(ask: Ask, desk: Desk) -> Answer:
    """The shop's verdict on each capability asked; what it does not hold is unknown, never guessed."""
    if not ask.details.products and ask.details.capabilities:
        return _who_can(ask, desk)
    product = the_product(ask, desk)
    if product is None:
        return which_product(ask, desk)
    verdicts = [desk.shop.capabilities.get((product.id, c)) for c in ask.details.capabilities]
    if not any(verdicts):
        return (
            _from_usage(product, ask, desk) or _from_specs(product, ask, desk) or unknown(ask, desk, _asked(ask, desk))
        )
    replies, facts = [], []
    for verdict in filter(None, verdicts):
        replies.extend(_verdict(product, verdict, ask, desk))
        facts.extend(_facts(verdict, ask, desk))
    return answered(replies, *facts)


def _from_specs(product: Product, ask: Ask, desk: Desk) -> Answer | None:
    """“Does it make noise” asks for the value of the noise."""
    if not any((product.id, attribute) in desk.shop.specs_of for attribute in ask.details.attributes):
        return None
    return answer_spec(ask, desk)


def _verdict(product: Product, held: Capability, ask: Ask, desk: Desk) -> list[Reply]:
    language = ask.language
    said = {
        "name": product.name[language],
        "what": desk.shop.capability_names[held.capability].name[language],
        "limit": held.limit[language],
        "instead": names_of(desk, held.instead, language),
    }
    kind = desk.shop.capability_names[held.capability].kind or "can"
    plain = held.verdict == "yes" and not held.limit[language]
    replies = [Reply(f"utter_{kind}_{held.verdict}{'_plain' if plain else ''}", said)]
    if held.instead:
        replies.append(Reply("utter_can_instead", said))
    return replies


def _facts(held: Capability, ask: Ask, desk: Desk) -> list[Fact]:
    facts = [desk.fact("verdict", held.verdict, SOURCE)]
    if held.limit[ask.language]:
        facts.append(desk.fact("limit", held.limit[ask.language], SOURCE))
    if held.instead:
        facts.append(desk.fact("instead", "|".join(held.instead), SOURCE))
    return facts


def _who_can(ask: Ask, desk: Desk) -> Answer:
    """No product named: those that can, so that the buyer can say which one is meant."""
    capability = ask.details.capabilities[0]
    able = [p for (p, c), held in desk.shop.capabilities.items() if c == capability and held.verdict == "yes"]
    if not able:
        return which_product(ask, desk)
    what = desk.shop.capability_names[capability].name[ask.language]
    names = tuple(desk.shop.products[p].name[ask.language] for p in able[:5])
    said = {"what": what, "products": names_of(desk, able[:5], ask.language)}
    fact = desk.fact("able", "|".join(able), SOURCE)
    return Answer("clarify", (Reply("utter_can_who", said, names),), (fact,), missing="product")


def _asked(ask: Ask, desk: Desk) -> str:
    if not ask.details.capabilities:
        return ""
    return desk.shop.capability_names[ask.details.capabilities[0]].name[ask.language]


def _from_usage(product: Product, ask: Ask, desk: Desk) -> Answer | None:
    """Washing and cleaning are asked as both; the two share their facts (taxonomy)."""
    for topic in ask.details.topics:
        answer = desk.shop.usage.get((product.id, topic))
        if answer:
            said = {"name": product.name[ask.language], "answer": answer[ask.language]}
            return answered(Reply("utter_usage", said), desk.fact("usage", answer[ask.language], "shop/usage"))
    return None


def answer_usage(ask: Ask, desk: Desk) -> Answer:
    """How it is used, cleaned, installed or looked after."""
    if ask.details.capabilities:
        product = the_product(ask, desk)
        if product and any((product.id, c) in desk.shop.capabilities for c in ask.details.capabilities):
            return answer_capability(ask, desk)
    product = the_product(ask, desk)
    if product is None:
        return which_product(ask, desk)
    found = _from_usage(product, ask, desk)
    if found:
        return found
    if not ask.details.topics and not ask.details.capabilities:
        known = [answer[ask.language] for (p, _), answer in desk.shop.usage.items() if p == product.id]
        if known:
            text = "\n".join(dict.fromkeys(known))
            said = {"name": product.name[ask.language], "answer": text}
            return answered(Reply("utter_usage", said), desk.fact("usage", text, "shop/usage"))
    topics = [desk.shop.topics[topic].name[ask.language] for topic in ask.details.topics]
    return unknown(ask, desk, topics[0] if topics else _asked(ask, desk))


def answer_spec_or_capability(ask: Ask, desk: Desk) -> Answer:
    """An attribute's value; where only a capability was named, its verdict."""
    if ask.details.capabilities and not ask.details.attributes:
        return answer_capability(ask, desk)
    return answer_spec(ask, desk)
