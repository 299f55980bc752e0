"""What the tests share: the running system, on its own ports, data folder and clock."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).parent.parent
TOKEN = "token-for-tests"
PASSWORD = "password-for-tests"
EVENING = "2026-11-21T21:04:00+08:00"
"""A Saturday evening: pre-sale people are there until 22:00, the other queues are not."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Stack:
    """The three processes. `say` talks to them as a system of the shop's would, through the API."""

    data: Path
    port: int
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen | None = None
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot.cli", "run"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + 180
        while time.monotonic() < until:
            assert self.process.poll() is None, f"it ended early:\n{self.log.read_text()[-3000:]}"
            try:
                if self.session.get(f"{self.url}/readyz", timeout=2).status_code == 200:
                    return
            except requests.RequestException:
                pass
            time.sleep(0.3)
        raise AssertionError(f"it did not become ready:\n{self.log.read_text()[-3000:]}")

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()

    def set_clock(self, moment: str) -> None:
        (self.data / "clock").write_text(moment)

    def post(self, body: object, token: str = TOKEN) -> requests.Response:
        return self.session.post(
            f"{self.url}/api/messages", json=body, headers={"Authorization": f"Bearer {token}"}, timeout=30
        )

    def say(self, conversation: str, text: str, message_id: str | None = None) -> dict:
        body = {"conversation": conversation, "message_id": message_id or uuid.uuid4().hex, "text": text}
        response = self.post(body)
        assert response.status_code == 200, response.text
        return response.json()


def make_stack(folder: Path, **settings: str) -> Stack:
    """A stack that is not started yet; its clock stands at EVENING."""
    port, rasa, second, actions = free_port(), free_port(), free_port(), free_port()
    (folder / "clock").write_text(EVENING)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("NIGHTDESK_")},
        "NIGHTDESK_PORT": str(port),
        "NIGHTDESK_RASA_PORT": str(rasa),
        "NIGHTDESK_RASA_SECOND_PORT": str(second),
        "NIGHTDESK_ACTIONS_PORT": str(actions),
        "NIGHTDESK_API_TOKEN": TOKEN,
        "NIGHTDESK_DESK_PASSWORD": PASSWORD,
        "NIGHTDESK_DATA": str(folder),
        "NIGHTDESK_CLOCK": str(folder / "clock"),
        **{f"NIGHTDESK_{name.upper()}": value for name, value in settings.items()},
    }
    return Stack(folder, port, environment, folder / "log.txt")


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole system, started once for all tests that only talk to it."""
    running = make_stack(tmp_path_factory.mktemp("stack"))
    running.start()
    yield running
    running.stop()
