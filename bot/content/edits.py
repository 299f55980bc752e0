"""Changes to the content in rows, entries and examples: found between two trees, and made in one."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from bot.content import csv_text, entry_edits, example_edits, row_edits
from bot.content.conflict import Conflict
from bot.content.tables import TABLES
from bot.content.unreadable import Unreadable
from bot.core.content import Edit, Tree

__all__ = ["WHOLE", "Conflict", "apply", "difference"]

WHOLE: tuple[str, ...] = ()
"""The key of an edit that is about a whole file: one that is new, gone, or cannot be told in rows and entries."""


def apply(tree: Tree, edits: Iterable[Edit]) -> dict[str, str]:
    """The tree with the edits made, in their order; files that none is about are the same.

    An edit whose `after` stands there already does nothing. Raises Conflict where neither that nor its `before` does (then
    none is made), Unreadable where a file that an edit is about cannot be read.
    """
    changed = dict(tree)
    by_file: dict[str, list[Edit]] = {}
    for edit in edits:
        by_file.setdefault(edit.file, []).append(edit)
    for file, own in by_file.items():
        for whole, some in groupby(own, key=lambda edit: edit.key == WHOLE):
            if whole:
                for edit in some:
                    _put_file(changed, edit)
            else:
                made = list(some)
                text = changed[file] if file in changed else _begun(made[0])
                changed[file] = _kind(file).change(file, text, made)
    return changed


def difference(old: Tree, new: Tree) -> list[Edit]:
    """The edits that make the content of `new` out of `old`. Comments, order and spelling are no content and make none."""
    edits: list[Edit] = []
    for file in sorted({*old, *new}):
        before, after = old.get(file), new.get(file)
        if before == after:
            continue
        told = _told(file, before, after) if before is not None and after is not None else None
        edits += [Edit(file, WHOLE, None, before, after)] if told is None else told
    return edits


def _told(file: str, before: str, after: str) -> list[Edit] | None:
    """The edits in rows and entries; None where they would not make `after` of `before`, or, taken back, not that of this."""
    kind = _kind(file)
    try:
        edits = kind.difference(file, before, after)
        if edits is None or not kind.alike(file, kind.change(file, before, edits), after):
            return None
        if not kind.alike(file, kind.change(file, after, [edit.back() for edit in reversed(edits)]), before):
            return None
    except (Unreadable, Conflict, ValueError):
        return None
    return edits


def _kind(file: str):
    if file.endswith(".csv"):
        return row_edits
    return example_edits if file.startswith("data/nlu/") else entry_edits


def _begun(edit: Edit) -> str:
    """The first line of a table that the shop did not have yet."""
    spec = TABLES.get(edit.file)
    if spec is None or edit.after is None:
        raise Conflict(edit, None)
    return csv_text.written(column.id for column in spec.columns if not column.optional) + "\n"


def _put_file(tree: dict[str, str], edit: Edit) -> None:
    now = tree.get(edit.file)
    if now not in (edit.before, edit.after):
        raise Conflict(edit, now)
    if isinstance(edit.after, str):
        tree[edit.file] = edit.after
    else:
        tree.pop(edit.file, None)
