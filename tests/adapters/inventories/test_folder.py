"""Exports dropped into a folder: CSV and Excel as ERPs write them, and files in the middle of being written."""

from __future__ import annotations

import os
import shutil
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.inventories.folder import Folder
from bot.adapters.inventories.reading import Reading
from bot.ports import InventoryError
from tests.small_shop import EVENING, SHANGHAI

EXPORTS = Path(__file__).parent / "exports"
COLUMNS = {"sku": "商家编码", "quantity": "可用库存"}
NOW = 1_800_000_000.0
TABLE = "商家编码,可用库存\nA5-black,18\nY915-grey,0\n"


def drop(folder: Path, name: str, content: str | bytes = TABLE, ago: float = 100, encoding: str = "utf-8") -> Path:
    """A file that was last written so many seconds ago."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    os.utime(path, (NOW - ago, NOW - ago))
    return path


def make(folder: Path, names: str = "*", columns: dict[str, str] | None = None, **more: Any) -> Folder:
    return Folder(folder, names, columns or COLUMNS, now=lambda: NOW, **more)


def quantities(source: Folder, *skus: str) -> dict[str, Any]:
    return {row.sku: row.quantity for row in source.ask(skus or ("A5-black", "Y915-grey"), 2).rows}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_csv_is_read_in_the_encodings_and_with_the_marks_that_erps_use(
    tmp_path: Path, encoding: str, mark: str
) -> None:
    drop(tmp_path, "stock.csv", TABLE.replace(",", mark), encoding=encoding)
    assert quantities(make(tmp_path)) == {"A5-black": "18", "Y915-grey": "0"}


def test_a_title_other_columns_and_quoted_cells_do_no_harm(tmp_path: Path) -> None:
    drop(tmp_path, "stock.csv", '库存表,,\r\n\r\n名称,可用库存,商家编码\r\n"锅, 黑",18,A5-black\r\n,,\r\n短\r\n')
    assert quantities(make(tmp_path)) == {"A5-black": "18"}


@pytest.mark.parametrize("name", ["stock.xlsx", "stock.xls"])
def test_excel_is_read_old_and_new(tmp_path: Path, name: str) -> None:
    shutil.copy(EXPORTS / name, tmp_path / name)
    os.utime(tmp_path / name, (NOW - 60, NOW - 60))
    source = make(tmp_path, columns={**COLUMNS, "price": "售价", "back_on": "预计到货"}, currency="CNY")
    told = source.ask(("a5-BLACK", "Y915-grey", "10044", "K17-green", "M500-red"), 2)
    reading = Reading(SHANGHAI, prices=True)
    found = {row.sku: reading.stock(row.sku, row, EVENING, "export") for row in told.rows}
    assert {sku: (stock.state, stock.quantity, stock.price and int(stock.price), stock.back_in_days) for sku, stock in found.items()} == {
        "A5-black": ("in_stock", 18, 299, None),
        "Y915-grey": ("none", 0, 399, 7),
        "10044": ("in_stock", 7, 1299, None),
        "K17-green": ("none", None, None, None),
    }  # fmt: skip


def test_a_fact_is_as_old_as_its_file(tmp_path: Path) -> None:
    drop(tmp_path, "stock.csv", ago=600)
    assert make(tmp_path).ask(("A5-black",), 2).as_of == datetime.fromtimestamp(NOW - 600, timezone.utc)


def test_the_newest_file_counts(tmp_path: Path) -> None:
    drop(tmp_path, "stock-1.csv", ago=900)
    drop(tmp_path, "stock-2.csv", TABLE.replace("18", "17"), ago=300)
    drop(tmp_path, "other.csv", TABLE.replace("18", "1"), ago=100)
    source = make(tmp_path, "stock-*.csv")
    assert quantities(source, "A5-black") == {"A5-black": "17"}
    drop(tmp_path, "stock-3.csv", TABLE.replace("18", "16"), ago=10)
    assert quantities(source, "A5-black") == {"A5-black": "16"}


def test_a_file_written_over_is_read_again(tmp_path: Path) -> None:
    source = make(tmp_path)
    drop(tmp_path, "stock.csv", ago=300)
    quantities(source)
    drop(tmp_path, "stock.csv", TABLE.replace("18", "9"), ago=20)
    assert quantities(source, "A5-black") == {"A5-black": "9"}


# --- in the middle of being written -------------------------------------------------------------------------------

WHOLE = (EXPORTS / "stock.xlsx").read_bytes()
CUT = [
    ("stock.csv", "", 100, "empty"),
    ("stock.csv", TABLE, 1, "changed 1 s ago"),
    ("stock.csv", TABLE[:-4], 30, "in the middle of a line"),
    ("stock.csv", (TABLE + "空").encode()[:-1], 100, "in the middle of a character"),
    ("stock.csv", (TABLE + "空").encode("gb18030")[:-1], 100, "in the middle of a character"),
    ("stock.csv", "商家编码,可用", 100, "no line with the columns"),
    ("stock.xlsx", WHOLE[:3000], 100, "no whole Excel file"),
    ("stock.xlsx", WHOLE[:-30], 100, "no whole Excel file"),
    ("stock.xlsx", b"", 100, "no whole Excel file"),
]


@pytest.mark.parametrize(("name", "content", "ago", "why"), CUT)
def test_an_unfinished_export_is_passed_over_and_the_one_before_it_stays(
    tmp_path: Path, name: str, content: str | bytes, ago: float, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    drop(tmp_path, "earlier.csv", TABLE.replace("18", "5"), ago=900)
    drop(tmp_path, name, content, ago=ago)
    source = make(tmp_path)
    for _ in range(3):
        told = source.ask(("A5-black",), 2)
        assert [row.quantity for row in told.rows] == ["5"]
        assert told.as_of == datetime.fromtimestamp(NOW - 900, timezone.utc), "its age is that of the earlier one"
    assert why in caplog.text and caplog.text.count("export_not_used") == 1, "it is told once"


def test_the_file_that_is_written_over_stays_as_it_was_read(tmp_path: Path) -> None:
    source = make(tmp_path)
    drop(tmp_path, "stock.csv", ago=300)
    quantities(source)
    drop(tmp_path, "stock.csv", "商家编码,可用库存\nA5-black,1", ago=2)
    assert quantities(source) == {"A5-black": "18", "Y915-grey": "0"}


def test_without_any_whole_export_it_cannot_be_asked(tmp_path: Path) -> None:
    drop(tmp_path, "stock.csv", ago=1)
    with pytest.raises(InventoryError, match="changed 1 s ago"):
        quantities(make(tmp_path))


def test_an_export_that_never_ends_its_last_line_is_read_when_it_has_rested(tmp_path: Path) -> None:
    drop(tmp_path, "stock.csv", TABLE.rstrip("\n"), ago=61)
    assert quantities(make(tmp_path)) == {"A5-black": "18", "Y915-grey": "0"}


@pytest.mark.parametrize("name", ["~$stock.csv", "stock.csv.part", ".stock.csv", "stock.csv.tmp"])
def test_what_programs_have_not_finished_is_not_looked_at(tmp_path: Path, name: str) -> None:
    drop(tmp_path, name)
    with pytest.raises(InventoryError, match="there is no file"):
        quantities(make(tmp_path, "*stock.csv*"))


# --- what cannot be right -----------------------------------------------------------------------------------------


def test_a_folder_that_is_gone_cannot_be_asked(tmp_path: Path) -> None:
    with pytest.raises(InventoryError, match="the folder gone cannot be read"):
        quantities(make(tmp_path / "gone"))


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    drop(tmp_path, "stock.csv", "sku,qty\nA5-black,18\n")
    with pytest.raises(InventoryError, match="stock.csv has no line with the columns 商家编码, 可用库存"):
        quantities(make(tmp_path))


def test_several_warehouses_are_added_up_and_what_one_of_them_does_not_know_is_not_known(tmp_path: Path) -> None:
    drop(tmp_path, "stock.csv", TABLE + "A5-black,4\na5-black,-2\nY915-grey,\n")
    assert quantities(make(tmp_path, add=True)) == {"A5-black": 22, "Y915-grey": None}


def test_two_lines_of_one_sku_both_come_where_they_are_not_to_be_added(tmp_path: Path) -> None:
    drop(tmp_path, "stock.csv", TABLE + "A5-black,4\n")
    rows = make(tmp_path).ask(("A5-black",), 2).rows
    assert [row.quantity for row in rows] == ["18", "4"], "the guard around it believes neither"
