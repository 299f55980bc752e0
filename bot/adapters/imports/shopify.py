"""Shopify: its products export (CSV, the older and the newer headings) and its GraphQL Admin API."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.adapters.imports.files import Record, Sheet, records
from bot.adapters.imports.goods import Catalogue, Good, Item, left_out_gap, named, plain_text, without_marks
from bot.adapters.imports.headings import Found, headings, plain
from bot.adapters.inventories.shopify import LACKING, Shopify
from bot.ports import InventoryError

NAME = "Shopify"
A_PAGE = 100
SECONDS = 30.0
QUERY = """
query Catalogue($most: Int!, $after: String) {
  shop { currencyCode }
  productVariants(first: $most, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes {
      sku
      price
      position
      inventoryQuantity
      selectedOptions { name value }
      inventoryItem { tracked measurement { weight { value unit } } }
      product { id handle title status vendor productType category { fullName } descriptionHtml }
    }
  }
}
"""
"""Variants rather than products: one list to page through, whatever number of variants a product has."""

UNITS = {"GRAMS": "g", "KILOGRAMS": "kg", "OUNCES": "oz", "POUNDS": "lb"}
_METAFIELD = re.compile(r"(.+?) ?\(product\.metafields\.[^)]+\)")
_NO_VALUE = re.compile(r"^[\[{]|gid://")
"""Lists and references that a metafield may hold; no words for a buyer."""

Ask = Callable[[Callable[[], Any]], Any]


# --- the export -------------------------------------------------------------------------------------------------------


def read_export(sheet: Sheet, found: Found) -> Catalogue:
    """Lines of one handle are one product; what stands on its first line alone holds for all."""
    header = sheet.lines[found.header].cells
    fields = [(match[1], place) for place, cell in enumerate(header) if (match := _METAFIELD.fullmatch(cell.strip()))]
    by_handle: dict[str, list[Record]] = {}
    handle = ""
    for record in records(sheet, found.header, found.places):
        handle = record["handle"] or handle
        by_handle.setdefault(plain(handle), []).append(record)
    goods, left_out = [], []
    for lines in by_handle.values():
        first = lines[0]
        off = plain(first["published"]) == "false" or plain(first["status"]) in ("draft", "archived", "unlisted")
        if off:
            left_out.append(first["title"] or first["handle"])
        else:
            goods.append(_good(lines, fields))
    return Catalogue(NAME, tuple(goods), None, left_out_gap(left_out))


def _good(lines: Sequence[Record], fields: Sequence[tuple[str, int]]) -> Good:
    first = lines[0]
    options = [first[f"option{number}"] for number in (1, 2, 3)]
    cells = first.line.cells
    facts = [("brand", first["vendor"])]
    facts += [
        (name, cells[place]) for name, place in fields if place < len(cells) and not _NO_VALUE.search(cells[place])
    ]
    return Good(
        id=first["handle"],
        names=named(first["title"]),
        items=tuple(_item(line, options) for line in lines if line["price"] or line["sku"] or line["value1"]),
        categories=_categories(first["type"], first["category"]),
        facts=tuple((name, plain_text(value)) for name, value in facts if plain_text(value)),
        text=without_marks(first["text"]),
        where=first.where,
    )


def _categories(type_: str, taxonomy: str) -> tuple[tuple[str, ...], ...]:
    """The shop's own type goes before Shopify's taxonomy."""
    paths = ((type_,) if type_ else (), tuple(part.strip() for part in taxonomy.split(">") if part.strip()))
    return tuple(path for path in paths if path)


def _item(line: Record, options: Sequence[str]) -> Item:
    values = [line[f"value{number}"] for number in (1, 2, 3)]
    return Item(
        sku=line["sku"],
        options=_options(zip(options, values)),
        price=line["price"],
        stock=line["stock"] if line["tracker"] else "",
        weight=f"{line['weight']} g" if line["weight"] and line["weight"].strip("0.") else "",
        where=line.where,
    )


def _options(pairs: Any) -> tuple[tuple[str, str], ...]:
    return tuple((n, plain_text(v)) for n, v in pairs if n and v and plain(n) not in headings()["no_option"])


# --- the API ----------------------------------------------------------------------------------------------------------


def read_api(shop: Shopify, ask: Ask) -> Catalogue:
    """All variants on sale, page by page. Raises InventoryError."""
    by_product: dict[str, list[Mapping[str, Any]]] = {}
    after, currency = None, ""
    while True:
        data = ask(lambda after=after: shop.query(QUERY, {"most": A_PAGE, "after": after}, SECONDS))  # type: ignore[misc]
        try:
            currency = data["shop"]["currencyCode"]
            found = data["productVariants"]
            for node in found["nodes"]:
                by_product.setdefault(node["product"]["id"], []).append(node)
            more, after = found["pageInfo"]["hasNextPage"], found["pageInfo"]["endCursor"]
        except (KeyError, TypeError) as error:
            raise InventoryError(LACKING) from error
        if not more:
            break
    all_of = [sorted(nodes, key=lambda node: node.get("position") or 0) for nodes in by_product.values()]
    goods = [_good_of(nodes) for nodes in all_of if nodes[0]["product"]["status"] == "ACTIVE"]
    others = [nodes[0]["product"]["title"] for nodes in all_of if nodes[0]["product"]["status"] != "ACTIVE"]
    return Catalogue(NAME, tuple(goods), currency or None, left_out_gap(others))


def _good_of(nodes: Sequence[Mapping[str, Any]]) -> Good:
    product = nodes[0]["product"]
    vendor = plain_text(product.get("vendor") or "")
    return Good(
        id=product["handle"],
        names=named(product["title"]),
        items=tuple(_item_of(node) for node in nodes),
        categories=_categories(product.get("productType") or "", (product.get("category") or {}).get("fullName", "")),
        facts=(("brand", vendor),) if vendor else (),
        text=without_marks(product.get("descriptionHtml") or ""),
        where=f"product {product['handle']}",
    )


def _item_of(node: Mapping[str, Any]) -> Item:
    held = node.get("inventoryItem") or {}
    weight = (held.get("measurement") or {}).get("weight") or {}
    value, unit = weight.get("value"), UNITS.get(weight.get("unit", ""))
    quantity = node.get("inventoryQuantity")
    return Item(
        sku=node.get("sku") or "",
        options=_options((one["name"], one["value"]) for one in node.get("selectedOptions") or []),
        price=str(node.get("price") or ""),
        stock=str(quantity) if held.get("tracked") and quantity is not None else "",
        weight=f"{value:g} {unit}" if value and unit else "",
        where=f"product {node['product']['handle']}",
    )
