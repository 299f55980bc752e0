"""What the bot remembers survives the way through JSON."""

from __future__ import annotations

import json

import pytest

from bot.core.dialogue import Dialogue, Pending

FULL = Dialogue(
    products=("W05", "L18"),
    last={"label": "ask_stock", "details": {"product": "W05", "colour": "black"}},
    pending=Pending("measure", ({"label": "ask_size", "text": "穿多大", "details": {"product": "W05"}},)),
    region={"province": "65", "name_zh": "乌鲁木齐", "name_en": "Urumqi"},
    height_cm=165,
    weight_kg=52.5,
    household=3,
    colour="black",
    size="M",
    quantity=2,
    contact="13812345678",
    handed_over="negotiate_price",
    misunderstood=1,
    unknown=("ask_spec|W05|noise",),
)
DIALOGUES = [
    Dialogue(),
    Dialogue(products=("W05",)),
    Dialogue(pending=Pending("product")),
    Dialogue(pending=Pending("person", ({"label": "ask_spec", "text": "?", "details": {}},))),
    FULL,
]


@pytest.mark.parametrize("dialogue", DIALOGUES)
def test_comes_back_as_it_went(dialogue: Dialogue) -> None:
    assert Dialogue.from_json(json.loads(json.dumps(dialogue.as_json()))) == dialogue


@pytest.mark.parametrize("nothing", [None, {}])
def test_nothing_kept_is_a_new_dialogue(nothing: dict | None) -> None:
    assert Dialogue.from_json(nothing) == Dialogue()


def test_an_older_record_with_unknown_names_still_loads() -> None:
    assert Dialogue.from_json({"products": ["W05"], "mood": "sunny"}) == Dialogue(products=("W05",))


def test_holds_only_what_is_there() -> None:
    assert Dialogue().as_json() == {}
    assert Dialogue(size="M").as_json() == {"size": "M"}
