"""The line to a shop system: one request, bounded in time and size, and what its status means."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from bot.adapters.bounded import Bounded
from bot.adapters.inventories.source import Later
from bot.ports import InventoryError

LARGEST_ANSWER = 4 * 1024 * 1024
"""Bytes; a longer answer is none."""

SHORTEST = 0.05
"""Seconds; with less left it is not worth asking."""


@dataclass(frozen=True)
class Question:
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Raises InventoryError where the body is no JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise InventoryError(f"the shop system sent no JSON (status {self.status})") from None


def ask(question: Question, seconds: float) -> Answer:
    """Asks once and follows no redirect; any status comes back as an answer. Raises Later, InventoryError.

    No error shows the address beyond the host: secrets may stand in it.
    """
    host = urlsplit(question.url).hostname
    if seconds < SHORTEST:
        raise Later(f"{host} did not answer in time")
    with requests.Session() as session:
        for scheme in ("http://", "https://"):
            session.mount(scheme, Bounded(seconds))
        try:
            response = session.request(
                question.method,
                question.url,
                data=question.body,
                headers={**question.headers, "Connection": "close"},
                auth=lambda request: request,  # else a .netrc of the machine takes the place of our Authorization
                timeout=seconds,
                allow_redirects=False,
                stream=True,
            )
        except (requests.RequestException, HTTPError) as error:
            raise Later(f"{host} was not reached: {type(error).__name__}") from None  # its text holds the address
        with response:
            return Answer(response.status_code, response.headers, _body(response, host))


def _body(response: requests.Response, host: str | None) -> bytes:
    try:
        body: bytes = response.raw.read(LARGEST_ANSWER + 1, decode_content=True)
    except (HTTPError, OSError):
        raise Later(f"{host} broke off its answer") from None
    if len(body) > LARGEST_ANSWER:
        raise InventoryError(f"the answer of {host} is longer than {LARGEST_ANSWER // 1024**2} MB")
    length = response.headers.get("Content-Length", "")
    if length.isdigit() and "Content-Encoding" not in response.headers and len(body) < int(length):
        raise Later(f"{host} broke off its answer")
    return body


def check(answer: Answer, system: str) -> Answer:
    """The answer, if its status is 2xx. Raises Later for 408, 425, 429 and 5xx, InventoryError for the others."""
    status = answer.status
    if 200 <= status < 300:
        return answer
    if status in (408, 425, 429) or status >= 500:
        raise Later(f"{system} is busy or broken (status {status})", retry_after(answer))
    if status in (401, 403):
        raise InventoryError(f"{system} refuses our key (status {status}): check the key and what it may read")
    if 300 <= status < 400:
        raise InventoryError(f"{system} has moved (status {status}): write its new address into stock.yml")
    raise InventoryError(f"{system} refuses the question (status {status})")


def retry_after(answer: Answer) -> float:
    """Seconds that the answer asks to wait, from a number or a date; 0 where it says nothing of use."""
    said = answer.headers.get("Retry-After", "").strip()
    if re.fullmatch(r"\d{1,6}(\.\d+)?", said):
        return float(said)
    try:
        moment = parsedate_to_datetime(said)
    except (ValueError, TypeError):
        return 0
    moment = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    return max(0.0, (moment - datetime.now(timezone.utc)).total_seconds())
