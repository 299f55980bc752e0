"""One handoff: its card beside the conversation, live."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from sse_starlette import ServerSentEvent
from starlette.requests import Request
from starlette.responses import Response

from bot.core.handoff import MOST_NOTE, Agent
from bot.desk.rendering import fragment, language_of, page
from bot.desk.shown import Sight, card_shown, deed_shown, handoff_shown, in_order, message_shown, sight_of
from bot.desk.signing_in import DESK_ROLES, for_agents, who
from bot.desk.watching import watched
from bot.front.guard import LARGEST_PICTURE
from bot.front.live import TypingTold, event, last_seen, stream
from bot.front.own_turns import MOST_CHARACTERS
from bot.front.problems import Problem

if TYPE_CHECKING:
    from bot.front.app import Front

PARTS = ("head", "card", "acts")
"""The parts of the page that are drawn anew when they change; the conversation only grows."""

MOST_LINES = 400
"""Of a long conversation the last ones are shown."""

_SEEN = re.compile(r"(\d{1,15})-(\d{1,15})")


@for_agents
async def handoff_page(request: Request, agent: Agent) -> Response:
    return await handoff_answer(request, agent, request.path_params["handoff"])


async def handoff_answer(
    request: Request, agent: Agent, id: str, status: int = 200, error: str | None = None, written: str = ""
) -> Response:
    """The page of a handoff, with a sentence on what went wrong and what was written then. Raises Problem (404)."""
    view = await asyncio.to_thread(_view, request, agent, id)
    if view is None:
        raise Problem(404, "not_found")
    client = {
        "page": "handoff",
        "me": agent.name,
        "handoff": id,
        "now": view["now"],
        "after": view["after"],
        "most": {"text": MOST_CHARACTERS, "picture": LARGEST_PICTURE},
    }
    given = {"agent": who(agent), "client": client, "error": error, "written": written}
    return page(request, "handoff.html", status=status, **given, **view)


async def handoff_events(request: Request) -> Response:
    """`news` with the new lines and the parts that changed, `typing`, and `ended` where the session has.

    The id is the number of the last message and of the last deed, so that a connection made again loses nothing.
    """
    seen = _SEEN.fullmatch(last_seen(request))
    after = (int(seen[1]), int(seen[2])) if seen else (0, 0)
    return stream(_events(request, request.path_params["handoff"], after))


async def _events(request: Request, id: str, after: tuple[int, int]) -> AsyncIterator[ServerSentEvent]:
    front: Front = request.app.state.front
    handoff = await asyncio.to_thread(front.handoffs.find, id)
    if handoff is None:
        return
    typed = TypingTold(front.live, handoff["conversation"], "buyer")
    drawn: dict[str, str] = {}
    looks = watched(request, lambda agent: _view(request, agent, id, after), handoff["conversation"])
    async with aclosing(looks):
        async for seen in looks:
            if seen is None:
                yield event("ended", {})
                return
            agent, view = seen
            if view is None:
                return
            parts = {part: fragment(request, f"_{part}.html", agent=who(agent), **view) for part in PARTS}
            changed = {part: html for part, html in parts.items() if drawn.get(part) != html}
            if changed or view["lines"]:
                drawn, after = parts, view["after"]
                lines = fragment(request, "_lines.html", lines=view["lines"], buyer=view["handoff"]["buyer"])
                news = {"parts": changed, "lines": lines, "now": view["now"]}
                yield event("news", news, f"{after[0]}-{after[1]}")
            if (seconds := typed.news()) is not None:
                yield event("typing", {"seconds": seconds})


# --- looking -----------------------------------------------------------------------------------------------------


def _view(request: Request, agent: Agent, id: str, after: tuple[int, int] = (0, 0)) -> dict[str, Any] | None:
    """What the page shows. `lines`: messages and deeds with numbers above `after`, which is then their last."""
    front: Front = request.app.state.front
    handoff = front.handoffs.find(id)
    if handoff is None:
        return None
    sight = sight_of(front, language_of(request))
    messages = _messages(front, handoff["conversation"], after[0])
    deeds = [deed for deed in front.handoffs.deeds(id) if deed["id"] > after[1]]
    lines = [message_shown(message, sight) for message in messages]
    lines += [deed_shown(deed, handoff["episode"], sight) for deed in deeds]
    shown = handoff_shown(handoff, sight)
    return {
        "handoff": shown,
        "now": int(sight.now.timestamp() * 1000),
        "lines": in_order(lines)[-MOST_LINES:],
        "after": (
            max([after[0], *(message["id"] for message in messages)]),
            max([after[1], *(deed["id"] for deed in deeds)]),
        ),
        "mine": handoff["state"] == "claimed" and handoff["agent"] == agent.name,
        "passed": _passed(front, handoff, agent),
        "later": _later(front, handoff, sight),
        "choices": _choices(front, handoff, agent, sight),
        "message_id": uuid.uuid4().hex,
        "most": {"text": MOST_CHARACTERS, "note": MOST_NOTE},
    }


def _messages(front: Front, conversation: str, after: int) -> list[dict[str, Any]]:
    """The thread after a number, to its end."""
    found: list[dict[str, Any]] = []
    while more := front.store.thread(conversation, found[-1]["id"] if found else after):
        found += more
    return found


def _passed(front: Front, handoff: Mapping[str, Any], agent: Agent) -> dict[str, Any] | None:
    """The remark with which it was last passed on, where it was passed to where it is now."""
    if handoff["state"] == "closed":
        return None
    passed = [deed for deed in front.handoffs.deeds(handoff["id"]) if deed["action"] == "pass_on"]
    if not passed or not passed[-1]["told"].get("remark"):
        return None
    return {"by": passed[-1]["agent"], "remark": passed[-1]["told"]["remark"]}


def _later(front: Front, handoff: Mapping[str, Any], sight: Sight) -> dict[str, Any] | None:
    """Where this one is closed and the buyer has come back: the card that is open now."""
    if handoff["state"] != "closed":
        return None
    now_open = front.store.situation(handoff["conversation"]).handoff
    return {"id": now_open["id"], "headline": card_shown(now_open["card"], sight)["headline"]} if now_open else None


def _choices(front: Front, handoff: Mapping[str, Any], agent: Agent, sight: Sight) -> dict[str, Any]:
    """Where it can be passed on to, and how it can end."""
    card = handoff["card"]
    figures = [card["offer"]["amount"], card["offer"]["list_total"]] if card["offer"] else []
    people = [p for p in front.agents.all() if p["role"] in DESK_ROLES and p["name"] != handoff["agent"]]
    people.sort(key=lambda person: not person["on_duty"])
    return {
        "agents": [{"name": person["name"], "on_duty": person["on_duty"]} for person in people],
        "queues": [
            {"id": id, "name": sight.say(f"queue_{id}", id)}
            for id in sight.shop.people.openings
            if id != handoff["queue"] or handoff["state"] == "claimed"
        ],
        "reasons": {
            outcome: [{"id": id, "text": pair[sight.language]} for id, pair in reasons.items()]
            for outcome, reasons in sight.shop.desk.reasons.items()
        },
        "amounts": [figure for figure in figures if figure],
    }
