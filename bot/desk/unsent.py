"""What the team could not be told: a list with the reason, and a button that tries again."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.adapters.database import iso
from bot.core.card import headline
from bot.core.handoff import Agent
from bot.core.telling import why
from bot.desk.rendering import base_of, language_of, page
from bot.desk.shown import Sight, sight_of
from bot.desk.signing_in import csrf_right, for_agents, who
from bot.front.problems import Problem


@for_agents
async def unsent_page(request: Request, agent: Agent) -> Response:
    front = request.app.state.front
    rows = await asyncio.to_thread(front.outbox.unsent)
    sight = sight_of(front, language_of(request))
    client = {"page": "unsent", "me": agent.name, "now": int(sight.now.timestamp() * 1000)}
    return page(request, "unsent.html", agent=who(agent), client=client, rows=[_shown(row, sight) for row in rows])


def _shown(row: dict[str, Any], sight: Sight) -> dict[str, Any]:
    card = row["body"].get("card")
    return {
        "id": row["id"],
        "robot": row["robot"],
        "kind": sight.say(f"kind_{row['kind']}", row["kind"]),
        "about": headline(card, sight.shop, sight.language) if card else "",
        "handoff": card["episode"] if card else None,
        "refused": row["state"] == "refused",
        "attempts": row["attempts"],
        "error": _why(row, sight),
        "created": sight.when(row["created_at"]),
        "due": sight.when(max(row["due_at"], iso(sight.now))),
    }


def _why(row: dict[str, Any], sight: Sight) -> str:
    service = next((robot.service for robot in sight.shop.robots if robot.name == row["robot"]), None)
    return why(row["error"] or "", row["robot"], service, sight.shop.telling, sight.language)


@for_agents
async def retry_unsent(request: Request, agent: Agent) -> Response:
    form = await request.form()
    if not csrf_right(request, str(form.get("csrf", ""))):
        raise Problem(403, "page_too_old")
    front = request.app.state.front
    asked = {str(id) for id in form.getlist("id")}
    stuck = [row["id"] for row in await asyncio.to_thread(front.outbox.unsent)]
    await asyncio.to_thread(front.outbox.retry, [id for id in stuck if str(id) in asked], front.clock.now())
    return RedirectResponse(f"{base_of(request)}/desk/unsent", status_code=303)
