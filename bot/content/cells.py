"""One cell of an upload: what a spreadsheet made of it, turned back into what belongs into the table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from bot.content.sheets_out import LONGEST
from bot.content.tables import TABLES, Column
from bot.core.shop import Pair

_ERROR = re.compile(r"#(REF|DIV/0|VALUE|NAME|NULL|NUM|N/A|SPILL|CALC)[!?]?$")
_SEVERAL = re.compile(r"\s*[|｜]\s*")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$")


class Wrong(Exception):
    """A cell or row that cannot be taken: the name of its problem (sheets.yml), and the facts for its words.

    `unread`: it is not even clear which row it is.
    """

    def __init__(self, problem: str, *, unread: bool = False, **facts: str | Pair):
        super().__init__(problem)
        self.problem, self.unread = problem, unread
        self.facts: Mapping[str, str | Pair] = facts


class Choices:
    """The ids that may stand in a column, and the names by which people give them."""

    def __init__(self, names: Mapping[str, Pair]):
        self.names = names
        self._by_name: dict[str, set[str]] = {}
        for id, pair in names.items():
            for name in (id, *pair.values()):
                self._by_name.setdefault(name.casefold(), set()).add(id)

    def id_of(self, value: str) -> str | None:
        """The id, given as such or by a name that only it has."""
        if value in self.names:
            return value
        found = self._by_name.get(value.casefold(), set())
        return next(iter(found)) if len(found) == 1 else None


ANYTHING = Choices({})


def as_text(cell: object) -> str:
    """A cell as a person would write it: 42.0 is 42, a day 2026-12-31. Blanks around it are left out."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return f"{Decimal(f'{cell:.15g}'):f}" if cell == cell and abs(cell) != float("inf") else ""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time(0) else cell.isoformat(" ", "minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return cell.isoformat("minutes")
    return str(cell).strip()


def equal(cell: object, now: str) -> bool:
    """Whether a cell still says what the table says; 399.0 says 399.00, and 1 says 001 where it was made a number."""
    if isinstance(cell, str):
        return cell.strip() == now.strip() or (len(now) > LONGEST and cell == now[:LONGEST])
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return _number(now) is not None and _number(now) == _number(as_text(cell))
    return as_text(cell).casefold() == now.strip().casefold()


def read_cell(cell: object, column: Column | None, title: Pair, choices: Choices) -> str:
    """What a cell says, as it stands in the table. Raises Wrong."""
    value = as_text(cell)
    kind = column.kind if column else "text"
    if _ERROR.match(value):
        raise Wrong("excel_error", column=title, value=value)
    if isinstance(cell, (date, time, timedelta)) and kind != "date":
        raise Wrong("became_date", column=title, value=value)
    if not value or column is None:
        return value
    if kind in ("words", "choices"):
        parts = [part for part in _SEVERAL.split(value) if part]
        return "|".join(_chosen(part, column, title, choices) if kind == "choices" else part for part in parts)
    if kind == "choice":
        return _chosen(value, column, title, choices)
    return _checked(value, kind, title)


def _checked(value: str, kind: str, title: Pair) -> str:
    if kind == "date":
        return _day(value, title)
    number = _number(value)
    if kind == "whole" and (number is None or number < 0 or number != number.to_integral_value()):
        raise Wrong("not_whole", column=title, value=value)
    if kind == "money" and (number is None or number <= 0):
        raise Wrong("not_money", column=title, value=value)
    if kind == "number" and number is None:
        raise Wrong("not_number", column=title, value=value)
    if kind == "whole" and number is not None:
        return str(int(number))
    return value


def _chosen(value: str, column: Column, title: Pair, choices: Choices) -> str:
    id = choices.id_of(value)
    if id is not None:
        return id
    if column.source:
        table = TABLES[column.source].name if column.source in TABLES else column.source
        raise Wrong("not_listed", column=title, value=value, table=table)
    listed = {at: " / ".join(f"{id}={name[at]}" for id, name in choices.names.items()) for at in title}
    raise Wrong("no_choice", column=title, value=value, choices=listed)


def _day(value: str, title: Pair) -> str:
    found = _DATE.match(value)
    try:
        return date(*map(int, found.groups())).isoformat() if found else _no_day(value, title)
    except ValueError:
        return _no_day(value, title)


def _no_day(value: str, title: Pair) -> str:
    raise Wrong("not_date", column=title, value=value)


def _number(value: str) -> Decimal | None:
    try:
        number = Decimal(value.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
