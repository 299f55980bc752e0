"""What the action takes for the conversation's memory, which questions are its own, and to whom it leaves the record."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.core.dialogue import Dialogue
from bot.skill import actions
from bot.skill.actions import ActionTakeTurn, dialogue_of, message_of
from tests.small_shop import EVENING, make_desk

ASKS_STOCK = {"label": "ask_stock", "text": "有货吗", "start": 0, "end": 3, "confidence": 0.9}


def tracker(slot: Any, **metadata: Any) -> Tracker:
    latest = {"text": "有货吗", "entities": [], "questions": [ASKS_STOCK], "metadata": metadata}
    return Tracker("web:c/1", {"dialogue": slot, "language": "zh"}, latest, [], False, None, {}, None)


MEMORIES = [
    ({"products": ["L18"]}, {"dialogue": {"products": ["Y915"]}}, ("Y915",)),
    ({"products": ["L18"]}, {"dialogue": {}}, ()),
    (None, {"dialogue": {"products": ["Y915"]}}, ("Y915",)),
    ({"products": ["L18"]}, {}, ("L18",)),
    (None, {}, ()),
]


@pytest.mark.parametrize(("slot", "sent", "products"), MEMORIES)
def test_what_the_front_kept_goes_before_the_trackers(slot: Any, sent: dict, products: tuple[str, ...]) -> None:
    assert dialogue_of(tracker(slot, **sent)) == Dialogue(products=products)


def test_a_turn_that_the_buyer_never_saw_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tracker remembers an answer about L18 that came too late; the buyer's last answer was about the blender."""
    monkeypatch.setattr(actions.bootstrap, "desk", lambda: make_desk(EVENING))
    late = {"products": ["L18"], "handed_over": "request_human", "pending": {"missing": "person", "questions": []}}
    dispatcher = CollectingDispatcher()
    heard = tracker(late, dialogue={"products": ["Y915"]})
    slot, _ = asyncio.run(ActionTakeTurn().run(dispatcher, heard, {}))
    record = dispatcher.messages[-1]["custom"]
    assert record["turn"]["questions"][0]["details"]["product"] == "Y915"
    assert record["dialogue"] == slot["value"]
    assert "handed_over" not in slot["value"]


def test_questions_of_another_skill_are_left_to_it() -> None:
    bosses = {**ASKS_STOCK, "label": "greet_boss"}
    both = tracker(None)
    both.latest_message["questions"] = [bosses, ASKS_STOCK]
    assert [question.label for question in message_of(both).questions] == ["ask_stock"]


@pytest.mark.parametrize(("channel", "left"), [("front", True), ("rest", True), ("slack", False), ("telegram", False)])
def test_only_programs_are_left_the_record(monkeypatch: pytest.MonkeyPatch, channel: str, left: bool) -> None:
    monkeypatch.setattr(actions.bootstrap, "desk", lambda: make_desk(EVENING))
    said = tracker(None)
    said.events = [{"event": "user", "input_channel": channel}, {"event": "action"}]
    dispatcher = CollectingDispatcher()
    asyncio.run(ActionTakeTurn().run(dispatcher, said, {}))
    assert any(message["custom"] for message in dispatcher.messages) is left
    assert any(message["response"] for message in dispatcher.messages)
