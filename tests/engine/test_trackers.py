"""Rasa's trackers as this project keeps them: live, bounded, and with all that a turn needs."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.core.utils import AvailableEndpoints
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.engine.trackers import LiveTrackerStore
from tests.conftest import ROOT

DOMAIN = Domain.from_yaml("""
version: "3.1"
intents: [ask_stock]
entities: [language]
slots:
  language: {type: text, influence_conversation: false, mappings: [{type: from_entity, entity: language}]}
  dialogue: {type: any, influence_conversation: false, mappings: [{type: custom}]}
actions: [action_take_turn]
""")


class Broker:
    """Writes down what is told."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []

    def publish(self, event: dict[str, Any]) -> None:
        self.told.append(event)


def store(**given: Any) -> LiveTrackerStore:
    return LiveTrackerStore(DOMAIN, **given)


def turn(number: int) -> list[Event]:
    asked = UserUttered(f"有货吗 {number}", {"name": "ask_stock", "confidence": 1.0})
    remembered = SlotSet("dialogue", {"products": [f"P{number}"]})
    return [asked, SlotSet("language", "zh"), ActionExecuted("action_take_turn"), remembered, _listens()]


def _listens() -> ActionExecuted:
    return ActionExecuted("action_listen")


async def taken(kept: LiveTrackerStore, sender: str, turns: int) -> DialogueStateTracker:
    for number in range(turns):
        tracker = await kept.get_or_create_tracker(sender, append_action_listen=False)
        tracker.update_with_events(turn(number), DOMAIN)
        await kept.save(tracker)
    return await kept.get_or_create_tracker(sender)


def test_a_conversation_finds_the_tracker_that_it_left() -> None:
    async def talk() -> None:
        kept = store()
        tracker = await taken(kept, "a", 1)
        assert await kept.retrieve("a") is tracker

    asyncio.run(talk())


@pytest.mark.parametrize("turns", [1, 10, 100])
def test_a_tracker_is_as_small_after_many_turns_as_after_one(turns: int) -> None:
    tracker = asyncio.run(taken(store(), "a", turns))
    assert len(tracker.events) == 3


def test_what_is_remembered_outlasts_the_events_that_said_it() -> None:
    tracker = asyncio.run(taken(store(), "a", 7))
    assert tracker.get_slot("dialogue") == {"products": ["P6"]}
    rebuilt = tracker.copy()  # as Rasa does before each action
    assert rebuilt.current_slot_values() == tracker.current_slot_values()
    assert rebuilt.latest_action_name == "action_listen"


def test_a_turn_that_was_broken_off_leaves_nothing_behind() -> None:
    async def talk() -> DialogueStateTracker:
        kept = store()
        tracker = await taken(kept, "a", 2)
        tracker.update_with_events(turn(9)[:-1], DOMAIN)  # and never saved
        found = await kept.retrieve("a")
        assert found is not None
        return found

    tracker = asyncio.run(talk())
    assert tracker.get_slot("dialogue") == {"products": ["P1"]}
    assert tracker.latest_action_name == "action_listen"
    assert len(tracker.events) == 3


def test_a_new_conversation_listens_so_that_no_session_has_to_be_begun() -> None:
    tracker = asyncio.run(store().get_or_create_tracker("a", append_action_listen=False))
    assert tracker.latest_action_name == "action_listen"


def test_of_too_many_conversations_the_one_that_was_silent_longest_is_forgotten() -> None:
    async def talk() -> list[str]:
        kept = store(most=2)
        for sender in ("a", "b", "a", "c"):
            await taken(kept, sender, 1)
        return sorted(await kept.keys())

    assert asyncio.run(talk()) == ["a", "c"]


def test_an_event_broker_hears_every_event_once() -> None:
    broker = Broker()
    asyncio.run(taken(store(event_broker=broker), "a", 3))
    texts = [event["text"] for event in broker.told if event["event"] == "user"]
    assert texts == ["有货吗 0", "有货吗 1", "有货吗 2"]
    assert len(broker.told) == 1 + 3 * len(turn(0))


# --- endpoints.yml of one's own -------------------------------------------------------------------------------------


class HeardBroker(Broker):
    """As an event broker that endpoints.yml names."""

    @classmethod
    async def from_endpoint_config(cls, broker_config: Any, event_loop: Any = None) -> HeardBroker:
        made = cls()
        made.told.append({"name": broker_config.kwargs["name"]})
        return made


def endpoints(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> AvailableEndpoints:
    monkeypatch.setenv("RASA_ACTIONS_URL", "http://actions:5055")
    monkeypatch.setenv("RASA_LINE_TOKEN", "token")
    monkeypatch.setenv("RABBITMQ_PASSWORD", "of the broker")
    file = folder / "endpoints.yml"
    file.write_text(text, encoding="utf-8")
    return AvailableEndpoints.read_endpoints(str(file))


def test_a_broker_that_the_shop_names_hears_the_events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = f"event_broker: {{type: {__name__}.HeardBroker, name: of the shop}}\n"
    read = endpoints((ROOT / "endpoints.yml").read_text() + named, tmp_path, monkeypatch)
    assert read.action.url == "http://actions:5055/webhook"

    async def play() -> HeardBroker:
        broker = await EventBroker.create(read.event_broker, asyncio.get_running_loop())
        kept = TrackerStore.create(read.tracker_store, domain=DOMAIN, event_broker=broker)
        tracker = await kept.get_or_create_tracker("api:1/1")
        tracker.update_with_events(turn(1), DOMAIN)
        await kept.save(tracker)
        return broker

    told = asyncio.run(play()).told
    assert told[0] == {"name": "of the shop"}
    assert {"user", "action"} <= {event["event"] for event in told[1:]}
    assert {event["sender_id"] for event in told[1:]} == {"api:1/1"}


def test_the_example_names_rasas_own_broker_with_a_password_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = (ROOT / "deploy" / "endpoints.events.yml").read_text(encoding="utf-8")
    read = endpoints(example, tmp_path, monkeypatch)
    assert (read.event_broker.type, read.event_broker.url) == ("pika", "rabbitmq")
    assert read.event_broker.kwargs["password"] == "of the broker"
    assert read.tracker_store.type == f"{LiveTrackerStore.__module__}.{LiveTrackerStore.__name__}"
    ours = AvailableEndpoints.read_endpoints(str(ROOT / "endpoints.yml"))
    assert (read.action.url, read.action.headers) == (ours.action.url, ours.action.headers)
