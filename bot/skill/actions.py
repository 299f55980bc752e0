"""The action that Rasa calls: tracker in, one service call, replies out."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any, Dict, List

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot import bootstrap
from bot.adapters.logs import about
from bot.core.dialogue import Dialogue
from bot.core.types import Language
from bot.services.turn import Message, take_turn
from bot.services.understood import message_of as understood

log = logging.getLogger(__name__)

TAKEN_BY_PROGRAMS = (None, "front", "rest", "callback")
"""Channels on which a payload that is no words does no harm; on others a person would be sent it. None: no channel said."""

OURS = (None, "front")
"""The front's line; elsewhere rules of others may go on behind the action."""


class ActionTakeTurn(Action):
    """Answers everything in the latest message, and leaves the turn's record as the reply's `custom` payload."""

    def name(self) -> str:
        return "action_take_turn"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> List[Dict[str, Any]]:
        message, dialogue = message_of(tracker), dialogue_of(tracker)
        began, sent = time.perf_counter(), tracker.latest_message.get("metadata") or {}
        with about(conversation=tracker.sender_id, trace=str(sent.get("trace", ""))):
            turn = await asyncio.to_thread(lambda: take_turn(message, dialogue, bootstrap.desk()))
            labels = ",".join(question.label for question in message.questions)
            log.info("action_taken labels=%s ms=%.1f", labels, (time.perf_counter() - began) * 1000)
        for reply in turn.replies:
            buttons = [{"title": title, "payload": title} for title in reply.buttons]
            dispatcher.utter_message(response=reply.name, buttons=buttons, **reply.facts)
        remembered = turn.dialogue.as_json()
        channel = tracker.get_latest_input_channel()
        if channel in TAKEN_BY_PROGRAMS:
            dispatcher.utter_message(json_message={"turn": turn.record, "dialogue": remembered})
        over = [FollowupAction("action_listen")] if channel in OURS else []  # the turn is over: no rule is asked
        return [SlotSet("dialogue", remembered), *over]


def message_of(tracker: Tracker) -> Message:
    """The latest message, as `/model/parse` gives it, without questions that another skill answers."""
    return understood(tracker.latest_message, language_of(tracker))


def language_of(tracker: Tracker) -> Language:
    return "en" if tracker.get_slot("language") == "en" else "zh"


def dialogue_of(tracker: Tracker) -> Dialogue:
    """What is remembered: what the front kept and sent along, for it alone knows what the buyer has heard. The tracker
    also holds turns that came too late for the buyer; it is asked where nobody sent anything."""
    sent = tracker.latest_message.get("metadata") or {}
    return Dialogue.from_json(sent["dialogue"] if "dialogue" in sent else tracker.get_slot("dialogue"))
