"""What nobody looks at is minded: the report comes once a day, reminders once, and idle handoffs are closed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.adapters.agents import Agents
from bot.adapters.database import Database
from bot.adapters.forgetting import Forgetting
from bot.adapters.handoffs import Handoffs
from bot.adapters.migrations import migrate
from bot.adapters.night import Nights
from bot.adapters.outbox import Outbox
from bot.adapters.shop_files import load_shop
from bot.adapters.store import Said, Store, Turn
from bot.core.handoff import Agent
from bot.core.notices import Robot
from bot.core.telling import tell
from bot.front import minding
from bot.front.app import make_app
from bot.front.live import Live
from bot.front.minding import Minding
from tests.front.helpers import NOTHING_ELSE
from tests.small_shop import SHANGHAI, make_desk

ANNA = Agent("anna", "agent")
ROBOTS = (Robot("售前群", "dingtalk", "zh"), Robot("售后群", "wecom", "zh", queues=("refund",), kinds=("reminder",)))
SHOP = replace(load_shop(Path(__file__).parents[2] / "shop"), robots=ROBOTS)
RECORD = {"language": "zh", "questions": [], "decision": "hand_over"}


class World:
    """A database with a front's minding over it, at a time that the test sets."""

    def __init__(self, url: str):
        database = Database(url)
        migrate(database)
        self.store, self.handoffs, self.outbox = Store(database), Handoffs(database), Outbox(database)
        self.live, self.now, self.database = Live(), datetime.min, database
        Agents(database).save(ANNA.name, "hash", ANNA.role)
        self.minding = self.another_front()

    def another_front(self) -> Minding:
        """A front that was started anew over the same database."""
        return Minding(Nights(self.database), self.handoffs, self.outbox, self.live, lambda: make_desk(self.now, SHOP))

    def at(self, moment: str) -> World:
        self.now = datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)
        return self

    def look(self) -> None:
        self.minding.mind()
        self.minding.tell_report()

    def buyer(self, text: str, **turn: Any) -> None:
        accepted = self.store.accept("c", f"{text}{self.now}", text, [], "zh", self.now)
        said = () if accepted.situation.state == "claimed" else (Said("好的"),)
        taken = Turn(RECORD, {"replies": [], "state": "waiting"}, said, **turn)
        self.store.finish_turn("c", accepted.row, accepted.situation, taken, self.now)

    def opens(self, queue: str = "sales") -> None:
        card = {
            "episode": "h",
            "reason": "purchase_intent",
            "queue": queue,
            "priority": "high",
            "headline": "想买羽绒服",
            "about": None,
            "questions": [],
        }
        card |= {"wants": [], "offer": None, "buyer": {"contact": "13812345678"}, "promised": "人工客服明早 9:00 上班"}
        self.buyer("我要了", card=card)

    def told(self, kind: str) -> list[dict[str, Any]]:
        """What stands in the outbox of this kind."""
        rows = [row for robot in ROBOTS for row in self.outbox.due(robot.name, self.now + timedelta(days=900))]
        return [row for row in rows if row["kind"] == kind]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(f"sqlite:///{tmp_path / 'minding.sqlite'}")


# --- reminders ----------------------------------------------------------------------------------------------------


def test_the_team_is_told_once_that_nobody_takes_it_while_people_are_there(world: World) -> None:
    world.at("2026-11-21T22:30").opens()
    for moment in ("2026-11-21T23:30", "2026-11-22T08:59", "2026-11-22T09:04:59"):
        world.at(moment).look()
        assert world.told("reminder") == []
    for moment in ("2026-11-22T09:05", "2026-11-22T09:06", "2026-11-22T15:00"):
        world.at(moment).look()
        assert len(world.told("reminder")) == 1


def test_a_reminder_says_what_waits_since_when_and_hides_the_contact(world: World) -> None:
    world.at("2026-11-21T12:00").opens()
    world.at("2026-11-21T12:05").look()
    (row,) = world.told("reminder")
    assert (row["robot"], row["conversation"]) == ("售前群", "c")
    assert row["body"]["card"]["headline"] == "想买羽绒服"
    assert "13812345678" not in str(tell(row, "zh", SHOP, world.now, True))
    assert (row["body"]["why"], datetime.fromisoformat(row["body"]["waiting_since"])) == (
        "waiting",
        datetime(2026, 11, 21, 12, tzinfo=SHANGHAI),
    )
    assert "agent" not in row["body"]


def test_the_robots_of_the_queue_are_told(world: World) -> None:
    world.at("2026-11-20T12:00").opens("refund")
    world.at("2026-11-20T12:05").look()
    assert sorted(row["robot"] for row in world.told("reminder")) == ["售前群", "售后群"]


def test_a_clock_that_jumps_back_and_forth_tells_nothing_twice(world: World) -> None:
    world.at("2026-11-21T12:00").opens()
    for moment in ("2026-11-21T12:05", "2026-11-21T08:00", "2026-11-20T12:00", "2026-11-21T12:05", "2026-11-22T12:05"):
        world.at(moment).look()
    assert len(world.told("reminder")) == 1


