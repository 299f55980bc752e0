"""The demo shop's size rules (demo-shop.md, “Which size”), borders included."""

from __future__ import annotations

import pytest

from bot.core.shop import Product, SizeRow
from bot.core.sizing import Advice, advise_by_body, advise_by_household, measured_by

PAIR = {"zh": "", "en": ""}


def product(fit: str | None) -> Product:
    return Product("X1", PAIR, (), "clothing", fit, ())


def bodies(*rows: tuple) -> tuple[SizeRow, ...]:
    return tuple(SizeRow("X1", size, height, weight, None, PAIR) for size, height, weight in rows)


def people(*rows: tuple) -> tuple[SizeRow, ...]:
    return tuple(SizeRow("X1", size, None, None, span, PAIR) for size, span in rows)


J01, J01_ROWS = product("true"), bodies(
    ("26", (150, 158), (42, 47)), ("27", (155, 162), (46, 51)), ("28", (158, 166), (50, 56)), ("29", (160, 168), (55, 61)),
    ("30", (163, 172), (60, 66)), ("31", (165, 175), (65, 71)), ("32", (168, 178), (70, 77)),
)  # fmt: skip
W05, W05_ROWS = product("small"), bodies(
    ("S", (155, 162), (43, 50)), ("M", (160, 167), (49, 57)), ("L", (165, 172), (56, 65)), ("XL", (170, 178), (64, 74)),
    ("XXL", (175, 185), (73, 85)),
)  # fmt: skip
ROWS = {"J01": (J01, J01_ROWS), "W05": (W05, W05_ROWS)}

BODIES = [
    # one row holds both measures, at its lowest and its highest
    ("J01", 150, 42, Advice("one", ("26",))),
    ("J01", 158, 45, Advice("one", ("26",))),
    ("J01", 152, 45.5, Advice("one", ("26",))),
    ("J01", 160, 48, Advice("one", ("27",))),
    ("J01", 160, 53, Advice("one", ("28",))),
    ("J01", 165, 58, Advice("one", ("29",))),
    ("J01", 170, 63, Advice("one", ("30",))),
    ("J01", 170, 68, Advice("one", ("31",))),
    ("J01", 178, 77, Advice("one", ("32",))),
    # two rows hold both: the product is true to size, so both are named
    ("J01", 156, 46, Advice("between", ("26", "27"))),
    ("J01", 158, 47, Advice("between", ("26", "27"))),
    ("J01", 160, 50, Advice("between", ("27", "28"))),
    ("J01", 165, 56, Advice("between", ("28", "29"))),
    ("J01", 165, 60, Advice("between", ("29", "30"))),
    ("J01", 170, 66, Advice("between", ("30", "31"))),
    ("J01", 170, 70, Advice("between", ("31", "32"))),
    # height in one row, weight in another: the weight's size, and where the height points
    ("J01", 178, 45, Advice("split", ("26",), towards="32")),
    ("J01", 150, 75, Advice("split", ("32",), towards="26")),
    ("J01", 170, 53, Advice("split", ("28",), towards="30")),
    ("J01", 152, 50, Advice("split", ("27", "28"), towards="26")),
    # outside every row, by a hair or by far, in either measure
    ("J01", 149, 45, Advice("outside")),
    ("J01", 149.9, 42, Advice("outside")),
    ("J01", 179, 77, Advice("outside")),
    ("J01", 160, 41, Advice("outside")),
    ("J01", 160, 41.9, Advice("outside")),
    ("J01", 178, 78, Advice("outside")),
    ("J01", 190, 100, Advice("outside")),
    # W05
    ("W05", 155, 43, Advice("one", ("S",))),
    ("W05", 165, 52, Advice("one", ("M",))),
    ("W05", 168, 60, Advice("one", ("L",))),
    ("W05", 175, 70, Advice("one", ("XL",))),
    ("W05", 185, 85, Advice("one", ("XXL",))),
    # it runs small: between two, the larger
    ("W05", 161, 49, Advice("between", ("M",), larger=True)),
    ("W05", 162, 50, Advice("between", ("M",), larger=True)),
    ("W05", 166, 56, Advice("between", ("L",), larger=True)),
    ("W05", 167, 57, Advice("between", ("L",), larger=True)),
    ("W05", 171, 64, Advice("between", ("XL",), larger=True)),
    ("W05", 176, 73, Advice("between", ("XXL",), larger=True)),
    ("W05", 170, 52, Advice("split", ("M",), towards="L")),
    ("W05", 180, 60, Advice("split", ("L",), towards="XXL")),
    ("W05", 156, 70, Advice("split", ("XL",), towards="S")),
    ("W05", 154, 45, Advice("outside")),
    ("W05", 186, 85, Advice("outside")),
    ("W05", 160, 42, Advice("outside")),
    ("W05", 180, 86, Advice("outside")),
]  # fmt: skip


