"""WooCommerce: its products export (CSV) and its REST API v3, read into the same goods."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from bot.adapters.imports.files import Record, Sheet, records
from bot.adapters.imports.goods import (
    Catalogue,
    Gap,
    Good,
    Item,
    NotImported,
    left_out_gap,
    named,
    plain_text,
    without_marks,
)
from bot.adapters.imports.headings import Found, plain
from bot.adapters.inventories.source import Later
from bot.adapters.inventories.woocommerce import WooCommerce
from bot.ports import InventoryError

NAME = "WooCommerce"
FIELDS = (
    "id,type,sku,name,status,description,regular_price,sale_price,manage_stock,stock_quantity,stock_status,weight,"
    "dimensions,categories,brands,attributes"
)
A_PAGE = 50
_COMMA = re.compile(r"(?<!\\),")
_ATTRIBUTE = re.compile(r"(?:attribute|属性) ?(\d+) ?(name|名称|value\(s\)|值)")
_UNIT = re.compile(r"\((\w+)\)$")

SECONDS = 30.0
"""For one page of products."""

Ask = Callable[[Callable[[], Any]], Any]
"""Asks, and asks again where that may help."""


# --- the export -------------------------------------------------------------------------------------------------------


def read_export(sheet: Sheet, found: Found) -> Catalogue:
    header = sheet.lines[found.header].cells
    attributes = _attribute_places(header)
    products: list[Record] = []
    variations: dict[str, list[Record]] = {}
    left_out: list[str] = []
    for record in records(sheet, found.header, found.places):
        if record["published"] in ("0", "-1") or not {"simple", "variable", "variation"} & _types(record):
            left_out.append(record["name"] or record["sku"])
        elif "variation" in _types(record):
            variations.setdefault(plain(record["parent"]), []).append(record)
        else:
            products.append(record)
    units = {field: match[1] for field, place in found.places.items() if (match := _UNIT.search(plain(header[place])))}
    reader = _Export(attributes, units)
    goods = [
        reader.good(record, [one for key in _keys(record) for one in variations.pop(key, [])]) for record in products
    ]
    orphans = [one for some in variations.values() for one in some]
    gaps = [Gap("orphan", values={"where": one.where, "parent": one["parent"]}) for one in orphans]
    return Catalogue(NAME, tuple(goods), None, (*gaps, *left_out_gap(left_out)))


def _types(record: Record) -> set[str]:
    return {plain(word) for word in record["type"].split(",")}


def _keys(record: Record) -> Iterator[str]:
    """By what a variation names its parent: its SKU, or its number."""
    if record["sku"]:
        yield plain(record["sku"])
    yield f"id:{plain(record['id'])}"


def _attribute_places(header: Sequence[str]) -> list[tuple[int, int]]:
    """The columns of each attribute's name and values, in the order of their numbers."""
    places: dict[int, dict[bool, int]] = {}
    for place, cell in enumerate(header):
        if match := _ATTRIBUTE.fullmatch(plain(cell)):
            places.setdefault(int(match[1]), {})[match[2] in ("name", "名称")] = place
    return [(pair[True], pair[False]) for _, pair in sorted(places.items()) if len(pair) == 2]


class _Export:
    def __init__(self, attributes: Sequence[tuple[int, int]], units: Mapping[str, str]):
        self._attributes, self._units = attributes, units

    def good(self, record: Record, variations: Sequence[Record]) -> Good:
        own = self._values(record)
        tell_apart = {plain(name) for one in variations for name, values in self._values(one) if values}
        items = [self._item(one, record, tell_apart) for one in variations]
        if "variable" not in _types(record):
            items = [self._item(record, record, set())]
        facts = [("brand", record["brand"]), ("dimensions", self._dimensions(record))]
        facts += [(name, ", ".join(values)) for name, values in own if plain(name) not in tell_apart]
        return Good(
            id=record["sku"] or record["id"],
            names=named(record["name"]),
            items=tuple(items),
            categories=tuple(tuple(p.strip() for p in path.split(">")) for path in _several(record["categories"])),
            facts=tuple((name, value) for name, value in facts if value),
            text=without_marks(f"{record['short_text']}\n{record['text']}"),
            where=record.where,
            gaps=tuple(_sales(record, *variations)),
        )

    def _item(self, record: Record, parent: Record, tell_apart: set[str]) -> Item:
        stock = record["stock"] or ("0" if record["in_stock"] in ("0", "no", "false") else "")
        weight = record["weight"] or parent["weight"]
        return Item(
            sku=record["sku"],
            options=tuple((n, ", ".join(values)) for n, values in self._values(record) if plain(n) in tell_apart),
            price=record["price"],
            stock="" if stock == "parent" else stock,
            weight=f"{weight} {self._units['weight']}" if weight and "weight" in self._units else "",
            where=record.where,
        )

    def _dimensions(self, record: Record) -> str:
        sides = [record[side] for side in ("length", "width", "height")]
        return f"{' × '.join(sides)} {self._units['length']}" if all(sides) and "length" in self._units else ""

    def _values(self, record: Record) -> list[tuple[str, list[str]]]:
        cells = record.line.cells
        pairs = ((cells[a].strip(), cells[b]) for a, b in self._attributes if max(a, b) < len(cells))
        return [(plain_text(name), [plain_text(one) for one in _several(values)]) for name, values in pairs if name]


