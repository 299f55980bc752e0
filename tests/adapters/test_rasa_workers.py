"""Several Rasa workers: each conversation has its own, and another one while that is away."""

from __future__ import annotations

import logging
import socket
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.adapters import rasa_workers
from bot.adapters.rasa_client import RasaClient, RasaGone, RasaTurn
from bot.adapters.rasa_workers import RESOLVE_EVERY, REST, RasaWorkers
from bot.ports import UnderstandingError
from tests.conftest import free_port

ONE, TWO, THREE = (f"http://127.0.0.{number}:5005" for number in (1, 2, 3))
SENDERS = [f"api:{number}/1" for number in range(300)]


@dataclass
class Worker:
    """`fault`: what a turn raises."""

    name: str
    asked: list[str] = field(default_factory=list)
    fault: Exception | None = None
    trouble: str = "ready"

    def take_turn(self, sender: str, text: str, metadata: Mapping[str, Any]) -> RasaTurn:
        self.asked.append(sender)
        if self.fault:
            raise self.fault
        return RasaTurn(({"text": self.name},), {}, {})

    def understood(self, texts: Sequence[str]) -> dict[str, Any]:
        if self.fault:
            raise self.fault
        return {text: self.name for text in texts}

    def ready(self) -> bool:
        return self.trouble == "ready"


class Pool:
    """Workers at these addresses, and a clock that is turned by hand."""

    def __init__(self, *urls: str):
        self.made: dict[str, Worker] = {}
        self.at = 0.0
        self.line = RasaWorkers(urls, self.make, lambda: self.at)  # type: ignore[arg-type]
        self.line.ready()

    def make(self, url: str) -> Worker:
        self.made[url] = Worker(url)
        return self.made[url]

    def say(self, sender: str) -> str:
        return str(self.line.take_turn(sender, "在吗", {}).replies[0]["text"])


def test_a_conversation_stays_with_its_worker_and_all_have_some() -> None:
    pool = Pool(ONE, TWO, THREE)
    first = {sender: pool.say(sender) for sender in SENDERS}
    assert {sender: pool.say(sender) for sender in SENDERS} == first
    assert min(Counter(first.values()).values()) > 60


def test_when_one_goes_only_its_conversations_move_and_they_are_spread() -> None:
    pool = Pool(ONE, TWO, THREE)
    first = {sender: pool.say(sender) for sender in SENDERS}
    pool.made[TWO].fault = RasaGone("gone", waited=False)
    then = {sender: pool.say(sender) for sender in SENDERS}
    moved = {sender for sender in SENDERS if then[sender] != first[sender]}
    assert moved == {sender for sender in SENDERS if first[sender] == TWO}
    assert len({then[sender] for sender in moved}) == 2


def test_one_that_is_away_is_left_alone_for_a_while_and_then_tried_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    pool = Pool(ONE, TWO)
    pool.made[ONE].fault = RasaGone("gone", waited=False)
    for _ in range(2):
        for sender in SENDERS:
            assert pool.say(sender) == TWO
        assert len(pool.made[ONE].asked) == 1
        pool.made[ONE].asked.clear()
        pool.at += REST
    pool.made[ONE].fault = None
    assert {pool.say(sender) for sender in SENDERS} == {ONE, TWO}
    assert (caplog.text.count("rasa_worker_away"), caplog.text.count("rasa_worker_back")) == (1, 1)


def test_one_that_is_waited_for_in_vain_costs_one_buyer_the_time_and_no_second_try() -> None:
    pool = Pool(ONE, TWO)
    pool.made[ONE].fault = RasaGone("slow", waited=True)
    mine = next(sender for sender in SENDERS if pool.line._in_order(sender)[0][0] == ONE)
    with pytest.raises(UnderstandingError):
        pool.say(mine)
    assert pool.made[TWO].asked == []
    assert pool.say(mine) == TWO


def test_an_answer_without_a_turn_is_no_reason_to_ask_another() -> None:
    pool = Pool(ONE, TWO)
    for worker in pool.made.values():
        worker.fault = UnderstandingError("no turn")
    with pytest.raises(UnderstandingError):
        pool.say("api:1/1")
    assert sum(len(worker.asked) for worker in pool.made.values()) == 1


def test_what_is_understood_any_of_them_says() -> None:
    pool = Pool(ONE, TWO)
    pool.made[ONE].fault = RasaGone("gone", waited=False)
    assert pool.line.understood(["在吗"]) == {"在吗": TWO}
    pool.made[TWO].fault = RasaGone("gone", waited=False)
    with pytest.raises(UnderstandingError):
        pool.line.understood(["在吗"])


def test_with_all_away_it_says_so_having_asked_each() -> None:
    pool = Pool(ONE, TWO, THREE)
    for worker in pool.made.values():
        worker.fault, worker.trouble = RasaGone("gone", waited=False), "rasa_away"
    with pytest.raises(UnderstandingError):
        pool.say("api:1/1")
    assert [len(worker.asked) for worker in pool.made.values()] == [1, 1, 1]
    assert (pool.line.ready(), pool.line.trouble) == (False, "rasa_away")
    pool.made[TWO].trouble = "warming_up"
    assert (pool.line.ready(), pool.line.trouble) == (False, "warming_up")
    pool.made[TWO].trouble, pool.made[TWO].fault = "ready", None
    assert (pool.line.ready(), pool.line.trouble) == (True, "ready")
    assert pool.say("api:1/1") == TWO


def test_workers_behind_one_name_come_and_go(monkeypatch: pytest.MonkeyPatch) -> None:
    behind = ["10.0.0.1", "10.0.0.2"]

    def look_up(host: str, port: int, family: int, kind: int) -> list[Any]:
        assert (host, port) == ("rasa", 5005)
        if not behind:
            raise socket.gaierror
        return [(family, kind, 6, "", (address, port)) for address in behind]

    monkeypatch.setattr(rasa_workers.socket, "getaddrinfo", look_up)
    pool = Pool("http://rasa:5005")
    assert {pool.say(sender) for sender in SENDERS} == {"http://10.0.0.1:5005", "http://10.0.0.2:5005"}
    behind[0] = "10.0.0.3"
    pool.at += RESOLVE_EVERY
    assert {pool.say(sender) for sender in SENDERS} == {"http://10.0.0.2:5005", "http://10.0.0.3:5005"}
    behind.clear()
    pool.at += RESOLVE_EVERY
    assert pool.say("api:1/1"), "a name that is not known for a moment ends nothing"


def test_a_worker_that_refuses_is_gone_and_nobody_waited() -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(RasaGone) as refused:
        RasaClient(nobody, nobody, "token", 1.0).take_turn("c", "在吗", {})
    assert not refused.value.waited
