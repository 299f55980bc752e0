"""The shop's FAQ: where an entry answers a question better than the service of the question's label."""

from __future__ import annotations

from dataclasses import replace

from bot.core.labels import HANDED_OVER, LIVE, TALK
from bot.core.shop import Faq
from bot.core.text import bare
from bot.core.types import Answer, Ask, Reply
from bot.services.common import Desk, answered, mentions

SOURCE = "shop/faq"
OF_ROWS = ("ask_stock", "ask_price", "ask_size", "ask_capability")
"""Answered from a row about just what was asked; `ask_usage` as well, where it is said what is to be done."""

UNSAID = ("out_of_scope", "inform")
"""Talk in which a question may hide that the classifier has not heard."""


def with_faq(ask: Ask, answer: Answer, desk: Desk) -> Answer:
    """The answer, or that of the FAQ entry that asks the same.

    An entry fills what is not known, not understood or asked back. Before a general answer (postage, payment, what is in
    the box …) it is told where it asks very nearly the same; the general one stays, for the buyer may have meant more.
    What a row of a table says of just this stands alone, and what a person takes over is not answered.
    """
    if ask.label in HANDED_OVER or answer.outcome == "handed_over":
        return answer
    rules, gap = desk.shop.handover, _is_gap(ask, answer, desk)
    if not gap and not _is_general(ask, answer):
        return answer
    entry = matching(ask, desk, rules.faq_from if gap else rules.faq_over)
    if entry is None or (not gap and desk.is_stale(entry.origin)):
        return answer
    if ask.label in LIVE and bare(ask.question.text) not in map(bare, entry.questions):
        return answer
    said = entry.answer[ask.language]
    facts = (desk.fact("faq", said, SOURCE, entry.origin), desk.fact("entry", entry.id, SOURCE, entry.origin))
    reply = Reply("utter_faq", {"answer": said})
    if gap or answer.outcome == "refused":
        return answered(reply, *facts)
    return replace(answer, replies=(reply, *answer.replies), facts=(*facts, *answer.facts))


def _is_gap(ask: Ask, answer: Answer, desk: Desk) -> bool:
    unsure = ask.question.confidence < desk.shop.handover.sure_enough
    return unsure or ask.label in UNSAID or answer.outcome in ("unknown", "clarify")


def _is_general(ask: Ask, answer: Answer) -> bool:
    """Whether it is a rule of the shop's, a value or a refusal, rather than a row about just this."""
    if ask.label in TALK:
        return False
    named = ask.details.topics or ask.details.capabilities
    of_a_row = ask.label in OF_ROWS or (ask.label == "ask_usage" and bool(named))
    return answer.outcome == "refused" or not of_a_row


def matching(ask: Ask, desk: Desk, from_: float) -> Faq | None:
    """The nearest entry about the product talked about or about the shop; of two as near, the product's.

    What a thing is asked to do has a name in the shop's tables; an entry that does not name it asks something else.
    """
    found = [
        (match.similarity, desk.shop.faq_by_id[match.id])
        for match in ask.question.faq
        if match.id in desk.shop.faq_by_id
    ]
    fitting = [
        (similarity, entry.product is not None, entry)
        for similarity, entry in found
        if similarity >= from_ and entry.product in (None, ask.details.product) and _names_it(entry, ask, desk)
    ]
    return max(fitting, key=lambda one: one[:2])[2] if fitting else None


def _names_it(entry: Faq, ask: Ask, desk: Desk) -> bool:
    asked = " | ".join(entry.questions)
    names = desk.shop.capability_names
    return all(
        mentions(asked, (*names[c].name.values(), *names[c].words)) for c in ask.details.capabilities if c in names
    )
