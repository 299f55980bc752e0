"""The API for other systems: one message in, its answer out, and what is said in a conversation afterwards."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from sse_starlette import ServerSentEvent
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.adapters.in_line import LATE
from bot.front.conversations import Incoming
from bot.front.live import event, last_seen, stream
from bot.front.metrics import sending
from bot.front.openapi import document
from bot.front.problems import Problem
from bot.front.requests import ApiMessage, Attachment, number, read_json
from bot.ports import StoreError

if TYPE_CHECKING:
    from bot.front.app import Front

log = logging.getLogger(__name__)
OURS = "api:"
"""What the names of conversations begin with that came in here; whoever calls the API does not see it."""


def api_routes() -> list[Route]:
    return [
        Route("/api/messages", receive, methods=["POST"]),
        Route("/api/messages", thread, methods=["GET"]),
        Route("/api/events", events, methods=["GET"]),
        Route("/api/openapi.json", lambda _: JSONResponse(document())),
    ]


async def receive(request: Request) -> Response:
    """POST /api/messages."""
    front = _front(request)
    body = await read_json(request, ApiMessage)
    front.limits.admit_api(body.conversation)
    addresses = [a.url if isinstance(a, Attachment) else a for a in body.attachments]
    attachments = tuple({"id": address, "url": address} for address in addresses)
    incoming = Incoming(f"{OURS}{body.conversation}", body.message_id, body.text, attachments, body.language)
    return JSONResponse(dict(await front.conversations.receive(incoming)), background=sending())


async def thread(request: Request) -> Response:
    """GET /api/messages?conversation=…&after=…: messages of all senders with a number above `after`, in order."""
    front = _front(request)
    named = request.query_params.get("conversation", "")
    if not named:
        raise Problem(400, "wrong_field", "conversation: its name is wanted")
    conversation = f"{OURS}{named}"[:160]
    after = number(request.query_params.get("after", "0"), "after")
    messages = await asyncio.to_thread(front.store.thread, conversation, after)
    last = await asyncio.to_thread(front.store.last_number, conversation)
    state = await asyncio.to_thread(front.store.state, conversation)
    return JSONResponse({"messages": [_shown(message) for message in messages], "last": last, "state": state})


def _shown(message: dict[str, Any]) -> dict[str, Any]:
    return {
        "seq": message["id"],
        "message_id": message["message_id"] if message["sender"] == "buyer" else None,
        "from": message["sender"],
        "name": message["name"],
        "text": message["text"],
        "buttons": message["buttons"],
        "attachments": [{"url": a["url"]} for a in message["attachments"] if isinstance(a, dict)],
        "at": message["at"],
    }


async def events(request: Request) -> Response:
    """GET /api/events?after=…: a stream of the conversations in which something is said after message `after`."""
    front = _front(request)
    return stream(_events(front, number(last_seen(request) or "0", "after")))


async def _events(front: Front, after: int) -> AsyncIterator[ServerSentEvent]:
    told: dict[str, int] = {}
    async with aclosing(front.live.changes()) as changes:
        async for _ in changes:
            try:
                spoken = await asyncio.to_thread(front.store.spoken_in, OURS, after - LATE)
            except StoreError as error:  # whoever listens comes back
                log.warning("stream_ended error=%s", error)
                return
            for conversation, last in spoken:
                if told.get(conversation) != last:
                    data = {"conversation": conversation.removeprefix(OURS), "last": last}
                    yield event("conversation", data, str(last))
                after = max(after, last)
            told = dict(spoken)


def _front(request: Request) -> Front:
    """Raises Problem (401) where the token is missing or wrong."""
    front: Front = request.app.state.front
    given = request.headers.get("authorization", "")
    if not hmac.compare_digest(given.encode("utf-8", "replace"), f"Bearer {front.api_token}".encode()):
        raise Problem(401, "token")
    return front
