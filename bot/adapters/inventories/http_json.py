"""Any shop system that answers over HTTP with JSON, as shop/stock.yml describes it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from jmespath.exceptions import JMESPathError
from jmespath.parser import ParsedResult

from bot.adapters.inventories.line import Question, ask, check
from bot.adapters.inventories.source import Row, Told
from bot.adapters.inventories.spelling import key
from bot.ports import InventoryError

FIELDS = ("sku", "quantity", "available", "price", "currency", "back_on", "back_in_days", "discontinued", "as_of")


@dataclass(frozen=True)
class Ask:
    """One address and where its answer holds what. `{sku}` or `{skus}` in address and body is filled in.

    `items`: path of the list that holds one entry a SKU; None where the whole answer is about one SKU.
    `fixed`: fields that are the same for every SKU.
    """

    address: str
    fields: Mapping[str, ParsedResult]
    items: ParsedResult | None = None
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Any = None
    fixed: Mapping[str, str] = field(default_factory=dict)

    @property
    def one_by_one(self) -> bool:
        return "{skus}" not in self.address and "{skus}" not in json.dumps(self.body)


class HttpJson:
    """Several asks about the same SKUs are put together, the first one's values before the later ones'."""

    name = "shop_system"

    def __init__(self, asks: Sequence[Ask], most: int = 50):
        self._asks = asks
        self.most = 1 if any(one.one_by_one for one in asks) else most

    def ask(self, skus: Sequence[str], seconds: float) -> Told:
        end = time.monotonic() + seconds
        rows: list[dict[str, Any]] = []
        for one in self._asks:
            rows = _together(rows, _rows(one, skus, end - time.monotonic()))
        return Told([Row(**row) for row in rows])


def _together(rows: list[dict[str, Any]], more: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a further address says is added to the rows of the same SKU; a row of its own is kept."""
    by_key: dict[str, dict[str, Any]] = {key(row["sku"]): row for row in more}
    known = {key(row["sku"]) for row in rows}
    filled = [{**by_key.get(key(row["sku"]), {}), **{n: v for n, v in row.items() if v is not None}} for row in rows]
    return filled + [row for row in more if key(row["sku"]) not in known]


def _rows(one: Ask, skus: Sequence[str], seconds: float) -> list[dict[str, Any]]:
    answer = ask(_question(one, skus), seconds)
    if answer.status == 404 and one.one_by_one:
        return []
    told = check(answer, "the shop system").json()
    if one.items is None:
        return [_row(one, told, skus[0])]
    items = _at(one.items, told)
    if not isinstance(items, list):
        raise InventoryError("the shop system's answer holds no list where `items` points to")
    only = skus[0] if one.one_by_one else None
    return [row for row in (_row(one, item, only) for item in items) if row["sku"] not in (None, "")]


def _row(one: Ask, item: Any, asked: str | None) -> dict[str, Any]:
    """The fields of one entry. One that names no SKU is about the SKU asked for, if that was a single one."""
    row = {**one.fixed, **{name: _at(path, item) for name, path in one.fields.items()}}
    said = row.get("sku")
    return {**row, "sku": str(said) if said not in (None, "") else asked}


def _at(path: ParsedResult, told: Any) -> Any:
    try:
        return path.search(told)
    except JMESPathError as error:
        raise InventoryError(f"the shop system's answer does not fit the path {path.expression}") from error


def _question(one: Ask, skus: Sequence[str]) -> Question:
    address = one.address.replace("{skus}", quote(",".join(skus), safe=",")).replace("{sku}", quote(skus[0], safe=""))
    if one.body is None:
        return Question(one.method, address, {"Accept": "application/json", **one.headers})
    body = json.dumps(_filled(one.body, skus), ensure_ascii=False).encode()
    return Question(one.method, address, {"Content-Type": "application/json", **one.headers}, body)


def _filled(part: Any, skus: Sequence[str]) -> Any:
    if isinstance(part, Mapping):
        return {str(name): _filled(value, skus) for name, value in part.items()}
    if isinstance(part, list):
        return [_filled(value, skus) for value in part]
    if part == "{skus}":
        return list(skus)
    if isinstance(part, str):
        return part.replace("{skus}", ",".join(skus)).replace("{sku}", skus[0])
    return part
