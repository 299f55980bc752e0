"""A server on this machine that answers as it is told: rightly, wrongly, slowly, or not at all."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.serving import Quiet, StandIn, serving

Answering = Callable[[BaseHTTPRequestHandler], None]


class LyingServer(StandIn):
    """`answering` says what it does with the next requests; `asked` is what it was sent: {"path", "headers", "body"}."""

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.answering: Answering = says(200, "ok")
        self.asked: list[dict[str, Any]] = []

    @property
    def url(self) -> str:
        return f"{super().url}/hook"


class _Handler(Quiet):
    server: LyingServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append({"path": self.path, "headers": dict(self.headers), "body": body})
        self.server.answering(self)

    def do_GET(self) -> None:
        self.server.asked.append({"path": self.path, "headers": dict(self.headers), "body": b""})
        says(200, "ok")(self)


@contextmanager
def lying_server() -> Iterator[LyingServer]:
    with serving(LyingServer()) as server:
        yield server


# --- what it may do -----------------------------------------------------------------------------------------------


def says(status: int, body: Any = "", **headers: str) -> Answering:
    raw = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in {"Content-Length": str(len(raw)), **headers}.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(raw)

    return answer


def stalls(seconds: float) -> Answering:
    """Says nothing for so long."""
    return lambda request: time.sleep(seconds)


def drips(text: bytes, seconds: float) -> Answering:
    """One byte at a time, so many seconds apart."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        for byte in text:
            request.wfile.write(bytes([byte]))
            request.wfile.flush()
            time.sleep(seconds)

    return answer


def floods(request: BaseHTTPRequestHandler) -> None:
    """An answer without an end."""
    request.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n")
    while True:
        request.wfile.write(b"x" * 65536)


def hangs_up(request: BaseHTTPRequestHandler) -> None:
    request.connection.close()
