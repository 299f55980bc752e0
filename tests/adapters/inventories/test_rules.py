"""shop/stock.yml: each source as an owner writes it, and every mistake with its line and what to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.adapters.inventories.rules import Configured, read_stock
from bot.ports import ShopFileError
from bot.settings import ROOT
from tests.adapters.inventories.test_recorded import ENVIRONMENT, FixedClock
from tests.small_shop import SHANGHAI

WOO = """source: woocommerce
woocommerce:
  address: https://shop.example
  key: ${WOO_KEY}
  secret: ${WOO_SECRET}
"""
JSON = """source: http_json
http_json:
  ask:
    - address: https://erp.example/stock/{sku}
      fields: {quantity: qty}
"""
FOLDER = """source: folder
folder:
  path: exports
  files: stock*.csv
  columns: {sku: 编码, quantity: 库存}
"""
TAOBAO = """source: taobao
skus: {column: sku_id}
taobao: {key: "${TOP_KEY}", secret: "${TOP_SECRET}", session: "${TOP_SESSION}"}
"""


def read(folder: Path, text: str, variants: str = "sku,sku_id\nA5-black,1\n") -> Configured | None:
    (folder / "stock.yml").write_text(text, encoding="utf-8")
    (folder / "variants.csv").write_text(variants, encoding="utf-8")
    (folder / "exports").mkdir(exist_ok=True)
    return read_stock(folder, ENVIRONMENT, FixedClock(), SHANGHAI)


def problems(folder: Path, text: str, **more: str) -> str:
    with pytest.raises(ShopFileError) as raised:
        read(folder, text, **more)
    return str(raised.value)


def test_without_the_file_or_with_embedded_the_embedded_inventory_holds_the_stock(tmp_path: Path) -> None:
    assert read_stock(tmp_path, {}, FixedClock(), SHANGHAI) is None
    assert read(tmp_path, "source: embedded\n") is None


@pytest.mark.parametrize(
    ("text", "name"), [(WOO, "woocommerce"), (JSON, "shop_system"), (FOLDER, "export"), (TAOBAO, "taobao")]
)
def test_each_kind_is_made(tmp_path: Path, text: str, name: str) -> None:
    made = read(tmp_path, text)
    assert made is not None and made.source.name == name


AGES = [
    (WOO, 120, 30),
    (FOLDER, 1800, 30),
    (WOO + "oldest_minutes: 10\nfresh_seconds: 5\n", 600, 5),
    (WOO + "oldest_minutes: 0.2\n", 12, 12),
]


@pytest.mark.parametrize(("text", "oldest", "fresh"), AGES)
def test_how_old_a_fact_may_be(tmp_path: Path, text: str, oldest: float, fresh: float) -> None:
    made = read(tmp_path, text)
    assert made is not None and (made.limits.oldest, made.limits.fresh, made.limits.seconds) == (oldest, fresh, 2.0)


def test_a_column_of_the_tables_holds_the_systems_skus(tmp_path: Path) -> None:
    made = read(tmp_path, WOO + "skus: {column: woo, case: lower}\n", "sku,woo\nA5-black,10044\nA5-green,\n")
    assert made is not None
    assert [made.spellings.their(sku) for sku in ("A5-black", "A5-green")] == ["10044", "a5-green"]


def test_words_of_the_shops_own_are_added(tmp_path: Path) -> None:
    made = read(tmp_path, WOO + "yes: [充足]\nno: [待补]\n")
    assert made is not None and "充足" in made.reading.yes and "有货" in made.reading.yes and "待补" in made.reading.no


MISTAKES = [
    ("source: magento\n", "stock.yml, line 1: `source` is “magento”; write one of embedded, http_json,"),
    ("oldest_minutes: 2\n", "`source` is missing"),
    ("source: woocommerce\n", "`woocommerce` is missing"),
    (WOO + "colour: red\n", "stock.yml, line 6: `colour` is not known here; there may be: source, oldest_minutes"),
    (WOO.replace("${WOO_KEY}", "ck_live_9a8b7c"), "stock.yml, line 4: `key` is a secret; write ${NAME}"),
    (WOO.replace("WOO_KEY", "NOT_SET"), "stock.yml, line 4: the environment variable NOT_SET is not set; set it and start again."),
    (WOO.replace("https", "http"), "line 3: `address` begins with http://, and a secret would go there for all to read"),
    (WOO.replace("https://shop.example", "shop.example"), "line 3: `address` is no web address"),
    (WOO + "oldest_minutes: 0\n", "line 6: `oldest_minutes` is 0; write a number from 0.1 to 1440."),
    (WOO + "prices: yes\n", "line 6: `prices` is “yes”; write true or false."),
    (WOO + "skus: {column: woo}\n", "the column woo is missing"),
    (WOO + "skus: {case: big}\n", "line 6: `case` is “big”; write as_is, upper or lower."),
    (JSON.replace("{sku}", "all"), "line 4: nothing says which SKU is asked for; put {sku} or {skus}"),
    (JSON.replace("{sku}", "{skus}"), "line 4: {skus} asks for several: name the list in `items`"),
    (JSON.replace("qty", "'a..b'"), "line 5: `quantity` is “a..b”, which is no path"),
    (JSON.replace("quantity", "number"), "line 5: `number` is not known here; there may be: sku, quantity"),
    (JSON.replace("quantity: qty", "price: p"), "no address gives `quantity` or `available`"),
    (JSON + "prices: true\n", "`prices` is true: name the fields `price` and `currency`"),
    (JSON + "      headers: {Authorization: Bearer abcdef}\n", "line 6: `Authorization` is a secret; write ${NAME}"),
    (JSON + "      method: PUT\n", "line 6: `method` is “PUT”; write GET or POST."),
    (FOLDER.replace("path: exports", "path: nowhere"), "line 3: there is no folder"),
    (FOLDER.replace("sku: 编码, ", ""), "line 5: `columns` names `sku`, and `quantity` or `available`"),
    (FOLDER + "  same_sku: sum\n", "line 6: `same_sku` is “sum”; write add (several warehouses) or refuse."),
    (FOLDER + "prices: true\n", "`prices` is true: name the column of `price`"),
    (TAOBAO.replace("skus: {column: sku_id}\n", ""), "`skus` is missing: Taobao is asked by sku_id"),
    (TAOBAO.replace("}\n", ", sign_method: sha1}\n").replace("sku_id, sign_method: sha1}", "sku_id}"), "`sign_method` is “sha1”; write one of hmac-sha256"),
    ("source: shopify\nshopify: {address: https://a.myshopify.com, token: '${SHOPIFY_TOKEN}', version: next}\n", "`version` is “next”"),
    ("source: [", "check the indentation, colons and quotes near here"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), MISTAKES)
def test_a_mistake_is_told_with_its_line_and_what_to_do(tmp_path: Path, text: str, said: str) -> None:
    told = problems(tmp_path, text)
    assert said in told
    assert "ck_live_9a8b7c" not in told and "abcdef" not in told


def test_two_different_skus_of_the_system_for_one_of_ours_are_refused(tmp_path: Path) -> None:
    told = problems(tmp_path, TAOBAO, variants="sku,sku_id\nA5-black,1\na5-BLACK,2\n")
    assert "variants.csv, line 3: the sku “a5-BLACK” stands twice" in told


DOCUMENTED = re.findall(
    r"```yaml\n(source: .*?)```", (ROOT / "docs" / "stock-sources.md").read_text(encoding="utf-8"), re.S
)


def test_there_is_an_example_of_each_kind() -> None:
    kinds = {re.match(r"source: (\w+)", text)[1] for text in DOCUMENTED}  # type: ignore[index]
    assert kinds == {"http_json", "woocommerce", "shopify", "taobao", "folder"}


@pytest.mark.parametrize("text", DOCUMENTED, ids=[text.split("\n")[0] for text in DOCUMENTED])
def test_the_documents_examples_are_right(tmp_path: Path, text: str) -> None:
    text = text.replace("/srv/erp/export", "exports")
    assert read(tmp_path, text, "sku,taobao_sku_id,erp_code\nA5-black,1,2\n") is not None
