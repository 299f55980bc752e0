"""The OpenAPI document of the API, drawn from its models and the card's schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic.schema import schema

from bot.front.requests import ApiMessage

CARD_SCHEMA = Path(__file__).parent.parent / "core" / "card.schema.json"


def document() -> dict[str, Any]:
    models = schema([ApiMessage], ref_prefix="#/components/schemas/")["definitions"]
    card = {k: v for k, v in json.loads(CARD_SCHEMA.read_text(encoding="utf-8")).items() if not k.startswith("$")}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Nightdesk", "version": "1", "description": "A pre-sale desk for online shops."},
        "paths": {
            "/api/messages": {"post": _post(), "get": _thread()},
            "/api/events": {"get": _events()},
            "/readyz": {"get": _readyz()},
        },
        "components": {
            "schemas": {**models, "Card": card, "Answer": _ANSWER, "Thread": _THREAD, "Problem": _PROBLEM},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _post() -> dict[str, Any]:
    return {
        "summary": "A buyer's message; answered once, however often it is sent with the same message_id",
        "security": [{"token": []}],
        "requestBody": {"required": True, "content": _json("ApiMessage")},
        "responses": {
            "200": {"description": "The answer", "content": _json("Answer")},
            "400": {"description": "The body is wrong", "content": _json("Problem")},
            "401": {"description": "The token is missing or wrong", "content": _json("Problem")},
            "413": {"description": "The body is too large", "content": _json("Problem")},
            "429": {
                "description": "Too many messages in this conversation; send it again later",
                "headers": {"Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}}},
                "content": _json("Problem"),
            },
            "503": {"description": "The message could not be kept; send it again", "content": _json("Problem")},
        },
    }


def _thread() -> dict[str, Any]:
    name = {"name": "conversation", "in": "query", "required": True, "schema": {"type": "string", "maxLength": 128}}
    return {
        "summary": "What was said in a conversation after a message's number, by whomever: 500 at most, ask again then",
        "security": [{"token": []}],
        "parameters": [name, _AFTER],
        "responses": {
            "200": {"description": "In order", "content": _json("Thread")},
            "400": {"description": "`conversation` is missing, or `after` is no number", "content": _json("Problem")},
            "401": {"description": "The token is missing or wrong", "content": _json("Problem")},
        },
    }


def _events() -> dict[str, Any]:
    return {
        "summary": "Server-sent events `conversation`, data {conversation, last}: something was said there, perhaps by an "
        "agent; `last` is the number of its last message. One may come twice. `Last-Event-ID` goes on where it ended.",
        "security": [{"token": []}],
        "parameters": [_AFTER],
        "responses": {
            "200": {"description": "The stream", "content": {"text/event-stream": {"schema": {"type": "string"}}}},
            "400": {"description": "`after` is no number", "content": _json("Problem")},
            "401": {"description": "The token is missing or wrong", "content": _json("Problem")},
        },
    }


def _readyz() -> dict[str, Any]:
    return {
        "summary": "Whether a message would be answered now",
        "responses": {"200": {"description": "yes"}, "503": {"description": "not yet"}},
    }


def _json(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}


_ANSWER: dict[str, Any] = {
    "type": "object",
    "required": ["replies", "turn", "handoff", "state"],
    "properties": {
        "replies": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["text"],
                "properties": {
                    "text": {"type": "string"},
                    "buttons": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["title", "payload"],
                            "properties": {"title": {"type": "string"}, "payload": {"type": "string"}},
                        },
                    },
                },
            },
        },
        "turn": {
            "type": "object",
            "required": ["language", "questions", "decision"],
            "properties": {
                "language": {"enum": ["zh", "en"]},
                "decision": {"enum": ["answer", "clarify", "hand_over", "talk"]},
                "questions": {"type": "array", "items": {"type": "object"}},
                "later": {
                    "type": "boolean",
                    "description": "Nothing could be answered now; the answer follows in the conversation (GET) when it can be",
                },
            },
        },
        "handoff": {"anyOf": [{"$ref": "#/components/schemas/Card"}, {"type": "null"}]},
        "state": {"enum": ["bot", "waiting", "claimed"]},
    },
}
_AFTER: dict[str, Any] = {
    "name": "after",
    "in": "query",
    "description": "The number (`seq`, `last`) of a message; those after it are told.",
    "schema": {"type": "integer", "minimum": 0, "maximum": 999999999999, "default": 0},
}
_MESSAGE: dict[str, Any] = {
    "type": "object",
    "required": ["seq", "message_id", "from", "name", "text", "buttons", "attachments", "at"],
    "properties": {
        "seq": {"type": "integer"},
        "message_id": {"type": ["string", "null"], "description": "Yours, of a buyer's message"},
        "from": {"enum": ["buyer", "bot", "agent"]},
        "name": {"type": ["string", "null"], "description": "The agent's"},
        "text": {"type": "string"},
        "buttons": _ANSWER["properties"]["replies"]["items"]["properties"]["buttons"],
        "attachments": {
            "type": "array",
            "description": "Pictures; an agent's at an address relative to the front's",
            "items": {"type": "object", "required": ["url"], "properties": {"url": {"type": "string"}}},
        },
        "at": {"type": "string", "format": "date-time"},
    },
}
_THREAD: dict[str, Any] = {
    "type": "object",
    "required": ["messages", "last", "state"],
    "properties": {
        "messages": {"type": "array", "items": _MESSAGE},
        "last": {
            "type": "integer",
            "description": "The number of the conversation's last message, 0 where there is none",
        },
        "state": {"enum": ["bot", "waiting", "claimed"]},
    },
}
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {"code": {"type": "string"}, "message": {"type": "object"}, "detail": {"type": "string"}},
        }
    },
}
