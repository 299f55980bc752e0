"""What stays of a turn and of a card when the buyer is forgotten: what was asked about and how it ended, nobody's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TURN = ("language", "decision", "reason", "left_to", "settled")
_ENDING = ("outcome", "amount", "reason", "to", "from")
_CARD = ("version", "episode", "reason", "queue", "priority", "language", "opened_at", "waiting_since")


def turn_left(record: Mapping[str, Any]) -> dict[str, Any]:
    """A turn's record with its labels, outcomes and products."""
    questions = [
        {
            "label": question["label"],
            "text": "",
            "outcome": question["outcome"],
            "details": {name: value for name, value in question.get("details", {}).items() if name == "product"},
            "facts": [],
        }
        for question in record.get("questions", ())
    ]
    kept = {name: record[name] for name in _TURN if name in record}
    return {**kept, "questions": questions, "said": []}


def answer_left(answer: Mapping[str, Any]) -> dict[str, Any]:
    """What a message was answered with."""
    return {
        "replies": [],
        "turn": turn_left(answer.get("turn", {})),
        "handoff": None,
        "state": answer.get("state", "bot"),
    }


def card_left(card: Mapping[str, Any]) -> dict[str, Any]:
    """A card of the same form (bot/core/card.schema.json) that tells of goods, prices and reasons alone. Cards of older
    versions of the program may lack a part."""
    offer = card.get("offer")
    return {
        **{name: card[name] for name in _CARD if name in card},
        "promised": "",
        "wants": [{**want, "words": ""} for want in card.get("wants", ())],
        "about": card.get("about"),
        "order": None,
        "offer": {**offer, "words": ""} if offer else None,
        "destination": None,
        "needed_by": None,
        "buyer": dict.fromkeys(("height_cm", "weight_kg", "household", "contact")),
        "cares_about": card.get("cares_about", []),
        "mood": card.get("mood", "neutral"),
        "questions": [{**question, "text": "", "told": None} for question in card.get("questions", ())],
        "notes": [],
        "pictures": [],
        "suggested_reply": "",
        "headline": "",
    }


def ending_left(told: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """An ending or a deed without what somebody wrote about it."""
    return None if told is None else {name: told[name] for name in _ENDING if name in told}
