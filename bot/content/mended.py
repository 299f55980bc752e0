"""What in the content answers a buyer's question that was not answered: a row, an FAQ entry, an example."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Optional

from bot.adapters.inbox import Place
from bot.content import csv_text, examples
from bot.content.row_edits import rows_by_key
from bot.content.signs import subject_of
from bot.content.tables import TABLES
from bot.content.unreadable import Unreadable
from bot.core.content import Tree

ROWS = {"capability": "shop/capabilities.csv", "attribute": "shop/specs.csv", "topic": "shop/usage.csv"}
"""Where a fact about a product stands, by what is asked."""


def fact_place(product: str, details: Mapping[str, Any]) -> Optional[Place]:
    """The row that would answer it: `("shop/capabilities.csv", "L18", "soy_milk")`; None where the shop has no word for it."""
    subject = subject_of(details)
    if not product or subject is None:
        return None
    key = (product, "", subject[1]) if subject[0] == "attribute" else (product, subject[1])
    return (ROWS[subject[0]], *key)


def stands(tree: Tree, places: Sequence[Place], was: Sequence[str]) -> bool:
    """Whether what was written for it is in the tree: an example, or a row that is another than `was`."""
    return any(_is_example(tree, place) or mark(tree, place) not in ("", before) for place, before in zip(places, was))


def mark(tree: Tree, place: Place) -> str:
    """By which a row is known to have changed; nothing where there is none."""
    cells = row(tree, place)
    filled = sorted((name, value) for name, value in cells.items() if value) if cells is not None else None
    return "" if filled is None else hashlib.sha256(repr(filled).encode()).hexdigest()[:16]


def is_answered(tree: Tree, place: Place, today: date) -> bool:
    """Whether the row stands in the tree, and is not past its review date."""
    cells = row(tree, place)
    return cells is not None and (cells.get("review_by") or "9999") >= today.isoformat()


def row(tree: Tree, place: Place) -> Optional[Mapping[str, str]]:
    file, *key = place
    return _rows(file, tree[file]).get(tuple(key)) if file in TABLES and file in tree else None


@lru_cache(maxsize=32)
def _rows(file: str, text: str) -> Mapping[tuple[str, ...], Mapping[str, str]]:
    try:
        return {key: one.cells for key, one in rows_by_key(csv_text.read(text), TABLES[file].key).items()}
    except Unreadable:
        return {}


def _is_example(tree: Tree, place: Place) -> bool:
    file = place[0]
    if not file.startswith("data/nlu/") or file not in tree or len(place) != 3:
        return False
    return (place[1], _plain(place[2])) in _lines(tree[file])


@lru_cache(maxsize=128)
def _lines(text: str) -> frozenset[tuple[str, str]]:
    try:
        return frozenset((one.label, _plain(one.text)) for one in examples.read(text))
    except Unreadable:
        return frozenset()


def _plain(line: str) -> str:
    return examples.one_line(examples.plain(line))
