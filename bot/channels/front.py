"""The front's API, as the channels use it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from bot.core.types import Language
from bot.ports import FrontError

SECONDS = (2.0, 30.0)
"""To connect, and to be answered: longer than a turn takes."""

SILENT_SECONDS = 40.0
"""The front says something on its stream more often than this."""


class Refused(Exception):
    """The front will never take this message; says why."""


@dataclass(frozen=True)
class Thread:
    """Messages after a number, in order, and the number of the conversation's last one."""

    messages: tuple[Mapping[str, Any], ...]
    last: int


class Front:
    """Blocking; whoever awaits puts it on a thread. Raises FrontError where it did not answer."""

    def __init__(self, url: str, token: str):
        self._url = url
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"
        self._session.mount("http://", HTTPAdapter(pool_maxsize=32))

    def send(self, conversation: str, message_id: str, text: str, language: Language | None) -> None:
        """A buyer's message; the same id again is no second message. Raises Refused."""
        body = {"conversation": conversation, "message_id": message_id, "text": text, "language": language}
        self._asked("POST", "/api/messages", json=body)

    def thread(self, conversation: str, after: int) -> Thread:
        found = self._asked("GET", "/api/messages", params={"conversation": conversation, "after": after})
        return Thread(tuple(found["messages"]), found["last"])

    def last(self, conversation: str) -> int:
        """The number of its last message; 0 where there is none."""
        return self.thread(conversation, NEVER).last

    def news(self, after: int) -> Iterator[tuple[str, int]]:
        """(conversation, number of its last message), as it happens, of those with one after `after`."""
        try:
            response = self._session.get(
                f"{self._url}/api/events", params={"after": after}, stream=True, timeout=(SECONDS[0], SILENT_SECONDS)
            )
            with response:
                response.raise_for_status()
                for line in response.iter_lines(chunk_size=1):
                    told = json.loads(line[len(b"data: ") :]) if line.startswith(b"data: ") else {}
                    if "conversation" in told:  # else a ping
                        yield told["conversation"], told["last"]
        except (requests.RequestException, ValueError) as error:
            raise FrontError(f"the front's stream ended: {type(error).__name__}") from error

    def _asked(self, method: str, path: str, **given: Any) -> Any:
        try:
            response = self._session.request(method, f"{self._url}{path}", timeout=SECONDS, **given)
            if response.status_code in (400, 413):
                raise Refused(response.text[:300])
            response.raise_for_status()
            return response.json()
        except (requests.RequestException, ValueError) as error:
            raise FrontError(f"the front did not answer {path}: {error}") from error


NEVER = 10**12 - 1
"""A number that no message has."""