def test_after_a_restart_nothing_is_told_twice(world: World) -> None:
    world.at("2026-11-21T12:00").opens()
    world.at("2026-11-21T12:05").look()
    world.minding = world.another_front()
    world.at("2026-11-21T12:06").look()
    assert len(world.told("reminder")) == 1


def test_after_a_pause_of_hours_the_reminder_comes_once(world: World) -> None:
    world.at("2026-11-21T12:00").opens()
    for moment in ("2026-11-21T18:00", "2026-11-21T18:01"):
        world.at(moment).look()
    assert len(world.told("reminder")) == 1


def test_who_was_taken_in_time_is_not_reminded_of(world: World) -> None:
    world.at("2026-11-21T12:00").opens()
    world.handoffs.claim("h", ANNA, world.now)
    world.at("2026-11-21T12:30").look()
    assert world.told("reminder") == []


def test_passed_to_another_queue_and_left_lying_it_is_told_anew(world: World) -> None:
    world.at("2026-11-20T12:00").opens()
    world.at("2026-11-20T12:05").look()
    world.handoffs.claim("h", ANNA, world.now)
    world.handoffs.pass_on("h", ANNA, "", world.now, queue="refund")
    world.at("2026-11-20T12:09").look()
    assert len(world.told("reminder")) == 1
    world.at("2026-11-20T12:10").look()
    assert [row["robot"] for row in world.told("reminder")].count("售前群") == 2


def silent(world: World) -> World:
    """Anna answered on Friday at 12:00; the buyer has said nothing since."""
    world.at("2026-11-20T11:00").opens()
    world.handoffs.claim("h", ANNA, world.now)
    world.at("2026-11-20T12:00")
    world.handoffs.reply("h", ANNA, "r", "您好", [], world.now)
    return world


def test_the_agent_is_told_once_that_the_buyer_has_not_answered_for_a_day(world: World) -> None:
    silent(world).at("2026-11-21T11:59").look()
    assert world.told("reminder") == []
    for moment in ("2026-11-21T12:00", "2026-11-22T12:00"):
        world.at(moment).look()
        (row,) = world.told("reminder")
        assert (row["body"]["why"], row["body"]["agent"]) == ("silent", "anna")


def test_a_buyer_who_answers_is_not_silent(world: World) -> None:
    silent(world).at("2026-11-20T20:00").buyer("在的")
    world.at("2026-11-21T12:00").look()
    assert world.told("reminder") == []
    world.at("2026-11-21T20:00").look()
    (row,) = world.told("reminder")
    assert (row["body"]["why"], row["body"]["claimed_by"]) == ("unanswered", "anna")


# --- closing ------------------------------------------------------------------------------------------------------


def test_a_silent_buyers_handoff_is_closed_apart_from_settled(world: World) -> None:
    silent(world).at("2026-11-23T11:59").look()
    assert world.handoffs.find("h")["state"] == "claimed"
    world.at("2026-11-23T12:00").look()
    found = world.handoffs.find("h")
    assert (found["state"], found["ending"]) == ("closed", {"outcome": "idle"})
    assert world.store.state("c") == "bot"
    world.look()
    assert [deed["action"] for deed in world.handoffs.deeds("h")].count("expire") == 1


def test_one_that_nobody_took_is_closed_a_month_after_the_buyers_last_words(world: World) -> None:
    world.at("2026-10-01T12:00").opens()
    world.at("2026-10-20T12:00").buyer("还在吗")
    world.at("2026-11-19T11:59").look()
    assert world.handoffs.find("h")["state"] == "waiting"
    world.at("2026-11-19T12:00").look()
    assert world.handoffs.find("h")["ending"] == {"outcome": "idle"}


def test_after_a_long_pause_it_is_closed_without_a_reminder(world: World) -> None:
    silent(world).at("2026-12-20T12:00").look()
    assert world.handoffs.find("h")["state"] == "closed"
    assert world.told("reminder") == []


def test_whoever_looks_at_the_desk_is_told_that_something_changed(world: World) -> None:
    told: list[str] = []
    world.live.tell = told.append  # type: ignore[method-assign]
    world.at("2026-11-21T12:00").opens()
    world.at("2026-11-21T12:05").look()
    world.at("2026-12-21T12:05").look()
    assert told == ["c", "c"]


# --- the report ---------------------------------------------------------------------------------------------------


