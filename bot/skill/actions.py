"""The action that Rasa calls: tracker in, one service call, replies out."""

from __future__ import annotations

import asyncio
from typing import Any, Dict, List

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot import bootstrap
from bot.core.dialogue import Dialogue
from bot.core.labels import ALL
from bot.core.types import Entity, Language, Question
from bot.services.turn import Message, take_turn

TAKEN_BY_PROGRAMS = (None, "front", "rest", "callback")
"""Channels on which a payload that is no words does no harm; on others a person would be sent it. None: no channel said."""


class ActionTakeTurn(Action):
    """Answers everything in the latest message, and leaves the turn's record as the reply's `custom` payload."""

    def name(self) -> str:
        return "action_take_turn"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> List[Dict[str, Any]]:
        message, dialogue = message_of(tracker), dialogue_of(tracker)
        turn = await asyncio.to_thread(lambda: take_turn(message, dialogue, bootstrap.desk()))
        for reply in turn.replies:
            buttons = [{"title": title, "payload": title} for title in reply.buttons]
            dispatcher.utter_message(response=reply.name, buttons=buttons, **reply.facts)
        remembered = turn.dialogue.as_json()
        if tracker.get_latest_input_channel() in TAKEN_BY_PROGRAMS:
            dispatcher.utter_message(json_message={"turn": turn.record, "dialogue": remembered})
        return [SlotSet("dialogue", remembered)]


def message_of(tracker: Tracker) -> Message:
    """The latest message, as `/model/parse` gives it, without questions that another skill answers."""
    latest = tracker.latest_message
    text = latest.get("text") or ""
    entities = tuple(
        Entity(e["entity"], e["value"], e.get("text", text[e["start"] : e["end"]]), e["start"], e["end"])
        for e in latest.get("entities", [])
        if e["entity"] != "language"
    )
    questions = tuple(
        Question(q["label"], q["text"], q["start"], q["end"], q["confidence"], tuple(q.get("others", ())))
        for q in latest.get("questions", [])
        if q["label"] in ALL
    )
    return Message(text, language_of(tracker), questions, entities)


def language_of(tracker: Tracker) -> Language:
    return "en" if tracker.get_slot("language") == "en" else "zh"


def dialogue_of(tracker: Tracker) -> Dialogue:
    """What is remembered: what the front kept and sent along, for it alone knows what the buyer has heard. The tracker
    also holds turns that came too late for the buyer; it is asked where nobody sent anything."""
    sent = tracker.latest_message.get("metadata") or {}
    return Dialogue.from_json(sent["dialogue"] if "dialogue" in sent else tracker.get_slot("dialogue"))
