"""What the bot remembers of a conversation: small, JSON-ready, and independent of Rasa's tracker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Pending:
    """What the bot asked back, and the questions that wait for it.

    `missing` is `product`, `measure`, `region`, `person` (an offer to ask a person) or `contact` (asked for after hours).
    `questions` holds {"label", "text", "details"} as the turn record does.
    """

    missing: str
    questions: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Dialogue:
    """`products` newest first; `last` is the last question answered, `about` those of the last turn that were about a
    product ({"label", "details"} each); measures are the buyer's own.
    """

    products: tuple[str, ...] = ()
    last: Mapping[str, Any] | None = None
    about: tuple[Mapping[str, Any], ...] = ()
    pending: Pending | None = None
    region: Mapping[str, str] | None = None
    height_cm: float | None = None
    weight_kg: float | None = None
    household: int | None = None
    colour: str | None = None
    size: str | None = None
    quantity: int | None = None
    contact: str | None = None
    contact_asked: bool = False
    handed_over: str | None = None
    misunderstood: int = 0
    unknown: tuple[str, ...] = field(default=())
    """Keys of the questions that the facts did not hold: asked again, they open a card."""

    page: str | None = None
    """The product whose page the buyer wrote from last."""

    def on_page(self, product: str | None) -> Dialogue:
        """The same with the product of the page that the buyer now writes from: “this one” means it from here on.

        A page that has not changed changes nothing: what the buyer named since then stays in front. Colour and size
        were said of another product.
        """
        if product is None or product == self.page:
            return self
        if product in self.products[:1]:
            return replace(self, page=product)
        others = tuple(other for other in self.products if other != product)
        return replace(self, page=product, products=(product, *others)[:4], colour=None, size=None)

    def as_json(self) -> dict[str, Any]:
        told = {name: value for name, value in vars(self).items() if value not in (None, (), 0)}
        return {**told, "pending": {**vars(self.pending)}} if self.pending else told

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> Dialogue:
        """The dialogue that `as_json` gave; unknown keys are passed over, so that older records still load."""
        values = {name: value for name, value in (data or {}).items() if name in cls.__dataclass_fields__}
        for name in ("products", "about", "unknown"):
            if name in values:
                values[name] = tuple(values[name])
        if values.get("pending"):
            pending = values["pending"]
            values["pending"] = Pending(pending["missing"], tuple(pending.get("questions", ())))
        return cls(**values)
