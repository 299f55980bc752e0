"""The messages in data/messages: each line can be read, has labels of ours, and is none that is measured with."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.core.labels import ALL
from bot.core.text import fold

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "data" / "messages").glob("*.tsv"))
DIALOGUES = sorted((ROOT / "tests" / "conversations").glob("*.yml"))
BUYER = re.compile(r"^\s*-? *buyer: *(.+)$", re.MULTILINE)
MEASURED_WITH = Path(__file__).parent / "typed_together.tsv"


def rows(path: Path) -> list[tuple[str, list[str]]]:
    pairs = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    return [(text, labels.split()) for text, labels in pairs]


def key(text: str) -> str:
    return "".join(re.findall(r"\w", fold(text).text))


@pytest.mark.parametrize("path", [*FILES, MEASURED_WITH], ids=lambda path: path.stem)
def test_each_part_has_a_label_of_ours(path: Path) -> None:
    found = rows(path)
    assert found
    for text, labels in found:
        assert set(labels) <= set(ALL), (text, labels)
        assert len(labels) == len(text.split("|")), (text, labels)
        assert all(part.strip() for part in text.split("|")), text


def test_no_message_stands_twice_or_among_those_to_measure_with() -> None:
    lines = [key(text) for path in FILES for text, _ in rows(path)]
    assert lines
    assert len(lines) == len(set(lines))
    assert not set(lines) & {key(text) for text, _ in rows(MEASURED_WITH)}


def test_no_message_is_said_in_a_dialogue_that_tests() -> None:
    said = {key(text) for path in DIALOGUES for text in BUYER.findall(path.read_text(encoding="utf-8"))}
    assert len(said) > 300
    assert not said & {key(text) for path in FILES for text, _ in rows(path)}


def test_there_are_enough_to_measure_with() -> None:
    found = rows(MEASURED_WITH)
    assert sum(len(labels) > 1 for _, labels in found) >= 300
    assert sum(len(labels) == 1 for _, labels in found) >= 300