def test_the_report_comes_once_a_day_at_its_hour(world: World) -> None:
    world.at("2026-11-21T23:00").opens()
    world.at("2026-11-22T08:49").look()
    assert world.told("digest") == []
    for moment in ("2026-11-22T08:50", "2026-11-22T08:51", "2026-11-22T21:00"):
        world.at(moment).look()
        (row,) = world.told("digest")
    assert (row["key"], row["robot"], row["conversation"]) == ("售前群:digest:2026-11-22", "售前群", None)
    assert row["body"]["lines"]["zh"][1] == "1. 想买羽绒服 · 等了 9 小时 50 分 · 联系方式 138****5678"
    world.at("2026-11-23T08:50").look()
    assert len(world.told("digest")) == 2


def test_after_a_restart_and_with_two_fronts_it_comes_once(world: World) -> None:
    world.at("2026-11-22T08:50").look()
    for other in (world.another_front(), world.another_front()):
        other.tell_report()
    assert len(world.told("digest")) == 1


def test_after_a_pause_over_its_hour_it_comes_late(world: World) -> None:
    world.at("2026-11-22T08:40").look()
    world.at("2026-11-22T11:30").look()
    assert len(world.told("digest")) == 1


def test_a_clock_that_jumps_back_over_its_hour_brings_it_no_second_time(world: World) -> None:
    for moment in ("2026-11-22T08:50", "2026-11-22T08:00", "2026-11-21T23:59", "2026-11-22T08:50"):
        world.at(moment).look()
    assert [row["key"] for row in world.told("digest")].count("售前群:digest:2026-11-22") == 1


def test_on_days_on_which_nobody_works_none_comes(world: World) -> None:
    for day in range(16, 22):
        world.at(f"2026-02-{day}T12:00").look()
    assert world.told("digest") == []
    world.at("2026-02-22T08:50").look()
    (row,) = world.told("digest")
    assert "2月15日" in row["body"]["title"]["zh"]


def test_a_quiet_night_is_told_too(world: World) -> None:
    world.at("2026-11-22T08:50").look()
    (row,) = world.told("digest")
    assert len(row["body"]["lines"]["zh"]) == 1 and "安静" in row["body"]["lines"]["zh"][0]


# --- running ------------------------------------------------------------------------------------------------------


def test_a_look_that_fails_is_logged_and_the_next_one_is_taken(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(minding, "LOOK_EVERY", 0.01)
    world.at("2026-11-21T12:00").opens()
    world.at("2026-11-21T12:05")
    calls: list[str] = []

    def fail() -> None:
        calls.append("mind")
        raise RuntimeError("once more")

    world.minding.mind = fail  # type: ignore[method-assign]

    async def for_a_while() -> None:
        task = asyncio.create_task(world.minding.run())
        while len(calls) < 3:
            await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(asyncio.wait_for(for_a_while(), 20))
    assert "minding_failed" in caplog.text
    assert len(world.told("digest")) == 1


def test_the_front_minds_as_long_as_it_runs(world: World) -> None:
    """The lifespan needs no more of the front than this."""

    async def nothing(*_: bool) -> int:
        return 0

    conversations = SimpleNamespace(answer_the_unanswered=nothing, pay_what_is_owed=nothing)
    app = make_app(SimpleNamespace(conversations=conversations, telling=None, minding=world.minding, **NOTHING_ELSE))  # type: ignore[arg-type]
    world.at("2026-11-22T08:50")

    async def run() -> int:
        async with app.router.lifespan_context(app):
            while not world.told("digest"):
                await asyncio.sleep(0.01)
        return len([task for task in asyncio.all_tasks() if not task.done()])

    assert asyncio.run(asyncio.wait_for(run(), 20)) <= 2  # this one, and the one that waits for it


# --- forgetting ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("days, left", [(0, True), (365, True), (364, False)])
def test_what_is_older_than_the_shop_keeps_it_is_forgotten(world: World, tmp_path: Path, days: int, left: bool) -> None:
    world.at("2025-11-22T12:00").buyer("打我电话 13812345678")
    world.at("2026-11-22T11:59")
    shop = replace(SHOP, desk=replace(SHOP.desk, forget_after_days=days))
    forgetting = Forgetting(world.database, tmp_path)
    Minding(
        Nights(world.database), world.handoffs, world.outbox, world.live, lambda: make_desk(world.now, shop), forgetting
    ).forget()
    assert bool(world.store.thread("c")) is left


def test_it_is_looked_for_once_an_hour(world: World) -> None:
    asked: list[datetime] = []
    shop = replace(SHOP, desk=replace(SHOP.desk, forget_after_days=30))
    forgetting = SimpleNamespace(forget_before=lambda moment: asked.append(moment) or 0)
    desk = lambda: make_desk(world.now, shop)  # noqa: E731
    one = Minding(Nights(world.database), world.handoffs, world.outbox, world.live, desk, forgetting)  # type: ignore[arg-type]
    for moment in ("2026-11-22T12:00", "2026-11-22T12:30", "2026-11-22T13:00", "2026-11-22T10:00"):
        world.at(moment)
        one.forget()
    assert [moment.strftime("%m-%d %H:%M") for moment in asked] == ["10-23 12:00", "10-23 13:00", "10-23 10:00"]
