"""How fast a turn is: the whole path of Nightdesk against a stock Rasa bot, in one run: `python -m bench.turns`.

Both get the same messages from the same client on this machine, one after the other; neither runs while the other is
measured. Nightdesk answers from facts, through front, Rasa and actions, and stores the turn; the stock bot says one
fixed sentence. Memory is the proportional set size of all processes.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import requests

from bench.stock import make_stock_bot, run_command
from bot.settings import ROOT
from bot.training import QUIET

MESSAGES = (
    "料理机能和面吗",
    "Y915有货吗",
    "今天拍几天到北京",
    "羽绒服165 52公斤穿多大",
    "空气炸锅多少钱",
    "is the white kettle in stock",
    "保修几年",
    "发什么快递",
    "谢谢",
    "新疆邮费多少",
)
TURNS_A_CONVERSATION = 10


@dataclass(frozen=True)
class Bot:
    """A running bot: how to start it, ask whether it is ready, and send it a message."""

    name: str
    command: list[str]
    folder: Path
    environment: dict[str, str]
    ready: Callable[[], bool]
    send: Callable[[requests.Session, str, str], None]


@dataclass(frozen=True)
class Figures:
    """Seconds, turns a second, megabytes."""

    start: float
    median: float
    p95: float
    one_client: float
    eight_clients: float
    memory: float


def measure(bot: Bot, turns: int) -> Figures:
    began = time.perf_counter()
    with (bot.folder / f"{bot.name}.log").open("wb") as log:
        process = subprocess.Popen(
            bot.command,
            cwd=ROOT if bot.name == "nightdesk" else bot.folder,
            env=bot.environment,
            stdout=log,
            stderr=log,
        )
    try:
        while not bot.ready():
            if process.poll() is not None or time.perf_counter() - began > 300:
                raise SystemExit(f"{bot.name} did not start; see {bot.folder}")
            time.sleep(0.2)
        start = time.perf_counter() - began
        _client(bot, TURNS_A_CONVERSATION * 2)
        seconds = _client(bot, turns)
        eight = _eight(bot, turns)
        return Figures(
            start=start,
            median=statistics.median(seconds),
            p95=sorted(seconds)[int(len(seconds) * 0.95)],
            one_client=len(seconds) / sum(seconds),
            eight_clients=eight,
            memory=_memory(process.pid),
        )
    finally:
        process.terminate()
        process.wait(30)


def _client(bot: Bot, turns: int) -> list[float]:
    """One client, a new conversation every ten turns; the seconds of each turn."""
    session, seconds = requests.Session(), []
    for turn in range(turns):
        if turn % TURNS_A_CONVERSATION == 0:
            conversation = uuid.uuid4().hex
        began = time.perf_counter()
        bot.send(session, conversation, MESSAGES[turn % len(MESSAGES)])
        seconds.append(time.perf_counter() - began)
    return seconds


def _eight(bot: Bot, turns: int) -> float:
    began = time.perf_counter()
    with ThreadPoolExecutor(8) as pool:
        done = sum(len(times) for times in pool.map(lambda _: _client(bot, turns // 4), range(8)))
    return done / (time.perf_counter() - began)


def _memory(pid: int) -> float:
    """Megabytes of a process and all below it."""
    total = 0
    for process in _tree(pid):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def _tree(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid] + [below for child in children for below in _tree(int(child))]


def nightdesk(folder: Path, port: int) -> Bot:
    environment = {
        **os.environ,
        **QUIET,
        "NIGHTDESK_DATA": str(folder),
        "NIGHTDESK_PORT": str(port),
        "NIGHTDESK_RASA_PORT": str(port + 1),
        "NIGHTDESK_ACTIONS_PORT": str(port + 2),
        "NIGHTDESK_API_TOKEN": "bench",
        "NIGHTDESK_CLOCK": "2026-11-21T21:04:00+08:00",
    }
    url = f"http://127.0.0.1:{port}"

    def send(session: requests.Session, conversation: str, text: str) -> None:
        body = {"conversation": conversation, "message_id": uuid.uuid4().hex, "text": text}
        headers = {"Authorization": "Bearer bench"}
        answer = session.post(f"{url}/api/messages", json=body, headers=headers, timeout=60).json()
        if not answer["turn"]["questions"]:
            raise SystemExit(f"Nightdesk did not answer “{text}” from facts: {answer}")

    command = [str(Path(".venv/bin/python").absolute()), "-m", "bot.cli", "run"]
    return Bot("nightdesk", command, folder, environment, _answers(f"{url}/readyz"), send)


def stock(folder: Path, model: Path, port: int) -> Bot:
    url = f"http://127.0.0.1:{port}"

    def send(session: requests.Session, conversation: str, text: str) -> None:
        answer = session.post(
            f"{url}/webhooks/rest/webhook", json={"sender": conversation, "message": text}, timeout=60
        )
        answer.raise_for_status()

    environment = {**os.environ, **QUIET}
    return Bot("stock", run_command(model, port), folder, environment, _answers(f"{url}/webhooks/rest/"), send)


def _answers(url: str) -> Callable[[], bool]:
    def ready() -> bool:
        try:
            return requests.get(url, timeout=2).ok
        except requests.RequestException:
            return False

    return ready


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--turns", type=int, default=200, help="turns of the one client; eight send twice as many together"
    )
    parser.add_argument(
        "--epochs", type=int, default=100, help="epochs of the stock bot; its speed does not hang on them"
    )
    parser.add_argument("--stock-folder", type=Path, default=ROOT / "var" / "stock")
    parser.add_argument("--port", type=int, default=8900)
    chosen = parser.parse_args()
    model = make_stock_bot(chosen.stock_folder.absolute(), chosen.epochs)
    with tempfile.TemporaryDirectory() as folder:
        ours = measure(nightdesk(Path(folder), chosen.port), chosen.turns)
        theirs = measure(stock(Path(folder), model, chosen.port + 5), chosen.turns)
    print(f"{'':24}{'stock':>10}{'nightdesk':>12}{'ratio':>8}")
    for name, a, b in (
        ("turn, median (ms)", theirs.median * 1000, ours.median * 1000),
        ("turn, p95 (ms)", theirs.p95 * 1000, ours.p95 * 1000),
        ("turns/s, 1 client", theirs.one_client, ours.one_client),
        ("turns/s, 8 clients", theirs.eight_clients, ours.eight_clients),
        ("memory (MB)", theirs.memory, ours.memory),
        ("start-up (s)", theirs.start, ours.start),
    ):
        print(f"{name:24}{a:10.1f}{b:12.1f}{b / a:8.2f}")


if __name__ == "__main__":
    main()
