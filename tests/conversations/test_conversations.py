"""Whole dialogues through the running system. They are written as chats in the YAML files beside this one: see README.md."""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.conftest import EVENING, Stack

HERE = Path(__file__).parent
CHATS = [(file.stem, chat) for file in sorted(HERE.glob("*.yml")) for chat in YAML(typ="safe").load(file)]
KNOWN = {
    "buyer",
    "at",
    "labels",
    "outcomes",
    "decision",
    "state",
    "facts",
    "says",
    "says_not",
    "details",
    "handoff",
    "replies",
}


@pytest.mark.stack
def _marked(chat: dict[str, Any]) -> Any:
    """A dialogue that says what goes wrong in it must go wrong: when it is mended, the line has to go."""
    wrong = chat.get("not_yet")
    return pytest.param(chat, marks=pytest.mark.xfail(reason=wrong, strict=True)) if wrong else chat


@pytest.mark.parametrize(
    "chat", [_marked(c) for _, c in CHATS], ids=[f"{file}: {chat['name']}" for file, chat in CHATS]
)
def test_chat(stack: Stack, chat: dict[str, Any]) -> None:
    stack.set_clock(str(chat.get("at", EVENING)))
    conversation = uuid.uuid4().hex
    for line in chat["chat"]:
        assert set(line) <= KNOWN, f"no such expectation: {set(line) - KNOWN}"
        if "at" in line:
            stack.set_clock(str(line["at"]))
        answer = stack.say(conversation, line["buyer"])
        _check(line, answer)


def _check(line: dict[str, Any], answer: dict[str, Any]) -> None:
    questions = answer["turn"]["questions"]
    said = "\n".join(reply["text"] for reply in answer["replies"])
    shown = f"\nbuyer: {line['buyer']}\nbot: {said}\nquestions: {[(q['label'], q['outcome']) for q in questions]}"
    assert said.strip(), f"silence{shown}"
    assert not re.search(r"\{\w*\}", said), f"an unfilled placeholder{shown}"
    for name in ("decision",):
        if name in line:
            assert answer["turn"][name] == line[name], shown
    if "state" in line:
        assert answer["state"] == line["state"], shown
    if "labels" in line:
        assert [q["label"] for q in questions] == line["labels"], shown
    if "outcomes" in line:
        assert [q["outcome"] for q in questions] == line["outcomes"], shown
    if "replies" in line:
        assert len(answer["replies"]) == line["replies"], shown
    for text in _listed(line.get("says")):
        assert text.lower() in said.lower(), f"not said: {text}{shown}"
    for text in _listed(line.get("says_not")):
        assert text.lower() not in said.lower(), f"said: {text}{shown}"
    facts = {f["name"]: f["value"] for q in questions for f in q["facts"]}
    for name, value in line.get("facts", {}).items():
        assert facts.get(name) == str(value), f"{name} is {facts.get(name)}, not {value}{shown}"
    details = {k: v for q in questions for k, v in q["details"].items()}
    for name, value in line.get("details", {}).items():
        assert details.get(name) == value, f"{name} is {details.get(name)}, not {value}{shown}"
    if "handoff" in line:
        _check_card(line["handoff"], answer["handoff"], shown)


def _check_card(wanted: dict[str, Any] | None, card: dict[str, Any] | None, shown: str) -> None:
    if wanted is None:
        assert card is None, shown
        return
    assert card is not None, f"no card{shown}"
    for name, value in wanted.items():
        if isinstance(value, dict) and isinstance(card[name], dict):
            found = {key: card[name].get(key) for key in value}
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            found = [{key: have.get(key) for key in want} for want, have in zip(value, card[name])]
            assert len(card[name]) == len(value), f"{name} is {card[name]}{shown}"
        else:
            found = card[name]
        assert found == value, f"{name} is {card[name]}, not {value}{shown}"


def _listed(value: Any) -> list[str]:
    return [] if value is None else [str(v) for v in value] if isinstance(value, list) else [str(value)]
