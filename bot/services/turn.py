"""One turn: every question of a message gets its answer, in the order asked, and the record of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.core.context import resolve
from bot.core.dialogue import Dialogue, Pending
from bot.core.labels import ANSWERED, HANDED_OVER, TALK
from bot.core.orders import order_number
from bot.core.reviewing import without_past
from bot.core.types import Answer, Ask, Decision, Entity, Fact, Language, Question, Reply
from bot.core.when import Seen, gravest
from bot.core.when import reasons as reasons_now
from bot.ports import SourceError
from bot.services import capability, choice, contact, policies, price, shipping, size, stock
from bot.services.common import Desk, answered
from bot.services.faq import with_faq
from bot.services.handover import answer_hours_waiting, hand_over, other_hours, promise, settled, solved

log = logging.getLogger(__name__)

ANSWERS: Mapping[str, Callable[[Ask, Desk], Answer]] = {
    "ask_stock": stock.answer_stock,
    "ask_size": size.answer_size,
    "ask_shipping_time": shipping.answer_shipping_time,
    "ask_shipping_fee": shipping.answer_shipping_fee,
    "ask_courier": shipping.answer_courier,
    "ask_delivery_area": shipping.answer_delivery_area,
    "ask_capability": capability.answer_capability,
    "ask_spec": capability.answer_spec_or_capability,
    "ask_price": price.answer_price,
    "ask_promotion": price.answer_promotion,
    "ask_warranty": policies.answer_warranty,
    "ask_return_policy": policies.answer_return_policy,
    "ask_authenticity": policies.answer_authenticity,
    "ask_invoice": policies.answer_invoice,
    "ask_payment": policies.answer_payment,
    "ask_usage": capability.answer_usage,
    "ask_comparison": choice.answer_comparison,
    "ask_recommendation": choice.answer_recommendation,
    "ask_hours": policies.answer_hours,
}


OF_A_PRODUCT = (
    "ask_stock",
    "ask_size",
    "ask_capability",
    "ask_spec",
    "ask_price",
    "ask_warranty",
    "ask_return_policy",
    "ask_payment",
    "ask_usage",
)
"""What is asked of one product, and so may be asked again of another."""

OF_SEVERAL = ("ask_comparison", "ask_recommendation")
"""Answered with a list of many facts, from which one can be left out."""


ASKED_BACK = ("product", "measure", "region")
"""What may be pending that the bot asked back to understand a question."""

UNCERTAIN = 0.8
"""Below this confidence a yes or no is none where nothing was said before it."""


@dataclass(frozen=True)
class Message:
    """A buyer's message as understanding returned it."""

    text: str
    language: Language
    questions: tuple[Question, ...]
    entities: tuple[Entity, ...]
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Turn:
    """What goes out, what is recorded (design: “What a turn leaves behind”), and what is remembered."""

    replies: tuple[Reply, ...]
    record: Mapping[str, Any]
    dialogue: Dialogue


def take_turn(message: Message, dialogue: Dialogue, desk: Desk) -> Turn:
    """Answers a message. Never raises for a source that cannot be asked: the buyer is told so instead."""
    message = replace(message, entities=contact.with_answer(message.text, message.entities, dialogue))
    left = contact.left(message.entities)
    almost = contact.almost_left(message.text, message.entities, dialogue)
    asks = resolve(message.questions, message.entities, dialogue, desk.shop, message.language)
    asks = [_as_meant(ask, dialogue) for ask in asks]
    asks = contact.without_questions(asks, message.text, message.entities, almost, dialogue)
    answers = [(ask, _best_answer(ask, dialogue, desk)) for ask in asks]
    reasons = _reasons(answers, dialogue, desk)
    heard = bool(left or almost)
    replies = [reply for ask, answer in answers for reply in answer.replies if not heard or _says_more(ask, reply)]
    replies += _offer(answers, dialogue)
    line: Reply | None = None
    handover_facts: tuple[Fact, ...] = ()
    if reasons:
        order_said = order_number(message.text) is not None
        line, handover_facts = hand_over(
            gravest(reasons), dialogue.handed_over, message.language, desk, order_said=order_said
        )
        replies = [*_without_offers(replies), line]
    if left:
        replies = contact.confirmed(replies, left, line, dialogue, message.language, desk)
    elif almost:
        replies.append(contact.asked_again(almost))
    elif line and contact.wanted(dialogue, handover_facts[0].value):
        replies.append(contact.WANTED)
    replies = _once(replies) or [_not_understood(message.language, desk)]
    record: dict[str, Any] = {
        "language": message.language,
        "questions": [_record(ask, answer, handover_facts) for ask, answer in answers],
        "decision": _decision(answers, reasons),
        "said": [_said(entity) for entity in message.entities],
    }
    if reasons and line:
        record["reason"] = gravest(reasons)
        record["promised"] = line.facts["promised"]
    if any(reply.name == "utter_settled" for reply in replies):
        record["settled"] = True
    asked = contact.WANTED in replies
    return Turn(tuple(replies), record, _remember(message, answers, reasons, dialogue, contact_asked=asked))


