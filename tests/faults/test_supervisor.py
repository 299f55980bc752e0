"""What keeps the processes running: it starts again what ended or hangs, gives up what cannot start, and ends all together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest
import requests

from bot import bootstrap, run, supervisor
from bot.ports import SettingError
from bot.settings import read_settings
from tests.conftest import ROOT, free_port
from tests.front.helpers import eventually

CACHED = (bootstrap.settings, bootstrap.standby)
MODULES = {
    "good_one": """
        import http.server, subprocess, sys
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200); self.send_header("Content-Length", "0"); self.end_headers()
        print("it listens", flush=True)
        http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
    """,
    "never_starts": """
        import sys
        print("ValueError: the port is made of cheese", flush=True)
        sys.exit(3)
    """,
}
STARTER = """
import sys
from bot.supervisor import Program, Supervisor, listen_to_signals
from bot.adapters.logs import set_up
set_up("logfmt", "run", "bot.supervisor")
from bot import supervisor
supervisor.FIRST_WAIT, supervisor.HANGS, supervisor.ASK_EVERY, supervisor.ASK_SECONDS = 0.1, 1.0, 0.3, 0.5
supervisor.STOP_WITHIN = 2.0
ports = {"good_one": sys.argv[1], "never_starts": "1"}
programs = [
    Program(name, [sys.executable, "-m", name, sys.argv[1]], lambda name=name: f"http://127.0.0.1:{ports[name]}/")
    for name in sys.argv[2:]
]
import os
kept = Supervisor(programs, os.environ, lambda name, line: print(name, line, flush=True))
listen_to_signals(kept)
sys.exit(kept.run())
"""


class Started:
    """A supervisor in a process of its own."""

    def __init__(self, folder: Path, *names: str):
        self.port, self.log = free_port(), folder / "log.txt"
        for name, text in MODULES.items():
            (folder / f"{name}.py").write_text(textwrap.dedent(text))
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", STARTER, str(self.port), *names],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": f"{folder}:{ROOT}"},
                stdout=log,
                stderr=log,
            )

    def child(self) -> psutil.Process | None:
        children = psutil.Process(self.process.pid).children()
        return children[0] if children else None

    def answers(self) -> bool:
        try:
            return requests.get(f"http://127.0.0.1:{self.port}/", timeout=0.5).ok
        except requests.RequestException:
            return False

    def said(self) -> str:
        return self.log.read_text()

    def answers_anew(self, before: psutil.Process) -> bool:
        found = self.child()
        return found is not None and found.pid != before.pid and self.answers()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Started]]:
    made: list[Started] = []

    def start(*names: str) -> Started:
        made.append(Started(tmp_path, *names))
        return made[-1]

    yield start
    for one in made:
        one.process.kill()
        one.process.wait()


def test_what_is_killed_runs_again_with_a_line_in_the_log(start: Callable[..., Started]) -> None:
    kept = start("good_one")
    assert eventually(kept.answers, 20)
    for _ in range(3):
        before = kept.child()
        assert before is not None
        before.kill()
        assert eventually(lambda before=before: kept.answers_anew(before), 20), kept.said()
    assert kept.said().count("event=process_ended name=good_one code=-9") == 3


def test_what_hangs_is_ended_and_runs_again(start: Callable[..., Started]) -> None:
    kept = start("good_one")
    assert eventually(lambda: kept.answers() and "it listens" in kept.said(), 20)
    time.sleep(1)
    before = kept.child()
    assert before is not None
    before.suspend()
    assert eventually(lambda: kept.answers_anew(before), 20), kept.said()
    assert "event=process_hangs name=good_one" in kept.said()


def test_what_cannot_start_at_all_ends_everything_and_says_why(start: Callable[..., Started]) -> None:
    kept = start("never_starts", "good_one")
    assert kept.process.wait(30) == 3
    assert "event=process_cannot_start name=never_starts" in kept.said()
    assert "made of cheese" in kept.said()
    assert kept.said().count("event=process_ended name=never_starts") == supervisor.TRIES
    assert not kept.answers()


@pytest.mark.parametrize("number, code", [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_all_end_with_it_however_it_ends(start: Callable[..., Started], number: int, code: int) -> None:
    kept = start("good_one")
    assert eventually(kept.answers, 20)
    child = kept.child()
    kept.process.send_signal(number)
    assert kept.process.wait(10) == code
    assert eventually(lambda: child is not None and not child.is_running(), 5)
    assert not kept.answers()


@pytest.fixture
def set_to(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., None]]:
    """`set_to(port=8000)`: the settings of this process, over free ports and an empty data folder."""
    names = ("port", "rasa_port", "rasa_second_port", "actions_port", "channels_port")

    def put(**settings: object) -> None:
        for name, value in {"data": tmp_path, **{name: free_port() for name in names}, **settings}.items():
            monkeypatch.setenv(f"NIGHTDESK_{name.upper()}", str(value))
        for cached in CACHED:
            cached.cache_clear()

    monkeypatch.setattr(run, "FREE_WITHIN", 0.0)
    put()
    yield put
    monkeypatch.undo()
    for cached in CACHED:
        cached.cache_clear()


@pytest.mark.parametrize("name", ["port", "rasa_port", "rasa_second_port", "actions_port", "channels_port"])
def test_a_port_of_another_program_stops_the_start_in_one_sentence_that_names_its_setting(
    set_to: Callable[..., None], tmp_path: Path, name: str
) -> None:
    (tmp_path / "channels.yml").write_text("telegram:\n")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        set_to(**{name: taken})
        with pytest.raises(SettingError, match=f"Port {taken} belongs to another program.*NIGHTDESK_{name.upper()}\\."):
            run._check_ports()


def test_a_channels_port_that_nobody_uses_may_be_taken(set_to: Callable[..., None]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        set_to(channels_port=other.getsockname()[1])
        run._check_ports()


WRONG_PLACES = [
    ({"rasa_port": 45005, "rasa_second_port": 45005}, "45005 is both NIGHTDESK_RASA_PORT and NIGHTDESK_RASA_SECOND"),
    ({"host": "192.0.2.7"}, r"NIGHTDESK_PORT\) of 192.0.2.7: Cannot assign"),
    ({"host": "no.such.host.invalid"}, r"NIGHTDESK_PORT\) of no.such.host.invalid: \w+"),
]
"""192.0.2.0/24 is nobody's (RFC 5737), nor is a name under .invalid (RFC 2606)."""


