"""Short ways to ask a service: an Ask made by hand, and what its answer says."""

from __future__ import annotations

from typing import Any

from bot.core.types import Answer, Ask, Details, Question


def ask(label: str, *products: str, language: str = "zh", text: str = "?", said: bool = True, **details: Any) -> Ask:
    """A question of this label about these products, with further details."""
    found = Details(products=products, product_said=said and bool(products), **details)
    return Ask(Question(label, text, 0, len(text), 0.9), found, language)


def names(answer: Answer) -> list[str]:
    return [reply.name for reply in answer.replies]


def facts(answer: Answer) -> dict[str, str]:
    return {fact.name: fact.value for fact in answer.facts}


def said(answer: Answer, name: str) -> dict[str, str]:
    """The facts of the one reply of this name."""
    (reply,) = [reply for reply in answer.replies if reply.name == name]
    return dict(reply.facts)
