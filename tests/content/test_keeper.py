"""The keeper of Rasa: another model beside the one that serves, a switch between two turns, and no harm where it fails."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from bot import keeper
from bot.adapters.database import Database
from bot.adapters.migrations import migrate
from bot.adapters.models import model_name
from bot.adapters.rasa_client import RasaClient
from bot.adapters.rasa_standby import Standby
from bot.content import publishing
from bot.content.sentences import Failed
from bot.keeper import Keeper, Rasa
from bot.ports import UnderstandingError
from tests.conftest import ROOT, free_port
from tests.content.test_publishing import GREETING
from tests.content.workshop import Silent, Workshop, make_workshop

STAND_IN = """
import json, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

port, model, slow = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
if "broken" in model:
    sys.exit("ValueError: the model does not fit")

class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_): pass
    def answer(self, body):
        said = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)
    def do_GET(self):
        self.answer({})
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        time.sleep(slow if asked["message"] == "slow" else 0)
        self.answer([] if "misfit" in model else [{"text": model}, {"custom": {"turn": {"questions": []}}}])

ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""
TARBALL = b"\0" * 10240
"""An empty archive."""


class Kept:
    """A keeper over stand-ins for Rasa, on a thread. A model's text is its name."""

    def __init__(self, folder: Path, slow: float, data: Path | None = None, ports: tuple[int, int] | None = None):
        self.folder, self.slow = folder, slow
        self.ports = ports or (free_port(), free_port())
        self.standby = Standby(data or folder / "data", self.ports[0])
        self.client = RasaClient(self.standby.url, self.url(0), "token", 5.0)
        self.started: list[Rasa] = []
        self.keeper = Keeper(self.standby, self.ports, self.start, drain=1.0)

    def url(self, place: int) -> str:
        return f"http://127.0.0.1:{self.ports[place]}"

    def start(self, model: Path, port: int) -> Rasa:
        command = [sys.executable, "-c", STAND_IN, str(port), model.name, str(self.slow)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        client = RasaClient(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port}", "token", 5.0)
        rasa = Rasa(model, port, process, client)
        threading.Thread(target=lambda: rasa.said.extend(process.stdout or ()), daemon=True).start()
        self.started.append(rasa)
        return rasa

    def model(self, name: str, content: bytes = TARBALL) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path

    def says(self, text: str = "hello") -> str:
        return self.client.take_turn("c", text, {}).replies[0]["text"]

    def second(self) -> dict:
        return self.standby.serving().get("second") or {}


def eventually(true: Callable[[], object], seconds: float = 30.0) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.02)
    return False


@contextmanager
def keeping(kept: Kept) -> Iterator[Kept]:
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(kept.keeper.keep(lambda: kept.model("old.tar.gz"))))
    thread.start()
    try:
        assert eventually(lambda: kept.standby.kept() and answers(kept))
        yield kept
    finally:
        kept.keeper.end()
        thread.join(20)
        assert codes and not [rasa for rasa in kept.started if rasa.process.poll() is None], "all of them have ended"


def answers(kept: Kept) -> bool:
    try:
        return bool(kept.says())
    except UnderstandingError:
        return False


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    monkeypatch.setattr(keeper, "LOOK_EVERY", 0.02)
    monkeypatch.setattr(keeper, "UP_WITHIN", 2.0)
    with keeping(Kept(tmp_path, slow=0.5)) as made:
        yield made


def load(kept: Kept, model: Path) -> str:
    return kept.standby.want("load", str(model))


def test_the_new_one_is_beside_until_it_is_told_to_serve(kept: Kept) -> None:
    id = load(kept, kept.model("new.tar.gz"))
    assert eventually(lambda: kept.second().get("state") == "ready")
    assert (kept.says(), kept.second()["id"]) == ("old.tar.gz", id)
    kept.standby.want("serve", "new.tar.gz", id)
    assert eventually(lambda: kept.says() == "new.tar.gz")
    assert eventually(lambda: kept.started[0].process.poll() is not None), "the old one ends"
    assert kept.says() == "new.tar.gz"


def test_a_turn_under_way_ends_where_it_began(kept: Kept) -> None:
    id = load(kept, kept.model("new.tar.gz"))
    assert eventually(lambda: kept.second().get("state") == "ready")
    heard: list[str] = []
    slow = threading.Thread(target=lambda: heard.append(kept.says("slow")))
    slow.start()
    time.sleep(0.1)
    kept.standby.want("serve", "new.tar.gz", id)
    assert eventually(lambda: kept.says() == "new.tar.gz")
    slow.join()
    assert heard == ["old.tar.gz"]


def test_ports_are_used_in_turn(kept: Kept) -> None:
    for name, place in (("b.tar.gz", 1), ("c.tar.gz", 0)):
        id = load(kept, kept.model(name))
        assert eventually(lambda: kept.second().get("state") == "ready")
        kept.standby.want("serve", name, id)
        assert eventually(lambda name=name: kept.says() == name)
        assert kept.standby.url() == kept.url(place)


