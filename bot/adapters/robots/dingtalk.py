"""DingTalk's custom robot: Markdown, signed in the address.

https://open.dingtalk.com/document/robots/custom-robot-access · customize-robot-security-settings
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime
from urllib.parse import quote_plus

from bot.adapters.robots.addresses import Address
from bot.adapters.robots.line import Answer, Outcome, Request, by_code
from bot.adapters.robots.markdown import plain
from bot.core.telling import Message

LARGEST = 20_000
"""Bytes of a whole request (“message too long, exceed 20000 bytes”)."""

BUSY = {"130101": 600.0, "410100": 600.0, "-1": 30.0}
"""More than 20 messages a minute close the robot for ten; -1 is “system busy”."""


def fits(message: Message) -> bool:
    return len(_body(message)) <= LARGEST


def request(address: Address, message: Message, now: datetime) -> Request:
    url = address.url
    if address.secret:
        stamp = str(int(now.timestamp() * 1000))
        url += f"{'&' if '?' in url else '?'}timestamp={stamp}&sign={quote_plus(signature(stamp, address.secret))}"
    return Request(url, _body(message), {"Content-Type": "application/json; charset=utf-8"})


def signature(stamp: str, secret: str) -> str:
    """`stamp`: milliseconds. The secret is the key, and stands in what is signed as well."""
    return base64.b64encode(hmac.digest(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256)).decode()


def outcome(answer: Answer) -> Outcome:
    return by_code(answer, ("errcode",), ("errmsg",), BUSY)


def _body(message: Message) -> bytes:
    parts = [f"#### {plain(message.title)}"]
    for told in message.told:
        if len(message.told) > 1:
            parts.append(f"**{plain(told.title)}**")
        if told.lines:
            parts.append("\n".join(f"- {plain(line)}" for line in told.lines))
        if told.link:
            parts.append(f"[{plain(told.link[0])}]({told.link[1]})")
    if message.more:
        parts.append(plain(message.more))
    markdown = {"title": message.title, "text": "\n\n".join(parts)}
    return json.dumps({"msgtype": "markdown", "markdown": markdown}, ensure_ascii=False).encode()
