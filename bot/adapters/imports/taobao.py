"""Taobao's data pack (数据包): the table that 淘宝助理 exports, one item a line, its SKUs in one cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.adapters.imports.files import Record, Sheet, records
from bot.adapters.imports.goods import Catalogue, Gap, Good, Item, NotImported, named, plain_text, without_marks
from bot.adapters.imports.headings import Found
from bot.core.shop import CURRENCY

NAME = "Taobao"
_SKU = re.compile(
    r"(?P<price>\d+(?:\.\d+)?):(?P<num>\d*):(?P<code>[^:;]*):(?P<values>\d+:-?\d+(?=;|$)(?:;\d+:-?\d+(?=;|$))*)(?:;\s*|$)"
)
"""price:number:code:pid:vid;pid:vid; and then the next."""


@lru_cache(maxsize=1)
def _known() -> Mapping[str, Mapping[str, str]]:
    held: dict[str, Any] = YAML(typ="safe").load(Path(__file__).with_name("taobao_values.yml"))
    return held


def read_export(sheet: Sheet, found: Found) -> Catalogue:
    goods = tuple(_good(record, sheet.name) for record in records(sheet, found.header, found.places))
    return Catalogue(NAME, goods, CURRENCY)


def _good(record: Record, file: str) -> Good:
    own = [*_own_names(record["input_custom_cpv"]), *_own_names(record["propAlias"])]
    names = {**_known()["values"], **dict(own)}
    gaps: list[Gap] = []
    items = tuple(_items(record, file, names, gaps))
    number = record["num_id"] if record["num_id"].strip("0") else ""
    return Good(
        id=record["outer_id"] or number,
        names=named(record["title"]),
        items=items or (Item(record["outer_id"], (), record["price"], record["num"], where=record.where),),
        facts=tuple(_facts(record)),
        text=without_marks(record["description"]),
        where=record.where,
        gaps=tuple(gaps),
    )


def _own_names(cell: str) -> Iterator[tuple[str, str]]:
    """`pid:vid:name` for each value that the shop named itself."""
    for part in cell.split(";"):
        pieces = part.split(":", 2)
        if len(pieces) == 3 and pieces[2].strip():
            yield f"{pieces[0].strip()}:{pieces[1].strip()}", plain_text(pieces[2])


def _items(record: Record, file: str, names: Mapping[str, str], gaps: list[Gap]) -> Iterator[Item]:
    text, place = record["skuProps"], 0
    while place < len(text):
        match = _SKU.match(text, place)
        if match is None:
            raise NotImported(
                f"{file}, {record.where}: `skuProps` cannot be read from “{text[place : place + 30]}” on; "
                "export the item again."
            )
        place = match.end()
        pairs = match["values"].split(";")
        unnamed = [pair for pair in pairs if pair not in names]
        if unnamed:
            gaps.append(Gap("unnamed_value", values={"value": ", ".join(unnamed), "sku": match["code"] or "–"}))
        yield Item(
            sku=match["code"],
            options=tuple((_property(pair), names[pair]) for pair in pairs if pair in names),
            price=match["price"],
            stock=match["num"],
            where=record.where,
        )


def _property(pair: str) -> str:
    """A property's name; one that is not known by name tells variants apart as a size does."""
    return _known()["properties"].get(pair.split(":")[0], "规格")


def _facts(record: Record) -> Iterator[tuple[str, str]]:
    """What the shop wrote in its own words; the other properties are numbers without words."""
    pids, values = record["inputPids"].split(","), record["inputValues"].split(",")
    for pid, value in zip(pids, values if len(values) == len(pids) else ()):
        name, said = _known()["facts"].get(pid.strip()), plain_text(value.split(";")[0])
        if name and said:
            yield name, said
