"""An uploaded spreadsheet against the shop's tables: what it would change, and what is wrong with it, row by row."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.content import csv_text
from bot.content.cells import ANYTHING, Choices, Wrong, as_text, equal, read_cell
from bot.content.row_edits import rows_by_key
from bot.content.sheet_words import GUIDE, told
from bot.content.sheets_in import RawSheet, Refused, read_file
from bot.content.sheets_out import sheet_name, table_columns, table_files, title, to_csv, to_xlsx
from bot.content.tables import TABLES, choices
from bot.core.content import Edit, Tree
from bot.core.shop import Pair

__all__ = ["Problem", "Upload", "read_upload", "to_csv", "to_xlsx"]

Key = tuple[str, ...]
Names = dict[str, dict[str, str]]
_HEAD_WITHIN = 20
"""The columns' names stand in one of the first rows."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with an upload, and what to do. Nothing of the row it is about is taken."""

    sheet: str
    row: int
    """As the spreadsheet counts; 0 where it is about the whole sheet or file."""
    reason: Pair
    proposal: Pair


@dataclass
class Upload:
    """What an upload would do. Nothing is done yet."""

    edits: list[Edit] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unchanged: int = 0
    """Rows that say what the shop says already."""
    missing: dict[str, int] = field(default_factory=dict)
    """Of each table that was read: how many of the shop's rows are not in the upload."""


def read_upload(name: str, data: bytes, tree: Tree, *, remove_missing: bool = False) -> Upload:
    """What a workbook (xlsx, xls, ods) or a CSV file would change in the shop's tables.

    A table is known by the name of its sheet (of CSV: of the file), else by its columns; names may be those for people, in
    either language, or the ids. Columns that are left out stay as they are, and so do rows, unless `remove_missing`.
    """
    upload = Upload()
    try:
        sheets = read_file(name, data)
    except Refused as refused:
        upload.problems.append(_problem(name, 0, refused.problem, refused.facts))
        return upload
    guides = {*map(_folded, GUIDE["title"].values())}
    names = _column_names(tree)
    readings: dict[str, _Reading] = {}
    for sheet in sheets:
        if _folded(sheet.name) in guides or not any(any(_filled(cell) for cell in row) for row in sheet.rows):
            continue
        try:
            reading = _Reading(tree, names, sheet)
            if reading.file in readings:
                raise Refused("doubled_sheet", table=_names(reading.file))
        except Refused as refused:
            upload.problems.append(_problem(sheet.name, 0, refused.problem, refused.facts))
            continue
        readings[reading.file] = reading
    ids = {file: reading.ids() for file, reading in readings.items()}
    for reading in readings.values():
        reading.read(upload, ids, remove_missing)
    return upload


def _problem(sheet: str, row: int, name: str, facts: Mapping[str, str | Pair]) -> Problem:
    return Problem(sheet, row, told(name, "reason", facts), told(name, "proposal", facts))


