"""Imports a file into a draft and reads what stands in it."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

from bot.adapters.imports.making import Wanted, make_draft, read_file
from bot.adapters.imports.report import Made

SHOP = Path(__file__).parents[2] / "shop"


def imported(file: Path, target: Path, **wanted: Any) -> Made:
    asked = Wanted(target=target, words=SHOP, **wanted)
    return make_draft(read_file(file, asked)[1], asked, file.name)


def rows(folder: Path, file: str) -> list[dict[str, str]]:
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if line.strip() and not line.startswith("#")))


def variants(folder: Path) -> dict[str, tuple[str, str, str, str, str]]:
    """By SKU: product, colour, size, price, stock."""
    columns = ("product", "colour", "size", "list_price", "stock")
    return {row["sku"]: tuple(row[column] for column in columns) for row in rows(folder, "variants.csv")}  # type: ignore[misc]


def specs(folder: Path, product: str) -> dict[tuple[str, str], str]:
    return {
        (row["attribute"], row["size"]): row["value_zh"]
        for row in rows(folder, "specs.csv")
        if row["product"] == product
    }


def kinds(made: Made) -> Counter[str]:
    return Counter(gap.kind for gap in made.gaps)


def values(made: Made, kind: str) -> list[dict[str, str]]:
    return [dict(gap.values) for gap in made.gaps if gap.kind == kind]
