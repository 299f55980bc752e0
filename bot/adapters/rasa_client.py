"""The front's side of the private line to Rasa."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any, Protocol
from urllib.parse import urlsplit

from urllib3 import PoolManager
from urllib3.exceptions import HTTPError
from urllib3.util import wait_for_read

from bot.ports import UnderstandingError

CONNECT_SECONDS = 1.0
UNDERSTOOD_SECONDS = 0.5
"""For each text: a busy machine takes ten times the usual."""


class RasaGone(UnderstandingError):
    """Rasa could not be reached, or went away. `waited`: only after the buyer's time was used up."""

    def __init__(self, message: str, waited: bool):
        self.waited = waited
        super().__init__(message)


@dataclass(frozen=True)
class RasaTurn:
    """What Rasa answered: texts with their buttons, the turn's record, and what is to be remembered."""

    replies: tuple[Mapping[str, Any], ...]
    record: Mapping[str, Any]
    dialogue: Mapping[str, Any]


class Rasa(Protocol):
    """What takes turns and understands: one Rasa, or several as one. `trouble`: as the client's."""

    trouble: str

    def take_turn(self, sender: str, text: str, metadata: Mapping[str, Any]) -> RasaTurn: ...

    def understood(self, texts: Sequence[str]) -> dict[str, Any]: ...

    def ready(self) -> bool: ...


class _Line(threading.local):
    """Each thread's connection, which stays open between turns."""

    url, connection = "", HTTPConnection("")

    def to(self, url: str) -> HTTPConnection:
        """Connected to this address, anew where the other side has hung up. Raises OSError."""
        if url != self.url:
            self.connection.close()
            parts = urlsplit(url)
            self.url, self.connection = url, HTTPConnection(str(parts.hostname), parts.port, timeout=CONNECT_SECONDS)
        if self.connection.sock is not None and wait_for_read(self.connection.sock, timeout=0):
            self.connection.close()
        if self.connection.sock is None:
            self.connection.connect()
        return self.connection


class RasaClient:
    """Blocking; whoever awaits puts it on a thread. A turn is never asked twice: it would be taken twice."""

    def __init__(self, url: str | Callable[[], str], actions_url: str, token: str, seconds: float):
        """`url`: Rasa's address, or what tells it at every turn."""
        self._url = url if callable(url) else lambda: url
        self._actions_url, self._seconds = actions_url, seconds
        self._warm = False
        self.trouble = "not_asked"
        """What is not ready: `rasa_away`, `actions_away`, `warming_up`; `ready` else. As `ready()` last found it."""
        self._looks, self._line = PoolManager(retries=False), _Line()
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def take_turn(self, sender: str, text: str, metadata: Mapping[str, Any]) -> RasaTurn:
        """Raises UnderstandingError where Rasa did not answer in time, or its answer holds no turn."""
        return _turn(self._post("webhook", {"sender": sender, "message": text, "metadata": metadata}, self._seconds))

    def understood(self, texts: Sequence[str]) -> dict[str, Any]:
        """{text: what is understood in it}, without a turn. Raises UnderstandingError where Rasa cannot say."""
        found = self._post("understood", {"texts": list(texts)}, self._seconds + len(texts) * UNDERSTOOD_SECONDS)
        if not isinstance(found, list) or len(found) != len(texts):
            raise UnderstandingError("Rasa's answer is not about these texts")
        return dict(zip(texts, found))

    def _post(self, path: str, body: Mapping[str, Any], seconds: float) -> Any:
        """What Rasa's channel answers. Raises UnderstandingError, RasaGone where it did not."""
        try:
            line = self._line.to(self._url())
        except OSError as error:
            raise RasaGone(f"Rasa did not answer: {type(error).__name__}", waited=False) from error
        try:
            line.sock.settimeout(seconds)
            line.request("POST", f"/webhooks/front/{path}", json.dumps(body).encode(), self._headers)
            answer = line.getresponse()
            told = answer.read()
        except (OSError, HTTPException) as error:
            line.close()
            raise RasaGone(f"Rasa did not answer: {type(error).__name__}", isinstance(error, TimeoutError)) from error
        if answer.status != 200:
            raise UnderstandingError(f"Rasa did not answer: status {answer.status}")
        try:
            return json.loads(told)
        except ValueError as error:
            raise UnderstandingError(f"Rasa did not answer: {type(error).__name__}") from error

    def ready(self) -> bool:
        """Whether a turn would be taken now: one has been, and both processes answer."""
        away = None if self.listens() else "rasa"
        if away is None and not self._answers(f"{self._actions_url}/health"):
            away = "actions"
        self._warm = away is None and (self._warm or self._warm_up())
        self.trouble = f"{away}_away" if away else "ready" if self._warm else "warming_up"
        return self._warm

    def listens(self) -> bool:
        """Whether Rasa takes messages, with a model or without."""
        return self._answers(f"{self._url()}/webhooks/front/")

    def _answers(self, address: str) -> bool:
        try:
            return self._looks.request("GET", address, headers=self._headers, timeout=CONNECT_SECONDS).status < 300
        except HTTPError:
            return False

    def _warm_up(self) -> bool:
        """The first turn loads what later ones find loaded; no buyer should wait for it."""
        try:
            for _ in range(2):
                self.take_turn(f"warm-up-{uuid.uuid4().hex}", "有货吗", {})
        except UnderstandingError:
            return False
        return True


def _turn(sent: Any) -> RasaTurn:
    messages = [m for m in sent if isinstance(m, dict)] if isinstance(sent, list) else []
    customs = [m["custom"] for m in messages if isinstance(m.get("custom"), dict)]
    custom = next((c for c in customs if isinstance(c.get("turn"), dict)), None)
    if custom is None:
        raise UnderstandingError("Rasa's answer holds no turn; the actions may be down")
    replies = tuple({"text": m["text"], "buttons": m.get("buttons") or []} for m in messages if m.get("text"))
    if not replies:
        raise UnderstandingError("Rasa's answer holds a turn and no words; the responses in domain.yml may be wrong")
    return RasaTurn(replies, custom["turn"], custom.get("dialogue", {}))
