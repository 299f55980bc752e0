"""Rasa and the actions are for their own: this machine, and a token."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot import bootstrap
from bot.ports import SettingError
from bot.run import commands, process_environment
from bot.settings import read_settings
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


@pytest.fixture
def setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., None]]:
    """The settings of an installation whose data folder is empty."""
    given: dict[str, str] = {"NIGHTDESK_DATA": str(tmp_path)}

    def put(**more: str) -> None:
        given.update({f"NIGHTDESK_{name.upper()}": value for name, value in more.items()})
        monkeypatch.setattr(bootstrap, "settings", lambda: read_settings(given))

    put()
    yield put


def test_both_listen_on_this_machine_alone_unless_they_are_told_otherwise(setting: Callable[..., None]) -> None:
    assert commands("model")["rasa"][-2] == "127.0.0.1" == bootstrap.settings().private_host
    assert "bootstrap.settings().private_host" in (ROOT / "bot/skill/server.py").read_text()
    setting(private_host="0.0.0.0")
    assert commands("model")["rasa"][-2] == "0.0.0.0"


def test_they_do_not_listen_to_a_network_without_a_token_that_was_given(setting: Callable[..., None]) -> None:
    setting(private_host="0.0.0.0")
    with pytest.raises(SettingError, match="NIGHTDESK_RASA_TOKEN"):
        process_environment()
    setting(rasa_token="given")
    assert process_environment()["RASA_LINE_TOKEN"] == "given"


def test_a_token_that_stands_with_the_secrets_was_given_too(setting: Callable[..., None], tmp_path: Path) -> None:
    (tmp_path / "rasa_token.secret").write_text("kept\n")
    setting(private_host="10.0.0.5")
    assert bootstrap.rasa_token() == "kept"


def test_processes_that_make_a_secret_at_once_have_the_same(setting: Callable[..., None], tmp_path: Path) -> None:
    setting(secrets=str(tmp_path / "secrets"))
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(bootstrap.secret, ["session"] * 8))) == 1
    (path,) = (tmp_path / "secrets").iterdir()
    assert (path.name, path.stat().st_mode & 0o777) == ("session.secret", 0o600)


def test_a_secret_that_cannot_be_made_is_named(setting: Callable[..., None], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    setting(secrets=str(tmp_path / "file"))
    with pytest.raises(SettingError, match="session.secret is not there"):
        bootstrap.secret("session")


@pytest.mark.parametrize(
    "name, value, read",
    [
        ("REDIS", "localhost:6379", "redis_url"),
        ("RASA_URLS", "http://rasa:5005 rasa-2:5005", "workers"),
        ("RASA_URLS", "https://rasa/path", "workers"),
        ("ACTIONS", "actions:5055", "actions_url"),
        ("PRIVATE_HOST", "everywhere", "is_private"),
        ("ENDPOINTS", "/nowhere/endpoints.yml", "endpoints_file"),
    ],
)
def test_a_wrong_address_is_named(name: str, value: str, read: str) -> None:
    with pytest.raises(SettingError, match=f"NIGHTDESK_{name}"):
        getattr(read_settings({f"NIGHTDESK_{name}": value}), read)


def test_a_password_of_redis_is_not_told() -> None:
    with pytest.raises(SettingError) as told:
        _ = read_settings({"NIGHTDESK_REDIS": "http://:s3cret@redis"}).redis_url
    assert "s3cret" not in str(told.value)
