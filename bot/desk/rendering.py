"""How the desk's pages are made: templates, words in the agent's language, cookies, and clear refusals."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from ruamel.yaml import YAML
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from bot.core.handoff import Refused
from bot.core.types import Language
from bot.front.problems import WORDS as ERRORS

HERE = Path(__file__).parent
CSRF_COOKIE, LANGUAGE_COOKIE = "nightdesk_csrf", "nightdesk_language"
LANGUAGES: tuple[Language, ...] = ("zh", "en")


@dataclass(frozen=True)
class Room:
    """Pages with a sign-in of their own: where they are, whose, and the folder whose words and templates go before the desk's."""

    path: str
    home: str
    roles: tuple[str, ...]
    folder: Path


DESK = Room("/desk", "/desk/queue", ("agent", "lead"), HERE)
WORKBENCH = Room("/workbench", "/workbench", ("content", "lead"), HERE.parent / "workbench")


def room_of(request: Request) -> Room:
    at = f"{request.url.path}/".startswith(f"{base_of(request)}{WORKBENCH.path}/")
    return WORKBENCH if at else DESK


def base_of(request: Request) -> str:
    """The path that the desk is served under, behind a proxy that tells it."""
    return request.scope.get("root_path", "").rstrip("/")


def here(request: Request) -> str:
    """The page's own address."""
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


def language_of(request: Request) -> Language:
    """The agent's choice, else what their browser asks for."""
    asked = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    for language in LANGUAGES:
        if asked == language:
            return language
    return "en" if request.headers.get("accept-language", "").lower().startswith("en") else "zh"


@lru_cache(maxsize=2)
def _all_words(room: Room) -> dict[str, dict[Language, str]]:
    own = YAML(typ="safe").load(room.folder / "words.yml")
    return own if room == DESK else {**_all_words(DESK), **own}


@lru_cache(maxsize=4)
def words(language: Language, room: Room = DESK) -> dict[str, str]:
    return {key: pair[language] for key, pair in _all_words(room).items()}


@lru_cache(maxsize=2)
def _environment(room: Room) -> Environment:
    return Environment(
        loader=FileSystemLoader([room.folder / "templates", HERE / "templates"]),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def csrf_of(request: Request) -> str:
    """The token that every form of this browser holds, made at its first page."""
    if CSRF_COOKIE in request.cookies:
        return request.cookies[CSRF_COOKIE]
    if not hasattr(request.state, "csrf"):
        request.state.csrf = secrets.token_urlsafe(24)
    return request.state.csrf


def fragment(request: Request, template: str, **values: Any) -> str:
    """A template filled with what every template is given, and `values`."""
    language, room = language_of(request), room_of(request)
    given = {"base": base_of(request), "lang": language, "w": words(language, room), "csrf": csrf_of(request)}
    return _environment(room).get_template(template).render(given | {"agent": None, "room": room} | values)


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
    """A whole page. `client`: what its script is to know."""
    language = language_of(request)
    other = {**request.query_params, "lang": "en" if language == "zh" else "zh"}
    values["language_link"] = f"?{urlencode(other)}"
    client = {"base": base_of(request), "lang": language, "csrf": csrf_of(request), **values.pop("client", {})}
    client["words"] = {
        key[3:]: text for key, text in words(language, room_of(request)).items() if key.startswith("js_")
    }
    html = fragment(request, template, client=client, **values)
    response = HTMLResponse(html, status_code=status, headers={"Cache-Control": "no-store"})
    if CSRF_COOKIE not in request.cookies:
        set_cookie(request, response, CSRF_COOKIE, csrf_of(request), 30 * 86400)
    if request.query_params.get("lang"):
        set_cookie(request, response, LANGUAGE_COOKIE, language, 365 * 86400)
    return response


def set_cookie(request: Request, response: Response, name: str, value: str, seconds: int) -> None:
    secure = request.url.scheme == "https"
    response.set_cookie(
        name, value, max_age=seconds, path=base_of(request) or "/", httponly=True, secure=secure, samesite="lax"
    )


# --- refusals ----------------------------------------------------------------------------------------------------


def wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


def wants_page(request: Request) -> bool:
    """Whether a browser asks for a page of the desk or the workbench, to show it as it comes."""
    path, rooms = f"{request.url.path}/", (DESK, WORKBENCH)
    at_a_desk = any(path.startswith(f"{base_of(request)}{room.path}/") for room in rooms)
    return at_a_desk and "text/html" in request.headers.get("accept", "") and not wants_json(request)


async def written(request: Request) -> str:
    """What somebody wrote in the form that they sent, to be shown again where it could not be taken."""
    if request.method != "POST":
        return ""
    form = await request.form()
    changed = [
        f"is:{name[4:]}" for name in form if name.startswith("was:") and form.get(f"is:{name[4:]}") != form[name]
    ]
    return "\n".join(str(form[field]) for field in ("text", "remark", "note", *changed) if form.get(field))


async def problem_page(request: Request, status: int, code: str) -> Response:
    """A page that says what happened and what to do. `code`: one of bot/front/problems.json."""
    said, other = words(language_of(request), room_of(request)), ERRORS[code][language_of(request)]
    given = {"what": said.get(f"problem_{code}", other), "do": said.get(f"problem_{code}_do", said["problem_do"])}
    again = here(request) if request.method == "GET" and status >= 500 else None
    kept = await written(request) if code in ("not_kept", "not_found") else ""
    return page(request, "problem.html", status=status, again=again, written=kept, **given)


def explained(code: str, agent: str | None, language: Language) -> str:
    """A refusal as a sentence that says what happened and what to do."""
    said = words(language)
    named = said.get(f"refused_{code}_by") if agent else None
    return (named or said[f"refused_{code}"]).replace("{agent}", agent or "")


def refusal(status: int, no: Refused) -> Response:
    """For the page's script: {"error": {"code", "message": {"zh", "en"}}}."""
    message = {language: explained(no.code, no.agent, language) for language in LANGUAGES}
    return JSONResponse({"error": {"code": no.code, "message": message}}, status_code=status)
