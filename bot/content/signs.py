"""What tells that a question of a buyer's was not answered well. The words are in inbox.yml."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Optional

from ruamel.yaml import YAML

from bot.adapters.inbox import Line
from bot.core.labels import ANSWERED, HANDED_OVER, TALK
from bot.core.shop import Shop, Word
from bot.core.text import fold
from bot.services.common import mentions

Reason = Literal["agent_said_other", "buyer_said_no", "asked_again", "unknown", "not_understood", "close"]
REASONS: tuple[Reason, ...] = ("agent_said_other", "buyer_said_no", "asked_again", "unknown", "not_understood", "close")
"""Gravest first; a question has one."""

AT_ONCE = timedelta(minutes=3)
"""Within which a buyer says that it was no answer, or asks once more."""

SAME = 0.5
"""The share of pairs of characters from which two messages ask the same, where the shop has no word for what is asked."""

CLOSE = 0.15
"""Two labels are close where their confidences are no further apart."""

SUBJECTS = {"capability": "capability_names", "attribute": "attributes", "topic": "topics"}
"""The details that name what is asked of a product, and the shop's words for them."""

_FIGURE = re.compile(r"(\d+(?:\.\d+)?) ?([a-z]+|[\u4e00-\u9fff%°])")
_TABLES = ("capabilities", "specs", "usage", "size_guide", "shipping", "policies", "faq")
"""What facts come from that an agent does not change: prices and stock are others from hour to hour."""


def reason_of(
    talk: Sequence[Line], place: int, question: Mapping[str, Any], shop: Shop
) -> Optional[tuple[Reason, str]]:
    """Why a question of the message at `place` was not answered well, with the words that say so; None where it was.

    `talk`: what buyer and agents said in the episode, in order.
    """
    outcome = question["outcome"]
    if outcome == "unknown":
        return "unknown", ""
    if outcome == "clarify" and _not_understood(question, shop):
        return "not_understood", ""
    if outcome in ("answered", "refused") and question["label"] in ANSWERED:
        line = talk[place]
        against = _agent_said_other(talk[place + 1 :], question, shop)
        if against:
            return "agent_said_other", against
        again = next((one for one in talk[place + 1 :] if one.sender == "buyer"), None)
        if again and line.answered_at and line.answered_at <= again.at <= line.answered_at + AT_ONCE:
            if said(again.text, "buyer"):
                return "buyer_said_no", again.text
            if any(_same(question, other) for other in (again.record or {}).get("questions", ())):
                return "asked_again", again.text
    return ("close", "") if outcome != "clarify" and _close(question) else None


def subject_of(details: Mapping[str, Any]) -> tuple[str, str] | None:
    """What is asked of a product: the detail's name and its id; None where none was recognised, or several were."""
    found = [(name, details[name]) for name in SUBJECTS if isinstance(details.get(name), str)]
    several = any(isinstance(details.get(name), list) for name in SUBJECTS)
    return found[0] if found and not several else None


def said(text: str, kind: str) -> bool:
    """Whether words of a kind (inbox.yml) stand in it."""
    plain = fold(text).text
    return any(pattern.search(plain) for pattern in _patterns()[kind])


def _not_understood(question: Mapping[str, Any], shop: Shop) -> bool:
    """Rather than asked back: it was not sure enough, or talk that leads nowhere (bot/services/turn.py)."""
    return question["label"] in TALK or question.get("confidence", 1.0) < shop.handover.sure_enough


def _close(question: Mapping[str, Any]) -> bool:
    """Two labels nearly as likely, of which it matters which: not both talk, not both a person's."""
    following = question.get("next")
    if not following or "confidence" not in question:
        return False
    pair = (question["label"], following["label"])
    matters = not any(all(label in family for label in pair) for family in (TALK, HANDED_OVER))
    return matters and question["confidence"] - following["confidence"] < CLOSE


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """One label and one matter: the same thing by the shop's words, or nearly the same words."""
    if one["label"] != other["label"] or one.get("details") != other.get("details"):
        return False
    if subject_of(one.get("details", {})):
        return True
    pairs = [_pairs(question["text"]) for question in (one, other)]
    return 2 * len(pairs[0] & pairs[1]) >= SAME * (len(pairs[0]) + len(pairs[1])) > 0


def _pairs(text: str) -> set[str]:
    plain = re.sub(r"\W", "", fold(text).text)
    return {plain[i : i + 2] for i in range(len(plain) - 1)} or {plain}


# --- an agent who says otherwise -------------------------------------------------------------------------------------


def _agent_said_other(after: Sequence[Line], question: Mapping[str, Any], shop: Shop) -> str:
    """What an agent wrote later: that the bot was wrong, or of the same thing the opposite yes or no or another figure."""
    for line in after:
        if line.sender == "buyer" and line.record and "left_to" not in line.record:
            return ""  # the bot answered something else since; what is said now is of that
        if line.sender == "agent" and (said(line.text, "agent") or _otherwise(line.text, question, shop)):
            return line.text
    return ""


def _otherwise(text: str, question: Mapping[str, Any], shop: Shop) -> bool:
    word = word_of(question.get("details", {}), shop)
    if word is None or not mentions(text, (*word.name.values(), *word.words)):
        return False
    facts = [fact for fact in question.get("facts", ()) if fact["source"].removeprefix("shop/") in _TABLES]
    verdict = next((fact["value"] for fact in facts if fact["name"] == "verdict"), None)
    no = said(text, "no")
    if (verdict == "yes" and no) or (verdict == "no" and not no and said(text, "yes")):
        return True
    told, now = _figures(" ".join(fact["value"] for fact in facts)), _figures(text)
    return any(told[unit].isdisjoint(now[unit]) for unit in told.keys() & now.keys())


def word_of(details: Mapping[str, Any], shop: Shop) -> Optional[Word]:
    """The shop's word for what is asked."""
    subject = subject_of(details)
    return getattr(shop, SUBJECTS[subject[0]]).get(subject[1]) if subject else None


def _figures(text: str) -> dict[str, set[float]]:
    """Numbers by their unit."""
    found: dict[str, set[float]] = {}
    for number, unit in _FIGURE.findall(fold(text).text):
        found.setdefault(unit, set()).add(float(number))
    return found


@lru_cache(maxsize=1)
def _patterns() -> Mapping[str, tuple[re.Pattern[str], ...]]:
    told = YAML(typ="safe").load(Path(__file__).with_name("inbox.yml"))
    return {kind: tuple(re.compile(one) for one in patterns) for kind, patterns in told.items()}
