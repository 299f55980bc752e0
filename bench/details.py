"""How the recognition of the shop's things grows with the shop: `python -m bench.details`.

Prints, for each number of made-up products, each in a process of its own: the processor's seconds to read the shop's files,
the processor's seconds and the megabytes to build what is recognised (`bot.nlu.goods`, `bot.nlu.places`), and the
milliseconds of a message through both extractors; then how many times as long as in the smallest shop a message takes.
`--changed` measures as well how long messages wait while a changed shop is built aside.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.made_up_shop import make_shop, write_shop
from bot.core.shop import Shop
from bot.settings import ROOT

SHOPS = (100, 10_000, 100_000)
MESSAGES = 1_000
TALK = (
    "请问{name}还有货吗 发杭州几天到",
    "{other}和{name}哪个好",
    "{model}多少钱 黑色的有没有",
    "身高165 52公斤 {other}穿多大",
    "{model} 来两件 周五前要到乌鲁木齐",
    "do you have the {model} in stock, ship to Shenzhen?",
    "便宜20我就拍 两件{other}",
    "在吗 今天拍什么时候发货呀 我比较急",
    "what is it made of and does it run small",
    "亲 这个{typo}质量怎么样 会不会掉色",
)


@dataclass(frozen=True)
class Figures:
    """Seconds, megabytes, milliseconds."""

    products: int
    read: float
    built: float
    memory: float
    process: float
    median: float
    p95: float
    worst: float
    waited: float | None = None
    aside: float | None = None


def messages(shop: Shop, count: int) -> list[str]:
    """What buyers may write about a shop: its names, other names, model numbers, and names with a character wrong."""
    chance = random.Random(7)
    products = list(shop.products.values())
    found = []
    for number in range(count):
        product = chance.choice(products)
        name = product.name["zh"].removesuffix(product.id).strip()
        other = chance.choice(product.also_called or (name,))
        words = {"name": name, "other": other, "model": product.id.lower(), "typo": name.replace("机", "几", 1)}
        found.append(TALK[number % len(TALK)].format(**words))
    return found


def timed(process: Callable[[str], object], texts: list[str]) -> list[float]:
    """Milliseconds of each text."""
    taken = []
    for text in texts:
        begun = time.perf_counter()
        process(text)
        taken.append((time.perf_counter() - begun) * 1000)
    return taken


def measure(folder: Path, *, changed: bool) -> Figures:
    """The shop in the folder, in this process."""
    from rasa.shared.nlu.training_data.message import Message

    from bot.adapters.live_shop import LiveShop
    from bot.nlu import shop_entities
    from bot.nlu.normalise import simplified
    from bot.nlu.shop_entities import MeasureExtractor, ShopEntities
    from bot.nlu.typos import readings

    simplified(), readings()
    begun = time.process_time()
    shop = LiveShop(folder).current()
    read = time.process_time() - begun
    current = [shop]
    shop_entities.live_shop = lambda: type("Held", (), {"current": lambda self: current[0]})()
    before, begun = _megabytes(), time.process_time()
    things = ShopEntities.create({}, None, None, None)  # type: ignore[arg-type]
    built, memory = time.process_time() - begun, _megabytes() - before
    measures = MeasureExtractor()

    def process(text: str) -> None:
        measures.process(things.process([Message({"text": text})]))

    texts = messages(shop, MESSAGES)
    timed(process, texts[:50])
    taken = sorted(timed(process, texts))
    whole = _megabytes()
    waited = aside = None
    if changed:
        waited, aside = _while_changed(
            process, texts, lambda: current.__setitem__(0, make_shop(shop, len(shop.products) + 1))
        )
    return Figures(
        len(shop.products),
        read,
        built,
        memory,
        whole,
        statistics.median(taken),
        taken[int(len(taken) * 0.95)],
        taken[-1],
        waited,
        aside,
    )


def _while_changed(process: Callable[[str], None], texts: list[str], change: Callable[[], None]) -> tuple[float, float]:
    """The longest wait of a message in milliseconds while a changed shop is built aside, and the seconds until it is."""
    change()
    begun, longest = time.perf_counter(), 0.0
    for text in texts:
        longest = max(longest, *timed(process, [text]))
        if not any(thread.name == "goods" for thread in threading.enumerate()):
            break
        time.sleep(0.05)
    return longest, time.perf_counter() - begun


def _megabytes() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


def _apart(products: int, *, changed: bool) -> Figures:
    """The figures of one shop, from a process of its own."""
    with tempfile.TemporaryDirectory() as held:
        folder = Path(held) / "shop"
        write_shop(ROOT / "shop", folder, products)
        command = [sys.executable, "-W", "ignore", "-m", "bench.details", "--folder", str(folder)]
        command += ["--changed"] if changed else []
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    return Figures(**json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.details", description=__doc__)
    parser.add_argument("products", nargs="*", type=int, default=SHOPS, help="numbers of products")
    parser.add_argument("--changed", action="store_true", help="also change the shop while messages come")
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.folder:
        warnings.filterwarnings("ignore")
        print(json.dumps(asdict(measure(given.folder, changed=given.changed))))
        return
    print(
        f"{'products':>9} {'read s':>7} {'build s':>8} {'MB':>6} {'process MB':>11} {'median ms':>10} {'p95 ms':>7} {'worst ms':>9}"
    )
    found = []
    for products in given.products:
        figures = _apart(products, changed=given.changed)
        found.append(figures)
        print(
            f"{figures.products:>9} {figures.read:>7.1f} {figures.built:>8.1f} {figures.memory:>6.0f} {figures.process:>11.0f} "
            f"{figures.median:>10.2f} {figures.p95:>7.2f} {figures.worst:>9.2f}"
        )
        if figures.waited is not None:
            print(
                f"{'':>9} changed: a message waited {figures.waited:.0f} ms at most; built aside in {figures.aside:.1f} s"
            )
    least, most = found[0], found[-1]
    print(
        f"A message in {most.products} products takes {most.median / least.median:.2f} times as long as in {least.products}."
    )


if __name__ == "__main__":
    main()
