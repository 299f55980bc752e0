"""The content as the checks read it: each file once, with lines, and without stopping at a file that cannot be read."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import PurePosixPath

from bot.content import csv_text, responses, yaml_text
from bot.content.checks.faults import Fault
from bot.content.csv_text import Row
from bot.content.tables import TABLES
from bot.content.unreadable import Unreadable
from bot.content.yaml_nodes import Document, Node, document
from bot.core.content import Tree
from bot.core.shop import Pair

DOMAIN = "domain.yml"
VOCABULARIES = {
    "capability": "capability_names.csv",
    "instead_for": "capability_names.csv",
    "attribute": "attributes.csv",
    "topic": "topics.csv",
}
"""The columns whose ids are told by the names that these tables give them."""

_INTENT = re.compile(r"\s*-?\s*(intent|synonym|regex|lookup):\s*(.*?)\s*$")


@dataclass(frozen=True)
class Entry:
    """A scalar of a YAML file, by its path."""

    path: tuple[str, ...]
    text: str
    line: int


@dataclass(frozen=True)
class Example:
    file: str
    line: int
    label: str
    text: str
    dashed: bool = True
    """Whether it begins with “- ”, as each example must."""

    @property
    def place(self) -> str:
        return f"{self.label} · {self.text}"


class Content:
    """A tree, read. `unreadable` tells of the files that could not be."""

    def __init__(self, tree: Tree):
        self.tree = tree
        self.unreadable: list[Fault] = []
        self._tables: dict[str, tuple[Row, ...]] = {}
        self._entries: dict[str, tuple[Entry, ...]] = {}

    def shop_files(self, suffix: str) -> list[str]:
        return sorted(f for f in self.tree if f.startswith("shop/") and PurePosixPath(f).suffix == suffix)

    def table(self, name: str) -> tuple[Row, ...]:
        """The rows of a table of the shop, such as `specs.csv`; none where there is no such table."""
        file = f"shop/{name}"
        if file not in self._tables:
            self._tables[file] = self._rows(file)
        return self._tables[file]

    def entries(self, file: str) -> tuple[Entry, ...]:
        """The scalars of a YAML file, in order."""
        if file not in self._entries:
            self._entries[file] = self._scalars(file)
        return self._entries[file]

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        """Those of files with faults too, as far as lines can be told."""
        found: list[Example] = []
        for file in self._label_files():
            try:
                document(self.tree[file])
            except Unreadable as error:
                self._note(file, error)
            found += examples_of(file, self.tree[file])
        return tuple(found)

    @cached_property
    def replies(self) -> dict[str, responses.Reply]:
        text = self.tree.get(DOMAIN, "")
        try:
            whole = yaml_text.value(text)
            if not isinstance(whole, dict) or not isinstance(whole.get("responses"), dict):
                return {}
            return responses.read(text)
        except Unreadable as error:
            self._note(DOMAIN, error)
            return {}

    @cached_property
    def labels(self) -> dict[str, tuple[str, int]]:
        """The labels that a file begins, with where."""
        found: dict[str, tuple[str, int]] = {}
        for file in self._label_files():
            for number, line in enumerate(self.tree[file].splitlines(), 1):
                match = _INTENT.match(line)
                if match and match[1] == "intent":
                    found.setdefault(match[2], (file, number))
        return found

    def _label_files(self) -> list[str]:
        return sorted(file for file in self.tree if file.startswith("data/nlu/") and file.endswith(".yml"))

    def name_of(self, column: str, value: str) -> Pair:
        """What people call an id: 打豆浆 for `soy_milk`, soy milk in English. The value itself where no table names it, and
        the Chinese name where there is no English one."""
        same = {"zh": value, "en": value}
        return self._names(VOCABULARIES[column]).get(value, same) if column in VOCABULARIES else same

    def place_of(self, table: str, row: Row, column: str = "") -> Pair:
        """`L18 · 打豆浆 · limit_zh`."""
        spec = TABLES.get(f"shop/{table}")
        keys = spec.key if spec else tuple(row.cells)[:1]
        told = [self.name_of(key, row.cells.get(key, "").strip()) for key in keys]
        return {
            language: " · ".join(filter(None, (*(name[language] for name in told), column)))
            for language in ("zh", "en")
        }

    def _names(self, table: str) -> dict[str, Pair]:
        return {
            row.cells["id"].strip(): {
                "zh": row.cells.get("name_zh", ""),
                "en": row.cells.get("name_en", "").strip() or row.cells.get("name_zh", ""),
            }
            for row in self.table(table)
            if "id" in row.cells
        }

    def _rows(self, file: str) -> tuple[Row, ...]:
        if file not in self.tree:
            return ()
        try:
            return tuple(csv_text.read(self.tree[file]).rows)
        except Unreadable as error:
            self._note(file, error)
            return ()

    def _scalars(self, file: str) -> tuple[Entry, ...]:
        if file not in self.tree:
            return ()
        try:
            whole = document(self.tree[file])
        except Unreadable as error:
            self._note(file, error)
            return ()
        starts = _line_starts(self.tree[file])
        return tuple(_walk(whole, whole.root, (), starts)) if whole.root else ()

    def _note(self, file: str, error: Unreadable) -> None:
        self.unreadable.append(Fault("unreadable", file, error.line, file, told={"detail": error.reason}))


def examples_of(file: str, text: str) -> Iterator[Example]:
    """The lines of a file of examples; of one with faults too."""
    label, inside = "", False
    for number, line in enumerate(text.splitlines(), 1):
        told = line.strip()
        match = _INTENT.match(line)
        if match:
            label, inside = (match[2] if match[1] == "intent" else ""), False
        elif re.fullmatch(r"examples:\s*[|>][-+]?", told):
            inside = True
        elif inside and label and told:
            yield Example(file, number, label, told.removeprefix("-").strip(), told.startswith("- ") or told == "-")


@lru_cache(maxsize=64)
def _line_starts(text: str) -> tuple[int, ...]:
    return tuple(match.end() for match in re.finditer(r"\n", text))


def _walk(whole: Document, node: Node, path: tuple[str, ...], starts: tuple[int, ...]) -> Iterator[Entry]:
    if node.kind == "alias" and node.target:
        node = node.target
    if node.kind == "scalar":
        yield Entry(path, node.text, bisect_right(starts, node.start) + 1)
    names = [key.text for key in node.keys] if node.kind == "map" else [str(i) for i in range(len(node.items))]
    for name, item in zip(names, node.items):
        yield from _walk(whole, item, (*path, name), starts)
