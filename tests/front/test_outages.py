"""What the buyer meets when a part is down: Rasa, the actions, the inventory, or a wrong file of facts."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import EVENING, ROOT, Stack, make_stack

pytestmark = pytest.mark.stack

WITHIN = 5.0
"""Seconds until the buyer has an honest line (issue: bad input)."""

FACTS_WITHIN = 3.0
"""Seconds until a corrected fact is answered with."""

_PLAN = """
import json
from bot import bootstrap
from bot.run import commands, process_environment
from bot.training import train_if_needed
model = train_if_needed(bootstrap.settings().models)
print(json.dumps({"commands": commands(str(model)), "environment": process_environment()}))
"""


@dataclass
class Parts(Stack):
    """The three processes without the manager that ends all when one ends, so that one can be taken away."""

    running: dict[str, subprocess.Popen] = field(default_factory=dict)
    plan: dict[str, Any] = field(default_factory=dict)

    def start(self) -> None:
        made = subprocess.run(
            [sys.executable, "-c", _PLAN], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=True
        )
        self.plan = json.loads(made.stdout.splitlines()[-1])
        for name in self.plan["commands"]:
            self.begin(name)
        self.wait_ready()

    def begin(self, name: str) -> None:
        with self.log_of(name).open("ab") as log:
            self.running[name] = subprocess.Popen(
                self.plan["commands"][name], cwd=ROOT, env=self.plan["environment"], stdout=log, stderr=log
            )

    def log_of(self, name: str) -> Path:
        return self.data / f"{name}.txt"

    def stop(self) -> None:
        for process in self.running.values():
            process.kill()
        for process in self.running.values():
            process.wait()

    def ready(self) -> bool:
        return self.session.get(f"{self.url}/readyz", timeout=5).status_code == 200

    def wait_ready(self) -> None:
        def up() -> bool:
            ended = [name for name, process in self.running.items() if process.poll() is not None]
            assert not ended, f"{ended} ended: {self.log_of(ended[0]).read_text()[-1500:]}"
            try:
                return self.ready() and self.say(uuid.uuid4().hex, "hello")["turn"]["questions"] != []
            except OSError:
                return False

        assert eventually(up, 120), "\n".join(self.log_of(name).read_text()[-1500:] for name in self.running)

    @contextmanager
    def without(self, name: str) -> Iterator[None]:
        """The process killed, and started again on the same port afterwards."""
        self.running[name].kill()
        self.running[name].wait()
        try:
            yield
        finally:
            self.begin(name)
            self.wait_ready()

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """The process is there, takes connections, and says nothing."""
        self.running[name].send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.running[name].send_signal(signal.SIGCONT)
            self.wait_ready()

    def rows(self, query: str, *values: str) -> list[tuple]:
        with closing(sqlite3.connect(f"file:{self.data / 'nightdesk.sqlite'}?mode=ro", uri=True)) as connection:
            return connection.execute(query, values).fetchall()


def eventually(holds: Callable[[], bool], seconds: float, pause: float = 0.25) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(pause)
    return False


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the shop that may be spoilt."""
    return Path(shutil.copytree(ROOT / "shop", tmp_path_factory.mktemp("shop") / "shop"))


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory, shop: Path) -> Iterator[Parts]:
    plain = make_stack(tmp_path_factory.mktemp("parts"), shop=str(shop))
    running = Parts(plain.data, plain.port, plain.environment, plain.log)
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture
def talk(parts: Parts) -> str:
    parts.set_clock(EVENING)
    return uuid.uuid4().hex


def said(answer: dict[str, Any]) -> str:
    return "\n".join(reply["text"] for reply in answer["replies"])


def timed(parts: Parts, conversation: str, text: str, message_id: str) -> tuple[dict[str, Any], float]:
    began = time.monotonic()
    answer = parts.say(conversation, text, message_id)
    return answer, time.monotonic() - began


def offers_person(answer: dict[str, Any]) -> bool:
    buttons = [button["payload"] for reply in answer["replies"] for button in reply.get("buttons", ())]
    return any("person" in payload or "人工" in payload for payload in buttons)


def is_honest(answer: dict[str, Any]) -> bool:
    """One line that owns up, tells no fact, and offers a person."""
    return (
        len(answer["replies"]) == 1
        and any(word in said(answer).lower() for word in ("sorry", "不好意思", "抱歉"))
        and not [f for q in answer["turn"]["questions"] for f in q["facts"]]
        and offers_person(answer)
    )


def assert_other_facts(parts: Parts, conversation: str) -> None:
    assert "279" in said(parts.say(conversation, "how much is the air fryer A5"))
    assert "1.2 kg" in said(parts.say(conversation, "can the air fryer A5 cook a whole chicken"))


def kept_once(parts: Parts, conversation: str, message_id: str) -> bool:
    query = "select count(*), min(text) from messages where conversation = ? and message_id = ?"
    ((count, text),) = parts.rows(query, f"api:{conversation}", message_id)
    return count == 1 and bool(text)


def speakers(parts: Parts, conversation: str) -> list[str]:
    return [
        s
        for (s,) in parts.rows("select sender from messages where conversation = ? order by id", f"api:{conversation}")
    ]


