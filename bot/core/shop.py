"""The shop as one value: what it sells, what that can do, and the rules it sells by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from functools import cached_property

from bot.core.notices import Robot

Pair = Mapping[str, str]
"""A text in both languages: {"zh": …, "en": …}."""

FIT = "fit"
"""The attribute by which buyers ask whether sizes run true; its value is a product's `fit` (taxonomy: `ask_size`)."""


MOST_NAMED = 100
"""A word that fits more products stands for so many of them; “so many or more” is all that is said of their number."""

CURRENCY = "CNY"
"""What every amount of the shop's is in."""

NOT_USED = "not_used"
"""The id under which couriers are recognised that the shop does not send with."""


@dataclass(frozen=True)
class Word:
    """An id of a vocabulary with its names and all the ways buyers say it."""

    id: str
    name: Pair
    words: tuple[str, ...]
    kind: str | None = None
    """`trait` for a capability that a thing has rather than does (pilling, stretch); else None."""


@dataclass(frozen=True, slots=True)
class Variant:
    sku: str
    product: str
    colour: str | None
    size: str | None
    list_price: Decimal
    opening_stock: int
    back_in_days: int | None
    discontinued: bool


@dataclass(frozen=True)
class Product:
    id: str
    name: Pair
    also_called: tuple[str, ...]
    category: str
    fit: str | None
    variants: tuple[Variant, ...]

    @cached_property
    def colours(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(v.colour for v in self.variants if v.colour))

    @cached_property
    def sizes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(v.size for v in self.variants if v.size))

    def matching(self, colour: str | None, size: str | None) -> tuple[Variant, ...]:
        """The variants of this colour and this size, None meaning any."""
        return tuple(v for v in self.variants if colour in (None, v.colour) and size in (None, v.size))


@dataclass(frozen=True)
class Origin:
    """Where a fact comes from, who sees to it that it is right, and by when it is to be looked at again."""

    source: str = ""
    owner: str = ""
    review_by: date | None = None

    def past(self, today: date) -> bool:
        """Whether the day of its review is over."""
        return self.review_by is not None and self.review_by < today


UNSAID = Origin()


@dataclass(frozen=True)
class Capability:
    product: str
    capability: str
    verdict: str
    limit: Pair
    instead: tuple[str, ...]
    instead_for: str | None = None
    """The capability that the products of `instead` are for, where it is not this one (no juicer; for smoothies Y915)."""

    origin: Origin = UNSAID


@dataclass(frozen=True)
class Spec:
    product: str
    size: str | None
    attribute: str
    value: Pair
    origin: Origin = UNSAID


@dataclass(frozen=True)
class SizeRow:
    """One row of a size guide. Ranges are inclusive: centimetres, kilograms, people."""

    product: str
    size: str
    height: tuple[float, float] | None
    weight: tuple[float, float] | None
    people: tuple[int, int] | None
    note: Pair
    origin: Origin = UNSAID


@dataclass(frozen=True)
class Usage:
    product: str
    topic: str
    answer: Pair
    origin: Origin = UNSAID


@dataclass(frozen=True)
class Faq:
    """A question in the shop's words with its answer. `questions`: all the ways it is asked, in both languages."""

    id: str
    product: str | None
    """None where it is about the shop."""

    question: Pair
    answer: Pair
    also_asked: tuple[str, ...] = ()
    origin: Origin = UNSAID

    @property
    def questions(self) -> tuple[str, ...]:
        return (*self.question.values(), *self.also_asked)


@dataclass(frozen=True)
class Zone:
    """Provinces that a parcel reaches in the same number of days."""

    name: Pair
    provinces: tuple[str, ...]
    days: tuple[int, int]


@dataclass(frozen=True)
class Courier:
    id: str
    name: Pair
    words: tuple[str, ...]
    extra: Decimal | None
    """What the buyer pays on top; None where the shop chooses it at no extra cost."""


@dataclass(frozen=True)
class DeliveryWay:
    """A way of handing a parcel over that buyers ask for; without an answer the shop says nothing of it."""

    name: Pair
    words: tuple[str, ...]
    answer: Pair | None = None


@dataclass(frozen=True)
class Shipping:
    origin: Pair
    cut_off: time
    zones: tuple[Zone, ...]
    couriers: tuple[Courier, ...]
    couriers_not_used: tuple[str, ...]
    free_from: Decimal
    postage: Decimal
    postage_by_province: Mapping[str, Decimal]
    not_served: tuple[str, ...]
    ways: tuple[DeliveryWay, ...] = ()

    def zone(self, province: str) -> Zone | None:
        return next((zone for zone in self.zones if province in zone.provinces), None)


@dataclass(frozen=True)
class Gift:
    product: str
    gift: Pair


@dataclass(frozen=True)
class Offers:
    off_from: Decimal
    off: Decimal
    gifts: tuple[Gift, ...]
    other_sales: tuple[str, ...] = ()
    """Words for sales of other days (双12, Black Friday), of which nothing is known before they run."""


