"""What a shop system's module gives: rows as the system sent them, and why it could not be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.ports import InventoryError


class Later(InventoryError):
    """The system could not answer now, and may do so soon. `wait`: seconds that it asks for, or 0."""

    def __init__(self, what: str, wait: float = 0):
        super().__init__(what)
        self.wait = wait


@dataclass(frozen=True)
class Row:
    """What a system said of one SKU, in its own spelling; the values as they came, None where it said nothing."""

    sku: str
    quantity: Any = None
    available: Any = None
    price: Any = None
    currency: Any = None
    back_on: Any = None
    back_in_days: Any = None
    discontinued: Any = None
    as_of: Any = None


@dataclass(frozen=True)
class Told:
    """An answer. `as_of`: when it was so, where that is not now. A SKU without a row is not held."""

    rows: Sequence[Row]
    as_of: datetime | None = None


class Source(Protocol):
    """`name` stands in the facts; `most` SKUs go into one question."""

    name: str
    most: int

    def ask(self, skus: Sequence[str], seconds: float) -> Told:
        """The rows of these SKUs, in the system's spelling, within so many seconds. Blocking; called from many threads.

        Raises Later where asking again may help, InventoryError where somebody must mend something first.
        """
