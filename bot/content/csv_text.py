"""CSV tables as text that people keep: comments, order, quoting and line ends stay; only a changed row is written anew.

The format is that of docs/shop-files.md: lines that begin with `#` are comments, the first other line names the columns.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bot.content.unreadable import Unreadable

_MUST_QUOTE = frozenset(',"\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029')
"""Comma, quote, and all that Python's `splitlines` takes for the end of a line."""

csv.field_size_limit(1 << 24)


@dataclass(eq=False)
class Row:
    """A row of a table."""

    line: int
    """Where it began in the text that was read, from 1; 0 for a row added since."""
    cells: dict[str, str]
    """By column; an empty cell and a cell that is not there are both `""`."""
    fields: list[str] = field(repr=False)
    raw: str = field(repr=False)
    behind: list[Row] = field(default_factory=list, repr=False)
    """The rows added behind it."""
    removed: bool = False


class Table:
    """A table's text, row by row. Changing it changes `text()` in the changed rows alone."""

    def __init__(self, text: str):
        self._bom = "\ufeff" if text.startswith("\ufeff") else ""
        self._end = "\r\n" if "\r\n" in text else "\n"
        self._header: Row | None = None
        self._parts: list[str | Row] = []
        columns: tuple[str, ...] = ()
        blank: dict[str, str] = {}
        for number, fields, raw in _records(text.removeprefix("\ufeff")):
            if fields is None:
                self._parts.append(raw)
            elif self._header is None:
                self._header = Row(number, {}, [name.strip() for name in fields], raw)
                self._parts.append(self._header)
                columns, blank = self.columns, dict.fromkeys(self.columns, "")
            else:
                cells = blank | dict(zip(columns, fields))
                self._parts.append(Row(number, cells, fields, raw))

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self._header.fields) if self._header else ()

    @property
    def rows(self) -> list[Row]:
        return [part for part in self._standing() if isinstance(part, Row) and part is not self._header]

    def text(self) -> str:
        return self._bom + "".join(part.raw if isinstance(part, Row) else part for part in self._standing())

    def change(self, row: Row, cells: Mapping[str, str]) -> None:
        """Gives cells of a row new values. A column that the table does not have is added behind its others."""
        changed = {column: value for column, value in cells.items() if row.cells.get(column, "") != value}
        if not changed:
            return
        columns = self._with_columns(changed)
        row.cells.update(changed)
        row.fields += [""] * (len(columns) - len(row.fields))
        for place, column in enumerate(columns):
            if column in changed:
                row.fields[place] = changed[column]
        row.raw = written(row.fields) + _line_end(row.raw)

    def add(self, cells: Mapping[str, str], after: Row | None = None) -> Row:
        """A new row, behind another one or at the end."""
        columns = self._with_columns(cells)
        row = Row(0, {column: cells.get(column, "") for column in columns}, [cells.get(c, "") for c in columns], "")
        row.raw = written(row.fields) + self._end
        if after:
            after.behind.append(row)
        else:
            self._parts.append(row)
        return row

    def remove(self, row: Row) -> None:
        row.removed = True

    def _standing(self) -> Iterator[str | Row]:
        waiting = list(reversed(self._parts))
        while waiting:
            part = waiting.pop()
            if isinstance(part, Row):
                waiting += reversed(part.behind)
                if part.removed:
                    continue
            if waiting:
                part = self._ended(part)
            yield part

    def _ended(self, part: str | Row) -> str | Row:
        """The file's last line, which may have had no end, where others have been added behind it."""
        raw = part.raw if isinstance(part, Row) else part
        if _line_end(raw):
            return part
        if isinstance(part, str):
            return part + self._end
        part.raw += self._end
        return part

    def _with_columns(self, cells: Mapping[str, str]) -> tuple[str, ...]:
        """The columns, with those that are new. Rows that are shorter are read with empty cells, so they stay as they are."""
        new = [column for column, value in cells.items() if value and column not in self.columns]
        if new and self._header is None:
            self._header = Row(0, {}, [], self._end)
            self._parts.append(self._header)
        if new and self._header:
            self._header.fields += new
            self._header.raw = written(self._header.fields) + _line_end(self._header.raw)
        return self.columns


def read(text: str) -> Table:
    """The table in `text`; `read(text).text() == text`. Raises Unreadable where a line holds a NUL."""
    return Table(text)


def written(fields: Iterable[str]) -> str:
    """One row as text, without the end of its line. A cell is quoted where it must be."""
    cells = [_cell(value) for value in fields]
    line = ",".join(cells)
    if not line.strip() or line.startswith("#"):  # else it would be read as a blank line or a comment
        cells[:1] = [f'"{(cells or [""])[0]}"']
        line = ",".join(cells)
    return line


def _cell(value: str) -> str:
    if _MUST_QUOTE.isdisjoint(value):
        return value
    return '"' + value.replace('"', '""') + '"'


def _line_end(raw: str) -> str:
    return raw[len(raw.rstrip("\r\n")) :]


def _records(text: str) -> Iterator[tuple[int, list[str] | None, str]]:
    """Line number, fields and text of each record; comments and blank lines have no fields."""
    lines = io.StringIO(text, newline="")  # here only CR and LF end a line, and they are kept
    number = 1
    for line in lines:
        if not line.strip() or line.startswith("#"):
            yield number, None, line
            number += 1
            continue
        reader = csv.reader(itertools.chain([line], lines))
        start = lines.tell() - len(line)
        try:
            fields = next(reader)
        except csv.Error as error:
            raise Unreadable(number, str(error)) from error
        yield number, fields, text[start : lines.tell()]
        number += reader.line_num
