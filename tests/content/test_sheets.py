"""Spreadsheets out and in: the whole shop without loss, and a clear word, by sheet and row, for whatever comes back wrong."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from bot.content import csv_text, edits, sheets
from bot.content.sheets_in import MAX_ROWS
from bot.content.tables import TABLES
from bot.core.content import Edit
from tests.content.trees import TEXTS, shop_tree

TABLE_FILES = sorted(file for file in shop_tree() if file in TABLES)
SMALL = {
    "shop/shop.yml": "name: {zh: 小店, en: Small Shop}\n",
    "shop/products.csv": "id,name_zh,name_en,also_called_zh,also_called_en,category,fit,shelf\nL18,料理机,food processor,,,home,,A3\nJ01,牛仔裤,jeans,,,home,true,\n",
    "shop/categories.csv": "id,name_zh,name_en,words_zh,words_en\nhome,家居,home goods,,\n",
    "shop/colours.csv": "id,name_zh,name_en,words_zh,words_en\nred,红色,red,红的,red\n",
    "shop/variants.csv": "# 规格\nsku,product,colour,size,list_price,stock,back_in_days,discontinued\nL18-red,L18,red,001,199.00,5,,\nJ01-26,J01,,26,159,0,7,\n",
    "shop/attributes.csv": "id,name_zh,name_en,words_zh,words_en\npower,功率,power,,\n",
    "shop/specs.csv": 'product,size,attribute,value_zh,value_en\nL18,,power,300 瓦,"300 W, at most"\n',
}
VARIANTS = ["规格编号", "商品", "颜色", "尺寸", "标价（元）", "开店库存", "几天后到货", "停产"]
L18, J01 = ["L18-red", "L18", "red", "001", "199.00", "5", "", ""], ["J01-26", "J01", "", "26", "159", "0", "7", ""]


def workbook(**named: list[list]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in named.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    told = io.BytesIO()
    book.save(told)
    return told.getvalue()


def upload(data: bytes, name: str = "店铺.xlsx", tree=SMALL, **more) -> sheets.Upload:
    return sheets.read_upload(name, data, tree, **more)


def words(found: sheets.Upload) -> list[tuple[str, int, str]]:
    assert all(
        p.reason["en"] and p.proposal["zh"] and p.proposal["en"] and "{" not in p.reason["en"] + p.proposal["zh"]
        for p in found.problems
    )
    return [(problem.sheet, problem.row, problem.reason["zh"]) for problem in found.problems]


# --- round trips -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_whole_shop_goes_out_and_in_again_without_an_edit(language):
    tree = shop_tree()
    found = upload(sheets.to_xlsx(tree, language), tree=tree, remove_missing=True)
    assert (found.edits, found.problems) == ([], [])
    assert found.unchanged == sum(len(csv_text.read(tree[file]).rows) for file in TABLE_FILES)
    assert edits.apply(tree, found.edits) == tree


@pytest.mark.parametrize("file", TABLE_FILES)
def test_every_table_goes_out_as_csv_and_in_again_without_an_edit(file):
    found = upload(sheets.to_csv(shop_tree(), file), file, shop_tree(), remove_missing=True)
    assert (found.edits, found.problems) == ([], [])
    raw = upload(shop_tree()[file].encode(), file, shop_tree(), remove_missing=True)
    assert (raw.edits, raw.problems) == ([], [])


def with_texts(texts: list[str]) -> dict[str, str]:
    table = csv_text.read(SMALL["shop/specs.csv"])
    for place, text in enumerate(texts):
        table.add(
            {
                "product": "L18",
                "size": str(place),
                "attribute": "power",
                "value_zh": text or "x",
                "value_en": "x" + text,
            }
        )
    return {**SMALL, "shop/specs.csv": table.text()}


@settings(max_examples=40, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_whatever_a_person_types_goes_through_a_workbook_unchanged(texts):
    tree = with_texts(texts)
    data = sheets.to_xlsx(tree)
    found = upload(data, tree=tree, remove_missing=True)
    assert (found.edits, found.problems) == ([], [])


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_whatever_a_person_types_goes_through_csv_unchanged(texts):
    tree = with_texts(texts)
    data = sheets.to_csv(tree, "shop/specs.csv")
    assert upload(data, "参数.csv", tree).edits == [] and upload(data, "参数.csv", tree).problems == []


@settings(max_examples=40, deadline=None)
@given(TEXTS, st.sampled_from(["xlsx", "csv"]))
def test_a_changed_cell_comes_back_as_one_edit_and_changes_one_row(text, kind):
    if not text.strip():
        return
    changed = with_texts([])
    table = csv_text.read(changed["shop/specs.csv"])
    table.change(table.rows[0], {"value_zh": text})
    changed["shop/specs.csv"] = table.text()
    data = sheets.to_xlsx(changed) if kind == "xlsx" else sheets.to_csv(changed, "shop/specs.csv")
    found = upload(data, f"参数.{kind}")
    wanted = [Edit("shop/specs.csv", ("L18", "", "power"), "value_zh", "300 瓦", text.strip())]
    assert found.edits == (wanted if text.strip() != "300 瓦" else []) and found.problems == []


# --- on the way out ----------------------------------------------------------------------------------------------------


DANGEROUS = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "＝1", '=HYPERLINK("http://x")']


@pytest.mark.parametrize("text", DANGEROUS)
def test_nothing_is_computed_in_a_workbook(text):
    book = openpyxl.load_workbook(io.BytesIO(sheets.to_xlsx(with_texts([text]))))
    cells = [cell for row in book["参数"].iter_rows() for cell in row if cell.value]
    assert all(cell.data_type == "s" for cell in cells)
    assert next(cell for cell in cells if cell.value == text).quotePrefix


@pytest.mark.parametrize("text", DANGEROUS)
def test_nothing_is_computed_in_csv(text):
    tree = with_texts([text])
    told = sheets.to_csv(tree, "shop/specs.csv").decode("utf-8-sig")
    (cell,) = [
        value for row in csv_text.read(told).rows for value in row.fields if text in value and not value.startswith("x")
    ]
    assert cell == "'" + text


def test_the_workbook_tells_how_to_use_it_and_helps_to_fill_it_in():
    book = openpyxl.load_workbook(io.BytesIO(sheets.to_xlsx(SMALL)))
    assert book.sheetnames == ["使用说明", "商品", "规格和库存", "参数", "大类", "颜色", "参数名称"]
    told = " ".join(str(cell.value) for row in book["使用说明"].iter_rows() for cell in row if cell.value)
    assert "小店" in told and "Small Shop" in told and "How to use" in told
    sheet = book["规格和库存"]
    assert [cell.value for cell in sheet[1]] == VARIANTS
    assert sheet.freeze_panes == "A2" and sheet["A1"].font.bold and not sheet["C1"].font.bold
    assert "CNY" not in sheet["E1"].comment.text and "129" in sheet["E1"].comment.text
    assert {cell.number_format for row in sheet.iter_rows() for cell in row if cell.value} == {"@"}
    lists = {str(one.sqref): one.formula1 for one in sheet.data_validations.dataValidation}
    assert lists == {
        "B2:B100000": "'商品'!$A$2:$A$100000",
        "C2:C100000": "'颜色'!$A$2:$A$100000",
        "H2:H100000": '"yes,no"',
    }


# --- on the way in -----------------------------------------------------------------------------------------------------


def test_columns_that_nobody_describes_survive():
    data = sheets.to_xlsx(SMALL)
    assert "shelf" in CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("商品").to_python()[0]
    found = upload(workbook(商品=[["商品编号", "shelf"], ["L18", "B7"]]))
    assert found.edits == [Edit("shop/products.csv", ("L18",), "shelf", "A3", "B7")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_csv_is_read_in_every_encoding_that_spreadsheets_write(encoding, separator):
    lines = [VARIANTS, [*L18[:5], "6", "", ""]]
    data = "\r\n".join(separator.join(line) for line in lines).encode(encoding)
    assert upload(data, "规格和库存.csv").edits == [Edit("shop/variants.csv", ("L18-red",), "stock", "5", "6")]


@pytest.mark.parametrize(
    "heads",
    [VARIANTS, ["SKU", "product", "Colour", "size ", "List price (CNY)", "STOCK*", "back_in_days", "discontinued"]],
)
@pytest.mark.parametrize("name", ["规格和库存", "Variants", "variants (2)", "规格和库存-20261121", "Sheet1"])
def test_a_table_is_known_by_its_sheet_or_its_columns_in_either_language(heads, name):
    found = upload(workbook(**{name: [heads, [*L18[:5], "6", "", ""]]}))
    assert found.edits == [Edit("shop/variants.csv", ("L18-red",), "stock", "5", "6")]


def test_lines_above_the_columns_names_are_passed_over():
    found = upload(workbook(规格=[["禾禾家 11 月"], [], ["# 说明"], VARIANTS, J01, [*L18[:5], "6"]]))
    assert [edit.after for edit in found.edits] == ["6"]


def test_numbers_and_blanks_that_a_spreadsheet_makes_of_texts_are_no_change():
    rows = [
        VARIANTS,
        ["L18-red ", "L18", "red", 1, 199.0, 5.0, None, None],
        ["J01-26", "J01", None, 26.0, 159, 0, 7.0, " "],
    ]
    found = upload(workbook(规格和库存=rows))
    assert (found.edits, found.problems, found.unchanged) == ([], [], 2)


def test_numbers_are_written_as_a_person_would():
    found = upload(workbook(规格和库存=[VARIANTS, ["J01-26", "J01", None, 26, 0.1 + 0.2 + 158.8, 42.0, None, None]]))
    assert [(edit.column, edit.after) for edit in found.edits] == [
        ("list_price", "159.1"),
        ("stock", "42"),
        ("back_in_days", ""),
    ]


def test_choices_may_be_given_by_their_names():
    found = upload(workbook(规格和库存=[VARIANTS, ["L18-2", "料理机", "红色", "", "99", "1", "", "停产"]]))
    assert found.problems == []
    row = {"sku": "L18-2", "product": "L18", "colour": "red", "list_price": "99", "stock": "1", "discontinued": "yes"}
    assert found.edits == [Edit("shop/variants.csv", ("L18-2",), None, None, row)]


def test_a_product_and_what_belongs_to_it_come_in_one_upload():
    products = [["商品编号", "名称（中文）", "名称（英文）", "大类"], ["D20", "豆浆机", "soy milk maker", "家居"]]
    found = upload(workbook(规格和库存=[VARIANTS, ["D20-1", "D20", "", "", "259", "6", "", ""]], 商品=products))
    assert found.problems == [] and {edit.key for edit in found.edits} == {("D20",), ("D20-1",)}


def test_blanks_around_a_key_in_the_shops_own_file_are_the_same_row():
    tree = {**SMALL, "shop/variants.csv": SMALL["shop/variants.csv"].replace("L18-red,", "L18-red ,")}
    found = upload(sheets.to_xlsx(tree), tree=tree, remove_missing=True)
    assert (found.edits, found.problems) == ([], [])


def test_a_row_that_is_not_there_is_removed_only_where_that_is_said():
    data = workbook(规格和库存=[VARIANTS, L18])
    kept = upload(data)
    assert kept.edits == [] and kept.missing == {"shop/variants.csv": 1}
    (removed,) = upload(data, remove_missing=True).edits
    assert removed.key == ("J01-26",) and removed.after is None
    assert "J01-26" not in edits.apply(SMALL, [removed])["shop/variants.csv"]


def test_nothing_is_removed_where_a_row_could_not_be_read():
    found = upload(
        workbook(规格和库存=[VARIANTS, L18, ["", "J01", "", "26", "159", "0", "7", ""]]), remove_missing=True
    )
    assert found.edits == []
    assert words(found) == [
        ("规格和库存", 3, "“规格编号”没有填"),
        ("规格和库存", 0, "有几行没看懂，所以这张表不删除任何行"),
    ]


def test_columns_that_are_left_out_stay_as_they_are():
    assert upload(workbook(规格和库存=[["规格编号", "开店库存"], ["L18-red", "9"]])).edits == [
        Edit("shop/variants.csv", ("L18-red",), "stock", "5", "9")
    ]


def row(**cells) -> list:
    made = dict(zip(["sku", "product", "colour", "size", "list_price", "stock", "back_in_days", "discontinued"], L18))
    return list({**made, **cells}.values())


@pytest.mark.parametrize(
    "wrong, reason",
    [
        (row(stock="五件"), "“开店库存”写的是“五件”，不是整数"),
        (row(stock="-1"), "“开店库存”写的是“-1”，不是整数"),
        (row(list_price="¥199"), "“标价（元）”写的是“¥199”，不是金额"),
        (row(list_price=0), "“标价（元）”写的是“0”，不是金额"),
        (row(list_price=""), "“标价（元）”没有填"),
        (row(colour="粉色"), "“粉色”不在“颜色”表里"),
        (row(discontinued="也许"), "“停产”里没有“也许”这一项"),
        (row(size=date(2026, 1, 2)), "“尺寸”里的内容被 Excel 变成了日期 2026-01-02"),
        (row(stock="=1+"), "“开店库存”里是公式，没有算出结果"),
        (row(stock="#REF!"), "“开店库存”里是错误值 #REF!"),
    ],
)
def test_a_wrong_row_is_named_and_the_others_are_taken(wrong, reason):
    found = upload(workbook(规格和库存=[VARIANTS, [*J01[:5], "3", "", ""], wrong]))
    assert words(found) == [("规格和库存", 3, reason)]
    assert {edit.key for edit in found.edits} == {("J01-26",)}


def test_a_new_row_without_what_is_needed_is_refused():
    found = upload(workbook(规格和库存=[["规格编号", "商品"], ["L18-new", "L18"]]))
    assert words(found) == [("规格和库存", 2, "“标价（元）”没有填")] and found.edits == []


def test_the_same_row_twice_is_told_with_both_places():
    found = upload(workbook(规格和库存=[VARIANTS, L18, J01, [*L18[:5], "9", "", ""]]))
    assert words(found) == [("规格和库存", 4, "“L18-red”在第 2 行已经有了")] and found.edits == []


def test_a_shop_that_has_a_row_twice_gets_it_back_without_an_edit():
    tree = {**SMALL, "shop/variants.csv": SMALL["shop/variants.csv"] + "L18-red,L18,red,001,99,7,,\n"}
    found = upload(sheets.to_xlsx(tree), tree=tree, remove_missing=True)
    assert (found.edits, found.problems) == ([], [])


def test_merged_cells_are_named_and_their_rows_left_alone():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "规格和库存"
    for line in (VARIANTS, [*L18[:5], "9", "", ""], [*J01[:5], "9", "", ""]):
        sheet.append(line)
    sheet.merge_cells("B2:C2")
    found = upload(saved(book), remove_missing=True)
    assert words(found)[0] == ("规格和库存", 2, "B2:C2 是合并的单元格")
    assert {(edit.key, edit.column) for edit in found.edits} == {(("J01-26",), "stock"), (("J01-26",), "back_in_days")}


@pytest.mark.parametrize(
    "sheet, reason",
    [
        ({"杂项": [["日期", "金额"], ["1", "2"]]}, "看不出这一页是哪张表"),
        ({"颜色": VARIANTS and [["标题", "说明"], ["a", "b"]]}, "看不出这一页是哪张表"),
        (
            {"Sheet1": [["编号", "名称（中文）", "名称（英文）", "买家的说法（中文）"], ["a", "b", "c", "d"]]},
            "这些列在几张表里都有：大类、颜色、参数名称、用法名称",
        ),
        (
            {"规格和库存": [["商品", "开店库存", "标价（元）"], ["L18", "1", "2"]]},
            "少了“规格编号”这一列，认不出每一行是谁",
        ),
        ({"规格和库存": [["规格编号", "开店库存", "stock"], ["L18-red", "1", "2"]]}, "“stock”这一列有两个"),
        ({"规格和库存": [VARIANTS, L18], "variants": [VARIANTS, L18]}, "“规格和库存”这张表已经在另一页里了"),
    ],
)
def test_a_sheet_that_cannot_be_used_is_told(sheet, reason):
    found = upload(workbook(**sheet))
    assert [reason] == [told for _, at, told in words(found) if at == 0] and found.edits == []


def test_a_sheet_of_the_wrong_name_goes_by_its_columns():
    assert [edit.file for edit in upload(workbook(颜色=[VARIANTS, [*L18[:5], "9"]])).edits] == ["shop/variants.csv"]


def test_a_column_that_is_not_the_tables_is_told_and_the_rest_is_read():
    found = upload(workbook(规格和库存=[["规格编号", "开店库存", "心情"], ["L18-red", "9", "好"]]))
    assert words(found) == [("规格和库存", 0, "“心情”不是这张表的列，没有读")]
    assert len(found.edits) == 1


@pytest.mark.parametrize(
    "data, reason",
    [
        (b"", "文件是空的"),
        (b"PK\x03\x04 and nothing else", "文件打不开，可能不是表格，或者下载、保存时坏了"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 cut", "文件打不开，可能不是表格，或者下载、保存时坏了"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe", "里面的字读不出来，不是 UTF-8、GBK 或 UTF-16"),
        (b"x" * 20_000_001, "文件太大，超过 20 MB"),
        (
            "\n".join(["sku,stock", *("a,1" for _ in range(MAX_ROWS + 100_000))]).encode(),
            "一共 200,000 行，一次最多 100,000 行",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_told(data, reason):
    assert words(upload(data, "店铺.xlsx")) == [("店铺.xlsx", 0, reason)]


def test_a_workbook_with_too_many_rows_is_refused_before_it_is_read_as_tables():
    book = openpyxl.Workbook()
    book.active.cell(MAX_ROWS + 1, 1, "far below")
    assert words(upload(saved(book)))[0][2] == "一共 100,001 行，一次最多 100,000 行"


def test_fifty_thousand_rows_are_read():
    rows = "".join(f"L18,{number},power,{number} 瓦,{number} W\n" for number in range(50_000))
    data = ("product,size,attribute,value_zh,value_en\n" + rows).encode("gb18030")
    found = upload(data, "参数.csv")
    assert len(found.edits) == 50_000 and found.problems == []
    assert len(csv_text.read(edits.apply(SMALL, found.edits)["shop/specs.csv"]).rows) == 50_001
