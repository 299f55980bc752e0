"""The front's side of the private line to Rasa."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from bot.ports import UnderstandingError

CONNECT_SECONDS = 1.0


@dataclass(frozen=True)
class RasaTurn:
    """What Rasa answered: texts with their buttons, the turn's record, and what is to be remembered."""

    replies: tuple[Mapping[str, Any], ...]
    record: Mapping[str, Any]
    dialogue: Mapping[str, Any]


class RasaClient:
    """Blocking; whoever awaits puts it on a thread. A turn is never asked twice: it would be taken twice."""

    def __init__(self, url: str, token: str, seconds: float):
        self._url, self._seconds = url, seconds
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"
        self._session.mount("http://", HTTPAdapter(pool_maxsize=64))

    def take_turn(self, sender: str, text: str, metadata: Mapping[str, Any]) -> RasaTurn:
        """Raises UnderstandingError where Rasa did not answer in time, or its answer holds no turn."""
        body = {"sender": sender, "message": text, "metadata": metadata}
        try:
            response = self._session.post(
                f"{self._url}/webhooks/front/webhook", json=body, timeout=(CONNECT_SECONDS, self._seconds)
            )
            response.raise_for_status()
            sent = response.json()
        except (requests.RequestException, ValueError) as error:
            raise UnderstandingError(f"Rasa did not answer: {type(error).__name__}") from error
        return _turn(sent)

    def ready(self) -> bool:
        """Whether Rasa answers and has a model loaded."""
        try:
            answer = self._session.get(f"{self._url}/webhooks/front/", timeout=CONNECT_SECONDS)
        except requests.RequestException:
            return False
        return answer.ok


def _turn(sent: Any) -> RasaTurn:
    custom = next((m["custom"] for m in sent if isinstance(m, dict) and "turn" in m.get("custom", {})), None)
    if custom is None:
        raise UnderstandingError("Rasa's answer holds no turn; the actions may be down")
    replies = tuple({"text": m["text"], "buttons": m.get("buttons") or []} for m in sent if m.get("text"))
    return RasaTurn(replies, custom["turn"], custom.get("dialogue", {}))
