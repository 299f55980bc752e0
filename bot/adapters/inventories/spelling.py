"""SKUs as the shop's tables spell them, and as the shop system does."""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.adapters.inventories.source import Row

log = logging.getLogger(__name__)


def key(sku: str) -> str:
    """What two spellings of one SKU share: width, case and spaces do not count."""
    return "".join(unicodedata.normalize("NFKC", sku).casefold().split())


@dataclass(frozen=True)
class Spellings:
    """`theirs`: the system's SKU by the key of ours, for those that differ in more. `case`: how the others are written
    in questions: `as_is`, `upper` or `lower`. `only_listed`: a SKU that is not in `theirs` is not asked for."""

    theirs: Mapping[str, str] = field(default_factory=dict)
    case: str = "as_is"
    only_listed: bool = False

    def their(self, sku: str) -> str | None:
        """How the system spells this SKU of ours; None where it is not to be asked for it."""
        listed = self.theirs.get(key(sku))
        if listed is not None or self.only_listed:
            return listed
        return {"upper": sku.upper(), "lower": sku.lower()}.get(self.case, sku)

    def matched(self, skus: Sequence[str], rows: Sequence[Row]) -> dict[str, Row]:
        """The rows by our SKUs. One spelled exactly so goes first; where two differing rows would fit, neither does."""
        found: dict[str, Row] = {}
        for sku in skus:
            their = self.their(sku)
            if their is None:
                continue
            fitting = [row for row in rows if row.sku.strip() == their]
            fitting = fitting or [row for row in rows if key(row.sku) == key(their)]
            if any(row != fitting[0] for row in fitting[1:]):
                log.error("sku_ambiguous sku=%s: the shop system has several that differ; none is believed.", sku)
            elif fitting:
                found[sku] = fitting[0]
        return found
