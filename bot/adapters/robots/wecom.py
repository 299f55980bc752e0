"""WeCom's group robot: Markdown; the key stands in the address, nothing is signed.

https://developer.work.weixin.qq.com/document/path/91770
"""

from __future__ import annotations

import json
from datetime import datetime

from bot.adapters.robots.addresses import Address
from bot.adapters.robots.line import Answer, Outcome, Request, by_code
from bot.adapters.robots.markdown import plain
from bot.core.telling import Message

LARGEST = 4096
"""Bytes of the Markdown in UTF-8."""

BUSY = {"45009": 60.0, "45033": 10.0, "-1": 30.0}
"""More than 20 messages a minute, too many at once, “system busy”."""


def fits(message: Message) -> bool:
    return len(_content(message).encode()) <= LARGEST


def request(address: Address, message: Message, now: datetime) -> Request:
    body = {"msgtype": "markdown", "markdown": {"content": _content(message)}}
    raw = json.dumps(body, ensure_ascii=False).encode()
    return Request(address.url, raw, {"Content-Type": "application/json; charset=utf-8"})


def outcome(answer: Answer) -> Outcome:
    return by_code(answer, ("errcode",), ("errmsg",), BUSY)


def _content(message: Message) -> str:
    lines = [f"### {plain(message.title)}"]
    for told in message.told:
        if len(message.told) > 1:
            lines.append(f"**{plain(told.title)}**")
        lines += [f"> {plain(line)}" for line in told.lines]
        if told.link:
            lines.append(f"[{plain(told.link[0])}]({told.link[1]})")
        lines.append("")
    return "\n".join([*lines, plain(message.more)] if message.more else lines[:-1])
