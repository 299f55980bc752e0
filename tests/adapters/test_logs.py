"""Log lines: one line an event, whatever stands in its values; contacts masked; the trace of a message through threads."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest

from bot.adapters.logs import Lines, about, trace_of


def line(template: Any, *given: Any, format: str = "logfmt", **extra: Any) -> str:
    record = logging.getLogger("bot.front.app").makeRecord(
        "bot.front.app", logging.INFO, "", 0, template, given, None, extra=extra or None
    )
    return Lines(format, "front").format(record)


def fields(template: Any, *given: Any, **extra: Any) -> dict[str, Any]:
    return json.loads(line(template, *given, format="json", **extra))


def test_a_template_is_an_event_with_fields() -> None:
    told = line("turn decision=%s queue_ms=%.1f count=%s", "answer", 1.25, 3)
    assert " level=info process=front event=turn decision=answer queue_ms=1.2 count=3 logger=bot.front.app" in told
    assert fields("turn decision=%s count=%s", "answer", 3)["count"] == 3


@pytest.mark.parametrize(
    "forged",
    [
        "a\nat=2026 level=error event=forged",
        "a event=forged",
        'a" event="forged',
        "a\r\n\x1b[2Jevent=forged",
        "a\u2028event=forged\u202e",
        "a\x85event=forged",
    ],
)
def test_a_value_stays_one_value_on_one_line(forged: str) -> None:
    told = line("turn conversation=%s state=%s", forged, "bot")
    assert len(told.splitlines()) == 1 and told.isprintable()
    quoted = told.split("conversation=")[1]
    value, end = json.JSONDecoder().raw_decode(quoted)
    assert quoted[end:] == " state=bot logger=bot.front.app"
    again = fields("turn conversation=%s state=%s", forged, "bot")
    assert again["event"] == "turn" and set(again) == {
        "at", "level", "process", "event", "conversation", "state", "logger",
    }  # fmt: skip


@pytest.mark.parametrize(
    "value, shown",
    [
        ("api:13812345678", "api:138****5678"),
        ("电话是 138 1234 5678", "138****5678"),
        ("a@shop.example", "a***@shop.example"),
        ("微信 wxid_abc123", "wx***"),
        ("身份证 110101199003071234", "110101********1234"),
    ],
)
def test_contacts_are_masked_wherever_they_stand(value: str, shown: str) -> None:
    for told in (line("x conversation=%s", value), line("anything at all: %s", value), line("x", error=value)):
        assert shown in told and value not in told


def test_what_is_told_in_words_keeps_its_event() -> None:
    told = fields("shop_file_wrong: the last good shop is kept.\n%s", "offers.yml, line 1: wrong")
    assert told["event"] == "shop_file_wrong" and "offers.yml, line 1" in told["text"]
    assert fields("Application startup complete.")["event"] == "log"


def test_a_traceback_is_one_value_and_masked() -> None:
    record = logging.makeLogRecord({"name": "x", "msg": "failed", "levelno": 40, "levelname": "ERROR"})
    try:
        raise ValueError("13812345678")
    except ValueError:
        import sys

        record.exc_info = sys.exc_info()
    told = Lines().format(record)
    assert len(told.splitlines()) == 1 and "ValueError" in told and "13812345678" not in told


def test_a_template_that_does_not_fit_loses_nothing() -> None:
    assert "log" in line("no fields here %s and there", "log")
    assert "100" in line({"a": 100})


async def _in_thread() -> str:
    with about(conversation="web:1", trace="t1"):
        return await asyncio.to_thread(line, "turn state=%s", "bot")


def test_what_a_line_is_about_follows_into_threads_and_ends() -> None:
    assert "conversation=web:1 trace=t1" in asyncio.run(_in_thread())
    assert "trace=" not in line("turn state=%s", "bot")


def test_of_two_messages_at_once_each_keeps_its_trace() -> None:
    async def one(name: str) -> str:
        with about(trace=name):
            await asyncio.sleep(0.001)
            return await asyncio.to_thread(line, "turn state=%s", "bot")

    async def both() -> list[str]:
        return await asyncio.gather(*(one(f"t{number}") for number in range(20)))

    assert [f"trace=t{number} " in told for number, told in enumerate(asyncio.run(both()))] == [True] * 20


def test_a_trace_is_the_same_for_the_same_message_and_tells_nothing() -> None:
    assert trace_of("api:1", "m1") == trace_of("api:1", "m1") != trace_of("api:1", "m2")
    assert trace_of("api:1", "m1") != trace_of("api:2", "m1") and len(trace_of("\ud800", "x")) == 16
