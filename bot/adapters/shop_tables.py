"""Reads the shop's CSV tables: rows with their line numbers, and typed cells that complain in one sentence."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import chain
from pathlib import Path

from bot.core.shop import Origin

LIST_SEPARATOR = "|"


class Problems(list):
    """Sentences about what is wrong, each with file, line, and what to do."""

    def add(self, file: str, line: int, sentence: str) -> None:
        self.append(f"{file}, line {line}: {sentence}")


@dataclass(frozen=True)
class Row:
    """One row of a table; cell readers note a problem and give None where a cell is wrong."""

    file: str
    line: int
    cells: dict[str, str]
    problems: Problems

    def wrong(self, sentence: str) -> None:
        self.problems.add(self.file, self.line, sentence)

    def text(self, column: str, *, needed: bool = True) -> str:
        value = self.cells.get(column, "").strip()
        if needed and not value:
            self.wrong(f"`{column}` is empty; write a value.")
        return value

    def pair(self, column: str, *, needed: bool = True) -> dict[str, str]:
        return {language: self.text(f"{column}_{language}", needed=needed) for language in ("zh", "en")}

    def values(self, column: str) -> tuple[str, ...]:
        parts = self.cells.get(column, "").split(LIST_SEPARATOR)
        return tuple(part.strip() for part in parts if part.strip())

    def words(self, column: str) -> tuple[str, ...]:
        """The cells `column_zh` and `column_en`, as one list."""
        return self.values(f"{column}_zh") + self.values(f"{column}_en")

    def whole(self, column: str, *, needed: bool = False) -> int | None:
        raw = self.text(column, needed=needed)
        if not raw:
            return None
        if raw.isdigit():
            return int(raw)
        self.wrong(f"`{column}` is “{raw}”; write a whole number, 0 or more.")
        return None

    def day(self, column: str) -> date | None:
        raw = self.text(column, needed=False)
        try:
            return date.fromisoformat(raw) if raw else None
        except ValueError:
            self.wrong(f"`{column}` is “{raw}”; write a day such as 2026-12-31.")
            return None

    def origin(self) -> Origin:
        """The columns `source`, `owner` and `review_by`, which may be left out."""
        source, owner = (self.text(column, needed=False) for column in ("source", "owner"))
        return Origin(source, owner, self.day("review_by"))

    def money(self, column: str) -> Decimal:
        raw = self.text(column)
        try:
            value = Decimal(raw)
        except InvalidOperation:
            value = None
        if value is None or not value.is_finite() or value <= 0:
            if raw:
                self.wrong(f"`{column}` is “{raw}”; write an amount in CNY, such as 129 or 12.50.")
            return Decimal(0)
        return value

    def span(self, column: str) -> tuple[float, float] | None:
        """The range `column_min` … `column_max`; both or neither."""
        raw = [self.text(f"{column}_{end}", needed=False) for end in ("min", "max")]
        if not any(raw):
            return None
        try:
            low, high = (float(value) for value in raw)
        except ValueError:
            self.wrong(f"`{column}_min` and `{column}_max` are “{raw[0]}” and “{raw[1]}”; write two numbers.")
            return None
        if low > high:
            self.wrong(f"`{column}_min` {raw[0]} is more than `{column}_max` {raw[1]}; swap them.")
        return low, high

    def one_of(self, column: str, allowed: tuple[str, ...] | dict, what: str, *, needed: bool = True):
        """The cell, if it is empty or one of `allowed`."""
        raw = self.text(column, needed=needed)
        if raw and raw not in allowed:
            self.wrong(f"`{column}` is “{raw}”, which is no {what}; {_hint(allowed, what)}")
            return None
        return raw or None


def _hint(allowed, what: str) -> str:
    names = list(allowed)
    if len(names) > 8:
        return f"use one that the table of that {what} lists, or add it there first."
    return "write one of " + ", ".join(names) + "."


def read_table(folder: Path, file: str, columns: tuple[str, ...], problems: Problems) -> Iterator[Row]:
    """The rows of one CSV file. Comment lines (#) and blank lines are passed over.

    A missing file, column or a broken encoding is noted in `problems`.
    """
    path = folder / file
    if not path.is_file():
        problems.add(file, 1, "the file is missing; put it back (its format: docs/shop-files.md).")
        return
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        problems.add(file, line, "a character is not UTF-8; save the file as “CSV UTF-8”.")
        return
    yield from _rows(file, lines, columns, problems)


def _rows(file: str, lines: list[str], columns: tuple[str, ...], problems: Problems) -> Iterator[Row]:
    header: list[str] | None = None
    for number, cells in _records(lines):
        if header is None:
            header = [cell.strip() for cell in cells]
            missing = [column for column in columns if column not in header]
            if missing:
                problems.add(file, number, f"the column {', '.join(missing)} is missing; add it to the first line.")
                return
        elif len(cells) > len(header):
            problems.add(
                file,
                number,
                f"there are {len(cells)} cells but {len(header)} columns; put a cell with a comma in double quotes.",
            )
        else:
            yield Row(file, number, dict(zip(header, cells)), problems)
    if header is None:
        problems.add(file, 1, f"the file is empty; its first line names the columns {', '.join(columns)}.")


def _records(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """The number of each record's first line, and its cells. Inside quotes a `#` or a blank line belongs to the cell."""
    source = enumerate(lines, 1)
    for number, line in source:
        if line.strip() and not line.startswith("#"):
            yield number, next(csv.reader(chain((line,), (line for _, line in source))))
