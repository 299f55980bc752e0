"""Writes products in the forms of the systems that they are imported from."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from openpyxl import Workbook

from bot.core.shop import Shop


@dataclass(frozen=True)
class Sold:
    sku: str
    colour: str
    size: str
    price: Decimal
    stock: int


@dataclass(frozen=True)
class Made:
    id: str
    name: str
    sold: tuple[Sold, ...]
    category: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    text: str = ""


def products_of(shop: Shop, language: str) -> list[Made]:
    """A shop's products as another system would have them, in one language."""
    made = []
    for product in shop.products.values():
        sold = tuple(
            Sold(
                v.sku,
                shop.colours[v.colour].name[language] if v.colour else "",
                v.size or "",
                v.list_price,
                v.opening_stock,
            )
            for v in product.variants
        )
        facts = {
            shop.attributes[s.attribute].name[language]: s.value[language]
            for s in shop.specs
            if s.product == product.id and not s.size
        }
        made.append(
            Made(product.id, product.name[language], sold, shop.categories[product.category].name[language], facts)
        )
    return made


def woocommerce(path: Path, products: Sequence[Made], zh: bool = False) -> Path:
    """A products export, with headings in English or Chinese. A product whose one variant has its own SKU is simple."""
    names = [
        "ID", "Type", "SKU", "Name", "Published", "Is featured?", "Visibility in catalog", "Short description", "Description",
        "Date sale price starts", "Date sale price ends", "Tax status", "Tax class", "In stock?", "Stock", "Low stock amount",
        "Backorders allowed?", "Sold individually?", "Weight (kg)", "Length (cm)", "Width (cm)", "Height (cm)",
        "Allow customer reviews?", "Purchase note", "Sale price", "Regular price", "Categories", "Tags", "Shipping class",
        "Images", "Download limit", "Download expiry days", "Parent", "Grouped products", "Upsells", "Cross-sells",
        "External URL", "Button text", "Position", "Brands",
    ]  # fmt: skip
    wide = max((len(p.facts) for p in products), default=0) + 2
    for number in range(1, wide + 1):
        names += [f"Attribute {number} {what}" for what in ("name", "value(s)", "visible", "global")]
    rows, number = [], 0
    words = ("颜色", "尺码") if zh else ("Colour", "Size")
    for product in products:
        number += 1
        one = len(product.sold) == 1 and product.sold[0].sku == product.id
        row = {
            "ID": str(number),
            "Type": "simple" if one else "variable",
            "SKU": product.id,
            "Name": product.name,
            "Published": "1",
        }
        row |= {"Description": product.text, "In stock?": "1", "Categories": product.category.replace(",", "\\,")}
        options = {
            word: list(dict.fromkeys(v)) for word, v in zip(words, zip(*((s.colour, s.size) for s in product.sold)))
        }
        for place, (name, values) in enumerate([*options.items(), *((n, [v]) for n, v in product.facts.items())], 1):
            if any(values):
                row |= {
                    f"Attribute {place} name": name,
                    f"Attribute {place} value(s)": ", ".join(v.replace(",", "\\,") for v in values),
                }
        if one:
            row |= {"Regular price": str(product.sold[0].price), "Stock": str(product.sold[0].stock)}
        rows.append(row)
        for sold in product.sold if not one else ():
            number += 1
            below = {
                "ID": str(number),
                "Type": "variation",
                "SKU": sold.sku,
                "Name": product.name,
                "Published": "1",
                "Parent": product.id,
            }
            below |= {"Regular price": str(sold.price), "Stock": str(sold.stock), "In stock?": str(int(sold.stock > 0))}
            for place, (name, value) in enumerate(zip(words, (sold.colour, sold.size)), 1):
                if value:
                    below |= {f"Attribute {place} name": name, f"Attribute {place} value(s)": value.replace(",", "\\,")}
            rows.append(below)
    return _csv(
        path, [_zh(name) if zh else name for name in names], [[row.get(name, "") for name in names] for row in rows]
    )


def _zh(name: str) -> str:
    """Headings as WooCommerce writes them in Chinese."""
    known = {
        "Type": "类型",
        "Name": "名称",
        "Published": "已发布",
        "Description": "描述",
        "Stock": "库存",
        "Regular price": "常规售价",
    }
    known |= {"Categories": "分类", "Parent": "父级", "Short description": "简短描述", "Sale price": "促销价格"}
    return known.get(name, name.replace("Attribute", "属性").replace(" name", " 名称").replace("value(s)", "值"))


SHOPIFY = {
    "older": ("Handle", "Title", "Body (HTML)", "Vendor", "Product Category", "Type", "Tags", "Published", "Option1 Name", "Option1 Value",
              "Option2 Name", "Option2 Value", "Option3 Name", "Option3 Value", "Variant SKU", "Variant Grams", "Variant Inventory Tracker",
              "Variant Inventory Qty", "Variant Inventory Policy", "Variant Fulfillment Service", "Variant Price", "Variant Compare At Price",
              "Image Src", "Gift Card", "Status"),
    "newer": ("URL handle", "Title", "Description", "Vendor", "Product category", "Type", "Tags", "Published on online store", "Option1 name",
              "Option1 value", "Option2 name", "Option2 value", "Option3 name", "Option3 value", "SKU", "Weight value (grams)",
              "Inventory tracker", "Inventory quantity", "Continue selling when out of stock", "Fulfillment service", "Price",
              "Compare-at price", "Product image URL", "Gift card", "Status"),
}  # fmt: skip