# --- one question ------------------------------------------------------------------------------------------------


def _as_meant(ask: Ask, dialogue: Dialogue) -> Ask:
    """Who says that the matter is settled needs nobody. Yes to “shall I ask a person?” is a request for one; so are thanks that may be a yes (好啊 麻烦你们)."""
    if dialogue.handed_over and ask.question.confidence < UNCERTAIN and settled(ask.question.text):
        return replace(ask, question=replace(ask.question, label="deny", confidence=1.0))
    agreed = ask.label == "affirm" or (ask.label in ("thanks", "inform") and "affirm" in ask.question.others[:1])
    if agreed and dialogue.pending and dialogue.pending.missing == "person":
        return replace(ask, question=replace(ask.question, label="unknown_answer"))
    return ask


def _best_answer(ask: Ask, dialogue: Dialogue, desk: Desk) -> Answer:
    """The label's own answer or that of the FAQ; neither where it rests on what is to be looked into first."""
    own = _looked_into(_answer(ask, dialogue, desk), desk)
    return _looked_into(with_faq(ask, own, desk), desk)


def _answer(ask: Ask, dialogue: Dialogue, desk: Desk) -> Answer:
    if ask.label == "unknown_answer":
        return Answer("handed_over", ())
    if ask.label not in HANDED_OVER and ask.question.confidence < desk.shop.handover.sure_enough:
        if dialogue.handed_over:
            return answered(Reply("utter_inform_waiting", {}))  # the person who comes will read it
        if ask.details.contact:
            return answered(())
        return Answer("clarify", (_not_understood(ask.language, desk),))
    if ask.label in HANDED_OVER:
        return Answer("handed_over", ())
    if ask.label == "ask_hours" and dialogue.handed_over and other_hours(dialogue.handed_over, desk):
        return answer_hours_waiting(dialogue.handed_over, ask.language, desk)
    if ask.label in ANSWERS:
        return _from_facts(ask, desk)
    return _talk(ask, dialogue, desk)


def _not_understood(language: Language, desk: Desk) -> Reply:
    return Reply("utter_not_understood", {"about": desk.shop.about[language]})


def _from_facts(ask: Ask, desk: Desk) -> Answer:
    """The one place where an outside source's failure becomes a sentence."""
    if ask.label in OF_SEVERAL and desk.shop.handover.stale_facts == "check":
        desk = replace(desk, shop=without_past(desk.shop, desk.now.date()))
    try:
        return ANSWERS[ask.label](ask, desk)
    except SourceError as error:
        log.error("source_failed", extra={"label": ask.label, "error": repr(error)})
        return Answer("unknown", (Reply("utter_cannot_look", {}),), missing="person")


def _looked_into(answer: Answer, desk: Desk) -> Answer:
    """Where the shop says so, what rests on a fact past its review date is not told, but offered to be looked into."""
    if not any(desk.is_stale(fact.origin) for fact in answer.facts):
        return answer
    return Answer("unknown", (Reply("utter_let_me_check"),), missing="person")


