"""Publishing while buyers write: `python -m bench.publishing`.

In a copy of the project, with the whole system running, so many messages a second are sent, of conversations of ten. After
a while of that, a changed word is published with a model (the present one under the changed draft's name: what is measured
is the switch, not the training), and the sending goes on. Told are the answering times before and meanwhile, and that
every message has exactly one turn, from the database. `--usual` sends without publishing, for what the machine does alone.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from bench.turns import MESSAGES, SHORT_CONVERSATION
from bot.adapters.models import model_name
from bot.adapters.processes import QUIET_AND_FAST
from bot.settings import ROOT

COPIED = ("bot", "bench", "actions", "shop", "data", "tests")
CLIENTS = 64
SORRY = ("不好意思", "sorry")
SAVE = """
import shutil
from bot import bootstrap
from bot.adapters.models import model_name
from bot.content import yaml_text
from bot.core.content import Edit
bench = bootstrap.workbench()
tree = bench.draft_tree()
said = yaml_text.value(tree["domain.yml"])["responses"]["utter_thanks"][0]["text"]
bench.save([Edit("domain.yml", ("responses", "utter_thanks", "0", "text"), None, said, said + "～")], "bench")
live, draft = (bootstrap.settings().models / model_name(one) for one in (tree, bench.draft_tree()))
shutil.copy(live, draft)
"""


@dataclass(frozen=True)
class Sent:
    """A message that was sent: when (seconds from the start), how long its answer took, and whether it was one."""

    id: str
    at: float
    seconds: float
    answered: bool


class Buyers:
    """Send so many messages a second, whether or not earlier ones are answered, until they are stopped."""

    def __init__(self, url: str, rate: float):
        self._url, self._rate, self._stop = url, rate, threading.Event()
        self._began = time.perf_counter()
        self.sent: list[Sent] = []
        self._thread = threading.Thread(target=self._run)
        self._local = threading.local()
        self._thread.start()

    @property
    def now(self) -> float:
        return time.perf_counter() - self._began

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        talks = [uuid.uuid4().hex for _ in range(max(1, int(self._rate * 2)))]
        number = 0
        with ThreadPoolExecutor(CLIENTS) as pool:
            while not self._stop.is_set():
                due = number / self._rate - self.now
                if due > 0:
                    time.sleep(due)
                place = number % len(talks)
                if number and number % (len(talks) * SHORT_CONVERSATION) < len(talks):
                    talks[place] = uuid.uuid4().hex
                pool.submit(self._send, talks[place], MESSAGES[number % len(MESSAGES)])
                number += 1

    def _send(self, conversation: str, text: str) -> None:
        session = self._local.__dict__.setdefault("session", requests.Session())
        id, at, answered = uuid.uuid4().hex, self.now, False
        try:
            body = {"conversation": conversation, "message_id": id, "text": text}
            told = session.post(self._url, json=body, headers={"Authorization": "Bearer bench"}, timeout=60)
            replies = told.json()["replies"] if told.ok else []
            answered = bool(replies) and not any(word in replies[0]["text"].lower() for word in SORRY)
        except (requests.RequestException, ValueError, KeyError):
            pass
        self.sent.append(Sent(id, at, self.now - at, answered))


def copy_project(folder: Path) -> Path:
    project = folder / "nightdesk"
    for name in COPIED:
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in ROOT.glob("*.yml"):
        shutil.copy(path, project / path.name)
    (project / "models").mkdir()
    return project


@contextmanager
def running(project: Path, environment: dict[str, str], url: str) -> Iterator[subprocess.Popen]:
    with (project.parent / "log.txt").open("wb") as log:
        command = [sys.executable, "-m", "bot.cli", "run"]
        process = subprocess.Popen(command, cwd=project, env=environment, stdout=log, stderr=log)
    try:
        until = time.monotonic() + 600
        while not _ready(url):
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"It did not start:\n{(project.parent / 'log.txt').read_text()[-3000:]}")
            time.sleep(0.5)
        yield process
    finally:
        process.terminate()
        process.wait(60)


def _ready(url: str) -> bool:
    try:
        return requests.get(f"{url}/readyz", timeout=5).ok
    except requests.RequestException:
        return False


def figures(sent: list[Sent]) -> tuple[float, float]:
    """Median and 95th percentile, in seconds."""
    seconds = sorted(one.seconds for one in sent)
    return statistics.median(seconds), seconds[int(len(seconds) * 0.95)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=20.0, help="messages a second (20)")
    parser.add_argument("--seconds", type=float, default=30.0, help="how long before publishing, and after (30)")
    parser.add_argument("--reply-seconds", type=float, default=4.0, help="NIGHTDESK_REPLY_SECONDS (4)")
    parser.add_argument("--usual", action="store_true", help="send without publishing")
    parser.add_argument("--model", type=Path, help="a model of the present files; else models/ holds it")
    chosen = parser.parse_args()
    model = chosen.model or ROOT / "models" / model_name()
    if not model.is_file():
        raise SystemExit(f"{model} is not there; `nightdesk train` makes it.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project = copy_project(folder)
        shutil.copy(model, project / "models" / model_name())
        environment, url = _environment(folder, chosen.reply_seconds)
        with running(project, environment, url):
            told = measure(project, environment, url, chosen.rate, chosen.seconds, not chosen.usual)
    return told


def measure(project: Path, environment: dict[str, str], url: str, rate: float, seconds: float, publishes: bool) -> int:
    """Prints the figures. Gives 1 where a message was lost, answered twice or not answered."""
    buyers = Buyers(f"{url}/api/messages", rate)
    time.sleep(seconds / 3)
    warm = buyers.now
    time.sleep(seconds)
    began = buyers.now
    if publishes:
        _step(project, environment, "-c", SAVE)
        began = buyers.now
        _step(project, environment, "-m", "bot.cli", "content", "publish", "-m", "bench", "--pass", "bench")
    took = buyers.now - began
    time.sleep(seconds)
    buyers.stop()
    usual = [one for one in buyers.sent if warm <= one.at < began - 10 * publishes]
    meanwhile = [one for one in buyers.sent if began <= one.at < began + took + 10]
    print(
        f"{rate:.0f} messages a second; publishing took {took:.0f} s" if publishes else f"{rate:.0f} messages a second"
    )
    for told, sent in (("usual", usual), ("while publishing", meanwhile if publishes else [])):
        if sent:
            median, p95 = figures(sent)
            print(f"{told:18} {len(sent):6} messages   median {median * 1000:6.0f} ms   p95 {p95 * 1000:6.0f} ms")
    if publishes and usual and meanwhile:
        print(f"p95 while publishing / usual: {figures(meanwhile)[1] / figures(usual)[1]:.2f}")
    return _counted(buyers.sent, environment)


def _counted(sent: list[Sent], environment: dict[str, str]) -> int:
    with closing(sqlite3.connect(Path(environment["NIGHTDESK_DATA"]) / "nightdesk.sqlite")) as connection:
        query = "select m.message_id, count(t.message) from messages m left join turns t on t.message = m.id "
        turns = dict(connection.execute(query + "where m.sender = 'buyer' group by m.id"))
        versions = connection.execute("select number, kind, state from content_versions").fetchall()
    lost = [one for one in sent if turns.get(one.id, 0) == 0]
    twice = [one for one in sent if turns.get(one.id, 0) > 1]
    sorry = [one for one in sent if not one.answered]
    print(f"{len(sent)} sent, {len(lost)} lost, {len(twice)} answered twice, {len(sorry)} without a real answer")
    print("versions:", ", ".join(f"{number} {kind} {state}" for number, kind, state in versions))
    return 1 if lost or twice or sorry else 0


def _step(project: Path, environment: dict[str, str], *arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], cwd=project, env=environment, check=True)


def _environment(folder: Path, reply_seconds: float) -> tuple[dict[str, str], str]:
    ports = dict(zip(("PORT", "RASA_PORT", "RASA_SECOND_PORT", "ACTIONS_PORT"), _free_ports(4)))
    data = folder / "data"
    data.mkdir()
    given = {name: value for name, value in os.environ.items() if not name.startswith("NIGHTDESK_")}
    given |= {**QUIET_AND_FAST, **{f"NIGHTDESK_{name}": str(port) for name, port in ports.items()}}
    given |= {"NIGHTDESK_DATA": str(data), "NIGHTDESK_API_TOKEN": "bench"}
    given |= {"NIGHTDESK_REPLY_SECONDS": str(reply_seconds)}
    return given, f"http://127.0.0.1:{ports['PORT']}"


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


if __name__ == "__main__":
    sys.exit(main())
