"""Every address of the front, for everybody: what it answers to whom. An address that is not in the table fails."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from starlette.routing import Mount, Route

from bot.desk.signing_in import COOKIE
from bot.front.app import make_app
from tests.desk.conftest import Client
from tests.desk.running import Running

OPEN, TOKEN, SIGNED_IN, LEADS = "open", "token", "signed in", "leads"
"""Anybody; a token of its own; agents and leads; leads alone."""

ADDRESSES = {
    ("GET", "/"): OPEN,
    ("GET", "/healthz"): OPEN,
    ("GET", "/readyz"): OPEN,
    ("GET", "/metrics"): OPEN,  # from this machine: tests/front/test_metrics.py
    ("GET", "/api/openapi.json"): OPEN,
    ("GET", "/widget.js"): OPEN,
    ("GET", "/demo"): OPEN,
    ("GET", "/demo/products"): OPEN,
    ("GET", "/chat"): OPEN,
    ("POST", "/chat/session"): OPEN,
    ("GET", "/desk"): OPEN,  # leads to the queue, as the next four do
    ("GET", "/desk/logout"): OPEN,
    ("GET", "/desk/duty"): OPEN,
    ("GET", "/desk/handoffs/{handoff}/{act}"): OPEN,
    ("GET", "/desk/login"): OPEN,
    ("POST", "/desk/login"): OPEN,
    ("POST", "/desk/logout"): OPEN,
    ("POST", "/api/messages"): TOKEN,
    ("GET", "/api/messages"): TOKEN,
    ("GET", "/api/events"): TOKEN,
    ("GET", "/chat/messages"): TOKEN,
    ("POST", "/chat/messages"): TOKEN,
    ("GET", "/chat/events"): TOKEN,
    ("POST", "/chat/typing"): TOKEN,
    ("POST", "/chat/pictures"): TOKEN,
    ("GET", "/pictures/{picture}"): TOKEN,  # its id is one
    ("GET", "/desk/queue"): SIGNED_IN,
    ("GET", "/desk/queue/events"): SIGNED_IN,
    ("POST", "/desk/duty"): SIGNED_IN,
    ("GET", "/desk/people"): SIGNED_IN,
    ("POST", "/desk/people"): LEADS,
    ("POST", "/desk/people/sign-out"): SIGNED_IN,
    ("GET", "/desk/unsent"): SIGNED_IN,
    ("POST", "/desk/unsent"): SIGNED_IN,
    ("GET", "/desk/handoffs/{handoff}"): SIGNED_IN,
    ("GET", "/desk/handoffs/{handoff}/events"): SIGNED_IN,
    ("POST", "/desk/handoffs/{handoff}/typing"): SIGNED_IN,
    ("POST", "/desk/handoffs/{handoff}/chat/pictures"): SIGNED_IN,
    ("POST", "/desk/handoffs/{handoff}/{act}"): SIGNED_IN,
}
REFUSED = {401, 404}
"""To who may not, an address says that it wants to know who they are, or that there is nothing."""

WHO = {"nobody": None, "content": "文案", "agent": "小林", "lead": "组长"}


def test_every_address_is_in_the_table(running: Running) -> None:
    routes = [route for route in make_app(running.front).routes if not isinstance(route, Mount)]
    assert all(isinstance(route, Route) for route in routes)
    there = {(method, route.path) for route in routes for method in (route.methods or {"GET"}) if method != "HEAD"}
    assert there == set(ADDRESSES)


@pytest.fixture
def somebody(running: Running, client: Callable[..., Client]) -> Callable[[str], Client]:
    """Somebody by their role; who has no desk holds a session all the same, as after a change of role."""

    def make(role: str) -> Client:
        if role != "content":
            return client(WHO[role])
        one, token = client(), "token-of-somebody-without-a-desk"
        known = running.front.agents.find("文案")
        assert known is not None
        now, held = running.front.clock.now(), hashlib.sha256(token.encode()).hexdigest()
        running.front.agents.end_session(held)
        assert running.front.agents.begin_session(held, "文案", known["password"], now, timedelta(hours=1))
        one.cookies.set(COOKIE, token)
        return one

    return make


@pytest.fixture(scope="module")
def handoff(running: Running) -> str:
    return running.wait()[1]


def ask(running: Running, who: Client, method: str, path: str, handoff: str, **named: object) -> int:
    """The answer's status. A stream is not read to its end, which may never come."""
    address = path.format(handoff=handoff, act="claim", picture="x")
    response = who.request(method, f"{running.url}{address}", timeout=10, stream=True, allow_redirects=False, **named)
    with response:
        if path.endswith("/events") and response.status_code == 200:
            first = next((line for line in response.iter_lines() if line.startswith(b"event")), b"")
            return 401 if first.endswith(b"ended") else 200 if first else 404
        return response.status_code


