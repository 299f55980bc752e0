"""`nightdesk digest` prints the morning report at the machine, with contacts whole."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.adapters.database import Database
from bot.adapters.migrations import migrate
from bot.adapters.store import Said, Store, Turn
from tests.conftest import ROOT
from tests.small_shop import EVENING

CARD = {"episode": "h", "reason": "purchase_intent", "queue": "sales", "headline": "想买 料理机 L18 × 1", "offer": None}
CARD |= {
    "about": None,
    "questions": [],
    "wants": [{"product": "L18", "colour": None, "size": None, "quantity": 1}],
    "buyer": {"contact": "13812345678"},
}


def digest(folder: Path, *arguments: str, now: str = "2026-11-22T08:50:00+08:00") -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NIGHTDESK_")}
    environment |= {"NIGHTDESK_DATA": str(folder), "NIGHTDESK_CLOCK": now}
    command = [sys.executable, "-m", "bot.cli", "digest", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which a buyer has waited since Saturday, 21:04."""
    made = tmp_path_factory.mktemp("digest")
    database = Database(f"sqlite:///{made / 'nightdesk.sqlite'}")
    migrate(database)
    store = Store(database)
    accepted = store.accept("c", "m", "料理机来一台", [], "zh", EVENING)
    turn = Turn({"language": "zh", "questions": [], "decision": "hand_over"}, {}, (Said("好的"),), card=CARD)
    store.finish_turn("c", accepted.row, accepted.situation, turn, EVENING)
    return made


def test_it_prints_who_waits_with_the_whole_contact_and_no_colours_into_a_pipe(folder: Path) -> None:
    printed = digest(folder)
    assert printed.returncode == 0, printed.stderr
    assert printed.stdout.splitlines()[:4] == [
        "早报｜11月21日（周六） 22:00 到 今天 8:50",
        "1 位买家在等，最有希望成交的在前：",
        "1. 想买 料理机 L18 × 1",
        "   等了 11 小时 46 分 · 联系方式 13812345678",
    ]
    assert "\x1b" not in printed.stdout
    assert "0 条消息" in printed.stdout


def test_since_takes_more_time_in_and_english_is_spoken(folder: Path) -> None:
    printed = digest(folder, "--since", "2026-11-21", "--language", "en").stdout
    assert printed.startswith("Morning report | Sat 21 Nov at 0:00 to today at 8:50")
    assert "Conversations: 1, messages: 1." in printed


def test_a_time_that_is_none_is_one_sentence(folder: Path) -> None:
    printed = digest(folder, "--since", "yesterday")
    assert printed.returncode == 2
    assert "“yesterday” is no time; write 2026-11-21 or 2026-11-21T18:00" in printed.stderr


def test_before_anybody_wrote_it_is_quiet(tmp_path: Path) -> None:
    assert "安静" in digest(tmp_path / "new").stdout
