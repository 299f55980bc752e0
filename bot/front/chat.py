"""The buyer's chat: sessions that cannot be guessed, messages, pictures, and a stream of what is new.

The stream is read by `fetch`, not by EventSource, which sends no Authorization header: so the token that opens a
conversation never stands in an address, where proxies and histories keep it, and no second kind of key is needed.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from itsdangerous import BadSignature, URLSafeTimedSerializer
from sse_starlette import ServerSentEvent
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from bot.front.conversations import Incoming
from bot.front.identity import buyer_id, refusal
from bot.front.live import TypingTold, event, last_seen, stream
from bot.front.metrics import sending
from bot.front.problems import Problem
from bot.front.requests import ChatMessage, NewSession, SignedUser, number, read_json
from bot.front.site import SMALLER
from bot.ports import StoreError

if TYPE_CHECKING:
    from bot.front.app import Front

log = logging.getLogger(__name__)
STATIC = Path(__file__).parent / "static"
LASTS = timedelta(days=30)
RENEWED_AFTER = timedelta(days=1)
NOT_CACHED = {"Cache-Control": "no-store"}
"""What opens a conversation, or shows it, is kept by the buyer's page alone."""


def chat_routes() -> list[Route]:
    return [
        Route("/chat", lambda _: FileResponse(STATIC / "chat.html"), middleware=SMALLER),
        Route("/chat/session", begin, methods=["POST"]),
        Route("/chat/messages", send, methods=["POST"]),
        Route("/chat/messages", thread, methods=["GET"]),
        Route("/chat/events", events, methods=["GET"]),
        Route("/chat/typing", typing, methods=["POST"]),
        Route("/chat/pictures", add_picture, methods=["POST"]),
        Route("/pictures/{picture}", picture),
    ]


def _signer(request: Request) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(request.app.state.front.secret, salt="buyer")


async def begin(request: Request) -> Response:
    """A conversation and the token that opens it; nothing is stored before the buyer writes.

    It is a new one, or that of a user whom the shop has signed (`user`: `known`); a signature that is not right is
    `wrong` or `expired`, and the buyer gets a new conversation like anybody.
    """
    front = request.app.state.front
    front.limits.admit(request, "session")
    body = await read_json(request, NewSession)
    language = body.language if body.language in ("zh", "en") else "zh"
    shop = front.shop.current()
    greeting = front.words.say("utter_greet", language, {"shop": shop.name[language], "about": shop.about[language]})
    session: dict[str, Any] = {"conversation": f"web:{secrets.token_urlsafe(24)}", "language": language}
    answer: dict[str, Any] = {"shop": dict(shop.name), "greeting": greeting, "user": None}
    if body.user is not None:
        answer["user"] = _refusal(front, body.user) or "known"
        if answer["user"] == "known":
            conversation = await asyncio.to_thread(_conversation_of, request, front, body.user.id)
            session |= {"conversation": conversation, "known": True}
            if await asyncio.to_thread(front.store.last_number, conversation):
                answer["greeting"] = None
    return JSONResponse({**answer, "token": _signer(request).dumps(session)}, headers=NOT_CACHED)


def _refusal(front: Front, user: SignedUser) -> str | None:
    refused = refusal(user.id, user.signed, front.site.secret, front.clock.now()) if front.site else "wrong"
    if refused:
        log.warning("identity_refused reason=%s", refused)
    return refused


def _conversation_of(request: Request, front: Front, user: str) -> str:
    """The conversation of a user whom the shop has signed, theirs on every device."""
    assert front.site is not None  # without it nobody's signature is right
    buyer = buyer_id(user, front.secret)
    try:
        before = _session(request)
    except Problem:
        before = {}
    begun = None if before.get("known") else before.get("conversation")
    return front.site.buyers.conversation(buyer, f"web:user-{buyer}", begun)


def _session(request: Request) -> dict[str, Any]:
    return _signed(request)[0]


def _renewed(request: Request) -> dict[str, str]:
    """{"token"} with which the same conversation stays open, where the one in use is more than a day old: who comes back
    within LASTS of the last time finds the thread."""
    session, signed_at = _signed(request)
    old = datetime.now(timezone.utc) - signed_at > RENEWED_AFTER
    return {"token": str(_signer(request).dumps(session))} if old else {}


