"""The agents' desk: sign in, the queue of handoffs, one handoff with its conversation."""

from __future__ import annotations

import asyncio
import hmac
import secrets
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from itsdangerous import BadSignature, URLSafeTimedSerializer
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from ruamel.yaml import YAML
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.core.masking import mask
from bot.core.opening import presence
from bot.front.problems import Problem

HERE = Path(__file__).parent
COOKIE, CSRF_COOKIE, LANGUAGE_COOKIE = "nightdesk_agent", "nightdesk_csrf", "nightdesk_language"
SESSION_SECONDS = 12 * 3600
PRIORITIES = ("urgent", "high", "normal", "low")
SHOWN = ("waiting", "claimed", "closed")


def desk_routes() -> list[Route]:
    return [
        Route("/desk", lambda request: RedirectResponse(f"{_base(request)}/desk/queue")),
        Route("/desk/login", login_page, methods=["GET"]),
        Route("/desk/login", sign_in, methods=["POST"]),
        Route("/desk/logout", sign_out, methods=["POST"]),
        Route("/desk/queue", queue),
        Route("/desk/handoffs/{handoff}", handoff_page),
    ]


# --- who it is ---------------------------------------------------------------------------------------------------


def _base(request: Request) -> str:
    return request.scope.get("root_path", "").rstrip("/")


def _signer(request: Request) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(request.app.state.front.secret, salt="agent")


def _agent(request: Request) -> dict[str, Any] | None:
    """The agent signed in, by the cookie's signature; the database is asked whether they still exist."""
    try:
        name = _signer(request).loads(request.cookies.get(COOKIE, ""), max_age=SESSION_SECONDS)
    except BadSignature:
        return None
    known = request.app.state.front.agents.find(name)
    return {"name": known["name"], "role": known["role"]} if known else None


def _to_login(request: Request) -> Response:
    if request.query_params.get("fragment"):
        raise Problem(401, "session")
    return RedirectResponse(f"{_base(request)}/desk/login", status_code=303)


async def login_page(request: Request) -> Response:
    return _page(request, "login.html", error=None)


async def sign_in(request: Request) -> Response:
    """A wrong name and a wrong password take the same time and get the same answer."""
    form = await request.form()
    _check_csrf(request, str(form.get("csrf", "")))
    name, password = str(form.get("name", ""))[:80], str(form.get("password", ""))[:200]
    known = await asyncio.to_thread(request.app.state.front.agents.find, name)
    right = await asyncio.to_thread(_password_right, known["password"] if known else _nobody(), password)
    if not (known and right):
        return _page(request, "login.html", status=401, error=_words(_language(request))["wrong_password"])
    response = RedirectResponse(f"{_base(request)}/desk/queue", status_code=303)
    _set_cookie(request, response, COOKIE, _signer(request).dumps(name), SESSION_SECONDS)
    return response


async def sign_out(request: Request) -> Response:
    form = await request.form()
    _check_csrf(request, str(form.get("csrf", "")))
    response = RedirectResponse(f"{_base(request)}/desk/login", status_code=303)
    response.delete_cookie(COOKIE, path=_base(request) or "/")
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


def _check_csrf(request: Request, given: str) -> None:
    """The form's token must be the cookie's: another site can send the cookie, but cannot read it."""
    kept = request.cookies.get(CSRF_COOKIE, "")
    if not kept or not hmac.compare_digest(kept.encode(), given.encode("utf-8", "replace")):
        raise Problem(403, "session")


def _set_cookie(request: Request, response: Response, name: str, value: str, seconds: int) -> None:
    secure = request.url.scheme == "https"
    response.set_cookie(
        name, value, max_age=seconds, path=_base(request) or "/", httponly=True, secure=secure, samesite="lax"
    )


# --- pages -------------------------------------------------------------------------------------------------------


async def queue(request: Request) -> Response:
    """Those who wait, the gravest first and then the longest waiting; then the rest."""
    agent = await asyncio.to_thread(_agent, request)
    if agent is None:
        return _to_login(request)
    front = request.app.state.front
    found = await asyncio.to_thread(front.handoffs.listed, SHOWN)
    rows = [_shown(request, handoff) for handoff in found]
    rows.sort(key=lambda r: (SHOWN.index(r["state"]), PRIORITIES.index(r["card"]["priority"]), -r["waited_seconds"]))
    return _page(request, "queue.html", agent=agent, handoffs=rows)


async def handoff_page(request: Request) -> Response:
    agent = await asyncio.to_thread(_agent, request)
    if agent is None:
        return _to_login(request)
    front = request.app.state.front
    handoff = await asyncio.to_thread(front.handoffs.find, request.path_params["handoff"])
    if handoff is None:
        raise Problem(404, "not_found")
    thread = await asyncio.to_thread(front.store.thread, handoff["conversation"])
    transcript = [
        {
            "from": message["sender"],
            "name": message["name"],
            "text": mask(message["text"]),
            "at": message["at"],
            "attachments": message["attachments"],
            "turn": message["record"],
        }
        for message in thread
    ]
    return _page(request, "handoff.html", agent=agent, handoff=_shown(request, handoff), transcript=transcript)


def _shown(request: Request, handoff: dict[str, Any]) -> dict[str, Any]:
    """A handoff as the pages show it. The wait counts from when the card was opened."""
    front = request.app.state.front
    shop, now = front.shop.current(), front.clock.now()
    opening = shop.people.openings.get(handoff["card"]["queue"]) or shop.people.openings["sales"]
    there = presence(opening, now.astimezone(ZoneInfo(shop.timezone)), front.calendar)
    waited = (now - datetime.fromisoformat(handoff["card"]["waiting_since"])).total_seconds()
    return {
        "id": handoff["id"],
        "state": handoff["state"],
        "card": handoff["card"],
        "waited_seconds": max(0, int(waited)),
        "people_there": there.now,
        "buyer_label": f"#{handoff['conversation'][-6:]}",
    }


@lru_cache(maxsize=1)
def _environment() -> Environment:
    loader = FileSystemLoader(HERE / "templates")
    return Environment(loader=loader, autoescape=select_autoescape(("html",)), undefined=StrictUndefined)


@lru_cache(maxsize=2)
def _words(language: str) -> dict[str, str]:
    words = YAML(typ="safe").load(HERE / "words.yml")
    return {key: pair[language] for key, pair in words.items()}


def _language(request: Request) -> str:
    asked = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    if asked in ("zh", "en"):
        return asked
    return "en" if request.headers.get("accept-language", "").lower().startswith("en") else "zh"


def _page(request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
    language = _language(request)
    csrf = request.cookies.get(CSRF_COOKIE) or secrets.token_urlsafe(24)
    given = {
        "base": _base(request),
        "lang": language,
        "w": _words(language),
        "agent": None,
        "csrf": csrf,
        "fragment": bool(request.query_params.get("fragment")),
    }
    html = _environment().get_template(template).render(given | values)
    response = HTMLResponse(html, status_code=status, headers={"Cache-Control": "no-store"})
    if CSRF_COOKIE not in request.cookies:
        _set_cookie(request, response, CSRF_COOKIE, csrf, 30 * 86400)
    if request.query_params.get("lang"):
        _set_cookie(request, response, LANGUAGE_COOKIE, language, 365 * 86400)
    return response
