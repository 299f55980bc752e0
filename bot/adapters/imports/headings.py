"""Finds out by a table's headings whose export it is, and which column holds what."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.adapters.imports.files import Line, Sheet

WITHIN = 20
"""Lines; many exports begin with a title, a version or a date."""

NEEDED = {
    "woocommerce": ("type", "name", "price"),
    "shopify": ("handle", "title"),
    "taobao": ("title", "price", "skuProps"),
}
"""Fields by which an export is known."""


@dataclass(frozen=True)
class Found:
    """`header`: the index of the line with the headings. `places`: the column of each field."""

    system: str
    header: int
    places: Mapping[str, int]


@lru_cache(maxsize=1)
def headings() -> Mapping[str, Any]:
    """headings.yml, its words plain."""
    held: dict[str, Any] = YAML(typ="safe").load(Path(__file__).with_name("headings.yml"))
    return {
        name: {field: [plain(word) for word in words] for field, words in part.items()}
        if isinstance(part, dict)
        else [plain(word) for word in part]
        for name, part in held.items()
    }


def plain(text: object) -> str:
    """A heading, a value or a name without what does not tell two apart: width, capitals, spaces at the ends."""
    return " ".join(unicodedata.normalize("NFKC", str(text)).casefold().split()).rstrip(":")


def which_export(sheet: Sheet) -> Found | None:
    """Whose export it is; None where it is a table of another kind."""
    for index, line in enumerate(sheet.lines[:WITHIN]):
        for system, needed in NEEDED.items():
            places = places_of(line, headings()[system])
            if all(field in places for field in needed):
                return Found(system, _last_header(sheet, index, system), places)
    return None


def places_of(line: Line, fields: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """The column of each field: of its words the first that a heading says counts, and of equal headings the first. A
    column is one field's."""
    headers: dict[str, int] = {}
    for place, cell in enumerate(line.cells):
        headers.setdefault(plain(cell), place)
    found: dict[str, int] = {}
    for field, words in fields.items():
        word = next((word for word in words if word in headers), None)
        if word is not None:
            found[field] = headers.pop(word)
    return found


def _last_header(sheet: Sheet, index: int, system: str) -> int:
    """Taobao's export names its fields in English and, one line below, in Chinese."""
    below = sheet.lines[index + 1] if index + 1 < len(sheet.lines) else None
    again = places_of(below, headings()[system]) if below else {}
    return index + 1 if all(field in again for field in NEEDED[system]) else index
