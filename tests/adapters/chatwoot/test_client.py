"""The line to Chatwoot: bounded in time and tries, and clear about what may have happened."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from bot.adapters.chatwoot.client import Client, Down, NotAllowed, NotThere, Wrong
from tests.adapters.chatwoot import standin
from tests.adapters.chatwoot.events import ACCOUNT, OLD
from tests.adapters.chatwoot.standin import AGENT_TOKEN, BOT_TOKEN, Chatwoot


@pytest.fixture
def server() -> Iterator[Chatwoot]:
    with standin.chatwoot() as made:
        made.talk()
        yield made


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def client(server: Chatwoot, waits: list[float]) -> Client:
    return Client(server.url, ACCOUNT, BOT_TOKEN, AGENT_TOKEN, wait=waits.append, seconds=(0.5, 0.5))


@pytest.mark.parametrize("how", ["502", "reset", "html", "slow"])
def test_a_call_that_may_be_repeated_is_tried_three_times(server: Chatwoot, client: Client, how: str) -> None:
    server.fails("POST", "/labels", how, times=2)
    client.set_labels(42, ["vip"])
    assert (server.count("POST", "/labels"), server.talk().labels) == (3, ["vip"])


def test_and_no_more_than_three(server: Chatwoot, client: Client) -> None:
    server.fails("POST", "/labels", "502", times=100)
    with pytest.raises(Down) as error:
        client.set_labels(42, ["vip"])
    assert error.value.maybe
    assert server.count("POST", "/labels") == 3


@pytest.mark.parametrize("how", ["502", "502 done", "reset", "html", "slow"])
def test_a_message_that_may_have_arrived_is_not_repeated(server: Chatwoot, client: Client, how: str) -> None:
    server.fails("POST", "/messages", how)
    with pytest.raises(Down) as error:
        client.send(42, "在的", "mark")
    assert error.value.maybe
    assert server.count("POST", "/messages") == 1


def test_a_message_that_surely_did_not_arrive_is_repeated_after_the_time_asked_for(
    server: Chatwoot, client: Client, waits: list[float]
) -> None:
    server.fails("POST", "/messages", "429", times=2)
    client.send(42, "在的", "mark")
    assert server.talk().public() == ["在的"]
    assert [seconds >= 1 for seconds in waits] == [True, True]


def test_where_nobody_listens_it_says_so_and_that_nothing_happened(waits: list[float]) -> None:
    client = Client("http://127.0.0.1:9", ACCOUNT, BOT_TOKEN, wait=waits.append)
    with pytest.raises(Down) as error:
        client.send(42, "在的", "mark")
    assert not error.value.maybe


@pytest.mark.parametrize(
    ("number", "token", "wanted"), [(41, BOT_TOKEN, NotThere), (42, "somebody's", NotAllowed), (42, BOT_TOKEN, Wrong)]
)
def test_a_refusal_has_its_own_error(server: Chatwoot, number: int, token: str, wanted: type[Exception]) -> None:
    client = Client(server.url, ACCOUNT, token)
    with pytest.raises(wanted) as error:
        client.set_priority(number, "normal")
    assert token not in str(error.value)
    assert len(server.asked) == 1


def test_a_redirect_is_not_followed_with_the_token(server: Chatwoot, client: Client) -> None:
    server.fails("GET", "/42", "302")
    with pytest.raises(Wrong):
        client.standing(42)


def test_what_is_not_for_bots_is_asked_with_the_agents_token_from_then_on(client: Client, server: Chatwoot) -> None:
    server.for_bots = set(standin.FOR_BOTS[OLD])
    client.set_labels(42, ["a"])
    client.set_labels(42, ["b"])
    tokens = [token for _, path, token in server.asked if path.endswith("/labels")]
    assert tokens == [BOT_TOKEN, AGENT_TOKEN, AGENT_TOKEN]


def test_a_wrong_token_is_not_taken_for_a_call_that_bots_may_not_make(server: Chatwoot) -> None:
    with pytest.raises(NotAllowed):
        Client(server.url, ACCOUNT, "wrong", AGENT_TOKEN).probe()
    with pytest.raises(NotAllowed):
        Client(server.url, 77, BOT_TOKEN, AGENT_TOKEN).probe()


def test_the_probe_changes_nothing(server: Chatwoot, client: Client) -> None:
    before = repr(server.talk())
    client.probe()
    assert repr(server.talk()) == before
    assert server.made == []


def test_a_server_that_never_ends_its_answer_is_given_up(server: Chatwoot, client: Client) -> None:
    server.fails("GET", "/42", "slow", times=3)
    began = time.monotonic()
    with pytest.raises(Down):
        client.standing(42)
    assert time.monotonic() - began < 20
