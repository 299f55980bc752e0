"""Stand-ins for Slack's and Telegram's API, and what these services send, as they send it."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from email.message import Message
from typing import Any
from urllib.parse import parse_qs, urlencode

import requests

from tests.serving import Quiet, StandIn

SLACK = {"slack_token": "xoxb-1", "slack_signing_secret": "signing-secret-of-the-app"}
TELEGRAM = {"access_token": "42:bot-token", "verify": "hehe_bot", "webhook_url": "https://desk.example/webhooks/x"}
DIRECT, OPEN = "D024BE91L", "C2147483705"


class Service(StandIn):
    """`calls`: what it was asked, (method, fields). `failing`: methods that it answers with this."""

    def __init__(self) -> None:
        super().__init__(_Api)
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.failing: dict[str, tuple[int, dict[str, Any]]] = {}

    def sent(self, method: str) -> list[dict[str, Any]]:
        return [fields for name, fields in list(self.calls) if name == method]

    def texts(self) -> list[str]:
        """What buyers were sent, in order."""
        names = ("chat.postMessage", "sendMessage")
        return [fields["text"] for name, fields in list(self.calls) if name in names and "text" in fields]


class _Api(Quiet):
    server: Service

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        method = self.path.rpartition("/")[2]
        self.server.calls.append((method, _fields(self.headers, body)))
        status, answer = self.server.failing.get(method, (200, _answer(method)))
        sent = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    do_GET = do_POST


def _fields(headers: Message, body: bytes) -> dict[str, Any]:
    if "json" in (headers.get("content-type") or ""):
        return json.loads(body or b"{}")
    if "multipart" in (headers.get("content-type") or ""):
        return {"multipart": body.decode("utf-8", "replace")}
    return {name: values[0] for name, values in parse_qs(body.decode()).items()}


def _answer(method: str) -> dict[str, Any]:
    if method == "getMe":
        return {"ok": True, "result": {"id": 42, "is_bot": True, "first_name": "Hehe", "username": "hehe_bot"}}
    if method == "setWebhook":
        return {"ok": True, "result": True}
    said = {"message_id": 7, "date": 1763730240, "chat": {"id": 1111, "type": "private"}, "text": "…"}
    return {"ok": True, "result": said, "ts": "1763730240.000200", "channel": DIRECT}


# --- Slack -----------------------------------------------------------------------------------------------------------


def slack_event(
    buyer: str, text: str, ts: str = "1763730240.000100", channel: str = DIRECT, **event: Any
) -> dict[str, Any]:
    """As the Events API sends a message; a direct one, unless `channel` says otherwise."""
    kind = "im" if channel == DIRECT else "channel"
    said = {"type": "message", "user": buyer, "text": text, "ts": ts, "channel": channel, "channel_type": kind}
    return {
        "token": "z26uFbvR1xHJEdHE1OQiO6t8",
        "team_id": "T061EG9R6",
        "api_app_id": "A0MDYCDME",
        "event": {k: v for k, v in (said | event).items() if v is not None},
        "type": "event_callback",
        "event_id": f"Ev{ts}",
        "authorizations": [{"team_id": "T061EG9R6", "user_id": "U0LAN0Z89", "is_bot": True}],
    }


def slack_press(buyer: str, value: str, ts: str = "1763730300.000300") -> dict[str, Any]:
    """As a press on a button is sent."""
    action = {"type": "button", "value": value, "action_ts": ts}
    message = {"ts": "1763730240.000200"}
    return {"type": "block_actions", "user": {"id": buyer}, "channel": {"id": DIRECT}, "message": message, "actions": [action]}  # fmt: skip


def to_slack(url: str, body: dict[str, Any], secret: str = SLACK["slack_signing_secret"], **headers: str) -> requests.Response:  # fmt: skip
    """Posts what Slack would, signed as Slack signs."""
    pressed = "actions" in body
    raw = urlencode({"payload": json.dumps(body)}) if pressed else json.dumps(body)
    at = str(int(time.time()))
    signed = hmac.new(secret.encode(), f"v0:{at}:{raw}".encode(), hashlib.sha256).hexdigest()
    kind = "application/x-www-form-urlencoded" if pressed else "application/json"
    given = {"content-type": kind, "x-slack-request-timestamp": at, "x-slack-signature": f"v0={signed}", **headers}
    return requests.post(url, data=raw.encode(), headers=given, timeout=20)


# --- Telegram --------------------------------------------------------------------------------------------------------


def telegram_update(text: str | None, number: int, chat: int = 1111, code: str = "zh-hans") -> dict[str, Any]:
    who = {"id": chat, "is_bot": False, "first_name": "Li", "language_code": code}
    message = {"message_id": number, "from": who, "chat": {"id": chat, "type": "private"}, "date": 1763730240}
    return {"update_id": 90000 + number, "message": message | ({"text": text} if text is not None else {})}
