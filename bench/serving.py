"""Bots that are measured by being talked to: how each is started, when it is ready, and what it weighs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from bench.stock import run_command
from bot.settings import ROOT
from bot.training import QUIET_AND_FAST

READY_WITHIN = 600
EVENING = "2026-11-21T21:04:00+08:00"


@dataclass(frozen=True)
class Bot:
    """How to start a bot, ask whether it is ready, and send it a message.

    `folder`: for its log and what it writes; `at`: where it is started. `send` raises where no answer came.
    """

    name: str
    command: list[str]
    folder: Path
    at: Path
    environment: dict[str, str]
    ready: str
    send: Callable[[requests.Session, str, str], None]


@dataclass(frozen=True)
class Running:
    """A bot that answers. `start`: seconds from its first process to the first answer of its readiness."""

    bot: Bot
    pid: int
    start: float

    def memory(self) -> float:
        """Megabytes of all its processes: their proportional set sizes (what they share counts once)."""
        return sum(_set_size(pid) for pid in _tree(self.pid)) / 1024


@contextmanager
def running(bot: Bot) -> Iterator[Running]:
    """Starts the bot and waits until it is ready; ends it afterwards."""
    with (bot.folder / f"{bot.name}.log").open("wb") as log:
        began = time.perf_counter()
        process = subprocess.Popen(bot.command, cwd=bot.at, env=bot.environment, stdout=log, stderr=log)
    try:
        while not _answers(bot.ready):
            if process.poll() is not None or time.perf_counter() - began > READY_WITHIN:
                raise SystemExit(f"{bot.name} did not start; see {bot.folder / f'{bot.name}.log'}")
            time.sleep(0.1)
        yield Running(bot, process.pid, time.perf_counter() - began)
    finally:
        process.terminate()
        process.wait(60)


def nightdesk(folder: Path, port: int, shop: Path = ROOT / "shop", name: str = "nightdesk") -> Bot:
    """All three processes, with an empty database in `folder`; every message must be answered from facts."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("NIGHTDESK_")},
        **QUIET_AND_FAST,
        "NIGHTDESK_DATA": str(folder),
        "NIGHTDESK_SHOP": str(shop),
        "NIGHTDESK_PORT": str(port),
        "NIGHTDESK_RASA_PORT": str(port + 1),
        "NIGHTDESK_ACTIONS_PORT": str(port + 2),
        "NIGHTDESK_API_TOKEN": "bench",
        "NIGHTDESK_CLOCK": EVENING,
        "NIGHTDESK_REPLY_SECONDS": "30",
    }
    url, headers = f"http://127.0.0.1:{port}", {"Authorization": "Bearer bench"}

    def send(session: requests.Session, conversation: str, text: str) -> None:
        body = {"conversation": conversation, "message_id": uuid.uuid4().hex, "text": text}
        told = session.post(f"{url}/api/messages", json=body, headers=headers, timeout=60)
        told.raise_for_status()
        if not told.json()["turn"]["questions"]:
            raise SystemExit(f"Nightdesk did not answer “{text}”: {told.text}")

    return Bot(name, [sys.executable, "-m", "bot.cli", "run"], folder, ROOT, environment, f"{url}/readyz", send)


def stock(folder: Path, model: Path, port: int) -> Bot:
    """`rasa run` with the REST channel. What it has no sentence for it leaves unanswered, with an empty list."""
    url = f"http://127.0.0.1:{port}/webhooks/rest"

    def send(session: requests.Session, conversation: str, text: str) -> None:
        told = session.post(f"{url}/webhook", json={"sender": conversation, "message": text}, timeout=60)
        told.raise_for_status()

    return Bot(
        "stock",
        run_command(model, port),
        folder,
        model.parent.parent,
        {**os.environ, **QUIET_AND_FAST},
        f"{url}/",
        send,
    )


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False


def _set_size(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _tree(pid: int) -> list[int]:
    """The process and all below it, whichever of its threads started them."""
    children = [child for one in Path(f"/proc/{pid}/task").glob("*/children") for child in one.read_text().split()]
    return [pid] + [below for child in children for below in _tree(int(child))]
