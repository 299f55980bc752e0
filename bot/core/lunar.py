"""The lunar calendar of China, as far as buyers name its days: 腊月二十三, 除夕, 中秋."""

from __future__ import annotations

from datetime import date, timedelta

FIRST_YEAR = 2024
_NEW_YEARS = (
    "0210", "0129", "0217", "0206", "0126", "0213", "0203", "0123", "0211", "0131", "0219", "0208", "0128", "0215",
    "0204", "0124", "0212", "0201", "0122", "0210", "0130", "0217", "0206", "0126", "0214", "0202", "0123",
)  # fmt: skip
"""Month and day of the lunar New Year, one for each year from FIRST_YEAR on."""

_MONTHS = (
    0x04B60, 0x0A6E6, 0x0A4E0, 0x0D260, 0x0EA65, 0x0D530, 0x05AA0, 0x076A3, 0x096D0, 0x04AFB, 0x04AD0, 0x0A4D0, 0x1D0B6,
    0x0D250, 0x0D520, 0x0DD45, 0x0B5A0, 0x056D0, 0x055B2, 0x049B0, 0x0A577, 0x0A4B0, 0x0AA50, 0x1B255, 0x06D20, 0x0ADA0,
    0x14B63,
)  # fmt: skip
"""One code for each year, as tables of the lunar calendar have long written it: bits 15 to 4 are months 1 to 12 (1: 30
days, 0: 29), the last four bits name the leap month (0: none), bit 16 says that this one has 30 days."""

LAST_DAY = 0
"""As a day: the last of its month (除夕 is the last of the twelfth)."""


def solar(year: int, month: int, day: int) -> date | None:
    """The date of a day of the lunar year that begins in `year`; leap months are passed over.

    None where the month has no such day or the year is not in the table (2024 to 2050).
    """
    if not 0 <= year - FIRST_YEAR < len(_MONTHS) or not 1 <= month <= 12:
        return None
    length = _length(year, month)
    if day > length:
        return None
    begun = _NEW_YEARS[year - FIRST_YEAR]
    passed = sum(_length(year, m) for m in range(1, month)) + _leap_days(year, before=month)
    return date(year, int(begun[:2]), int(begun[2:])) + timedelta(days=passed + (day or length) - 1)


def coming(month: int, day: int, today: date) -> date | None:
    """The next such day that is not past, or None beyond the table."""
    days = (solar(year, month, day) for year in (today.year - 1, today.year, today.year + 1))
    return next((found for found in days if found and found >= today), None)


def _length(year: int, month: int) -> int:
    return 30 if _MONTHS[year - FIRST_YEAR] >> (16 - month) & 1 else 29


def _leap_days(year: int, before: int) -> int:
    code = _MONTHS[year - FIRST_YEAR]
    leap = code & 0xF
    return (30 if code >> 16 & 1 else 29) if 0 < leap < before else 0
