"""What the core needs from outside, and every error that can come from there.

NightdeskError
├── ShopFileError         a file of the shop is wrong (file, line, what to do)
├── SettingError          a setting is missing or wrong
└── SourceError           an outside source could not be asked
    ├── InventoryError
    ├── UnderstandingError
    ├── StoreError
    ├── FrontError
    └── HelpDeskError
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, Protocol


class NightdeskError(Exception):
    """The root of all errors that Nightdesk raises on purpose."""


class ShopFileError(NightdeskError):
    """A file of the shop is wrong. `problems` holds one sentence each, with file and line."""

    def __init__(self, problems: list[str]):
        self.problems = problems
        super().__init__("\n".join(problems))


class SettingError(NightdeskError):
    """A setting is missing or wrong; the message names it, its value and what is wanted."""


class SourceError(NightdeskError):
    """An outside source could not be asked. Never the same as 'not found', which is a value."""


class InventoryError(SourceError):
    """The stock could not be looked up."""


class UnderstandingError(SourceError):
    """Rasa did not answer, or not in time."""


class StoreError(SourceError):
    """The conversation store could not be read or written."""


class FrontError(SourceError):
    """The front could not be asked, by a process beside it."""


class HelpDeskError(SourceError):
    """The help desk that buyers write to could not be asked, or said no."""


Availability = Literal["in_stock", "on_order", "none", "unknown"]


@dataclass(frozen=True)
class Stock:
    """What the inventory knows of one SKU.

    `quantity` is None where the inventory holds the SKU but not its number: unknown, never zero.
    `available`: whether it can be bought, where the inventory says so beside its number or in place of it; else None.
    `price` is in the shop's currency, None where the inventory holds none that can be used.
    """

    sku: str
    quantity: int | None
    back_in_days: int | None
    discontinued: bool
    as_of: datetime
    source: str
    available: bool | None = None
    price: Decimal | None = None

    @property
    def state(self) -> Availability:
        """`on_order`: none is there, yet the shop takes orders for it."""
        if self.available is False:
            return "none"
        if self.quantity is None:
            return "in_stock" if self.available else "unknown"
        if self.quantity > 0:
            return "in_stock"
        return "on_order" if self.available else "none"


class Inventory(Protocol):
    def stock(self, skus: tuple[str, ...]) -> dict[str, Stock]:
        """Stock by SKU, asked now; a SKU that the inventory does not hold is absent.

        Raises InventoryError where the inventory could not be asked.
        """


class Clock(Protocol):
    def now(self) -> datetime:
        """The present, aware of its zone."""


class Calendar(Protocol):
    def is_working_day(self, day: date) -> bool:
        """Whether people in Chinese offices work: holidays and make-up days counted."""

    def is_public_holiday(self, day: date) -> bool:
        """Whether the day is a Chinese public holiday (days off in lieu counted)."""

    def spring_festival(self, year: int) -> tuple[date, date]:
        """First and last of the six days from New Year's Eve."""
