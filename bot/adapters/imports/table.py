"""A table of any shop, CSV or Excel: its columns are guessed by their headings, or named by whoever imports it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence

from bot.adapters.imports.files import Record, Sheet, records
from bot.adapters.imports.goods import (
    Catalogue,
    Good,
    Item,
    NotImported,
    currency_of,
    named,
    plain_text,
    price,
    without_marks,
)
from bot.adapters.imports.headings import WITHIN, headings, places_of, plain
from bot.core.shop import CURRENCY

NAME = "table"
NAMES = ("name", "name_zh", "name_en")


def read_table_of(sheet: Sheet, chosen: Mapping[str, str], attributes: Mapping[str, Sequence[str]]) -> Catalogue:
    """`chosen`: columns by field, as whoever imports named them. `attributes`: the words of each attribute of the shop,
    whose columns are read too. Raises NotImported where no heading names the products."""
    fields = _fields(sheet, chosen, attributes)
    header, places = _headings(sheet, fields, chosen)
    cells = sheet.lines[header].cells
    found = list(records(sheet, header, places))
    currency = _currency(sheet, found)
    facts = [field for field in places if field not in headings()["table"] or field == "brand"]
    by_product: dict[str, list[Record]] = {}
    for record in found:
        by_product.setdefault(_same_product(record), []).append(record)
    goods = tuple(_good(lines, facts) for lines in by_product.values())
    columns = tuple((field, cells[place]) for field, place in places.items())
    read = set(places.values())
    not_read = tuple(cell for place, cell in enumerate(cells) if cell.strip() and place not in read)
    return Catalogue(NAME, goods, currency, (), columns, not_read)


def _fields(
    sheet: Sheet, chosen: Mapping[str, str], attributes: Mapping[str, Sequence[str]]
) -> dict[str, Sequence[str]]:
    """The headings to look for, by field. What was chosen goes before what is guessed, and leaves it nothing to guess."""
    table = headings()["table"]
    unknown = [field for field in chosen if field not in table and field not in attributes]
    if unknown:
        may = ", ".join((*table, *attributes))
        raise NotImported(f"--map {unknown[0]}=…: there is no such field. There may be: {may}.")
    of_shop = {name: [plain(word) for word in words] for name, words in attributes.items() if name not in table}
    guessed = {**table, **of_shop}
    taken = {plain(heading) for heading in chosen.values()}
    left = {field: [word for word in words if word not in taken] for field, words in guessed.items()}
    named_first = {field: [plain(heading)] for field, heading in chosen.items()}
    return {**named_first, **{field: words for field, words in left.items() if field not in named_first}}


def _headings(
    sheet: Sheet, fields: Mapping[str, Sequence[str]], chosen: Mapping[str, str]
) -> tuple[int, dict[str, int]]:
    """The line with the headings: of the first lines the one that names most fields. A column is one field's."""
    best: tuple[int, dict[str, int]] = (0, {})
    for index, line in enumerate(sheet.lines[:WITHIN]):
        places = places_of(line, fields)
        if len(places) > len(best[1]):
            best = index, places
    seen = ", ".join(cell.strip() for cell in sheet.lines[best[0]].cells if cell.strip())[:300]
    missing = [heading for field, heading in chosen.items() if field not in best[1]]
    if missing:
        raise NotImported(f"{sheet.name} has no column “{missing[0]}”. Its headings are: {seen}.")
    if not any(name in best[1] for name in NAMES):
        raise NotImported(
            f"{sheet.name}: no column is known to hold the products' names. Its first line is: {seen}. "
            "Is it the right file? If so, say which column it is: --map name=HEADING (and price=…, sku=…)."
        )
    return best


def _currency(sheet: Sheet, found: Sequence[Record]) -> str | None:
    """The one currency that the table names, beside prices or in a column. Raises NotImported where it is another."""
    named_at = None
    for record in found:
        for said in (currency_of(record["currency"]) if record["currency"] else None, price(record["price"])[1]):
            if said not in (None, CURRENCY):
                raise NotImported(
                    f"{sheet.name}, {record.where}: the price is in {said}, and the shop's currency is {CURRENCY}. "
                    "Nothing was imported; export the prices in CNY."
                )
            named_at = said or named_at
    return named_at


def _same_product(record: Record) -> str:
    return plain(record["id"] or next((record[name] for name in NAMES if record[name]), "") or record["sku"])


def _good(lines: Sequence[Record], facts: Sequence[str]) -> Good:
    first = lines[0]
    names = named(first["name"])
    for language in ("zh", "en"):
        if first[f"name_{language}"]:
            names[language] = plain_text(first[f"name_{language}"])
    skus = [line["sku"] for line in lines if line["sku"]]
    category = re.split(r"\s*[>/｜|]\s*", first["category"].strip())
    return Good(
        id=first["id"] or _shared_start(skus),
        names=names,
        items=tuple(_item(line) for line in lines),
        categories=(tuple(part for part in category if part),) if any(category) else (),
        facts=tuple(_facts(lines, facts)),
        text=without_marks(first["text"]),
        where=first.where,
    )


def _item(line: Record) -> Item:
    options = (("颜色", plain_text(line["colour"])), ("尺码", plain_text(line["size"])))
    return Item(
        sku=line["sku"],
        options=tuple((name, value) for name, value in options if value),
        price=line["price"],
        stock=line["stock"],
        where=line.where,
    )


def _facts(lines: Sequence[Record], facts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """A value that all lines of the product have, or that its first line alone has."""
    for field in facts:
        values = {plain_text(line[field]) for line in lines} - {""}
        if len(values) == 1:
            yield field, values.pop()


def _shared_start(skus: Sequence[str]) -> str:
    """What the SKUs of a product begin with, up to a mark between their parts: Y915 of Y915-white, Y915-grey."""
    if len(skus) < 2:
        return "".join(skus)
    start = os.path.commonprefix(list(skus))
    whole = all(len(sku) == len(start) or not sku[len(start)].isalnum() for sku in skus)
    return (start if whole else re.sub(r"[^\W_]*$", "", start)).rstrip(" -_./")