# --- Rasa or the actions down ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["actions", "rasa"])
def test_while_it_is_down_the_buyer_has_one_honest_line_and_no_second_one_when_it_returns(
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
    assert parts.say(talk, "is the black one in stock", "while-down") == first, "the same message, the same answer"
    time.sleep(2)
    assert speakers(parts, talk) == before, "nobody is answered a second time"
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
    time.sleep(2)
    assert speakers(parts, talk) == ["buyer", "bot"], "the late answer is not sent as well"
    assert parts.say(talk, "is the A5 in black in stock", "hanging") == answer
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


def without_its_table(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("drop table stock")


@pytest.mark.parametrize("spoil", [garbage, a_folder_in_its_place, without_its_table])
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


def test_a_stock_set_by_hand_is_told_at_once(parts: Parts, talk: str) -> None:
    for quantity, told in (("3", "3"), ("200", "in stock")):
        command = [sys.executable, "-m", "bot.cli", "stock", "K17-white", quantity]
        subprocess.run(command, cwd=ROOT, env=parts.environment, check=True, capture_output=True)
        assert told in said(parts.say(talk, "is the white kettle K17 in stock"))


# --- the facts ---------------------------------------------------------------------------------------------------


@contextmanager
def edited(file: Path, old: str, new: str) -> Iterator[int]:
    """The file with one passage changed, and put back afterwards; gives the line that was changed."""
    good = file.read_text(encoding="utf-8")
    assert good.count(old) == 1, f"{old} stands {good.count(old)} times in {file.name}"
    file.write_text(good.replace(old, new), encoding="utf-8")
    try:
        yield good[: good.index(old)].count("\n") + 1
    finally:
        file.write_text(good, encoding="utf-8")


def soon_says(parts: Parts, conversation: str, text: str, *wanted: str) -> bool:
    def holds() -> bool:
        told = said(parts.say(conversation, text))
        return all(words in told for words in wanted)

    return eventually(holds, FACTS_WITHIN)


WRONG_LINES = [
    ("capabilities.csv", "A5,whole_chicken,limited,", "A5,whole_chicken,maybe,"),
    ("variants.csv", "A5-black,A5,black,5L,299,18,,", "A5-black,A5,black,5L,cheap,18,,"),
    ("shipping.yml", "free_from: 59 ", "free_from: much "),
    ("offers.yml", "off: 20 ", "off: lots "),
]


@pytest.mark.parametrize("name, old, new", WRONG_LINES, ids=[name for name, _, _ in WRONG_LINES])
def test_a_wrong_line_leaves_the_last_good_facts_and_is_named_in_the_log(
    parts: Parts, shop: Path, talk: str, name: str, old: str, new: str
) -> None:
    already = parts.log_of("actions").stat().st_size
    with edited(shop / name, old, new) as line:

        def logged() -> bool:
            assert_other_facts(parts, talk)
            news = parts.log_of("actions").read_bytes()[already:].decode()
            return "shop_file_wrong" in news and name in news and str(line) in news

        assert eventually(logged, 5), parts.log_of("actions").read_bytes()[already:].decode()[-800:]
        assert "shop_read_again" not in parts.log_of("actions").read_bytes()[already:].decode()


def test_a_file_that_is_gone_leaves_the_last_good_facts(parts: Parts, shop: Path, talk: str) -> None:
    good = (shop / "capabilities.csv").read_bytes()
    (shop / "capabilities.csv").unlink()
    try:
        time.sleep(1.5)
        assert "1.2 kg" in said(parts.say(talk, "can the air fryer A5 cook a whole chicken"))
    finally:
        (shop / "capabilities.csv").write_bytes(good)


def test_a_corrected_verdict_is_answered_without_training(parts: Parts, shop: Path, talk: str) -> None:
    assert "1.2 kg" in said(parts.say(talk, "can the air fryer A5 cook a whole chicken"))
    with edited(shop / "capabilities.csv", "the chicken may weigh up to 1.2 kg", "the chicken may weigh up to 1.4 kg"):
        assert soon_says(parts, talk, "can the air fryer A5 cook a whole chicken", "1.4 kg")
    assert soon_says(parts, talk, "can the air fryer A5 cook a whole chicken", "1.2 kg")


def test_a_changed_list_price_is_answered_and_so_is_what_it_comes_to(parts: Parts, shop: Path, talk: str) -> None:
    with edited(shop / "variants.csv", "L18-white,L18,white,1.5L,199,", "L18-white,L18,white,1.5L,329,"):
        assert soon_says(parts, talk, "how much is the L18", "329", "309")
        card = parts.say(talk, "i want to buy the L18")["handoff"]
        assert card["wants"][0]["list_price"] == "329.00", "the front reads the same shop"
    assert soon_says(parts, uuid.uuid4().hex, "how much is the L18", "199")


def test_changed_postage_and_hours_are_answered(parts: Parts, shop: Path, talk: str) -> None:
    with edited(shop / "shipping.yml", "otherwise: 8", "otherwise: 9"):
        assert soon_says(parts, talk, "what does shipping cost for the apron B02", "¥9")
    with edited(
        shop / "hours.yml",
        'sales:     {days: daily, from: "09:00", to: "22:00"}',
        'sales:     {days: daily, from: "10:30", to: "22:00"}',
    ):
        assert soon_says(parts, talk, "when are your people there", "10:30")


def test_what_was_wrong_and_is_put_right_is_read_again(parts: Parts, shop: Path, talk: str) -> None:
    with edited(shop / "capabilities.csv", "A5,whole_chicken,limited,", "A5,whole_chicken,maybe,"):
        time.sleep(1.5)
        parts.say(talk, "can the air fryer A5 cook a whole chicken")
    with edited(shop / "capabilities.csv", "the chicken may weigh up to 1.2 kg", "the chicken may weigh up to 1.3 kg"):
        assert soon_says(parts, talk, "can the air fryer A5 cook a whole chicken", "1.3 kg")
    assert soon_says(parts, talk, "can the air fryer A5 cook a whole chicken", "1.2 kg")


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
