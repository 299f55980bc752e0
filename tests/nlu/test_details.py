"""The details in a message. The rows stand in details/*.yml: a message, and everything that must be found in it, nothing more.

They go through the real tokenizer, entity extractors and `bot.core.details`, over the demo shop; no classifier, no training.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.core.dates import resolve
from bot.core.details import find_details
from bot.core.dialogue import Dialogue
from bot.core.types import Entity, Question
from bot.nlu import shop_entities
from bot.nlu.places import place_words
from tests.nlu.helpers import entities_of

TODAY = date(2026, 11, 21)
"""The Saturday from which the tables count their days."""


def rows() -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """(file, language, message, details wanted)."""
    for path in sorted((Path(__file__).parent / "details").glob("*.yml")):
        for language, table in YAML(typ="safe").load(path).items():
            for text, wanted in table.items():
                yield path.stem, language, text, wanted


ROWS = list(rows())


@pytest.fixture(scope="module")
def provinces() -> dict[str, str]:
    """Chinese names by code; the first word for a code is its full name, the second the one in use."""
    usual: dict[str, str] = {}
    for _, place in place_words():
        if "city" not in place:
            usual.setdefault(place["province"], place["name_zh"])
    return usual


def plain(entity: Entity, provinces: dict[str, str]) -> Any:
    """The value as the tables write it."""
    value = entity.value
    if entity.name == "product":
        return "|".join(value) if isinstance(value, (list, tuple)) else value
    if entity.name == "price":
        return _price(value)
    if entity.name == "region":
        return _region(value, provinces)
    if entity.name == "date":
        return resolve(value, TODAY) or value
    return round(value, 1) if entity.name in ("height", "weight") else value


def _price(value: dict[str, Any]) -> str:
    sign = "-" if value["kind"] == "reduction" else ""
    told = "" if value["offered"] else "told"
    words = [f"{sign}{Decimal(value['amount']).normalize():f}", value["per"] or "", told]
    return " ".join(filter(None, words))


def _region(place: dict[str, str], provinces: dict[str, str]) -> str:
    if not place["province"]:
        return "?"
    if place["province"] == "abroad":
        return "abroad" if place["name_en"] == "abroad" else f"abroad/{place['name_en']}"
    return "/".join([provinces[place["province"]], *(place[level] for level in ("city", "county") if level in place)])


def listed(wanted: dict[str, Any]) -> dict[str, list]:
    return {name: value if isinstance(value, list) else [value] for name, value in wanted.items()}


@pytest.mark.parametrize(("file", "language", "text", "wanted"), ROWS, ids=[f"{f}: {t}" for f, _, t, _ in ROWS])
def test_each_detail_is_found_and_nothing_else(
    file: str, language: str, text: str, wanted: dict[str, Any], components: list, provinces: dict[str, str]
) -> None:
    entities = entities_of(text, components)
    found: dict[str, list] = {}
    for entity in entities:
        if entity.name != "language":
            found.setdefault(entity.name, []).append(plain(entity, provinces))
    assert found == listed(wanted)
    _check_details(text, entities, listed(wanted))


def _check_details(text: str, entities: list[Entity], wanted: dict[str, list]) -> None:
    """What a question about the whole message is given (`bot.core.details`): the first of each kind."""
    shop = shop_entities.live_shop().current()
    question = Question("purchase_intent", text, 0, len(text), 1.0)
    own = tuple(e for e in entities if e.name != "language")
    details = find_details(question, own, own, Dialogue(), shop, follow_up=False)
    for name, field in (("height", "height_cm"), ("weight", "weight_kg")):
        held = getattr(details, field)
        assert (held and round(held, 1)) == wanted.get(name, [None])[0]
    for name in ("household", "quantity", "courier", "contact", "category"):
        assert getattr(details, name) == wanted.get(name, [None])[0]
    if "category" not in wanted:
        assert "|".join(details.products) == "|".join(dict.fromkeys("|".join(wanted.get("product", [])).split("|")))
    offers = [price for price in wanted.get("price", []) if "told" not in price]
    assert (details.amount is not None) == bool(offers)


def test_the_tables_are_large_and_two_thirds_chinese() -> None:
    languages = [language for _, language, _, _ in ROWS]
    assert len(languages) >= 400
    assert languages.count("zh") >= len(languages) * 0.6
