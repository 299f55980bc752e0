"""The line to a shop system: whatever the other side does, it ends in time and in one of our errors."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path

import pytest

from bot.adapters.inventories.line import Answer, Question, ask, check, retry_after
from bot.adapters.inventories.source import Later
from bot.ports import InventoryError
from tests.adapters.lying_server import Answering, LyingServer, drips, floods, hangs_up, lying_server, says, stalls

SECONDS = 0.6


@pytest.fixture
def server() -> Iterator[LyingServer]:
    with lying_server() as server:
        yield server


def posted(server: LyingServer, **headers: str) -> Answer:
    return ask(Question("POST", f"{server.url}?key=geheim", headers, b"{}"), SECONDS)


LATER: list[tuple[str, Answering]] = [
    ("silence", stalls(3)),
    ("one byte at a time", drips(b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 50, 0.1)),
    ("hanging up", hangs_up),
    ("hanging up in the middle", says(200, "{", Content_Length="500")),
    ("no HTTP", drips(b"SSH-2.0-x\r\n\r\n", 0)),
]


@pytest.mark.parametrize("answering", [what for _, what in LATER], ids=[name for name, _ in LATER])
def test_what_does_not_come_in_time_or_whole_may_be_tried_again(server: LyingServer, answering: Answering) -> None:
    server.answering = answering
    begun = time.monotonic()
    with pytest.raises(Later) as raised:
        posted(server)
    assert time.monotonic() - begun < 2 * SECONDS + 0.5
    assert "127.0.0.1" in str(raised.value) and "geheim" not in f"{raised.value}{raised.value.__cause__}"


def test_an_answer_without_an_end_is_cut_off(server: LyingServer) -> None:
    server.answering = floods
    with pytest.raises(InventoryError):
        posted(server)


def test_where_nobody_listens_it_may_be_tried_again() -> None:
    with pytest.raises(Later, match="127.0.0.1 was not reached"):
        ask(Question("GET", "http://127.0.0.1:9/", {}), SECONDS)


def test_without_time_left_nothing_is_asked(server: LyingServer) -> None:
    with pytest.raises(Later, match="in time"):
        ask(Question("POST", server.url, {}, b""), 0.01)
    assert server.asked == []


def test_a_redirect_is_not_followed_with_our_key(server: LyingServer) -> None:
    server.answering = says(302, "", Location=server.url)
    with pytest.raises(InventoryError, match="has moved"):
        check(posted(server, Authorization="Bearer geheim"), "the ERP")
    assert len(server.asked) == 1


def test_a_netrc_of_the_machine_does_not_take_the_place_of_our_key(
    server: LyingServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    posted(server, Authorization="Bearer ours")
    assert server.asked[0]["headers"]["Authorization"] == "Bearer ours"


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_passing_status_may_be_tried_again(status: int) -> None:
    with pytest.raises(Later):
        check(Answer(status, {}, b""), "the ERP")


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 410, 422])
def test_a_lasting_status_must_be_mended(status: int) -> None:
    with pytest.raises(InventoryError) as raised:
        check(Answer(status, {}, b""), "the ERP")
    assert not isinstance(raised.value, Later) and str(status) in str(raised.value)


@pytest.mark.parametrize(
    ("said", "seconds"), [("2", 2), ("2.5", 2.5), ("", 0), ("soon", 0), ("-3", 0), ("99999999", 0)]
)
def test_the_pause_that_is_asked_for_is_read_from_a_number(said: str, seconds: float) -> None:
    assert retry_after(Answer(429, {"Retry-After": said}, b"")) == seconds


def test_the_pause_that_is_asked_for_is_read_from_a_date() -> None:
    later = format_datetime(datetime.now(timezone.utc) + timedelta(seconds=90), usegmt=True)
    assert 80 < retry_after(Answer(429, {"Retry-After": later}, b"")) <= 90
    assert retry_after(Answer(429, {"Retry-After": "Sat, 01 Jan 2000 00:00:00 GMT"}, b"")) == 0
