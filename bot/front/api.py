"""The API for other systems: one message in, its answer out."""

from __future__ import annotations

import hmac

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.front.conversations import Incoming
from bot.front.metrics import sending
from bot.front.openapi import document
from bot.front.problems import Problem
from bot.front.requests import ApiMessage, Attachment, read_json


def api_routes() -> list[Route]:
    return [
        Route("/api/messages", receive, methods=["POST"]),
        Route("/api/openapi.json", lambda _: JSONResponse(document())),
    ]


async def receive(request: Request) -> Response:
    """POST /api/messages."""
    front = request.app.state.front
    _check_token(request, front.api_token)
    body = await read_json(request, ApiMessage)
    front.limits.admit_api(body.conversation)
    addresses = [a.url if isinstance(a, Attachment) else a for a in body.attachments]
    attachments = tuple({"id": address, "url": address} for address in addresses)
    incoming = Incoming(f"api:{body.conversation}", body.message_id, body.text, attachments)
    return JSONResponse(dict(await front.conversations.receive(incoming)), background=sending())


def _check_token(request: Request, token: str) -> None:
    given = request.headers.get("authorization", "")
    if not hmac.compare_digest(given.encode("utf-8", "replace"), f"Bearer {token}".encode()):
        raise Problem(401, "token")