def _several(cell: str) -> list[str]:
    """The values of a cell: between commas; a comma that belongs to a value has a backslash before it."""
    return [part.replace("\\,", ",").strip() for part in _COMMA.split(cell) if part.strip()]


def _sales(*records: Record) -> Iterator[Gap]:
    sold = [record for record in records if record["sale_price"]]
    if sold:
        yield Gap("sale_price", values={"amount": sold[0]["sale_price"], "price": sold[0]["price"]})


# --- the API ----------------------------------------------------------------------------------------------------------


def read_api(shop: WooCommerce, ask: Ask) -> Catalogue:
    """All products on sale, page by page. Raises InventoryError, NotImported."""
    currency = ask(lambda: shop.get("data/currencies/current", {}, SECONDS))
    units = {what: _unit(shop, ask, what) for what in ("weight", "dimension")}
    goods, left_out = [], []
    for product in _pages(shop, "products", ask):
        if product.get("status") != "publish" or product.get("type") not in ("simple", "variable"):
            left_out.append(str(product.get("name")))
            continue
        below = []
        if product["type"] == "variable":
            below = list(_pages(shop, f"products/{product['id']}/variations", ask))
        on_sale = [one for one in below if one.get("status", "publish") == "publish"]
        goods.append(_good(product, on_sale, units))
    code = str(currency.get("code", "")) if isinstance(currency, dict) else ""
    return Catalogue(NAME, tuple(goods), code or None, left_out_gap(left_out))


def _unit(shop: WooCommerce, ask: Ask, what: str) -> str:
    """The unit that the shop counts in; empty where the key may not read it."""
    try:
        found = ask(lambda: shop.get(f"settings/products/woocommerce_{what}_unit", {}, SECONDS))
    except Later:
        raise
    except InventoryError:
        return ""
    return str(found.get("value") or "") if isinstance(found, dict) else ""


def _pages(shop: WooCommerce, path: str, ask: Ask) -> Iterator[Mapping[str, Any]]:
    page = 1
    while True:
        query = {"per_page": str(A_PAGE), "page": str(page), "orderby": "id", "order": "asc", "_fields": FIELDS}
        found = ask(lambda query=query: shop.get(path, query, SECONDS))  # type: ignore[misc]
        if not isinstance(found, list) or not all(isinstance(one, dict) and "id" in one for one in found):
            raise NotImported(f"{NAME} sent no list of products; look whether the address in stock.yml is the shop's.")
        yield from found
        if len(found) < A_PAGE:
            return
        page += 1


def _good(product: Mapping[str, Any], variations: Sequence[Mapping[str, Any]], units: Mapping[str, str]) -> Good:
    attributes = [one for one in product.get("attributes") or [] if isinstance(one, dict)]
    sides = [str((product.get("dimensions") or {}).get(side) or "") for side in ("length", "width", "height")]
    facts = [("brand", ", ".join(_names(product.get("brands"))))]
    facts += [("dimensions", f"{' × '.join(sides)} {units['dimension']}" if all(sides) and units["dimension"] else "")]
    facts += [
        (plain_text(str(one.get("name", ""))), plain_text(", ".join(map(str, one.get("options") or []))))
        for one in attributes
        if not one.get("variation")
    ]
    sold = [one for one in (product, *variations) if one.get("sale_price")]
    return Good(
        id=str(product.get("sku") or product["id"]),
        names=named(str(product.get("name", ""))),
        items=tuple(_item(one, product, units) for one in (variations if product["type"] == "variable" else [product])),
        categories=tuple((plain_text(name),) for name in _names(product.get("categories"))),
        facts=tuple((name, value) for name, value in facts if name and value),
        text=without_marks(str(product.get("description") or "")),
        where=f"product {product['id']}",
        gaps=tuple(
            Gap("sale_price", values={"amount": str(one["sale_price"]), "price": str(one.get("regular_price"))})
            for one in sold[:1]
        ),
    )


def _names(listed: Any) -> list[str]:
    return [str(one.get("name", "")) for one in listed or [] if isinstance(one, dict)]


def _item(one: Mapping[str, Any], product: Mapping[str, Any], units: Mapping[str, str]) -> Item:
    """Where a variation is counted with its product (`manage_stock` is "parent"), its own number is not known."""
    counted = one.get("manage_stock") is True and one.get("stock_quantity") is not None
    stock = str(one["stock_quantity"]) if counted else "0" if one.get("stock_status") == "outofstock" else ""
    weight = str(one.get("weight") or product.get("weight") or "")
    varied = one.get("attributes") if one is not product else []
    return Item(
        # a variation without a SKU of its own is given its product's
        sku="" if one is not product and one.get("sku") == product.get("sku") else str(one.get("sku") or ""),
        options=tuple(
            (plain_text(str(a.get("name", ""))), plain_text(str(a.get("option", "")))) for a in varied or [] if a
        ),
        price=str(one.get("regular_price") or ""),
        stock=stock,
        weight=f"{weight} {units['weight']}" if weight and units["weight"] else "",
        where=f"product {product['id']}",
    )
