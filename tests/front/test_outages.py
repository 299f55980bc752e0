"""What the buyer meets when a part is down: Rasa, the actions or the inventory; and what stops the start."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.conftest import ROOT, make_stack
from tests.front.helpers import WRONG_LINES, edited, eventually, said
from tests.front.parts import Parts, assert_other_facts, is_honest, kept_once, offers_person, speakers, timed

pytestmark = pytest.mark.stack

WITHIN = 5.0
"""Seconds until the buyer has an honest line (issue: bad input)."""


# --- Rasa or the actions down ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["actions", "rasa"])
def test_while_it_is_down_the_buyer_has_one_honest_line_and_when_it_returns_the_answer_to_what_they_wrote_last(
    parts: Parts, talk: str, name: str
) -> None:
    assert "299" in said(parts.say(talk, "how much is the air fryer A5"))
    with parts.without(name):
        first, seconds = timed(parts, talk, "is the black one in stock", "while-down")
        assert seconds < WITHIN
        assert is_honest(first), said(first)
        assert "stock" not in said(first), "nothing is claimed about what could not be asked"
        assert first["turn"]["language"] == "en"
        assert kept_once(parts, talk, "while-down")
        assert parts.say(talk, "is the black one in stock", "while-down") == first
        assert parts.session.get(f"{parts.url}/healthz", timeout=5).status_code == 200
        assert not parts.ready(), "a message would not be answered now"
        chinese, _ = timed(parts, talk, "黑色的有货吗", "in-chinese")
        assert "不好意思" in said(chinese) and is_honest(chinese)
        before = speakers(parts, talk)
    assert eventually(lambda: speakers(parts, talk) == [*before, "bot"], 10)
    again = parts.say(talk, "黑色的有货吗", "in-chinese")
    assert again["replies"][0] == chinese["replies"][0] and len(again["replies"]) > 1
    assert again["turn"]["questions"][0]["outcome"] == "answered"
    assert parts.say(talk, "is the black one in stock", "while-down") == first, "the buyer has written since"
    time.sleep(3)
    assert speakers(parts, talk) == [*before, "bot"], "nobody is answered a second time"
    assert parts.ready()
    after = parts.say(talk, "is it in stock in black")
    assert after["turn"]["questions"][0]["outcome"] == "answered"
    assert after["turn"]["questions"][0]["details"]["product"] == "A5", "what was talked about before is still known"


@pytest.mark.parametrize("name", ["actions", "rasa"])
def test_the_person_that_is_offered_can_be_had(parts: Parts, talk: str, name: str) -> None:
    """The button under the honest line must lead to somebody, or the offer is a lie."""
    with parts.without(name):
        offer = parts.say(talk, "is the A5 in stock")
        (payload,) = [b["payload"] for reply in offer["replies"] for b in reply.get("buttons", ())]
        taken = parts.say(talk, payload)
        assert taken["state"] == "waiting"
        assert taken["handoff"]["reason"] == "request_human"
        assert taken["handoff"]["promised"]


@pytest.mark.parametrize("name", ["actions", "rasa"])
def test_one_that_hangs_is_waited_for_no_longer_than_one_that_is_gone(parts: Parts, talk: str, name: str) -> None:
    with parts.frozen(name):
        answer, seconds = timed(parts, talk, "is the A5 in black in stock", "hanging")
        assert seconds < WITHIN
        assert is_honest(answer), said(answer)
    assert eventually(lambda: speakers(parts, talk) == ["buyer", "bot", "bot"], 10)
    time.sleep(3)
    assert speakers(parts, talk) == ["buyer", "bot", "bot"], "the late answer is not sent as well"
    assert parts.say(talk, "is the A5 in black in stock", "hanging")["replies"][0] == answer["replies"][0]
    assert "279" in said(parts.say(talk, "how much is the air fryer A5"))


# --- the inventory -----------------------------------------------------------------------------------------------


@contextmanager
def spoilt_inventory(parts: Parts, spoil: Callable[[Path], None]) -> Iterator[None]:
    (path,) = parts.data.glob("inventory-*.sqlite")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
    good = path.read_bytes()
    for beside in ("-wal", "-shm"):
        Path(f"{path}{beside}").unlink(missing_ok=True)
    spoil(path)
    try:
        yield
    finally:
        for beside in ("", "-wal", "-shm"):
            spoilt = Path(f"{path}{beside}")
            shutil.rmtree(spoilt) if spoilt.is_dir() else spoilt.unlink(missing_ok=True)
        path.write_bytes(good)


def garbage(path: Path) -> None:
    path.write_bytes(os.urandom(8192))


def a_folder_in_its_place(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("spoil", [garbage, a_folder_in_its_place])
def test_a_stock_that_cannot_be_looked_up_is_said_to_be_so(
    parts: Parts, talk: str, spoil: Callable[[Path], None]
) -> None:
    parts.say(talk, "is the white kettle K17 in stock")
    with spoilt_inventory(parts, spoil):
        answer, seconds = timed(parts, talk, "is the A5 in black in stock", "unknown")
        assert seconds < WITHIN
        (question,) = answer["turn"]["questions"]
        assert (question["label"], question["outcome"]) == ("ask_stock", "unknown")
        assert "sold out" not in said(answer) and "in stock" not in said(answer)
        assert offers_person(answer)
        assert answer["state"] == "bot"
        assert_other_facts(parts, talk)
    back = parts.say(talk, "is the A5 in black in stock")
    assert back["turn"]["questions"][0]["facts"][0]["value"] == "18"


def test_help_to_choose_does_not_need_the_stock(parts: Parts, talk: str) -> None:
    with spoilt_inventory(parts, garbage):
        answer = parts.say(talk, "can you recommend something for making smoothies")
        assert answer["replies"] and answer["turn"]["questions"][0]["outcome"] in ("answered", "unknown")
        assert "Nothing we have in stock" not in said(answer), "not to know is not the same as to have nothing"


# --- starting -----------------------------------------------------------------------------------------------------


def test_a_restarted_front_still_knows_what_it_answered(parts: Parts, talk: str) -> None:
    first = parts.say(talk, "i want to buy the L18", "bought")
    assert first["state"] == "waiting"
    with parts.without("front"):
        pass
    assert parts.say(talk, "i want to buy the L18", "bought") == first
    assert parts.say(talk, "can it crush ice")["state"] == "waiting"


@pytest.mark.parametrize("command", ["run", "check"])
@pytest.mark.parametrize("name, old, new", WRONG_LINES, ids=[name for name, _, _ in WRONG_LINES])
def test_a_wrong_file_stops_the_start_with_file_and_line(
    tmp_path: Path, name: str, old: str, new: str, command: str
) -> None:
    spoilt = Path(shutil.copytree(ROOT / "shop", tmp_path / "shop"))
    environment = make_stack(tmp_path, shop=str(spoilt)).environment
    with edited(spoilt / name, old, new) as line:
        ended = subprocess.run(
            [sys.executable, "-m", "bot.cli", command],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert ended.returncode != 0
    assert name in ended.stderr, ended.stderr
    assert str(line) in ended.stderr, ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_shop_that_is_not_there_stops_the_start_in_one_sentence(tmp_path: Path) -> None:
    environment = make_stack(tmp_path, shop=str(tmp_path / "nowhere")).environment
    command = [sys.executable, "-m", "bot.cli", "run"]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert ended.returncode != 0
    assert "nowhere" in ended.stderr
    assert "Traceback" not in ended.stderr