@pytest.mark.parametrize(("item", "height", "weight", "advice"), BODIES)
def test_advises_by_height_and_weight(item: str, height: float, weight: float, advice: Advice) -> None:
    assert advise_by_body(*ROWS[item], height, weight) == advice


def test_what_runs_large_takes_the_smaller_of_two() -> None:
    assert advise_by_body(product("large"), J01_ROWS, 158, 47) == Advice("between", ("26",))


R30 = people(("3L", (1, 3)), ("4L", (2, 5)), ("5L", (4, 8)))
D20 = people(("1.2L", (1, 4)))
Y915 = people(("1.75L", (3, 6)))
A5 = L18 = people(("5L", (2, 4)))
Z28 = people(("26cm", (2, 3)), ("28cm", (3, 5)), ("30cm", (5, 8)))

HOUSEHOLDS = [
    (R30, 1, Advice("one", ("3L",))),
    (R30, 2, Advice("between", ("3L", "4L"))),
    (R30, 3, Advice("between", ("3L", "4L"))),
    (R30, 4, Advice("between", ("4L", "5L"))),
    (R30, 5, Advice("between", ("4L", "5L"))),
    (R30, 6, Advice("one", ("5L",))),
    (R30, 8, Advice("one", ("5L",))),
    (R30, 9, Advice("outside")),
    (D20, 1, Advice("one", ("1.2L",))),
    (D20, 4, Advice("one", ("1.2L",))),
    (D20, 5, Advice("outside")),
    (Y915, 2, Advice("outside")),
    (Y915, 3, Advice("one", ("1.75L",))),
    (Y915, 6, Advice("one", ("1.75L",))),
    (Y915, 7, Advice("outside")),
    (A5, 1, Advice("outside")),
    (A5, 2, Advice("one", ("5L",))),
    (L18, 4, Advice("one", ("5L",))),
    (L18, 5, Advice("outside")),
    (Z28, 1, Advice("outside")),
    (Z28, 2, Advice("one", ("26cm",))),
    (Z28, 3, Advice("between", ("26cm", "28cm"))),
    (Z28, 4, Advice("one", ("28cm",))),
    (Z28, 5, Advice("between", ("28cm", "30cm"))),
    (Z28, 8, Advice("one", ("30cm",))),
    (Z28, 9, Advice("outside")),
]


@pytest.mark.parametrize(("rows", "number", "advice"), HOUSEHOLDS)
def test_advises_by_the_people_of_a_household(rows: tuple, number: int, advice: Advice) -> None:
    assert advise_by_household(product(None), rows, number) == advice


def test_a_guide_says_what_it_measures_by() -> None:
    assert measured_by(J01_ROWS) is advise_by_body
    assert measured_by(R30) is advise_by_household
    assert measured_by((SizeRow("S60", "1.5m", None, None, None, {"zh": "被套", "en": "cover"}),)) is None
    assert measured_by(()) is None
