"""A draft of a shop's folder from a source's products, written whole or not at all."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.adapters.imports import shopify, taobao, woocommerce
from bot.adapters.imports.asking import gaps_of
from bot.adapters.imports.draft import Draft
from bot.adapters.imports.files import Sheet, read_sheet
from bot.adapters.imports.folder import REPORT, Table, draft_folder, read_folder
from bot.adapters.imports.goods import Catalogue, Gap, NotImported
from bot.adapters.imports.headings import which_export
from bot.adapters.imports.report import DESCRIPTIONS, Made, descriptions, missing
from bot.adapters.imports.table import read_table_of
from bot.adapters.inventories.rules import FILE as STOCK
from bot.adapters.inventories.shopify import Shopify
from bot.adapters.inventories.source import Later, Source
from bot.adapters.inventories.woocommerce import WooCommerce
from bot.adapters.shop_files import load_shop
from bot.adapters.shop_tables import LIST_SEPARATOR
from bot.core.shop import CURRENCY
from bot.ports import ShopFileError

EXPORTS = {"woocommerce": woocommerce.read_export, "shopify": shopify.read_export, "taobao": taobao.read_export}
TRIES = 6
LONGEST_WAIT = 120.0
"""Seconds; a system that asks for a longer pause is asked another time."""


@dataclass(frozen=True)
class Wanted:
    """`target`: the draft's folder. `base`: the shop it is added to. `words`: the folder whose words are used where
    there is no base. `columns`: of a table, by field. `category`: of products whose source names none."""

    target: Path
    words: Path
    base: Path | None = None
    columns: Mapping[str, str] | None = None
    category: str = ""
    take_prices: bool = False
    replace: bool = False


def read_file(path: Path, wanted: Wanted) -> tuple[Sheet, Catalogue]:
    """The products of an export or another table. Raises NotImported."""
    sheet = read_sheet(path)
    found = which_export(sheet) if not wanted.columns else None
    if found is not None:
        return sheet, EXPORTS[found.system](sheet, found)
    attributes = {
        row["id"]: [word for name in ("name_zh", "name_en", "words_zh", "words_en") for word in _words(row[name])]
        for row in read_folder(wanted.base or wanted.words)["attributes.csv"].rows
    }
    return sheet, read_table_of(sheet, wanted.columns or {}, attributes)


def _words(cell: str) -> list[str]:
    return [word.strip() for word in cell.split(LIST_SEPARATOR) if word.strip()]


def read_system(source: Source, sleep: Callable[[float], None] = time.sleep) -> Catalogue:
    """The products of the shop system that a stock.yml names. Raises InventoryError, NotImported."""
    if isinstance(source, WooCommerce):
        return woocommerce.read_api(source, _patiently(sleep))
    if isinstance(source, Shopify):
        return shopify.read_api(source, _patiently(sleep))
    raise NotImported(
        f"{STOCK} names {source.name}; products can be imported from woocommerce and shopify. "
        "From Taobao and other systems import a file that they export."
    )


def _patiently(sleep: Callable[[float], None]) -> Callable[[Callable[[], Any]], Any]:
    """Asks again where the system says that it could not answer now, after the pause that it asks for."""

    def ask(question: Callable[[], Any]) -> Any:
        for tried in range(TRIES):
            try:
                return question()
            except Later as later:
                wait = later.wait or 2.0**tried
                if tried == TRIES - 1:
                    raise
                if wait > LONGEST_WAIT:
                    raise NotImported(
                        f"{later}; it asks for a pause of {wait:.0f} s. Import again after that."
                    ) from None
                sleep(wait)

    return ask


def make_draft(catalogue: Catalogue, wanted: Wanted, source: str, stock: Path | None = None) -> Made:
    """Writes the draft. `source`: its name for people; `stock`: a stock.yml that the draft gets if it has none.

    Raises NotImported, ShopFileError; then nothing is written."""
    if not catalogue.goods:
        raise NotImported(f"{source} ({catalogue.system}) holds no products that are on sale; nothing was written.")
    if catalogue.currency not in (None, CURRENCY):
        raise NotImported(
            f"The prices of {source} are in {catalogue.currency}, and the shop's currency is {CURRENCY}. "
            "Nothing was imported; products whose prices are in CNY can be."
        )
    with draft_folder(wanted.target, wanted.base, wanted.words, wanted.replace) as folder:
        tables = read_folder(folder)
        asked = _asked(tables if wanted.base else read_folder(wanted.words))
        draft = Draft(tables, wanted.category, wanted.take_prices, asked)
        if wanted.category and draft.categories.find(wanted.category) != wanted.category:
            known = ", ".join(row["id"] for row in tables["categories.csv"].rows)
            raise NotImported(f"There is no category {wanted.category}. There are: {known}.")
        draft.put(catalogue)
        if wanted.base is None:
            draft.gaps.append(Gap("forms"))
        for file, table in tables.items():
            (folder / file).write_text(table.text(), encoding="utf-8", newline="")
        if stock is not None and not (folder / STOCK).exists():
            shutil.copyfile(stock, folder / STOCK)
        made = Made(catalogue, draft, gaps_of(draft, catalogue.currency), _problems(folder))
        if texts := descriptions(draft):
            (folder / DESCRIPTIONS).write_text(texts, encoding="utf-8")
        (folder / REPORT).write_text(missing(made, source), encoding="utf-8")
    return made


def _asked(tables: Mapping[str, Table]) -> list[tuple[str, str]]:
    """What buyers ask of which kind of goods: category and capability of each verdict there is."""
    categories = {row["id"].strip(): row["category"].strip() for row in tables["products.csv"].rows}
    rows = tables["capabilities.csv"].rows
    return [(categories.get(row["product"].strip(), ""), row["capability"].strip()) for row in rows]


def _problems(folder: Path) -> list[str]:
    try:
        load_shop(folder)
    except ShopFileError as error:
        return error.problems
    return []
