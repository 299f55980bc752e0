"""What the tests of the components share: messages, training lines, and the way through our pipeline."""

from __future__ import annotations

from pathlib import Path

from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from ruamel.yaml import YAML

from bot.core.types import Entity

DATA = Path(__file__).parents[2] / "data" / "nlu"


def lines_of(path: Path) -> dict[str, list[str]]:
    """The lines of a training file by label."""
    found: dict[str, list[str]] = {}
    for block in YAML(typ="safe").load(path)["nlu"]:
        lines = [line[2:].strip() for line in block["examples"].splitlines() if line.startswith("- ")]
        found.setdefault(block["intent"], []).extend(lines)
    return found


def all_lines() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in sorted(DATA.glob("*.yml")):
        for label, lines in lines_of(path).items():
            found.setdefault(label, []).extend(lines)
    return found


def training_data(lines: dict[str, list[str]]) -> TrainingData:
    return TrainingData([Message({TEXT: text, INTENT: label}) for label, texts in lines.items() for text in texts])


def message(text: str) -> Message:
    return Message({TEXT: text})


def entities_of(text: str, components: list) -> list[Entity]:
    messages = [message(text)]
    for component in components:
        messages = component.process(messages)
    found = messages[0].get(ENTITIES)
    assert all(text[e["start"] : e["end"]] == e["text"] for e in found)
    return [Entity(e["entity"], e["value"], e["text"], e["start"], e["end"]) for e in found]
