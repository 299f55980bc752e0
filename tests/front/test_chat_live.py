"""The buyer's stream: a person's words arrive as they are written, to this buyer alone, and none is lost."""

from __future__ import annotations

import base64
import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests

from bot.front.live import Live, TypingTold
from tests.desk.events import listening
from tests.desk.running import Running, make_running, serving


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serving(make_running(tmp_path_factory.mktemp("live"))) as front:
        yield front


@dataclass
class Buyer:
    """A buyer's page, without the page."""

    running: Running
    session: requests.Session
    conversation: str

    def write(self, text: str) -> dict:
        body = {"message_id": uuid.uuid4().hex, "text": text}
        return self.session.post(f"{self.running.url}/chat/messages", json=body, timeout=10).json()

    def listening(self, **headers: str):
        return listening(self.session, f"{self.running.url}/chat/events", **headers)

    def handoff(self) -> str:
        return self.running.front.store.situation(self.conversation).handoff["id"]

    def claimed_by(self, name: str) -> str:
        handoff = self.handoff()
        self.running.front.handoffs.claim(handoff, self.running.agent(name), self.running.clock.now())
        self.running.front.live.tell(self.conversation)
        return handoff

    def answered(self, handoff: str, name: str, text: str) -> None:
        front, who = self.running.front, self.running.agent(name)
        front.handoffs.reply(handoff, who, uuid.uuid4().hex, text, [], self.running.clock.now())
        front.live.tell(self.conversation)


@pytest.fixture
def buyer(running: Running) -> Iterator[Buyer]:
    with requests.Session() as session:
        yield new_buyer(running, session)


def new_buyer(running: Running, session: requests.Session) -> Buyer:
    token = session.post(f"{running.url}/chat/session", json={"language": "zh"}, timeout=10).json()["token"]
    session.headers["Authorization"] = f"Bearer {token}"
    signed = token.split(".")[0]
    conversation = json.loads(base64.urlsafe_b64decode(signed + "=" * (-len(signed) % 4)))["conversation"]
    return Buyer(running, session, conversation)


def texts(data: dict) -> list[str]:
    return [message["text"] for message in data["messages"]]


def test_a_persons_words_arrive_as_they_are_written(buyer: Buyer) -> None:
    with buyer.listening() as events:
        first = events.next("thread")
        assert first.data["stands"] == {"state": "bot", "episode": 1, "person": None, "since": None}
        buyer.write("我要人工")
        events.next("thread", lambda data: data["state"] == "waiting")
        handoff = buyer.claimed_by("小林")
        came = events.next("thread", lambda data: data["state"] == "claimed")
        assert came.data["stands"]["person"] == "小林" and came.data["stands"]["since"]
        buyer.answered(handoff, "小林", "您好，我是小林")
        said = events.next("thread", lambda data: "您好，我是小林" in texts(data))
        assert (said.data["messages"][-1]["name"], said.data["messages"][-1]["episode"]) == ("小林", 1)
        buyer.running.front.handoffs.give_back(handoff, buyer.running.agent("小林"), buyer.running.clock.now())
        buyer.running.front.live.tell(buyer.conversation)
        back = events.next("thread", lambda data: data["state"] == "bot")
        assert (back.data["stands"]["episode"], back.data["stands"]["person"]) == (2, None)


def test_a_connection_made_again_tells_what_was_missed_and_nothing_twice(buyer: Buyer) -> None:
    buyer.write("我要人工")
    handoff = buyer.claimed_by("小林")
    with buyer.listening() as events:
        seen = events.next("thread")
    buyer.answered(handoff, "小林", "一")
    buyer.answered(handoff, "小林", "二")
    with buyer.listening(Last_Event_ID=seen.id) as events:
        assert texts(events.next("thread").data) == ["一", "二"]


def test_only_who_has_the_token_hears_the_conversation(running: Running, buyer: Buyer) -> None:
    for header in ({}, {"Authorization": ""}, {"Authorization": "Bearer x.y.z"}, {"Authorization": "Basic x"}):
        answer = requests.get(f"{running.url}/chat/events", headers=header, timeout=10)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "session")
    token = buyer.session.headers["Authorization"].split()[1]
    assert requests.get(f"{running.url}/chat/events?token={token}", timeout=10).status_code == 401


def test_a_buyer_hears_nothing_of_another(running: Running, buyer: Buyer) -> None:
    with requests.Session() as session, buyer.listening() as events:
        events.next("thread")
        new_buyer(running, session).write("别人的话，我要人工")
        buyer.write("我的话")
        heard = texts(events.next("thread").data)
    assert heard[0] == "我的话"
    assert "别人的话，我要人工" not in heard


@pytest.mark.parametrize("id", ["x", "-1", "1.5", "9" * 13])
def test_an_id_that_is_no_number_is_refused(buyer: Buyer, id: str) -> None:
    answer = buyer.session.get(f"{buyer.running.url}/chat/events", headers={"Last-Event-ID": id}, timeout=10)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "wrong_field")


def test_typing_is_shown_and_ends_with_the_words(buyer: Buyer) -> None:
    buyer.write("我要人工")
    handoff = buyer.claimed_by("小林")
    live = buyer.running.front.live
    with buyer.listening() as events:
        events.next("thread")
        live.typing(buyer.conversation, "agent")
        assert events.next("typing").data["seconds"] > 4
        live.typing(buyer.conversation, "agent", 0)
        buyer.answered(handoff, "小林", "好了")
        assert events.next("typing").data["seconds"] == 0


def test_the_buyers_typing_is_kept_in_memory_alone(buyer: Buyer) -> None:
    buyer.write("我要人工")
    before = buyer.running.front.store.last_number(buyer.conversation)
    assert buyer.session.post(f"{buyer.running.url}/chat/typing", timeout=10).json() == {"seen": True}
    live = buyer.running.front.live
    assert live.typing_until(buyer.conversation, "buyer") > 0
    assert buyer.running.front.store.last_number(buyer.conversation) == before
    buyer.write("好了")
    assert live.typing_until(buyer.conversation, "buyer") == 0


def test_typing_without_a_token_is_refused(running: Running) -> None:
    assert requests.post(f"{running.url}/chat/typing", timeout=10).status_code == 401


def test_the_thread_can_still_be_asked_for(buyer: Buyer) -> None:
    buyer.write("我要人工")
    buyer.claimed_by("小林")
    answer = buyer.session.get(f"{buyer.running.url}/chat/messages?after=0", timeout=10).json()
    assert texts(answer)[0] == "我要人工"
    assert (answer["state"], answer["stands"]["person"]) == ("claimed", "小林")


# --- the memory of who types ----------------------------------------------------------------------------------------


def test_typing_passes_by_itself_and_is_told_once() -> None:
    live = Live()
    told = TypingTold(live, "c", "agent")
    assert told.news() is None
    live.typing("c", "agent", 0.05)
    assert told.news() == pytest.approx(0.05, abs=0.06)
    assert told.news() is None
    time.sleep(0.06)
    assert told.news() == 0
    assert told.news() is None


def test_typing_is_forgotten_and_told_by_side_and_conversation() -> None:
    live = Live()
    for number in range(50):
        live.typing(f"c{number}", "buyer", 0.01)
    live.typing("c", "buyer")
    assert live.typing_until("c", "agent") == 0
    time.sleep(0.02)
    live.typing("d", "buyer")
    assert set(live._typing) == {("c", "buyer"), ("d", "buyer")}
