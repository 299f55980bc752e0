"""What agents do to handoffs: who may, who is first, and what the buyer's thread then holds."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest

from bot.adapters.agents import Agents
from bot.adapters.database import Database
from bot.adapters.handoffs import Handoffs
from bot.adapters.store import Said, Store, Turn
from bot.core.handoff import Agent, Ending, Refused
from tests.small_shop import EVENING

ANNA, BO, LEAD = Agent("anna", "agent"), Agent("bo", "agent"), Agent("lead", "lead")
RECORD = {"language": "zh", "questions": [], "decision": "hand_over"}
ANSWER = {"replies": [], "state": "waiting"}
SOLD = Ending("sold", Decimal("600.00"))


class Desk:
    """A database with a handoff `h` of conversation `c` that waits, and three people."""

    def __init__(self, database: Database):
        self.store, self.handoffs, agents = Store(database), Handoffs(database), Agents(database)
        for person in (ANNA, BO, LEAD):
            agents.save(person.name, "hash", person.role)
        self.buyer("我要两件", card={"episode": "h", "reason": "purchase_intent", "queue": "sales", "wants": "羽绒服"})

    def buyer(self, text: str, minutes: int = 0, **turn) -> str:
        now = EVENING + timedelta(minutes=minutes)
        accepted = self.store.accept("c", f"m-{text}", text, [], "zh", now)
        taken = Turn(RECORD, ANSWER, (Said("好的"),), **turn)
        return self.store.finish_turn("c", accepted.row, accepted.situation, taken, now)

    def said(self) -> list[tuple[str, str]]:
        return [(m["sender"], m["text"]) for m in self.store.thread("c")]


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def refused(code: str):
    return pytest.raises(Refused, match=f"^{code}")


def test_of_two_who_claim_at_once_one_has_it_and_the_other_is_told_who(desk: Desk) -> None:
    start, told = Barrier(2), []

    def take(who: Agent) -> None:
        start.wait()
        try:
            told.append(desk.handoffs.claim("h", who, EVENING)["agent"])
        except Refused as no:
            told.append(f"{no.code} by {no.agent}")

    threads = [Thread(target=take, args=[who]) for who in (ANNA, BO)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winner = desk.handoffs.find("h")["agent"]
    assert sorted(told) == sorted([winner, f"taken by {winner}"])


def test_while_a_person_has_it_the_bot_writes_nothing(desk: Desk) -> None:
    desk.handoffs.claim("h", ANNA, EVENING)
    before = desk.said()
    assert desk.buyer("还在吗") == "claimed"
    assert desk.said() == [*before, ("buyer", "还在吗")]


def test_a_turn_begun_before_the_claim_says_nothing_after_it(desk: Desk) -> None:
    accepted = desk.store.accept("c", "m", "多少钱", [], "zh", EVENING)
    desk.handoffs.claim("h", ANNA, EVENING)
    turn = Turn(RECORD, ANSWER, (Said("369元"),))
    assert desk.store.finish_turn("c", accepted.row, accepted.situation, turn, EVENING) == "claimed"
    assert ("bot", "369元") not in desk.said()


def test_a_turn_begun_in_an_episode_that_was_closed_is_taken_anew(desk: Desk) -> None:
    accepted = desk.store.accept("c", "m", "多少钱", [], "zh", EVENING)
    desk.handoffs.claim("h", ANNA, EVENING)
    desk.handoffs.close("h", ANNA, SOLD, EVENING)
    turn = Turn(RECORD, ANSWER, (Said("369元"),), card={"episode": "h", "queue": "sales"})
    assert desk.store.finish_turn("c", accepted.row, accepted.situation, turn, EVENING) == "moved"
    assert [m["message_id"] for m in desk.store.unanswered()] == ["m"]


def test_a_message_left_to_a_person_who_has_gone_is_taken_anew(desk: Desk) -> None:
    desk.handoffs.claim("h", ANNA, EVENING)
    accepted = desk.store.accept("c", "m", "多少钱", [], "zh", EVENING)
    desk.handoffs.give_back("h", ANNA, EVENING)
    left = Turn({**RECORD, "left_to": "person"}, ANSWER)
    assert desk.store.finish_turn("c", accepted.row, accepted.situation, left, EVENING) == "moved"
    answered = Turn(RECORD, ANSWER, (Said("369元"),))
    assert desk.store.finish_turn("c", accepted.row, desk.store.situation("c"), answered, EVENING) == "done"
    assert [m["episode"] for m in desk.store.thread("c")] == [1, 1, 2, 2], "the question stands beside its answer"


def test_a_turn_does_not_undo_a_pass_to_another_queue(desk: Desk) -> None:
    accepted = desk.store.accept("c", "m", "多少钱", [], "zh", EVENING)
    desk.handoffs.pass_on("h", LEAD, "", EVENING, queue="refund")
    turn = Turn(RECORD, ANSWER, (Said("369元"),), card=dict(accepted.situation.handoff["card"]))
    assert desk.store.finish_turn("c", accepted.row, accepted.situation, turn, EVENING) == "moved"
    assert desk.handoffs.find("h")["queue"] == "refund"


def test_an_agents_words_reach_the_thread_once_however_often_they_are_sent(desk: Desk) -> None:
    desk.handoffs.claim("h", ANNA, EVENING)
    first = desk.handoffs.reply("h", ANNA, "r1", "您好", [], EVENING)
    assert desk.handoffs.reply("h", ANNA, "r1", "您好", [], EVENING) == first
    assert desk.said()[-1] == ("agent", "您好")
    assert desk.said().count(("agent", "您好")) == 1


def test_the_wait_counts_from_the_first_message_without_an_answer(desk: Desk) -> None:
    desk.handoffs.claim("h", ANNA, EVENING)
    desk.handoffs.reply("h", ANNA, "r1", "您好", [], EVENING)
    assert desk.handoffs.find("h")["waiting_since"] is None
    desk.buyer("在吗", minutes=3)
    since = desk.handoffs.find("h")["waiting_since"]
    desk.buyer("喂", minutes=5)
    assert desk.handoffs.find("h")["waiting_since"] == since


def test_only_whose_it_is_may_answer_and_give_back(desk: Desk) -> None:
    with refused("not_claimed"):
        desk.handoffs.reply("h", ANNA, "r1", "您好", [], EVENING)
    desk.handoffs.claim("h", ANNA, EVENING)
    for act in (
        lambda who: desk.handoffs.reply("h", who, "r1", "您好", [], EVENING),
        lambda who: desk.handoffs.give_back("h", who, EVENING),
    ):
        for who in (BO, LEAD):
            with refused("not_yours"):
                act(who)
    with refused("not_yours"):
        desk.handoffs.close("h", BO, SOLD, EVENING)
    with refused("leads_only"):
        desk.handoffs.take_over("h", BO, EVENING)


def test_a_lead_may_take_over_and_close(desk: Desk) -> None:
    desk.handoffs.claim("h", ANNA, EVENING)
    assert desk.handoffs.take_over("h", LEAD, EVENING)["agent"] == "lead"
    with refused("not_yours"):
        desk.handoffs.reply("h", ANNA, "r1", "您好", [], EVENING)
    desk.handoffs.close("h", LEAD, SOLD, EVENING)
    assert desk.handoffs.find("h")["ending"]["amount"] == "600.00"


def test_passed_to_an_agent_it_stays_with_people(desk: Desk) -> None:
    desk.handoffs.claim("h", ANNA, EVENING)
    desk.handoffs.pass_on("h", ANNA, "要开发票", EVENING, agent="bo")
    assert (desk.store.state("c"), desk.handoffs.find("h")["agent"]) == ("claimed", "bo")
    with refused("no_such_agent"):
        desk.handoffs.pass_on("h", BO, "", EVENING, agent="nobody")
    assert [(d["action"], d["agent"], d["told"].get("remark")) for d in desk.handoffs.deeds("h")] == [
        ("open", None, None),
        ("claim", "anna", None),
        ("pass_on", "anna", "要开发票"),
    ]


def test_passed_to_a_queue_it_waits_there_and_the_bot_answers_what_it_knows(desk: Desk) -> None:
    desk.handoffs.claim("h", ANNA, EVENING)
    desk.handoffs.reply("h", ANNA, "r1", "您好", [], EVENING)
    desk.handoffs.pass_on("h", ANNA, "", EVENING, queue="refund")
    found = desk.handoffs.find("h")
    assert (found["state"], found["agent"], found["queue"], found["card"]["queue"]) == (
        "waiting",
        None,
        "refund",
        "refund",
    )
    assert found["waiting_since"] is not None
    assert desk.buyer("有货吗") == "done"


def test_closed_it_is_over_and_what_comes_next_starts_clean(desk: Desk) -> None:
    desk.handoffs.claim("h", ANNA, EVENING)
    desk.handoffs.close("h", ANNA, SOLD, EVENING)
    for act in (
        lambda: desk.handoffs.claim("h", BO, EVENING),
        lambda: desk.handoffs.reply("h", ANNA, "r1", "您好", [], EVENING),
        lambda: desk.handoffs.close("h", ANNA, SOLD, EVENING),
        lambda: desk.handoffs.give_back("h", ANNA, EVENING),
    ):
        with refused("closed"):
            act()
    assert desk.buyer("再要一件") == "done"
    assert (desk.store.situation("c").episode, desk.store.state("c")) == (2, "bot")


def test_given_back_the_bot_answers_and_still_knows_the_buyer(desk: Desk) -> None:
    desk.buyer("我165", dialogue={"products": ["W05"], "height_cm": 165, "handed_over": "purchase_intent"})
    desk.handoffs.claim("h", ANNA, EVENING)
    desk.handoffs.give_back("h", ANNA, EVENING)
    situation = desk.store.situation("c")
    assert (situation.state, situation.dialogue) == ("bot", {"products": ["W05"], "height_cm": 165})
    assert desk.handoffs.find("h")["ending"]["outcome"] == "given_back"


def test_the_clock_closes_apart_from_settled(desk: Desk) -> None:
    assert desk.handoffs.expire("h", EVENING)
    assert not desk.handoffs.expire("h", EVENING)
    assert desk.handoffs.find("h")["ending"] == {"outcome": "idle"}


def test_somebody_is_reminded_once_until_something_happens(desk: Desk) -> None:
    assert desk.handoffs.reminded("h", [], EVENING)
    assert not desk.handoffs.reminded("h", [], EVENING)
    desk.handoffs.claim("h", ANNA, EVENING)
    assert desk.handoffs.reminded("h", [], EVENING)


def test_search_finds_by_product_by_buyer_and_by_day(desk: Desk) -> None:
    def found(*words, **days) -> list[str]:
        return [h["id"] for h in desk.handoffs.search(*words, **days)]

    assert found("羽绒服") == ["h"]
    assert found("羽绒服 sales") == ["h"]
    assert found("帐篷") == found("%") == []
    day = timedelta(days=1)
    assert found("", since=EVENING - day, until=EVENING + day) == ["h"]
    assert found("", since=EVENING + day) == []
