"""Buyers, the bot, agents, restarts and the clock in any order: nothing is lost, doubled, or said over a person.

Hypothesis makes up the order. It is the same in every run; INTERLEAVINGS=20 plays twenty times as many, new ones each
time, and looks for the shortest that fails.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.adapters.agents import Agents
from bot.adapters.database import Database
from bot.front import app
from tests.databases import Postgres, SqliteFiles, postgresql, sqlite  # noqa: F401
from tests.front.promises import PEOPLE, all_rows, check_cards, check_states, is_of, watch
from tests.front.steered import BREAKS, HASH, KINDS, STOPS, Clock, Sent, SteeredFront

TIMES = int(os.environ.get("INTERLEAVINGS", "0"))
BUYERS = ("web:w", "api:a")
QUEUES = ("sales", "bulk", "refund")
ACTS: Mapping[str, Mapping[str, str]] = {
    "claim": {},
    "give_back": {},
    "close": {"outcome": "sold", "amount": "600"},
    "pass_on to bo": {"to": "agent:bo"},
    "pass_on to bulk": {"to": "queue:bulk"},
}

buyers = st.sampled_from(BUYERS)
kinds = st.sampled_from(("hand_over", *KINDS))
stops = st.sampled_from(("", "", "", *STOPS, *STOPS, *BREAKS))
people = st.sampled_from(("whose it is", "whose it is", *PEOPLE))
numbers = st.integers(0, 9)


class Interleavings(RuleBasedStateMachine):
    """`address` gives the address of a fresh database. Two buyers write, three people serve them."""

    address: Any = None

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.database = Database(self.address())
        watch(self.database)
        for name, role in PEOPLE.items():
            Agents(self.database).save(name, HASH, role)
        self.clock, self.sent = Clock(), dict[str, Sent]()
        self.sendings, self.fronts = 0, 0
        self.left_behind: list[SteeredFront] = []
        self.left_to_people: set[int] = set()
        self.before = self.rows()
        self.front: SteeredFront | None = None
        self.front = self.start()

    def start(self) -> SteeredFront:
        """What waits in the one before is answered at the start, and stops nowhere."""
        self.fronts += 1
        for id in self.front.at_work() if self.front else ():
            self.sent[id].stop = ""
        return SteeredFront(self.fronts, self.database, self.clock, self.sent, Path(self.folder.name))

    @initialize()
    def everybody_signs_in(self) -> None:
        self.cookies = dict(zip(PEOPLE, self.front.wait(*map(self.front.sign_in, PEOPLE))))

    def teardown(self) -> None:
        for front in (*self.left_behind, self.front):
            front.kill()
        self.database.engine.dispose()
        self.folder.cleanup()

    # --- the buyers ----------------------------------------------------------------------------------------------

    @rule(buyer=buyers, kind=kinds, stop=stops)
    def writes(self, buyer: str, kind: str, stop: str) -> None:
        self.send(self.message(buyer, kind, stop))

    @rule(buyer=buyers, kinds=st.tuples(kinds, kinds), stop=stops)
    def writes_two_at_once(self, buyer: str, kinds: tuple[str, str], stop: str) -> None:
        self.send(*[self.message(buyer, kind, stop) for kind in kinds])

    @rule(buyer=buyers, kind=kinds, stop=stops)
    def sends_one_twice_at_once(self, buyer: str, kind: str, stop: str) -> None:
        message = self.message(buyer, kind, stop)
        self.send(message, message)

    @precondition(lambda self: self.sent)
    @rule(number=numbers)
    def sends_one_again(self, number: int) -> None:
        self.send(list(self.sent.values())[-1 - number % len(self.sent)])

    def message(self, buyer: str, kind: str, stop: str) -> Sent:
        id = f"m{len(self.sent)}"
        self.sent[id] = Sent(id, buyer, kind, stop)
        return self.sent[id]

    def send(self, *messages: Sent) -> None:
        self.sendings += 1
        kept = {row["message_id"] for row in self.rows()["messages"]}
        for message in messages:
            if message.id not in kept and message.id not in self.front.at_work():
                message.order, message.front = self.sendings, self.front.number
        self.front.send(*messages)

    # --- the bot -------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.stopped())
    @rule(number=numbers)
    def a_turn_goes_on(self, number: int) -> None:
        front, id = self.stopped()[number % len(self.stopped())]
        front.stops.go_on(id)
        front.rest()
        self.forget_the_idle()

    @precondition(lambda self: self.stopped())
    @rule(number=numbers, who=st.sampled_from(tuple(PEOPLE)))
    def a_turn_goes_on_while_somebody_claims(self, number: int, who: str) -> None:
        front, id = self.stopped()[number % len(self.stopped())]
        handoff = self.open_one(front.stops.held[id])
        front.stops.go_on(id)
        if handoff:
            self.front.wait(self.front.act(self.cookies[who], handoff["id"], "claim"))
        front.rest()
        self.forget_the_idle()

    @rule(
        buyer=buyers, kind=kinds, stop=st.sampled_from(STOPS), acts=st.lists(st.sampled_from(tuple(ACTS)), max_size=3)
    )
    def people_act_while_a_turn_is_stopped(self, buyer: str, kind: str, stop: str, acts: list[str]) -> None:
        if self.open_one(buyer) is None:
            self.writes(buyer, "hand_over", "")
        self.writes(buyer, kind, stop)
        self.all_is_well()
        for name in acts:
            self.act_on(buyer, "whose it is", name.split()[0], **ACTS[name])
        self.before = self.rows()
        for id in [id for id, of in self.front.stops.held.items() if of == buyer]:
            self.front.stops.go_on(id)
        self.front.rest()

    @rule()
    def the_front_looks_for_what_was_left(self) -> None:
        """Another one may still be at it."""
        self.front.look_again()
        self.front.rest()
        self.forget_the_idle()

    def stopped(self) -> list[tuple[SteeredFront, str]]:
        return [(front, id) for front in (*self.left_behind, self.front) for id in sorted(front.stops.held)]

    # --- the people ----------------------------------------------------------------------------------------------

    @rule(buyer=buyers, who=st.permutations(tuple(PEOPLE)))
    def two_claim_at_once(self, buyer: str, who: list[str]) -> None:
        handoff = self.open_one(buyer)
        if handoff is None:
            return
        calls = [self.front.act(self.cookies[name], handoff["id"], "claim") for name in who[:2]]
        answers = self.front.wait(*calls)
        had = handoff["agent"] or self.found(handoff["id"])["agent"]
        for name, answer in zip(who, answers):
            assert (answer.status_code == 200) == (name == had)
            if name != had:
                error = answer.json()["error"]
                assert error["code"] == "taken" and had in error["message"]["zh"]

    @rule(buyer=buyers, who=st.sampled_from(tuple(PEOPLE)))
    def claims(self, buyer: str, who: str) -> None:
        self.act_on(buyer, who, "claim")

    @rule(buyer=buyers, who=people, number=numbers)
    def replies(self, buyer: str, who: str, number: int) -> None:
        """The same form now and then twice."""
        self.act_on(buyer, who, "reply", text="您好", message_id=f"reply-{buyer}-{self.sendings}-{number % 2}")

    @rule(
        buyer=buyers, who=people, to=st.sampled_from([*(f"agent:{n}" for n in PEOPLE), *(f"queue:{q}" for q in QUEUES)])
    )
    def passes(self, buyer: str, who: str, to: str) -> None:
        if self.act_on(buyer, who, "pass_on", to=to, remark="请看一下") == 200 and to.startswith("queue:"):
            assert self.open_one(buyer)["queue"] == to.removeprefix("queue:")

    @rule(buyer=buyers, who=people)
    def gives_back(self, buyer: str, who: str) -> None:
        self.act_on(buyer, who, "give_back")

    @rule(buyer=buyers, who=people, ends=st.sampled_from([("sold", "600"), ("lost", "price"), ("settled", "answered")]))
    def closes(self, buyer: str, who: str, ends: tuple[str, str]) -> None:
        outcome, value = ends
        field = "amount" if outcome == "sold" else f"reason_{outcome}"
        self.act_on(buyer, who, "close", outcome=outcome, **{field: value})

    @rule(buyer=buyers)
    def a_lead_takes_over(self, buyer: str) -> None:
        self.act_on(buyer, "lead", "take_over")

    @rule(who=st.sampled_from(tuple(PEOPLE)), name=st.sampled_from(["claim", "give_back", "reply"]))
    def acts_on_a_stale_page(self, who: str, name: str) -> None:
        closed = [row for row in self.rows()["handoffs"] if row["state"] == "closed"]
        if closed:
            fields = {"text": "您好", "message_id": f"stale-{self.sendings:08}"}
            assert self.act(who, closed[-1], name, **fields) == 409

    def act_on(self, buyer: str, who: str, name: str, **fields: str) -> int | None:
        handoff = self.open_one(buyer)
        return self.act(who, handoff, name, **fields) if handoff else None

    def act(self, who: str, handoff: Mapping[str, Any], name: str, **fields: str) -> int:
        """The answer's status; what is refused changes nothing."""
        who = (handoff["agent"] or "lead") if who == "whose it is" else who
        before = self.rows()["deeds"]
        (answer,) = self.front.wait(self.front.act(self.cookies[who], handoff["id"], name, **fields))
        assert answer.status_code == 200 or self.rows()["deeds"] == before
        return answer.status_code

    # --- restarts and the clock ----------------------------------------------------------------------------------

    @rule()
    def the_front_is_killed_and_starts_anew(self) -> None:
        for front in (*self.left_behind, self.front):
            front.kill()
        self.left_behind = []
        self.front = self.start()

    @rule()
    def a_new_front_starts_while_the_old_one_finishes(self) -> None:
        for front in self.left_behind:
            front.kill()
        self.left_behind, self.front = [self.front], self.start()
        self.forget_the_idle()

    def forget_the_idle(self) -> None:
        for front in [front for front in self.left_behind if not front.at_work()]:
            front.stop()
            self.left_behind.remove(front)

    @rule(passes=st.sampled_from([timedelta(minutes=6), timedelta(hours=30), timedelta(days=4), timedelta(days=31)]))
    def time_passes(self, passes: timedelta) -> None:
        self.clock.turn(passes)
        self.front.minding.mind()
        self.everybody_signs_in()

    # --- what holds after each step ------------------------------------------------------------------------------

    @invariant()
    def all_is_well(self) -> None:
        rows = self.rows()
        check_states(rows)
        check_cards(rows)
        self.check_messages(rows)
        self.check_answers(rows)
        self.check_memory(rows)
        assert rows["spoken_over"] == [], "the bot spoke while a person had the conversation"
        shown = [(m["seq"], m["from"], m["text"]) for m in self.front.thread("web:w")]
        assert shown == [(m["id"], m["sender"], m["text"]) for m in rows["messages"] if m["conversation"] == "web:w"]
        self.before = rows

    def check_messages(self, rows: Mapping[str, Any]) -> None:
        """None lost, none doubled, in order, and each with an answer or with a person."""
        kept = [row for row in rows["messages"] if row["sender"] == "buyer"]
        ids = [row["message_id"] for row in kept]
        assert len(set(ids)) == len(ids), "a message stands twice"
        assert all((row["conversation"], row["text"]) == (self.sent[row["message_id"]].conversation, self.sent[row["message_id"]].text) for row in kept)  # fmt: skip
        assert {m.id for m in self.sent.values() if m.answers} <= set(ids), "a message is lost"
        for conversation in BUYERS:
            for front in range(1, self.fronts + 1):
                mine = [self.sent[id] for id in ids]
                orders = [m.order for m in mine if (m.conversation, m.front) == (conversation, front)]
                assert orders == sorted(orders), "not in the order in which they came"
        turns = {turn["message"]: turn for turn in rows["turns"]}
        working = set().union(*(front.at_work() for front in (*self.left_behind, self.front)))
        for row in kept:
            told_to_send_again = any("error" in answer for answer in self.sent[row["message_id"]].answers)
            known = row["id"] in turns or row["message_id"] in working or told_to_send_again
            assert known, "a message has neither an answer nor a person"
        new = [turn for id, turn in turns.items() if "left_to" in turn["record"] and id not in self.left_to_people]
        for turn in new:
            claimed = [h["state"] == "claimed" for r in (self.before, rows) for h in r["handoffs"] if is_of(h, turn)]
            assert any(claimed), "a message was left to a person who has gone"
            self.left_to_people.add(turn["message"])

    def check_answers(self, rows: Mapping[str, Any]) -> None:
        """What the bot said is what its turns said, and what every sender of a message heard."""
        ids = {row["id"]: row["message_id"] for row in rows["messages"]}
        for conversation in BUYERS:
            turns = sorted((t for t in rows["turns"] if t["conversation"] == conversation), key=lambda t: t["message"])
            meant = [reply["text"] for turn in turns for reply in turn["answer"]["replies"]]
            said = [m["text"] for m in rows["messages"] if (m["conversation"], m["sender"]) == (conversation, "bot")]
            assert Counter(said) == Counter(meant)
            assert said == meant, "answers are not in the order of the messages"
            assert all(bool(turn["answer"]["replies"]) == ("left_to" not in turn["record"]) for turn in turns)
        for turn in rows["turns"]:
            heard = [a for a in self.sent[ids[turn["message"]]].answers if "error" not in a]
            assert all(answer["replies"] == turn["answer"]["replies"] for answer in heard)

    def check_memory(self, rows: Mapping[str, Any]) -> None:
        """What the bot remembers is of this episode, and all of it."""
        for talk in rows["conversations"]:
            turns = [turn for turn in rows["turns"] if is_of(talk, turn, "id")]
            taken = [turn["record"]["taken"] for turn in turns if "taken" in turn["record"]]
            assert sorted(talk["dialogue"].get("unknown", ())) == sorted(taken)
            for turn in turns:
                assert turn["record"].get("sender", f"/{talk['episode']}").endswith(f"/{talk['episode']}")

    # --- looking -------------------------------------------------------------------------------------------------

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        return all_rows(self.database)

    def open_one(self, buyer: str) -> dict[str, Any] | None:
        found = [h for h in self.rows()["handoffs"] if h["conversation"] == buyer and h["state"] != "closed"]
        return found[0] if found else None

    def found(self, id: str) -> dict[str, Any]:
        return next(handoff for handoff in self.rows()["handoffs"] if handoff["id"] == id)


@pytest.fixture(autouse=True)
def nothing_happens_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "LOOK_EVERY", 3600.0)


def play(address: Any, examples: int, steps: int) -> None:
    machine = type("Played", (Interleavings,), {"address": staticmethod(address)})
    known = settings(
        max_examples=examples * (TIMES or 1),
        stateful_step_count=steps,
        derandomize=not TIMES,
        deadline=None,
        database=None,
        phases=list(Phase) if TIMES else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=known)


def test_in_any_order_nothing_is_lost_or_doubled_or_said_over_a_person(sqlite: SqliteFiles) -> None:  # noqa: F811
    play(sqlite.make, 30, 30)


def test_nor_is_it_in_postgresql(postgresql: Postgres) -> None:  # noqa: F811
    play(postgresql.make, 8, 30)
