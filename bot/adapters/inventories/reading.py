"""Values of a shop system, read into a Stock: numbers, words, dates and prices; what cannot be read is unknown."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from datetime import date, datetime, timezone, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from bot.adapters.inventories.source import Row
from bot.core.shop import CURRENCY
from bot.ports import Stock

log = logging.getLogger(__name__)
YES = ("true", "yes", "y", "1", "instock", "in stock", "in_stock", "available", "是", "有", "有货", "现货")
NO = (
    "false",
    "no",
    "n",
    "0",
    "outofstock",
    "out of stock",
    "out_of_stock",
    "sold out",
    "否",
    "无",
    "无货",
    "缺货",
    "没货",
    "售罄",
)
SAME_CURRENCY = ("CNY", "RMB", "人民币", "元", "¥", "￥")
"""Ways to write the shop's currency."""

_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_DAY = re.compile(r"^(20\d\d)(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d\d)(\d\d)(?!\d))")
_LARGEST = 10**9


@dataclass
class Reading:
    """`zone`: in which days are counted. `prices`: whether prices are read at all. `refused` grows: currencies that are
    not the shop's, each told once."""

    zone: tzinfo
    prices: bool = False
    yes: tuple[str, ...] = YES
    no: tuple[str, ...] = NO
    refused: set[str] = field(default_factory=set)

    def stock(self, sku: str, row: Row, as_of: datetime, source: str) -> Stock:
        """`as_of`: when the answer was so; the row's own time goes before it."""
        when = moment(row.as_of, self.zone) or as_of
        quantity = whole(row.quantity)
        said = self._truth(row.available)
        if quantity is None and said is None:
            said = self._truth(row.quantity)  # a column of stock may hold 有货 in place of a number
            if said is None and row.quantity not in (None, ""):
                log.warning("stock_not_understood sku=%s value=%.40r", sku, row.quantity)
        return Stock(
            sku=sku,
            quantity=max(quantity, 0) if quantity is not None else None,
            back_in_days=self._back(row, when),
            discontinued=self._truth(row.discontinued) is True,
            as_of=when,
            source=source,
            available=said,
            price=self._price(sku, row) if self.prices else None,
        )

    def _truth(self, value: Any) -> bool | None:
        if isinstance(value, bool) or value is None:
            return value
        word = _plain(value).casefold()
        return True if word in self.yes else False if word in self.no else None

    def _back(self, row: Row, when: datetime) -> int | None:
        """Days from `when` until it is back; a day that has passed says nothing."""
        back = moment(row.back_on, self.zone)
        days = (
            (back.astimezone(self.zone).date() - when.astimezone(self.zone).date()).days
            if back
            else whole(row.back_in_days)
        )
        return days if days is not None and 0 <= days <= 3650 else None

    def _price(self, sku: str, row: Row) -> Decimal | None:
        amount = number(re.sub(r"^[¥￥]\s*", "", _plain(row.price)))
        if amount is None or not 0 < amount < _LARGEST:
            return None
        currency = _plain(row.currency).upper()
        if currency in SAME_CURRENCY:
            return amount
        if currency not in self.refused:
            self.refused.add(currency)
            log.error(
                "currency_differs sku=%s: the shop system's prices are in %s, the shop's in %s; they are not used.",
                sku,
                currency[:20] or "no currency that it names",
                CURRENCY,
            )
        return None


def number(value: Any) -> Decimal | None:
    """A number, or text that is one; None for anything else, truth values and fractions of infinity among it."""
    if isinstance(value, bool):
        return None
    text = _plain(value)
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def whole(value: Any) -> int | None:
    """The number without its fraction: half a piece cannot be sold."""
    found = number(value)
    return int(found) if found is not None and abs(found) < _LARGEST else None


def moment(value: Any, zone: tzinfo) -> datetime | None:
    """A day or a time, as ISO text, 2026/11/28, 20261128, or seconds since 1970; without a zone it is the shop's."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=zone)
    text = _plain(value)
    if re.fullmatch(r"\d{10}", text):
        return datetime.fromtimestamp(int(text), timezone.utc)
    text = _DAY.sub(lambda m: f"{m[1]}-{int(m[2] or m[4]):02d}-{int(m[3] or m[5]):02d}", text)
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _plain(value: Any) -> str:
    return "" if value is None else str(value).strip()
