"""The queue: who waits, in the order in which they should be served, live; search; who is on duty."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sse_starlette import ServerSentEvent
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.core.handoff import OPEN, Agent
from bot.desk.rendering import base_of, fragment, language_of, page, wants_json
from bot.desk.shown import Sight, handoff_shown, sight_of
from bot.desk.signing_in import DESK_ROLES, csrf_right, for_agents, who
from bot.desk.watching import watched
from bot.front.live import event, last_seen, stream
from bot.front.problems import Problem

if TYPE_CHECKING:
    from bot.front.app import Front

PRIORITIES = ("urgent", "high", "normal", "low")
SHOWS = ("open", "waiting", "mine", "closed")
MOST_OPEN, MOST_CLOSED, MOST_FOUND = 1000, 100, 100
BREATH = 0.3
"""Seconds between two looks of a queue page, so that a busy minute is not drawn again for every word."""

HERE_FOR = timedelta(minutes=3)
"""Who has had a page open within it counts as being there."""


@dataclass(frozen=True)
class Wanted:
    """What a queue page shows: one of SHOWS, of one queue or all, or what a search finds."""

    show: str
    queue: str
    words: str
    since: date | None
    until: date | None

    @property
    def searching(self) -> bool:
        return bool(self.words or self.since or self.until)


def _wanted(request: Request) -> Wanted:
    asked = request.query_params
    show = asked.get("show", "open")
    return Wanted(
        show if show in SHOWS else "open",
        asked.get("queue", "")[:40],
        asked.get("q", "").strip()[:80],
        _day(asked.get("since", "")),
        _day(asked.get("until", "")),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


# --- pages -------------------------------------------------------------------------------------------------------


@for_agents
async def queue_page(request: Request, agent: Agent) -> Response:
    wanted = _wanted(request)
    seen = await asyncio.to_thread(_look, request, agent, wanted)
    client = {"page": "queue", "me": agent.name, "now": seen["now"], "live": not wanted.searching, "keys": seen["keys"]}
    workbench = request.app.state.front.workbench is not None
    return page(request, "queue.html", agent=who(agent), client=client, wanted=wanted, workbench=workbench, **seen)


async def queue_events(request: Request) -> Response:
    """`queue` with the new list when it changed; `ended` where the session has. Its id is the list's own mark."""
    return stream(_events(request, _wanted(request), last_seen(request)))


async def _events(request: Request, wanted: Wanted, known: str) -> AsyncIterator[ServerSentEvent]:
    looks = watched(request, lambda agent: _drawn(request, agent, wanted))
    async with aclosing(looks):
        async for seen in looks:
            if seen is None:
                yield event("ended", {})
                return
            _, drawn = seen
            mark = hashlib.sha256(drawn["html"].encode()).hexdigest()[:16]
            if mark != known:
                known = mark
                yield event("queue", drawn, mark)
            await asyncio.sleep(BREATH)


def _drawn(request: Request, agent: Agent, wanted: Wanted) -> dict[str, Any]:
    seen = _look(request, agent, wanted)
    html = fragment(request, "_queue.html", agent=who(agent), wanted=wanted, **seen)
    return {"html": html, "now": seen["now"], "keys": seen["keys"]}


# --- looking -----------------------------------------------------------------------------------------------------


def _look(request: Request, agent: Agent, wanted: Wanted) -> dict[str, Any]:
    """What the page shows. `keys`: one for each buyer who waits for somebody, or for this agent."""
    front = request.app.state.front
    sight = sight_of(front, language_of(request))
    handoffs = front.handoffs.listed(OPEN, MOST_OPEN)
    handoffs.sort(key=_urgency)
    return {
        "handoffs": [handoff_shown(one, sight) for one in _chosen(front, handoffs, agent, wanted, sight)],
        "counts": {show: 0 if show == "closed" else len(_shown_by(show, handoffs, agent)) for show in SHOWS},
        "queues": _queues(handoffs, sight),
        "people": _people(front, sight),
        "now": int(sight.now.timestamp() * 1000),
        "keys": [f"{one['id']} {one['waiting_since']}" for one in handoffs if _calls(one, agent)],
    }


