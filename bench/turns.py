"""How fast a turn is, and what it costs: all of Nightdesk against a stock Rasa bot, in one run: `make bench`.

Both get the same messages from the same clients on this machine. They run side by side and are measured by turns, round
after round, so that what else the machine does meets both; each figure is the median of the rounds, each ratio the
median of the rounds' ratios. Nightdesk answers from facts, through front, Rasa and actions, and keeps the turn on disk;
the stock bot says one fixed sentence.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import tempfile
import time
import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, fields
from datetime import date
from itertools import cycle, islice
from pathlib import Path

import requests

from bench.charts import draw_turns
from bench.made_up_shop import write_shop
from bench.report import Section, Table, as_markdown, as_text, check_document, link, write_between
from bench.serving import Bot, Running, nightdesk, running, stock
from bench.stock import make_stock_bot
from bot.settings import ROOT

MESSAGES = (
    "料理机能和面吗",
    "Y915有货吗",
    "今天拍几天到北京",
    "羽绒服165 52公斤穿多大",
    "空气炸锅多少钱",
    "is the white kettle in stock",
    "保修几年",
    "发什么快递",
    "料理机是正品吗",
    "新疆邮费多少",
)
SHORT_CONVERSATION, LONG_CONVERSATION = 10, 104
LARGE_SHOP = 25_000
"""Products, of four variants each."""


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    rounds: int
    starts: int
    turns: int
    """Turns of the one client in short conversations, and of each number of clients together."""

    long_run: int
    conversations: int


WHOLE = Size(rounds=5, starts=5, turns=320, long_run=50_000, conversations=2_000)
SHORT = Size(rounds=3, starts=1, turns=120, long_run=3_000, conversations=120)


@dataclass(frozen=True)
class Round:
    """What one round found of one bot: milliseconds, turns a second."""

    first: float
    tenth: float
    hundredth: float
    one_client: float
    eight_clients: float
    eight_p99: float
    many_clients: float
    many_p99: float
    curve: tuple[float, ...]
    """Each turn of a long conversation."""


def measure_round(bot: Bot, turns: int) -> Round:
    took = _client(bot, turns)
    long = _conversation(requests.Session(), bot, LONG_CONVERSATION)
    eight, eight_rate = _clients(bot, 8, turns)
    many, many_rate = _clients(bot, 32, turns)
    return Round(
        first=statistics.median(took),
        tenth=statistics.median(long[7:12]),
        hundredth=statistics.median(long[-9:]),
        one_client=1000 * len(took) / sum(took),
        eight_clients=eight_rate,
        eight_p99=_percentile(eight, 99),
        many_clients=many_rate,
        many_p99=_percentile(many, 99),
        curve=tuple(long),
    )


def _client(bot: Bot, turns: int) -> list[float]:
    """Short conversations one after the other."""
    session = requests.Session()
    return [
        ms for _ in range(max(1, turns // SHORT_CONVERSATION)) for ms in _conversation(session, bot, SHORT_CONVERSATION)
    ]


def _clients(bot: Bot, count: int, turns: int) -> tuple[list[float], float]:
    """So many clients at once: milliseconds of each turn, and turns a second."""
    each = max(SHORT_CONVERSATION, turns // count)
    began = time.perf_counter()
    with ThreadPoolExecutor(count) as pool:
        took = [ms for found in pool.map(lambda _: _client(bot, each), range(count)) for ms in found]
    return took, len(took) / (time.perf_counter() - began)


def _conversation(session: requests.Session, bot: Bot, turns: int) -> list[float]:
    conversation, took = f"bench-{uuid.uuid4().hex}", []
    for text in islice(cycle(MESSAGES), turns):
        began = time.perf_counter()
        bot.send(session, conversation, text)
        took.append((time.perf_counter() - began) * 1000)
    return took


def _percentile(values: Sequence[float], percent: int) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


def compare(bots: Sequence[Bot], size: Size) -> tuple[dict[str, list[Round]], dict[str, float]]:
    """The rounds of each bot, and its megabytes after them."""
    with ExitStack() as stack:
        up = [stack.enter_context(running(bot)) for bot in bots]
        for one in up:
            _clients(one.bot, 4, 40)
        rounds: dict[str, list[Round]] = {bot.name: [] for bot in bots}
        for number in range(size.rounds):
            for one in up if number % 2 else reversed(up):
                rounds[one.bot.name].append(measure_round(one.bot, size.turns))
        return rounds, {one.bot.name: one.memory() for one in up}


def starts(bots: Sequence[Bot], times: int) -> dict[str, list[float]]:
    """Seconds of each start, the bots in turn, nothing else of ours running."""
    found: dict[str, list[float]] = {bot.name: [] for bot in bots}
    for _ in range(times):
        for bot in bots:
            with running(bot) as up:
                found[bot.name].append(up.start)
    return found


def long_run(one: Running, turns: int, conversations: int) -> list[tuple[int, float]]:
    """Megabytes after each tenth of so many turns, spread over conversations that eight clients take up again and again."""
    names = [f"long-{uuid.uuid4().hex}" for _ in range(conversations)]

    def client(turns_of_one: range) -> None:
        session = requests.Session()
        for turn in turns_of_one:
            one.bot.send(session, names[turn % conversations], MESSAGES[(turn // conversations + turn) % len(MESSAGES)])

    found, step = [], turns // 10
    for done in range(step, turns + 1, step):
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(client, (range(done - step + number, done, 8) for number in range(8))))
        found.append((done, one.memory()))
    return found


def large_shop(folder: Path, port: int, size: Size) -> tuple[float, float, float]:
    """Median milliseconds of a turn in the demo shop and in one of 100,000 variants, and the median of the rounds' ratios."""
    write_shop(ROOT / "shop", folder / "shop", LARGE_SHOP)
    bots = (
        nightdesk(folder / "small", port),
        nightdesk(folder / "large", port + 3, folder / "shop", name="large shop"),
    )
    with ExitStack() as stack:
        up = [stack.enter_context(running(bot)) for bot in bots]
        pairs = [[statistics.median(_client(one.bot, size.turns // 2)) for one in up] for _ in range(size.rounds + 1)]
    small, large = zip(*pairs[1:])  # the first round warms up
    return statistics.median(small), statistics.median(large), statistics.median(b / a for a, b in pairs[1:])


# --- what is told ------------------------------------------------------------------------------------------------------

_FIGURES = (
    ("a turn, median (ms)", "first", 0.35),
    ("the tenth turn of a conversation (ms)", "tenth", None),
    ("the hundredth turn of a conversation (ms)", "hundredth", 0.12),
    ("turns a second, 1 client", "one_client", None),
    ("turns a second, 8 clients", "eight_clients", 4),
    ("p99 with 8 clients (ms)", "eight_p99", None),
    ("turns a second, 32 clients", "many_clients", 4),
    ("p99 with 32 clients (ms)", "many_p99", 0.3),
)
"""Title, field of a round, and the ratio that is aimed at."""


def told(ours: Sequence[Round], theirs: Sequence[Round]) -> list[tuple[str, ...]]:
    rows = []
    for title, name, aim in _FIGURES:
        a, b = ([getattr(one, name) for one in rounds] for rounds in (theirs, ours))
        rows.append(_row(title, statistics.median(a), statistics.median(b), [y / x for x, y in zip(a, b)], aim))
    return rows


def _row(title: str, a: float, b: float, ratios: Sequence[float], aim: float | None) -> tuple[str, ...]:
    least = "≥" if aim and aim > 1.5 else "≤"
    spread = f"{min(ratios):.2f}–{max(ratios):.2f}"
    return title, f"{a:.1f}", f"{b:.1f}", f"{statistics.median(ratios):.2f}", spread, f"{least} {aim:g}" if aim else ""


def sections(found: Mapping[str, object], size: Size) -> list[Section]:
    """The page's tables from what `main` found."""
    head = ("", "stock", "Nightdesk", "ratio", "of the rounds", "aim")
    rounds: dict[str, list[Round]] = found["rounds"]  # type: ignore[assignment]
    ours, theirs = rounds["nightdesk"], rounds["stock"]
    memory: dict[str, float] = found["memory"]  # type: ignore[assignment]
    began: dict[str, list[float]] = found["starts"]  # type: ignore[assignment]
    own = [one.hundredth / one.tenth for one in ours]
    weight = memory["nightdesk"] / memory["stock"]
    ratios = [b / a for a, b in zip(began["stock"], began["nightdesk"])]
    cost = [
        _row("memory of all processes (MB)", memory["stock"], memory["nightdesk"], [weight], 0.75),
        _row("start until ready (s)", *(statistics.median(began[n]) for n in ("stock", "nightdesk")), ratios, 0.6),
    ]
    turns = Table(head, tuple(told(ours, theirs)))
    text = f"Nightdesk's own hundredth turn takes {statistics.median(own):.2f} times its tenth (aim: ≤ 1.2)."
    parts = [Section("Turns", (turns, text), "turns"), Section("What it costs", (Table(head, tuple(cost)),))]
    grown: list[tuple[int, float]] | None = found.get("grown")  # type: ignore[assignment]
    if grown:
        rows = tuple((f"{count:,}", f"{mb:.0f}", f"{mb / grown[0][1]:.2f}") for count, mb in grown)
        text = f"{size.conversations:,} conversations, eight clients; aim: at the end ≤ 1.15 times the first line."
        parts.append(Section("After many turns", (text, Table(("turns", "MB", "times the first"), rows)), "memory"))
    large: tuple[float, float, float] | None = found.get("large")  # type: ignore[assignment]
    if large:
        text = (
            f"A turn takes {large[0]:.1f} ms in the demo shop and {large[1]:.1f} ms in one of {LARGE_SHOP * 4:,} variants: "
            f"{large[2]:.2f} times (aim: ≤ 1.3)."
        )
        parts.append(Section("A large shop", (text,)))
    return parts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="fewer rounds, for a look or a noisy machine")
    parser.add_argument("--without", choices=("long", "large"), nargs="+", default=[], help="what may be left out")
    for field in fields(Size):
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=int)
    parser.add_argument("--epochs", type=int, default=5, help="of the stock bot; its speed does not hang on them")
    parser.add_argument("--stock-folder", type=Path, default=ROOT / "var" / "stock")
    parser.add_argument("--port", type=int, default=8900)
    parser.add_argument("--report", type=Path, help="the document to write the results into")
    parser.add_argument("--pictures", type=Path, default=ROOT / "docs" / "pictures" / "benchmarks")
    asked = parser.parse_args()
    given = SHORT if asked.short else WHOLE
    size = Size(**{f.name: getattr(asked, f.name) or getattr(given, f.name) for f in fields(Size)})
    if asked.report:
        check_document(asked.report)
    found = _measure(asked, size)
    told_of = sections(found, size)
    print(as_text(told_of))
    if asked.report:
        curves = {name: [one.curve for one in rounds] for name, rounds in found["rounds"].items()}  # type: ignore[attr-defined]
        pictures = draw_turns(asked.pictures, curves, found.get("grown") or ())
        links = {name: link(path, asked.report) for name, path in pictures.items()}
        write_between(asked.report, f"{_circumstances(size, asked)}\n\n{as_markdown(told_of, links)}")


def _measure(asked: argparse.Namespace, size: Size) -> dict[str, object]:
    found: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        bots = [nightdesk(folder / "data", asked.port)]
        model = make_stock_bot(asked.stock_folder.absolute(), asked.epochs)
        bots.append(stock(folder, model, asked.port + 10))
        found["starts"] = starts(bots, size.starts)
        found["rounds"], found["memory"] = compare(bots, size)
        if "large" not in asked.without:
            found["large"] = large_shop(folder / "shops", asked.port + 20, size)
        if "long" not in asked.without:
            with running(nightdesk(folder / "long", asked.port + 30)) as one:
                found["grown"] = long_run(one, size.long_run, size.conversations)
    return found


def _circumstances(size: Size, asked: argparse.Namespace) -> str:
    return (
        f"Measured on {date.today()}: {platform.system()}, {platform.machine()}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}; load of the machine at the end {os.getloadavg()[1]:.1f}. {size.rounds} rounds of "
        f"{size.turns} turns, {size.starts} starts; the stock bot trained for {asked.epochs} epochs on the same lines "
        f"(`data/nlu`), with the pipeline and policies of `rasa init`. “of the rounds”: the least and the greatest ratio."
    )


if __name__ == "__main__":
    main()
