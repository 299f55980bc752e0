"""A flood costs its sender time: limits for a buyer, an address and a conversation of the API; and what all answers tell browsers."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn
from starlette.requests import Request
from starlette.testclient import TestClient
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from bot.front.app import make_app
from bot.front.limits import MOST_KEPT, Buckets, Limits, address_of
from bot.front.problems import Problem
from bot.ports import SettingError
from bot.settings import ROOT, Settings
from tests.desk.running import Running, make_running, picture


class Hand:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Running:
    return make_running(tmp_path_factory.mktemp("limits"))


@pytest.fixture
def hand() -> Hand:
    return Hand()


Visit = Callable[..., TestClient]


@pytest.fixture
def visit(running: Running, hand: Hand) -> Iterator[Visit]:
    """Browsers at a front with limits of 4 messages a minute for a buyer, 10 for an address and 6 for a conversation of
    the API; each may have an address of its own."""
    app = make_app(replace(running.front, limits=Limits(4, 10, 6, hand)))
    yield lambda address="198.51.100.1": TestClient(app, client=(address, 1))


def session(browser: TestClient) -> dict[str, str]:
    token = browser.post("/chat/session", json={}).json()["token"]
    return {"authorization": f"Bearer {token}"}


def write(browser: TestClient, buyer: dict[str, str], text: str = "在吗") -> Any:
    return browser.post("/chat/messages", json={"message_id": uuid.uuid4().hex, "text": text}, headers=buyer)


# --- the bucket --------------------------------------------------------------------------------------------------


def test_a_bucket_gives_what_it_holds_and_fills_up_with_time(hand: Hand) -> None:
    bucket = Buckets(6, hand)
    assert [bucket.take("a", 1) for _ in range(6)] == [0.0] * 6
    assert bucket.take("a", 1) == pytest.approx(10)
    hand.at = 9
    assert bucket.take("a", 1) == pytest.approx(1), "being refused costs nothing"
    hand.at = 10
    assert bucket.take("a", 1) == 0
    hand.at = 1e6
    assert [bucket.take("a", 1) > 0 for _ in range(7)] == [False] * 6 + [True], "it never holds more than it can"


def test_buckets_are_apart_and_none_is_no_limit(hand: Hand) -> None:
    bucket = Buckets(1, hand)
    assert bucket.take("a", 1) == bucket.take("b", 1) == 0
    assert bucket.take("a", 1) > 0
    assert [Buckets(0, hand).take("a", 1) for _ in range(9)] == [0.0] * 9


def test_a_flood_of_names_does_not_fill_the_memory(hand: Hand) -> None:
    bucket = Buckets(1, hand)
    for number in range(MOST_KEPT + 100):
        bucket.take(str(number), 1)
    assert len(bucket._held) == MOST_KEPT


# --- in the chat -------------------------------------------------------------------------------------------------


def test_a_buyer_who_floods_is_told_kindly_when_to_go_on_and_others_are_answered(visit: Visit, hand: Hand) -> None:
    browser = visit()
    buyer, other = session(browser), session(browser)
    assert [write(browser, buyer).status_code for _ in range(5)] == [200] * 4 + [429]
    refused = write(browser, buyer)
    assert refused.headers["retry-after"] == "15"
    assert set(refused.json()["error"]["message"]) == {"zh", "en"}
    assert write(browser, other).status_code == 200
    hand.at += 15
    assert write(browser, buyer).status_code == 200


def test_many_sessions_of_one_address_are_one_sender(visit: Visit) -> None:
    browser = visit()
    answers = [write(browser, session(browser)).status_code for _ in range(5)]
    assert answers == [200] * 5
    assert browser.post("/chat/session", json={}).status_code == 429
    assert visit("198.51.100.2").post("/chat/session", json={}).status_code == 200


def test_what_was_refused_is_not_kept_and_can_be_sent_again(visit: Visit, running: Running, hand: Hand) -> None:
    browser = visit()
    buyer = session(browser)
    message = {"message_id": uuid.uuid4().hex, "text": "第五句"}
    for _ in range(4):
        write(browser, buyer)
    assert browser.post("/chat/messages", json=message, headers=buyer).status_code == 429
    hand.at += 60
    assert browser.post("/chat/messages", json=message, headers=buyer).status_code == 200
    texts = [one["text"] for one in browser.get("/chat/messages", headers=buyer).json()["messages"]]
    assert texts.count("第五句") == 1


def test_pictures_count_by_their_size(visit: Visit) -> None:
    browser = visit()
    buyer = session(browser)
    small = picture()
    assert browser.post("/chat/pictures", content=small, headers=buyer).status_code == 200
    assert browser.post("/chat/pictures", content=small + b"\0" * 4_000_000, headers=buyer).status_code == 429


def test_pictures_leave_room_for_messages(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.front.pictures.LEAST_FREE", 1 << 60)
    browser = visit()
    buyer = session(browser)
    assert browser.post("/chat/pictures", content=picture(), headers=buyer).status_code == 503
    assert write(browser, buyer).status_code == 200


def test_looking_and_typing_count_too_though_little(visit: Visit) -> None:
    browser = visit()
    buyer = session(browser)
    looks = [browser.get("/chat/messages", headers=buyer).status_code for _ in range(50)]
    assert looks.count(200) == 40 and looks[-1] == 429
    assert browser.post("/chat/typing", headers=buyer).status_code == 429


def request(address: str) -> Request:
    return Request({"type": "http", "client": (address, 1), "headers": []})


def test_a_buyer_holds_only_so_many_streams_open(hand: Hand) -> None:
    limits, here = Limits(1000, 10_000, 0, hand), request("198.51.100.1")
    with ExitStack() as streams, pytest.raises(Problem) as refused:
        for _ in range(1000):
            limits.admit_stream(here, "web:one")
            streams.enter_context(limits.streaming(here, "web:one"))
    assert (refused.value.status, refused.value.headers) == (429, {"Retry-After": "30"})
    limits.admit_stream(here, "web:one")


def test_a_stream_that_ended_counts_no_more(hand: Hand) -> None:
    limits, here = Limits(1000, 10_000, 0, hand), request("198.51.100.1")
    for _ in range(100):
        with limits.streaming(here, "web:one"):
            pass
    limits.admit_stream(here, "web:one")
    assert not limits._streams


# --- through the API ---------------------------------------------------------------------------------------------


def test_one_conversation_of_the_api_is_limited_and_the_others_are_not(visit: Visit) -> None:
    browser = visit()

    def say(conversation: str) -> int:
        body = {"conversation": conversation, "message_id": uuid.uuid4().hex, "text": "在吗"}
        return browser.post("/api/messages", json=body, headers={"authorization": "Bearer token"}).status_code

    assert [say("one") for _ in range(7)] == [200] * 6 + [429]
    assert [say(f"other-{number}") for number in range(12)] == [200] * 12, "its caller is one address for all buyers"


# --- whose address ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given, counted",
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("testclient", "testclient"),
    ],
)
def test_an_address_is_counted_as_a_household(given: str, counted: str) -> None:
    assert address_of(request(given)) == counted


@pytest.mark.parametrize(
    "trusted, told, seen",
    [
        pytest.param("127.0.0.1 ::1", "203.0.113.9", "203.0.113.9", id="of a trusted proxy"),
        pytest.param("127.0.0.1 ::1", "198.51.100.7, 203.0.113.9", "203.0.113.9", id="what a sender makes up"),
        pytest.param("10.0.0.0/8", "203.0.113.9", "127.0.0.1", id="of a stranger"),
        pytest.param("127.0.0.1 10.0.0.0/8", "203.0.113.9, 10.1.2.3", "203.0.113.9", id="of two trusted proxies"),
    ],
)
def test_a_forwarded_address_counts_from_trusted_proxies_alone(
    visit: Visit, trusted: str, told: str, seen: str
) -> None:
    heard: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        heard.append(address_of(Request(scope)))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    config = uvicorn.Config(
        app, ws="none", proxy_headers=True, forwarded_allow_ips=Settings(trusted_proxies=trusted).proxies
    )
    config.load()
    assert isinstance(config.loaded_app, ProxyHeadersMiddleware)
    TestClient(config.loaded_app, client=("127.0.0.1", 1)).get("/", headers={"x-forwarded-for": told})
    assert heard == [seen]


def test_what_is_no_address_of_a_proxy_is_named() -> None:
    with pytest.raises(SettingError, match="NIGHTDESK_TRUSTED_PROXIES.*my-proxy"):
        _ = Settings(trusted_proxies="127.0.0.1 my-proxy").proxies


# --- what browsers are told ----------------------------------------------------------------------------------------

PAGES = ("/chat", "/demo", "/desk/login", "/widget.js", "/static/desk/desk.css", "/nothing", "/api/openapi.json")


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_keeps_the_browser_from_harm(visit: Visit, path: str) -> None:
    headers = visit().get(path).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'self'" and policy["object-src"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    shared = path in ("/chat", "/widget.js")
    assert headers["cross-origin-resource-policy"] == ("cross-origin" if shared else "same-origin")
    assert ("x-frame-options" in headers) == (path != "/chat")


def test_a_fault_of_ours_is_told_with_the_same_headers(visit: Visit, running: Running) -> None:
    broken = SimpleNamespace(ready=lambda: 1 / 0, trouble="")
    app = make_app(replace(running.front, rasa=broken))  # type: ignore[arg-type]
    answer = TestClient(app, raise_server_exceptions=False).get("/readyz")
    assert answer.status_code == 500
    assert answer.headers["content-security-policy"] and answer.headers["x-frame-options"] == "DENY"


def test_over_https_browsers_are_told_to_stay_there(visit: Visit) -> None:
    assert "strict-transport-security" not in visit().get("/chat").headers
    assert visit().get("https://testserver/chat").headers["strict-transport-security"] == "max-age=31536000"


def test_no_page_holds_a_script_or_a_style_of_its_own(running: Running) -> None:
    files = [*ROOT.glob("bot/front/static/*.html"), *ROOT.glob("bot/desk/templates/*.html")]
    assert len(files) > 10
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert "<style" not in text and " style=" not in text and " onclick=" not in text, file.name
        inline = [part for part in text.split("<script")[1:] if " src=" not in part.split(">")[0]]
        assert all('type="application/json"' in part.split(">")[0] for part in inline), file.name
