"""Exports as lines of cells, each with its line in the file; or a sentence that says what is wrong, and where."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.adapters.imports.goods import NotImported
from bot.adapters.inventories.tables import CUT_OFF, EXCEL, sku_text

LARGEST_FILE = 300 * 1024 * 1024
"""Bytes, unpacked."""

csv.field_size_limit(16 * 1024 * 1024)  # a description in HTML is long; the limit of Python is 128 kB

MARKS = ",;\t"
_UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_ENOUGH = 8
"""Characters beyond ASCII that were right: then the file is UTF-8 with a fault, and not GBK."""

_TEXT = re.compile(r'="((?:[^"]|"")*)"')
"""How spreadsheets are told that 00123 is a text."""

_HIDDEN = re.compile(r"'(?=[=+\-@\t\r])")
"""WooCommerce writes an apostrophe before what a spreadsheet would calculate."""

_UNCALCULATED = re.compile(rb'<c r="([A-Z]+)(\d+)"[^>]*><f[^>/]*(?:/>|>[^<]*</f>)(?:<v\s*/>|<v></v>)?</c>')


@dataclass(frozen=True)
class Line:
    """A line of an export. `number`: where it begins in the file; of an Excel sheet, its row."""

    number: int
    cells: tuple[str, ...]

    @property
    def where(self) -> str:
        return f"line {self.number}"


@dataclass(frozen=True)
class Sheet:
    """`whole`: whether the last line has an end; one that has none may have been cut off."""

    name: str
    lines: tuple[Line, ...]
    whole: bool = True


@dataclass(frozen=True)
class Record:
    """A line below its headings."""

    line: Line
    places: Mapping[str, int]

    def __getitem__(self, field: str) -> str:
        """The cell of a field; empty where the file has no such column or the line ends before it."""
        place = self.places.get(field)
        return self.line.cells[place].strip() if place is not None and place < len(self.line.cells) else ""

    @property
    def where(self) -> str:
        return self.line.where


def records(sheet: Sheet, header: int, places: Mapping[str, int]) -> Iterator[Record]:
    """The lines below the line `header` (its index). Raises NotImported where a cell that is read holds a formula, or
    the last line breaks off."""
    width = len(sheet.lines[header].cells)
    for line in sheet.lines[header + 1 :]:
        if line is sheet.lines[-1] and not sheet.whole and len(line.cells) < width:
            raise NotImported(
                f"{sheet.name}, {line.where}: the file breaks off in the middle of this line "
                f"({len(line.cells)} of {width} cells); export it again."
            )
        if not any(cell.strip() for cell in line.cells):
            continue
        for field, place in places.items():
            if place < len(line.cells) and line.cells[place].startswith("="):
                raise NotImported(
                    f"{sheet.name}, {line.where}: the column of `{field}` holds a formula ({line.cells[place][:40]}); "
                    "copy the column, insert it as values only, and save the file again."
                )
        yield Record(line, places)


def read_sheet(path: Path) -> Sheet:
    """The one table of a file: CSV, Excel, or a ZIP that holds one of them. Raises NotImported."""
    try:
        if path.is_dir():
            raise NotImported(f"{path} is a folder; name the file with the products in it.")
        if path.stat().st_size > LARGEST_FILE:
            raise NotImported(f"{path.name} is larger than {LARGEST_FILE // 1024**2} MB; export it in parts.")
        raw = path.read_bytes()
    except FileNotFoundError:
        raise NotImported(f"There is no file {path}.") from None
    except OSError as error:
        raise NotImported(f"{path.name} cannot be read: {error.strerror}.") from error
    return _sheet(path.name, raw)


def _sheet(name: str, raw: bytes) -> Sheet:
    if not raw.strip(b"\0 \r\n\t"):
        raise NotImported(f"{name} is empty.")
    if raw.startswith(b"PK\x03\x04"):
        return _packed(name, raw)
    if name.lower().endswith(EXCEL):
        return Sheet(name, tuple(_excel(name, raw)))
    if b"\0" in raw[:4096] and raw[:2] not in _UTF16:
        raise NotImported(f"{name} is no table; a CSV or Excel file with products is wanted.")
    text = _decoded(name, raw)
    return Sheet(name, tuple(_csv(name, text)), text.endswith(("\n", "\r")))


def _packed(name: str, raw: bytes) -> Sheet:
    """An Excel file, or the one table in a ZIP (Taobao's data pack has pictures beside it)."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as pack:
            if sum(part.file_size for part in pack.infolist() if _is_table(part.filename)) > LARGEST_FILE:
                raise NotImported(f"{name} is larger than {LARGEST_FILE // 1024**2} MB unpacked; export it in parts.")
            parts = pack.namelist()
            if "[Content_Types].xml" in parts or "content.xml" in parts:
                _refuse_uncalculated(name, pack)
                return Sheet(name, tuple(_excel(name, raw)))
            tables = [part for part in parts if _is_table(part) and not part.endswith(".xml")]
            if len(tables) != 1:
                held = ", ".join(tables[:5]) or "none"
                raise NotImported(f"{name}: one CSV or Excel file is wanted in the ZIP, and it holds {held}.")
            return _sheet(tables[0].rsplit("/", 1)[-1], pack.read(tables[0]))
    except (zipfile.BadZipFile, RuntimeError, EOFError, OSError) as error:
        raise NotImported(f"{name} is not whole ({error}); export or copy it again.") from error


def _is_table(part: str) -> bool:
    """Whether a part of a ZIP is a table, or of one; pictures are not."""
    return part.lower().endswith((".csv", ".xml", *EXCEL)) and not part.startswith("__MACOSX")


def _refuse_uncalculated(name: str, book: zipfile.ZipFile) -> None:
    """A formula whose value was never calculated reads as an empty cell, and would be a missing price."""
    for part in sorted(p for p in book.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", p)):
        if found := _UNCALCULATED.search(book.read(part)):
            raise NotImported(
                f"{name}, line {found[2].decode()}: cell {found[1].decode()}{found[2].decode()} holds a formula without "
                "its value; open the file in Excel or WPS, save it, and import it again."
            )


def _excel(name: str, raw: bytes) -> Iterator[Line]:
    """The first sheet that holds anything."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        sheets = (book.get_sheet_by_name(title).to_python(skip_empty_area=False) for title in book.sheet_names)
        rows: Sequence[Sequence[Any]] = next((rows for rows in sheets if any(map(any, rows))), [])
    except (CalamineError, OSError) as error:
        raise NotImported(f"{name} is no whole Excel file; export or save it again.") from error
    for number, row in enumerate(rows, 1):
        yield Line(number, tuple(sku_text(cell) for cell in row))


def _csv(name: str, text: str) -> Iterator[Line]:
    """The lines of a CSV text. The mark between cells is the one that its first lines hold most of, outside quotes."""
    first = re.sub(r'"[^"]*"', "", text[:20000]).splitlines()
    telling = "".join([line for line in first if any(mark in line for mark in MARKS)][:3])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(MARKS, key=telling.count), strict=True)
    begins = 1
    try:
        for cells in reader:
            yield Line(begins, tuple(_cell(cell) for cell in cells))
            begins = reader.line_num + 1
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise NotImported(
                f"{name}, line {begins}: a text begins with a double quote here and never ends; the file is cut off, "
                "or a quote is missing. Export it again."
            ) from None
        raise NotImported(
            f'{name}, line {begins}: a double quote stands in the middle of a cell; double it (“""”) or take it out.'
        ) from None


def _cell(cell: str) -> str:
    text = _TEXT.fullmatch(cell)
    return text[1].replace('""', '"') if text else _HIDDEN.sub("", cell, count=1) if cell[:1] == "'" else cell


def _decoded(name: str, raw: bytes) -> str:
    """UTF-8, UTF-16 by its mark, else what Chinese systems write (GB 18030, which holds GBK)."""
    marked = _UTF16.get(raw[:2])
    if marked:
        return _strict(name, raw[2:], marked)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        right = raw[: error.start].decode("utf-8")
        if sum(not character.isascii() for character in right) >= _ENOUGH:
            raise _broken(name, raw, error, "utf-8") from None
    return _strict(name, raw, "gb18030")


def _strict(name: str, raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise _broken(name, raw, error, encoding) from None


def _broken(name: str, raw: bytes, error: UnicodeDecodeError, encoding: str) -> NotImported:
    line = raw[: error.start].decode(encoding, "replace").count("\n") + 1
    if (error.reason in CUT_OFF or "truncated" in error.reason) and error.start >= len(error.object) - 4:
        return NotImported(f"{name}, line {line}: the file ends in the middle of a character; export it again.")
    return NotImported(
        f"{name}, line {line}: a character is neither UTF-8 nor GBK; save the file as “CSV UTF-8” and import it again."
    )
