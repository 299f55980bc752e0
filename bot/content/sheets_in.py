"""What an uploaded file holds: sheets of cells, whatever program wrote it and in whatever encoding."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Union

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from bot.content import csv_text
from bot.content.sheets_out import unguarded
from bot.content.unreadable import Unreadable
from bot.core.shop import Pair

MAX_BYTES = 20_000_000
MAX_UNPACKED = 400_000_000
"""A workbook is a packed file, and may be made to unpack to anything."""
MAX_ROWS = 100_000

Cell = Union[str, int, float, bool, date, datetime, time, timedelta]
_ENCODINGS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_UNSURE = re.compile(rb'<f[ >/]|\bt="e"')


class Refused(Exception):
    """An upload that cannot be used at all: the name of its problem (sheets.yml), and the facts for its words."""

    def __init__(self, problem: str, **facts: str | Pair):
        super().__init__(problem)
        self.problem: str = problem
        self.facts: Mapping[str, str | Pair] = facts


@dataclass(frozen=True)
class RawSheet:
    """A sheet's cells. `numbers` are the rows' numbers as the person sees them, from 1."""

    name: str
    numbers: list[int]
    rows: list[list[Cell]]
    merged: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)
    """First and last cell of each, as row and column from 0."""
    unsure: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """Cells, as row and column from 0, that hold an error (its text) or a formula (nothing): they may look empty."""


def read_file(name: str, data: bytes) -> list[RawSheet]:
    """The sheets of a workbook, or the one of a CSV file, named after it. Raises Refused."""
    if not data:
        raise Refused("empty_file")
    if len(data) > MAX_BYTES:
        raise Refused("too_big", limit=str(MAX_BYTES // 1_000_000))
    if data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        return _workbook(data)
    stem = re.sub(r"\.\w+$", "", name.replace("\\", "/").rpartition("/")[2])
    return [_csv(stem, _decoded(data))]


def _workbook(data: bytes) -> list[RawSheet]:
    packed = data[:2] == b"PK"
    unsure = _unsure(data) if packed else {}
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [book.get_sheet_by_name(name) for name in book.sheet_names]
    except PasswordError as error:
        raise Refused("locked") from error
    except (CalamineError, OSError, ValueError) as error:
        raise Refused("unreadable") from error
    _refuse_many(sum(sheet.end[0] + 1 for sheet in sheets if sheet.end))
    return [_sheet(sheet, unsure.get(sheet.name, {})) for sheet in sheets]


def _sheet(sheet: CalamineSheet, unsure: Mapping[tuple[int, int], str]) -> RawSheet:
    rows = sheet.to_python(skip_empty_area=False)
    return RawSheet(sheet.name, list(range(1, len(rows) + 1)), rows, list(sheet.merged_cell_ranges or []), unsure)


def _unsure(data: bytes) -> dict[str, dict[tuple[int, int], str]]:
    """Where formulas and errors stand, by sheet. Only a workbook that holds some is read a second time."""
    import openpyxl  # takes a second to load, which most starts can do without

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MAX_UNPACKED:
                raise Refused("too_big", limit=str(MAX_BYTES // 1_000_000))
            sheets = [part for part in packed.namelist() if part.startswith("xl/worksheets/") and part.endswith(".xml")]
            if not any(_UNSURE.search(packed.read(part)) for part in sheets):
                return {}
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError) as error:
        raise Refused("unreadable") from error
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
        return {sheet.title: _unsure_cells(sheet) for sheet in book.worksheets}
    except Exception as error:  # a damaged workbook makes openpyxl raise whatever its parts raise
        raise Refused("unreadable") from error


def _unsure_cells(sheet: Any) -> dict[tuple[int, int], str]:
    return {
        (cell.row - 1, cell.column - 1): str(cell.value) if cell.data_type == "e" else ""
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type in ("f", "e")
    }


def _decoded(data: bytes) -> str:
    """UTF-8, UTF-16 or GB 18030 (of which GBK and GB 2312 are parts). Raises Refused."""
    marked = next((encoding for mark, encoding in _ENCODINGS.items() if data.startswith(mark)), None)
    odd, even = data[1::2].count(0), data[::2].count(0)
    unmarked = ["utf-16-le" if odd > even else "utf-16-be"] if odd or even else ["utf-8", "gb18030"]
    for encoding in [marked] if marked else unmarked:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Refused("encoding")


def _csv(name: str, text: str) -> RawSheet:
    _refuse_many(text.count("\n") if text.count('"') < 2 else 0)
    separator = _separator(text)
    numbers: list[int] = []
    rows: list[list[Cell]] = []
    try:
        for number, fields in _records(text, separator):
            numbers.append(number)
            rows.append([unguarded(value) for value in fields])
            _refuse_many(len(rows))
    except (csv.Error, Unreadable) as error:
        raise Refused("unreadable") from error
    return RawSheet(name, numbers, rows)


def _records(text: str, separator: str) -> Iterable[tuple[int, list[str]]]:
    if separator == ",":
        table = csv_text.read(text)
        yield 1, list(table.columns)
        for row in table.rows:
            yield row.line, row.fields
        return
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    line = 1
    for fields in reader:
        yield line, fields
        line = reader.line_num + 1


def _separator(text: str) -> str:
    """What stands most often in the first line that is no comment; spreadsheets write tabs or semicolons too."""
    first = next((line for line in text.lstrip("\ufeff").splitlines() if line.strip() and not line.startswith("#")), "")
    return max(",\t;", key=first.count)


def _refuse_many(rows: int) -> None:
    if rows > MAX_ROWS:
        raise Refused("too_many_rows", count=f"{rows:,}", limit=f"{MAX_ROWS:,}")
