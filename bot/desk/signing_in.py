"""Who is at the desk or the workbench: names and passwords, sessions, and a brake on guessing."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import lru_cache, wraps
from typing import Any
from urllib.parse import quote

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.core.handoff import Agent, Refused
from bot.desk.rendering import (
    CSRF_COOKIE,
    DESK,
    base_of,
    explained,
    here,
    language_of,
    page,
    refusal,
    room_of,
    set_cookie,
    wants_json,
    words,
    written,
)
from bot.front.requests import storable

COOKIE = "nightdesk_agent"
LASTS = timedelta(hours=12)
DESK_ROLES = DESK.roles
WITHIN = timedelta(minutes=10)
MOST_WRONG = {("name", "address"): 5, ("address",): 30, ("name",): 100}
"""Wrong passwords within WITHIN, after which nobody is heard: the first stops a guesser, the others one with many names
or many addresses."""


# --- sessions ----------------------------------------------------------------------------------------------------


def _id(token: str) -> str:
    """By which a session is kept: whoever reads the database cannot sign in with it."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def agent_of(request: Request) -> Agent | None:
    """Who is signed in and may be where the request goes, as the database knows it now."""
    front, token = request.app.state.front, request.cookies.get(COOKIE)
    known = front.agents.of_session(_id(token), front.clock.now()) if token else None
    return Agent(known["name"], known["role"]) if known and known["role"] in room_of(request).roles else None


Endpoint = Callable[[Request], Awaitable[Response]]


def for_agents(endpoint: Callable[[Request, Agent], Awaitable[Response]]) -> Endpoint:
    """Lets those in whose place it is; others are sent to sign in, and come back to where they were."""

    @wraps(endpoint)
    async def guarded(request: Request) -> Response:
        agent = await asyncio.to_thread(agent_of, request)
        return await endpoint(request, agent) if agent else await _to_login(request)

    return guarded


async def _to_login(request: Request) -> Response:
    if wants_json(request):
        return refusal(401, Refused("session"))
    if request.method != "GET":
        error = explained("session", None, language_of(request))
        return _login_page(request, 401, error, next=request.url.path, written=await written(request))
    address = f"{base_of(request)}{room_of(request).path}/login?next={quote(here(request), safe='/')}"
    return RedirectResponse(address, status_code=303)


def csrf_right(request: Request, given: str) -> bool:
    """The form's token must be the cookie's: another site can send the cookie, but cannot read it."""
    kept = request.cookies.get(CSRF_COOKIE, "")
    return bool(kept) and hmac.compare_digest(kept.encode(), given.encode("utf-8", "replace"))


# --- the pages ---------------------------------------------------------------------------------------------------


def _login_page(request: Request, status: int = 200, error: str | None = None, **given: str) -> Response:
    """`given`: `name` as it was typed, `next` page, what was `written` and could not be sent."""
    shown = {"name": "", "written": "", **given, "next": _next(request, given.get("next", ""))}
    return page(request, "login.html", status=status, error=error, **shown)


def _next(request: Request, given: str = "") -> str:
    """The page to go to after signing in; never another site's."""
    wanted, room = given or request.query_params.get("next", ""), room_of(request)
    inside = wanted.startswith(f"{base_of(request)}{room.path}/")
    plain = inside and not any(mark in wanted for mark in "\\\r\n")
    return wanted if plain else f"{base_of(request)}{room.home}"


async def login_page(request: Request) -> Response:
    return _login_page(request)


async def sign_in(request: Request) -> Response:
    """A wrong name and a wrong password take the same time and get the same answer."""
    form, said = await request.form(), words(language_of(request), room_of(request))
    name, wanted = storable(str(form.get("name", "")))[:80], str(form.get("next", ""))
    typed = {"name": name, "next": wanted, "written": storable(str(form.get("written", "")))}
    if not csrf_right(request, str(form.get("csrf", ""))):
        return _login_page(request, 403, said["page_too_old"], **typed)
    front, password = request.app.state.front, str(form.get("password", ""))[:200]
    now, address = front.clock.now(), (request.client.host if request.client else "")
    marks: tuple[str, str] = (_mark(request, name), _mark(request, address))
    wait = await asyncio.to_thread(front.agents.try_sign_in, marks, now, MOST_WRONG, WITHIN)
    if wait:
        minutes = str(-(-wait.seconds // 60))
        return _login_page(request, 429, said["too_many_wrong"].replace("{minutes}", minutes), **typed)
    known = await asyncio.to_thread(front.agents.find, name)
    right = await asyncio.to_thread(_password_right, known["password"] if known else _nobody(), password)
    if not (known and right):
        return _login_page(request, 401, said["wrong_password"], **typed)
    await asyncio.to_thread(front.agents.forgive, marks)
    if known["role"] not in room_of(request).roles:
        return _login_page(request, 403, said["no_desk"], **typed)
    token = secrets.token_urlsafe(24)
    if not await asyncio.to_thread(front.agents.begin_session, _id(token), name, known["password"], now, LASTS):
        return _login_page(request, 401, said["wrong_password"], **typed)
    response = RedirectResponse(_next(request, wanted), status_code=303)
    set_cookie(request, response, COOKIE, token, int(LASTS.total_seconds()))
    return response


async def sign_out(request: Request) -> Response:
    """Ends the session at once, on every page that is open with it."""
    form = await request.form()
    response = RedirectResponse(f"{base_of(request)}{room_of(request).path}/login", status_code=303)
    if not csrf_right(request, str(form.get("csrf", ""))):
        return response
    front = request.app.state.front
    await asyncio.to_thread(front.agents.end_session, _id(request.cookies.get(COOKIE, "")))
    front.live.tell()
    response.delete_cookie(COOKIE, path=base_of(request) or "/")
    return response


def _mark(request: Request, text: str) -> str:
    """By which tries are counted: what was typed for a name may be a password, and addresses are personal."""
    return hmac.new(
        request.app.state.front.secret.encode(), text.encode("utf-8", "replace"), hashlib.sha256
    ).hexdigest()


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
