"""What is printed and what is written into a document: the same tables, as plain text and as Markdown."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.rows import InputError

BEGIN = "<!-- measured: begin -->"
END = "<!-- measured: end -->"


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


def check_document(path: Path) -> None:
    """Raises InputError where the document has no place for the results."""
    _split(path)


def read_between(path: Path) -> str:
    """What stands between the two markers now. Raises InputError as `check_document`."""
    before, after = _split(path)
    return path.read_text(encoding="utf-8")[len(before) + len(BEGIN) : -len(after + END) or None]


def write_between(path: Path, text: str) -> None:
    """Puts the text between the two markers of a document; the rest stays as it is. Raises InputError as `check_document`."""
    before, after = _split(path)
    path.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


def link(picture: Path, document: Path) -> str:
    """The way from the document to the picture, as a link."""
    return Path(os.path.relpath(picture.resolve(), document.resolve().parent)).as_posix()


def _split(path: Path) -> tuple[str, str]:
    """The document before and after the results."""
    if not path.is_file():
        raise InputError(f"{path}: there is no such document.")
    text = path.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end or BEGIN in rest or END in before + after:
        raise InputError(f"{path}: the results need one line “{BEGIN}” and below it one “{END}”.")
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
