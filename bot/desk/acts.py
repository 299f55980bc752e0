"""What agents do: each act is a POST with the form's token, and is answered with JSON or, without a script, a page."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.core.handoff import Agent, Refused, check, ending
from bot.core.notices import notices
from bot.desk.handoff import handoff_answer
from bot.desk.rendering import base_of, explained, language_of, refusal, wants_json, written
from bot.desk.signing_in import DESK_ROLES, csrf_right, for_agents
from bot.front.own_turns import MOST_CHARACTERS
from bot.front.problems import Problem
from bot.front.requests import storable

if TYPE_CHECKING:
    from bot.front.app import Front

log = logging.getLogger(__name__)
MOST_REMARK = 300
MOST_PICTURES = 4
WRITING = {"claim", "take_over", "reply"}
_MESSAGE_ID = re.compile(r"[\w-]{8,64}")

Handoff = Mapping[str, Any]
Act = Callable[["Front", Handoff, Agent, FormData], None]


@for_agents
async def act(request: Request, agent: Agent) -> Response:
    """One of ACTS on a handoff. What is not possible now is refused with the reason, and nothing has changed."""
    front: Front = request.app.state.front
    name = request.path_params["act"]
    if name not in ACTS:
        raise Problem(404, "not_found")
    handoff, form = await _handoff(request), await request.form()
    try:
        if not csrf_right(request, str(form.get("csrf", ""))):
            raise Refused("page_too_old")
        await asyncio.to_thread(ACTS[name], front, handoff, agent, form)
    except Refused as no:
        log.info("act_refused act=%s code=%s", name, no.code)
        if wants_json(request):
            return refusal(409, no)
        said = explained(no.code, no.agent, language_of(request))
        return await handoff_answer(request, agent, handoff["id"], 409, said, await written(request))
    log.info("act act=%s handoff=%s", name, handoff["id"])
    front.live.tell(handoff["conversation"])
    if wants_json(request):
        return JSONResponse({"done": name})
    part = "text" if name in WRITING else "acts"  # a browser puts the focus into a box that an address names
    return RedirectResponse(f"{base_of(request)}/desk/handoffs/{handoff['id']}#{part}", status_code=303)


async def _handoff(request: Request) -> dict[str, Any]:
    found = await asyncio.to_thread(request.app.state.front.handoffs.find, request.path_params["handoff"])
    if found is None:
        raise Problem(404, "not_found")
    return found


# --- the acts, on a thread ----------------------------------------------------------------------------------------


def _claim(front: Front, handoff: Handoff, agent: Agent, _: FormData) -> None:
    front.handoffs.claim(handoff["id"], agent, front.clock.now())


def _take_over(front: Front, handoff: Handoff, agent: Agent, _: FormData) -> None:
    front.handoffs.take_over(handoff["id"], agent, front.clock.now())


def _reply(front: Front, handoff: Handoff, agent: Agent, form: FormData) -> None:
    text = _text(form, "text", MOST_CHARACTERS)
    pictures = [str(one) for one in form.getlist("pictures")]
    if not (text or pictures):
        raise Refused("nothing_said")
    if len(pictures) > MOST_PICTURES or not all(front.pictures.belongs(p, handoff["conversation"]) for p in pictures):
        raise Refused("no_such_picture")
    message_id = str(form.get("message_id", ""))
    if not _MESSAGE_ID.fullmatch(message_id):
        raise Refused("page_too_old")
    attachments = [{"id": picture, "url": f"pictures/{picture}"} for picture in pictures]
    front.handoffs.reply(handoff["id"], agent, message_id, text, attachments, front.clock.now())
    front.live.typing(handoff["conversation"], "agent", 0)


def _pass_on(front: Front, handoff: Handoff, agent: Agent, form: FormData) -> None:
    """To `to`: `agent:name` or `queue:id`."""
    kind, _, to = str(form.get("to", "")).partition(":")
    shop, now, remark = front.shop.current(), front.clock.now(), _text(form, "remark", MOST_REMARK)
    if kind == "agent":
        known = front.agents.find(to)
        if known is None or known["role"] not in DESK_ROLES:
            raise Refused("no_such_agent", to)
    elif kind != "queue" or to not in shop.people.openings:
        raise Refused("no_such_queue")
    queue = to if kind == "queue" else None
    subject = f"{handoff['id']}:{now.isoformat(timespec='milliseconds')}"
    card = {**handoff["card"], "queue": queue or handoff["queue"]}
    told = notices(
        shop.robots, "passed", subject, card["queue"], {"card": card, "by": agent.name, "to": to, "remark": remark}
    )
    target = {"agent": to} if kind == "agent" else {"queue": to}
    front.handoffs.pass_on(handoff["id"], agent, remark, now, notices=tuple(told), **target)


def _give_back(front: Front, handoff: Handoff, agent: Agent, form: FormData) -> None:
    front.handoffs.give_back(handoff["id"], agent, front.clock.now(), _seen(form))


def _close(front: Front, handoff: Handoff, agent: Agent, form: FormData) -> None:
    """With `outcome` and `amount`, or the reason of that outcome (`reason_lost`, `reason_settled`), and `note`."""
    outcome, note = str(form.get("outcome", "")), _text(form, "note", None)
    reason = str(form.get(f"reason_{outcome}", ""))
    rules = front.shop.current().desk.reasons
    reasons = {outcome: tuple(by_id) for outcome, by_id in rules.items()}
    ended = ending(outcome, str(form.get("amount", "")), reason, note, reasons)
    if ended.reason == "other" and not ended.note:
        raise Refused("note_missing")
    front.handoffs.close(handoff["id"], agent, ended, front.clock.now(), _seen(form))


def _seen(form: FormData) -> int | None:
    """The number of the last message on the agent's page, where the page tells it."""
    seen = str(form.get("seen", ""))
    return int(seen) if seen.isdigit() and len(seen) <= 15 else None


ACTS: Mapping[str, Act] = {
    "claim": _claim,
    "take_over": _take_over,
    "reply": _reply,
    "pass_on": _pass_on,
    "give_back": _give_back,
    "close": _close,
}


def _text(form: FormData, name: str, most: int | None) -> str:
    """What was written, as any database takes it. Raises Refused where it is too long."""
    text = storable(str(form.get(name, ""))).strip()
    if most is not None and len(text) > most:
        raise Refused("too_long")
    return text


# --- what is not kept, and pictures -------------------------------------------------------------------------------


@for_agents
async def typing(request: Request, agent: Agent) -> Response:
    """The agent is typing; the buyer sees it."""
    handoff, form = await _handoff(request), await request.form()
    try:
        if not csrf_right(request, str(form.get("csrf", ""))):
            raise Refused("page_too_old")
        check("reply", handoff["state"], handoff["agent"], agent)
    except Refused as no:
        return refusal(409, no)
    request.app.state.front.live.typing(handoff["conversation"], "agent")
    return JSONResponse({"done": "typing"})


@for_agents
async def add_picture(request: Request, agent: Agent) -> Response:
    """Keeps a picture of the agent's; it is sent with the next reply."""
    front: Front = request.app.state.front
    handoff = await _handoff(request)
    body = await request.body()
    try:
        if not csrf_right(request, request.headers.get("x-csrf", "")):
            raise Refused("page_too_old")
        check("reply", handoff["state"], handoff["agent"], agent)
    except Refused as no:
        return refusal(409, no)
    added = await asyncio.to_thread(front.pictures.add, handoff["conversation"], body, front.clock.now())
    return JSONResponse({"id": added, "url": f"{base_of(request)}/pictures/{added}"})
