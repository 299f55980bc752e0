"""Kills processes at random under load, and looks whether the promises held: `python -m bench.kills --kills 200`.

The system runs as `nightdesk run` starts it, in a folder of its own. Buyers and agents use it meanwhile. When the killing is
over, what the clients heard is compared with what the database holds. The exit code is 1 where a promise broke.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psutil
import requests
from argon2 import PasswordHasher

from bench.kills_checks import broken
from bench.kills_load import Load
from bench.kills_report import Kill, Report, section, write
from bench.report import as_text, check_document
from bot.adapters.agents import Agents
from bot.adapters.database import Database
from bot.adapters.migrations import migrate
from bot.ports import StoreError
from bot.settings import ROOT
from tests.conftest import PASSWORD, TOKEN, Stack, make_stack
from tests.front.promises import all_rows, watch

MODULES = {"front": "bot.serve", "Rasa": "bot.engine.serve", "its keeper": "bot.keeper", "actions": "bot.skill.server"}
WRITING = "front, as it writes"
DATABASE = "database"
CHANCES = {
    "sqlite": {"front": 8, WRITING: 10, "Rasa": 5, "its keeper": 1, "actions": 8},
    "postgresql": {"front": 8, "Rasa": 5, "its keeper": 1, "actions": 8, DATABASE: 10},
}
"""How often each is killed, against the others."""

PAUSE = (0.2, 2.0)
"""Seconds between a recovery and the next kill."""

AT_ONCE = 0.5
"""Of the kills, those that do not wait until all is well again."""

RECOVERS_WITHIN = 120.0
SETTLES_WITHIN = 90.0
"""Seconds after the last kill; longer than a notice waits whose sender died (bot/front/telling.py: TAKEN_FOR)."""

DATABASE_AWAY = (0.3, 3.0)
"""Seconds until whoever keeps the database starts it again."""

ROBOT = "robots:\n  - {name: g, service: webhook, language: zh, per_minute: 6000}\n"
PEOPLE = ("anna", "bo")


# --- what is killed ----------------------------------------------------------------------------------------------


class Postgres:
    """A real server, started again by hand as its own service manager would."""

    def __init__(self, folder: Path):
        import pgserver

        self._server = pgserver.get_server(folder, cleanup_mode="stop")
        self.url = self._server.get_uri()

    def kill(self) -> None:
        """The server and all that it has started, at once."""
        first = psutil.Process(self._server.get_pid())
        for process in (first, *first.children(recursive=True)):
            _kill(process)
        psutil.wait_procs([first], 10)

    def start(self) -> None:
        for _ in range(20):
            try:
                return self._server.ensure_postgres_running()
            except Exception:  # what was killed holds its memory for a moment
                time.sleep(0.5)
        raise SystemExit("PostgreSQL does not start again.")

    def stop(self) -> None:
        self._server.cleanup()


class Killing:
    """Kills at random, and notes when all is well again."""

    def __init__(self, stack: Stack, postgres: Postgres | None, chance: random.Random):
        self._stack, self._postgres, self._chance = stack, postgres, chance
        self.kills: list[Kill] = []

    def kill(self, chances: Mapping[str, int]) -> None:
        what = self._chance.choices(list(chances), list(chances.values()))[0]
        if what == DATABASE:
            assert self._postgres is not None
            self.kills.append(Kill(what, time.monotonic()))
            self._postgres.kill()
            time.sleep(self._chance.uniform(*DATABASE_AWAY))
            return self._postgres.start()
        process = self._process(MODULES["front" if what == WRITING else what])
        if process is None:
            return  # it is not there yet
        if what == WRITING:
            self._wait_for_writing()
        self.kills.append(Kill(what, time.monotonic()))
        _kill(process)
        psutil.wait_procs([process], 5)

    def recover(self) -> None:
        """Waits until all processes are there and a message would be answered."""
        until = time.monotonic() + RECOVERS_WITHIN
        while time.monotonic() < until:
            time.sleep(0.2)
            if self._ready() and all(self._process(module) for module in MODULES.values()):
                for kill in self.kills:
                    if kill.recovered is None:
                        kill.recovered = time.monotonic() - kill.at
                return

    def _wait_for_writing(self) -> None:
        """Until the database's log grows: a transaction is being written at this moment."""
        log = self._stack.data / "nightdesk.sqlite-wal"
        seen, until = _written(log), time.monotonic() + 5
        while _written(log) == seen and time.monotonic() < until:
            pass

    def _process(self, module: str) -> psutil.Process | None:
        assert self._stack.process is not None
        for pid in _below(self._stack.process.pid):
            with suppress(OSError, psutil.Error):
                if module in Path(f"/proc/{pid}/cmdline").read_text().split("\0"):
                    return psutil.Process(pid)
        return None

    def _ready(self) -> bool:
        try:
            return requests.get(f"{self._stack.url}/readyz", timeout=5).status_code == 200
        except requests.RequestException:
            return False


