"""Reads a stream of server-sent events, as a page does."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests


@dataclass(frozen=True)
class Event:
    name: str
    data: Any
    id: str


class Events:
    """`next("thread")` gives the next event of that name; others before it are passed over."""

    def __init__(self, lines: Iterator[str]):
        self._lines = lines

    def next(self, name: str, holds: Callable[[Any], bool] = lambda _: True) -> Event:
        while True:
            event = self.any()
            if event.name == name and holds(event.data):
                return event

    def any(self) -> Event:
        """The next event but a ping. Raises StopIteration at the stream's end."""
        while True:
            fields: dict[str, str] = {}
            while line := next(self._lines):
                key, _, value = line.partition(": ")
                fields[key] = value
            if fields.get("event") not in (None, "ping"):
                return Event(fields["event"], json.loads(fields["data"]), fields.get("id", ""))


@contextmanager
def listening(session: requests.Session, url: str, **headers: str) -> Iterator[Events]:
    response = session.get(url, headers={k.replace("_", "-"): v for k, v in headers.items()}, stream=True, timeout=12)
    try:
        assert response.status_code == 200, response.text
        assert response.headers["content-type"].startswith("text/event-stream")
        yield Events(response.iter_lines(chunk_size=1, decode_unicode=True))
    finally:
        response.close()
