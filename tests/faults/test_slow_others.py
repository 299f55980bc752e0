"""What the shop runs beside us is slow or hangs: its stock, its chat group. Buyers and the desk do not feel it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from bot.adapters.inventories.guarded import Guarded, Limits
from bot.adapters.inventories.reading import Reading
from bot.adapters.inventories.source import Told
from bot.adapters.robots import Robots
from bot.adapters.robots.addresses import Addresses
from bot.core.dialogue import Dialogue
from bot.core.notices import Notice, Robot
from bot.core.types import Entity, Question
from bot.front.telling import Telling
from bot.services.turn import Message, take_turn
from tests.adapters.lying_server import lying_server, says, stalls
from tests.desk.running import make_running, serving
from tests.faults.conftest import Buyer
from tests.front.embedding import SHOP
from tests.front.helpers import eventually
from tests.small_shop import EVENING, SHANGHAI, make_desk

TIME_OUT = 2.0


class SlowSource:
    """A shop's system that takes its time."""

    name, most = "slow", 50

    def ask(self, skus: Sequence[str], seconds: float) -> Told:
        time.sleep(5)
        return Told([], None)


def ask(label: str, text: str, desk: object) -> tuple[str, float]:
    """The outcome, and how long it took."""
    began = time.monotonic()
    message = Message(text, "zh", (Question(label, text, 0, len(text), 0.9),), (Entity("product", "A5", "A5", 0, 2),))
    turn = take_turn(message, Dialogue(), desk)  # type: ignore[arg-type]
    return turn.record["questions"][0]["outcome"], time.monotonic() - began


def test_a_slow_stock_is_said_to_be_unknown_within_its_time_out_and_holds_up_nobody_else() -> None:
    class Clock:
        def now(self):  # type: ignore[no-untyped-def]
            return EVENING

    inventory = Guarded(SlowSource(), Limits(oldest=120, seconds=TIME_OUT), Clock(), Reading(SHANGHAI))  # type: ignore[arg-type]
    desk = replace(make_desk(EVENING, SHOP), inventory=inventory)
    with ThreadPoolExecutor(8) as buyers:
        stock = [buyers.submit(ask, "ask_stock", "A5有货吗", desk) for _ in range(4)]
        price = [buyers.submit(ask, "ask_price", "A5多少钱", desk) for _ in range(4)]
        assert all(one.result()[0] == "unknown" and one.result()[1] < TIME_OUT + 1 for one in stock)
        assert all(one.result()[0] == "answered" and one.result()[1] < 1 for one in price)


def test_a_chat_group_that_hangs_is_felt_neither_by_buyers_nor_by_other_groups(tmp_path: Path) -> None:
    robots = tuple(Robot(name, "webhook", "zh") for name in ("hangs", "speaks"))
    with lying_server() as hanging, lying_server() as speaking:
        hanging.answering, speaking.answering = stalls(20), says(200, "ok")
        (file := tmp_path / "robots.yml").write_text(
            f"hangs: {{address: '{hanging.url}', secret: s}}\nspeaks: {{address: '{speaking.url}', secret: s}}\n"
        )
        file.chmod(0o600)
        running = make_running(tmp_path)
        front = running.front
        shop = replace(front.shop.current(), robots=robots)
        telling = Telling(front.outbox, Robots(Addresses(file)), lambda: shop, running.clock, front.calendar)
        running.front = replace(front, telling=telling)
        with serving(running):
            front.outbox.add(
                [Notice(f"{robot.name}:1", robot.name, "digest", REPORT) for robot in robots], running.clock.now()
            )
            assert eventually(lambda: bool(hanging.asked and speaking.asked), 10)
            began = time.monotonic()
            assert Buyer(running).say("转人工").json()["state"] == "waiting"
            assert time.monotonic() - began < 2
        assert front.outbox.counts()["sending"] <= 1, "what hangs is tried again; nothing is lost"


REPORT = {"title": {"zh": "早报", "en": "Report"}, "lines": {"zh": ["一切安好"], "en": ["All well"]}}
