"""The custom robot of Feishu and Lark: an interactive card, signed in the body.

https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from bot.adapters.robots.addresses import Address
from bot.adapters.robots.line import Answer, Outcome, Request, by_code
from bot.core.telling import Message, Told

LARGEST = 20_000 - 160
"""Bytes of a whole request, without its timestamp and signature."""

BUSY = {"11232": 60.0}
"""More than 100 messages a minute or 5 a second, of all that goes on in the tenant."""

COLOURS = {"urgent": "red", "high": "orange", "normal": "blue", "low": "grey"}


def fits(message: Message) -> bool:
    return len(_raw(_body(message))) <= LARGEST


def request(address: Address, message: Message, now: datetime) -> Request:
    body = _body(message)
    if address.secret:
        stamp = str(int(now.timestamp()))
        body = {"timestamp": stamp, "sign": signature(stamp, address.secret), **body}
    return Request(address.url, _raw(body), {"Content-Type": "application/json; charset=utf-8"})


def signature(stamp: str, secret: str) -> str:
    """`stamp`: seconds. Stamp and secret together are the key; what is signed is empty."""
    return base64.b64encode(hmac.digest(f"{stamp}\n{secret}".encode(), b"", hashlib.sha256)).decode()


def outcome(answer: Answer) -> Outcome:
    return by_code(answer, ("code", "StatusCode"), ("msg", "StatusMessage"), BUSY)


def _body(message: Message) -> dict[str, Any]:
    gravest = next((p for p in COLOURS if p in [told.priority for told in message.told]), "normal")
    elements: list[dict[str, Any]] = []
    for told in message.told:
        elements += _elements(told, titled=len(message.told) > 1)
    if message.more:
        elements.append(_text(message.more))
    header = {"title": {"tag": "plain_text", "content": message.title}, "template": COLOURS[gravest]}
    return {"msg_type": "interactive", "card": {"header": header, "elements": elements}}


def _elements(told: Told, titled: bool) -> list[dict[str, Any]]:
    lines = [told.title, *told.lines] if titled else told.lines
    elements = [_text("\n".join(lines))] if lines else []
    if told.link:
        words = {"tag": "plain_text", "content": told.link[0]}
        button = {"tag": "button", "type": "default", "text": words, "url": told.link[1]}
        elements.append({"tag": "action", "actions": [button]})
    return elements


def _text(content: str) -> dict[str, Any]:
    """Plain text: what a buyer wrote is neither Markdown nor a call to everybody."""
    return {"tag": "div", "text": {"tag": "plain_text", "content": content}}


def _raw(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()
