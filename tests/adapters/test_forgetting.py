"""A buyer is exported whole, and forgotten so that nothing of theirs is left and the counts stay; by hand and by rule."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import sqlalchemy as sa

from bot.adapters.agents import Agents
from bot.adapters.buyers import Buyers
from bot.adapters.database import Database, iso
from bot.adapters.forgetting import ERASED, Forgetting
from bot.adapters.handoffs import Handoffs
from bot.adapters.night import Nights
from bot.adapters.outbox import Outbox
from bot.adapters.store import Said, Store, Turn
from bot.adapters.tables import chatwoot_deliveries, chatwoot_steps, metadata, outbox
from bot.core.handoff import Agent, ending
from bot.core.notices import Notice
from tests.conftest import ROOT
from tests.small_shop import EVENING

PHONE, STREET, WORDS = "13812345678", "文一西路 998 号", "我妈妈的生日礼物"
SECRET = (PHONE, STREET, WORDS, "shop-user-4711")
CARD_SCHEMA = json.loads((ROOT / "bot" / "core" / "card.schema.json").read_text(encoding="utf-8"))
ANNA = Agent("anna", "lead")
BUYER = f"web:user-of-{PHONE}"


def card(id: str) -> dict[str, Any]:
    want = {"product": "W05", "name": "羽绒服", "colour": "black", "size": "M", "quantity": 2, "list_price": "369.00"}
    return {
        **{"version": 1, "episode": id, "reason": "negotiate_price", "queue": "sales", "priority": "high"},
        **{"language": "zh", "opened_at": iso(EVENING), "waiting_since": iso(EVENING), "promised": WORDS},
        **{"wants": [{**want, "words": WORDS}], "about": None, "order": PHONE, "destination": STREET},
        "offer": {"kind": "price", "amount": "600.00", "per": "order", "list_total": "738.00", "words": WORDS},
        "needed_by": {"date": "2026-12-01", "words": WORDS},
        "buyer": {"height_cm": 165, "weight_kg": 52, "household": 3, "contact": PHONE},
        **{"cares_about": ["price"], "mood": "neutral", "notes": [WORDS], "pictures": ["x"]},
        "questions": [{"label": "negotiate_price", "text": WORDS, "state": "open", "told": WORDS, "as_of": None}],
        **{"suggested_reply": WORDS, "headline": WORDS},
    }


class World:
    """A database with buyers who said personal things, and their pictures."""

    def __init__(self, database: Database, folder: Path):
        self.database, self.folder = database, folder
        self.store, self.handoffs = Store(database), Handoffs(database)
        self.forgetting = Forgetting(database, folder)
        Agents(database).save("anna", "x", "lead")

    def talk(self, name: str = BUYER, at: datetime = EVENING, handoff: str = "") -> None:
        """A message with all that may be personal, its turn, and a picture; where named, a handoff that was closed."""
        number = iso(at) + name
        accepted = self.store.accept(
            name, f"{PHONE} {number}", f"{WORDS} {PHONE}", [{"id": "p", "url": PHONE}], "zh", at
        )
        question = {
            "label": "ask_size",
            "text": WORDS,
            "outcome": "answered",
            "details": {"product": "W05", "to": STREET},
        }
        question["facts"] = [{"name": "x", "value": STREET, "source": "shop", "as_of": iso(at)}]
        record = {"language": "zh", "questions": [question], "decision": "answer", "said": [WORDS]}
        made = {**card(handoff), "episode": handoff} if handoff else None
        answer = {"replies": [{"text": WORDS}], "turn": record, "handoff": made, "state": "bot"}
        notices = (Notice(f"k{number}", "g", "opened", {"card": made, "words": WORDS}),)
        turn = Turn(record, answer, (Said(WORDS),), {"contact": PHONE}, made, notices)
        assert self.store.finish_turn(name, accepted.row, accepted.situation, turn, at) == "done"
        picture = self.store.add_picture(name, "image/jpeg", at)
        self.folder.mkdir(exist_ok=True)
        (self.folder / picture).write_bytes(PHONE.encode())

    def close(self, handoff: str, at: datetime = EVENING) -> None:
        self.handoffs.claim(handoff, ANNA, at)
        self.handoffs.reply(handoff, ANNA, f"a{handoff}", WORDS, [], at)
        self.handoffs.pass_on(handoff, ANNA, WORDS, at, agent="anna")
        self.handoffs.close(handoff, ANNA, ending("lost", "", "other", WORDS, {"lost": ("other",)}), at)

    def everything(self) -> str:
        with self.database.reading() as connection:
            return "\n".join(
                str(tuple(row)) for table in metadata.tables.values() for row in connection.execute(sa.select(table))
            )

    def count(self, name: str) -> int:
        with self.database.reading() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(metadata.tables[name])).scalar_one()


@pytest.fixture
def world(database: Database, tmp_path: Path) -> World:
    return World(database, tmp_path / "pictures")


@pytest.fixture
def told(world: World) -> World:
    """A buyer with a closed handoff, an account at the shop and a conversation in Chatwoot; beside them another."""
    world.talk(handoff="h1")
    world.close("h1")
    world.talk("api:another", handoff="h2")
    Buyers(world.database).conversation("shop-user-4711", "web:none", BUYER)
    Outbox(world.database).add([Notice("d", "g", "digest", {"lines": [PHONE]})], EVENING)
    with world.database.writing() as connection:
        values = {"key": "c", "conversation": BUYER, "number": 1, "message": 1, "text": WORDS, "pictures": []}
        values |= {"state": "done", "attempts": 0, "due_at": iso(EVENING), "at": iso(EVENING)}
        connection.execute(chatwoot_deliveries.insert().values(id=1, **values))
        step = {"delivery": 1, "name": "note", "place": 0, "state": "done", "body": {"text": WORDS}, "at": iso(EVENING)}
        connection.execute(chatwoot_steps.insert().values(**step))
        connection.execute(outbox.update().values(state="sent", sent_at=iso(EVENING)))
    return world


# --- export ------------------------------------------------------------------------------------------------------


def test_an_export_holds_all_that_is_kept_of_the_buyer_and_nothing_of_others(told: World) -> None:
    found = told.forgetting.export(BUYER)
    assert found is not None
    assert {name: len(rows) for name, rows in found.items() if isinstance(rows, list)} == {
        **{"messages": 3, "turns": 1, "handoffs": 1, "pictures": 1, "notices": 1, "shop_user": 1, "chatwoot": 1},
        "deeds": 4,
    }
    assert "another" not in json.dumps(found)
    assert found["handoffs"][0]["card"]["buyer"]["contact"] == PHONE


def test_what_is_not_there_is_none(world: World) -> None:
    assert world.forgetting.export("api:nobody") is None
    assert world.forgetting.erase("api:nobody", EVENING) is False


@pytest.mark.parametrize("words", [PHONE, "生日礼物", "USER-OF", "598 号".replace("5", "9")])
def test_a_buyer_is_found_by_contact_words_and_name(told: World, words: str) -> None:
    assert BUYER in [one["id"] for one in told.forgetting.find(words)]
    assert told.forgetting.find("nobody-wrote-this") == []


# --- erasing -----------------------------------------------------------------------------------------------------


def test_of_an_erased_buyer_nothing_is_left_but_the_counts(told: World) -> None:
    counts = {name: told.count(name) for name in ("messages", "turns", "handoffs", "deeds", "conversations")}
    assert told.forgetting.erase("api:another", EVENING) and told.forgetting.erase(BUYER, EVENING)
    left = told.everything()
    for secret in (*SECRET, "api:another"):
        assert secret not in left
    assert list(told.folder.iterdir()) == []
    after = {name: told.count(name) for name in counts}
    assert after == {**counts, "deeds": counts["deeds"] + 1}, "the open handoff was closed"
    night = Nights(told.database).between(EVENING - timedelta(days=1), EVENING + timedelta(days=1))
    assert [question["label"] for message in night.messages for question in message.questions] == ["ask_size"] * 2


def test_the_others_keep_theirs(told: World) -> None:
    before = told.forgetting.export("api:another")
    told.forgetting.erase(BUYER, EVENING)
    after = told.forgetting.export("api:another")
    assert before is not None and after is not None and before == after


def test_what_is_left_of_a_card_is_a_card(told: World) -> None:
    told.forgetting.erase(BUYER, EVENING)
    row = told.handoffs.find("h1")
    assert row is not None and row["conversation"].startswith(ERASED)
    jsonschema.validate(row["card"], CARD_SCHEMA)
    assert row["card"]["wants"][0]["product"] == "W05" and row["card"]["offer"]["amount"] == "600.00"
    assert row["ending"] == {"outcome": "lost", "amount": None, "reason": "other"}


def test_an_open_handoff_is_closed_and_nobody_waits(told: World) -> None:
    assert told.store.situation("api:another").state == "waiting"
    told.forgetting.erase("api:another", EVENING)
    assert told.handoffs.counts() == {"waiting": 0, "claimed": 0}


def test_who_comes_back_is_new(told: World) -> None:
    told.forgetting.erase(BUYER, EVENING)
    told.talk(BUYER, EVENING + timedelta(days=1))
    assert told.store.situation(BUYER).episode == 1
    assert len(told.store.thread(BUYER)) == 2


def test_what_had_no_answer_yet_is_not_answered_afterwards(world: World) -> None:
    world.store.accept(BUYER, "m", WORDS, [], "zh", EVENING)
    world.forgetting.erase(BUYER, EVENING)
    assert world.store.unanswered() == []


def test_sqlite_overwrites_what_it_deletes(told: World) -> None:
    if told.database.engine.dialect.name != "sqlite":
        pytest.skip("of SQLite's file")
    file = Path(str(told.database.engine.url.database))
    for name in (BUYER, "api:another"):
        told.forgetting.erase(name, EVENING)
    with told.database.engine.connect() as connection:
        connection.exec_driver_sql("commit")
        connection.exec_driver_sql("pragma wal_checkpoint(truncate)")
    assert PHONE.encode() not in file.read_bytes()


# --- by rule -----------------------------------------------------------------------------------------------------

DAY = timedelta(days=1)


def test_what_is_older_than_the_rule_goes_and_what_is_younger_stays(world: World) -> None:
    world.talk("api:old", EVENING - 31 * DAY, handoff="h1")
    world.close("h1", EVENING - 31 * DAY)
    world.talk("api:young", EVENING - 29 * DAY)
    assert world.forgetting.forget_before(EVENING - 30 * DAY) > 0
    assert world.forgetting.export("api:old") is None
    young = world.forgetting.export("api:young")
    assert young is not None and PHONE in young["messages"][0]["text"]
    assert len(list(world.folder.iterdir())) == 1
    assert world.forgetting.forget_before(EVENING - 30 * DAY) == 0, "done is done"


def test_of_who_still_writes_the_old_words_go(world: World) -> None:
    world.talk("api:one", EVENING - 400 * DAY, handoff="h1")
    world.close("h1", EVENING - 400 * DAY)
    world.talk("api:one", EVENING)
    world.forgetting.forget_before(EVENING - 365 * DAY)
    assert [message["text"] for message in world.store.thread("api:one")] == [f"{WORDS} {PHONE}", WORDS]
    assert world.count("messages") == 5 and world.count("turns") == 2
    old = world.handoffs.find("h1")
    assert old is not None and PHONE not in json.dumps(old["card"]) and old["ending"]["outcome"] == "lost"


def test_whom_a_person_still_has_keeps_theirs(world: World) -> None:
    world.talk("api:waits", EVENING - 400 * DAY, handoff="h1")
    assert world.forgetting.forget_before(EVENING - 30 * DAY) <= 1, "a notice that was told, at most"
    assert PHONE in world.everything()


def test_many_are_forgotten_in_small_steps(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.adapters.forgetting.AT_ONCE", 3)
    for number in range(8):
        world.talk(f"api:{number}", EVENING - 31 * DAY)
    world.forgetting.forget_before(EVENING - 30 * DAY)
    assert PHONE not in world.everything().replace(f"k{iso(EVENING - 31 * DAY)}", "")


def test_notices_that_wait_are_not_forgotten_and_told_ones_are(told: World) -> None:
    Outbox(told.database).add([Notice("due", "g", "digest", {"lines": []})], EVENING)
    told.forgetting.forget_before(EVENING + DAY)
    with told.database.reading() as connection:
        assert connection.execute(sa.select(outbox.c.key)).scalars().all() == ["due"]
