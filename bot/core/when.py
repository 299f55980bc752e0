"""When a person is called, and which reason weighs most.

The table is read from the top: the first reason that holds is the gravest, and rules the card, its queue
(`shop/hours.yml`) and what the buyer hears. Thresholds are the shop's (`shop/handover.yml`). A message that asks other
things as well has them answered beside.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.core.labels import HANDED_OVER
from bot.core.shop import Handover


@dataclass(frozen=True)
class Seen:
    """What a turn brought. `labels`: of the questions that a person takes; `bulk_order` stands among them from the
    shop's number of pieces on. `misunderstood`: how many turns in a row, this one counted."""

    labels: tuple[str, ...] = ()
    agreed: bool = False
    asked_again: bool = False
    misunderstood: int = 0


Holds = Callable[[Seen, Handover], bool]


def _said(label: str) -> Holds:
    return lambda seen, rules: label in seen.labels


WHEN: tuple[tuple[str, str, Holds], ...] = (
    ("complaint", "scolds the shop, its people or its courier", _said("complaint")),
    ("request_human", "asks for a person, the first time and in any wording", _said("request_human")),
    ("product_problem", "what came is broken, wrong or incomplete", _said("product_problem")),
    ("request_refund", "wants to send back, exchange or get money back", _said("request_refund")),
    ("track_parcel", "asks where an order is", _said("track_parcel")),
    ("bulk_order", "wants many, or so many pieces as the shop calls many", _said("bulk_order")),
    ("negotiate_price", "haggles, or names a price", _said("negotiate_price")),
    ("purchase_intent", "wants to buy", _said("purchase_intent")),
    ("order_note", "wants something noted on the order", _said("order_note")),
    (
        "unknown_answer",
        "agrees to be asked for, or asks again, what the facts do not hold",
        lambda seen, rules: seen.agreed or seen.asked_again,
    ),
    (
        "repeated_misunderstanding",
        "was not understood so many times in a row",
        lambda seen, rules: 0 < rules.misunderstandings <= seen.misunderstood,
    ),
)

REASONS = tuple(reason for reason, _, _ in WHEN)
"""Gravest first."""

assert REASONS[: len(HANDED_OVER)] == HANDED_OVER


def reasons(seen: Seen, rules: Handover) -> list[str]:
    """Why a person is called now, gravest first; nothing where none is."""
    return [reason for reason, _, holds in WHEN if holds(seen, rules)]


def gravest(found: Sequence[str]) -> str:
    return min(found, key=REASONS.index)
