"""Products written in a system's form and imported are the same products."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.imports.vocabulary import size_of
from bot.adapters.shop_files import load_shop
from tests.importing import exports
from tests.importing.drafting import SHOP, imported, kinds, rows, variants
from tests.importing.exports import Made, Sold, products_of

Writer = Callable[[Path, Sequence[Made]], Path]

WRITERS: dict[str, tuple[str, Writer]] = {
    "WooCommerce": ("w.csv", exports.woocommerce),
    "WooCommerce in Chinese": ("w.csv", lambda path, made: exports.woocommerce(path, made, zh=True)),
    "Shopify": ("s.csv", exports.shopify),
    "Shopify, older": ("s.csv", lambda path, made: exports.shopify(path, made, "older", ("颜色", "尺码"))),
    "Taobao": ("t.csv", exports.taobao),
    "Taobao in GBK": ("t.csv", lambda path, made: exports.taobao(path, made, "gb18030")),
    "Taobao without a version": ("t.csv", lambda path, made: exports.taobao(path, made, version="")),
    "a CSV table": ("x.csv", exports.table),
    "an Excel table": ("x.xlsx", lambda path, made: exports.table(path, made, exports.TABLE_EN)),
}
UNCHECKED = patch("bot.adapters.imports.making.load_shop")
"""Without the check of the draft's files: it takes most of the time, and is tried elsewhere."""

EACH = pytest.mark.parametrize(("file", "write"), WRITERS.values(), ids=WRITERS)

# --- the demo shop ----------------------------------------------------------------------------------------------------


@EACH
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_demo_shop_comes_back_as_it_was(tmp_path: Path, file: str, write: Writer, language: str) -> None:
    shop = load_shop(SHOP)
    with UNCHECKED:
        made = imported(write(tmp_path / file, products_of(shop, language)), tmp_path / "draft", category="home")
    wanted = {
        v.sku: (v.product, v.colour or "", v.size or "", f"{v.list_price:f}", str(v.opening_stock))
        for v in shop.by_sku.values()
    }
    assert variants(tmp_path / "draft") == wanted
    names = {row["id"]: row[f"name_{language}"] for row in rows(tmp_path / "draft", "products.csv")}
    assert names == {product.id: product.name[language] for product in shop.products.values()}
    if made.catalogue.system != "Taobao":
        categories = {row["id"]: row["category"] for row in rows(tmp_path / "draft", "products.csv")}
        assert categories == {product.id: product.category for product in shop.products.values()}
    unsure = {
        "no_price",
        "no_stock",
        "made_sku",
        "made_id",
        "same_sku",
        "unnamed_value",
        "new_colour",
        "joined_options",
    }
    assert not unsure & set(kinds(made))


@EACH
def test_put_onto_itself_the_demo_shop_does_not_change(tmp_path: Path, file: str, write: Writer) -> None:
    path = write(tmp_path / file, products_of(load_shop(SHOP), "zh"))
    made = imported(path, tmp_path / "draft", base=SHOP)
    for table in SHOP.iterdir():
        assert (tmp_path / "draft" / table.name).read_bytes() == table.read_bytes(), table.name
    assert not made.problems and made.draft.counts.known_variants == 162
    assert not {"price_differs", "value_differs", "gone", "sku_differs"} & set(kinds(made))


def test_a_second_language_fills_in_the_names_and_values_of_the_first(tmp_path: Path) -> None:
    shop = load_shop(SHOP)
    first = exports.taobao(tmp_path / "t.csv", products_of(shop, "zh"))
    second = exports.woocommerce(tmp_path / "w.csv", products_of(shop, "en"))
    with UNCHECKED:
        imported(first, tmp_path / "zh", category="home")
        made = imported(second, tmp_path / "both", base=tmp_path / "zh")
    names = {row["id"]: (row["name_zh"], row["name_en"]) for row in rows(tmp_path / "both", "products.csv")}
    assert names == {product.id: (product.name["zh"], product.name["en"]) for product in shop.products.values()}
    assert not {"no_english", "no_chinese"} & set(kinds(made))


# --- any products -----------------------------------------------------------------------------------------------------

words = st.text(st.sampled_from("abcXYZ 019不锈钢蒸锅圆领T恤-·（）"), min_size=1, max_size=20)
names = words.map(lambda text: " ".join(text.split())).filter(lambda text: any(c.isalnum() for c in text))
ids = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,4})?", fullmatch=True)
prices = st.decimals(Decimal("0.01"), Decimal("99999.99"), places=2)
colours = st.sampled_from(["白色", "black", "墨蓝", "sea green", "豆沙红"])
sizes = st.sampled_from(["M", "XL", "28", "1.75L", "500ml", "one size", "大号 plus", "4 pcs"])


@st.composite
def catalogues(draw: st.DrawFn) -> list[Made]:
    made = []
    for number, id_ in enumerate(
        draw(st.lists(ids, min_size=1, max_size=4, unique_by=lambda id_: id_.replace("-", "")))
    ):
        told_apart_by = draw(st.sampled_from(["colour", "size", "both", "nothing"]))
        pairs = draw(
            st.lists(
                st.tuples(
                    colours if told_apart_by in ("colour", "both") else st.just(""),
                    sizes if told_apart_by in ("size", "both") else st.just(""),
                ),
                min_size=1,
                max_size=4,
                unique=True,
            )
        )
        sold = tuple(
            Sold(f"{id_}.{number}.{place}", colour, size, draw(prices), draw(st.integers(0, 10**6)))
            for place, (colour, size) in enumerate(pairs)
        )
        if told_apart_by == "nothing":
            sold = (Sold(id_, "", "", sold[0].price, sold[0].stock),)
        made.append(Made(id_, f"{draw(names)} {number}", sold))
    return made


@EACH
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(products=catalogues())
def test_any_products_come_back_as_they_were(file: str, write: Writer, products: list[Made]) -> None:
    with tempfile.TemporaryDirectory() as folder, UNCHECKED:
        draft = Path(folder) / "draft"
        imported(write(Path(folder) / file, products), draft)
        known = {row[f"name_{n}"]: row["id"] for row in rows(draft, "colours.csv") for n in ("zh", "en")}
        found = {sku: (*of[:3], Decimal(of[3]), int(of[4])) for sku, of in variants(draft).items()}
        assert found == {
            s.sku: (p.id, known[s.colour] if s.colour else "", size_of(s.size), s.price, s.stock)
            for p in products
            for s in p.sold
        }
        held = {row["id"]: {row["name_zh"], row["name_en"]} for row in rows(draft, "products.csv")}
        assert held == {product.id: {product.name} for product in products}
