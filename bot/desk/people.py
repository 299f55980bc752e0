"""Who may sign in: a lead adds people and gives new passwords."""

from __future__ import annotations

import asyncio
import re

from argon2 import PasswordHasher
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.core.handoff import Agent
from bot.desk.rendering import base_of, language_of, page, words
from bot.desk.shown import sight_of
from bot.desk.signing_in import csrf_right, for_agents, who
from bot.front.requests import storable

ROLES = ("agent", "lead", "content")
LEAST_PASSWORD, MOST_PASSWORD = 8, 200
_NAME = re.compile(r"[^\x00-\x1f\x7f<>:/\\\ud800-\udfff]{1,40}")
"""Up to 40 characters, as buyers see it, without those that addresses and forms need."""


@for_agents
async def people_page(request: Request, agent: Agent) -> Response:
    return await _answer(request, agent)


@for_agents
async def save_person(request: Request, agent: Agent) -> Response:
    """Adds somebody, or gives them a new password and role; whoever is signed in with the old one is signed out."""
    form, front = await request.form(), request.app.state.front
    name, password, role = (str(form.get(key, "")) for key in ("name", "password", "role"))
    fault = _fault(agent, name.strip(), password, role)
    if not csrf_right(request, str(form.get("csrf", ""))):
        fault = "refused_page_too_old"
    if fault:
        return await _answer(request, agent, 409, words(language_of(request))[fault], name)
    hashed = await asyncio.to_thread(PasswordHasher().hash, password)
    await asyncio.to_thread(front.agents.save, name.strip(), hashed, role)
    front.live.tell()
    return RedirectResponse(f"{base_of(request)}/desk/people", status_code=303)


@for_agents
async def sign_out_everywhere(request: Request, agent: Agent) -> Response:
    """Ends somebody's sessions on all their computers and phones: a lead's act, or one's own."""
    form, front = await request.form(), request.app.state.front
    name, said = str(form.get("name", "")), words(language_of(request))
    if not csrf_right(request, str(form.get("csrf", ""))):
        return await _answer(request, agent, 409, said["refused_page_too_old"])
    if name != agent.name and not agent.leads:
        return await _answer(request, agent, 409, said["people_leads_sign_out"])
    await asyncio.to_thread(front.agents.end_sessions, storable(name))
    front.live.tell()
    return RedirectResponse(f"{base_of(request)}/desk/people", status_code=303)


def _fault(agent: Agent, name: str, password: str, role: str) -> str | None:
    """The word for what is wrong, if anything is."""
    if not agent.leads:
        return "people_leads_only"
    if not _NAME.fullmatch(name):
        return "people_name"
    if not LEAST_PASSWORD <= len(password) <= MOST_PASSWORD:
        return "people_password"
    if role not in ROLES:
        return "people_role"
    return "people_yourself" if name == agent.name and role != agent.role else None


async def _answer(
    request: Request, agent: Agent, status: int = 200, error: str | None = None, name: str = ""
) -> Response:
    front = request.app.state.front
    sight = sight_of(front, language_of(request))
    known = await asyncio.to_thread(front.agents.all)
    people = [
        {"name": one["name"], "role": one["role"], "on_duty": one["on_duty"], "seen": sight.when(one["seen_at"])}
        for one in known
    ]
    client = {"page": "people", "me": agent.name, "now": int(sight.now.timestamp() * 1000)}
    given = {"people": people, "roles": ROLES, "error": error, "name": name, "least": LEAST_PASSWORD}
    return page(request, "people.html", status=status, agent=who(agent), client=client, **given)
