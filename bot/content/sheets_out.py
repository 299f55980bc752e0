"""The shop's tables as a workbook or as CSV, for people and their spreadsheets. Nothing in them is ever computed."""

from __future__ import annotations

import re

from bot.content import csv_text
from bot.content.tables import TABLES
from bot.core.content import Tree

LONGEST = 32_767
"""Characters in a cell of a workbook; what is longer is cut, and known again by its beginning."""
COMPUTED = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
"""The beginnings that make a spreadsheet compute a cell of a CSV file (OWASP, CSV injection)."""


def to_xlsx(tree: Tree, language: str = "zh") -> bytes:
    """All tables, each on a sheet, behind one that says how to use it. `language`: of the names, `zh` or `en`."""
    from bot.content.workbook import workbook  # its library takes a second to load, which most starts can do without

    return workbook(tree, language)


def to_csv(tree: Tree, file: str, language: str = "zh") -> bytes:
    """One table in UTF-8 with the mark that Excel wants. A cell that a spreadsheet would compute begins with `'`."""
    table = csv_text.read(tree[file])
    columns = table_columns(tree, file)
    lines = [[title(file, column, language) for column in columns]]
    lines += [[guarded(row.cells.get(column, "")) for column in columns] for row in table.rows]
    return ("\ufeff" + "".join(csv_text.written(line) + "\r\n" for line in lines)).encode()


def guarded(value: str) -> str:
    """A cell's text that no spreadsheet computes. `unguarded` gives it back."""
    return "'" + value if COMPUTED.match(value) else value


def unguarded(value: str) -> str:
    return value[1:] if value.startswith("'") and COMPUTED.match(value) else value


def table_files(tree: Tree) -> list[str]:
    """The tables that stand in the tree, those that are described first."""
    described = [file for file in TABLES if file in tree]
    return described + sorted(file for file in tree if file.endswith(".csv") and file not in TABLES)


def table_columns(tree: Tree, file: str) -> list[str]:
    """The columns of the file in its order, then those that are described and may be left out."""
    columns = csv_text.read(tree.get(file, "")).columns
    described = TABLES[file].columns if file in TABLES else ()
    return list(dict.fromkeys((*columns, *(column.id for column in described))))


def sheet_name(file: str, language: str) -> str:
    name = TABLES[file].name[language] if file in TABLES else file.rpartition("/")[2].removesuffix(".csv")
    return re.sub(r"[\[\]:*?/\\]", " ", name)[:31]


def title(file: str, column: str, language: str) -> str:
    described = TABLES[file].column(column) if file in TABLES else None
    return described.title[language] if described else column