CLOSED = [pair for pair, to in ADDRESSES.items() if to != OPEN]


@pytest.mark.parametrize("role", WHO)
@pytest.mark.parametrize("method, path", CLOSED, ids=[" ".join(pair) for pair in CLOSED])
def test_who_may_not_gets_nothing_and_who_may_is_heard(
    running: Running, somebody: Callable[[str], Client], handoff: str, method: str, path: str, role: str
) -> None:
    may = {TOKEN: (), SIGNED_IN: ("agent", "lead"), LEADS: ("lead",)}[ADDRESSES[method, path]]
    who = somebody(role)
    given = {"data": {"csrf": who.csrf}, "headers": {"X-CSRF": who.csrf}} if method == "POST" else {}
    status = ask(running, who, method, path, handoff, **given)
    if role in may:
        assert status not in REFUSED
    elif ADDRESSES[method, path] == LEADS and role == "agent":
        assert status == 409, "an agent is told that leads do this"
    else:
        assert status in REFUSED


POSTS = [path for (method, path), to in ADDRESSES.items() if method == "POST" and to in (SIGNED_IN, LEADS)]


@pytest.mark.parametrize("path", POSTS)
def test_another_site_presses_no_button_of_a_lead(running: Running, client: Callable[..., Client], path: str) -> None:
    """Its form brings the lead's cookies, but not what stands in our own forms."""
    conversation, waiting = running.wait()
    lead = client("组长")
    assert ask(running, lead, "POST", path, waiting, data={"csrf": "guessed", "name": "x"}) in (403, 409)
    assert ask(running, lead, "POST", path, waiting) in (403, 409)
    assert running.front.store.situation(conversation).state == "waiting"


def test_who_signs_in_has_another_session_than_before(running: Running, client: Callable[..., Client]) -> None:
    """A session that somebody put into the browser before opens nothing afterwards."""
    one = client()
    one.cookies.set(COOKIE, "put-there-by-somebody-else")
    assert one.sign_in("小林").status_code == 303
    mine = [cookie.value for cookie in one.cookies if cookie.name == COOKIE]
    assert any(value != "put-there-by-somebody-else" for value in mine)
    other = client()
    other.cookies.set(COOKIE, "put-there-by-somebody-else")
    assert other.read("/desk/queue").status_code == 401


def test_each_signing_in_is_a_session_of_its_own(client: Callable[..., Client]) -> None:
    tokens = {client("小林").cookies[COOKIE] for _ in range(3)}
    assert len(tokens) == 3 and all(len(token) >= 32 for token in tokens)


def test_passwords_are_kept_by_argon2id_with_its_recommended_cost(
    running: Running, client: Callable[..., Client]
) -> None:
    """RFC 9106, second recommended option: 64 MiB, three passes, four lanes."""
    lead = client("组长")
    lead.act("/desk/people", name="新来的", password="a-long-password", role="agent")
    kept = running.front.agents.find("新来的")
    assert kept is not None and kept["password"].startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert "a-long-password" not in kept["password"]


def test_the_cookie_is_not_for_scripts_nor_for_other_sites(running: Running, client: Callable[..., Client]) -> None:
    one = client()
    told = one.sign_in("小林").headers["set-cookie"]
    assert "HttpOnly" in told and "SameSite=lax" in told
