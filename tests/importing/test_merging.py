"""Products put onto a shop that is there: what it holds stays, what differs is told, nothing is written over in silence."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.imports.report import Made
from bot.adapters.shop_files import load_shop
from tests.importing.drafting import SHOP, imported, kinds, rows, specs, values, variants

HEAD = "商品编码,商品名称,SKU编码,颜色,尺码,售价,库存,噪音\n"


def put(tmp_path: Path, text: str, **wanted: Any) -> Made:
    (tmp_path / "a.csv").write_text(HEAD + text, encoding="utf-8")
    return imported(tmp_path / "a.csv", tmp_path / "draft", base=SHOP, **wanted)


@pytest.mark.parametrize(
    "sku", ["Y915-white", "y915-WHITE", "Y915 white", " Ｙ915-White", "y915_white", "Y915 / WHITE"]
)
def test_a_sku_is_found_however_it_is_spelled(tmp_path: Path, sku: str) -> None:
    made = put(tmp_path, f"别的编码,随便什么名字,{sku},,,399,1,\n")
    assert (made.draft.counts.known_variants, made.draft.counts.new_variants) == (1, 0)
    assert (tmp_path / "draft" / "variants.csv").read_bytes() == (SHOP / "variants.csv").read_bytes()
    assert list(made.draft.touched) == ["Y915"] and not made.problems


@pytest.mark.parametrize("sku", ["Y91-5white", "Y915w-hite", "Y915"])
def test_one_that_is_only_like_it_is_another(tmp_path: Path, sku: str) -> None:
    assert put(tmp_path, f"NEW1,新品,{sku},,,9,1,\n", category="home").draft.counts.new_variants == 1


def test_a_price_that_differs_is_shown_and_kept(tmp_path: Path) -> None:
    made = put(tmp_path, "Y915,破壁机,y915 white,,,429.00,7,\n")
    assert values(made, "price_differs") == [{"sku": "Y915-white", "ours": "399", "theirs": "429"}]
    assert variants(tmp_path / "draft")["Y915-white"] == ("Y915", "white", "1.75L", "399", "42")


def test_a_price_is_taken_where_that_is_asked_for(tmp_path: Path) -> None:
    made = put(tmp_path, "Y915,破壁机,y915 white,,,429.00,7,\n", take_prices=True)
    assert values(made, "price_taken") == [{"sku": "Y915-white", "ours": "399", "theirs": "429"}]
    before, after = ((folder / "variants.csv").read_text(encoding="utf-8") for folder in (SHOP, tmp_path / "draft"))
    assert after == before.replace("Y915-white,Y915,white,1.75L,399,", "Y915-white,Y915,white,1.75L,429,")


def test_a_new_variant_comes_to_the_product_that_is_there(tmp_path: Path) -> None:
    made = put(tmp_path, "y915,破壁机,Y915-white,白色,1.75L,399,1,\ny915,破壁机,Y915-navy,藏青色,1.75L,419,4,\n")
    assert variants(tmp_path / "draft")["Y915-navy"] == ("Y915", "navy", "1.75L", "419", "4")
    assert made.draft.counts.new_products == 0 and not made.problems
    assert values(made, "gone") == [{"skus": "Y915-grey"}]
    assert int(values(made, "not_in_source")[0]["count"]) == len(load_shop(SHOP).products) - 1


def test_the_same_colour_and_size_is_the_same_variant(tmp_path: Path) -> None:
    made = put(tmp_path, "Y915,破壁机,69012345,白的,1.75 升,399,1,\nY915,破壁机,,灰色,1.75L,399,1,\n")
    assert values(made, "sku_differs") == [{"ours": "Y915-white", "theirs": "69012345"}]
    assert (made.draft.counts.known_variants, made.draft.counts.new_variants) == (2, 0)


def test_the_one_variant_is_the_one_variant(tmp_path: Path) -> None:
    made = put(tmp_path, "L18,料理机,L18,,,199,1,\n")
    assert values(made, "sku_differs") == [{"ours": "L18-white", "theirs": "L18"}]
    assert made.draft.counts.new_variants == 0


def test_values_that_are_there_stay_and_those_that_differ_are_told(tmp_path: Path) -> None:
    made = put(tmp_path, "Y915,破壁机,Y915-white,,,399,1,60 分贝\nE40,电火锅,E40,,,,,42 分贝\n")
    assert "78" in specs(tmp_path / "draft", "Y915")["noise", ""]
    assert [value["theirs"] for value in values(made, "value_differs")] == ["60 分贝"]
    assert specs(tmp_path / "draft", "E40")["noise", ""] == "42 分贝"


def test_one_product_that_is_two_here_is_left_out(tmp_path: Path) -> None:
    made = put(tmp_path, "SET,组合,Y915-white,,,399,1,\nSET,组合,L18-white,,,199,1,\n")
    assert values(made, "two_owners") == [{"where": "line 2", "products": "Y915, L18"}]
    assert not made.draft.touched


def test_two_products_that_are_one_here_come_together(tmp_path: Path) -> None:
    made = put(tmp_path, "W1,破壁机白,Y915-white,,,399,1,\nW2,破壁机灰,Y915-grey,,,399,1,\n")
    assert list(made.draft.touched) == ["Y915"] and made.draft.counts.known_products == 1
    assert not {"gone"} & set(kinds(made))


def test_own_columns_and_comments_of_the_shop_are_kept(tmp_path: Path) -> None:
    shop = Path(shutil.copytree(SHOP, tmp_path / "shop"))
    lines = (shop / "variants.csv").read_text(encoding="utf-8").splitlines()
    widened = [
        line if line.startswith("#") else f"{line},{'taobao' if line.startswith('sku,') else '77'}" for line in lines
    ]
    (shop / "variants.csv").write_text("\n".join(widened), encoding="utf-8")
    (tmp_path / "a.csv").write_text(HEAD + "NEW,新品,NEW-1,,,9,1,\nY915,破壁机,Y915-white,,,429,,\n", encoding="utf-8")
    imported(tmp_path / "a.csv", tmp_path / "draft", base=shop, category="home", take_prices=True)
    after = (tmp_path / "draft" / "variants.csv").read_text(encoding="utf-8").splitlines()
    assert after[:3] == widened[:3] and after[-1] == "NEW-1,NEW,,,9,1,,,"
    assert "Y915-white,Y915,white,1.75L,429,42,,,77" in after
    assert load_shop(tmp_path / "draft").by_sku["NEW-1"].opening_stock == 1


def test_what_a_draft_lacked_is_filled_in_by_a_second_source(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("名称,SKU\n锅,A\n", encoding="utf-8")
    imported(tmp_path / "a.csv", tmp_path / "first")
    (tmp_path / "b.csv").write_text("Name,SKU,Price,Stock,Category\nPot,a,9,2,home goods\n", encoding="utf-8")
    made = imported(tmp_path / "b.csv", tmp_path / "second", base=tmp_path / "first")
    assert variants(tmp_path / "second") == {"A": ("A", "", "", "9", "2")}
    (row,) = rows(tmp_path / "second", "products.csv")
    assert (row["name_zh"], row["name_en"], row["category"]) == ("锅", "Pot", "home")
    assert not {"no_price", "no_stock", "no_category", "no_english"} & set(kinds(made))
