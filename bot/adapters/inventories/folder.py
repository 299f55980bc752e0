"""Exports that an ERP drops into a folder every few minutes: the newest whole one counts."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from bot.adapters.inventories.reading import number
from bot.adapters.inventories.source import Later, Row, Told
from bot.adapters.inventories.spelling import key
from bot.adapters.inventories.tables import Unfinished, read_table, sku_text
from bot.ports import InventoryError

log = logging.getLogger(__name__)
UNFINISHED = ("~$*", ".*", "*.tmp", "*.part", "*.partial", "*.crdownload", "*.filepart")
"""Names under which programs keep what they have not finished writing."""

WITHOUT_END = 60.0
"""Seconds for which a CSV file must have rested whose last line has no end: the writer may be in the middle of it."""

LOOKED_AT = 5
"""So many of the newest files are tried, newest first."""


@dataclass(frozen=True)
class Export:
    """A file as it was read."""

    seen: tuple[str, int, int]
    written: datetime
    rows: Mapping[str, Sequence[Row]] = field(repr=False)


class Folder:
    """`names`: a pattern such as stock*.csv. `columns`: the file's columns by our names (Row). `add`: rows of one SKU
    (several warehouses) are added up; else they must agree. `settle`: seconds for which a file must not have changed."""

    name = "export"
    most = 100_000

    def __init__(
        self,
        path: Path,
        names: str,
        columns: Mapping[str, str],
        currency: str | None = None,
        add: bool = False,
        settle: float = 5.0,
        now: Callable[[], float] = time.time,
    ):
        self._path, self._names, self._columns = path, names, columns
        self._currency, self._add, self._settle, self._now = currency, add, settle, now
        self._lock = threading.Lock()
        self._held: Export | None = None
        self._told = ""

    def ask(self, skus: Sequence[str], seconds: float) -> Told:
        with self._lock:
            export = self._newest()
        found = [row for sku in dict.fromkeys(key(sku) for sku in skus) for row in export.rows.get(sku, ())]
        return Told(found, export.written)

    def _newest(self) -> Export:
        """The newest export that is whole. One that is being written is passed over, and the one before it stays."""
        problem = f"there is no file {self._names} in {self._path.name}"
        for path, seen in self._files()[:LOOKED_AT]:
            if self._held is not None and seen == self._held.seen:
                return self._held
            try:
                self._held = self._read(path, seen)
            except InventoryError as error:
                problem = str(error)
                if problem != self._told:
                    log.warning("export_not_used: %s; the one before it stays.", error)
                self._told = problem
            else:
                return self._held
        if self._held is not None:
            return self._held  # moved away or written over since; its age is counted on
        raise Later(problem)

    def _files(self) -> list[tuple[Path, tuple[str, int, int]]]:
        """Newest first."""
        try:
            entries = [(p, p.stat()) for p in self._path.iterdir() if self._fits(p)]
        except OSError as error:
            raise InventoryError(f"the folder {self._path.name} cannot be read: {error.strerror}") from error
        entries.sort(key=lambda entry: (entry[1].st_mtime_ns, entry[0].name), reverse=True)
        return [(path, (path.name, found.st_mtime_ns, found.st_size)) for path, found in entries]

    def _fits(self, path: Path) -> bool:
        passed_over = any(fnmatch(path.name.lower(), pattern) for pattern in UNFINISHED)
        return fnmatch(path.name.lower(), self._names.lower()) and not passed_over and path.is_file()

    def _read(self, path: Path, seen: tuple[str, int, int]) -> Export:
        rested = self._now() - seen[1] / 1e9
        if 0 <= rested < self._settle:
            raise Unfinished(f"{path.name} was changed {rested:.0f} s ago")
        rows = read_table(path, self._columns)
        if 0 <= rested < WITHOUT_END and path.suffix.lower() in (".csv", ".txt") and not _ends_with_a_line(path):
            raise Unfinished(f"{path.name} ends in the middle of a line")
        after = path.stat()
        if (after.st_mtime_ns, after.st_size) != seen[1:]:
            raise Unfinished(f"{path.name} changed while it was read")
        return Export(seen, datetime.fromtimestamp(seen[1] / 1e9, timezone.utc), self._by_sku(rows))

    def _by_sku(self, cells: Sequence[Mapping[str, Any]]) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for one in cells:
            sku = sku_text(one["sku"])
            row = Row(**{"currency": self._currency, **one, "sku": sku})
            if not sku:
                continue
            rows = found.setdefault(key(sku), [])
            if self._add and rows:
                rows[0] = _added(rows[0], row)
            else:
                rows.append(row)
        return found


def _added(one: Row, other: Row) -> Row:
    """Two warehouses of one SKU; a number that one of them lacks is not known of both."""
    numbers = [number(row.quantity) for row in (one, other)]
    return replace(one, quantity=None if None in numbers else sum(max(n, 0) for n in numbers if n is not None))


def _ends_with_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-min(4, path.stat().st_size), 2)
        return file.read().rstrip(b"\0").endswith((b"\n", b"\r"))
