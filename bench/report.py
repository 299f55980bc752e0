"""What is printed and what is written into a document: the same tables, as plain text and as Markdown."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.rows import InputError

MEASURED = "measured"


def marks(name: str) -> tuple[str, str]:
    """What stands before and after the results of this name in a document."""
    return f"<!-- {name}: begin -->", f"<!-- {name}: end -->"


BEGIN, END = marks(MEASURED)


@dataclass(frozen=True)
class Table:
    """A head and rows of cells. The first `texts` columns are words, the others figures."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    texts: int = 1


@dataclass(frozen=True)
class Section:
    """A heading, sentences and tables below it, and the name of the picture that shows the same."""

    title: str
    blocks: tuple[Table | str, ...]
    picture: str | None = None


def as_text(sections: Sequence[Section]) -> str:
    parts = []
    for section in sections:
        parts.append(f"\n{section.title}")
        parts += [_lines(block) if isinstance(block, Table) else f"  {block}" for block in section.blocks]
    return "\n".join(parts)


def as_markdown(sections: Sequence[Section], pictures: Mapping[str, str]) -> str:
    """`pictures` maps a picture's name to the link to it."""
    parts = []
    for section in sections:
        parts.append(f"### {section.title}")
        parts += [_markdown(block) if isinstance(block, Table) else block for block in section.blocks]
        if section.picture and section.picture in pictures:
            parts.append(f"![{section.title}]({pictures[section.picture]})")
    return "\n\n".join(parts)


def check_document(path: Path, name: str = MEASURED) -> None:
    """Raises InputError where the document has no place for the results of this name."""
    _split(path, name)


def read_between(path: Path, name: str = MEASURED) -> str:
    """What stands between the two markers now. Raises InputError as `check_document`."""
    before, after = _split(path, name)
    first, last = marks(name)
    return path.read_text(encoding="utf-8")[len(before) + len(first) : -len(after + last) or None]


def write_between(path: Path, text: str, name: str = MEASURED) -> None:
    """Puts the text between the two markers of a document; the rest stays as it is. Raises InputError as `check_document`."""
    before, after = _split(path, name)
    first, last = marks(name)
    path.write_text(f"{before}{first}\n{text}\n{last}{after}", encoding="utf-8")


def link(picture: Path, document: Path) -> str:
    """The way from the document to the picture, as a link."""
    return Path(os.path.relpath(picture.resolve(), document.resolve().parent)).as_posix()


def _split(path: Path, name: str) -> tuple[str, str]:
    """The document before and after the results."""
    if not path.is_file():
        raise InputError(f"{path}: there is no such document.")
    text = path.read_text(encoding="utf-8")
    first, last = marks(name)
    before, begin, rest = text.partition(first)
    _, end, after = rest.partition(last)
    if not begin or not end or first in rest or last in before + after:
        raise InputError(f"{path}: the results need one line “{first}” and below it one “{last}”.")
    return before, after


def _lines(table: Table) -> str:
    rows = [table.head, *table.rows]
    widths = [max(_width(row[i]) for row in rows) for i in range(len(table.head))]
    return "\n".join("  " + "  ".join(_cell(row, i, widths[i], table.texts) for i in range(len(row))) for row in rows)


def _cell(row: Sequence[str], column: int, width: int, texts: int) -> str:
    space = " " * (width - _width(row[column]))
    return row[column] + space if column < texts else space + row[column]


def _width(text: str) -> int:
    """Columns on a terminal, where a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _markdown(table: Table) -> str:
    rule = ["---" if i < table.texts else "--:" for i in range(len(table.head))]
    rows = [table.head, rule, *table.rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows)
