"""A contact that a buyer leaves: asked for once, after hours; confirmed with its middle hidden; what is missing said kindly."""

from __future__ import annotations

from dataclasses import replace

from bot.core.contacts import MOBILE_DIGITS, Almost, almost_contact, answered_with, nothing_else
from bot.core.dialogue import Dialogue, Pending
from bot.core.labels import HANDED_OVER
from bot.core.masking import mask_contact
from bot.core.text import fold
from bot.core.types import Ask, Entity, Language, Reply
from bot.services.common import Desk
from bot.services.handover import ASKING_FOR_THE_ORDER, promise

ASKED = Pending("contact")
"""What is pending right after the buyer was asked to leave a contact."""

WANTED = Reply("utter_contact_wanted")

_KINDS = {
    "short": "utter_contact_short",
    "long": "utter_contact_long",
    "odd": "utter_contact_odd",
    "missing": "utter_contact_missing",
    "bare": "utter_contact_missing",
}


def with_answer(text: str, entities: tuple[Entity, ...], dialogue: Dialogue) -> tuple[Entity, ...]:
    """The entities; where the message is a WeChat name that answers being asked for a contact, that name alone."""
    others = [e for e in entities if e.name != "payment_method"]  # 微信 is a way to pay as well
    if others or not dialogue.contact_asked or dialogue.contact:
        return entities
    folded = fold(text)
    found = answered_with(folded.text)
    if found is None:
        return entities
    start, end = folded.original(*found.span)
    return (Entity("contact", found.value, text[start:end], start, end),)


def left(entities: tuple[Entity, ...]) -> str | None:
    """The contact that the message holds, the last one if it holds several."""
    return next((str(e.value) for e in reversed(entities) if e.name == "contact"), None)


def almost_left(text: str, entities: tuple[Entity, ...], dialogue: Dialogue) -> Almost | None:
    """What was meant as a contact and is none, while somebody is waited for."""
    if dialogue.handed_over is None or left(entities):
        return None
    almost = almost_contact(fold(text).text, order_expected=dialogue.handed_over in ASKING_FOR_THE_ORDER)
    if almost and almost.kind == "bare" and (dialogue.contact or not dialogue.contact_asked):
        return None  # the bare word may ask for a way to pay
    return almost


def without_questions(
    asks: list[Ask], text: str, entities: tuple[Entity, ...], almost: Almost | None, dialogue: Dialogue
) -> list[Ask]:
    """A message that is nothing but a contact, or was meant as one, asks nothing, whatever it was taken for; but who
    is called for the first time is called."""
    alone = almost.alone if almost else _alone(text, entities)
    first = [ask for ask in asks if ask.label in HANDED_OVER] if dialogue.handed_over is None else []
    if not alone or first:
        return asks
    return [replace(ask, question=replace(ask.question, label="inform", confidence=1.0)) for ask in asks[:1]]


def _alone(text: str, entities: tuple[Entity, ...]) -> bool:
    contacts = [e for e in entities if e.name == "contact"]
    for entity in sorted(contacts, key=lambda e: e.start, reverse=True):
        text = text[: entity.start] + text[entity.end :]
    return bool(contacts) and nothing_else(fold(text).text)


def confirmed(
    replies: list[Reply], contact: str, line: Reply | None, dialogue: Dialogue, language: Language, desk: Desk
) -> list[Reply]:
    """The replies with the one line for a contact. `line`: what this turn says of a handover, if it does."""
    masked = {"contact": mask_contact(contact)}
    if line is not None and line.name != "utter_handover_added":
        return [*replies, Reply("utter_contact_noted_with", masked)]
    if dialogue.handed_over is None:
        return [*replies, Reply("utter_contact_noted", masked)]
    promised, _ = promise(dialogue.handed_over, language, desk)
    rest = [reply for reply in replies if reply is not line]  # that it was added is said with the contact
    return [*rest, Reply("utter_contact_noted_waiting", masked | {"promised": promised})]


def asked_again(almost: Almost) -> Reply:
    """What is missing, so that the contact can be left after all."""
    facts = {"digits": str(almost.digits), "wanted": str(MOBILE_DIGITS), "off": str(abs(almost.digits - MOBILE_DIGITS))}
    return Reply(_KINDS[almost.kind], facts if almost.digits else {})


def wanted(dialogue: Dialogue, people_from: str) -> bool:
    """Whether the buyer is asked for a contact at this handover: nobody is there, none is known, and once an episode."""
    return people_from != "now" and not dialogue.contact and not dialogue.contact_asked


def declined(ask: Ask, dialogue: Dialogue) -> bool:
    """Whether a no answers the question for a contact, and not the matter itself."""
    return ask.label == "deny" and dialogue.pending is not None and dialogue.pending.missing == ASKED.missing
