"""Rasa is away or hangs: the buyer has a line at once, and the answer when there is one."""

from __future__ import annotations

import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.rasa_client import RasaTurn
from bot.ports import UnderstandingError
from tests.conftest import ROOT, free_port
from tests.desk.buyers import SCRIPT
from tests.desk.running import PlayedRasa, Running, make_running, serving
from tests.faults.conftest import Buyer
from tests.front.helpers import eventually

REPLY_SECONDS = 4.0
LONGEST = 10.0
"""Seconds that a buyer may be without a line (docs/promises.md)."""

LINE, ANSWER = "暂时答不上来", "好的，我在"


class Unsteady(PlayedRasa):
    """Away, or hanging, as it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.away, self.hangs = False, 0.0

    def take_turn(self, sender: str, text: str, metadata: Mapping[str, Any]) -> RasaTurn:
        time.sleep(self.hangs)
        if self.away:
            raise UnderstandingError("Rasa did not answer")
        return super().take_turn(sender, text, metadata)

    def ready(self) -> bool:
        return not self.away


@pytest.fixture
def rasa() -> Unsteady:
    return Unsteady()


@pytest.fixture
def running(tmp_path: Path, rasa: Unsteady) -> Iterator[Running]:
    with serving(make_running(tmp_path, rasa=rasa)) as front:
        yield front


def said(buyer: Buyer) -> list[str]:
    return [text for sender, text in buyer.heard() if sender == "bot"]


def test_who_was_told_to_wait_gets_the_answer_once_when_rasa_is_back(buyer: Buyer, rasa: Unsteady) -> None:
    rasa.away, id = True, uuid.uuid4().hex
    told = buyer.say("能和面吗", id).json()
    assert LINE in told["replies"][0]["text"] and told["turn"]["later"]
    assert buyer.say("能和面吗", id).json() == told, "the same message, the same line"
    rasa.away = False
    assert eventually(lambda: len(said(buyer)) == 2, 10)
    assert ANSWER in said(buyer)[1]
    again = buyer.say("能和面吗", id).json()
    assert [reply["text"] for reply in again["replies"]] == said(buyer), "who asks again hears both"
    time.sleep(3)
    assert len(said(buyer)) == 2


def test_an_answer_that_calls_a_person_opens_the_card(buyer: Buyer, rasa: Unsteady, running: Running) -> None:
    (text,) = [text for text, line in SCRIPT.items() if line.record["decision"] == "hand_over"][:1]
    rasa.away = True
    buyer.say(text)
    assert running.front.handoffs.listed() == []
    rasa.away = False
    assert eventually(lambda: len(said(buyer)) == 2, 10)
    (handoff,) = running.front.handoffs.listed()
    assert [question["text"] for question in handoff["card"]["questions"]].count(text) <= 1
    assert handoff["state"] == "waiting"


def test_who_wrote_again_meanwhile_is_answered_that_alone(buyer: Buyer, rasa: Unsteady) -> None:
    rasa.away = True
    buyer.say("能和面吗")
    buyer.say("多少钱")
    rasa.away = False
    assert eventually(lambda: len(said(buyer)) == 3, 10)
    time.sleep(3)
    assert [LINE in text for text in said(buyer)] == [True, True, False]


def test_where_a_person_has_taken_over_the_bot_says_nothing_more(
    buyer: Buyer, rasa: Unsteady, running: Running
) -> None:
    assert buyer.say("转人工").json()["state"] == "waiting"
    rasa.away = True
    buyer.say("能和面吗")
    (handoff,) = running.front.handoffs.listed()
    running.front.handoffs.claim(handoff["id"], running.agent("小林"), running.clock.now())
    before = said(buyer)
    rasa.away = False
    time.sleep(5)
    assert said(buyer) == before


def test_the_answer_outlives_a_restart_of_the_front(tmp_path: Path, rasa: Unsteady) -> None:
    rasa.away = True
    with serving(make_running(tmp_path, rasa=rasa)) as front:
        buyer = Buyer(front)
        buyer.say("能和面吗")
    rasa.away = False
    with serving(make_running(tmp_path, rasa=rasa)) as front:
        after = Buyer(front, buyer.conversation)
        assert eventually(lambda: len(said(after)) == 2, 10)


def test_while_rasa_hangs_nobody_of_many_waits_ten_seconds_for_a_line(running: Running, rasa: Unsteady) -> None:
    rasa.away, rasa.hangs = True, REPLY_SECONDS

    def ask(_: int) -> float:
        began = time.monotonic()
        assert Buyer(running).say("能和面吗").status_code == 200
        return time.monotonic() - began

    with ThreadPoolExecutor(60) as buyers:
        waited = list(buyers.map(ask, range(60)))
    assert max(waited) < LONGEST


def test_rasa_ends_with_a_word_where_its_model_cannot_be_loaded(tmp_path: Path) -> None:
    """What then happens: the keeper leaves the old one as it is (tests/content/test_keeper.py), the front says its line."""
    (model := tmp_path / "nightdesk-bad.tar.gz").write_bytes(b"half a model")
    command = [sys.executable, "-m", "bot.engine.serve", str(model), str(free_port()), "127.0.0.1", "endpoints.yml"]
    environment = {
        "PATH": "/usr/bin:/bin",
        "RASA_LINE_TOKEN": "x",
        "RASA_ACTIONS_URL": "http://127.0.0.1:1",
        "RASA_LINE_LOGS": "logfmt",
    }
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert ended.returncode != 0
    assert "nightdesk-bad.tar.gz" in ended.stdout + ended.stderr
