"""Rasa's side of the private line to the front: like the REST channel, but it asks for a token."""

from __future__ import annotations

import hmac
import logging
import time
from asyncio import CancelledError, sleep
from typing import Any, Awaitable, Callable, Dict, Optional

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.adapters.logs import about, set_up

log = logging.getLogger(__name__)
UNDERSTOOD = ("text", "questions", "entities")
"""What is told of a text."""


class FrontChannel(InputChannel):
    """POST /webhooks/front/webhook with {"sender", "message", "metadata"} gives the turn's messages; POST
    /webhooks/front/understood with {"texts"} gives what is understood in each, and takes no turn."""

    def __init__(self, token: str) -> None:
        self._token = token

    @classmethod
    def name(cls) -> str:
        return "front"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[str, Any]]) -> FrontChannel:
        token = (credentials or {}).get("token", "")
        if not token or token.startswith("${"):
            cls.raise_missing_credentials_exception()
        set_up((credentials or {}).get("logs", ""), "rasa", "bot")
        return cls(token)

    def _knows(self, request: Request) -> bool:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {self._token}".encode())

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        blueprint = Blueprint("front_channel")

        @blueprint.route("/", methods=["GET"])
        async def health(_: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @blueprint.route("/understood", methods=["POST"])
        async def understood(request: Request) -> HTTPResponse:
            if not self._knows(request):
                return _refused()
            found = []
            for text in request.json["texts"]:
                found.append(await request.app.ctx.agent.parse_message(text))
                await sleep(0)  # buyers go first
            return response.json([{name: parse[name] for name in UNDERSTOOD if name in parse} for parse in found])

        @blueprint.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            if not self._knows(request):
                return _refused()
            began, body = time.perf_counter(), request.json
            metadata = body.get("metadata") or {}
            collected = CollectingOutputChannel()
            message = UserMessage(
                body["message"], collected, body["sender"], input_channel=self.name(), metadata=metadata
            )
            with about(conversation=body["sender"], trace=str(metadata.get("trace", ""))):
                log.info("rasa_received")
                try:
                    await on_new_message(message)
                except CancelledError:
                    log.error("turn_cancelled")
                    return response.json({"error": "the turn was cancelled"}, status=503)
                log.info("rasa_answered ms=%.1f", (time.perf_counter() - began) * 1000)
            return response.json(collected.messages)

        return blueprint


def _refused() -> HTTPResponse:
    return response.json({"error": "the token is missing or wrong"}, status=401)
