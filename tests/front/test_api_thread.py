"""What a system of the shop's can hear of its conversations: the thread, and a stream of those where something is said."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from jsonschema import Draft202012Validator

from bot.front.openapi import document
from tests.desk.events import listening
from tests.desk.running import Running, make_running, serving


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serving(make_running(tmp_path_factory.mktemp("api"))) as front:
        yield front


@pytest.fixture
def shop() -> requests.Session:
    session = requests.Session()
    session.headers["Authorization"] = "Bearer token"
    return session


@pytest.fixture
def talk() -> str:
    return uuid.uuid4().hex


def post(running: Running, shop: requests.Session, talk: str, text: str, **more: Any) -> dict[str, Any]:
    body = {"conversation": talk, "message_id": uuid.uuid4().hex, "text": text} | more
    return shop.post(f"{running.url}/api/messages", json=body, timeout=10).json()


def thread(running: Running, shop: requests.Session, talk: str, after: int = 0) -> dict[str, Any]:
    asked = {"conversation": talk, "after": after}
    return shop.get(f"{running.url}/api/messages", params=asked, timeout=10).json()


def claimed(running: Running, shop: requests.Session, talk: str) -> str:
    assert post(running, shop, talk, "我要人工")["state"] == "waiting"
    handoff = running.front.store.situation(f"api:{talk}").handoff
    assert handoff is not None
    running.front.handoffs.claim(handoff["id"], running.agent("小林"), running.clock.now())
    return handoff["id"]


def test_the_thread_holds_what_everybody_said_as_the_document_describes_it(
    running: Running, shop: requests.Session, talk: str
) -> None:
    handoff = claimed(running, shop, talk)
    attached = [{"id": "p", "url": "pictures/p"}]
    running.front.handoffs.reply(handoff, running.agent("小林"), "m", "您好", attached, running.clock.now())
    told = thread(running, shop, talk)
    assert [(m["from"], m["name"]) for m in told["messages"]] == [("buyer", None), ("bot", None), ("agent", "小林")]
    assert told["messages"][2]["attachments"] == [{"url": "pictures/p"}]
    assert (told["state"], told["last"]) == ("claimed", told["messages"][2]["seq"])
    schema = document()["components"]["schemas"]["Thread"]
    assert not list(Draft202012Validator(schema).iter_errors(told))


def test_after_a_number_comes_only_what_is_new(running: Running, shop: requests.Session, talk: str) -> None:
    post(running, shop, talk, "在吗")
    last = thread(running, shop, talk)["last"]
    assert thread(running, shop, talk, last) == {"messages": [], "last": last, "state": "bot"}


def test_a_conversation_that_never_began_is_empty(running: Running, shop: requests.Session, talk: str) -> None:
    assert thread(running, shop, talk) == {"messages": [], "last": 0, "state": "bot"}


def test_what_is_said_in_the_web_chat_is_not_told(running: Running, shop: requests.Session, talk: str) -> None:
    running.say(f"web:{talk}", "在吗")
    assert thread(running, shop, f"../web:{talk}")["messages"] == []
    post(running, shop, talk, "在吗")
    with listening(shop, f"{running.url}/api/events?after=0") as events:
        names = []
        while talk not in names:
            names.append(events.next("conversation").data["conversation"])
    assert not [name for name in names if name.startswith("web")]


def test_an_agents_word_is_heard_of_as_it_is_written(running: Running, shop: requests.Session, talk: str) -> None:
    handoff = claimed(running, shop, talk)
    after = thread(running, shop, talk)["last"]
    with listening(shop, f"{running.url}/api/events?after={after}") as events:
        running.front.handoffs.reply(handoff, running.agent("小林"), "m", "您好", [], running.clock.now())
        running.front.live.tell(f"api:{talk}")
        told = events.next("conversation", lambda data: data["conversation"] == talk and data["last"] > after)
    assert thread(running, shop, talk, after)["last"] == told.data["last"] == int(told.id)


def test_a_stream_made_again_goes_on_where_it_ended(running: Running, shop: requests.Session, talk: str) -> None:
    with listening(shop, f"{running.url}/api/events?after=0") as events:
        post(running, shop, talk, "在吗")
        seen = events.next("conversation", lambda data: data["conversation"] == talk)
    later = uuid.uuid4().hex
    post(running, shop, later, "在吗")
    with listening(shop, f"{running.url}/api/events", Last_Event_ID=seen.id) as events:
        assert events.next("conversation", lambda data: data["conversation"] == later)


def test_a_language_that_is_told_counts_where_the_message_has_none(running: Running, shop: requests.Session) -> None:
    told = [post(running, shop, uuid.uuid4().hex, "", language=code)["turn"]["language"] for code in ("en", "zh")]
    assert told == ["en", "zh"]


@pytest.mark.parametrize("path", ["/api/messages?conversation=x", "/api/events"])
def test_without_the_token_nothing_is_told(running: Running, path: str) -> None:
    assert requests.get(f"{running.url}{path}", timeout=10).status_code == 401


@pytest.mark.parametrize("after", ["-1", "x", "1" * 13, "²"])
@pytest.mark.parametrize("path", ["messages", "events"])
def test_a_number_that_is_none_is_named(running: Running, shop: requests.Session, path: str, after: str) -> None:
    refused = shop.get(f"{running.url}/api/{path}", params={"conversation": "x", "after": after}, timeout=10)
    assert refused.status_code == 400
    assert refused.json()["error"]["detail"].startswith("after:")
