"""A published fact in the running system, and a running system that was stopped while it published."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT, Stack, make_stack
from tests.content.workshop import LIMITS

pytestmark = pytest.mark.stack
SAVE = """
import sys
from bot import bootstrap
from tests.content.workshop import limit
bootstrap.workbench().save([limit(sys.argv[1], before=sys.argv[2])], "小林")
"""


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running system with a shop of its own, which asks no honesty questions."""
    folder = tmp_path_factory.mktemp("publishing")
    shop = Path(shutil.copytree(ROOT / "shop", folder / "shop"))
    (shop / "publishing.yml").write_text("gates: {honesty: false}\n", encoding="utf-8")
    running = make_stack(folder, shop=str(shop))
    running.start()
    yield running
    running.stop()


def command(own: Stack, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=own.environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def told(own: Stack, conversation: str, text: str) -> str:
    return "\n".join(reply["text"] for reply in own.say(conversation, text)["replies"])


def test_a_published_fact_is_answered_within_two_seconds_and_the_conversation_goes_on(own: Stack) -> None:
    talk = uuid.uuid4().hex
    assert LIMITS["L18"] in told(own, talk, "料理机能和面吗")
    command(own, "-c", SAVE, "面粉别超过两百克", LIMITS["L18"])
    assert LIMITS["L18"] in told(own, uuid.uuid4().hex, "料理机能和面吗"), "a draft is nothing that buyers hear"
    command(own, "-m", "bot.cli", "content", "publish", "-m", "和面", "--pass", "试")
    time.sleep(2)
    assert "面粉别超过两百克" in told(own, uuid.uuid4().hex, "料理机能和面吗")
    assert "保修" in told(own, talk, "那打冰沙呢"), "what was talked about before is still known"


def test_it_is_taken_back_with_one_command(own: Stack) -> None:
    command(own, "-m", "bot.cli", "content", "back", "1", "-m", "错了")
    time.sleep(2)
    assert LIMITS["L18"] in told(own, uuid.uuid4().hex, "料理机能和面吗")
    assert "back (= 1)" in command(own, "-m", "bot.cli", "content", "history")
