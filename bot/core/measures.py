"""Finds measures in folded text: heights, weights, households, quantities, amounts, sizes, dates, contacts.

Every finder returns spans of the folded text. What the numbers mean is decided by the unit beside them; two bare
numbers side by side (170 130) are read as height and weight, and the answer says how they were read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.core.amounts import find_amounts
from bot.core.body import HEIGHT_CM, SOMEBODY, find_body
from bot.core.contacts import find_contacts
from bot.core.dates import find_dates
from bot.core.found import Found, overlaps
from bot.core.household import find_household
from bot.core.pieces import PROMOTION, Span, find_quantities
from bot.core.sizes import find_sizes

__all__ = ["Found", "find_measures"]


def find_measures(text: str, goods: Iterable[Span] = ()) -> list[Found]:
    """All measures in folded text, in the order of their places. Spans of one kind do not overlap.

    A number is one thing: a contact before all, then what its unit says, then an amount, then what bare numbers suggest.
    `goods`: where in the text the shop's products are named.
    """
    goods = tuple(goods)
    contacts = _apart(find_contacts(text))
    named, suggested = find_body(text)
    found = [*contacts, *_free(named, contacts)]
    household = _free(find_household(text), found)
    amounts = _free(find_amounts(text), [*found, *household])
    found += [*amounts, *household]
    found += _free(suggested, found)
    quantities = [q for q in _free(find_quantities(text, goods), found) if not _is_the_one(text, q, amounts)]
    dates = _free((Found("date", text[start:end], start, end) for start, end in find_dates(text)), contacts)
    promotions = [Found("promotion", None, *match.span()) for match in PROMOTION.finditer(text)]
    sizes = _apart(_free(find_sizes(text), [*contacts, *amounts, *quantities, *household, *promotions]))
    sizes = [s for s in sizes if not _of_a_body(text, s, found) and not _within(s, dates)]
    dates = [d for d in dates if not _within(d, sizes)]
    return sorted([*found, *quantities, *sizes, *dates], key=lambda f: (f.start, f.end))


def _free(found: Iterable[Found], taken: list[Found]) -> list[Found]:
    """Those that share no character with what is taken."""
    spans = [f.span for f in taken]
    return [f for f in found if not overlaps(f.span, spans)]


def _apart(found: Iterable[Found]) -> list[Found]:
    """The first found of those that overlap."""
    kept: list[Found] = []
    for one in found:
        kept += _free([one], kept)
    return kept


def _within(small: Found, larger: Iterable[Found]) -> bool:
    """Whether it is a part of one of them; of two readings of the same words (30号) neither is."""
    return any(f.start <= small.start and small.end <= f.end and f.span != small.span for f in larger)


def _of_a_body(text: str, size: Found, found: list[Found]) -> bool:
    """Whether the size is a height or weight, or a part of one. A bare length may be a person's or a bed's and stays
    both, unless the message speaks of a person."""
    weighed = any(f.name == "weight" for f in found)
    of_a_person = weighed or SOMEBODY.search(text) or re.match(r"\s*高", text[size.end :])
    if of_a_person and HEIGHT_CM[0] <= _length_cm(size.value) <= HEIGHT_CM[1]:
        return True
    body = [f for f in found if f.name in ("height", "weight") and overlaps(size.span, [f.span])]
    return any(not (size.start <= f.start and f.end <= size.end) or f.name == "weight" for f in body)


def _length_cm(size: str) -> float:
    length = re.fullmatch(r"([\d.]+)(c?)m", size)
    return float(length[1]) * (1 if length[2] else 100) if length else 0


def _is_the_one(text: str, quantity: Found, amounts: list[Found]) -> bool:
    """Whether the piece is the one that a price is for (350一件), which says nothing of how many are wanted."""
    if quantity.value != 1:
        return False
    gaps = [(a.end, quantity.start) for a in amounts] + [(quantity.end, a.start) for a in amounts]
    return any(0 <= end - start <= 2 and not text[start:end].strip(" ,，/") for start, end in gaps)
