"""The values that travel between understanding, services and the front."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from bot.core.shop import UNSAID, Origin

Language = Literal["zh", "en"]
Outcome = Literal["answered", "clarify", "unknown", "handed_over", "refused"]
Decision = Literal["answer", "clarify", "hand_over", "talk"]


@dataclass(frozen=True)
class Entity:
    """A detail found in a message; `start` and `end` are offsets in the text as the buyer wrote it."""

    name: str
    value: Any
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class FaqMatch:
    """An entry of the shop's FAQ that may be what a question asks. `similarity`: 0 to 1, the chance that it is."""

    id: str
    similarity: float


@dataclass(frozen=True)
class Question:
    """One thing asked, as understanding returned it."""

    label: str
    text: str
    start: int
    end: int
    confidence: float
    others: tuple[str, ...] = ()
    """The labels that the classifier held next likely, most likely first."""

    faq: tuple[FaqMatch, ...] = ()
    """Nearest first, at most one of each product and one of none."""

    next: float = 0.0
    """How likely the first of `others` is."""


@dataclass(frozen=True)
class Fact:
    """A fact that an answer rests on, where it came from, and when it was so; `origin`: as its row says."""

    name: str
    value: str
    source: str
    as_of: datetime
    origin: Origin = UNSAID

    def as_json(self) -> dict[str, str]:
        said = {
            "name": self.name,
            "value": self.value,
            "source": self.source,
            "as_of": self.as_of.isoformat(timespec="seconds"),
        }
        return said | ({"origin": self.origin.source} if self.origin.source else {})


@dataclass(frozen=True)
class Reply:
    """A response's name in `domain.yml`, the facts for its placeholders, and quick replies."""

    name: str
    facts: Mapping[str, str] = field(default_factory=dict)
    buttons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Details:
    """What a question is about: said in it, in the message, or carried over from the dialogue.

    Lengths are centimetres, weights kilograms, amounts CNY.
    """

    products: tuple[str, ...] = ()
    product_said: bool = False
    category: str | None = None
    colour: str | None = None
    size: str | None = None
    capabilities: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    region: Mapping[str, str] | None = None
    courier: str | None = None
    payment_methods: tuple[str, ...] = ()
    quantity: int | None = None
    amount: Decimal | None = None
    amount_kind: str | None = None
    amount_per: str | None = None
    height_cm: float | None = None
    weight_kg: float | None = None
    household: int | None = None
    date: str | None = None
    contact: str | None = None

    @property
    def product(self) -> str | None:
        """The one product meant, or None where none or several fit."""
        return self.products[0] if len(self.products) == 1 else None

    def as_json(self) -> dict[str, Any]:
        """The details that are there, JSON-ready; a single product stands as `product`."""
        found: dict[str, Any] = {}
        for name, value in self.__dict__.items():
            if value in (None, (), False) or name in ("products", "product_said"):
                continue
            found[_SINGULAR.get(name, name)] = _plain(value)
        if len(self.products) == 1:
            found["product"] = self.products[0]
        elif self.products:
            found["products"] = list(self.products)
        return found


_SINGULAR = {
    "capabilities": "capability",
    "attributes": "attribute",
    "topics": "topic",
    "payment_methods": "payment_method",
}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return value[0] if len(value) == 1 else list(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    return value


@dataclass(frozen=True)
class Ask:
    """A question with all that is known about what it means.

    `follow_up`: it is the last question again with other details, so that what was just said need not be repeated.
    """

    question: Question
    details: Details
    language: Language
    follow_up: bool = False

    @property
    def label(self) -> str:
        return self.question.label


@dataclass(frozen=True)
class Answer:
    """What a service says to one question.

    `missing` names what must be asked back (`product`, `measure`, `region`, `person`), or is None.
    """

    outcome: Outcome
    replies: tuple[Reply, ...]
    facts: tuple[Fact, ...] = ()
    missing: str | None = None
    details: Details | None = None
