"""A webhook for anything else: JSON (`webhook.schema.json`), signed in the headers. Described in docs/robots.md."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime, timezone
from typing import Any
from urllib.parse import quote

from bot.adapters.robots.addresses import Address
from bot.adapters.robots.line import Answer, Outcome, Request, by_status
from bot.core.telling import Message, Told

VERSION = 1
LARGEST = 256 * 1024
"""Bytes of a body that tells several notices."""


def fits(message: Message) -> bool:
    return len(json.dumps(_body(message), ensure_ascii=False).encode()) <= LARGEST


def request(address: Address, message: Message, now: datetime) -> Request:
    sent_at = now.astimezone(timezone.utc).isoformat(timespec="seconds")
    raw = json.dumps({**_body(message), "sent_at": sent_at}, ensure_ascii=False).encode()
    stamp = str(int(now.timestamp()))
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "X-Nightdesk-Timestamp": stamp,
        "X-Nightdesk-Signature": f"sha256={signature(stamp, raw, address.secret)}",
        "X-Nightdesk-Delivery": delivery(message),
    }
    return Request(address.url, raw, headers)


def signature(stamp: str, raw: bytes, secret: str) -> str:
    """`stamp`: seconds; `raw`: the body's bytes as they are sent."""
    return hmac.new(secret.encode(), f"{stamp}.".encode() + raw, hashlib.sha256).hexdigest()


def delivery(message: Message) -> str:
    """The same for the same notices, however often they are sent: the notice's key, of several a digest of their keys."""
    keys = [told.key for told in message.told]
    if len(keys) == 1:
        return quote(keys[0], safe=":")
    return f"several:{hashlib.sha256(chr(10).join(keys).encode()).hexdigest()}"


def outcome(answer: Answer) -> Outcome:
    return by_status(answer)


def _body(message: Message) -> dict[str, Any]:
    return {
        "version": VERSION,
        "delivery": delivery(message),
        "notices": [_notice(told) for told in message.told],
        "left": message.left,
    }


def _notice(told: Told) -> dict[str, Any]:
    return {
        "key": told.key,
        "kind": told.kind,
        "at": told.at,
        "title": told.title,
        "lines": list(told.lines),
        "link": told.link[1] if told.link else None,
        "card": told.body.get("card"),
        "details": {name: value for name, value in told.body.items() if name not in ("card", "title", "lines")},
    }
