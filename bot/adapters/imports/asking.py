"""What a draft lacks, product by product: what it cannot be used without, and what buyers will ask that nobody has said."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from bot.adapters.imports.draft import Draft
from bot.adapters.imports.goods import Gap, language_in
from bot.adapters.imports.words import RANK

_BODY_SIZE = re.compile(r"X{0,4}[SL]|M|[2-6]XL|(?:US|UK) \d{1,2}(?:\.5)?|2[2-9]|3\d|4[0-8]")
"""Sizes that people wear; those of things have a unit."""

ONE_NAME = ("brand",)
"""Attributes whose values are called the same in every language."""

ASKED = 5
"""Of the capabilities that buyers ask of such goods, so many are named."""

SHOWN = 12
"""SKUs in one sentence."""


def gaps_of(draft: Draft, currency: str | None) -> list[Gap]:
    """All that is missing or wants a look, the gravest first, and then product by product."""
    rows = _Rows(draft)
    found = [gap for product in draft.touched for gap in rows.gaps(product)]
    found += list(_of_the_shop(draft, currency))
    every = _made_skus_together([*draft.gaps, *found])
    order = {product: place for place, product in enumerate(draft.touched)}
    return sorted(every, key=lambda gap: (RANK[gap.kind], order.get(gap.product, -1)))


class _Rows:
    def __init__(self, draft: Draft):
        self._draft = draft
        self._guided = {row["product"].strip() for row in draft.tables["size_guide.csv"].rows}
        self._said = {row["product"].strip() for row in draft.tables["capabilities.csv"].rows}
        self._categories = ", ".join(row["id"].strip() for row in draft.tables["categories.csv"].rows)
        self._asked = _asked_by_category(draft)
        self._values: dict[str, list[tuple[str, Mapping[str, str]]]] = {}
        for (product, attribute), specs in draft.specs.items():
            self._values.setdefault(product, []).extend((attribute, row) for row in specs)

    def gaps(self, product: str) -> Iterator[Gap]:
        row, variants = self._draft.products[product], self._draft.variants.get(product, [])
        yield from self._needed(product, row, variants)
        yield from self._names(product, row)
        sizes = list(dict.fromkeys(variant["size"].strip() for variant in variants))
        if product not in self._guided and len(sizes) > 1 and all(_BODY_SIZE.fullmatch(size) for size in sizes):
            yield Gap("no_size_guide", product, {"sizes": ", ".join(sizes)})
        yield from self._colours(product, variants)
        if product not in self._said:
            asked = self._asked.get(row["category"].strip())
            yield Gap("no_capabilities", product, asked) if asked else Gap("no_capability", product)
        yield from self._facts(product)
        if gone := self._draft.not_in_source(product):
            yield Gap("gone", product, {"skus": _listed(gone)})

    def _needed(self, product: str, row: Mapping[str, str], variants: Sequence[Mapping[str, str]]) -> Iterator[Gap]:
        if not row["name_zh"].strip():
            yield Gap("no_name", product, {"where": self._draft.touched[product].where})
        if not variants:
            yield Gap("no_variants", product)
        for kind, column in (("no_price", "list_price"), ("no_stock", "stock")):
            if skus := [variant["sku"].strip() for variant in variants if not variant[column].strip()]:
                yield Gap(kind, product, {"skus": _listed(skus)})
        if not row["category"].strip():
            yield Gap("no_category", product, {"categories": self._categories})

    def _names(self, product: str, row: Mapping[str, str]) -> Iterator[Gap]:
        for kind, language in (("no_english", "en"), ("no_chinese", "zh")):
            if language_in(row[f"name_{language}"]) not in (None, language):
                yield Gap(kind, product, {"name": row[f"name_{language}"]})

    def _colours(self, product: str, variants: Sequence[Mapping[str, str]]) -> Iterator[Gap]:
        without = [variant["sku"].strip() for variant in variants if not variant["colour"].strip()]
        if without and len(without) < len(variants):
            yield Gap("some_colours", product, {"skus": _listed(without)})
        elif without:
            yield Gap("no_colours", product)

    def _facts(self, product: str) -> Iterator[Gap]:
        values = self._values.get(product, [])
        if not values:
            yield Gap("no_facts", product)
        one = [name for name, row in values if name not in ONE_NAME and _in_one_language(row)]
        if one:
            yield Gap("one_language", product, {"attributes": ", ".join(dict.fromkeys(one))})


def _in_one_language(row: Mapping[str, str]) -> bool:
    return any(language_in(row[f"value_{language}"]) not in (None, language) for language in ("zh", "en"))


def _asked_by_category(draft: Draft) -> dict[str, dict[str, str]]:
    """By category, the names of the capabilities that most products of it have a verdict on, in both languages."""
    names = {row["id"].strip(): row for row in draft.tables["capability_names.csv"].rows}
    counted: dict[str, Counter[str]] = {}
    for category, capability in draft.asked:
        if capability in names:
            counted.setdefault(category, Counter())[capability] += 1
    return {
        category: {
            f"asked_{language}": mark.join(names[name][f"name_{language}"] for name, _ in counts.most_common(ASKED))
            for language, mark in (("zh", "、"), ("en", ", "))
        }
        for category, counts in counted.items()
    }


def _of_the_shop(draft: Draft, currency: str | None) -> Iterator[Gap]:
    if currency is None:
        yield Gap("currency_unsaid")
    kept = [product for product in draft.before if product not in draft.touched]
    if kept:
        yield Gap("not_in_source", "", {"count": str(len(kept)), "names": _listed(kept)})


def _made_skus_together(gaps: Sequence[Gap]) -> list[Gap]:
    """One gap of a product for all SKUs that were made."""
    made: dict[str, list[str]] = {}
    for gap in gaps:
        if gap.kind == "made_sku":
            made.setdefault(gap.product, []).append(gap.values["sku"])
    others = [gap for gap in gaps if gap.kind != "made_sku"]
    return others + [Gap("made_sku", product, {"skus": _listed(skus)}) for product, skus in made.items()]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (" …" if len(names) > SHOWN else "")
