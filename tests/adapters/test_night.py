"""What the morning report and the minding of idle handoffs read from the database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from bot.adapters.agents import Agents
from bot.adapters.database import Database
from bot.adapters.handoffs import Handoffs
from bot.adapters.night import Nights
from bot.adapters.store import Said, Store, Turn
from bot.core.handoff import Agent
from bot.ports import StoreError
from tests.small_shop import EVENING

ANNA, BO = Agent("anna", "agent"), Agent("bo", "agent")
HOUR = timedelta(hours=1)


def moment(minutes: float) -> datetime:
    return EVENING + timedelta(minutes=minutes)


class Desk:
    """A database, and short ways to fill it. Minutes count from EVENING."""

    def __init__(self, database: Database):
        self.database = database
        self.store, self.handoffs = Store(self.database), Handoffs(self.database)
        self.nights = Nights(self.database)
        for person in (ANNA, BO):
            Agents(self.database).save(person.name, "hash", person.role)

    def buyer(
        self, text: str = "在吗", at: float = 0, conversation: str = "c", takes: float = 0.01, questions=(), **turn
    ) -> None:
        """A message with its turn, as the front takes it; `takes`: minutes until it is answered."""
        accepted = self.store.accept(conversation, f"{conversation}-{at}", text, [], "zh", moment(at))
        record = {"language": "zh", "questions": list(questions), "decision": "answer"}
        said: tuple[Said, ...] = (Said("好的"),)
        if accepted.situation.state == "claimed":
            record, said = {"language": "zh", "questions": [], "decision": "talk", "left_to": "person"}, ()
        taken = Turn(record, {"replies": []}, said, **turn)
        begun = accepted.situation
        assert self.store.finish_turn(conversation, accepted.row, begun, taken, moment(at + takes)) == "done"

    def opens(self, handoff: str, at: float = 0, conversation: str = "c", **card) -> None:
        made = {"episode": handoff, "reason": "purchase_intent", "queue": "sales", **card}
        self.buyer("我要了", at, conversation, takes=0, card=made)

    def between(self, since: float, until: float):
        return self.nights.between(moment(since), moment(until))

    def watched(self):
        (one,) = self.nights.watched()
        return one


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


# --- the night ----------------------------------------------------------------------------------------------------


def test_counts_the_messages_of_the_span_alone(desk: Desk) -> None:
    for minute in (0, 10, 20, 30):
        desk.buyer(at=minute)
    night = desk.between(10, 30)
    assert [message.at for message in night.messages] == [moment(10), moment(20)]
    assert (night.since, night.until) == (moment(10), moment(30))


def test_a_message_is_answered_when_the_bot_answered_it(desk: Desk) -> None:
    desk.buyer(takes=0.05, questions=[{"label": "ask_stock", "outcome": "answered"}])
    (message,) = desk.between(0, 10).messages
    assert message.answered_at is not None
    assert (message.answered_at - message.at).total_seconds() == pytest.approx(3)
    assert message.questions == ({"label": "ask_stock", "outcome": "answered"},)


def test_what_was_left_to_a_person_or_has_no_turn_was_not_answered_by_the_bot(desk: Desk) -> None:
    desk.opens("h")
    desk.handoffs.claim("h", ANNA, moment(1))
    desk.buyer(at=2)
    desk.store.accept("d", "m", "在吗", [], "zh", moment(3))
    assert [message.answered_at for message in desk.between(2, 10).messages] == [None, None]


def test_an_agents_words_are_no_message_of_a_buyers(desk: Desk) -> None:
    desk.opens("h")
    desk.handoffs.claim("h", ANNA, moment(1))
    desk.handoffs.reply("h", ANNA, "r", "您好", [], moment(2))
    assert len(desk.between(0, 10).messages) == 1


def test_what_was_handed_over_and_settled_is_counted_by_its_own_time(desk: Desk) -> None:
    desk.opens("h", at=0)
    desk.opens("i", at=10, conversation="d")
    desk.buyer("没事了", at=20, conversation="d", settled=True)
    desk.handoffs.expire("h", moment(21))
    counted = [
        (night.handed_over, night.settled) for night in (desk.between(0, 5), desk.between(5, 30), desk.between(30, 40))
    ]
    assert counted == [(1, 0), (1, 1), (0, 0)]


def test_all_who_wait_are_told_whenever_they_came_the_longest_first(desk: Desk) -> None:
    desk.opens("late", at=5, conversation="d")
    desk.opens("early", at=1)
    night = desk.between(100, 200)
    assert [(w.handoff, w.since, w.agent) for w in night.waiting] == [
        ("early", moment(1), None),
        ("late", moment(5), None),
    ]
    assert night.waiting[0].card["reason"] == "purchase_intent"


def test_who_has_an_answer_does_not_wait_and_who_wrote_since_does(desk: Desk) -> None:
    desk.opens("h")
    desk.handoffs.claim("h", ANNA, moment(1))
    desk.handoffs.reply("h", ANNA, "r", "您好", [], moment(2))
    assert desk.between(0, 10).waiting == ()
    desk.buyer(at=5)
    (waiting,) = desk.between(0, 10).waiting
    assert (waiting.since, waiting.agent) == (moment(5), "anna")


def test_who_is_settled_or_closed_does_not_wait(desk: Desk) -> None:
    desk.opens("h")
    desk.handoffs.expire("h", moment(1))
    assert desk.between(0, 10).waiting == ()


def test_times_are_in_the_zone_of_the_span(desk: Desk) -> None:
    desk.opens("h")
    (waiting,) = desk.between(0, 10).waiting
    assert waiting.since.utcoffset() == EVENING.utcoffset()


# --- what is watched ----------------------------------------------------------------------------------------------


def test_a_handoff_is_watched_with_the_times_of_what_happened_in_it(desk: Desk) -> None:
    desk.opens("h", at=0)
    desk.buyer(at=3)
    found = desk.watched()
    assert (found.id, found.conversation, found.state, found.queue) == ("h", "c", "waiting", "sales")
    assert (found.waiting_since, found.done_at, found.buyer_at) == (moment(0), moment(0), moment(3))
    assert (found.agent_at, found.reminded) == (None, False)
    desk.handoffs.claim("h", ANNA, moment(5))
    desk.handoffs.reply("h", ANNA, "r", "您好", [], moment(6))
    found = desk.watched()
    assert (found.state, found.waiting_since) == ("claimed", None)
    assert (found.done_at, found.agent_at) == (moment(5), moment(6))


def test_a_pass_to_another_queue_is_watched_there(desk: Desk) -> None:
    desk.opens("h")
    desk.handoffs.claim("h", ANNA, moment(1))
    desk.handoffs.pass_on("h", ANNA, "", moment(7), queue="refund")
    found = desk.watched()
    assert (found.state, found.queue, found.done_at) == ("waiting", "refund", moment(7))


def test_a_reminder_is_seen(desk: Desk) -> None:
    desk.opens("h")
    desk.handoffs.reminded("h", [], moment(1))
    assert desk.watched().reminded


def test_an_earlier_episode_of_the_conversation_does_not_count(desk: Desk) -> None:
    desk.opens("h")
    desk.handoffs.claim("h", ANNA, moment(1))
    desk.handoffs.reply("h", ANNA, "r", "您好", [], moment(2))
    desk.handoffs.expire("h", moment(3))
    desk.opens("i", at=10)
    found = desk.watched()
    assert (found.id, found.agent_at, found.buyer_at) == ("i", None, moment(10))


def test_what_is_closed_is_not_watched(desk: Desk) -> None:
    desk.opens("h")
    desk.handoffs.expire("h", moment(1))
    assert desk.nights.watched() == []


def test_more_than_a_page_of_the_desk_is_watched(desk: Desk) -> None:
    for number in range(210):
        desk.opens(f"h{number}", at=number, conversation=f"c{number}")
    assert len(desk.nights.watched()) == len(desk.between(0, 1).waiting) == 210


def test_a_database_that_cannot_be_asked_is_an_error_of_ours(make_database: Callable[..., Database]) -> None:
    nights = Nights(make_database(empty=True))
    for ask in (nights.watched, lambda: nights.between(EVENING, EVENING + HOUR)):
        with pytest.raises(StoreError):
            ask()
