"""`nightdesk chatwoot setup` and `check`, against the stand-in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot import bootstrap
from bot.cli import main
from tests.adapters.chatwoot import standin
from tests.adapters.chatwoot.events import INBOX, NEW, OLD
from tests.adapters.chatwoot.standin import AGENT_TOKEN, BOT_TOKEN, Chatwoot
from tests.conftest import ROOT


@pytest.fixture(params=[OLD, NEW])
def server(request: pytest.FixtureRequest) -> Iterator[Chatwoot]:
    with standin.chatwoot(request.param) as made:
        made.bot_of.clear()
        yield made


@pytest.fixture
def run(server: Chatwoot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., int]]:
    given = {
        "CHATWOOT_URL": server.url,
        "CHATWOOT_ACCOUNT": "1",
        "CHATWOOT_TOKEN": BOT_TOKEN,
        "CHATWOOT_AGENT_TOKEN": AGENT_TOKEN,
        "PUBLIC_URL": "https://desk.example/",
        "DATA": str(tmp_path),
        "SHOP": str(ROOT / "shop"),
    }
    for name, value in given.items():
        monkeypatch.setenv(f"NIGHTDESK_{name}", value)
    cached = (bootstrap.settings, bootstrap.live_shop)

    def call(*arguments: str, **changed: str) -> int:
        for name, value in changed.items():
            monkeypatch.setenv(f"NIGHTDESK_{name}", value)
        for one in cached:
            one.cache_clear()
        return main(["chatwoot", *arguments])

    yield call
    for one in cached:
        one.cache_clear()


def test_the_setup_registers_the_bot_and_says_what_to_set(
    run: Callable[..., int], server: Chatwoot, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("setup", "--inbox", str(INBOX)) == 0
    said = capsys.readouterr().out
    (bot,) = server.bots
    assert re.fullmatch(r"https://desk\.example/chatwoot/[\w-]{30,}", bot["outgoing_url"])
    assert server.bot_of == {INBOX: bot["id"]}
    assert f"NIGHTDESK_CHATWOOT_TOKEN={BOT_TOKEN}" in said
    assert ("NIGHTDESK_CHATWOOT_SECRET=signing-secret" in said) == (server.version == NEW)
    assert "NIGHTDESK_CHATWOOT_TEAMS=sales=3" in said
    assert "out-of-office message is on" in said


def test_run_again_it_makes_nothing_twice(run: Callable[..., int], server: Chatwoot) -> None:
    run("setup", "--inbox", str(INBOX))
    once = [path for path, _ in server.made]
    run("setup", "--inbox", str(INBOX))
    assert [path for path, _ in server.made][len(once) :] == [f"/inboxes/{INBOX}/set_agent_bot"]
    assert len(server.bots) == 1


def test_the_check_says_what_the_bot_may_do(
    run: Callable[..., int], server: Chatwoot, capsys: pytest.CaptureFixture[str]
) -> None:
    run("setup", "--inbox", str(INBOX))
    server.bot_of = {INBOX: 7}
    capsys.readouterr()
    run("check")
    said = capsys.readouterr().out
    labels = next(line for line in said.splitlines() if line.startswith("label the reason"))
    assert labels.endswith("yes" if server.version == NEW else "by the agent's token")


def test_the_check_fails_where_the_token_is_wrong(run: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", CHATWOOT_TOKEN="wrong") == 1
    assert "Invalid Access Token" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "value"),
    [("CHATWOOT_URL", "chat.example"), ("CHATWOOT_ACCOUNT", "0"), ("CHATWOOT_AGENT_TOKEN", ""), ("PUBLIC_URL", "")],
)
def test_a_setting_that_is_missing_or_wrong_is_named(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    assert run("setup", **{name: value}) == 2
    assert f"NIGHTDESK_{name}" in capsys.readouterr().err
