"""Rasa and the actions are for their own: this machine, and a token."""

from __future__ import annotations

import pytest

from bot.run import commands
from bot.skill.server import for_rasa_alone
from tests.conftest import ROOT


@pytest.mark.parametrize(
    "path, given, status",
    [
        ("/webhook", "Bearer right", 200),
        ("/webhook", "Bearer wrong", 401),
        ("/webhook", "Bearer righ\u00e9", 401),
        ("/webhook", "", 401),
        ("/actions", "", 401),
        ("/health", "", 200),
    ],
)
def test_the_actions_answer_rasa_alone(path: str, given: str, status: int) -> None:
    class Asked:
        headers = {"authorization": given}

    Asked.path = path  # type: ignore[attr-defined]
    refused = for_rasa_alone("right")(Asked)  # type: ignore[arg-type]
    assert (refused.status if refused else 200) == status


def test_both_listen_on_this_machine_alone() -> None:
    told = " ".join(part for command in commands("model").values() for part in command)
    assert "0.0.0.0" not in told
    for file in ("bot/engine/serve.py", "bot/skill/server.py"):
        assert '.run("127.0.0.1"' in (ROOT / file).read_text()
