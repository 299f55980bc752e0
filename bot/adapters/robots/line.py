"""The line to a service: one POST, bounded in time and size, and what the answer means where the service's codes do not say."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import requests
from urllib3.exceptions import HTTPError

from bot.adapters.bounded import Bounded, PrivateAddress

SECONDS = 5.0
"""To connect, and again from there to the end of the answer."""

LARGEST_ANSWER = 64 * 1024
"""Bytes; of a longer one no more is read."""

_ASKS_TO_WAIT = re.compile(
    r"too fast|too many|too frequent|frequency|freq out|rate.?limit|系统繁忙|限流|频率|太快", re.I
)


@dataclass(frozen=True)
class Request:
    url: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """`text` is empty where the answer's body could not be read to its end."""

    status: int
    headers: Mapping[str, str]
    text: str


@dataclass(frozen=True)
class Outcome:
    """What became of a message. `refused`: sending it again changes nothing before somebody mends the cause.

    `why`: one of TROUBLES (bot/core/telling.py), a colon, what the service said. `wait`: seconds that it asks for.
    """

    state: Literal["sent", "refused", "later"]
    why: str = ""
    wait: float = 0


SENT = Outcome("sent")


PRIVATE = "NIGHTDESK_PRIVATE_WEBHOOKS=1"
"""The setting that allows webhooks in one's own network."""


class NotReached(Exception):
    """No answer came, or not in time; the message may have arrived all the same. Says what happened, never the address."""


# --- the answer's meaning ----------------------------------------------------------------------------------------


def by_status(answer: Answer) -> Outcome:
    """What the HTTP status says: 2xx taken; 408, 425, 429 and 5xx later; the rest, redirects among it, refused."""
    if 200 <= answer.status < 300:
        return SENT
    said = f"{answer.status} {short(answer.text)}".strip()
    if answer.status in (408, 425, 429) or answer.status >= 500:
        return Outcome("later", f"busy: {said}", _retry_after(answer))
    return Outcome("refused", f"refused: {said}")


def by_code(answer: Answer, codes: Sequence[str], words: Sequence[str], busy: Mapping[str, float]) -> Outcome:
    """What a code in the answer's JSON says, whatever the status: 0 is taken, those of `busy` mean later, others refused.

    `codes` and `words`: the fields that hold it and its explanation. `busy`: seconds to wait, by code.
    """
    told = _object(answer.text)
    found = [str(told[name]) for name in codes if told.get(name) is not None]
    if not found:
        done = by_status(answer)
        return Outcome("later", f"unclear: {answer.status} {short(answer.text)}".strip()) if done is SENT else done
    code = next((one for one in found if one != "0"), None)
    if code is None:
        return by_status(answer)
    explained = next((str(told[name]) for name in words if told.get(name)), "")
    said = f"{code} {short(explained)}".strip()
    if code in busy or answer.status == 429 or _ASKS_TO_WAIT.search(explained):
        return Outcome("later", f"busy: {said}", max(busy.get(code, 0), _retry_after(answer)))
    return Outcome("refused", f"refused: {said}")


def _object(text: str) -> Mapping[str, Any]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _retry_after(answer: Answer) -> float:
    seconds = answer.headers.get("Retry-After", "")
    return float(seconds) if re.fullmatch(r"\d{1,5}", seconds) else 0


def short(text: str) -> str:
    """The beginning of what a service said, as one line."""
    return " ".join("".join(c if c.isprintable() else " " for c in text[:400]).split())[:160]


# --- sending -----------------------------------------------------------------------------------------------------


def post(request: Request, seconds: float = SECONDS, public: bool = False) -> Answer:
    """Sends once; follows no redirect. `public`: not to one's own network. Raises NotReached."""
    with requests.Session() as session:
        for scheme in ("http://", "https://"):
            session.mount(scheme, Bounded(seconds, public))
        try:
            response = session.post(
                request.url,
                data=request.body,
                headers={**request.headers, "Connection": "close"},
                timeout=seconds,
                allow_redirects=False,
                stream=True,
            )
        except PrivateAddress:
            raise NotReached(f"PrivateAddress: {PRIVATE}") from None
        except (requests.RequestException, HTTPError) as error:
            raise NotReached(type(error).__name__) from None  # its message holds the address, and with it the secret
        with response:
            return Answer(response.status_code, response.headers, _text(response))


def _text(response: requests.Response) -> str:
    try:
        body: bytes = response.raw.read(LARGEST_ANSWER, decode_content=True)
    except (HTTPError, OSError):
        return ""
    return body.decode("utf-8", "replace")
