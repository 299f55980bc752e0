"""Tables as text: what is read comes out again to the byte, and a change is in one row's text alone."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content import csv_text
from bot.content.unreadable import Unreadable
from tests.content.trees import TEXTS, shop_tree

TABLES = sorted(file for file in shop_tree() if file.endswith(".csv"))
COMMENTED = '# 说明\nid,name\n\na,"x, y"\n# between\nb,"two\nlines"\nc,"""q"""\n'


@pytest.mark.parametrize("file", TABLES)
def test_every_table_of_the_shop_comes_out_as_it_went_in(file):
    text = shop_tree()[file]
    assert csv_text.read(text).text() == text


@given(st.text(max_size=60))
def test_any_text_comes_out_as_it_went_in(text):
    text = text.replace("\0", "")
    assert csv_text.read(text).text() == text


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_line_ends_and_the_mark_at_the_beginning_stay(end, bom):
    text = bom + COMMENTED.replace("\n", end)
    table = csv_text.read(text)
    assert table.columns == ("id", "name")
    table.change(table.rows[0], {"name": "新"})
    assert table.text() == text.replace('"x, y"', "新")


def test_rows_know_their_lines_and_cells():
    rows = csv_text.read(COMMENTED).rows
    assert [(row.line, row.cells["id"]) for row in rows] == [(4, "a"), (6, "b"), (8, "c")]
    assert [row.cells["name"] for row in rows] == ["x, y", "two\nlines", '"q"']


@given(st.integers(0, 2), st.sampled_from(["id", "name"]), TEXTS)
def test_a_cell_reads_back_and_no_other_row_changes(place, column, value):
    table = csv_text.read(COMMENTED)
    before = [row.raw for row in table.rows]
    table.change(table.rows[place], {column: value})
    again = csv_text.read(table.text())
    assert again.rows[place].cells[column] == value
    assert [row.raw for i, row in enumerate(again.rows) if i != place] == [
        raw for i, raw in enumerate(before) if i != place
    ]
    assert "# 说明\n" in table.text() and "# between\n" in table.text()


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_a_written_row_is_one_row_to_any_reader_of_csv(fields):
    told = csv_text.written(fields) + "\n"
    assert list(csv.reader(io.StringIO(told, newline=""))) == [fields]
    assert [row.fields for row in csv_text.read("a\n" + told).rows] == [fields]


def test_a_new_row_stands_behind_the_one_named_and_else_at_the_end():
    table = csv_text.read("id\na\nb")
    table.add({"id": "a2"}, after=table.rows[0])
    table.add({"id": "c"})
    assert table.text() == "id\na\na2\nb\nc\n"


def test_a_row_taken_out_leaves_the_comments_around_it():
    table = csv_text.read(COMMENTED)
    table.remove(table.rows[1])
    assert table.text() == COMMENTED.replace('b,"two\nlines"\n', "")


def test_a_column_that_is_new_is_added_and_other_rows_stay_short():
    table = csv_text.read("id,x\na,1\nb,2\n")
    table.change(table.rows[1], {"source": "说明书"})
    assert table.text() == "id,x,source\na,1\nb,2,说明书\n"
    assert csv_text.read(table.text()).rows[0].cells == {"id": "a", "x": "1", "source": ""}


def test_cells_beyond_the_columns_survive_a_change():
    table = csv_text.read("id,x\na,1,extra\n")
    table.change(table.rows[0], {"x": "2"})
    assert table.text() == "id,x\na,2,extra\n"


def test_a_text_that_is_no_table_says_so():
    with pytest.raises(Unreadable) as told:
        csv_text.read("id\na\0b\n")
    assert told.value.line == 2