def _signed(request: Request) -> tuple[dict[str, Any], datetime]:
    """The session that the request's token opens, and when it was signed. Raises Problem (401)."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    try:
        if scheme.lower() != "bearer":
            raise BadSignature("no token")
        session, signed_at = _signer(request).loads(token, return_timestamp=True)
    except BadSignature:
        raise Problem(401, "session") from None
    if datetime.now(timezone.utc) - signed_at > LASTS:  # one of the future was signed while the clock was wrong
        raise Problem(401, "session")
    return session, signed_at


async def send(request: Request) -> Response:
    """A buyer's message and its answer."""
    front, session = request.app.state.front, _session(request)
    conversation = session["conversation"]
    front.limits.admit(request, "message", conversation)
    body = await read_json(request, ChatMessage)
    front.live.typing(conversation, "buyer", 0)
    for attached in body.attachments:
        if not await asyncio.to_thread(front.pictures.belongs, attached, conversation):
            raise Problem(400, "wrong_field", "attachments: no such picture")
    attachments = tuple({"id": a, "url": f"pictures/{a}"} for a in body.attachments)
    product = body.product if body.product in front.shop.current().products else None
    incoming = Incoming(conversation, body.message_id, body.text, attachments, session["language"], product)
    answer = await front.conversations.receive(incoming)
    seq = await asyncio.to_thread(front.store.last_number, conversation)
    told = {"replies": answer["replies"], "state": answer["state"], "seq": seq, **_renewed(request)}
    return JSONResponse(told, headers=NOT_CACHED, background=sending())


# --- reading -----------------------------------------------------------------------------------------------------


async def thread(request: Request) -> Response:
    """The thread after a message's number, as the buyer may see it, where the conversation stands, and a new token
    where that in use grows old."""
    front, session = request.app.state.front, _session(request)
    front.limits.admit(request, "look", session["conversation"])
    after = number(request.query_params.get("after", "0"), "after")
    news = await asyncio.to_thread(_news, front, session["conversation"], after)
    return JSONResponse(news | _renewed(request), headers=NOT_CACHED)


async def events(request: Request) -> Response:
    """The same as it happens: `thread` with the number of its last message as id, and `typing`."""
    conversation = _session(request)["conversation"]
    request.app.state.front.limits.admit_stream(request, conversation)
    return stream(_events(request, conversation, number(last_seen(request) or "0", "after")))


async def _events(request: Request, conversation: str, after: int) -> AsyncIterator[ServerSentEvent]:
    front: Front = request.app.state.front
    typed = TypingTold(front.live, conversation, "agent")
    stands: Any = None
    with front.limits.streaming(request, conversation):
        async with aclosing(front.live.changes(conversation)) as changes:
            async for _ in changes:
                try:
                    _session(request)
                    news = await asyncio.to_thread(_news, front, conversation, after)
                except (Problem, StoreError) as error:  # the page comes back and hears the reason
                    log.warning("stream_ended error=%s", type(error).__name__)
                    return
                messages = news["messages"]
                after = messages[-1]["seq"] if messages else after
                if messages or news["stands"] != stands:
                    stands = news["stands"]
                    yield event("thread", news, str(after))
                if (seconds := typed.news()) is not None:
                    yield event("typing", {"seconds": seconds})


def _news(front: Front, conversation: str, after: int) -> dict[str, Any]:
    """`state`: `bot`, `waiting` or `claimed`; `stands`: the same with the episode and the person who has it."""
    messages = [_shown(message) for message in front.store.thread(conversation, after)]
    stands: dict[str, Any] = {"state": "bot", "episode": 1, "person": None, "since": None}
    if front.store.last_number(conversation):
        situation = front.store.situation(conversation)
        stands |= {"state": situation.state, "episode": situation.episode}
        if situation.handoff is not None:
            stands |= {"person": situation.handoff["agent"], "since": situation.handoff["claimed_at"]}
    return {"messages": messages, "state": stands["state"], "stands": stands}


def _shown(message: dict[str, Any]) -> dict[str, Any]:
    return {
        "seq": message["id"],
        "episode": message["episode"],
        "message_id": message["message_id"],
        "from": message["sender"],
        "name": message["name"],
        "text": message["text"],
        "buttons": message["buttons"],
        "attachments": [a for a in message["attachments"] if isinstance(a, dict)],
        "at": message["at"],
    }


async def typing(request: Request) -> Response:
    """The buyer is typing: whoever has the conversation open sees it, and nothing is kept."""
    front, conversation = request.app.state.front, _session(request)["conversation"]
    front.limits.admit(request, "typing", conversation)
    front.live.typing(conversation, "buyer")
    return JSONResponse({"seen": True})


# --- pictures ----------------------------------------------------------------------------------------------------


async def add_picture(request: Request) -> Response:
    """Keeps a picture; it is sent with the next message."""
    front, session = request.app.state.front, _session(request)
    conversation, now = session["conversation"], front.clock.now()
    front.limits.admit(request, "picture", conversation)
    body = await request.body()
    front.limits.admit(request, "megabyte", conversation, len(body) / 1_000_000)
    await asyncio.to_thread(front.store.open_conversation, conversation, session["language"], now)
    added = await asyncio.to_thread(front.pictures.add, conversation, body, now)
    return JSONResponse({"id": added, "url": f"pictures/{added}"})


async def picture(request: Request) -> Response:
    found = await asyncio.to_thread(request.app.state.front.pictures.find, request.path_params["picture"])
    if found is None:
        raise Problem(404, "not_found")
    path, kind = found
    return FileResponse(path, media_type=kind, headers={"Cache-Control": "private, max-age=86400"})
