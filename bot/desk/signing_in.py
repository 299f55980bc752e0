"""Who is at the desk: names and passwords, sessions that can be ended, and a brake on guessing."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import lru_cache, wraps
from typing import Any
from urllib.parse import quote

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.core.handoff import Agent, Refused
from bot.desk.rendering import (
    CSRF_COOKIE,
    base_of,
    language_of,
    page,
    refusal,
    set_cookie,
    wants_json,
    words,
)

COOKIE = "nightdesk_agent"
SESSION_SECONDS = 12 * 3600
DESK_ROLES = ("agent", "lead")
WITHIN = timedelta(minutes=10)
MOST_WRONG = {"name and address": 5, "address": 30, "name": 100}
"""Wrong passwords within WITHIN, after which nobody is heard: the first stops a guesser, the others one with many names
or many addresses."""


class Throttle:
    """Wrong passwords of late. In memory: a restart forgives them."""

    def __init__(self) -> None:
        self._wrong: dict[tuple[str, ...], list[datetime]] = {}

    def wait(self, name: str, address: str, now: datetime) -> timedelta:
        """For how long nothing is heard from this address for this name."""
        return max((self._wait(key, most, now) for key, most in _keys(name, address)), default=timedelta(0))

    def wrong(self, name: str, address: str, now: datetime) -> None:
        if len(self._wrong) > 10_000:
            self._wrong = {key: times for key, times in self._wrong.items() if times[-1] > now - WITHIN}
        for key, most in _keys(name, address):
            self._wrong[key] = [*self._wrong.get(key, ()), now][-most:]

    def right(self, name: str, address: str) -> None:
        self._wrong.pop(("name and address", name, address), None)

    def _wait(self, key: tuple[str, ...], most: int, now: datetime) -> timedelta:
        times = self._wrong.get(key, [])
        if len(times) < most:
            return timedelta(0)
        return max(timedelta(0), times[0] + WITHIN - now)


def _keys(name: str, address: str) -> list[tuple[tuple[str, ...], int]]:
    values = {"name and address": (name, address), "address": (address,), "name": (name,)}
    return [((kind, *values[kind]), most) for kind, most in MOST_WRONG.items()]


class Door:
    """What is remembered of signing in while the process runs."""

    def __init__(self) -> None:
        self.throttle = Throttle()
        self.signed_out: dict[str, datetime] = {}
        """Sessions that were ended, with the time from which their signature ends them."""


def _door(request: Request) -> Door:
    state = request.app.state
    if not hasattr(state, "door"):
        state.door = Door()
    return state.door


# --- sessions ----------------------------------------------------------------------------------------------------


def _signer(request: Request) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(request.app.state.front.secret, salt="agent")


def _session(request: Request) -> tuple[str, str, str] | None:
    """(name, mark of the password, id) by the cookie's signature."""
    try:
        name, mark, id = _signer(request).loads(request.cookies.get(COOKIE, ""), max_age=SESSION_SECONDS)
    except (BadSignature, ValueError, TypeError):
        return None
    return name, mark, id


def agent_of(request: Request) -> Agent | None:
    """Who is signed in. The database is asked whether they are still of the desk, with the same password."""
    session = _session(request)
    if session is None or session[2] in _door(request).signed_out:
        return None
    known = request.app.state.front.agents.find(session[0])
    if known is None or known["role"] not in DESK_ROLES or _mark(known["password"]) != session[1]:
        return None
    return Agent(known["name"], known["role"])


def _mark(password_hash: str) -> str:
    """By which a session ends when the password changes."""
    return hashlib.sha256(password_hash.encode()).hexdigest()[:16]


Endpoint = Callable[[Request], Awaitable[Response]]


def for_agents(endpoint: Callable[[Request, Agent], Awaitable[Response]]) -> Endpoint:
    """Lets agents and leads in; others are sent to sign in, and come back to where they were."""

    @wraps(endpoint)
    async def guarded(request: Request) -> Response:
        agent = await asyncio.to_thread(agent_of, request)
        return await endpoint(request, agent) if agent else _to_login(request)

    return guarded


