"""Which size fits."""

from __future__ import annotations

import pytest

from bot.services.size import answer_size
from tests.services.helpers import ask, facts, names, said
from tests.small_shop import make_desk

BODIES = [
    ("J01", 165, 58, "answered", ["utter_size_one_body"], "29"),
    ("J01", 165, 56, "answered", ["utter_size_both_body"], "28/29"),
    ("J01", 172, 52, "answered", ["utter_size_one_body", "utter_size_towards"], "28"),
    ("J01", 190, 90, "unknown", ["utter_size_outside_body"], "none"),
    ("W05", 165, 52, "answered", ["utter_size_one_body"], "M"),
    ("W05", 161, 50, "answered", ["utter_size_larger_body"], "M"),
    ("W05", 155, 60, "answered", ["utter_size_one_body", "utter_size_towards"], "L"),
    ("U36", 169, 62, "answered", ["utter_size_one_body"], "M"),
]


@pytest.mark.parametrize(("product", "height", "weight", "outcome", "replies", "size"), BODIES)
def test_advises_a_body(product, height, weight, outcome, replies, size) -> None:
    answer = answer_size(ask("ask_size", product, height_cm=height, weight_kg=weight), make_desk())
    assert (answer.outcome, names(answer), facts(answer)) == (outcome, replies, {"size": size})
    assert answer.missing == ("person" if outcome == "unknown" else None)


def test_says_which_measures_it_went_by() -> None:
    answer = answer_size(ask("ask_size", "W05", height_cm=165, weight_kg=52.5), make_desk())
    told = said(answer, "utter_size_one_body")
    assert told == {"name": "轻薄羽绒服 W05", "height": "165", "weight": "52.5", "size": "M码"}


def test_names_the_smaller_and_the_larger_of_two() -> None:
    told = said(answer_size(ask("ask_size", "J01", height_cm=165, weight_kg=56), make_desk()), "utter_size_both_body")
    assert (told["smaller"], told["larger"], told["sizes"]) == ("28码", "29码", "28码、29码")


def test_suggests_no_size_outside_the_chart() -> None:
    told = said(
        answer_size(ask("ask_size", "J01", height_cm=190, weight_kg=90), make_desk()), "utter_size_outside_body"
    )
    assert "size" not in told


@pytest.mark.parametrize(
    ("measures", "reply"), [({"height_cm": 165}, "utter_ask_weight"), ({"weight_kg": 52}, "utter_ask_height")]
)
def test_asks_back_for_the_one_measure_that_is_missing(measures: dict, reply: str) -> None:
    answer = answer_size(ask("ask_size", "W05", **measures), make_desk())
    assert (answer.outcome, answer.missing, names(answer)) == ("clarify", "measure", [reply])


FITS = [("J01", "utter_size_fit_true"), ("W05", "utter_size_fit_small"), ("U36", "utter_size_fit_large")]


@pytest.mark.parametrize(("product", "fit"), FITS)
def test_tells_how_it_runs_where_that_is_asked(product: str, fit: str) -> None:
    answer = answer_size(ask("ask_size", product, attributes=("fit",)), make_desk())
    assert (answer.missing, names(answer)) == ("measure", [fit, "utter_ask_measures"])


@pytest.mark.parametrize("product", ["J01", "W05", "U36"])
def test_without_measures_it_shows_the_chart_and_asks(product: str) -> None:
    answer = answer_size(ask("ask_size", product), make_desk())
    assert (answer.outcome, answer.missing, names(answer)) == (
        "clarify",
        "measure",
        ["utter_size_chart", "utter_ask_measures"],
    )


def test_the_fact_says_how_it_runs() -> None:
    assert facts(answer_size(ask("ask_size", "W05", attributes=("fit",)), make_desk())) == {"fit": "small"}


def test_the_chart_holds_every_row() -> None:
    chart = said(answer_size(ask("ask_size", "J01"), make_desk()), "utter_size_chart")["chart"]
    assert chart.split("\n") == ["28: 158–166 cm / 50–56 kg", "29: 160–168 cm / 55–61 kg", "30: 163–172 cm / 60–66 kg"]


PEOPLE = [
    ("R30", 1, "answered", ["utter_size_one_people"], "3L"),
    ("R30", 3, "answered", ["utter_size_both_people"], "3L/4L"),
    ("R30", 8, "answered", ["utter_size_one_people"], "5L"),
    ("R30", 9, "unknown", ["utter_size_outside_people"], "none"),
    ("D20", 4, "answered", ["utter_size_one_people"], "1.2L"),
    ("D20", 5, "unknown", ["utter_size_outside_people"], "none"),
]


@pytest.mark.parametrize(("product", "people", "outcome", "replies", "size"), PEOPLE)
def test_advises_a_household(product, people, outcome, replies, size) -> None:
    answer = answer_size(ask("ask_size", product, household=people), make_desk())
    assert (answer.outcome, names(answer), facts(answer)) == (outcome, replies, {"size": size})


def test_without_a_household_it_shows_the_people_and_asks() -> None:
    answer = answer_size(ask("ask_size", "R30"), make_desk())
    assert (answer.missing, names(answer)) == ("measure", ["utter_size_people_chart", "utter_ask_household"])


def test_one_size_only_needs_no_question() -> None:
    answer = answer_size(ask("ask_size", "D20"), make_desk())
    assert (answer.outcome, answer.missing, names(answer)) == ("answered", None, ["utter_size_people_chart"])


def test_a_guide_of_notes_gives_its_notes() -> None:
    both = said(answer_size(ask("ask_size", "S60"), make_desk()), "utter_size_notes")["notes"]
    assert both == "1.5m: 被套 200×230 厘米\n1.8m: 被套 220×240 厘米"
    one = said(answer_size(ask("ask_size", "S60", size="1.8m", language="en"), make_desk()), "utter_size_notes")[
        "notes"
    ]
    assert one == "1.8m: quilt cover 220×240 cm"


def test_without_a_guide_it_is_unknown() -> None:
    answer = answer_size(ask("ask_size", "H3", household=3), make_desk())
    assert (answer.outcome, answer.missing, names(answer)) == ("unknown", "person", ["utter_unknown_product"])


def test_without_a_product_it_asks_which() -> None:
    assert names(answer_size(ask("ask_size"), make_desk())) == ["utter_ask_product"]
