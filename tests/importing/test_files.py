"""Files that are cut off, broken, or something else: one sentence with the line, and nothing is written."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from bot.adapters.imports.files import LARGEST_FILE
from bot.adapters.imports.folder import REPORT
from bot.adapters.imports.goods import NotImported
from tests.importing import exports
from tests.importing.drafting import SHOP, imported, rows, variants
from tests.importing.exports import Made, Sold

KETTLE = Made(
    "K1", "电热水壶", (Sold("K1-w", "白色", "1.7L", Decimal(129), 3), Sold("K1-b", "黑色", "1.7L", Decimal(129), 0))
)
HEAD = "商品编码,商品名称,SKU编码,售价,库存\n"


def cut(raw: bytes, tail: bytes) -> bytes:
    """The file up to the last place where `tail` stands, that included."""
    return raw[: raw.rindex(tail) + len(tail)]


def woo(tmp_path: Path) -> bytes:
    return exports.woocommerce(tmp_path / "w.csv", [KETTLE]).read_bytes()


def taobao(tmp_path: Path) -> bytes:
    return exports.taobao(tmp_path / "t.csv", [KETTLE]).read_bytes()


FAULTS: list[tuple[str, str, Callable[[Path], bytes], str]] = [
    ("nothing in it", "a.csv", lambda _: b"", "a.csv is empty"),
    ("only ends of lines", "a.csv", lambda _: b"\r\n\r\n", "a.csv is empty"),
    ("a picture", "a.csv", lambda _: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a.csv is no table; a CSV or Excel file with products is wanted"),
    ("a letter", "a.csv", lambda _: b"Dear shop,\nplease find the products attached.\n", "Is it the right file"),
    ("orders", "a.csv", lambda _: "订单编号,买家,金额\n1,张三,12\n".encode(), "its first line is: 订单编号, 买家, 金额|Its first line is"),
    ("broken UTF-8", "a.csv", lambda _: (HEAD + "A,一口好锅,a,9,1\nB,另一口").encode() + b"\xff" + b",b,9,1\n", "a.csv, line 3: a character is neither UTF-8 nor GBK"),
    ("broken GBK", "a.csv", lambda _: (HEAD + "A,锅,a,9,1\n").encode("gbk") + b"B,\xff\xff,b,9,1\n", "a.csv, line 3: a character"),
    ("cut in a character of GBK", "a.csv", lambda _: (HEAD + "A,锅,a,9,1\nB,锅").encode("gbk")[:-1], "line 3: the file ends in the middle of a character"),
    ("cut in a character of UTF-16", "a.csv", lambda p: taobao(p)[:-1], "ends in the middle of a character"),
    ("cut in a line", "w.csv", lambda p: cut(woo(p), b"variation,K1-b"), r"w.csv, line 4: the file breaks off in the middle of this line \(3 of 48 cells\)"),
    ("cut in a text", "w.csv", lambda _: b'ID,Type,SKU,Name,Regular price\n1,simple,A,"A pot\nfor soup', "w.csv, line 2: a text begins with a double quote here and never ends"),
    ("a quote in a text", "a.csv", lambda _: (HEAD + '1,"锅 "大" 号",a,9,1\n').encode(), "line 2: a double quote stands in the middle"),
    ("a formula", "a.csv", lambda _: (HEAD + "A,锅,a,=B2*1.1,1\n").encode(), r"a.csv, line 2: the column of `price` holds a formula \(=B2\*1.1\)"),
    ("half an Excel file", "a.xlsx", lambda p: exports.table(p / "x.xlsx", [KETTLE]).read_bytes()[:-200], "a.xlsx is not whole"),
    ("an old Excel file that is none", "a.xls", lambda _: b"PRODUCTS AND PRICES", "is no whole Excel file"),
    ("a ZIP of pictures", "a.zip", lambda _: packed({"1.jpg": b"x"}), "one CSV or Excel file is wanted in the ZIP, and it holds none"),
    ("a ZIP of two tables", "a.zip", lambda _: packed({"a.csv": b"x", "b.csv": b"y"}), "it holds a.csv, b.csv"),
    ("SKUs of Taobao that cannot be read", "t.csv", lambda p: taobao(p).replace("129:3:K1-w".encode("utf-16-le"), "129:3/K1-w".encode("utf-16-le")), "t.csv, line 4: `skuProps` cannot be read from “129:3/K1-w"),
]  # fmt: skip


def packed(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as pack:
        for name, raw in files.items():
            pack.writestr(name, raw)
    return made.getvalue()


@pytest.mark.parametrize(("name", "make", "said"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_a_file_that_is_wrong_is_told_in_a_sentence(
    tmp_path: Path, name: str, make: Callable[[Path], bytes], said: str
) -> None:
    raw = make(tmp_path)
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(NotImported, match=said) as raised:
        imported(tmp_path / name, tmp_path / "draft")
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "draft").exists() and not list(tmp_path.glob(".draft*"))


def test_a_formula_without_its_value_is_no_missing_price(tmp_path: Path) -> None:
    book = Workbook()
    for row in (["商品名称", "SKU编码", "售价"], ["锅", "A", "=9*2"]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(NotImported, match=r"a.xlsx, line 2: cell C2 holds a formula without its value"):
        imported(tmp_path / "a.xlsx", tmp_path / "draft")


def test_other_wrong_paths_are_told(tmp_path: Path) -> None:
    with pytest.raises(NotImported, match="There is no file"):
        imported(tmp_path / "none.csv", tmp_path / "draft")
    with pytest.raises(NotImported, match="is a folder"):
        imported(tmp_path, tmp_path / "draft")
    with (tmp_path / "huge.csv").open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    with pytest.raises(NotImported, match="larger than 300 MB"):
        imported(tmp_path / "huge.csv", tmp_path / "draft")


READABLE = {
    "UTF-8 with a mark": lambda text: text.encode("utf-8-sig"),
    "GBK": lambda text: text.encode("gbk"),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16 the other way round": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "semicolons": lambda text: text.replace(",", ";").encode(),
    "tabs": lambda text: text.replace(",", "\t").encode(),
    "without an end": lambda text: text.rstrip("\n").encode(),
    "old Mac lines": lambda text: text.replace("\n", "\r").encode(),
    "a title above": lambda text: ("九月商品清单\n\n" + text).encode(),
    "empty lines below": lambda text: (text + ",,,,\n\n").encode(),
    "in a ZIP with pictures": lambda text: packed({"包/商品.csv": text.encode(), "包/1.jpg": b"x"}),
}


@pytest.mark.parametrize("encode", READABLE.values(), ids=READABLE)
def test_a_table_is_read_however_it_was_saved(tmp_path: Path, encode: Callable[[str], bytes]) -> None:
    (tmp_path / "a.csv").write_bytes(encode(HEAD + "A1,不锈钢“大”蒸锅,a-1,1139.50,4\n"))
    imported(tmp_path / "a.csv", tmp_path / "draft")
    assert variants(tmp_path / "draft") == {"a-1": ("A1", "", "", "1139.5", "4")}


def test_cells_that_spreadsheets_would_change_are_read_as_they_were_meant(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(HEAD + '="00123",\'-10℃ 羽绒服,"=""00123-M""",369,1\n', encoding="utf-8")
    imported(tmp_path / "a.csv", tmp_path / "draft")
    assert [(row["id"], row["name_zh"]) for row in rows(tmp_path / "draft", "products.csv")] == [
        ("00123", "-10℃ 羽绒服")
    ]
    assert list(variants(tmp_path / "draft")) == ["00123-M"]