def _urgency(handoff: Mapping[str, Any]) -> tuple[int, int, str]:
    """Nobody's first; the gravest first; then who has waited longest, and last those who wait for nothing."""
    claimed = int(handoff["state"] != "waiting")
    return claimed, PRIORITIES.index(handoff["card"]["priority"]), handoff["waiting_since"] or "9"


def _chosen(
    front: Front, handoffs: list[dict[str, Any]], agent: Agent, wanted: Wanted, sight: Sight
) -> list[dict[str, Any]]:
    if wanted.searching:
        return _found(front, wanted, sight)
    if wanted.show == "closed":
        chosen = front.handoffs.listed(("closed",), MOST_CLOSED)
    else:
        chosen = _shown_by(wanted.show, handoffs, agent)
    return [one for one in chosen if wanted.queue in ("", one["queue"])]


def _shown_by(show: str, handoffs: list[dict[str, Any]], agent: Agent) -> list[dict[str, Any]]:
    if show == "mine":
        return [one for one in handoffs if one["agent"] == agent.name]
    return [one for one in handoffs if show == "open" or one["state"] == show]


def _calls(handoff: Mapping[str, Any], agent: Agent) -> bool:
    mine = handoff["agent"] in (None, agent.name)
    return mine and handoff["waiting_since"] is not None


def _queues(handoffs: list[dict[str, Any]], sight: Sight) -> list[dict[str, Any]]:
    """The shop's queues with how many wait in each."""
    waiting = [one["queue"] for one in handoffs if one["state"] == "waiting"]
    names = dict.fromkeys((*sight.shop.people.openings, *waiting))
    return [{"id": id, "name": sight.say(f"queue_{id}", id), "count": waiting.count(id)} for id in names]


def _found(front: Front, wanted: Wanted, sight: Sight) -> list[dict[str, Any]]:
    """By the buyer's number or contact, by a product's name in either language or its number, by day."""
    since, until = _moment(wanted.since, sight), _moment(wanted.until, sight, days=1)
    found: dict[str, dict[str, Any]] = {}
    for text in _readings(wanted.words, sight):
        for handoff in front.handoffs.search(text, since, until, MOST_FOUND):
            found.setdefault(handoff["id"], handoff)
    return sorted(found.values(), key=lambda one: one["opened_at"], reverse=True)[:MOST_FOUND]


def _readings(text: str, sight: Sight) -> list[str]:
    """What is searched for: the words, and the numbers of the products that are called so.

    A product's number is searched for as it stands on the card, between quotes: A5 alone is in many a random name.
    """
    plain = text.lower()
    ids = {id.lower(): f'"{id}"' for id in sight.shop.products}
    words = [ids.get(word.lower(), word.removeprefix("#")) for word in text.split()]
    called = [
        f'"{product.id}"'
        for product in sight.shop.products.values()
        if plain and any(plain in name.lower() for name in (*product.name.values(), *product.also_called))
    ]
    return list(dict.fromkeys([" ".join(words), *called[:8]]))


def _moment(day: date | None, sight: Sight, days: int = 0) -> datetime | None:
    return datetime.combine(day + timedelta(days), datetime.min.time(), sight.now.tzinfo) if day else None


# --- who is on duty ----------------------------------------------------------------------------------------------


def _people(front: Front, sight: Sight) -> list[dict[str, Any]]:
    return [
        {
            "name": person["name"],
            "on_duty": person["on_duty"],
            "here": bool(person["seen_at"]) and sight.now - sight.local(person["seen_at"]) < HERE_FOR,
        }
        for person in front.agents.all()
        if person["role"] in DESK_ROLES
    ]


@for_agents
async def set_duty(request: Request, agent: Agent) -> Response:
    """The switch for oneself."""
    form = await request.form()
    if not csrf_right(request, str(form.get("csrf", ""))):
        raise Problem(403, "page_too_old")
    front = request.app.state.front
    await asyncio.to_thread(front.agents.set_duty, agent.name, form.get("on") == "1")
    front.live.tell()
    return JSONResponse({"done": True}) if wants_json(request) else RedirectResponse(_queue(request), status_code=303)


def _queue(request: Request) -> str:
    return f"{base_of(request)}/desk/queue"