def _written(log: Path) -> tuple[int, int]:
    try:
        found = log.stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


def _below(pid: int) -> list[int]:
    """The processes that it, and what it started, have started."""
    children: list[int] = []
    for thread in Path(f"/proc/{pid}/task").glob("*"):
        with suppress(OSError):
            children += map(int, (thread / "children").read_text().split())
    return [*children, *(one for child in children for one in _below(child))]


def _kill(process: psutil.Process) -> None:
    with suppress(ProcessLookupError):
        os.kill(process.pid, signal.SIGKILL)


# --- the run -----------------------------------------------------------------------------------------------------


def run(
    kills: int,
    seed: int,
    database: str = "sqlite",
    minutes: float = 600.0,
    buyers: int = 8,
    settles_within: float = SETTLES_WITHIN,
    chances: Mapping[str, int] | None = None,
    show: Callable[[str], None] = lambda _: None,
) -> Report:
    """Kills so often, or for so many minutes, and gives what came of it."""
    chance, report = random.Random(seed), Report()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kills", ignore_cleanup_errors=True)))
        told, address = stack.enter_context(robot())
        postgres = _postgres(folder / "pg", stack) if database == "postgresql" else None
        running, store = _prepare(folder, address, postgres)
        stack.callback(running.stop)
        running.start()
        load = Load(running.url, TOKEN, dict.fromkeys(PEOPLE, PASSWORD), store, buyers, seed)
        killing = Killing(running, postgres, chance)
        began = time.monotonic()
        load.start()
        try:
            while len(killing.kills) < kills and time.monotonic() - began < minutes * 60:
                time.sleep(chance.uniform(*PAUSE))
                killing.kill(chances or CHANCES[database])
                if chance.random() >= AT_ONCE:
                    killing.recover()
                    show(_line(killing.kills, began))
                    if killing.kills and killing.kills[-1].recovered is None:
                        break
            killing.recover()
        finally:
            load.stop(RECOVERS_WITHIN)
        _settle(store, told, settles_within)
        rows = all_rows(store)
        log = running.log.read_bytes()
    report.kills, report.seconds = killing.kills, time.monotonic() - began
    report.broken, report.faults, report.acts = broken(rows, load.sent, told), load.faults, load.acts
    report.messages, report.waited = len(load.sent), max((one.waited for one in load.sent), default=0.0)
    report.repeated = sum(one.attempts > 1 for one in load.sent)
    report.answers = Counter(_outcome(turn) for turn in rows["turns"])
    report.answers["handoffs"] = len(rows["handoffs"])
    if not report.held:
        (kept := Path(tempfile.gettempdir()) / f"kills-{database}-{seed}.log").write_bytes(log)
        show(f"a promise broke; the system's log is {kept}")
    return report


