"""A connector as a shop writes one for a line of its own: REST, with the line's message ids."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse


class ShopLine(InputChannel):
    @classmethod
    def name(cls) -> str:
        return "shop_line"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        line = Blueprint("shop_line")

        @line.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            output = CollectingOutputChannel()
            said = request.json
            await on_new_message(UserMessage(said["text"], output, said["buyer"], message_id=said["id"]))
            return response.json(output.messages)

        return line
