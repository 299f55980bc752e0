"""Rasa's side of the private line to the front: like the REST channel, but it asks for a token."""

from __future__ import annotations

import hmac
import logging
import time
from asyncio import CancelledError
from typing import Any, Awaitable, Callable, Dict, Optional

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.adapters.logs import about, set_up

log = logging.getLogger(__name__)


class FrontChannel(InputChannel):
    """POST /webhooks/front/webhook with {"sender", "message", "metadata"} gives the turn's messages."""

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

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        blueprint = Blueprint("front_channel")

        @blueprint.route("/", methods=["GET"])
        async def health(_: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @blueprint.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            given = request.headers.get("Authorization", "")
            if not hmac.compare_digest(given.encode(), f"Bearer {self._token}".encode()):
                return response.json({"error": "the token is missing or wrong"}, status=401)
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
