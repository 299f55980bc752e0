"""Can it do this: yes, limited, no or unknown, with the reason and what to use instead; and how a thing is done."""

from __future__ import annotations

from dataclasses import replace

from bot.core import formats
from bot.core.reviewing import oldest
from bot.core.shop import Capability, Product, Usage, Word
from bot.core.text import fold
from bot.core.types import Answer, Ask, Fact, Reply
from bot.services.common import Desk, answered, instead_reply, the_product, unknown, which_product
from bot.services.spec import answer_spec, holds

SOURCE = "shop/capabilities"
MOST_NAMED = 5


def answer_capability(ask: Ask, desk: Desk) -> Answer:
    """The shop's verdict on each capability asked; what it does not hold is unknown, never guessed."""
    if not ask.details.products and ask.details.capabilities:
        return who_can(ask.details.capabilities[0], ask, desk)
    product = the_product(ask, desk)
    if product is None:
        return which_product(ask, desk)
    rows = {c: desk.shop.capabilities.get((product.id, c)) for c in ask.details.capabilities}
    held = [row for row in rows.values() if row]
    missing = [c for c in _asked(ask, desk) if rows[c] is None]
    if held:
        return _verdicts(product, held, missing, ask, desk)
    return _from_usage(product, ask, desk) or _from_specs(product, missing, ask, desk) or _unknown(missing, ask, desk)


def _asked(ask: Ask, desk: Desk) -> list[str]:
    """The capabilities asked, without those whose words only stand within longer ones (保温 in 保温多久)."""
    text = fold(ask.question.text).text
    names = desk.shop.capability_names
    words = {c: _words_in(text, names[c]) for c in ask.details.capabilities}
    longer = [*words.values(), *(_words_in(text, desk.shop.attributes[a]) for a in ask.details.attributes)]
    return [c for c, own in words.items() if not own or not _within_longer(own, longer)]


def _words_in(text: str, entry: Word) -> frozenset[str]:
    spoken = (fold(word).text for word in (*entry.name.values(), *entry.words))
    return frozenset(word for word in spoken if word and word in text)


def _within_longer(own: frozenset[str], others: list[frozenset[str]]) -> bool:
    return any(
        all(any(word != long and word in long for long in other) for word in own) for other in others if other != own
    )


def _verdicts(product: Product, held: list[Capability], missing: list[str], ask: Ask, desk: Desk) -> Answer:
    """What the shop says of these, and plainly that it says nothing of the missing ones."""
    replies, facts = [], []
    for verdict in held:
        replies.extend(_verdict(product, verdict, ask, desk))
        facts.extend(_facts(verdict, ask, desk))
    if not missing:
        return answered(replies, *facts)
    replies.extend(_unknown(missing, ask, desk).replies)
    return answered(replies, *facts, missing="person")


def _unknown(missing: list[str], ask: Ask, desk: Desk) -> Answer:
    names = [desk.shop.capability_names[c].name[ask.language] for c in missing]
    names = names or [desk.shop.topics[topic].name[ask.language] for topic in ask.details.topics]
    names = names or [desk.shop.attributes[a].name[ask.language] for a in ask.details.attributes]
    answers = [unknown(ask, desk, name) for name in names or [""]]
    return replace(answers[0], replies=tuple(reply for answer in answers for reply in answer.replies))


def _from_specs(product: Product, missing: list[str], ask: Ask, desk: Desk) -> Answer | None:
    """“Does it make noise” asks for the value of the noise."""
    if not any(holds(product, attribute, ask, desk) for attribute in ask.details.attributes):
        return None
    answer = answer_spec(ask, desk)
    if not missing:
        return answer
    return replace(answer, replies=(*answer.replies, *_unknown(missing, ask, desk).replies), missing="person")


def _verdict(product: Product, held: Capability, ask: Ask, desk: Desk) -> list[Reply]:
    language = ask.language
    said = {
        "name": product.name[language],
        "what": desk.shop.capability_names[held.capability].name[language],
        "limit": held.limit[language],
    }
    kind = desk.shop.capability_names[held.capability].kind or "can"
    plain = held.verdict == "yes" and not held.limit[language]
    replies = [Reply(f"utter_{kind}_{held.verdict}{'_plain' if plain else ''}", said)]
    if held.instead:
        replies.append(instead_reply(held, ask, desk))
    return replies


def _facts(held: Capability, ask: Ask, desk: Desk) -> list[Fact]:
    facts = [desk.fact("verdict", held.verdict, SOURCE, held.origin)]
    if held.limit[ask.language]:
        facts.append(desk.fact("limit", held.limit[ask.language], SOURCE, held.origin))
    if held.instead:
        facts.append(desk.fact("instead", "|".join(held.instead), SOURCE, held.origin))
    return facts


def able_products(capability: str, desk: Desk) -> list[str]:
    """The products that do this without a limit; none for what a thing has rather than does (起球)."""
    if desk.shop.capability_names[capability].kind:
        return []
    rows = [
        held for (_, c), held in desk.shop.capabilities.items() if c == capability and not desk.is_stale(held.origin)
    ]
    return [held.product for held in rows if held.verdict == "yes"]


def who_can(capability: str, ask: Ask, desk: Desk) -> Answer:
    """No product named: those that can, so that the buyer can say which one is meant."""
    able = able_products(capability, desk)
    if not able:
        return which_product(ask, desk)
    names = [desk.shop.products[p].name[ask.language] for p in able[:MOST_NAMED]]
    what = desk.shop.capability_names[capability].name[ask.language]
    said = {"what": what, "products": formats.listing(names, ask.language)}
    fact = desk.fact("able", "|".join(able), SOURCE)
    return Answer("clarify", (Reply("utter_can_who", said, tuple(names)),), (fact,), missing="product")


def _from_usage(product: Product, ask: Ask, desk: Desk) -> Answer | None:
    """Washing and cleaning are asked as both; the two share their facts (taxonomy)."""
    for topic in ask.details.topics:
        held = desk.shop.usage.get((product.id, topic))
        if held:
            return _told(product, [held], ask, desk)
    return None


def _told(product: Product, held: list[Usage], ask: Ask, desk: Desk) -> Answer:
    text = "\n".join(dict.fromkeys(usage.answer[ask.language] for usage in held))
    said = {"name": product.name[ask.language], "answer": text}
    return answered(Reply("utter_usage", said), desk.fact("usage", text, "shop/usage", oldest(held)))


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
        known = [held for (p, _), held in desk.shop.usage.items() if p == product.id and not desk.is_stale(held.origin)]
        if known:
            return _told(product, known, ask, desk)
    return _unknown(_asked(ask, desk), replace(ask, details=replace(ask.details, attributes=())), desk)


def answer_spec_or_capability(ask: Ask, desk: Desk) -> Answer:
    """An attribute's value; where the shop has none, the verdict or the way of doing that was named beside it."""
    if ask.details.capabilities or ask.details.topics:
        product = the_product(ask, desk)
        if not (product and any(holds(product, a, ask, desk) for a in ask.details.attributes)):
            return answer_capability(ask, desk)
    return answer_spec(ask, desk)
