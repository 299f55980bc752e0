"""A change to the content in words for people: where it is, what stood there, what stands there now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Optional
from urllib.parse import quote, urlencode

from bot.adapters.content import Change
from bot.content.tables import RULES, TABLES, Column, TableSpec, choices
from bot.content.unreadable import Unreadable
from bot.core.content import Edit, Tree, Value
from bot.core.types import Language
from bot.workbench.bench import replies, table

LONGEST = 400
"""Characters of a value that are shown where many are listed."""


@dataclass(frozen=True)
class Told:
    """`kind`: added, removed or changed. `parts`: each value with its name, as it was and as it is."""

    kind: str
    file: str
    place: str
    parts: tuple[tuple[str, str, str], ...]
    link: Optional[str] = None


@dataclass(frozen=True)
class Teller:
    """`w`: the words of the pages in the language."""

    tree: Tree
    language: Language
    w: Mapping[str, str]
    _names: dict[str, dict[str, str]] = field(default_factory=dict)

    def edit(self, edit: Edit) -> Told:
        kind = "added" if edit.before is None else "removed" if edit.after is None else "changed"
        if not edit.key:
            return Told(kind, self.file(edit.file), "", ())
        link = link_of(edit.file, edit.key)
        return Told(kind, self.file(edit.file), self.place(edit.file, edit.key), self._parts(edit), link)

    def change(self, change: Change) -> dict[str, Any]:
        return {"told": self.edit(change.edit), "author": change.author, "at": change.at, "id": change.id}

    # --- names -------------------------------------------------------------------------------------------------------

    def file(self, file: str) -> str:
        known = TABLES.get(file) or RULES.get(file)
        if known:
            return known.name[self.language]
        if file.startswith("data/nlu/"):
            return self.w["examples"]
        return self.w["words_title"] if file == "domain.yml" else file

    def place(self, file: str, key: Sequence[str]) -> str:
        spec = TABLES.get(file)
        if spec:
            return self.row(spec, key)
        if file in RULES:
            return self._entry(file, tuple(key))
        if file == "domain.yml":
            return self._reply(key)
        return " · ".join(self.w.get(f"label_{part}", part) for part in key)

    def row(self, spec: TableSpec, key: Sequence[str]) -> str:
        """A row by the names of what it is about: `料理机 L18 · 和面`."""
        if spec.key == ("id",):
            return self._own_names(spec).get(key[0]) or key[0]
        return " · ".join(self.cell(spec.column(id), value) for id, value in zip(spec.key, key) if value)

    def _own_names(self, spec: TableSpec) -> dict[str, str]:
        """What each row of a table is called: its name, of an FAQ its question."""
        if spec.file not in self._names:
            called = next((c.base for c in spec.columns if c.base in ("name", "question")), "name")
            rows = table(self.tree, spec.file).rows
            self._names[spec.file] = {
                row.cells.get("id", ""): row.cells.get(f"{called}_{self.language}") or row.cells.get(f"{called}_zh", "")
                for row in rows
            }
        return self._names[spec.file]

    def cell(self, column: Optional[Column], value: str) -> str:
        """A cell as people read it: ids by their names."""
        if column is None or column.kind not in ("choice", "choices"):
            return value
        names = self.names(column)
        return "、".join(names.get(one) or one for one in value.split("|")) if value else ""

    def names(self, column: Column) -> dict[str, str]:
        key = column.source or column.id
        if key not in self._names:
            self._names[key] = {id: name[self.language] for id, name in choices(self.tree, column).items()}
        return self._names[key]

    def _entry(self, file: str, path: tuple[str, ...]) -> str:
        titles = []
        for length in range(1, len(path) + 1):
            rule = RULES[file].rule(path[:length])
            part = path[length - 1]
            if rule is not None:
                titles.append(rule.title[self.language])
            if part.isdigit():
                titles.append(f"{int(part) + 1}")
            elif part in ("zh", "en"):
                titles.append(self.w[f"half_{part}"])
            elif rule is None or rule.path[-1] == "*":
                titles.append(part)
        return " · ".join(dict.fromkeys(titles))

    def _reply(self, key: Sequence[str]) -> str:
        if len(key) < 3 or key[0] != "responses":
            return " · ".join(key)
        try:
            variants = {str(one.place): one for one in replies(self.tree)[key[1]].variants}
        except (KeyError, Unreadable):
            variants = {}
        found = variants.get(key[2])
        half = self.w[f"half_{found.language}"] if found and f"half_{found.language}" in self.w else ""
        return " · ".join(filter(None, (key[1], half, self.w["variant"].format(number=int(key[2]) + 1))))

    # --- values ------------------------------------------------------------------------------------------------------

    def _parts(self, edit: Edit) -> tuple[tuple[str, str, str], ...]:
        if edit.column is not None:
            return ((self._title(edit.file, edit.column), *self._values(edit, edit.column, edit.before, edit.after)),)
        before, after = edit.before, edit.after
        if not isinstance(before, Mapping) and not isinstance(after, Mapping):
            return (("", *self._values(edit, "", before, after)),)
        old = before if isinstance(before, Mapping) else {"": before} if before else {}
        new = after if isinstance(after, Mapping) else {"": after} if after else {}
        names = [name for name in dict.fromkeys((*old, *new)) if old.get(name) != new.get(name)]
        return tuple(
            (self._title(edit.file, name), *self._values(edit, name, old.get(name), new.get(name))) for name in names
        )

    def _values(self, edit: Edit, column: str, before: Value, after: Value) -> tuple[str, str]:
        spec = TABLES.get(edit.file)
        described = spec.column(column) if spec else None
        told = [self.cell(described, str(value or "")) for value in (before, after)]
        return cut(told[0]), cut(told[1])

    def _title(self, file: str, column: str) -> str:
        spec = TABLES.get(file)
        described = spec.column(column) if spec else None
        if described:
            return described.title[self.language]
        return " · ".join(self.w.get(f"half_{part}", part) for part in column.split("/"))


def cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"


def link_of(file: str, key: Sequence[str]) -> Optional[str]:
    """The page on which the place is edited, below the workbench's own address."""
    name = file.rpartition("/")[2].rpartition(".")[0]
    if file in TABLES:
        return f"/facts/{name}/row?{urlencode([('k', part) for part in key])}" if key else f"/facts/{name}"
    if file in RULES:
        return f"/rules/{name}"
    if file == "domain.yml" and len(key) > 1 and key[0] == "responses":
        return f"/words/{quote(key[1])}"
    return None


def when(moment: datetime, now: datetime) -> dict[str, str]:
    """A moment in the zone of `now`: today by its hour, else by its day."""
    local = moment.astimezone(now.tzinfo)
    pattern = "%H:%M" if local.date() == now.date() else "%m-%d %H:%M" if local.year == now.year else "%Y-%m-%d %H:%M"
    return {"iso": local.isoformat(timespec="seconds"), "text": local.strftime(pattern)}
