"""Numbers as buyers write them."""

from __future__ import annotations

import re

import pytest

from bot.core.numerals import NUMBER, parse_number

NUMBERS = {
    "0": 0, "7": 7, "12": 12, "1.75": 1.75, "0012": 12, "100000": 100000,
    "零": 0, "一": 1, "两": 2, "俩": 2, "仨": 3, "九": 9, "半": 0.5, "两半": 2.5, "三半": 3.5,
    "十": 10, "十二": 12, "二十": 20, "二十五": 25, "九十九": 99,
    "一百": 100, "两百": 200, "一百零五": 105, "一百一十": 110, "一百一": 110, "一百三": 130, "二百五": 250, "三百二十一": 321,
    "一千": 1000, "一千二": 1200, "一千零二十": 1020, "一千零二": 1002, "两千五": 2500, "一千二百三十四": 1234,
    "一万": 10000, "一万二": 12000, "两万五千": 25000, "十万": 100000, "二十万": 200000,
    "一六五": 165, "一二〇": 120, "二〇二六": 2026,
    "zero": 0, "one": 1, "two": 2, "twelve": 12,
}  # fmt: skip

NO_NUMBERS = ["", "百块", "abc", "umpteen", "1.2.3", "-1", "一a"]


@pytest.mark.parametrize(("text", "value"), NUMBERS.items())
def test_reads_a_number(text: str, value: float) -> None:
    assert parse_number(text) == value


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_says_so_where_the_characters_make_no_number(text: str) -> None:
    assert parse_number(text) is None


@pytest.mark.parametrize("text", NUMBERS)
def test_the_pattern_matches_what_can_be_read(text: str) -> None:
    assert re.fullmatch(NUMBER, text)


@pytest.mark.parametrize("text", ["onely", "tend", "a", "."])
def test_the_pattern_takes_no_parts_of_words(text: str) -> None:
    assert not re.match(NUMBER, text)