FAILING = [
    ("broken.tar.gz", TARBALL, "the model does not fit"),
    ("misfit.tar.gz", TARBALL, "it said nothing"),
    ("cut-off.tar.gz", b"half a model", "no trained model"),
]


@pytest.mark.parametrize(("name", "content", "why"), FAILING)
def test_one_that_does_not_load_is_told_and_the_old_one_serves(kept: Kept, name: str, content: bytes, why: str) -> None:
    load(kept, kept.model(name, content))
    assert eventually(lambda: kept.second().get("state") == "failed")
    assert why in kept.second()["why"]
    assert kept.says() == "old.tar.gz"
    load(kept, kept.model("good.tar.gz"))
    assert eventually(lambda: kept.second().get("state") == "ready"), "the next one may do better"


def test_one_that_is_not_wanted_any_more_ends(kept: Kept) -> None:
    load(kept, kept.model("new.tar.gz"))
    assert eventually(lambda: len(kept.started) == 2)
    kept.standby.want("drop", "")
    assert eventually(lambda: kept.started[1].process.poll() is not None)
    assert kept.says() == "old.tar.gz" and kept.second() == {}


def test_what_was_wanted_before_it_began_is_not_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "LOOK_EVERY", 0.02)
    Standby(tmp_path / "data", 1).want("load", str(tmp_path / "old.tar.gz"))
    with keeping(Kept(tmp_path, slow=0.0)) as again:
        time.sleep(0.3)
        assert len(again.started) == 1


def test_it_ends_with_the_one_that_serves_and_leaves_no_address_behind(tmp_path: Path) -> None:
    lonely = Kept(tmp_path, slow=0.0)
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(lonely.keeper.keep(lambda: lonely.model("old.tar.gz"))))
    thread.start()
    assert eventually(lambda: answers(lonely))
    lonely.started[0].process.kill()
    thread.join(20)
    assert codes and codes[0] != 0
    assert lonely.standby.serving() == {} and not lonely.standby.kept()


def test_started_again_it_takes_the_model_of_what_is_live_by_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, live = tmp_path / "first.tar.gz", tmp_path / "live.tar.gz"
    monkeypatch.setattr(keeper, "model_path", lambda _: live)
    assert keeper.live_model(tmp_path, first) == first
    live.touch()
    assert keeper.live_model(tmp_path, first) == live


# --- one that is killed while a version is published ---------------------------------------------------------------

KEEPER = """
import sys
from pathlib import Path
from bot.adapters.models import model_name
from tests.content import workshop
from tests.content.test_keeper import Kept

folder, ports = Path(sys.argv[1]), (int(sys.argv[2]), int(sys.argv[3]))
disk = workshop.Disk(folder, folder / "shop")
kept = Kept(folder / "models", 0.0, folder / "var", ports)
sys.exit(kept.keeper.keep(lambda: folder / "models" / model_name(disk.read())))
"""


class Killable:
    """A keeper of a workshop's Rasa in a process group of its own."""

    def __init__(self, workshop: Workshop):
        self.workshop, self.ports = workshop, (str(free_port()), str(free_port()))
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-c", KEEPER, str(self.workshop.folder), *self.ports]
        self.process = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
        assert eventually(lambda: self.workshop.standby.kept())

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def killable(tmp_path: Path) -> Iterator[Killable]:
    database = Database(f"sqlite:///{tmp_path / 'desk.sqlite'}")
    migrate(database)
    workshop = make_workshop(tmp_path, database)
    workshop.bench.recover()
    workshop.bench.save([GREETING], "小林")
    (tmp_path / "models").mkdir()
    for tree in (workshop.bench.live_tree(), workshop.bench.draft_tree()):
        (tmp_path / "models" / model_name(tree)).write_bytes(TARBALL)
    made = Killable(workshop)
    yield made
    made.kill()


@pytest.mark.parametrize("step", ["loading", "writing", "switching"])
@pytest.mark.parametrize("meanwhile", ["it runs again at once", "it runs again later"])
def test_a_keeper_that_is_killed_while_a_version_is_published_serves_that_version(
    killable: Killable, monkeypatch: pytest.MonkeyPatch, step: str, meanwhile: str
) -> None:
    """Or all is as it was, where there is no keeper to load it."""
    monkeypatch.setattr(publishing, "HEARD_WITHIN", 2.0)
    workshop = killable.workshop
    died: list[str] = []

    def die(now: str) -> None:
        if now == step and not died:
            died.append(now)
            killable.kill()
            if meanwhile == "it runs again at once":
                killable.start()

    report = Silent(die)
    with suppress(Failed):
        workshop.publish(report)
    if meanwhile == "it runs again later":
        killable.start()
    assert died and not hasattr(report, "noted")
    assert eventually(lambda: workshop.standby.serving().get("model") == model_name(workshop.disk.read()))
    undecided = step == "loading" and meanwhile == "it runs again later"
    assert workshop.bench.history()[0].state == ("failed" if undecided else "live")
