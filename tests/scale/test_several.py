"""Two fronts and two Rasa workers over one PostgreSQL and one Redis: what buyers hear, and what is left when one is killed."""

from __future__ import annotations

import json
import signal
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
import sqlalchemy as sa

from bench.several import Several, several
from bot.adapters.database import Database
from bot.adapters.tables import messages, turns
from tests.databases import Postgres, postgresql  # noqa: F401

TEXTS = ("料理机能和面吗", "Y915有货吗", "空气炸锅多少钱", "保修几年", "发什么快递")
WITHIN = 10.0
"""Seconds in which a buyer hears something, whatever has happened."""


@pytest.fixture(scope="module")
def address(postgresql: Postgres) -> str:  # noqa: F811
    return postgresql.make()


@pytest.fixture(scope="module")
def running(address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Several]:
    with several(tmp_path_factory.mktemp("several"), address, fronts=2, workers=2) as made:
        yield made


@pytest.fixture(scope="module")
def database(address: str) -> Iterator[Database]:
    made = Database(address)
    yield made
    made.engine.dispose()


def at_once(*work: Callable[[], Any]) -> list[Any]:
    with ThreadPoolExecutor(len(work)) as pool:
        return [begun.result() for begun in [pool.submit(one) for one in work]]


def answers(database: Database, conversation: str) -> tuple[list[str], list[str]]:
    """What the turns of a conversation say, in the order of its messages, and what was said, in order."""
    of = f"api:{conversation}"
    query = sa.select(turns.c.answer).where(turns.c.conversation == of).order_by(turns.c.message)
    said = sa.select(messages.c.text).where(messages.c.conversation == of, messages.c.sender == "bot")
    with database.reading() as connection:
        meant = [reply["text"] for (answer,) in connection.execute(query) for reply in answer["replies"]]
        return meant, [text for (text,) in connection.execute(said.order_by(messages.c.id))]


def understood(answer: dict[str, Any]) -> bool:
    return bool(answer["turn"]["questions"])


def test_messages_that_come_to_both_fronts_are_answered_in_the_order_they_were_kept(
    running: Several, database: Database
) -> None:
    talk = uuid.uuid4().hex
    work = [lambda n=n: running.say(talk, TEXTS[n % 5], n % 2, session=requests.Session()) for n in range(10)]
    assert all(map(understood, at_once(*work)))
    meant, said = answers(database, talk)
    assert said == meant
    assert sum(message["from"] == "buyer" for message in running.thread(talk)) == 10


def test_the_same_message_at_both_fronts_at_once_is_answered_once(running: Several, database: Database) -> None:
    for number in range(6):
        talk, id = uuid.uuid4().hex, f"same-{number}"
        told = at_once(*[lambda f=f: running.say(talk, TEXTS[0], f, id, requests.Session()) for f in (0, 1)])  # noqa: B023
        assert told[0] == told[1]
        assert Counter(message["from"] for message in running.thread(talk))["buyer"] == 1
        meant, said = answers(database, talk)
        assert said == meant == [reply["text"] for reply in told[0]["replies"]]


def test_a_page_at_one_front_hears_at_once_what_happened_at_the_other(running: Several) -> None:
    begun = requests.post(f"{running.urls[0]}/chat/session", json={}, timeout=5).json()
    buyer = {"authorization": f"Bearer {begun['token']}"}
    with requests.get(f"{running.urls[0]}/chat/events", headers=buyer, stream=True, timeout=10) as page:
        lines = page.iter_lines(decode_unicode=True)
        next(line for line in lines if line.startswith("data:"))
        began = time.monotonic()
        body = {"message_id": uuid.uuid4().hex, "text": TEXTS[0]}
        requests.post(f"{running.urls[1]}/chat/messages", json=body, headers=buyer, timeout=10).raise_for_status()
        shown = (json.loads(line.removeprefix("data:")) for line in lines if line.startswith("data:"))
        next(news for news in shown if any(m["from"] == "bot" for m in news.get("messages", ())))
        assert time.monotonic() - began < 3, "it would have looked by itself after five seconds"


def test_when_a_front_is_killed_while_it_answers_the_other_one_answers(running: Several, database: Database) -> None:
    talk, ids = uuid.uuid4().hex, ["killed-1", "killed-2"]
    for worker in running.workers:
        worker.signal(signal.SIGSTOP)
    with ThreadPoolExecutor(2) as pool:
        lost = [pool.submit(running.say, talk, TEXTS[n], 0, id, requests.Session()) for n, id in enumerate(ids)]
        until = time.monotonic() + 3
        while len(running.thread(talk, 1)) < 2 and time.monotonic() < until:
            time.sleep(0.05)
        running.fronts[0].kill()
        for worker in running.workers:
            worker.signal(signal.SIGCONT)
        assert all(isinstance(one.exception(), requests.RequestException) for one in lost)
    killed = time.monotonic()
    assert understood(running.say(talk, TEXTS[2], 1)), "a message behind those is answered after them"
    assert time.monotonic() - killed < WITHIN
    meant, said = answers(database, talk)
    assert said == meant and [message["from"] for message in running.thread(talk, 1)].count("buyer") == 3
    assert understood(running.say(talk, TEXTS[0], 1, ids[0])), "who sends it again hears the answer"
    assert answers(database, talk) == (meant, said)


def test_what_a_killed_front_left_is_answered_though_nobody_writes_again(running: Several, database: Database) -> None:
    running.fronts[0].start()
    deadline = time.monotonic() + 30
    while not _is_up(running.urls[0]) and time.monotonic() < deadline:
        time.sleep(0.2)
    talk = uuid.uuid4().hex
    for worker in running.workers:
        worker.signal(signal.SIGSTOP)
    with ThreadPoolExecutor(1) as pool:
        lost = pool.submit(running.say, talk, TEXTS[0], 0, "left", requests.Session())
        until = time.monotonic() + 3
        while not running.thread(talk, 1) and time.monotonic() < until:
            time.sleep(0.05)
        running.fronts[0].kill()
        for worker in running.workers:
            worker.signal(signal.SIGCONT)
        assert lost.exception()
    killed = time.monotonic()
    while len(running.thread(talk, 1)) < 2 and time.monotonic() - killed < WITHIN:
        time.sleep(0.1)
    meant, said = answers(database, talk)
    assert said == meant != []


def test_when_a_rasa_worker_is_killed_buyers_hear_answers_from_the_other(running: Several) -> None:
    running.workers[0].kill()
    began = time.monotonic()
    assert all(understood(running.say(uuid.uuid4().hex, TEXTS[n % 5], 1)) for n in range(12))
    assert time.monotonic() - began < WITHIN


def test_without_redis_a_front_goes_on(running: Several, database: Database) -> None:
    running.redis.kill()
    talk = uuid.uuid4().hex
    assert all(understood(running.say(talk, text, 1)) for text in TEXTS)
    meant, said = answers(database, talk)
    assert said == meant
    assert running.fronts[1].log.read_text().count("fronts_apart") == 1


def _is_up(url: str) -> bool:
    try:
        return requests.get(f"{url}/readyz", timeout=2).ok
    except requests.RequestException:
        return False
