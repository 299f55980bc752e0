"""What the actions take for the conversation's memory."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import actions
from actions.actions import ActionTakeTurn, dialogue_of
from bot.core.dialogue import Dialogue
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
