"""The morning report as people read it, in the words of `shop/digest.yml`, and as machines do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from bot.core import formats
from bot.core.card import headline
from bot.core.digest import Gap, Report, Waiting, share_of_list
from bot.core.masking import mask, mask_contact
from bot.core.notices import Notice, notices
from bot.core.shop import Shop
from bot.core.types import Language

WORDS: Mapping[str, tuple[str, ...]] = {
    "title": ("since", "until"),
    "quiet": ("since",),
    "waiting": ("count",),
    "nobody_waits": (),
    "waited": ("time",),
    "minutes": ("minutes",),
    "hours": ("hours", "minutes"),
    "days": ("days", "hours"),
    "price_order": ("amount",),
    "price_piece": ("amount",),
    "reduction_order": ("amount",),
    "reduction_piece": ("amount",),
    "list_price": ("total", "percent"),
    "contact": ("contact",),
    "with_agent": ("agent",),
    "not_known": (),
    "no_product": (),
    "asked": ("what", "times"),
    "of_product": ("product", "asked"),
    "counts": ("messages", "conversations", "answered", "unknown", "handed_over", "settled"),
    "speed": ("median", "p95"),
    "more": ("count",),
}
"""The names in `shop/digest.yml`, with the placeholders that each may hold."""


LANGUAGES: tuple[Language, ...] = ("zh", "en")
MOST_TOLD = 15
"""So many of the waiting, and of the products, stand in a chat group's message."""


@dataclass(frozen=True)
class Line:
    """`more`: what else is said of an item."""

    kind: Literal["title", "heading", "item", "plain"]
    text: str
    more: str = ""


