"""What the tables and rules of a shop hold: their keys, columns and entries, and what people call them (tables.yml, rules.yml)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal

from ruamel.yaml import YAML

from bot.content import csv_text, yaml_text
from bot.core.content import Tree
from bot.core.shop import Pair

Kind = Literal[
    "id", "text", "words", "choice", "choices", "whole", "money", "number", "size", "date",
    "pair", "texts", "time", "yes_no", "days", "list", "names",
]  # fmt: skip
HALVES = {"pair": ("zh", "en"), "range": ("min", "max")}
_HOLDING = ("list", "names")
"""The kinds of entries that hold others."""
NOTHING: Pair = {"zh": "", "en": ""}


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    id: str
    kind: Kind
    title: Pair
    help: Pair = field(default_factory=lambda: NOTHING)
    needed: bool = False
    """Of each row; where it is empty the bot refuses the file."""
    optional: bool = False
    """The column may be left out of the file."""
    source: str | None = None
    """The file whose ids may stand here."""
    values: Mapping[str, Pair] = field(default_factory=dict)
    """What may stand here, where that is fixed."""
    base: str = ""
    """Of `…_zh` and `…_en`, of `…_min` and `…_max`: what stands before that; else the id."""
    half: str = ""
    """`zh`, `en`, `min`, `max`, or nothing."""


@dataclass(frozen=True)
class TableSpec:
    file: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    name: Pair
    help: Pair
    together: str | None
    """The column by which a new row finds its place: behind the last with the same value."""
    optional: bool
    """The shop may be without the file."""

    def column(self, id: str) -> Column | None:
        return next((column for column in self.columns if column.id == id), None)


@dataclass(frozen=True)
class Rule:
    """An entry of a rules file that is edited as a fact. In `path` a `*` stands for any name or place."""

    path: tuple[str, ...]
    kind: Kind
    title: Pair
    help: Pair = field(default_factory=lambda: NOTHING)
    optional: bool = False
    source: str | None = None
    values: Mapping[str, Pair] = field(default_factory=dict)


@dataclass(frozen=True)
class RuleFile:
    file: str
    name: Pair
    rules: tuple[Rule, ...]

    def rule(self, path: tuple[str, ...]) -> Rule | None:
        """The one that describes an entry; a name goes before a `*`."""
        found = [r for r in self.rules if len(r.path) == len(path) and all(map(fnmatchcase, path, r.path))]
        return min(found, key=lambda rule: rule.path.count("*"), default=None)


def choices(tree: Tree, of: Column | Rule) -> dict[str, Pair]:
    """What may stand in a cell or entry, with its names; empty where anything may."""
    if of.source is None:
        return dict(of.values)
    rows = csv_text.read(tree.get(of.source, "")).rows
    return {
        row.cells.get("id", ""): {"zh": row.cells.get("name_zh", ""), "en": row.cells.get("name_en", "")}
        for row in rows
    }


def entries(tree: Tree, file: str) -> Iterator[tuple[tuple[str, ...], Rule, Any]]:
    """The described entries of a rules file, in its order: path, description and value."""
    yield from _entries(RULES[file], (), yaml_text.value(tree[file]))


def _entries(described: RuleFile, path: tuple[str, ...], value: Any) -> Iterator[tuple[tuple[str, ...], Rule, Any]]:
    rule = described.rule(path)
    told = rule is not None and (rule.kind in _HOLDING if isinstance(value, dict) and not _is_pair(value) else True)
    if rule is not None and told:
        yield path, rule, value
    if told and rule is not None and rule.kind not in _HOLDING:
        return
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from _entries(described, (*path, yaml_text.spelled(key)), item)


def _is_pair(value: Any) -> bool:
    return isinstance(value, dict) and set(value) <= {"zh", "en"}


# --- reading the descriptions ------------------------------------------------------------------------------------------


def _load(name: str) -> dict[str, Any]:
    return YAML(typ="safe", pure=True).load((Path(__file__).parent / name).read_text(encoding="utf-8"))


def _tables() -> dict[str, TableSpec]:
    told = _load("tables.yml")
    return {f"shop/{file}": _table(f"shop/{file}", one, told) for file, one in told["tables"].items()}


def _table(file: str, told: Mapping[str, Any], common: Mapping[str, Any]) -> TableSpec:
    key = tuple(told["key"])
    together = told.get("together") or (key[0] if len(key) > 1 else None)
    described = {**told["columns"], **(common["kept"] if told.get("kept") else {})}
    columns = tuple(column for name, one in described.items() for column in _columns(name, one, common["halves"]))
    return TableSpec(file, key, columns, told["name"], told["help"], together, told.get("optional", False))


def _columns(name: str, told: Mapping[str, Any], halves: Mapping[str, Pair]) -> Iterator[Column]:
    ends = next((ends for split, ends in HALVES.items() if told.get(split)), ("",))
    for half in ends:
        title = {at: halves[half][at].format(title=told["title"][at]) for at in ("zh", "en")} if half else told["title"]
        yield Column(
            id=f"{name}_{half}" if half else name,
            title=title,
            needed=told.get("needed", False),
            base=name,
            half=half,
            **_shared(told),
        )


def _shared(told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": told["kind"],
        "help": told.get("help", NOTHING),
        "optional": told.get("optional", False),
        "source": f"shop/{told['from']}" if "from" in told else None,
        "values": told.get("values", {}),
    }


def _rules() -> dict[str, RuleFile]:
    return {f"shop/{file}": _rule_file(f"shop/{file}", one) for file, one in _load("rules.yml")["rules"].items()}


def _rule_file(file: str, told: Mapping[str, Any]) -> RuleFile:
    rules = tuple(
        Rule(path=tuple(one["path"].split("/")), title=one["title"], **_shared(one)) for one in told["entries"]
    )
    return RuleFile(file, told["name"], rules)


TABLES: Mapping[str, TableSpec] = _tables()
"""By file, such as `shop/products.csv`."""

RULES: Mapping[str, RuleFile] = _rules()
"""By file, such as `shop/shipping.yml`."""
