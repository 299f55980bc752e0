"""Which facts are to be looked at again: those past their review date, or soon."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Protocol

from bot.core.shop import UNSAID, Origin, Shop


class Kept(Protocol):
    @property
    def origin(self) -> Origin: ...


@dataclass(frozen=True)
class Due:
    """A row to look at again. `key`: the values of its key columns, as in its file; `past`: the day is over."""

    file: str
    key: tuple[str, ...]
    origin: Origin
    review_by: date
    past: bool


def due(shop: Shop, today: date, within_days: int = 0) -> list[Due]:
    """The rows whose review date is over, or comes within so many days, the oldest first."""
    until = today + timedelta(days=within_days)
    found = [
        Due(file, key, row.origin, row.origin.review_by, row.origin.past(today))
        for file, key, row in _rows(shop)
        if row.origin.review_by is not None and (row.origin.past(today) or row.origin.review_by <= until)
    ]
    return sorted(found, key=lambda one: (one.review_by, one.file))


def _rows(shop: Shop) -> Iterator[tuple[str, tuple[str, ...], Kept]]:
    for key, capability in shop.capabilities.items():
        yield "capabilities.csv", key, capability
    for spec in shop.specs:
        yield "specs.csv", (spec.product, spec.size or "", spec.attribute), spec
    for rows in shop.size_rows.values():
        for row in rows:
            yield "size_guide.csv", (row.product, row.size), row
    for key, usage in shop.usage.items():
        yield "usage.csv", key, usage
    for entry in shop.faq:
        yield "faq.csv", (entry.id,), entry


def oldest(rows: Iterable[Kept]) -> Origin:
    """Of several rows that one answer rests on, the origin of the one that was to be looked at first."""
    kept = [row.origin for row in rows]
    dated = [origin for origin in kept if origin.review_by is not None]
    return min(dated, key=lambda origin: origin.review_by or date.max) if dated else kept[0] if kept else UNSAID


def without_past(shop: Shop, today: date) -> Shop:
    """The shop without the facts whose review date is over, for answers that list several."""

    def kept(rows: Mapping) -> dict:
        return {key: row for key, row in rows.items() if not row.origin.past(today)}

    return replace(
        shop,
        capabilities=kept(shop.capabilities),
        specs=tuple(spec for spec in shop.specs if not spec.origin.past(today)),
        usage=kept(shop.usage),
    )
