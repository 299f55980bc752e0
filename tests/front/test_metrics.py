"""What Prometheus is told, and who may ask; and what /readyz says of the parts."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from bot.front.app import make_app
from bot.front.metrics import STEPS
from tests.conftest import ROOT
from tests.desk.running import Running, make_running

HERE = ("127.0.0.1", 1)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Running:
    return make_running(tmp_path_factory.mktemp("metrics"))


def browser(running: Running, client: tuple[str, int] = HERE, **changes: Any) -> TestClient:
    return TestClient(make_app(replace(running.front, **changes)), client=client)


def told(client: TestClient) -> Callable[..., float]:
    """`told("nightdesk_turns_total", decision="talk")`"""
    found = {}
    for family in text_string_to_metric_families(client.get("/metrics").text):
        for sample in family.samples:
            found[sample.name, tuple(sorted(sample.labels.items()))] = sample.value

    def value(name: str, **labels: str) -> float:
        return found[name, tuple(sorted(labels.items()))]

    return value


def say(client: TestClient, text: str, message_id: str = "") -> dict[str, Any]:
    body = {"conversation": "metrics", "message_id": message_id or uuid.uuid4().hex, "text": text}
    return client.post("/api/messages", json=body, headers={"authorization": "Bearer token"}).json()


def test_a_turn_is_counted_once_with_each_of_its_steps(running: Running) -> None:
    client = browser(running)
    before = told(client)
    id = uuid.uuid4().hex
    for _ in range(2):
        say(client, "我要人工", id)
    now = told(client)

    def more(name: str, **labels: str) -> float:
        return now(name, **labels) - before(name, **labels)

    assert more("nightdesk_turns_total", decision="hand_over") == 1
    assert more("nightdesk_questions_total", outcome="handed_over") == 1
    assert more("nightdesk_repeated_messages_total") == 1
    assert more("nightdesk_turn_seconds_count") == 1
    for step in STEPS[:-1]:
        assert more("nightdesk_turn_step_seconds_count", step=step) == 1
        assert more("nightdesk_turn_step_seconds_sum", step=step) >= 0
    assert more("nightdesk_turn_step_seconds_count", step="send") == 2
    assert now("nightdesk_messages_in_hand") == 0


def test_how_things_stand_is_told(running: Running) -> None:
    client = browser(running)
    say(client, "我要人工")
    now = told(client)
    assert now("nightdesk_handoffs_open", state="waiting") == running.front.handoffs.counts()["waiting"] >= 1
    assert now("nightdesk_handoffs_open", state="claimed") == 0
    assert now("nightdesk_people_on_duty") == 2
    assert now("nightdesk_rasa_ready") == 1
    assert {now("nightdesk_outbox_notices", state=state) for state in ("due", "failing", "sending", "refused")} == {0}


def test_what_is_throttled_is_counted(running: Running) -> None:
    from bot.front.limits import Limits

    client = browser(running, limits=Limits(api=1))
    before = told(client)("nightdesk_throttled_total", by="api")
    for _ in range(3):
        say(client, "在吗")
    assert told(client)("nightdesk_throttled_total", by="api") - before == 2


def test_nothing_of_a_buyers_stands_in_it(running: Running) -> None:
    client = browser(running)
    say(client, "我的电话13812345678 我要人工")
    text = client.get("/metrics").text
    assert "13812345678" not in text and "api:metrics" not in text and "人工" not in text


@pytest.mark.parametrize(
    "address, headers, status",
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("203.0.113.9", {}, 404),
        ("testclient", {}, 404),
        ("127.0.0.1", {"x-forwarded-for": "203.0.113.9"}, 404),
        ("127.0.0.1", {"forwarded": "for=203.0.113.9"}, 404),
        ("127.0.0.1", {"via": "1.1 proxy"}, 404),
    ],
)
def test_without_a_token_this_machine_alone_is_told(
    running: Running, address: str, headers: dict[str, str], status: int
) -> None:
    assert browser(running, (address, 1)).get("/metrics", headers=headers).status_code == status


@pytest.mark.parametrize("address", ["127.0.0.1", "203.0.113.9"])
@pytest.mark.parametrize("given, status", [("Bearer right", 200), ("Bearer wrong", 401), ("", 401)])
def test_with_a_token_everybody_needs_it(running: Running, address: str, given: str, status: int) -> None:
    client = browser(running, (address, 1), metrics_token="right")
    assert client.get("/metrics", headers={"authorization": given}).status_code == status


@pytest.mark.parametrize(
    "rasa, keeps, status, parts",
    [
        (True, True, 200, {"understanding": "ready", "store": "ready"}),
        (False, True, 503, {"understanding": "actions_away", "store": "ready"}),
        (True, False, 503, {"understanding": "ready", "store": "away"}),
    ],
)
def test_it_says_which_part_is_not_ready(
    running: Running, rasa: bool, keeps: bool, status: int, parts: dict[str, str]
) -> None:
    given = SimpleNamespace(ready=lambda: rasa, trouble="actions_away")
    answer = browser(running, rasa=given, store=SimpleNamespace(ready=lambda: keeps)).get("/readyz")
    assert (answer.status_code, answer.json()) == (status, {"ready": status == 200, "parts": parts})


def test_the_page_names_every_metric_and_no_other(running: Running) -> None:
    page = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    table = page.split("## Metrics")[1].split("\n\nWorth")[0]
    client = browser(running)
    say(client, "在吗")
    text = client.get("/metrics").text
    told = set(re.findall(r"^# TYPE (nightdesk_\w+) ", text, re.MULTILINE))
    told = {name for name in told if not name.endswith("_created")}
    assert set(re.findall(r"^\| `(nightdesk_\w+)`", table, re.MULTILINE)) == told
