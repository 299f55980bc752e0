"""The words of the shop's tables, and new ones in the source's own words where the shop has none."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, count

from bot.adapters.imports.folder import Table
from bot.adapters.imports.headings import plain
from bot.adapters.inventories.spelling import key
from bot.adapters.shop_tables import LIST_SEPARATOR
from bot.core.sizes import find_sizes
from bot.core.text import fold

_REMARK = re.compile(r"^(.+?)\s*[(（\[【][^()（）\[\]【】]*[)）\]】]$")
"""A size with a remark behind it: M（建议100-115斤）."""


@dataclass
class Vocabulary:
    """A table of ids with their words. `prefix`: of an id for words that have no Latin letters. `added`: new ids."""

    table: Table
    prefix: str
    added: list[str] = field(default_factory=list)
    _ids: dict[str, str] = field(default_factory=dict, repr=False)
    _taken: set[str] = field(default_factory=set, repr=False)

    def __post_init__(self) -> None:
        for row in self.table.rows:
            self._know(row)

    def _know(self, row: Mapping[str, str]) -> None:
        self._taken.add(row["id"].strip())
        for column in ("id", "name_zh", "name_en", "words_zh", "words_en"):
            for word in row.get(column, "").split(LIST_SEPARATOR):
                if word.strip():
                    self._ids.setdefault(plain(word), row["id"].strip())

    def find(self, text: str) -> str | None:
        return self._ids.get(plain(text))

    def add(self, text: str, names: Mapping[str, str] | None = None) -> str:
        """The id of a new word. `names`: its names in both languages, where they are known."""
        text = text.replace(LIST_SEPARATOR, "/")
        slug = "_".join(re.findall(r"[a-z0-9]+", text.lower()))[:40] if text.isascii() else ""
        first = slug or f"{self.prefix}_{len(self.added) + 1}"
        new = next(name for name in chain([first], (f"{first}_{n}" for n in count(2))) if name not in self._taken)
        both = names or {"zh": text, "en": text}
        row = {"id": new, **{f"name_{language}": name for language, name in both.items()}}
        row["words_zh"] = both["zh"]
        row["words_en"] = both["en"] if plain(both["en"]) != plain(both["zh"]) else ""
        self.table.add(**row)
        self._know(row)
        self._ids.setdefault(plain(text), new)
        self.added.append(new)
        return new


@lru_cache(maxsize=4096)
def size_of(text: str) -> str:
    """A size as the shop's tables write it, so that buyers who name it otherwise are understood: 2XL is XXL, 500 ML is
    500ml. One of no known form stays as it is."""
    folded = fold(text).text
    found = [one.value for one in find_sizes(folded) if (one.start, one.end) == (0, len(folded))]
    return found[0] if found else text


def without_remark(text: str) -> str:
    """The size without a remark in brackets behind it."""
    match = _REMARK.match(text)
    return match[1] if match else text


class Finder:
    """Finds rows by ids that two systems spell differently: exactly so, then without width, capitals and spaces, then
    by their parts (Y915 white, y915-WHITE). Where several would fit equally well, none does."""

    def __init__(self, rows: Mapping[str, dict[str, str]]):
        self._exact = rows
        self._loose: tuple[dict[str, list[str]], ...] = ({}, {})
        for name in rows:
            for spelled, held in zip((key, parts), self._loose):
                if spelled(name):
                    held.setdefault(spelled(name), []).append(name)

    def find(self, name: str) -> dict[str, str] | None:
        if not name:
            return None
        if name in self._exact:
            return self._exact[name]
        for spelled, held in zip((key, parts), self._loose):
            fitting = held.get(spelled(name), [])
            if len(fitting) == 1:
                return self._exact[fitting[0]]
        return None


def parts(name: str) -> str:
    """The letters and digits of an id, with a space where something else stands."""
    return " ".join(re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", name).casefold()))


def usable_id(text: str) -> str:
    """An id of letters, digits, `_`, `-` and `.`, as the shop's tables want it; empty where nothing is left."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", unicodedata.normalize("NFKC", text)).strip("-.")