def shopify(
    path: Path, products: Sequence[Made], headings: str = "newer", words: tuple[str, str] = ("Color", "Size")
) -> Path:
    names = SHOPIFY[headings]
    fields = sorted({name for product in products for name in product.facts})
    rows = []
    for product in products:
        for place, sold in enumerate(product.sold):
            first = place == 0
            options = [(name, value) for name, value in zip(words, (sold.colour, sold.size)) if value] or [
                ("Title", "Default Title")
            ]
            options += [("", "")] * (3 - len(options))
            flat = [cell for name, value in options for cell in (name if first else "", value)]
            row = (
                [product.id, product.name, product.text, "", "", product.category, "", "true"]
                if first
                else [product.id] + [""] * 7
            )
            row += [
                *flat,
                sold.sku,
                "0",
                "shopify",
                str(sold.stock),
                "deny",
                "manual",
                str(sold.price),
                "",
                "",
                "false" if first else "",
                "active",
            ]
            rows.append(row + [product.facts.get(name, "") if first else "" for name in fields])
        rows.append([product.id, *[""] * (len(names) - 1 + len(fields))])  # a line for one more picture
    return _csv(path, [*names, *(f"{name} (product.metafields.custom.{n})" for n, name in enumerate(fields))], rows)


TAOBAO = {
    "title": "宝贝名称", "cid": "宝贝类目", "seller_cids": "店铺类目", "stuff_status": "新旧程度", "location_state": "省", "location_city": "城市",
    "item_type": "出售方式", "price": "宝贝价格", "auction_increment": "加价幅度", "num": "宝贝数量", "description": "宝贝描述", "cateProps": "宝贝属性",
    "skuProps": "销售属性组合", "inputPids": "用户输入ID串", "inputValues": "用户输入名-值对", "outer_id": "商家编码", "propAlias": "销售属性别名",
    "num_id": "数字ID", "item_weight": "物流重量", "wireless_desc": "无线详情", "barcode": "商品条形码", "subtitle": "宝贝卖点", "input_custom_cpv": "自定义属性值",
}  # fmt: skip


def taobao(path: Path, products: Sequence[Made], encoding: str = "utf-16", version: str = "version 1.00") -> Path:
    """A data pack's table: UTF-16 with tabs as 淘宝助理 writes it, or another encoding."""
    text = io.StringIO()
    text.write(f"{version}\r\n" if version else "")
    writer = csv.writer(text, delimiter="\t", lineterminator="\r\n")
    writer.writerow(TAOBAO)
    writer.writerow(TAOBAO.values())
    for number, product in enumerate(products, 1):
        values: dict[tuple[str, str], str] = {}
        parts = []
        for sold in product.sold:
            pairs = []
            for pid, value in (("1627207", sold.colour), ("20509", sold.size)):
                if value:
                    pairs.append(values.setdefault((pid, value), f"{pid}:-{1001 + len(values)}"))
            if pairs:
                parts.append(f"{sold.price}:{sold.stock}:{sold.sku}:{';'.join(pairs)};")
        named = "".join(f"{pair}:{value};" for (_, value), pair in values.items())
        row = {
            "title": product.name,
            "cid": "50012073",
            "price": str(product.sold[0].price),
            "num": str(sum(s.stock for s in product.sold)),
        }
        row |= {
            "description": product.text,
            "outer_id": product.id,
            "num_id": str(600000 + number),
            "skuProps": "".join(parts),
            "input_custom_cpv": named,
        }
        writer.writerow([row.get(name, "") for name in TAOBAO])
    path.write_bytes(text.getvalue().encode(encoding))
    return path


TABLE_ZH = ("商品编码", "商品名称", "SKU编码", "颜色", "尺码", "售价", "库存", "分类")
TABLE_EN = ("Product ID", "Product Name", "SKU", "Colour", "Size", "Price", "Stock", "Category")


def table(path: Path, products: Sequence[Made], headings: Sequence[str] = TABLE_ZH) -> Path:
    fields = sorted({name for product in products for name in product.facts})
    rows = [
        [
            p.id,
            p.name,
            s.sku,
            s.colour,
            s.size,
            str(s.price),
            str(s.stock),
            p.category,
            *(p.facts.get(name, "") for name in fields),
        ]
        for p in products
        for s in p.sold
    ]
    if path.suffix != ".xlsx":
        return _csv(path, [*headings, *fields], rows)
    book = Workbook()
    for row in [[*headings, *fields], *rows]:
        book.active.append(row)
    book.save(path)
    return path


def _csv(path: Path, names: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([names, *rows])
    return path
