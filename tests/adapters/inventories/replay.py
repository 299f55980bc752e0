"""A shop system on this machine that answers as recorded, and says where a request is not the one that was recorded."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.serving import Quiet, StandIn, serving


class Replay(StandIn):
    """`exchanges`: what is asked and answered, in this order: {"request": {…}, "reply": {…}}. `wrong` grows."""

    def __init__(self, exchanges: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(_Handler)
        self.left = list(exchanges)
        self.wrong: list[str] = []
        self.lock = threading.Lock()


class _Handler(Quiet):
    server: Replay

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        sent = self.rfile.read(length)
        with self.server.lock:
            if not self.server.left:
                self.server.wrong.append(f"nothing more was recorded, but {self.path} was asked")
                self._reply({"status": 500})
                return
            exchange = self.server.left.pop(0)
            self.server.wrong += _differences(exchange["request"], self.command, self.path, dict(self.headers), sent)
        self._reply(exchange["reply"])

    do_POST = do_GET

    def _reply(self, reply: Mapping[str, Any]) -> None:
        body = reply.get("body", "")
        raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(reply.get("status", 200))
        for name, value in {"Content-Length": len(raw), **reply.get("headers", {})}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(raw)


def _differences(
    wanted: Mapping[str, Any], method: str, path: str, headers: Mapping[str, str], sent: bytes
) -> Iterator[str]:
    parts = urlsplit(path)
    got: dict[str, Any] = {"method": method, "path": parts.path, "query": dict(parse_qsl(parts.query))}
    if "json" in wanted:
        got["json"] = json.loads(sent)
    if "form" in wanted:
        got["form"] = dict(parse_qsl(sent.decode()))
    for name in ("method", "path", "query", "json", "form"):
        if _squeezed(got.get(name)) != _squeezed(wanted.get(name, {} if name == "query" else None)):
            yield f"{name}: recorded {wanted.get(name)!r}, sent {got.get(name)!r}"
    for name, value in wanted.get("headers", {}).items():
        if headers.get(name) != value:
            yield f"header {name}: recorded {value!r}, sent {headers.get(name)!r}"


def _squeezed(value: Any) -> Any:
    """Without the spaces and lines that a query is written with."""
    if isinstance(value, Mapping):
        return {name: _squeezed(one) for name, one in value.items()}
    return " ".join(value.split()) if isinstance(value, str) else value


@contextmanager
def replaying(exchanges: Sequence[Mapping[str, Any]]) -> Iterator[Replay]:
    with serving(Replay(exchanges)) as server:
        yield server