def _to_login(request: Request) -> Response:
    if wants_json(request):
        return refusal(401, Refused("session"))
    address = f"{base_of(request)}/desk/login"
    if request.method == "GET":
        wanted = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
        address += f"?next={quote(wanted, safe='/')}"
    return RedirectResponse(address, status_code=303)


def csrf_right(request: Request, given: str) -> bool:
    """The form's token must be the cookie's: another site can send the cookie, but cannot read it."""
    kept = request.cookies.get(CSRF_COOKIE, "")
    return bool(kept) and hmac.compare_digest(kept.encode(), given.encode("utf-8", "replace"))


# --- the pages ---------------------------------------------------------------------------------------------------


def _login_page(request: Request, status: int = 200, error: str | None = None) -> Response:
    return page(request, "login.html", status=status, error=error, next=_next(request))


def _next(request: Request, given: str = "") -> str:
    """The page of the desk to go to after signing in; never another site's."""
    wanted, home = given or request.query_params.get("next", ""), f"{base_of(request)}/desk/"
    plain = wanted.startswith(home) and not any(mark in wanted for mark in "\\\r\n")
    return wanted if plain else f"{home}queue"


async def login_page(request: Request) -> Response:
    return _login_page(request)


async def sign_in(request: Request) -> Response:
    """A wrong name and a wrong password take the same time and get the same answer."""
    form, said = await request.form(), words(language_of(request))
    if not csrf_right(request, str(form.get("csrf", ""))):
        return _login_page(request, 403, said["page_too_old"])
    front, door = request.app.state.front, _door(request)
    name, password = str(form.get("name", ""))[:80], str(form.get("password", ""))[:200]
    address, now = request.client.host if request.client else "", front.clock.now()
    wait = door.throttle.wait(name, address, now)
    if wait:
        minutes = str(-(-wait.seconds // 60))
        return _login_page(request, 429, said["too_many_wrong"].replace("{minutes}", minutes))
    known = await asyncio.to_thread(front.agents.find, name)
    right = await asyncio.to_thread(_password_right, known["password"] if known else _nobody(), password)
    if not (known and right):
        door.throttle.wrong(name, address, now)
        return _login_page(request, 401, said["wrong_password"])
    door.throttle.right(name, address)
    if known["role"] not in DESK_ROLES:
        return _login_page(request, 403, said["no_desk"])
    response = RedirectResponse(_next(request, str(form.get("next", ""))), status_code=303)
    session = (name, _mark(known["password"]), secrets.token_urlsafe(12))
    set_cookie(request, response, COOKIE, _signer(request).dumps(session), SESSION_SECONDS)
    return response


async def sign_out(request: Request) -> Response:
    """Ends the session at once, on every page that is open with it."""
    form = await request.form()
    response = RedirectResponse(f"{base_of(request)}/desk/login", status_code=303)
    if not csrf_right(request, str(form.get("csrf", ""))):
        return response
    if session := _session(request):
        front, door = request.app.state.front, _door(request)
        now = front.clock.now()
        kept = {id: until for id, until in door.signed_out.items() if until > now}
        door.signed_out = {**kept, session[2]: now + timedelta(seconds=SESSION_SECONDS)}
        front.live.tell()
    response.delete_cookie(COOKIE, path=base_of(request) or "/")
    return response


def _password_right(password_hash: str, password: str) -> bool:
    try:
        return PasswordHasher().verify(password_hash, password)
    except (Argon2Error, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _nobody() -> str:
    """A hash that no password fits, for names that do not exist."""
    return PasswordHasher().hash(secrets.token_urlsafe(32))


def who(agent: Agent) -> dict[str, Any]:
    """The agent as the templates have it."""
    return {"name": agent.name, "role": agent.role, "leads": agent.leads}
