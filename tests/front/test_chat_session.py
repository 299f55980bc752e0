"""The token that opens a buyer's conversation: how long it lasts, that it is renewed, and that it opens no other."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator

import pytest
from itsdangerous import TimestampSigner, URLSafeTimedSerializer
from starlette.testclient import TestClient

from bot.front.app import make_app
from tests.desk.running import Running, make_running

SECRET = "secret-for-tests"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Running:
    return make_running(tmp_path_factory.mktemp("session"))


@pytest.fixture
def client(running: Running) -> Iterator[TestClient]:
    yield TestClient(make_app(running.front))


def aged(conversation: str, days: float, secret: str = SECRET, salt: str = "buyer") -> str:
    """The token as it was given out so many days ago."""

    class Then(TimestampSigner):
        def get_timestamp(self) -> int:
            return int(time.time() - days * 86400)

    return URLSafeTimedSerializer(secret, salt=salt, signer=Then).dumps(
        {"conversation": conversation, "language": "zh", "product": "L18"}
    )


def look(client: TestClient, token: str):
    return client.get("/chat/messages", headers={"authorization": f"Bearer {token}"})


def write(client: TestClient, token: str, text: str = "在吗"):
    message = {"message_id": uuid.uuid4().hex, "text": text}
    return client.post("/chat/messages", json=message, headers={"authorization": f"Bearer {token}"})


def conversation() -> str:
    return f"web:{uuid.uuid4().hex}"


def opens(client: TestClient, token: str) -> dict:
    """What the front itself reads in a token."""
    return URLSafeTimedSerializer(SECRET, salt="buyer").loads(token, max_age=60)


@pytest.mark.parametrize("ask", [look, write])
def test_used_after_more_than_a_day_it_is_renewed_for_the_same_conversation(client: TestClient, ask) -> None:
    mine = conversation()
    token = ask(client, aged(mine, 29.9)).json()["token"]
    assert opens(client, token) == {"conversation": mine, "language": "zh", "product": "L18"}
    write(client, token, "回来看看")
    assert "回来看看" in [m["text"] for m in look(client, aged(mine, 1.1)).json()["messages"]]


@pytest.mark.parametrize("ask", [look, write])
def test_within_a_day_it_stays_as_it_is(client: TestClient, ask) -> None:
    assert "token" not in ask(client, aged(conversation(), 0.9)).json()


def test_who_comes_back_every_week_keeps_the_thread_for_months(client: TestClient, monkeypatch) -> None:
    token = client.post("/chat/session", json={"language": "zh"}).json()["token"]
    write(client, token, "第一周")
    now = time.time()
    for week in range(1, 12):
        monkeypatch.setattr(time, "time", lambda week=week: now + week * 7 * 86400)
        monkeypatch.setattr("bot.front.chat.datetime", _Later(week))
        token = look(client, token).json()["token"]
    assert look(client, token).json()["messages"][0]["text"] == "第一周"


class _Later:
    """`datetime` as it is some weeks from now."""

    def __init__(self, weeks: int):
        self._weeks = weeks

    def now(self, zone):
        from datetime import datetime, timedelta

        return datetime.now(zone) + timedelta(weeks=self._weeks)


def changed(token: str) -> str:
    """Another character in the middle of the signature; the last one holds bits that count for nothing."""
    return token[:-9] + ("x" if token[-9] != "x" else "y") + token[-8:]


@pytest.mark.parametrize(
    "token",
    [
        aged("web:c", 30.1),
        aged("web:c", 2, secret="guessed"),
        aged("web:c", 2, salt="agent"),
        changed(aged("web:c", 2)),
        "x",
    ],
    ids=["too old", "forged", "of something else", "changed", "none"],
)
@pytest.mark.parametrize("ask", [look, write])
def test_what_opens_nothing_is_not_renewed(client: TestClient, ask, token: str) -> None:
    answer = ask(client, token)
    assert answer.status_code == 401
    assert "token" not in answer.json()


def test_a_renewed_token_opens_no_other_conversation(client: TestClient) -> None:
    mine, theirs = conversation(), conversation()
    write(client, aged(theirs, 2), "别人的话")
    token = look(client, aged(mine, 2)).json()["token"]
    write(client, token, "我的话")
    assert "别人的话" not in look(client, token).text
    assert "我的话" not in look(client, aged(theirs, 2)).text


@pytest.mark.parametrize("ask", [look, write])
def test_no_cache_keeps_what_opens_a_conversation(client: TestClient, ask) -> None:
    assert ask(client, aged(conversation(), 2)).headers["cache-control"] == "no-store"
    assert client.post("/chat/session", json={}).headers["cache-control"] == "no-store"
