"""Where agents are signed in, and wrong tries, in the database: over all fronts, on SQLite and PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from bot.adapters.agents import Agents
from bot.adapters.database import Database
from tests.small_shop import EVENING

HOUR, WITHIN = timedelta(hours=1), timedelta(minutes=10)
MOST = {("name", "address"): 3, ("address",): 6, ("name",): 8}


@pytest.fixture
def agents(database: Database) -> Agents:
    made = Agents(database)
    for name in ("anna", "bo"):
        made.save(name, "hash", "agent")
    return made


def tries(agents: Agents, name: str, address: str, minutes: float = 0) -> timedelta:
    return agents.try_sign_in((name, address), EVENING + timedelta(minutes=minutes), MOST, WITHIN)


def signed_in(agents: Agents, id: str, minutes: float = 0) -> str | None:
    found = agents.of_session(id, EVENING + timedelta(minutes=minutes))
    return found["name"] if found else None


def test_a_session_opens_the_desk_until_its_time(agents: Agents) -> None:
    assert agents.begin_session("a", "anna", "hash", EVENING, HOUR)
    assert (signed_in(agents, "a", 59), signed_in(agents, "a", 60), signed_in(agents, "b")) == ("anna", None, None)


def test_sessions_end_by_themselves_one_by_one_or_all_of_a_person(agents: Agents) -> None:
    for id, name in (("a1", "anna"), ("a2", "anna"), ("b1", "bo")):
        agents.begin_session(id, name, "hash", EVENING, HOUR)
    agents.end_session("a1")
    assert [signed_in(agents, id) for id in ("a1", "a2", "b1")] == [None, "anna", "bo"]
    agents.end_sessions("anna")
    assert [signed_in(agents, id) for id in ("a2", "b1")] == [None, "bo"]


def test_a_new_password_ends_the_sessions_and_the_old_one_opens_none(agents: Agents) -> None:
    agents.begin_session("a", "anna", "hash", EVENING, HOUR)
    agents.save("anna", "new", "agent")
    assert signed_in(agents, "a") is None
    assert not agents.begin_session("c", "anna", "hash", EVENING, HOUR), "its password was right a moment ago"
    assert signed_in(agents, "c") is None


def test_sessions_that_are_over_are_not_kept(agents: Agents) -> None:
    agents.begin_session("a", "anna", "hash", EVENING, HOUR)
    agents.begin_session("b", "bo", "hash", EVENING + 2 * HOUR, HOUR)
    assert signed_in(agents, "a", -1) is None


def test_a_guesser_waits_by_name_and_address(agents: Agents) -> None:
    assert [tries(agents, "anna", "here", minute) for minute in range(3)] == [timedelta(0)] * 3
    assert tries(agents, "anna", "here", 4) == timedelta(minutes=6)
    assert tries(agents, "bo", "here", 4) == tries(agents, "anna", "there", 4) == timedelta(0)
    assert tries(agents, "anna", "here", 10) == timedelta(0)


def test_many_names_or_many_addresses_help_nobody(agents: Agents) -> None:
    assert [bool(tries(agents, f"n{number}", "here")) for number in range(7)] == [False] * 6 + [True]
    assert [bool(tries(agents, "anna", f"a{number}")) for number in range(9)] == [False] * 8 + [True]


def test_being_refused_does_not_lengthen_the_wait(agents: Agents) -> None:
    for minute in range(9):
        tries(agents, "anna", "here", minute)
    assert tries(agents, "anna", "here", 10) == timedelta(0)


def test_a_right_password_is_forgiven_for_its_name_alone(agents: Agents) -> None:
    for _ in range(2):
        tries(agents, "anna", "here")
        tries(agents, "bo", "here")
    agents.forgive(("anna", "here"))
    assert [bool(tries(agents, "anna", "here")) for _ in range(4)] == [False] * 3 + [True]
    assert [bool(tries(agents, "bo", "here")) for _ in range(2)] == [False, True]


def test_of_many_tries_at_once_no_more_are_heard(agents: Agents) -> None:
    with ThreadPoolExecutor(8) as threads:
        waits = list(threads.map(lambda _: tries(agents, "anna", "here"), range(8)))
    assert waits.count(timedelta(0)) == 3


def test_two_fronts_that_start_at_once_add_the_first_agent_together(database: Database) -> None:
    start = Barrier(4)

    def save(_: int) -> None:
        start.wait()
        Agents(database).save("lead", "hash", "lead")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(save, range(4)))
    assert [one["name"] for one in Agents(database).all()] == ["lead"]
