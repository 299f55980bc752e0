"""What the tests of faults share: the real front over a database that can be taken away, and buyers who write to it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.desk.running import Running, make_running, serving


@dataclass
class Buyer:
    """One conversation through the API."""

    running: Running
    conversation: str = field(default_factory=lambda: uuid.uuid4().hex)

    def say(self, text: str, message_id: str | None = None) -> requests.Response:
        body = {"conversation": self.conversation, "message_id": message_id or uuid.uuid4().hex, "text": text}
        return requests.post(
            f"{self.running.url}/api/messages", json=body, headers={"Authorization": "Bearer token"}, timeout=30
        )

    def heard(self) -> list[tuple[str, str]]:
        """Who said what, in order."""
        rows = self.running.front.store.thread(f"api:{self.conversation}")
        return [(row["sender"], row["text"]) for row in rows]

    def spoke(self) -> list[str]:
        return [sender for sender, _ in self.heard()]


def ready(running: Running) -> dict[str, Any]:
    return requests.get(f"{running.url}/readyz", timeout=15).json()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    with serving(make_running(tmp_path)) as front:
        yield front


@pytest.fixture
def buyer(running: Running) -> Buyer:
    return Buyer(running)
