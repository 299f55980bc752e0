"""The buyer's chat: sessions that cannot be guessed, messages, pictures."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from bot.front.conversations import Incoming
from bot.front.problems import Problem
from bot.front.requests import ChatMessage, NewSession, read_json

STATIC = Path(__file__).parent / "static"
SESSION_DAYS = 30


def chat_routes() -> list[Route]:
    return [
        Route("/chat", lambda _: FileResponse(STATIC / "chat.html")),
        Route("/chat/session", begin, methods=["POST"]),
        Route("/chat/messages", send, methods=["POST"]),
        Route("/chat/messages", thread, methods=["GET"]),
        Route("/chat/pictures", add_picture, methods=["POST"]),
        Route("/pictures/{picture}", picture),
    ]


def _signer(request: Request) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(request.app.state.front.secret, salt="buyer")


async def begin(request: Request) -> Response:
    """A new conversation and the token that opens it; nothing is stored before the buyer writes."""
    front = request.app.state.front
    body = await read_json(request, NewSession)
    language = body.language if body.language in ("zh", "en") else "zh"
    shop = front.shop.current()
    greeting = front.words.say("utter_greet", language, {"shop": shop.name[language], "about": shop.about[language]})
    session = {"conversation": f"web:{secrets.token_urlsafe(24)}", "language": language}
    if body.product is not None and body.product in shop.products:
        session["product"] = body.product
    return JSONResponse(
        {
            "token": _signer(request).dumps(session),
            "shop": dict(shop.name),
            "greeting": greeting,
        }
    )


def _session(request: Request) -> dict[str, Any]:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    try:
        if scheme.lower() != "bearer":
            raise BadSignature("no token")
        return _signer(request).loads(token, max_age=SESSION_DAYS * 86400)
    except BadSignature:
        raise Problem(401, "session") from None


async def send(request: Request) -> Response:
    """A buyer's message and its answer."""
    front, session = request.app.state.front, _session(request)
    body = await read_json(request, ChatMessage)
    conversation = session["conversation"]
    for attached in body.attachments:
        if not await asyncio.to_thread(front.pictures.belongs, attached, conversation):
            raise Problem(400, "wrong_field", "attachments: no such picture")
    attachments = tuple({"id": a, "url": f"pictures/{a}"} for a in body.attachments)
    product = body.product if body.product in front.shop.current().products else session.get("product")
    incoming = Incoming(conversation, body.message_id, body.text, attachments, session["language"], product)
    answer = await front.conversations.receive(incoming)
    seq = await asyncio.to_thread(front.store.last_number, conversation)
    return JSONResponse({"replies": answer["replies"], "state": answer["state"], "seq": seq})


async def thread(request: Request) -> Response:
    """The thread after a message's number, as the buyer may see it."""
    front, session = request.app.state.front, _session(request)
    after = request.query_params.get("after", "0")
    if not after.isdigit() or len(after) > 12:
        raise Problem(400, "wrong_field", "after: a number is wanted")
    conversation = session["conversation"]
    messages = await asyncio.to_thread(front.store.thread, conversation, int(after))
    state = await asyncio.to_thread(front.store.state, conversation)
    return JSONResponse({"messages": [_shown(message) for message in messages], "state": state})


def _shown(message: dict[str, Any]) -> dict[str, Any]:
    return {
        "seq": message["id"],
        "message_id": message["message_id"],
        "from": message["sender"],
        "name": message["name"],
        "text": message["text"],
        "buttons": message["buttons"],
        "attachments": [a for a in message["attachments"] if isinstance(a, dict)],
        "at": message["at"],
    }


async def add_picture(request: Request) -> Response:
    """Keeps a picture; it is sent with the next message."""
    front, session = request.app.state.front, _session(request)
    body = await request.body()
    conversation, now = session["conversation"], front.clock.now()
    await asyncio.to_thread(front.store.open_conversation, conversation, session["language"], now)
    added = await asyncio.to_thread(front.pictures.add, conversation, body, now)
    return JSONResponse({"id": added, "url": f"pictures/{added}"})


async def picture(request: Request) -> Response:
    found = await asyncio.to_thread(request.app.state.front.pictures.find, request.path_params["picture"])
    if found is None:
        raise Problem(404, "not_found")
    path, kind = found
    return FileResponse(path, media_type=kind, headers={"Cache-Control": "private, max-age=86400"})
