"""Two hands on one fact."""

from __future__ import annotations

from bot.core.content import Edit, Value


class Conflict(Exception):
    """An edit that does not fit: somebody else was there first. `now` is what stands there, None where nothing does."""

    def __init__(self, edit: Edit, now: Value):
        place = " · ".join((edit.file, *edit.key, *((edit.column,) if edit.column else ())))
        super().__init__(f"{place}: {now!r} stands there now, not {edit.before!r}")
        self.edit, self.now = edit, now