def _talk(ask: Ask, dialogue: Dialogue, desk: Desk) -> Answer:
    waiting = "_waiting" if dialogue.handed_over else ""
    if dialogue.handed_over and contact.declined(ask, dialogue) and not solved(ask.question.text):
        promised, _ = promise(dialogue.handed_over, ask.language, desk)
        return answered(Reply("utter_contact_declined", {"promised": promised}))
    if ask.label == "deny" and dialogue.handed_over and settled(ask.question.text):
        return answered(Reply("utter_settled", {}))
    if ask.label == "inform" and ask.details.product_said and ask.details.product and not dialogue.handed_over:
        return answered(
            Reply("utter_inform_about", {"name": desk.shop.products[ask.details.product].name[ask.language]})
        )
    if _leads_nowhere(ask, dialogue):
        return Answer("clarify", (_not_understood(ask.language, desk),))
    if ask.label in ("inform", "deny", "affirm"):
        return answered(Reply(f"utter_{ask.label}{waiting}", {}))
    return answered(
        Reply(f"utter_{ask.label}", {"shop": desk.shop.name[ask.language], "about": desk.shop.about[ask.language]})
    )


def _leads_nowhere(ask: Ask, dialogue: Dialogue) -> bool:
    """Whether talk leaves open what the buyer wants: “that’s not what I meant”, no to a question back, an uncertain yes or no
    to nothing."""
    if dialogue.handed_over or ask.details.product_said or ask.label not in ("inform", "affirm", "deny"):
        return False
    asked_back = dialogue.pending is not None and dialogue.pending.missing in ASKED_BACK
    if ask.label != "affirm" and (dialogue.misunderstood or (ask.label == "deny" and asked_back)):
        return True
    return dialogue == Dialogue(misunderstood=dialogue.misunderstood) and ask.question.confidence < UNCERTAIN


def _says_more(ask: Ask, reply: Reply) -> bool:
    """Whether a reply says more than that something was heard: the line about the contact says that already."""
    idle = ("utter_not_understood", "utter_inform_waiting")
    return reply.name in ("utter_settled", "utter_faq") or (ask.label not in TALK and reply.name not in idle)


# --- the whole turn ----------------------------------------------------------------------------------------------


def _reasons(answers: list[tuple[Ask, Answer]], dialogue: Dialogue, desk: Desk) -> list[str]:
    taken = tuple(ask.label for ask, answer in answers if answer.outcome == "handed_over")
    seen = Seen(
        labels=taken,
        agreed="unknown_answer" in taken,
        asked_again=any(answer.outcome == "unknown" and _key(ask) in dialogue.unknown for ask, answer in answers),
        misunderstood=_misunderstandings(answers, dialogue),
    )
    return reasons_now(seen, desk.shop.handover)


def _misunderstood(answers: list[tuple[Ask, Answer]]) -> bool:
    return all(reply.name == "utter_not_understood" for _, answer in answers for reply in answer.replies) and bool(
        [answer for _, answer in answers if answer.replies]
    )


def _misunderstandings(answers: list[tuple[Ask, Answer]], before: Dialogue) -> int:
    """How many in a row; a question back that was not answered is one of them."""
    unanswered = before.pending is not None and before.pending.missing in ASKED_BACK
    return max(before.misunderstood, unanswered) + 1 if _misunderstood(answers) else 0


def _key(ask: Ask) -> str:
    details = ask.details
    subject = (*details.capabilities, *details.attributes, *details.topics) or (ask.question.text,)
    return "|".join((ask.label, details.product or "", *subject))


def _decision(answers: list[tuple[Ask, Answer]], reasons: list[str]) -> Decision:
    if reasons:
        return "hand_over"
    if any(answer.outcome == "clarify" for _, answer in answers):
        return "clarify"
    return "answer" if any(ask.label in ANSWERED or answer.facts for ask, answer in answers) else "talk"


def _offer(answers: list[tuple[Ask, Answer]], dialogue: Dialogue) -> list[Reply]:
    """What the facts do not hold is offered to a person, or noted for the one who was called already."""
    if not any(answer.outcome == "unknown" or answer.missing == "person" for _, answer in answers):
        return []
    return [Reply("utter_unknown_noted" if dialogue.handed_over else "utter_offer_person")]


def _without_offers(replies: list[Reply]) -> list[Reply]:
    """Nobody is offered a person and told that one is coming in one breath; nor that nothing was understood, or noted."""
    idle = ("utter_offer_person", "utter_unknown_noted", "utter_not_understood", "utter_inform")
    return [reply for reply in replies if reply.name not in idle]


