"""`nightdesk doctor`: it finds what is wrong, says what to do, and changes nothing."""

from __future__ import annotations

import os
import re
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot import bootstrap
from bot.adapters.database import Database
from bot.adapters.migrations import migrate
from bot.adapters.outbox import Outbox
from bot.adapters.store import Store
from bot.cli import main
from bot.core.notices import Notice
from bot.doctor import listening
from bot.training import model_path
from tests.conftest import ROOT, free_port

WORDS = YAML(typ="safe").load(ROOT / "bot" / "doctor.yml")
Doctor = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a file that is called like the present model."""
    folder = tmp_path_factory.mktemp("models")
    model_path(folder).write_bytes(b"")
    return folder


CACHED = (bootstrap.settings, bootstrap.live_shop, bootstrap.clock, bootstrap.calendar, bootstrap.inventory)


@pytest.fixture
def doctor(
    tmp_path: Path, models: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> Iterator[Doctor]:
    """`doctor(port="x")`: exit code and what it prints, of an installation that is all right but for these settings."""

    def forget() -> None:
        for cached in CACHED:
            cached.cache_clear()

    def run(language: str = "en", **settings: object) -> tuple[int, str]:
        given = {"data": tmp_path, "models": models, "port": free_port(), "rasa_port": free_port()}
        given |= {"rasa_second_port": free_port(), "actions_port": free_port(), **settings}
        for name in [name for name in os.environ if name.startswith("NIGHTDESK_")]:
            monkeypatch.delenv(name)
        for name, value in given.items():
            monkeypatch.setenv(f"NIGHTDESK_{name.upper()}", str(value))
        forget()
        code = main(["doctor", "--language", language])
        told = capsys.readouterr()
        return code, " ".join((told.out + told.err).split())

    yield run
    forget()


def database(folder: Path) -> Database:
    made = Database(f"sqlite:///{folder / 'nightdesk.sqlite'}")
    migrate(made)
    return made


def test_where_all_is_well_it_says_so(doctor: Doctor, tmp_path: Path) -> None:
    database(tmp_path)
    code, said = doctor()
    assert code == 0 and said.endswith("all is well") and "BAD" not in said
    code, said = doctor("zh")
    assert code == 0 and said.endswith("一切正常")


def test_before_the_first_start_it_makes_no_database(doctor: Doctor, tmp_path: Path) -> None:
    code, said = doctor()
    assert code == 0 and "no database yet" in said
    assert not (tmp_path / "nightdesk.sqlite").exists()


def test_it_does_not_migrate(doctor: Doctor, tmp_path: Path) -> None:
    migrate(database(tmp_path), "0003")
    code, said = doctor()
    assert code == 1 and "has form 0003" in said and "start Nightdesk again" in said
    with sqlite3.connect(tmp_path / "nightdesk.sqlite") as connection:
        assert connection.execute("select version_num from alembic_version").fetchone() == ("0003",)


def broken_shop(folder: Path) -> dict[str, object]:
    shop = Path(shutil.copytree(ROOT / "shop", folder / "shop"))
    text = (shop / "offers.yml").read_text(encoding="utf-8")
    (shop / "offers.yml").write_text(text.replace("off: 20 ", "off: lots "), encoding="utf-8")
    return {"shop": shop}


def unreachable_stock(folder: Path) -> dict[str, object]:
    shop = Path(shutil.copytree(ROOT / "shop", folder / "shop"))
    rules = f"kind: folder\npath: {folder / 'nowhere'}\nfields: {{sku: sku, quantity: quantity}}\noldest: 1h\n"
    (shop / "stock.yml").write_text(rules, encoding="utf-8")
    return {"shop": shop}


def open_secret(folder: Path) -> dict[str, object]:
    (folder / "session.secret").write_text("x")
    (folder / "session.secret").chmod(0o644)
    return {}


def open_folder(folder: Path) -> dict[str, object]:
    folder.chmod(0o755)
    return {}


def garbage(folder: Path) -> dict[str, object]:
    (folder / "nightdesk.sqlite").write_bytes(b"this is no database" * 100)
    return {}


def message_of_tomorrow(folder: Path) -> dict[str, object]:
    Store(database(folder)).accept("api:1", "m", "在吗", (), "zh", datetime.now(timezone.utc) + timedelta(days=1))
    return {}


def stuck(folder: Path) -> dict[str, object]:
    outbox, now = Outbox(database(folder)), datetime.now(timezone.utc)
    outbox.add([Notice("k", "售前群", "digest", {"title": "x"})], now)
    outbox.refused([1], "refused: 310000 no such token")
    return {}


@pytest.mark.parametrize(
    "spoil, what, todo",
    [
        (lambda _: {"port": "x"}, "NIGHTDESK_PORT is “x”", "start again"),
        (lambda _: {"prot": "8000"}, "NIGHTDESK_PROT: no setting", "nightdesk settings"),
        (lambda _: {"logs": "xml"}, "NIGHTDESK_LOGS is “xml”", "start again"),
        (lambda folder: {"models": folder / "none"}, "no model of the present data", "nightdesk train"),
        (lambda _: {"clock": "2026-11-21T21:04:00+08:00"}, "the clock is set to 2026-11-21 21:04", "remove"),
        (lambda _: {"chatwoot_url": "https://chat.example"}, "Chatwoot: NIGHTDESK_CHATWOOT_ACCOUNT", "chatwoot check"),
        (lambda _: {"database": "postgresql://127.0.0.1:1/none"}, "the database cannot be used", "NIGHTDESK_DATABASE"),
        (broken_shop, "offers.yml, line", "nightdesk check"),
        (unreachable_stock, "the shop's files are wrong: stock.yml|the stock cannot be looked up", "nightdesk stock"),
        (open_secret, "others can read", "chmod 600"),
        (open_folder, "other users can enter", "chmod 700"),
        (garbage, "the database cannot be used", "backup"),
        (message_of_tomorrow, "yet the database holds a message of", "timedatectl"),
        (stuck, "1 notices could not be sent, the latest by 售前群: refused", "on the desk"),
    ],
)
def test_it_names_what_is_wrong_and_what_to_do(
    doctor: Doctor, tmp_path: Path, spoil: Callable[[Path], dict[str, object]], what: str, todo: str
) -> None:
    code, said = doctor(**spoil(tmp_path))
    assert code == 1 and "BAD" in said
    assert re.search(what, said) and todo in said, said


@pytest.mark.parametrize(
    ("setting", "where"),
    [
        ("port", {}),
        ("rasa_second_port", {}),
        ("port", {"host": "127.0.0.2"}),
        ("actions_port", {"private_host": "::1"}),
    ],
)
def test_a_port_that_another_program_has_is_named(doctor: Doctor, setting: str, where: dict[str, str]) -> None:
    (host,) = where.values() or ("127.0.0.1",)
    with socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET) as taken:
        port = taken.getsockname()[1]
        code, said = doctor(**{setting: port}, **where)
        assert code == 1 and f"port {port} is taken by another program" in said


def test_what_others_can_reach_is_named(doctor: Doctor) -> None:
    with socket.socket() as reachable:
        reachable.bind(("0.0.0.0", 0))
        reachable.listen()
        port = reachable.getsockname()[1]
        code, said = doctor(rasa_port=port)
    assert code == 1 and f"port {port} listens on 0.0.0.0" in said


@pytest.mark.parametrize("family, host", [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_it_sees_where_something_listens(family: int, host: str) -> None:
    with socket.socket(family) as here:
        here.bind((host, 0))
        here.listen()
        assert (host, here.getsockname()[1]) in set(listening())


def test_every_word_is_in_both_languages_with_the_same_places() -> None:
    for entry in WORDS.values():
        for said in entry.values():
            assert set(said) == {"zh", "en"}
            places = [set(re.findall(r"{(\w+)}", said[language])) for language in ("zh", "en")]
            assert places[0] == places[1]