@pytest.mark.parametrize(("settings", "said"), WRONG_PLACES)
def test_where_nothing_can_listen_the_start_stops_as_well(
    set_to: Callable[..., None], settings: dict[str, object], said: str
) -> None:
    set_to(**settings)
    with pytest.raises(SettingError, match=said):
        run._check_ports()


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
        ("192.168.1.20", "http://192.168.1.20:8000"),
        ("fd00::5", "http://[fd00::5]:8000"),
        ("localhost", "http://localhost:8000"),
    ],
)
def test_the_front_is_reached_where_it_listens(host: str, url: str) -> None:
    assert read_settings({"NIGHTDESK_HOST": host}).front_url == url


@pytest.mark.parametrize("host", ["127.0.0.2", "0.0.0.0"])
def test_each_is_asked_how_it_is_where_it_listens(set_to: Callable[..., None], host: str) -> None:
    class Well(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    servers = [ThreadingHTTPServer((host, 0), Well) for _ in range(3)]
    front, rasa, actions = (server.server_port for server in servers)
    set_to(host=host, private_host=host, port=front, rasa_port=rasa, actions_port=actions)
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        answers = {one.name: one.address and supervisor._answers(one.address()) for one in run._programs("any.tar.gz")}
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()
    assert answers == {"front": True, "rasa": True, "actions": True}
