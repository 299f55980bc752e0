"""The content: the files that a shop's content team keeps, changes to them, and what is found wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Union

from bot.core.shop import Pair

Tree = Mapping[str, str]
"""The content as it stands in one place (live, a draft, a version): a file's path below the project's folder, with `/`, to its text."""

PATTERNS = ("shop/*.csv", "shop/*.yml", "data/nlu/*.yml", "domain.yml")
"""Which files are content. Where the shop's folder is another one, its files stand in a tree under `shop/` all the same."""

Value = Union[str, Mapping[str, str], None]
"""A cell or a scalar; a whole row by column; None: not there."""


@dataclass(frozen=True)
class Edit:
    """One change in one place, which can be told, refused where somebody else was there first, and taken back."""

    file: str
    key: tuple[str, ...]
    """Of a table: the values of the row's key columns. Of YAML: the path to the entry, a list's index in digits. Of examples: the label."""
    column: str | None
    """Of a table, where one cell changes; else None."""
    before: Value
    after: Value

    def back(self) -> Edit:
        return Edit(self.file, self.key, self.column, self.after, self.before)


Severity = Literal["error", "warning", "hint"]


@dataclass(frozen=True)
class Finding:
    """What a check found: where, why, and what to do. An error stops publishing, the others do not."""

    rule: str
    severity: Severity
    file: str
    line: int
    place: Pair
    """The place as the content team calls it: `L18 · 打豆浆 · limit_zh`, `L18 · soy milk · limit_zh`."""
    reason: Pair
    proposal: Pair
