"""Changing the draft: each edit goes in only where nobody else was there first, and what goes in can be taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.adapters.content import Content, Drafting, Version
from bot.adapters.content_disk import Disk
from bot.adapters.database import storable
from bot.content import edits as places
from bot.content.unreadable import Unreadable
from bot.core.content import Edit, Tree, Value
from bot.ports import NightdeskError


class Taken(NightdeskError):
    """Somebody was there first. `stands`: what stands there now; `by`, `at`: whose it is and since when, where known."""

    def __init__(self, edit: Edit, stands: Value, by: str | None, at: datetime | None):
        self.edit, self.stands, self.by, self.at = edit, stands, by, at
        super().__init__(
            f"{edit.file} · {' · '.join(edit.key)}: “{stands}” stands there now ({by or 'files on disk'})."
        )


def save(content: Content, edits: Sequence[Edit], author: str, now: datetime) -> int:
    """All of the edits, or none. Gives the draft's new revision. Raises Taken."""
    with content.drafting() as drafting:
        return _save(drafting, edits, author, now)


def undo(content: Content, change: int, author: str, now: datetime) -> int:
    """Takes a change back, in the draft. Gives the draft's new revision. Raises Taken where its place changed since."""
    with content.drafting() as drafting:
        found = drafting.change(change)
        if found is None or found.state not in ("open", "live"):
            return drafting.draft.revision  # there is nothing of it left to take back
        revision = _save(drafting, [found.edit.back()], author, now, undoes=found.id)
        if found.state == "open":
            drafting.mark("undone", ids=[found.id])
        return revision


def drop(content: Content) -> int:
    """The draft is what is live again; who had changed what can still be read."""
    with content.drafting() as drafting:
        live = drafting.live()
        if live is None or drafting.draft.files == live.files:
            return drafting.draft.revision
        drafting.mark("dropped", was="open")
        return drafting.write(drafting.tree_of(live), live.number)


def dismiss(content: Content, change: int) -> None:
    """A change that was kept aside has been looked at."""
    with content.drafting() as drafting:
        found = drafting.change(change)
        if found is not None and found.state == "aside":
            drafting.mark("dropped", ids=[change])


def look(content: Content, disk: Disk, now: datetime) -> Version | None:
    """Compares the live files with the last version. What an engineer changed becomes a version of its own, which is given,
    and the draft is carried over to it. Raises ShopFileError where a live file cannot be read."""
    with content.drafting() as drafting:
        if drafting.unfinished() is not None:
            return None  # the files are being written, or soon are; whoever does it knows them
        tree, live = disk.read(), drafting.live()
        if live is not None and drafting.keep(tree) == live.files:
            return None
        before = drafting.tree_of(live) if live else {}
        number = drafting.add_version("disk", "live", tree, now)
        carry_over(drafting, before, tree, number, now)
        return drafting.version(number)


def carry_over(drafting: Drafting, before: Tree, after: Tree, version: int, now: datetime) -> None:
    """The draft's changes to `before` are made to `after` instead; those that no longer fit are kept aside."""
    draft = drafting.tree()
    if not draft or draft == before:
        drafting.write(after, version)
        return
    tree = after
    for edit in places.difference(before, draft):
        try:
            tree = places.apply(tree, [edit])
        except (places.Conflict, Unreadable):
            _put_aside(drafting, edit, now)
    drafting.write(tree, version)


def _save(drafting: Drafting, edits: Sequence[Edit], author: str, now: datetime, undoes: int | None = None) -> int:
    edits = [replace(edit, after=_storable(edit.after)) for edit in edits]
    try:
        tree = places.apply(drafting.tree(), edits)
    except places.Conflict as conflict:
        last = drafting.last_change(conflict.edit)
        known = (last.author, last.at) if last else (None, None)
        raise Taken(conflict.edit, conflict.now, *known) from conflict
    revision = drafting.write(tree)
    for edit in edits:
        if edit.before != edit.after:
            drafting.add_change(edit, author, now, undoes=undoes)
    return revision


def _storable(value: Value) -> Value:
    return {name: storable(text) for name, text in value.items()} if isinstance(value, Mapping) else storable(value)


def _put_aside(drafting: Drafting, edit: Edit, now: datetime) -> None:
    last = drafting.last_change(edit)
    if last is not None and last.state == "open":
        drafting.mark("dropped", ids=[last.id])
    drafting.add_change(edit, last.author if last else None, now, state="aside")
