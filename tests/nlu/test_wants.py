"""What stands on the card as wanted, after every change of mind: through the real extractors, the turn and the card.

The labels are given: no classifier, no training. The rows stand in wants.yml.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot.adapters.shop_files import load_shop
from bot.core.card import TurnRecord, build_card
from bot.core.dialogue import Dialogue
from bot.core.text import language_of
from bot.core.types import Question
from bot.services.turn import Message, take_turn
from tests.nlu.helpers import entities_of
from tests.small_shop import EVENING, make_desk

FOLDER = Path(__file__).parent
SHOP = load_shop(FOLDER.parents[1] / "shop")


def rows() -> list[tuple[list[dict[str, str]], list[str]]]:
    table = YAML(typ="safe").load(FOLDER / "wants.yml")
    return [(row["said"], row["wants"]) for row in table]


def heard(text: str, labels: str, components: list) -> Message:
    """`text` and `labels` are cut at |."""
    questions, at = [], 0
    for part, name in zip(text.split("|"), labels.split("|")):
        questions.append(Question(name, part.strip(), at, at + len(part), 1.0))
        at += len(part)
    plain = text.replace("|", "")
    found = tuple(entity for entity in entities_of(plain, components) if entity.name != "language")
    return Message(plain, language_of(plain) or "zh", tuple(questions), found)


@pytest.mark.parametrize(("said", "wanted"), rows(), ids=[" / ".join(t for m in said for t in m) for said, _ in rows()])
def test_what_is_wanted_in_the_end(said: list[dict[str, str]], wanted: list[str], components: list) -> None:
    desk, dialogue, turns = make_desk(EVENING, SHOP), Dialogue(), []
    for one in said:
        for text, labels in one.items():
            turn = take_turn(heard(text, labels, components), dialogue, desk)
            dialogue = turn.dialogue
            turns.append(TurnRecord(text.replace("|", ""), EVENING, dict(turn.record)))
    turns[-1].record.setdefault("reason", "request_human")
    card = build_card("e", turns, SHOP, "")
    found = [
        " ".join(str(want[name] or "-") for name in ("product", "colour", "size", "quantity")) for want in card["wants"]
    ]
    assert found == wanted