def test_thousands_and_the_signs_of_the_currency_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(HEAD + 'A,锅,a,"¥1,139.50",4\nB,盆,b,28元,4\n', encoding="utf-8")
    imported(tmp_path / "a.csv", tmp_path / "draft")
    assert [of[3] for of in variants(tmp_path / "draft").values()] == ["1139.5", "28"]


def test_numbers_of_excel_are_read_as_they_are_seen(tmp_path: Path) -> None:
    book = Workbook()
    for row in (["商品编码", "商品名称", "SKU编码", "售价", "库存"], [1001, "锅", 100101, 139.5, 4]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    imported(tmp_path / "a.xlsx", tmp_path / "draft")
    assert variants(tmp_path / "draft") == {"100101": ("1001", "", "", "139.5", "4")}


def test_a_row_that_looks_like_a_comment_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(HEAD + "A,锅,#a,9,1\n", encoding="utf-8")
    made = imported(tmp_path / "a.csv", tmp_path / "draft", category="home")
    assert '"#a"' in (tmp_path / "draft" / "variants.csv").read_text(encoding="utf-8")
    assert not [problem for problem in made.problems if problem.startswith(("products", "variants"))]


def test_fifty_thousand_rows_are_read(tmp_path: Path) -> None:
    lines = (f"P{n // 5},锅 {n // 5},P{n // 5}-{n % 5},{n % 900 + 1},{n % 7}\n" for n in range(50_000))
    (tmp_path / "a.csv").write_text(HEAD + "".join(lines), encoding="utf-8")
    made = imported(tmp_path / "a.csv", tmp_path / "draft", category="home")
    assert (len(made.draft.touched), len(variants(tmp_path / "draft"))) == (10_000, 50_000)


# --- where the draft goes ---------------------------------------------------------------------------------------------


def test_a_folder_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    file = exports.table(tmp_path / "a.csv", [KETTLE])
    imported(file, tmp_path / "draft")
    (tmp_path / "draft" / "mine.txt").write_text("mine")
    with pytest.raises(NotImported, match="is there already. Name another folder, or say --replace"):
        imported(file, tmp_path / "draft")
    assert (tmp_path / "draft" / "mine.txt").exists()
    imported(file, tmp_path / "draft", replace=True)
    assert not (tmp_path / "draft" / "mine.txt").exists() and (tmp_path / "draft" / REPORT).exists()


def test_a_folder_that_is_no_draft_is_never_written_over(tmp_path: Path) -> None:
    file = exports.table(tmp_path / "a.csv", [KETTLE])
    (tmp_path / "papers").mkdir()
    with pytest.raises(NotImported, match="is no draft"):
        imported(file, tmp_path / "papers", replace=True)
    with pytest.raises(NotImported, match="is the shop itself"):
        imported(file, SHOP, replace=True)
    imported(file, tmp_path / "draft")
    with pytest.raises(NotImported, match="is the shop itself"):
        imported(file, tmp_path / "draft", base=tmp_path / "draft", replace=True)


def test_a_draft_that_fails_half_way_leaves_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = exports.table(tmp_path / "a.csv", [KETTLE])
    imported(file, tmp_path / "draft")
    before = {path.name: path.read_bytes() for path in (tmp_path / "draft").iterdir()}

    def full(*_: object) -> str:
        raise OSError("No space left on device")

    monkeypatch.setattr("bot.adapters.imports.making.missing", full)
    with pytest.raises(NotImported, match="cannot be written: No space left on device"):
        imported(exports.table(tmp_path / "b.csv", [KETTLE, KETTLE]), tmp_path / "draft", replace=True)
    assert {path.name: path.read_bytes() for path in (tmp_path / "draft").iterdir()} == before
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["draft"]