def _outcome(turn: Mapping[str, Any]) -> str:
    if "left_to" in turn["record"]:
        return "left to a person"
    return "told that nothing can be answered now, and no more" if turn["record"].get("later") else "answered"


def _postgres(folder: Path, stack: ExitStack) -> Postgres:
    made = Postgres(folder)
    stack.callback(made.stop)
    return made


def _prepare(folder: Path, robot: str, postgres: Postgres | None) -> tuple[Stack, Database]:
    """The system, not started yet, with people at its desk, a robot that is told, and a database that watches the bot."""
    shop = Path(shutil.copytree(ROOT / "shop", folder / "shop"))
    desk = (shop / "desk.yml").read_text(encoding="utf-8")
    (shop / "desk.yml").write_text(desk.replace("robots: []\n", ROBOT), encoding="utf-8")
    data = folder / "data"
    data.mkdir()
    robots = data / "robots.yml"
    robots.write_text(json.dumps({"g": {"address": robot, "secret": "s"}}))
    robots.chmod(0o600)
    given = {"shop": str(shop), "private_webhooks": "1", "buyer_limit": "0", "address_limit": "0", "api_limit": "0"}
    running = make_stack(data, **given, **({"database": postgres.url} if postgres else {}))
    del running.environment["NIGHTDESK_CLOCK"]
    store = Database(postgres.url if postgres else f"sqlite:///{data / 'nightdesk.sqlite'}")
    migrate(store)
    watch(store)
    for name in PEOPLE:
        Agents(store).save(name, PasswordHasher().hash(PASSWORD), "agent")
    return running, store


def _settle(store: Database, told: set[str], within: float) -> None:
    """Gives the system time to answer what was left, and to tell the team what is due."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        try:
            rows = all_rows(store)
        except StoreError:
            rows = {}
        turned = {turn["message"] for turn in rows.get("turns", ())}
        left = [row for row in rows.get("messages", ()) if row["sender"] == "buyer" and row["id"] not in turned]
        owed = [turn for turn in rows.get("turns", ()) if turn["record"].get("later")]
        due = [row for row in rows.get("outbox", ()) if row["state"] in ("due", "sending")]
        if rows and not left and not due and (not owed or until - time.monotonic() < within - 10):
            return
        time.sleep(0.5)


@contextmanager
def robot() -> Iterator[tuple[set[str], str]]:
    """The team's chat group: takes what it is told, and says no now and then. Gives the keys that it was told, and its address."""
    told: set[str] = set()
    chance = random.Random(0)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            fine = chance.random() > 0.02
            if fine:
                told.update(notice["key"] for notice in body["notices"])
            self.send_response(200 if fine else 503)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield told, f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


# --- what is told ------------------------------------------------------------------------------------------------


def _line(kills: list[Kill], began: float) -> str:
    last = kills[-1] if kills else None
    return f"{time.monotonic() - began:6.0f} s  {len(kills):4} kills  {last.what if last else ''}: {_seconds([last]) if last else ''}"


def _seconds(kills: list[Kill]) -> str:
    return ", ".join("never" if kill.recovered is None else f"{kill.recovered:.1f} s" for kill in kills)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=tuple(CHANCES), default="sqlite")
    parser.add_argument("--minutes", type=float, default=600.0, help="at most")
    parser.add_argument("--report", type=Path, help="a document whose measured part is written")
    chosen = parser.parse_args()
    if chosen.report:
        check_document(chosen.report)
    show = lambda line: print(line, flush=True)  # noqa: E731
    report = run(chosen.kills, chosen.seed, chosen.database, chosen.minutes, show=show)
    told = section(report, chosen.database, chosen.seed)
    print(as_text([told]))
    for name, cases in {**report.broken, "faults": report.faults}.items():
        for case in cases[:10]:
            print(f"{name}: {case}", file=sys.stderr)
    if chosen.report:
        write(chosen.report, told)
    return 0 if report.held else 1


if __name__ == "__main__":
    sys.exit(main())
