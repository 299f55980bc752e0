"""The morning report: who waits, best chances first; what was asked and not known; the counts of the night."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.core.labels import AFTER_SALE, TALK
from bot.core.opening import SEARCH_DAYS, Days, open_on
from bot.core.shop import DeskRules, Opening, Shop
from bot.core.text import fold

# --- when it is told, and of what time ----------------------------------------------------------------------------


def told_today(now: datetime, rules: DeskRules, openings: Iterable[Opening], days: Days) -> bool:
    """Whether the day's report is due at `now` (in the shop's zone): on days on which somebody works, from its hour on."""
    return now.time() >= rules.digest_at and any(open_on(opening, now.date(), days) for opening in openings)


def night_began(now: datetime, openings: Iterable[Opening], days: Days) -> datetime:
    """When the last people went home before `now`: the end of the last day on which somebody worked."""
    openings = tuple(openings)
    for back in range(SEARCH_DAYS):
        closes = _closes(now.date() - timedelta(days=back), openings, days, now)
        if closes and closes <= now:
            return closes
    return now - timedelta(days=1)


def _closes(day: date, openings: Sequence[Opening], days: Days, now: datetime) -> datetime | None:
    ends = [datetime.combine(day, o.closes, now.tzinfo) for o in openings if open_on(o, day, days)]
    return max(ends, default=None)


# --- what it is made from -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Waiting:
    """A buyer who waits for a person. `agent`: who has taken it and has not answered yet."""

    handoff: str
    since: datetime
    card: Mapping[str, Any]
    agent: str | None = None


@dataclass(frozen=True)
class Message:
    """A buyer's message. `answered_at`: when the bot answered it, None where it did not. `questions`: as recorded."""

    conversation: str
    at: datetime
    answered_at: datetime | None
    questions: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Night:
    """What happened from `since` to `until` (both in the shop's zone), and who waits at its end."""

    since: datetime
    until: datetime
    waiting: tuple[Waiting, ...] = ()
    messages: tuple[Message, ...] = ()
    handed_over: int = 0
    settled: int = 0


# --- the report ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Gap:
    """What was asked of a product (None: of none) and not known. `subject`: (kind, id) of what was named in it, `text`
    the words of the first who asked."""

    product: str | None
    label: str
    subject: tuple[tuple[str, str], ...]
    text: str
    times: int


@dataclass(frozen=True)
class Counts:
    """`answered` and `unknown` are questions, `handed_over` and `settled` cards; the answering times are the bot's,
    in seconds, None where it answered nothing."""

    messages: int
    conversations: int
    answered: int
    unknown: int
    handed_over: int
    settled: int
    median_seconds: float | None
    p95_seconds: float | None


@dataclass(frozen=True)
class Report:
    since: datetime
    until: datetime
    waiting: tuple[Waiting, ...]
    gaps: tuple[Gap, ...]
    counts: Counts

    @property
    def quiet(self) -> bool:
        """Whether nobody wrote and nobody waits."""
        return not self.waiting and not self.counts.messages


def make_report(night: Night, shop: Shop) -> Report:
    waiting = sorted(night.waiting, key=lambda w: (*_chance(w.card, shop), w.since))
    return Report(night.since, night.until, tuple(waiting), tuple(_gaps(night.messages)), _counts(night))


def _chance(card: Mapping[str, Any], shop: Shop) -> tuple[int, Decimal]:
    """How soon a sale may follow, the best first: 0 wants a certain variant and number; 1 offers a price, the nearer to
    the list price the better; 2 wants many; 3 the rest. After-sale matters are of the rest."""
    if card["reason"] in AFTER_SALE:
        return 3, Decimal(0)
    if card["offer"]:
        return 1, -(share_of_list(card) or Decimal(0))
    if card["reason"] == "bulk_order":
        return 2, Decimal(0)
    return 0 if any(_certain(want, shop) for want in card["wants"]) else 3, Decimal(0)


def _certain(want: Mapping[str, Any], shop: Shop) -> bool:
    product = shop.products.get(want["product"])
    return bool(want["quantity"] and product and len(product.matching(want["colour"], want["size"])) == 1)


def share_of_list(card: Mapping[str, Any]) -> Decimal | None:
    """The offer as a share of the list price of all that is wanted, None where the one or the other is not known."""
    offer = card["offer"]
    if not offer or not offer["list_total"]:
        return None
    total = Decimal(offer["list_total"])
    pieces = sum(want["quantity"] or 1 for want in card["wants"]) if offer["per"] == "piece" else 1
    amount = Decimal(offer["amount"]) * pieces
    return (amount if offer["kind"] == "price" else total - amount) / total if total else None


SUBJECTS = ("capability", "attribute", "topic")


def _gaps(messages: Iterable[Message]) -> list[Gap]:
    """What was not known, the products most asked about first, and of each what was asked most often."""
    asked: list[tuple[tuple, str]] = []
    for message in messages:
        for question in message.questions:
            if question["outcome"] == "unknown":
                details = question["details"]
                subject = tuple((kind, one) for kind in SUBJECTS for one in _listed(details.get(kind)))
                alike = subject or fold(question["text"]).text
                asked.append(((details.get("product"), question["label"], alike), question["text"]))
    times = Counter(key for key, _ in asked)
    of_product = Counter(key[0] for key, _ in asked)
    first = {key: text for key, text in reversed(asked)}
    gaps = [
        Gap(product, label, alike if isinstance(alike, tuple) else (), first[key], count)
        for key, count in times.items()
        for product, label, alike in [key]
    ]
    order = list(of_product)
    return sorted(gaps, key=lambda gap: (-of_product[gap.product], order.index(gap.product), -gap.times))


def _listed(value: Any) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, (list, tuple)) else (value,) if value else ()


def _counts(night: Night) -> Counts:
    asked = [q for m in night.messages for q in m.questions if q["label"] not in TALK or q.get("facts")]
    outcomes = Counter(question["outcome"] for question in asked)
    taken = [max(0.0, (m.answered_at - m.at).total_seconds()) for m in night.messages if m.answered_at]
    return Counts(
        messages=len(night.messages),
        conversations=len({message.conversation for message in night.messages}),
        answered=outcomes["answered"] + outcomes["refused"],
        unknown=outcomes["unknown"],
        handed_over=night.handed_over,
        settled=night.settled,
        median_seconds=statistics.median(taken) if taken else None,
        p95_seconds=sorted(taken)[math.ceil(0.95 * len(taken)) - 1] if taken else None,
    )