def _once(replies: list[Reply]) -> list[Reply]:
    """Each thing is said once; one question is asked back at most, and last."""
    kept: list[Reply] = []
    for reply in replies:
        if reply not in kept:
            kept.append(reply)
    asking = [reply for reply in kept if reply.name.startswith("utter_ask_") and reply.name != "utter_ask_bot"]
    return [reply for reply in kept if reply not in asking] + asking[:1]


def _record(ask: Ask, answer: Answer, handover_facts: tuple[Fact, ...]) -> dict[str, Any]:
    facts = answer.facts if answer.outcome != "handed_over" else handover_facts
    return {
        "label": ask.label,
        "text": ask.question.text,
        "outcome": answer.outcome,
        "confidence": round(ask.question.confidence, 3),
        **_next(ask.question),
        "details": ask.details.as_json(),
        "facts": [fact.as_json() for fact in facts],
    }


def _next(question: Question) -> dict[str, Any]:
    """The label that was held next likely, so that people see where two were close."""
    if not question.next:
        return {}
    return {"next": {"label": question.others[0], "confidence": round(question.next, 3)}}


def _said(entity: Entity) -> dict[str, Any]:
    value = list(entity.value) if isinstance(entity.value, tuple) else entity.value
    return {"entity": entity.name, "value": value, "text": entity.text, "start": entity.start}


def _remember(
    message: Message,
    answers: list[tuple[Ask, Answer]],
    reasons: list[str],
    before: Dialogue,
    *,
    contact_asked: bool,
) -> Dialogue:
    asks = [ask for ask, _ in answers]
    waiting = [(ask, answer) for ask, answer in answers if answer.missing]
    pending = None
    if waiting and not reasons:
        missing = next((a.missing for _, a in waiting if a.missing and a.missing != "person"), "person")
        held = tuple(_held(ask, answer) for ask, answer in waiting if answer.missing == missing)
        pending = Pending(missing, held)
    if contact_asked:
        pending = contact.ASKED
    said = [ask.details for ask in asks]
    clear = [ask.details for ask in asks if len(ask.details.products) == 1 or ask.label == "ask_comparison"]
    products = tuple(p for details in reversed(clear) for p in reversed(details.products))
    lasting = [ask for ask in asks if ask.label in ANSWERED or ask.label in HANDED_OVER]
    same = bool(products) and products[0] in before.products[:1]
    return replace(
        before,
        products=tuple(dict.fromkeys((*products, *before.products)))[:4],
        last=_again(lasting[-1]) if lasting else before.last,
        about=tuple(_again(ask) for ask in lasting if ask.label in OF_A_PRODUCT) or before.about,
        pending=pending,
        region=_latest(said, "region") or before.region,
        height_cm=_latest(said, "height_cm") or before.height_cm,
        weight_kg=_latest(said, "weight_kg") or before.weight_kg,
        household=_latest(said, "household") or before.household,
        colour=_latest(said, "colour") or (before.colour if same or not products else None),
        size=_latest(said, "size") or (before.size if same or not products else None),
        quantity=_latest(said, "quantity") or before.quantity,
        contact=contact.left(message.entities) or before.contact,
        contact_asked=before.contact_asked or contact_asked,
        handed_over=gravest(reasons + ([before.handed_over] if before.handed_over else []))
        if reasons
        else before.handed_over,
        misunderstood=_misunderstandings(answers, before),
        unknown=(*before.unknown, *(_key(ask) for ask, answer in answers if answer.outcome == "unknown"))[-10:],
    )


def _held(ask: Ask, answer: Answer) -> dict[str, Any]:
    """A question that waits for what was asked back."""
    matches = [{"id": match.id, "similarity": match.similarity} for match in ask.question.faq]
    return _record(ask, answer, ()) | ({"faq": matches} if matches else {})


def _again(ask: Ask) -> dict[str, Any]:
    return {"label": ask.label, "details": ask.details.as_json()}


def _latest(said: list, name: str) -> Any:
    return next((getattr(details, name) for details in reversed(said) if getattr(details, name) is not None), None)
