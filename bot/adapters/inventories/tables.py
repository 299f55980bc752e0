"""Exports of ERPs: CSV in any encoding they use, and Excel, as rows of cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.ports import InventoryError

EXCEL = (".xlsx", ".xlsm", ".xls", ".ods")
LARGEST_FILE = 50 * 1024 * 1024
"""Bytes."""

CUT_OFF = ("unexpected end of data", "incomplete multibyte sequence")
HEADER_WITHIN = 20
"""Lines; many exports begin with a title and a date."""


class Unfinished(InventoryError):
    """The file ends in the middle of something: somebody may still be writing it."""


def read_table(path: Path, columns: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows of a file by our names of its columns. `columns`: the file's names by ours.

    Raises Unfinished, or InventoryError where a column is missing or the file is none that can be read.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise InventoryError(f"{path.name} is larger than {LARGEST_FILE // 1024**2} MB")
        raw = path.read_bytes()
    except OSError as error:
        raise InventoryError(f"{path.name} cannot be read: {error.strerror}") from error
    rows = _excel(path.name, raw) if path.suffix.lower() in EXCEL else _csv(path.name, raw)
    return _named(path.name, rows, columns)


def _named(file: str, rows: Sequence[Sequence[Any]], columns: Mapping[str, str]) -> list[dict[str, Any]]:
    wanted = [_plain(name) for name in columns.values()]
    for number, cells in enumerate(rows[:HEADER_WITHIN]):
        header = [_plain(cell) for cell in cells]
        if all(name in header for name in wanted):
            places = {ours: header.index(_plain(theirs)) for ours, theirs in columns.items()}
            return [
                {ours: cells[place] if place < len(cells) else None for ours, place in places.items()}
                for cells in rows[number + 1 :]
                if any(cell not in (None, "") for cell in cells)
            ]
    raise InventoryError(f"{file} has no line with the columns {', '.join(columns.values())}; stock.yml names them")


def _csv(file: str, raw: bytes) -> list[list[Any]]:
    text = _decoded(file, raw)
    if not text.strip():
        raise Unfinished(f"{file} is empty")
    lines = text.splitlines()[:HEADER_WITHIN]
    comma = max(",;\t", key=lambda mark: max(line.count(mark) for line in lines))
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=comma))
    except csv.Error as error:
        raise InventoryError(f"{file} is no table: {error}") from error
    return [list(row) for row in rows]


def _decoded(file: str, raw: bytes) -> str:
    """UTF-8, else what Chinese systems write (GB 18030, which holds GBK); UTF-16 by its mark. A character cut in two
    at the very end belongs to a file that is still being written."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError as error:
            if error.reason in CUT_OFF and error.start >= len(raw) - 4:
                raise Unfinished(f"{file} ends in the middle of a character") from None
    raise InventoryError(f"{file} is neither UTF-8 nor GB 18030; export it as CSV UTF-8")


def _excel(file: str, raw: bytes) -> list[list[Any]]:
    """The first sheet that holds anything."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        for name in book.sheet_names:
            rows = book.get_sheet_by_name(name).to_python()
            if rows:
                return rows
    except (CalamineError, OSError) as error:
        raise Unfinished(f"{file} is no whole Excel file") from error
    return []


def _plain(cell: Any) -> str:
    """A cell as text: 1001.0, as Excel keeps the number 1001, is 1001."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def sku_text(cell: Any) -> str:
    """The SKU in a cell."""
    return _plain(cell)
