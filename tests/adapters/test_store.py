"""Conversations, turns and handoffs in the database, SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa

from bot.adapters.database import Database
from bot.adapters.handoffs import Handoffs
from bot.adapters.migrations import migrate
from bot.adapters.store import Said, Situation, Store, Turn
from bot.adapters.tables import conversations, messages
from bot.ports import StoreError
from tests.small_shop import EVENING

RECORD = {"language": "zh", "questions": [], "decision": "talk"}
ANSWER = {"replies": [{"text": "在的"}], "state": "bot"}


@pytest.fixture
def store(database: Database) -> Store:
    """An empty store with one conversation, `c`."""
    made = Store(database)
    made.open_conversation("c", "zh", EVENING)
    return made


@pytest.fixture
def handoffs(database: Database) -> Handoffs:
    return Handoffs(database)


def say(store: Store, message_id: str, text: str = "在吗", minutes: int = 0, conversation: str = "c"):
    return store.accept(conversation, message_id, text, [], "zh", EVENING + timedelta(minutes=minutes))


def answer(store: Store, row: int, conversation: str = "c", begun: Situation | None = None, **more) -> str:
    turn = Turn(more.pop("record", RECORD), ANSWER, (Said("在的"),), **more)
    return store.finish_turn(conversation, row, begun or store.situation(conversation), turn, EVENING)


def unanswered(store: Store) -> list[tuple[str, str]]:
    return [(message["conversation"], message["message_id"]) for message in store.unanswered()]


def card(episode: str = "h-1", **fields) -> dict:
    return {"episode": episode, "reason": "purchase_intent", "queue": "sales", **fields}


# --- messages and turns -------------------------------------------------------------------------------------------


def test_those_who_were_spoken_to_after_a_number_are_told_by_their_last_message(store: Store) -> None:
    for name in ("api:b", "api:a", "web:c", "apix"):
        say(store, "m1", conversation=name)
    first = dict(store.spoken_in("api:", 0))
    assert list(first) == ["api:b", "api:a"]
    say(store, "m2", conversation="api:b")
    ((name, last),) = store.spoken_in("api:", first["api:a"])
    assert (name, last > first["api:a"]) == ("api:b", True)


def test_a_message_is_kept_before_it_is_answered(store: Store) -> None:
    accepted = say(store, "m1")
    assert accepted.answer is None
    assert unanswered(store) == [("c", "m1")]


def test_the_same_message_is_kept_once_and_has_its_answer_at_hand(store: Store) -> None:
    first = say(store, "m1")
    assert say(store, "m1", "something else").row == first.row
    answer(store, first.row)
    again = say(store, "m1")
    assert (again.row, again.answer) == (first.row, ANSWER)
    assert [m["text"] for m in store.thread("c")] == ["在吗", "在的"]
    assert unanswered(store) == []


def test_the_same_id_in_another_conversation_is_another_message(store: Store) -> None:
    store.open_conversation("d", "en", EVENING)
    assert say(store, "m1").row != say(store, "m1", conversation="d").row


def test_a_message_has_one_turn_and_the_second_writes_nothing(store: Store, handoffs: Handoffs) -> None:
    row = say(store, "m1").row
    assert answer(store, row, dialogue={"size": "M"}) == "done"
    assert answer(store, row, dialogue={"size": "L"}, card=card()) == "answered"
    assert store.situation("c").dialogue == {"size": "M"}
    assert handoffs.listed() == []
    assert len(store.thread("c")) == 2


def test_of_two_turns_at_once_one_is_kept(store: Store) -> None:
    row, start, kept = say(store, "m1").row, Barrier(2), []

    def take() -> None:
        start.wait()
        kept.append(answer(store, row))

    threads = [Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(kept) == ["answered", "done"]
    assert len(store.thread("c")) == 2


def test_the_same_message_twice_at_once_is_one_row(store: Store) -> None:
    start, rows = Barrier(2), []

    def come() -> None:
        start.wait()
        rows.append(say(store, "m1").row)

    threads = [Thread(target=come) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rows[0] == rows[1]


def test_messages_of_two_fronts_at_once_are_all_kept_and_every_turn_knows_the_last_memory(store: Store) -> None:
    """Each front takes its turn on what it read, and anew where the other one was first."""
    start = Barrier(2)

    def front(name: str) -> None:
        start.wait()
        for number in range(10):
            id = f"{name}{number}"
            accepted = store.accept("c", id, id, [], "zh", EVENING)
            begun, done = accepted.situation, "moved"
            while done == "moved":
                turn = Turn(RECORD, ANSWER, (Said(f"re {id}"),), {"unknown": [*begun.dialogue.get("unknown", ()), id]})
                done = store.finish_turn("c", accepted.row, begun, turn, EVENING)
                begun = store.situation("c")

    threads = [Thread(target=front, args=[name]) for name in "xy"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = sorted(f"{name}{number}" for name in "xy" for number in range(10))
    assert sorted(m["text"] for m in store.thread("c") if m["sender"] == "buyer") == ids
    assert sorted(m["text"] for m in store.thread("c") if m["sender"] == "bot") == [f"re {id}" for id in ids]
    assert sorted(store.situation("c").dialogue["unknown"]) == ids


def test_of_two_fronts_that_hand_over_at_once_one_opens_the_card(store: Store, handoffs: Handoffs) -> None:
    first, second = say(store, "m1"), say(store, "m2")
    assert answer(store, first.row, begun=first.situation, card=card("h-1")) == "done"
    assert answer(store, second.row, begun=second.situation, card=card("h-2")) == "moved"
    assert [(handoff["id"], handoff["card"]["episode"]) for handoff in handoffs.listed()] == [("h-1", "h-1")]


def test_what_is_read_together_belongs_together(store: Store, database: Database) -> None:
    """A reader sees nothing of what is written after its first look."""
    with database.reading() as connection:
        before = connection.execute(sa.select(conversations.c.episode)).scalar_one()
        answer(store, say(store, "m1").row, card=card())
        answer(store, say(store, "m2").row, settled=True)
        assert connection.execute(sa.select(conversations.c.episode)).scalar_one() == before
    assert store.situation("c").episode == before + 1


def test_opening_a_conversation_twice_changes_nothing(store: Store) -> None:
    answer(store, say(store, "m1").row, dialogue={"size": "M"})
    store.open_conversation("c", "en", EVENING)
    assert (store.situation("c").dialogue, store.situation("c").language) == ({"size": "M"}, "zh")


def test_the_language_and_the_memory_follow_the_turn(store: Store) -> None:
    answer(store, say(store, "m1").row, record={**RECORD, "language": "en"}, dialogue={"products": ["L18"]})
    assert (store.situation("c").language, store.situation("c").dialogue) == ("en", {"products": ["L18"]})


def test_a_turn_without_a_memory_leaves_the_last_one(store: Store) -> None:
    answer(store, say(store, "m1").row, dialogue={"size": "M"})
    answer(store, say(store, "m2").row)
    assert store.situation("c").dialogue == {"size": "M"}


def test_what_waits_for_an_answer_is_told_oldest_first(store: Store) -> None:
    answer(store, say(store, "m1").row), say(store, "m2"), say(store, "m1", conversation="d"), say(store, "m3")
    assert unanswered(store) == [("c", "m2"), ("d", "m1"), ("c", "m3")]
    second = store.unanswered(conversation="c")[0]["id"]
    assert [m["message_id"] for m in store.unanswered(after=second)] == ["m1", "m3"]
    assert [m["message_id"] for m in store.unanswered(conversation="c", up_to=second)] == ["m2"]


def test_a_turn_is_kept_once_all_messages_before_it_have_theirs(store: Store) -> None:
    first, second, other = say(store, "m1"), say(store, "m2"), say(store, "m1", conversation="d")
    assert (first.next, second.next, other.next) == (True, False, True)
    assert answer(store, second.row) == "moved"
    assert answer(store, other.row, "d") == "done"
    assert (answer(store, first.row), answer(store, second.row)) == ("done", "done")
    assert (say(store, "m2").new, say(store, "m3").next) == (False, True)


def test_a_message_that_was_erased_meanwhile_has_no_turn(store: Store, database: Database) -> None:
    row, begun = say(store, "m1").row, store.situation("c")
    with database.writing() as connection:
        connection.execute(messages.delete())
    with pytest.raises(StoreError):
        answer(store, row, begun=begun)


def test_the_thread_is_in_order_and_can_be_read_from_a_number_on(store: Store) -> None:
    answer(store, say(store, "m1", "一").row)
    answer(store, say(store, "m2", "二").row)
    thread = store.thread("c")
    assert [(m["sender"], m["text"]) for m in thread] == [
        ("buyer", "一"),
        ("bot", "在的"),
        ("buyer", "二"),
        ("bot", "在的"),
    ]
    assert [m["id"] for m in store.thread("c", after=thread[1]["id"])] == [m["id"] for m in thread[2:]]
    assert len(store.thread("c", limit=1)) == 1


def test_text_comes_back_as_it_was_written(store: Store) -> None:
    odd = "'; drop table messages; -- {price} %s %(x)s :y <b>😊</b> \u202e"
    say(store, "m1", odd)
    assert store.thread("c")[0]["text"] == odd


def test_what_no_database_holds_is_kept_as_far_as_it_can_be_and_finds_nothing(store: Store, handoffs: Handoffs) -> None:
    for id, text in (("m1", "在\x00吗"), ("m2", "在\ud83d吗")):
        row = say(store, id, text).row
        assert answer(store, row, record={**RECORD, "said": [text]}) == "done"
    assert [m["text"] for m in store.thread("c") if m["sender"] == "buyer"] == ["在?吗", "在?吗"]
    for odd in ("\x00", "\ud83d"):
        assert (handoffs.find(odd), handoffs.search(odd), store.picture(odd)) == (None, [], None)


# --- handoffs -----------------------------------------------------------------------------------------------------


def test_a_card_is_kept_with_the_reply_it_came_with(store: Store, handoffs: Handoffs) -> None:
    answer(store, say(store, "m1").row, card=card())
    (handoff,) = handoffs.listed()
    assert (handoff["id"], handoff["state"], handoff["card"]["reason"]) == ("h-1", "waiting", "purchase_intent")
    assert store.state("c") == "waiting"
    assert handoffs.find("h-1")["conversation"] == "c"
    assert store.situation("c").handoff["id"] == "h-1"


def test_a_card_that_cannot_be_kept_takes_its_reply_with_it(store: Store) -> None:
    store.open_conversation("d", "zh", EVENING)
    answer(store, say(store, "m1").row, card=card("same-id"))
    row = say(store, "m1", conversation="d").row
    with pytest.raises(StoreError):
        answer(store, row, conversation="d", dialogue={"size": "M"}, card=card("same-id"))
    assert [m["sender"] for m in store.thread("d")] == ["buyer"]
    assert store.situation("d").dialogue == {}
    assert unanswered(store) == [("d", "m1")]


def test_one_card_an_episode_which_later_turns_update(store: Store, handoffs: Handoffs) -> None:
    answer(store, say(store, "m1").row, card=card(wants=[]))
    answer(store, say(store, "m2").row, card=card(wants=["W05"]))
    (handoff,) = handoffs.listed()
    assert handoff["card"]["wants"] == ["W05"]


def test_a_settled_matter_closes_the_card_and_begins_an_episode(store: Store, handoffs: Handoffs) -> None:
    answer(store, say(store, "m1").row, card=card(), dialogue={"size": "M"})
    answer(store, say(store, "m2").row, dialogue={"size": "M"}, settled=True)
    situation = store.situation("c")
    assert (situation.state, situation.episode, situation.dialogue, situation.handoff) == ("bot", 2, {}, None)
    assert handoffs.listed() == []
    assert handoffs.find("h-1")["state"] == "closed"
    assert handoffs.find("h-1")["closed_at"]


def test_after_closing_the_next_card_starts_clean(store: Store, handoffs: Handoffs) -> None:
    answer(store, say(store, "m1", "一").row, card=card())
    answer(store, say(store, "m2", "二").row, settled=True)
    row = say(store, "m3", "三").row
    answer(store, row, card=card("h-2"))
    assert [turn.text for turn in store.episode_turns("c", 2)] == ["三"]
    assert [turn.text for turn in store.episode_turns("c", 1)] == ["一", "二"]
    assert [handoff["id"] for handoff in handoffs.listed()] == ["h-2"]


def test_settling_where_no_card_waits_changes_nothing(store: Store) -> None:
    answer(store, say(store, "m1").row, dialogue={"size": "M"}, settled=True)
    assert (store.situation("c").episode, store.situation("c").dialogue) == (1, {"size": "M"})


def test_the_turns_of_an_episode_hold_what_a_card_needs(store: Store) -> None:
    picture = store.add_picture("c", "image/png", EVENING)
    row = store.accept("c", "m1", "坏了", [{"id": picture}], "zh", EVENING).row
    answer(store, row, record={**RECORD, "reason": "product_problem"})
    (turn,) = store.episode_turns("c", 1)
    assert (turn.text, turn.at, turn.record["reason"], turn.pictures) == (
        "坏了",
        EVENING,
        "product_problem",
        (picture,),
    )


def test_handoffs_are_told_newest_first(store: Store, handoffs: Handoffs) -> None:
    for number, name in enumerate(("x", "y")):
        store.open_conversation(name, "zh", EVENING)
        row = say(store, "m", conversation=name).row
        later = EVENING + timedelta(minutes=number)
        store.finish_turn(name, row, store.situation(name), Turn(RECORD, ANSWER, card=card(f"h-{name}")), later)
    assert [handoff["id"] for handoff in handoffs.listed()] == ["h-y", "h-x"]


# --- not found, and could not ask ---------------------------------------------------------------------------------


def test_what_is_not_there_is_a_value(store: Store, handoffs: Handoffs) -> None:
    assert (handoffs.find("?"), store.picture("?"), store.state("?")) == (None, None, "bot")
    assert store.thread("?") == []


def test_ids_of_pictures_cannot_be_guessed(store: Store) -> None:
    ids = {store.add_picture("c", "image/png", EVENING) for _ in range(20)}
    assert len(ids) == 20 and min(map(len, ids)) >= 20
    assert store.picture(ids.pop())["conversation"] == "c"


def test_a_database_that_cannot_be_used_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "garbage.sqlite").write_bytes(b"this is no database, " * 500)
    for url in (f"sqlite:///{tmp_path / 'garbage.sqlite'}", f"sqlite:///{tmp_path / 'no' / 'folder' / 'x.sqlite'}"):
        with pytest.raises(StoreError):
            migrate(Database(url))


def test_a_database_without_tables_is_an_error_of_ours(tmp_path: Path) -> None:
    bare = Store(Database(f"sqlite:///{tmp_path / 'bare.sqlite'}"))
    for ask in (lambda: bare.situation("c"), lambda: bare.open_conversation("c", "zh", EVENING), lambda: bare.thread("c"), bare.unanswered, lambda: say(bare, "m")):  # fmt: skip
        with pytest.raises(StoreError):
            ask()


def test_a_message_opens_its_conversation(store: Store) -> None:
    accepted = say(store, "m1", conversation="new")
    assert (accepted.situation.state, accepted.situation.episode, accepted.situation.language) == ("bot", 1, "zh")
