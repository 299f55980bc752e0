"""Which size fits: by height and weight, or by the people of a household. Rules: docs/shop-files.md, `size_guide.csv`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bot.core.shop import Product, SizeRow

Kind = Literal["one", "between", "split", "outside"]


@dataclass(frozen=True)
class Advice:
    """`sizes` in the guide's order: the one to take, or both where two fit.

    `larger` is set where the product runs small and the larger of two is to be taken; `towards` names the size that the
    height points to where height and weight fall into different rows.
    """

    kind: Kind
    sizes: tuple[str, ...] = ()
    larger: bool = False
    towards: str | None = None


def advise_by_body(product: Product, rows: tuple[SizeRow, ...], height_cm: float, weight_kg: float) -> Advice:
    """The size for a body. Outside every row no size is suggested; where the two disagree the weight decides."""
    by_height = [row.size for row in rows if _within(row.height, height_cm)]
    by_weight = [row.size for row in rows if _within(row.weight, weight_kg)]
    if not by_height or not by_weight:
        return Advice("outside")
    both = [size for size in by_weight if size in by_height]
    if both:
        return _between(product, both)
    chosen = _between(product, by_weight)
    towards = by_height[-1] if _order(rows, by_height[-1]) < _order(rows, by_weight[0]) else by_height[0]
    return Advice("split", chosen.sizes, chosen.larger, towards)


def advise_by_household(product: Product, rows: tuple[SizeRow, ...], people: int) -> Advice:
    """The size for so many people; where rows overlap, both are named."""
    fitting = [row.size for row in rows if _within(row.people, people)]
    return Advice("between" if len(fitting) > 1 else "one", tuple(fitting)) if fitting else Advice("outside")


def _between(product: Product, sizes: list[str]) -> Advice:
    if len(sizes) == 1:
        return Advice("one", tuple(sizes))
    if product.fit == "small":
        return Advice("between", (sizes[-1],), larger=True)
    if product.fit == "large":
        return Advice("between", (sizes[0],))
    return Advice("between", tuple(sizes))


def _within(span: tuple[float, float] | None, value: float) -> bool:
    return span is not None and span[0] <= value <= span[1]


def _order(rows: tuple[SizeRow, ...], size: str) -> int:
    return next(i for i, row in enumerate(rows) if row.size == size)


def measured_by(rows: tuple[SizeRow, ...]) -> Callable | None:
    """The rule that a size guide needs: by body, by household, or None where it only holds notes."""
    if any(row.height for row in rows):
        return advise_by_body
    return advise_by_household if any(row.people for row in rows) else None
