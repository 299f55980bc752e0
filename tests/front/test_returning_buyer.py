"""A buyer who comes back: while waiting they find the thread and the answer; after closing they start clean."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.agents import Agents
from bot.adapters.database import Database
from bot.adapters.handoffs import Handoffs
from bot.adapters.migrations import migrate
from bot.adapters.rasa_client import RasaTurn
from bot.adapters.shop_files import load_shop
from bot.adapters.store import Store
from bot.adapters.words import Words
from bot.core.contacts import find_contacts
from bot.core.dialogue import Dialogue
from bot.core.handoff import Agent, Ending
from bot.core.text import fold
from bot.core.types import Entity, Question
from bot.front.conversations import MOST_TRIES, Conversations, Incoming
from bot.front.live import Live
from bot.services.common import Desk
from bot.services.turn import Message, take_turn
from tests.conftest import ROOT
from tests.small_shop import SHANGHAI, make_desk

ANNA = Agent("anna", "agent")
SHOP = load_shop(ROOT / "shop")
WORDS = Words(ROOT / "domain.yml")
LABELS = {"我要": "purchase_intent", "有货": "ask_stock", "没事": "deny", "不用": "deny", "转人工": "request_human"}
NAMED = {"羽绒服": ("product", "W05"), "料理机": ("product", "L18"), "黑色": ("colour", "black"), "M码": ("size", "M")}


class StandIn:
    """Understands a few words as Rasa would, and remembers nothing of its own."""

    def __init__(self, world: World):
        self._world = world
        self.senders: list[str] = []

    def take_turn(self, sender: str, text: str, metadata: Mapping[str, Any]) -> RasaTurn:
        self.senders.append(sender)
        named = [(*NAMED[word], word) for word in NAMED if word in text]
        named += [("contact", found.value, text[found.start : found.end]) for found in find_contacts(fold(text).text)]
        entities = tuple(Entity(n, v, w, text.index(w), text.index(w) + len(w)) for n, v, w in named)
        label = next((label for word, label in LABELS.items() if word in text), "inform")
        question = Question(label, text, 0, len(text), 0.9)
        before = Dialogue.from_json(metadata["dialogue"])
        turn = take_turn(Message(text, "zh", (question,), entities), before, self._world.desk())
        replies = tuple(WORDS.say(reply.name, "zh", reply.facts) for reply in turn.replies)
        return RasaTurn(replies, turn.record, turn.dialogue.as_json())


class World:
    def __init__(self, folder: Path):
        database = Database(f"sqlite:///{folder / 'front.sqlite'}")
        migrate(database)
        self.store, self.handoffs, self.hour = Store(database), Handoffs(database), datetime.min
        Agents(database).save(ANNA.name, "hash", ANNA.role)
        self.rasa = StandIn(self)
        self.conversations = Conversations(self.store, self.rasa, WORDS, self.desk, self, Live())  # type: ignore[arg-type]

    def now(self) -> datetime:
        return self.hour

    def desk(self) -> Desk:
        return make_desk(self.hour, replace(SHOP, robots=()))

    def at(self, moment: str) -> World:
        self.hour = datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)
        return self

    def says(self, text: str) -> Mapping[str, Any]:
        return asyncio.run(self.conversations.receive(Incoming("web:c", f"{text}{self.hour}", text)))

    def thread(self) -> list[tuple[str, str]]:
        return [(m["sender"], m["text"]) for m in self.store.thread("web:c")]


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A buyer who wanted a jacket at night, and left a number."""
    made = World(tmp_path).at("2026-11-21T23:00")
    made.says("我要一件羽绒服黑色M码")
    made.says("13812345678")
    return made


def test_at_night_the_buyer_hears_when_somebody_is_there_and_may_leave_a_contact(world: World) -> None:
    handed_over, asked, confirmed = [text for sender, text in world.thread() if sender == "bot"]
    assert "人工客服明早 9:00 上班" in handed_over
    assert "留个电话或微信" in asked
    assert "138****5678" in confirmed and "人工客服明早 9:00 上班" in confirmed
    assert world.handoffs.listed()[0]["card"]["buyer"]["contact"] == "13812345678"


