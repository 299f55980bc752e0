"""What more processes give: one front and one Rasa worker against two of each, on PostgreSQL and Redis, in one run.

Both stand side by side on this machine and are measured by turns, round after round, with the same messages. Beside the
turns a second stands what the processes used of the processor: on one machine its cores bind sooner or later.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import cycle, islice
from pathlib import Path

import pgserver
import requests

from bench.report import Section, Table, as_markdown, as_text, check_document, write_between
from bench.several import Several, cpu_of, several
from bench.turns import MESSAGES, SHORT_CONVERSATION

NAME = "scale"
CLIENTS = (8, 32)
SIDES = {"one of each": 1, "two of each": 2}
"""Fronts and Rasa workers."""

AIM = 1.6


@dataclass(frozen=True)
class Found:
    """Turns a second, p99 in milliseconds, and how many cores each kind of process kept busy."""

    rate: float
    p99: float
    cores: Mapping[str, float]


def measure(one: Several, postgres: int, clients: int, turns: int) -> Found:
    each = max(SHORT_CONVERSATION, turns // clients)
    before, began = _cpu(one, postgres), time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        took = [ms for found in pool.map(lambda number: _client(one, number, each), range(clients)) for ms in found]
    seconds, after = time.perf_counter() - began, _cpu(one, postgres)
    cores = {name: (after[name] - before[name]) / seconds for name in after}
    return Found(len(took) / seconds, sorted(took)[min(len(took) - 1, len(took) * 99 // 100)], cores)


def _client(one: Several, number: int, turns: int) -> list[float]:
    """Short conversations one after the other, at one of the fronts, as behind a balancer."""
    session, took = requests.Session(), []
    for _ in range(max(1, turns // SHORT_CONVERSATION)):
        talk = f"scale-{uuid.uuid4().hex}"
        for text in islice(cycle(MESSAGES), SHORT_CONVERSATION):
            began = time.perf_counter()
            answer = one.say(talk, text, number % len(one.urls), session=session)
            took.append((time.perf_counter() - began) * 1000)
            if not answer["turn"]["questions"]:
                raise SystemExit(f"“{text}” was not understood: {answer}")
    return took


def _cpu(one: Several, postgres: int) -> dict[str, float]:
    clients = os.times()
    return {
        "fronts": sum(part.cpu() for part in one.fronts),
        "Rasa": sum(part.cpu() for part in one.workers),
        "actions": one.actions.cpu(),
        "PostgreSQL": cpu_of(postgres),
        "Redis": one.redis.cpu(),
        "clients": clients.user + clients.system,
    }


def compare(rounds: int, turns: int) -> dict[tuple[str, int], list[Found]]:
    """What each round found, by side and number of clients."""
    found: dict[tuple[str, int], list[Found]] = {(side, n): [] for side in SIDES for n in CLIENTS}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pg")))
        server, pid = stack.enter_context(_postgres(folder / "pg"))
        sides = {side: stack.enter_context(_side(folder, server, count)) for side, count in SIDES.items()}
        for up in sides.values():
            measure(up, pid, 4, 80)  # warms up
        for number in range(rounds):
            for clients in CLIENTS:
                for side in sorted(sides, reverse=bool(number % 2)):
                    found[side, clients].append(measure(sides[side], pid, clients, turns))
    return found


@contextmanager
def _postgres(folder: Path) -> Iterator[tuple[pgserver.PostgresServer, int]]:
    server = pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield server, int((folder / "postmaster.pid").read_text().split()[0])
    finally:
        server.cleanup()


@contextmanager
def _side(folder: Path, server: pgserver.PostgresServer, count: int) -> Iterator[Several]:
    name = f"side{count}"
    server.psql(f"create database {name};")
    with several(folder / name, server.get_uri(name), count, count, reply_seconds="30", api_limit="0") as made:
        yield made


def sections(found: Mapping[tuple[str, int], Sequence[Found]]) -> list[Section]:
    one, two = SIDES
    turns, used, names = [], [], tuple(found[one, CLIENTS[0]][0].cores)
    for clients in CLIENTS:
        a, b = found[one, clients], found[two, clients]
        ratios = [y.rate / x.rate for x, y in zip(a, b)]
        spread = f"{min(ratios):.2f}–{max(ratios):.2f}"
        rates = [f"{statistics.median(x.rate for x in side):.1f}" for side in (a, b)]
        slow = [f"{statistics.median(x.p99 for x in side):.0f}" for side in (a, b)]
        turns.append(
            (f"turns a second, {clients} clients", *rates, f"{statistics.median(ratios):.2f}", spread, f"≥ {AIM}")
        )
        turns.append((f"p99 (ms), {clients} clients", *slow, "", "", ""))
        for side in SIDES:
            cores = {name: statistics.median(x.cores[name] for x in found[side, clients]) for name in names}
            cells = [f"{value:.2f}" for value in cores.values()]
            used.append((f"{side}, {clients} clients", *cells, f"{sum(cores.values()):.2f}"))
    head = ("", *SIDES, "ratio", "of the rounds", "aim")
    cost = {name: statistics.median(1000 * x.cores[name] / x.rate for x in found[one, CLIENTS[0]]) for name in names}
    cells = [f"{value:.1f}" for value in cost.values()]
    whole = sum(cost.values())
    bounds = {count: min(cores_here() * 1000 / whole, count * 1000 / cost["Rasa"]) for count in SIDES.values()}
    binds = (
        f"A turn costs {whole:.1f} ms of a processor, {cost['Rasa']:.1f} of them in Rasa, which uses one core a worker. So this "
        f"machine's {cores_here()} cores, with nothing else to do, allow at most {bounds[1]:.0f} turns a second with one worker "
        f"and {bounds[2]:.0f} with two (arithmetic): {bounds[2] / bounds[1]:.2f} times."
    )
    return [
        Section("One and two of each", (Table(head, tuple(turns)),)),
        Section("Processor: cores kept busy", (Table(("", *names, "all"), tuple(used)),)),
        Section("What binds", (Table(("ms a turn", *names, "all"), (("", *cells, f"{whole:.1f}"),)), binds)),
    ]


def cores_here() -> int:
    return len(os.sched_getaffinity(0))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--turns", type=int, default=640, help="of all clients together, in each measurement")
    parser.add_argument("--report", type=Path, help="the document to write the results into")
    asked = parser.parse_args()
    if asked.report:
        check_document(asked.report, NAME)
    load = os.getloadavg()[0]
    told = sections(compare(asked.rounds, asked.turns))
    about = (
        f"Measured on {date.today()}, {os.cpu_count()} cores; load of the machine before {load:.1f}. {asked.rounds} rounds of "
        f"{asked.turns} turns; medians, ratios within a round."
    )
    print(about, as_text(told), sep="\n")
    if asked.report:
        write_between(asked.report, f"{about}\n\n{as_markdown(told, {})}", NAME)


if __name__ == "__main__":
    main()
