"""The shop's tables as a workbook: text in every cell, notes on the heads, lists to choose from."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from bot.content import csv_text, yaml_text
from bot.content.sheet_words import GUIDE
from bot.content.sheets_out import COMPUTED, LONGEST, sheet_name, table_columns, table_files, title
from bot.content.tables import TABLES, Column, TableSpec
from bot.core.content import Tree

_HIDDEN = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)|[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What a workbook cannot hold as it is (ECMA-376, ST_Xstring): it is written `_x000D_`."""
_WIDEST, _HEAD = 60, PatternFill("solid", fgColor="FFF3E0")


def workbook(tree: Tree, language: str) -> bytes:
    """As `to_xlsx` (bot/content/sheets_out.py)."""
    book = Workbook(write_only=True)
    files = table_files(tree)
    _guide(book, tree, files, language)
    for file in files:
        _sheet(book, tree, file, language)
    told = io.BytesIO()
    book.save(told)
    return told.getvalue()


def _sheet(book: Workbook, tree: Tree, file: str, language: str) -> None:
    spec, columns = TABLES.get(file), table_columns(tree, file)
    sheet = book.create_sheet(sheet_name(file, language))
    sheet.freeze_panes = "A2"
    rows = [[row.cells.get(column, "") for column in columns] for row in csv_text.read(tree[file]).rows]
    heads = [title(file, column, language) for column in columns]
    for place, column in enumerate(columns):
        dimension = sheet.column_dimensions[get_column_letter(place + 1)]
        dimension.number_format = "@"
        dimension.width = _width([heads[place], *(row[place] for row in rows[:200])])
        _choices(book, sheet, tree, spec, column, get_column_letter(place + 1), language)
    sheet.append([_head(sheet, spec, column, heads[place], language) for place, column in enumerate(columns)])
    for row in rows:
        sheet.append([_text(sheet, value) if value else None for value in row])


def _head(sheet: Any, spec: TableSpec | None, column: str, told: str, language: str) -> Any:
    described = spec.column(column) if spec else None
    cell = _text(sheet, told)
    cell.font, cell.fill = Font(bold=bool(described and described.needed)), _HEAD
    if described:
        cell.comment = Comment(_note(described, language), "Nightdesk", height=110, width=280)
    return cell


def _note(column: Column, language: str) -> str:
    needed = [GUIDE["needed"][language]] if column.needed else []
    chosen = " / ".join(f"{id}={name[language]}" for id, name in column.values.items())
    return "\n".join([column.help[language], *needed, *([f"{GUIDE['choose'][language]} {chosen}"] if chosen else [])])


def _choices(
    book: Any, sheet: Any, tree: Tree, spec: TableSpec | None, column: str, letter: str, language: str
) -> None:
    """A list to choose from. What is not in it may be typed all the same: the upload says whether it will do."""
    described = spec.column(column) if spec else None
    if described is None or described.kind != "choice":
        return
    formula = '"' + ",".join(described.values) + '"'
    if described.source:
        if described.source not in tree:
            return
        place = table_columns(tree, described.source).index("id") + 1
        at = get_column_letter(place)
        formula = f"'{sheet_name(described.source, language)}'!${at}$2:${at}$100000"
    listed = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=False)
    listed.add(f"{letter}2:{letter}100000")
    sheet.data_validations.append(listed)


def _text(sheet: Any, value: str) -> Any:
    """A cell that is text whatever it looks like: neither computed nor made a number or date of."""
    told = _HIDDEN.sub(lambda found: f"_x{ord(found[0]):04X}_", value)
    cell = WriteOnlyCell(sheet)
    cell.value = told[:LONGEST]
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = bool(COMPUTED.match(value))
    if "\n" in value:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _guide(book: Workbook, tree: Tree, files: Sequence[str], language: str) -> None:
    sheet = book.create_sheet(GUIDE["title"][language])
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 24, 90
    for at in ("zh", "en") if language == "zh" else ("en", "zh"):
        sheet.append([_bold(sheet, GUIDE["title"][at])])
        for line in GUIDE["lines"][at]:
            sheet.append([None, _text(sheet, line.format(shop=_shop(tree, at)))])
        sheet.append([])
        sheet.append([_bold(sheet, GUIDE["head"][at]), _bold(sheet, GUIDE["what"][at])])
        for file in files:
            if file in TABLES:
                sheet.append([_text(sheet, sheet_name(file, language)), _text(sheet, TABLES[file].help[at])])
        sheet.append([])


def _bold(sheet: Any, told: str) -> Any:
    cell = _text(sheet, told)
    cell.font = Font(bold=True)
    return cell


def _shop(tree: Tree, language: str) -> str:
    try:
        return str(yaml_text.value(tree["shop/shop.yml"], ("name", language)))
    except (KeyError, yaml_text.NoSuchEntry, ValueError):
        return "Nightdesk"


def _width(texts: Iterable[str]) -> int:
    """In Excel's characters; a Chinese one takes two."""
    longest = max(sum(2 if ord(ch) > 0x2E7F else 1 for ch in text[:_WIDEST]) for text in texts)
    return min(longest + 2, _WIDEST)