def test_next_day_the_waiting_buyer_finds_the_thread_and_the_answer(world: World) -> None:
    handoff = world.handoffs.listed()[0]["id"]
    world.at("2026-11-22T09:02")
    world.handoffs.claim(handoff, ANNA, world.hour)
    world.handoffs.reply(handoff, ANNA, "r1", "您好，黑色M码有货，现在拍下就行", [], world.hour)
    senders = [sender for sender, _ in world.thread()]
    assert senders == ["buyer", "bot", "bot", "buyer", "bot", "agent"]
    assert world.thread()[-1] == ("agent", "您好，黑色M码有货，现在拍下就行")
    world.at("2026-11-22T20:00").says("好的")
    assert world.store.state("web:c") == "claimed"
    assert world.thread()[-1] == ("buyer", "好的")


def test_still_waiting_the_next_day_it_is_the_same_handoff(world: World) -> None:
    before = world.handoffs.listed()[0]["id"]
    answer = world.at("2026-11-22T08:00").says("我要再加一台料理机")
    assert answer["handoff"]["episode"] == before
    assert [want["product"] for want in answer["handoff"]["wants"]] == ["W05", "L18"]
    assert len(world.handoffs.listed()) == 1


CLOSINGS = {
    "closed by an agent": lambda w, h: w.handoffs.close(h, ANNA, Ending("lost", None, "price"), w.hour),
    "closed by the clock": lambda w, h: w.handoffs.expire(h, w.hour),
    "given back": lambda w, h: w.handoffs.give_back(h, ANNA, w.hour),
}


@pytest.mark.parametrize("closing", CLOSINGS.values(), ids=CLOSINGS)
def test_after_closing_the_next_card_holds_nothing_of_the_old(world: World, closing: Any) -> None:
    old = world.handoffs.listed()[0]["id"]
    world.at("2026-11-22T10:00")
    world.handoffs.claim(old, ANNA, world.hour)
    closing(world, old)
    card = world.at("2026-11-23T23:00").says("我要一台料理机")["handoff"]
    assert card["episode"] != old
    assert [want["product"] for want in card["wants"]] == ["L18"]
    assert card["buyer"] == {"height_cm": None, "weight_kg": None, "household": None, "contact": None}
    assert [q["text"] for q in card["questions"]] == ["我要一台料理机"]
    assert world.rasa.senders[-1] != world.rasa.senders[0]


def test_what_was_settled_starts_clean_too_and_a_contact_is_asked_for_anew(world: World) -> None:
    assert world.at("2026-11-22T00:30").says("没事了，解决了")["state"] == "bot"
    answer = world.at("2026-11-22T23:30").says("转人工")
    assert (answer["handoff"]["wants"], answer["handoff"]["buyer"]["contact"]) == ([], None)
    assert "留个电话或微信" in answer["replies"][-1]["text"]


def test_the_whole_thread_stays_over_episodes(world: World) -> None:
    world.handoffs.expire(world.handoffs.listed()[0]["id"], world.hour)
    world.at("2026-12-01T12:00").says("料理机有货吗")
    assert [sender for sender, _ in world.thread()].count("buyer") == 3


def test_declining_to_leave_a_contact_loses_nobody(tmp_path: Path) -> None:
    world = World(tmp_path).at("2026-11-21T23:00")
    world.says("我要一台料理机")
    answer = world.says("不用了")
    assert answer["state"] == "waiting"
    assert world.handoffs.listed()[0]["state"] == "waiting"


# --- after a restart ----------------------------------------------------------------------------------------------


def test_what_was_not_answered_in_a_long_conversation_is_answered_after_a_restart(world: World) -> None:
    for number in range(510):
        world.store.accept("web:long", f"m{number}", "", [], "zh", world.hour)
    assert asyncio.run(world.conversations.answer_the_unanswered()) == 510
    assert world.store.unanswered() == []


def test_one_that_cannot_be_answered_after_a_restart_holds_up_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for conversation in ("web:odd", "web:c"):
        world.store.accept(conversation, "m", "料理机有货吗", [], "zh", world.hour)
    take = world.rasa.take_turn

    def odd(sender: str, text: str, metadata: Mapping[str, Any]) -> RasaTurn:
        if sender.startswith("web:odd"):
            raise KeyError("questions")
        return take(sender, text, metadata)

    monkeypatch.setattr(world.rasa, "take_turn", odd)
    assert asyncio.run(world.conversations.answer_the_unanswered()) == 1
    assert [message["conversation"] for message in world.store.unanswered()] == ["web:odd"]
    assert "not_answered_yet" in caplog.text
    for _ in range(MOST_TRIES - 1):
        assert world.store.unanswered() != []
        asyncio.run(world.conversations.answer_the_unanswered())
    assert world.store.unanswered() == []
    assert world.store.thread("web:odd")[-1]["text"] == WORDS.say("utter_cannot_answer_now", "zh")["text"]
