"""What the tests of the front share: messages sent and read, and what an answer says."""

from __future__ import annotations

import json
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import requests

from tests.conftest import TOKEN, Stack

QUESTION = "is the white kettle in stock"

WRONG_LINES = [
    ("capabilities.csv", "A5,whole_chicken,limited,", "A5,whole_chicken,maybe,"),
    ("variants.csv", "A5-black,A5,black,5L,299,18,,", "A5-black,A5,black,5L,cheap,18,,"),
    ("shipping.yml", "free_from: 59 ", "free_from: much "),
    ("offers.yml", "off: 20 ", "off: lots "),
]
"""A line of a shop's file, and what makes it wrong."""


def new_id() -> str:
    return uuid.uuid4().hex


def body(**changes: Any) -> dict[str, Any]:
    return {"conversation": new_id(), "message_id": new_id(), "text": QUESTION} | changes


def send(stack: Stack, data: bytes, **headers: str) -> requests.Response:
    """The bytes as they stand, so that wrong JSON can be sent. A session of its own: threads use it too."""
    given = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"} | headers
    return requests.post(f"{stack.url}/api/messages", data=data, headers=given, timeout=30)


def post(stack: Stack, message: Any) -> requests.Response:
    return send(stack, json.dumps(message).encode())


def rows(stack: Stack, query: str, *values: str) -> list[tuple]:
    with closing(sqlite3.connect(f"file:{stack.data / 'nightdesk.sqlite'}?mode=ro", uri=True)) as connection:
        return connection.execute(query, values).fetchall()


def turns_of(stack: Stack, conversation: str) -> int:
    ((count,),) = rows(stack, "select count(*) from turns where conversation = ?", f"api:{conversation}")
    return count


def said(answer: dict[str, Any]) -> str:
    return "\n".join(reply["text"] for reply in answer["replies"])


def labels(answer: dict[str, Any]) -> list[str]:
    return [question["label"] for question in answer["turn"]["questions"]]


def product_of(answer: dict[str, Any]) -> str | None:
    return answer["turn"]["questions"][0]["details"].get("product")


def eventually(holds: Callable[[], bool], seconds: float, pause: float = 0.25) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(pause)
    return False


@contextmanager
def edited(file: Path, old: str, new: str) -> Iterator[int]:
    """The file with one passage changed, and put back afterwards; gives the line that was changed."""
    good = file.read_text(encoding="utf-8")
    assert good.count(old) == 1, f"{old} stands {good.count(old)} times in {file.name}"
    file.write_text(good.replace(old, new), encoding="utf-8")
    try:
        yield good[: good.index(old)].count("\n") + 1
    finally:
        file.write_text(good, encoding="utf-8")


NOTHING_ELSE: Any = {
    "workbench": None,
    "rasa": SimpleNamespace(ready=lambda: True),
    "chatwoot": None,
    "site": None,
    "others": None,
}
"""What a front must have beside the part that a test is about."""