class _Said:
    """What one telling of a report is made with."""

    def __init__(self, report: Report, shop: Shop, language: Language, whole: bool):
        self.report, self.shop, self.language, self.whole = report, shop, language, whole

    def word(self, name: str, **facts: object) -> str:
        text = self.shop.digest[name][self.language]
        for placeholder, value in facts.items():
            text = text.replace(f"{{{placeholder}}}", str(value))
        return text

    def moment(self, moment: datetime) -> str:
        return formats.moment(moment, self.report.until, self.language)

    def lines(self, most: int | None) -> Iterator[Line]:
        report = self.report
        yield Line("title", self.word("title", since=self.moment(report.since), until=self.moment(report.until)))
        if report.quiet:
            yield Line("plain", self.word("quiet", since=self.moment(report.since)))
            return
        count = len(report.waiting)
        yield Line("heading", self.word("waiting", count=count) if count else self.word("nobody_waits"))
        for place, waiting in enumerate(report.waiting[:most], 1):
            told = headline(waiting.card, self.shop, self.language)
            about = " · ".join(self.about(waiting))
            yield Line("item", f"{place}. {told if self.whole else _hidden(told, waiting)}", about)
        if most is not None and count > most:
            yield Line("plain", self.word("more", count=count - most))
        if report.gaps:
            yield Line("heading", self.word("not_known"))
            yield from self.gaps(most)
        counts = report.counts
        yield Line("plain", self.word("counts", **asdict(counts)))
        if counts.median_seconds is not None and counts.p95_seconds is not None:
            seconds = {"median": f"{counts.median_seconds:.1f}", "p95": f"{counts.p95_seconds:.1f}"}
            yield Line("plain", self.word("speed", **seconds))

    def about(self, waiting: Waiting) -> Iterator[str]:
        """How long the buyer waits, the offer against the list price, the contact, and who has it."""
        yield self.word(
            "waited", time=self.time(max(0, int((self.report.until - waiting.since).total_seconds() // 60)))
        )
        offer, contact = waiting.card["offer"], waiting.card["buyer"]["contact"]
        if offer:
            yield self.word(f"{offer['kind']}_{offer['per']}", amount=formats.money(Decimal(offer["amount"])))
        share = share_of_list(waiting.card)
        if share is not None:
            total = formats.money(Decimal(offer["list_total"]))
            yield self.word("list_price", total=total, percent=round(share * 100))
        if contact:
            yield self.word("contact", contact=contact if self.whole else mask_contact(contact))
        if waiting.agent:
            yield self.word("with_agent", agent=waiting.agent)

    def time(self, minutes: int) -> str:
        hours, days = minutes // 60, minutes // 1440
        if days:
            return self.word("days", days=days, hours=hours % 24)
        return self.word("hours", hours=hours, minutes=minutes % 60) if hours else self.word("minutes", minutes=minutes)

    def gaps(self, most: int | None) -> Iterator[Line]:
        """One line for each product."""
        products: dict[str | None, list[str]] = {}
        for gap in self.report.gaps:
            products.setdefault(gap.product, []).append(self.word("asked", what=self.what(gap), times=gap.times))
        for product in list(products)[:most]:
            known = self.shop.products.get(product) if product else None
            name = known.name[self.language] if known else product or self.word("no_product")
            asked = formats.listing(products[product][:most], self.language)
            yield Line("item", self.word("of_product", product=name, asked=asked))

    def what(self, gap: Gap) -> str:
        """What was asked: the shop's names for what was named in it, else the buyer's words."""
        named = {
            "capability": self.shop.capability_names,
            "attribute": self.shop.attributes,
            "topic": self.shop.topics,
        }
        names = [named[kind][id].name[self.language] if id in named[kind] else id for kind, id in gap.subject]
        return formats.listing(names, self.language) or f"“{mask(gap.text)}”"


def as_lines(
    report: Report, shop: Shop, language: Language, *, whole: bool = False, most: int | None = None
) -> list[Line]:
    """The report for people. `whole`: contacts as they are, for who prints it at the machine; else masked.

    `most`: so many of the waiting and of the products are told, None for all.
    """
    return list(_Said(report, shop, language, whole).lines(most))


def as_json(report: Report) -> dict[str, Any]:
    """The report for machines, contacts masked. Times are ISO 8601 with their zone, answering times seconds."""
    return {
        "since": report.since.isoformat(timespec="seconds"),
        "until": report.until.isoformat(timespec="seconds"),
        "waiting": [_waiting_json(waiting) for waiting in report.waiting],
        "not_known": [
            {
                "product": gap.product,
                "label": gap.label,
                "about": [id for _, id in gap.subject],
                "text": mask(gap.text),
                "times": gap.times,
            }
            for gap in report.gaps
        ],
        "counts": asdict(report.counts),
    }


def _waiting_json(waiting: Waiting) -> dict[str, Any]:
    card = waiting.card
    contact, offer = card["buyer"]["contact"], card["offer"]
    return {
        "handoff": waiting.handoff,
        "waiting_since": waiting.since.isoformat(timespec="seconds"),
        "agent": waiting.agent,
        "reason": card["reason"],
        "queue": card["queue"],
        "priority": card["priority"],
        "headline": _hidden(card["headline"], waiting),
        "offer": {**offer, "words": _hidden(offer["words"], waiting)} if offer else None,
        "contact": mask_contact(contact) if contact else None,
    }


def _hidden(text: str, waiting: Waiting) -> str:
    """The buyer's words without their contact, also where only the card knows that it is one."""
    contact = waiting.card["buyer"]["contact"]
    return mask(text.replace(contact, mask_contact(contact)) if contact else text)


def as_notices(report: Report, shop: Shop) -> list[Notice]:
    """The report for each robot that wants it: one for each day, with contacts masked."""
    told = {language: as_lines(report, shop, language, most=MOST_TOLD) for language in LANGUAGES}
    body = {
        "title": {language: title.text for language, (title, *_) in told.items()},
        "lines": {language: [_joined(line) for line in lines] for language, (_, *lines) in told.items()},
        "report": as_json(report),
    }
    return list(notices(shop.robots, "digest", report.until.date().isoformat(), None, body))


def _joined(line: Line) -> str:
    return f"{line.text} · {line.more}" if line.more else line.text
