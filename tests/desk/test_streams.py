"""The desk's streams: what is new comes by itself, to those who may see it, and nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.desk.conftest import Client
from tests.desk.events import listening
from tests.desk.running import Running

MakeClient = Callable[..., Client]


def test_a_new_buyer_appears_in_the_queue(running: Running, client: MakeClient) -> None:
    agent = client("小林")
    with listening(agent, f"{running.url}/desk/queue/events") as events:
        events.next("queue")
        _, handoff = running.wait()
        fresh = events.next("queue", lambda data: handoff in data["html"])
        assert any(key.startswith(handoff) for key in fresh.data["keys"])


def test_a_list_that_the_page_has_is_not_sent_again(running: Running, client: MakeClient) -> None:
    agent = client("小林")
    agent.act("/desk/duty", on="1")
    address = f"{running.url}/desk/queue/events?show=closed&queue=tracking"
    with listening(agent, address) as events:
        first = events.next("queue")
    agent.act("/desk/duty", on="0")
    with listening(agent, address, Last_Event_ID=first.id) as events:
        second = events.next("queue")
        assert second.id != first.id
        assert "我来值班" in second.data["html"]
    agent.act("/desk/duty", on="1")


def test_the_buyers_words_and_the_state_arrive(running: Running, client: MakeClient) -> None:
    conversation, handoff = running.wait()
    agent, other = client("小林"), client("阿明")
    with listening(other, f"{running.url}/desk/handoffs/{handoff}/events") as events:
        assert "我来接待" in events.next("news").data["parts"]["acts"]
        agent.act(f"/desk/handoffs/{handoff}/claim")
        taken = events.next("news", lambda news: "acts" in news["parts"])
        assert "小林 在接待" in taken.data["parts"]["acts"]
        running.say(conversation, "<b>在吗</b>")
        said = events.next("news", lambda news: "在吗" in news["lines"])
        assert "&lt;b&gt;在吗&lt;/b&gt;" in said.data["lines"]
        running.front.live.typing(conversation, "buyer")
        assert events.next("typing").data["seconds"] > 4


def test_a_connection_made_again_tells_what_was_missed_and_nothing_twice(running: Running, client: MakeClient) -> None:
    conversation, handoff = running.wait()
    agent = client("小林")
    agent.act(f"/desk/handoffs/{handoff}/claim")
    address = f"{running.url}/desk/handoffs/{handoff}/events"
    with listening(agent, address) as events:
        seen = events.next("news")
        assert "我要人工" in seen.data["lines"]
    running.say(conversation, "一")
    running.say(conversation, "二")
    with listening(agent, address, Last_Event_ID=seen.id) as events:
        missed = events.next("news").data["lines"]
    assert "我要人工" not in missed
    assert missed.index("一") < missed.index("二")
    with listening(agent, f"{address}?after={seen.id}") as events:
        assert events.next("news").data["lines"] == missed, "the same by the address"


@pytest.mark.parametrize("id", ["x", "1", "1-x", "-1--1", "9" * 40 + "-1"])
def test_an_id_that_is_none_begins_anew(running: Running, client: MakeClient, id: str) -> None:
    _, handoff = running.wait()
    with listening(client("小林"), f"{running.url}/desk/handoffs/{handoff}/events", Last_Event_ID=id) as events:
        assert "我要人工" in events.next("news").data["lines"]


@pytest.mark.parametrize("path", ["/desk/queue/events", "/desk/handoffs/{handoff}/events"])
def test_without_a_session_nothing_is_told(running: Running, client: MakeClient, path: str) -> None:
    _, handoff = running.wait()
    with listening(client(), running.url + path.format(handoff=handoff)) as events:
        assert events.any().name == "ended"
        with pytest.raises(StopIteration):
            events.any()


@pytest.mark.parametrize("path", ["/desk/queue/events", "/desk/handoffs/{handoff}/events"])
def test_a_session_that_ends_ends_its_streams(running: Running, client: MakeClient, path: str) -> None:
    conversation, handoff = running.wait()
    agent = client("小林")
    with listening(agent, running.url + path.format(handoff=handoff)) as events:
        events.any()
        agent.act("/desk/logout")
        running.say(conversation, "这句话不该被看到")
        events.next("ended")
        with pytest.raises(StopIteration):
            events.any()


def test_a_stream_leaves_nothing_behind(running: Running, client: MakeClient) -> None:
    from tests.front.helpers import eventually

    _, handoff = running.wait()
    conversation = running.front.handoffs.find(handoff)["conversation"]
    waiting = running.front.live._waiting
    with listening(client("小林"), f"{running.url}/desk/handoffs/{handoff}/events") as events:
        events.any()
        assert conversation in waiting
    assert eventually(lambda: conversation not in waiting, 5)