@dataclass(frozen=True)
class Instalments:
    name: Pair
    counts: tuple[int, ...]
    free_from: Decimal


@dataclass(frozen=True)
class Payment:
    accepted: tuple[Word, ...]
    refused: tuple[Word, ...]
    instalments: Instalments


@dataclass(frozen=True)
class PartWarranty:
    part: Pair
    years: int
    products: tuple[str, ...]


@dataclass(frozen=True)
class Policies:
    return_days: int
    return_exceptions: Mapping[str, Pair]
    warranty_years: Mapping[str, int]
    warranty_parts: tuple[PartWarranty, ...]
    fault_days: int
    invoice_days: int
    special_invoice_words: tuple[str, ...] = ()
    """Words for the invoice that a person has to make out (special VAT)."""


@dataclass(frozen=True)
class Opening:
    """Opening hours of a queue; `days` is `daily` or `working_days`."""

    days: str
    opens: time
    closes: time
    closed_at_spring_festival: bool


@dataclass(frozen=True)
class People:
    """Who takes what over, and when they are there."""

    queue_of: Mapping[str, str]
    openings: Mapping[str, Opening]
    promise_now: Pair
    promise_later: Pair

    def queue(self, reason: str) -> str:
        return self.queue_of.get(reason, "sales")


@dataclass(frozen=True)
class Handover:
    bulk_from: int
    misunderstandings: int
    sure_enough: float
    few_left: int
    faq_from: float = 0.6
    """The similarity from which an FAQ entry answers what nothing else does."""

    faq_over: float = 0.8
    """The similarity from which it is told before a general answer."""

    stale_facts: str = "answer"
    """`check`: what is past its review date is not told, but looked into by a person; else `answer`."""


@dataclass(frozen=True)
class DeskRules:
    """How a handoff may end, and when somebody is reminded of one. `reasons`: by outcome and id, in the shop's words."""

    reasons: Mapping[str, Mapping[str, Pair]] = field(default_factory=dict)
    remind_waiting_minutes: int = 5
    remind_silent_hours: int = 24
    close_silent_hours: int = 72
    close_waiting_days: int = 30
    forget_after_days: int = 0
    digest_at: time = time(8, 50)


@dataclass(frozen=True)
class CardWords:
    """Words of the handoff card, by reason."""

    headline: Mapping[str, Pair]
    suggested: Mapping[str, Pair]
    nothing_said: Pair
    unnamed: Pair


@dataclass(frozen=True)
class TellingWords:
    """Words for the team: `words` by name (bot/core/telling.py), `queues` by id, `hints` by service and its error code."""

    words: Mapping[str, Pair] = field(default_factory=dict)
    queues: Mapping[str, Pair] = field(default_factory=dict)
    hints: Mapping[str, Mapping[str, Pair]] = field(default_factory=dict)


@dataclass(frozen=True)
class Shop:
    """Everything the shop's folder says. Immutable: a changed file makes a new one."""

    name: Pair
    about: Pair
    genuine: Pair
    timezone: str
    products: Mapping[str, Product]
    categories: Mapping[str, Word]
    colours: Mapping[str, Word]
    capability_names: Mapping[str, Word]
    attributes: Mapping[str, Word]
    topics: Mapping[str, Word]
    capabilities: Mapping[tuple[str, str], Capability]
    specs: tuple[Spec, ...]
    size_rows: Mapping[str, tuple[SizeRow, ...]]
    usage: Mapping[tuple[str, str], Usage]
    shipping: Shipping
    offers: Offers
    payment: Payment
    policies: Policies
    people: People
    handover: Handover
    card: CardWords
    faq: tuple[Faq, ...] = ()
    desk: DeskRules = field(default_factory=DeskRules)
    digest: Mapping[str, Pair] = field(default_factory=dict)
    """Words of the morning report."""

    robots: tuple[Robot, ...] = ()
    telling: TellingWords = field(default_factory=TellingWords)
    version: str = field(default="")

    def product(self, product_id: str) -> Product:
        return self.products[product_id]

    @cached_property
    def by_category(self) -> Mapping[str, tuple[str, ...]]:
        """The first MOST_NAMED products of each category."""
        found: dict[str, list[str]] = {}
        for product in self.products.values():
            members = found.setdefault(product.category, [])
            if len(members) < MOST_NAMED:
                members.append(product.id)
        return {category: tuple(members) for category, members in found.items()}

    @cached_property
    def specs_of(self) -> Mapping[tuple[str, str], tuple[Spec, ...]]:
        """Specs by product and attribute."""
        found: dict[tuple[str, str], tuple[Spec, ...]] = {}
        for spec in self.specs:
            key = (spec.product, spec.attribute)
            found[key] = (*found.get(key, ()), spec)
        return found

    @cached_property
    def faq_by_id(self) -> Mapping[str, Faq]:
        return {entry.id: entry for entry in self.faq}

    @cached_property
    def by_sku(self) -> Mapping[str, Variant]:
        return {v.sku: v for product in self.products.values() for v in product.variants}