def _folded(name: str) -> str:
    """A name as it is compared: width, capitals and spaces do not matter, nor a mark that the column is needed."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split()).rstrip("*")


def _filled(cell: object) -> bool:
    return bool(str(cell).strip())


class _Reading:
    """One sheet, read as one table. Raises Refused where it is none."""

    def __init__(self, tree: Tree, names: Names, sheet: RawSheet):
        self.tree, self.sheet = tree, sheet
        self.head, self.file = _recognised(names, sheet)
        self.spec = TABLES.get(self.file)
        self.names = {place: str(cell).strip() for place, cell in enumerate(sheet.rows[self.head]) if _filled(cell)}
        self.columns: dict[int, str] = {}
        for place, name in self.names.items():
            column = names[self.file].get(_folded(name))
            if column is not None and column in self.columns.values():
                raise Refused("doubled_column", column=name)
            if column is not None:
                self.columns[place] = column
        table = csv_text.read(tree.get(self.file, ""))
        self.key = self.spec.key if self.spec else table.columns[:1]
        for column in self.key:
            if column not in self.columns.values():
                raise Refused("no_key", column=_title(self.file, column))
        self.rows = rows_by_key(table, self.key)
        self.keys = {tuple(value.strip() for value in key): key for key in self.rows}
        self.choices: dict[str, Choices] = {}
        self.merged = _merged_rows(sheet)
        self.seen: dict[Key, int] = {}
        self.unread = False

    def ids(self) -> set[str]:
        """The ids that other tables may name, old and new."""
        place = next((place for place, column in self.columns.items() if column == "id"), None)
        rows = self.sheet.rows[self.head + 1 :] if place is not None else []
        return {as_text(row[place]) for row in rows if place is not None and place < len(row)}

    def read(self, upload: Upload, ids: Mapping[str, set[str]], remove_missing: bool) -> None:
        """`ids`: those that the upload brings, by file."""
        for column in self.spec.columns if self.spec else ():
            if column.kind in ("choice", "choices"):
                new: dict[str, Pair] = dict.fromkeys(filter(None, ids.get(column.source or "", ())), {})
                self.choices[column.id] = Choices({**new, **choices(self.tree, column)})
        for place, name in self.names.items():
            if place not in self.columns:
                upload.problems.append(_problem(self.sheet.name, 0, "unknown_column", {"column": name}))
        for at in range(self.head + 1, len(self.sheet.rows)):
            row = self.sheet.rows[at]
            if not any(_filled(cell) for cell in row) or self._comment(row):
                continue
            try:
                edits = self._row(at, row)
            except Wrong as wrong:
                self.unread = self.unread or wrong.unread
                upload.problems.append(_problem(self.sheet.name, self.sheet.numbers[at], wrong.problem, wrong.facts))
                continue
            upload.edits += edits
            upload.unchanged += not edits
        missing = [key for key in self.rows if key not in self.seen]
        upload.missing[self.file] = len(missing)
        if remove_missing and missing and self.unread:
            upload.problems.append(_problem(self.sheet.name, 0, "not_removed", {}))
        elif remove_missing:
            upload.edits += [Edit(self.file, key, None, _filled_cells(self.rows[key].cells), None) for key in missing]

    def _comment(self, row: list) -> bool:
        return str(row[0]).startswith("#") and not any(_filled(cell) for cell in row[1:])

    def _row(self, at: int, row: list) -> list[Edit]:
        if at in self.merged:
            raise Wrong("merged", unread=True, cells=self.merged[at])
        cells = {column: row[place] if place < len(row) else "" for place, column in self.columns.items()}
        key = self._key(at, {column: as_text(cells[column]) for column in self.key})
        standing = self.rows[key].cells if key in self.rows else None
        values = {}
        for place, column in self.columns.items():
            now = standing.get(column, "") if standing else ""
            values[column] = (
                now if standing and equal(cells[column], now) else self._value(at, place, column, cells[column])
            )
        if standing is not None:
            changed = {column: value for column, value in values.items() if value != standing.get(column, "")}
            return [Edit(self.file, key, column, standing.get(column, ""), value) for column, value in changed.items()]
        for described in self.spec.columns if self.spec else ():
            self._value_needed(described.id, values.get(described.id, ""))
        return [Edit(self.file, key, None, None, _filled_cells(values))]

    def _key(self, at: int, told: dict[str, str]) -> Key:
        """The key of a row as the shop spells it; the second of the same is refused, unless the shop has a second too."""
        for column, value in told.items():
            self._value_needed(column, value)
        given = tuple(self.choices.get(column, ANYTHING).id_of(value) or value for column, value in told.items())
        key, count = self.keys.get(given, given), 1
        while key in self.seen and key in self.rows:
            count += 1
            key = (*self.keys[given], f"#{count}")
        if key in self.seen or (count > 1 and key not in self.rows):
            first = self.seen[self.keys.get(given, given)]
            raise Wrong("doubled_key", key=" · ".join(filter(None, given)), row=str(first))
        self.seen[key] = self.sheet.numbers[at]
        return key

    def _value(self, at: int, place: int, column: str, cell: object) -> str:
        error = self.sheet.unsure.get((at, place))
        if error is not None and not _filled(cell):
            raise Wrong("excel_error" if error else "formula", column=_title(self.file, column), value=error)
        described = self.spec.column(column) if self.spec else None
        value = read_cell(cell, described, _title(self.file, column), self.choices.get(column, ANYTHING))
        self._value_needed(column, value)
        return value

    def _value_needed(self, column: str, value: str) -> None:
        described = self.spec.column(column) if self.spec else None
        if described and described.needed and not value.strip():
            raise Wrong("empty", unread=column in self.key, column=_title(self.file, column), help=described.help)


def _recognised(names: Names, sheet: RawSheet) -> tuple[int, str]:
    """The row with the columns' names, and the table. Raises Refused.

    The sheet's own name decides where it has more than half as many of the table's columns as any other has; else the columns.
    """
    fits: list[tuple[int, int, str]] = []
    for at, row in enumerate(sheet.rows[:_HEAD_WITHIN]):
        heads = [_folded(str(cell)) for cell in row if _filled(cell)]
        fits += [(sum(head in known for head in heads), -at, file) for file, known in names.items()]
    most, at, _ = max(fits, default=(0, 0, ""))
    own = [file for count, row, file in fits if row == at and count * 2 > most and _is_named(sheet.name, file)]
    files = own or [file for count, row, file in fits if row == at and count == most]
    files = [file for file in files if len(names[file]) == min(len(names[file]) for file in files)]
    if not most or (not own and most < 2):
        raise Refused("no_table", tables=_listed(list(names)))
    if len(files) > 1:
        raise Refused("same_columns", tables=_listed(files))
    return -at, files[0]


def _column_names(tree: Tree) -> Names:
    """Of each table the columns by all their names."""
    names: Names = {}
    for file in dict.fromkeys((*table_files(tree), *TABLES)):
        columns = table_columns(tree, file)
        for_people = {_folded(title(file, column, at)): column for column in columns for at in ("zh", "en")}
        names[file] = {**for_people, **{_folded(column): column for column in columns}}
    return names


def _is_named(name: str, file: str) -> bool:
    """Whether a sheet is called after a table, perhaps with a date or number behind it."""
    own = _folded(name)
    names = {_folded(sheet_name(file, at)) for at in ("zh", "en")} | {
        _folded(file.rpartition("/")[2].removesuffix(".csv"))
    }
    return any(own == one or (own.startswith(one) and not own[len(one)].isalpha()) for one in names)


def _names(file: str) -> Pair:
    return {at: sheet_name(file, at) for at in ("zh", "en")}


def _listed(files: list[str]) -> Pair:
    return {
        "zh": "、".join(_names(file)["zh"] for file in files),
        "en": ", ".join(_names(file)["en"] for file in files),
    }


def _title(file: str, column: str) -> Pair:
    return {at: title(file, column, at) for at in ("zh", "en")}


def _merged_rows(sheet: RawSheet) -> dict[int, str]:
    """The rows that a merged cell touches, with how a spreadsheet calls it (`A3:A5`)."""
    found = {}
    for (top, left), (bottom, right) in sheet.merged:
        for row in range(top, bottom + 1):
            found[row] = f"{_cell_name(top, left)}:{_cell_name(bottom, right)}"
    return found


def _cell_name(row: int, column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def _filled_cells(cells: Mapping[str, str]) -> dict[str, str]:
    return {column: value for column, value in cells.items() if value}
