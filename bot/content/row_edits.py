"""Edits of a table: a cell, a new row, a row taken out."""

from __future__ import annotations

from collections.abc import Mapping

from bot.content import csv_text
from bot.content.conflict import Conflict
from bot.content.csv_text import Row, Table
from bot.content.tables import TABLES
from bot.core.content import Edit

Key = tuple[str, ...]


def rows_by_key(table: Table, key: tuple[str, ...]) -> dict[Key, Row]:
    """The rows by the values of their key columns. A key that comes again ends in `#2`, `#3` …"""
    found: dict[Key, Row] = {}
    counts: dict[Key, int] = {}
    for row in table.rows:
        values = tuple(row.cells.get(column, "") for column in key)
        counts[values] = counts.get(values, 0) + 1
        found[values if counts[values] == 1 else (*values, f"#{counts[values]}")] = row
    return found


def key_columns(file: str, table: Table) -> tuple[str, ...]:
    """What a row is known by; of a table that nobody describes the first column. Empty where the table has no such column."""
    key = TABLES[file].key if file in TABLES else table.columns[:1]
    return key if set(key) <= set(table.columns) else ()


def difference(file: str, before: str, after: str) -> list[Edit] | None:
    old, new = csv_text.read(before), csv_text.read(after)
    key = key_columns(file, old)
    if not key or key != key_columns(file, new):
        return None
    old_rows, new_rows = rows_by_key(old, key), rows_by_key(new, key)
    edits = [Edit(file, at, None, _filled(row.cells), None) for at, row in old_rows.items() if at not in new_rows]
    for at, row in new_rows.items():
        if at not in old_rows:
            edits.append(Edit(file, at, None, None, _filled(row.cells)))
            continue
        cells = old_rows[at].cells
        for column in dict.fromkeys((*old.columns, *new.columns)):
            values = cells.get(column, ""), row.cells.get(column, "")
            if values[0] != values[1]:
                edits.append(Edit(file, at, column, *values))
    return edits


def alike(file: str, one: str, other: str) -> bool:
    def rows(text: str) -> dict[Key, dict[str, str]]:
        table = csv_text.read(text)
        return {at: _filled(row.cells) for at, row in rows_by_key(table, key_columns(file, table)).items()}

    return rows(one) == rows(other)


def change(file: str, text: str, edits: list[Edit]) -> str:
    table = csv_text.read(text)
    key = key_columns(file, table)
    rows = rows_by_key(table, key)
    together = TABLES[file].together if file in TABLES else key[0] if len(key) > 1 else None
    last = {row.cells.get(together, ""): row for row in table.rows if not row.removed} if together else {}
    for edit in edits:
        row = rows.get(edit.key)
        if edit.column is not None:
            _change_cell(table, row, edit)
        elif isinstance(edit.after, Mapping):
            if row is None:
                rows[edit.key] = _add(table, edit, last, together)
            else:
                _change_row(table, row, edit)
        elif row is not None and _fits(row, edit):
            table.remove(row)
            del rows[edit.key]
    return table.text()


def _change_cell(table: Table, row: Row | None, edit: Edit) -> None:
    now = row.cells.get(edit.column or "", "") if row else None
    after = str(edit.after or "")
    if row is None or now not in (edit.before or "", after):
        raise Conflict(edit, now)
    table.change(row, {edit.column or "": after})


def _change_row(table: Table, row: Row, edit: Edit) -> None:
    assert isinstance(edit.after, Mapping)
    if _filled(row.cells) == _filled(edit.after) or _fits(row, edit):
        old = edit.before if isinstance(edit.before, Mapping) else {}
        table.change(row, {**dict.fromkeys(old, ""), **edit.after})


def _fits(row: Row, edit: Edit) -> bool:
    if not isinstance(edit.before, Mapping) or _filled(row.cells) != _filled(edit.before):
        raise Conflict(edit, _filled(row.cells))
    return True


def _add(table: Table, edit: Edit, last: dict[str, Row], together: str | None) -> Row:
    if edit.before is not None:
        raise Conflict(edit, None)
    assert isinstance(edit.after, Mapping)
    group = edit.after.get(together, "") if together else ""
    row = table.add(edit.after, last.get(group) if together else None)
    if together:
        last[group] = row
    return row


def _filled(cells: Mapping[str, str]) -> dict[str, str]:
    return {column: value for column, value in cells.items() if value}
