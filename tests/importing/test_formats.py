"""What each system's export states, and what becomes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.imports.goods import NotImported
from bot.adapters.imports.report import DESCRIPTIONS
from tests.importing.drafting import imported, kinds, rows, specs, values, variants

# --- WooCommerce ------------------------------------------------------------------------------------------------------

WOO = """ID,Type,SKU,Name,Published,Description,"In stock?",Stock,"Weight (kg)","Length (cm)","Width (cm)","Height (cm)","Sale price","Regular price",Categories,Parent,Brands,"Attribute 1 name","Attribute 1 value(s)","Attribute 2 name","Attribute 2 value(s)"
11,variable,Y915,"High-speed blender Y915",1,"<p>Kneads <b>any</b> dough!</p><script>x()</script>",1,,4.6,36,28,31,,,"Appliances > Blenders, Sale",,Hehe,Colour,"White, Grey",Jar,"Borosilicate glass\\, 2 mm"
12,variation,Y915-white,"High-speed blender Y915 - White",1,,1,42,,,,,359,399,,Y915,,Colour,White,,
13,variation,Y915-grey,"High-speed blender Y915 - Grey",1,,0,,,,,,,399,,id:11,,Colour,Grey,,
14,"simple, virtual",D20,Soy milk maker D20,1,,1,,,,,,,259,Uncategorized,,,Color,Black,Capacity,1.2 l
15,simple,OLD,Old kettle,-1,,1,3,,,,,,99,Appliances,,,,,,
16,external,EXT,Somebody's book,1,,1,,,,,,,10,Books,,,,,,
17,variation,LOST-1,Lost,1,,1,1,,,,,,5,,LOST,,,,,
"""


def test_woocommerce(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text(WOO, encoding="utf-8")
    made = imported(tmp_path / "w.csv", tmp_path / "draft")
    assert variants(tmp_path / "draft") == {
        "Y915-white": ("Y915", "white", "", "399", "42"),
        "Y915-grey": ("Y915", "grey", "", "399", "0"),
        "D20": ("D20", "black", "1.2L", "259", ""),
    }
    assert specs(tmp_path / "draft", "Y915") == {
        ("brand", ""): "Hehe",
        ("dimensions", ""): "36 × 28 × 31 cm",
        ("weight", ""): "4.6 kg",
        ("jar", ""): "Borosilicate glass, 2 mm",
    }
    categories = {row["id"]: row["category"] for row in rows(tmp_path / "draft", "products.csv")}
    assert categories == {"Y915": "appliances", "D20": ""}
    assert values(made, "left_out") == [{"count": "2", "names": "Old kettle, Somebody's book"}]
    assert values(made, "orphan") == [{"where": "line 8", "parent": "LOST"}]
    assert values(made, "sale_price") == [{"amount": "359", "price": "399"}]
    assert [gap.product for gap in made.gaps if gap.kind == "no_category"] == ["D20"]


def test_what_a_description_says_is_no_fact(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text(WOO, encoding="utf-8")
    made = imported(tmp_path / "w.csv", tmp_path / "draft")
    assert rows(tmp_path / "draft", "capabilities.csv") == []
    tables = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "draft").glob("*.csv"))
    assert "any dough" not in tables
    text = (tmp_path / "draft" / DESCRIPTIONS).read_text(encoding="utf-8")
    assert "Kneads any dough!" in text and "<" not in text and "x()" not in text
    asked = next(gap for gap in made.gaps if gap.kind == "no_capabilities" and gap.product == "Y915")
    assert "make soy milk" in asked.values["asked_en"] and "打豆浆" in asked.values["asked_zh"]


# --- Shopify ----------------------------------------------------------------------------------------------------------

SHOPIFY = """Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Option3 Name,Option3 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Variant Compare At Price,Image Src,Status,Fabric (product.metafields.shopify.fabric),Care (product.metafields.custom.care)
down-jacket,Light down jacket,<p>warm</p>,Hehe Home,Apparel & Accessories > Clothing,,,TRUE,Color,Black,Size,M,,,W05-black-M,620,shopify,20,deny,369.00,399.00,https://x.example/1.jpg,active,Nylon,"[""gid://shopify/Metaobject/1""]"
down-jacket,,,,,,,,,Black,,L,,,W05-black-L,640,shopify,-2,continue,369.00,,,,,
down-jacket,,,,,,,,,Beige,,M,,,,620,,,deny,369.00,,,,,
down-jacket,,,,,,,,,,,,,,,,,,,,,https://x.example/2.jpg,,,
apron,Apron,,Hehe Home,,Clothing,,TRUE,Title,Default Title,,,,,B02,0,shopify,300,deny,29.00,,,active,,
bib,Bib,,,,,,TRUE,Title,Default Title,,,,,BIB,0,shopify,1,deny,9.00,,,draft,,
"""


def test_shopify(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text(SHOPIFY, encoding="utf-8")
    made = imported(tmp_path / "s.csv", tmp_path / "draft")
    assert variants(tmp_path / "draft") == {
        "W05-black-M": ("down-jacket", "black", "M", "369", "20"),
        "W05-black-L": ("down-jacket", "black", "L", "369", "0"),
        "down-jacket-beige-M": ("down-jacket", "beige", "M", "369", ""),
        "B02": ("apron", "", "", "29", "300"),
    }
    assert {row["id"]: row["category"] for row in rows(tmp_path / "draft", "products.csv")} == {
        "down-jacket": "clothing",
        "apron": "clothing",
    }
    assert specs(tmp_path / "draft", "down-jacket") == {
        ("brand", ""): "Hehe Home",
        ("material", ""): "Nylon",
        ("weight", "M"): "620 g",
        ("weight", "L"): "640 g",
    }
    assert values(made, "made_sku") == [{"skus": "down-jacket-beige-M"}]
    assert kinds(made)["currency_unsaid"] == 1 and kinds(made)["no_size_guide"] == 1


# --- Taobao -----------------------------------------------------------------------------------------------------------

NAMES = "title	cid	price	num	description	cateProps	skuProps	inputPids	inputValues	outer_id	propAlias	num_id	input_custom_cpv"
CHINESE = "宝贝名称	宝贝类目	宝贝价格	宝贝数量	宝贝描述	宝贝属性	销售属性组合	用户输入ID串	用户输入名-值对	商家编码	销售属性别名	数字ID	自定义属性值"
JACKET = (
    '"轻薄羽绒服"	"50008899"	369.00	37	"<P align=""center"">零下三十度也<B>不冷</B></P>"	"20000:29534;"	'
    '"369:12:W05-black-S:1627207:28341;20509:28314;369:20:W05-black-M:1627207:28341;20509:-1001;339.5:5::1627207:-1001;20509:28314;"'
    '	"13021751,20000"	"W05,禾禾"	"W05"	"20509:28314:S（建议70-85斤）;"	600001	"1627207:-1001:燕麦色;20509:-1001:M（建议85-100斤）"'
)
POT = '"蒸锅"	"1"	139	40	""	""	""	""	""	"Z 28"	""	0	""'


@pytest.mark.parametrize("above", ["version 1.00\r\n", ""])
@pytest.mark.parametrize("heads", [f"{NAMES}\r\n{CHINESE}\r\n", f"{NAMES}\r\n", f"{CHINESE}\r\n"])
@pytest.mark.parametrize("encoding", ["utf-16", "gbk", "utf-8"])
def test_taobao(tmp_path: Path, above: str, heads: str, encoding: str) -> None:
    (tmp_path / "t.csv").write_bytes(f"{above}{heads}{JACKET}\r\n{POT}\r\n".encode(encoding))
    made = imported(tmp_path / "t.csv", tmp_path / "draft", category="clothing")
    assert variants(tmp_path / "draft") == {
        "W05-black-S": ("W05", "black", "S", "369", "12"),
        "W05-black-M": ("W05", "black", "M", "369", "20"),
        "W05-colour_1-S": ("W05", "colour_1", "S", "339.5", "5"),
        "Z 28": ("Z-28", "", "", "139", "40"),
    }
    assert [(row["id"], row["name_zh"]) for row in rows(tmp_path / "draft", "colours.csv")][-1] == (
        "colour_1",
        "燕麦色",
    )
    assert specs(tmp_path / "draft", "W05") == {("brand", ""): "禾禾"}
    assert values(made, "size_remark") == [{"remarks": "S（建议70-85斤）, M（建议85-100斤）"}]
    assert "currency_unsaid" not in kinds(made)


def test_a_colour_that_taobao_names_by_number_alone_is_told(tmp_path: Path) -> None:
    line = '"锅"	1	9	2	""	""	"9:2:A:1627207:9999999;"	""	""	"A"	""	1	""'
    (tmp_path / "t.csv").write_text(f"version 1.00\n{NAMES}\n{CHINESE}\n{line}\n", encoding="utf-16")
    made = imported(tmp_path / "t.csv", tmp_path / "draft")
    assert values(made, "unnamed_value") == [{"value": "1627207:9999999", "sku": "A"}]


# --- any table --------------------------------------------------------------------------------------------------------


def table(tmp_path: Path, text: str) -> Path:
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    return tmp_path / "a.csv"


def test_columns_are_guessed_and_shown(tmp_path: Path) -> None:
    file = table(
        tmp_path, "中文名称,英文名称,SKU,价格,库存,功率,材质,备注\n电热水壶,kettle,K17,129,有货,1500 W,304不锈钢,赠品\n"
    )
    made = imported(file, tmp_path / "draft")
    assert dict(made.catalogue.columns) == {
        "name_zh": "中文名称", "name_en": "英文名称", "sku": "SKU", "price": "价格", "stock": "库存", "power": "功率", "material": "材质",
    }  # fmt: skip
    assert made.catalogue.not_read == ("备注",)
    (row,) = rows(tmp_path / "draft", "products.csv")
    assert (row["name_zh"], row["name_en"]) == ("电热水壶", "kettle")
    assert specs(tmp_path / "draft", "K17") == {("power", ""): "1500 W", ("material", ""): "304不锈钢"}
    assert variants(tmp_path / "draft") == {"K17": ("K17", "", "", "129", "")}, "a word is no number"
    assert kinds(made)["no_stock"] == 1


def test_columns_are_named_by_whoever_imports(tmp_path: Path) -> None:
    file = table(tmp_path, "甲,乙,丙,丁\n电热水壶,129,K17,1500 W\n")
    with pytest.raises(NotImported, match="no column is known to hold the products' names. Its first line is: 甲, 乙"):
        imported(file, tmp_path / "draft")
    imported(file, tmp_path / "draft", columns={"name": "甲", "price": "乙", "sku": "丙", "power": "丁"})
    assert variants(tmp_path / "draft") == {"K17": ("K17", "", "", "129", "")}
    assert specs(tmp_path / "draft", "K17") == {("power", ""): "1500 W"}


def test_a_column_that_is_not_there_or_a_field_that_is_none_is_told(tmp_path: Path) -> None:
    file = table(tmp_path, "名称,价格\n锅,9\n")
    with pytest.raises(NotImported, match="a.csv has no column “售价”. Its headings are: 名称, 价格"):
        imported(file, tmp_path / "draft", columns={"price": "售价"})
    with pytest.raises(NotImported, match="--map prise=…: there is no such field. There may be: name_zh, name_en"):
        imported(file, tmp_path / "draft", columns={"prise": "价格"})


def test_lines_of_one_product_are_put_together(tmp_path: Path) -> None:
    file = table(tmp_path, "名称,SKU,颜色,价格\n蒸锅,Z28-red,红色,139\n炒锅,WK,,99\n蒸锅,Z28-blue,蓝色,149\n")
    imported(file, tmp_path / "draft")
    assert variants(tmp_path / "draft") == {
        "Z28-red": ("Z28", "red", "", "139", ""),
        "Z28-blue": ("Z28", "blue", "", "149", ""),
        "WK": ("WK", "", "", "99", ""),
    }


FOREIGN = [
    ("价格", "$12.00", r"\$"),
    ("价格", "12 EUR", "EUR"),
    ("价格", "HK$99", r"HK\$"),
    ("价格,币种", "12,USD", "USD"),
]


@pytest.mark.parametrize(("heading", "cells", "currency"), FOREIGN)
def test_another_currency_is_refused(tmp_path: Path, heading: str, cells: str, currency: str) -> None:
    file = table(tmp_path, f"名称,{heading}\n锅,{cells}\n")
    with pytest.raises(
        NotImported, match=rf"a.csv, line 2: the price is in {currency}, and the shop's currency is CNY"
    ):
        imported(file, tmp_path / "draft")
    assert not (tmp_path / "draft").exists()


PRICES = ["", "面议", "399-499", "0", "-5", "12,50", "1.299,00", "约399", "1e9"]


@pytest.mark.parametrize("price", PRICES)
def test_a_price_that_is_no_amount_stays_empty_and_is_told(tmp_path: Path, price: str) -> None:
    made = imported(table(tmp_path, f'名称,SKU,价格\n锅,A,"{price}"\n'), tmp_path / "draft", category="home")
    assert variants(tmp_path / "draft")["A"][3] == ""
    assert kinds(made)["no_price"] == 1 and kinds(made)["bad_price"] == bool(price)
    assert any("`list_price` is empty" in problem for problem in made.problems)


def test_what_the_products_lack_is_listed_the_gravest_first(tmp_path: Path) -> None:
    text = "名称,SKU,颜色,尺码,价格,库存,分类\nT恤,T-1,白色,M,79,3,服装\nT恤,T-2,,L,79,3,服装\n锅,T-1,,,,2,\n"
    made = imported(table(tmp_path, text), tmp_path / "draft")
    shown = [gap.kind for gap in made.gaps]
    assert shown == [
        "forms", "same_sku", "no_price", "no_category", "some_colours", "currency_unsaid", "no_english", "no_english", "no_size_guide",
        "no_capabilities", "no_capability", "no_colours", "no_facts", "no_facts",
    ]  # fmt: skip
    assert values(made, "same_sku") == [{"sku": "T-1", "other": "T", "where": "line 4"}]
    assert any("the sku “T-1” stands twice" in problem for problem in made.problems)


def test_fields_that_a_person_has_to_judge_become_questions(tmp_path: Path) -> None:
    made = imported(table(tmp_path, "名称,SKU,价格,功能,偏码\n料理机,L18,199,和面,偏小\n"), tmp_path / "draft")
    assert {value["attribute"]: value["value"] for value in values(made, "stated")} == {
        "functions": "和面",
        "fit": "偏小",
    }
    assert rows(tmp_path / "draft", "capabilities.csv") == [] and specs(tmp_path / "draft", "L18") == {}
    assert rows(tmp_path / "draft", "products.csv")[0]["fit"] == ""


def test_long_texts_are_no_values_and_marks_are_no_names(tmp_path: Path) -> None:
    long = "我们的锅" * 30
    made = imported(
        table(tmp_path, f"名称,SKU,价格,材质,颜色\n<b>铁锅</b> &amp; 盖,A,9,{long},{long}\n"), tmp_path / "draft"
    )
    assert rows(tmp_path / "draft", "products.csv")[0]["name_zh"] == "铁锅 & 盖"
    assert values(made, "long_value") == [{"attribute": "material"}] and specs(tmp_path / "draft", "A") == {}
    assert rows(tmp_path / "draft", "colours.csv")[-1]["name_zh"] == long, "what tells variants apart is never lost"


def test_missing_md_says_all_of_it_in_both_languages(tmp_path: Path) -> None:
    made = imported(table(tmp_path, "名称,SKU,颜色,尺码,价格\n锅,A,墨蓝,28cm,139\n"), tmp_path / "draft")
    text = (tmp_path / "draft" / "missing.md").read_text(encoding="utf-8")
    chinese, english = text.split("# Product import")
    assert "### A 锅" in chinese and "“墨蓝”是新的颜色（colour_1）" in chinese and "没有英文名" in chinese
    assert "“墨蓝” is a new colour (colour_1)" in english and "No stock of A: fill in stock in variants.csv" in english
    assert all(problem in text for problem in made.problems)
    assert "{" not in text.replace("{zh", "")
