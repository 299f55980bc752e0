"""One message through all processes, from their logs; and nothing secret or personal in any of them."""

from __future__ import annotations

import logging
import uuid
from pathlib import Path

import pytest

from bot.adapters.logs import Lines, about, trace_of
from bot.cli import main
from bot.hops import hops, read
from tests.conftest import PASSWORD, TOKEN, Stack, make_stack

T = trace_of("api:1", "m1")
LINES = [
    f'at=2026-11-22T10:00:00.000Z level=info process=front event=received message=m1 conversation="api:1" trace={T}',
    "10:21:31 rasa.1    | at=2026-11-22T10:00:00.010Z level=info process=rasa event=rasa_received conversation=api:1/1 trace="
    + T,
    "a line of somebody else's at=noon",
    '{"at": "2026-11-22T10:00:00.020Z", "level": "info", "process": "actions", "event": "action_taken", "ms": 4.2, '
    f'"conversation": "api:1/1", "trace": "{T}"}}',
    "at=2026-11-22T10:00:00.015Z level=info process=front event=received message=m2 conversation=api:2 trace=other",
    f'at=2026-11-22T10:00:00.031Z level=info process=front event=turn text="a \\"b\\" c=d" conversation=api:1 trace={T}',
]


@pytest.mark.parametrize("id", ["m1", T])
def test_a_message_is_found_by_its_id_and_by_its_trace(id: str) -> None:
    found = hops(id, LINES)
    assert [line["event"] for line in found] == ["received", "rasa_received", "action_taken", "turn"]
    assert found[-1]["text"] == 'a "b" c=d'


def test_an_id_with_a_contact_in_it_is_found_though_the_logs_mask_it(tmp_path: Path) -> None:
    record = logging.makeLogRecord({"msg": "received message=%s", "args": ("13812345678",), "name": "x"})
    with about(trace=T):
        line = Lines().format(record)
    assert "13812345678" not in line
    assert len(hops("13812345678", [line])) == 1


def test_the_command_prints_the_hops_with_their_times(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    file = tmp_path / "logs.txt"
    file.write_text("\n".join(LINES), encoding="utf-8")
    assert main(["trace", "m1", str(file)]) == 0
    first, *told = capsys.readouterr().out.splitlines()
    assert T in first
    assert [" ".join(line.split()[:5]) for line in told] == [
        "0 ms front received message=m1",
        "10 ms rasa rasa_received",
        "20 ms actions action_taken ms=4.2",
        "31 ms front turn text=a",
    ]
    assert main(["trace", "nobody", str(file)]) == 1


@pytest.mark.parametrize("line", ["", "at=", "{}", '{"at": 1', 'at=2026-11-22T10:00:00.000Z level=info x="unended'])
def test_what_is_no_line_of_ours_is_passed_over(line: str) -> None:
    assert not read(line).get("trace")


@pytest.mark.stack
def test_a_conversation_leaves_its_trace_and_nothing_personal_in_all_logs(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """All three processes, from their start to their end, with a buyer who says everything that nobody should read."""
    stack = make_stack(tmp_path_factory.mktemp("logs"), metrics_token="token-of-metrics")
    personal = ["13812345678", "li_hua@mail.example", "wxid_lihua88", "110101199003071234", "文一西路998号"]
    try:
        stack.start()
        conversation, id = "buyer-13998765432", uuid.uuid4().hex
        stack.say(conversation, "料理机能和面吗 有货吗", id)
        for text in personal:
            stack.say(conversation, f"我要人工，我的联系方式 {text}")
        stack.say(conversation, "转人工\nat=2026 level=error event=forged")
        _desk_and_wrong_tokens(stack)
    finally:
        stack.stop()
    log = stack.log.read_text(encoding="utf-8")
    found = hops(id, log.splitlines())
    assert [(line["process"], line["event"]) for line in found] == [
        ("front", "received"),
        ("rasa", "rasa_received"),
        ("actions", "action_taken"),
        ("rasa", "rasa_answered"),
        ("front", "turn"),
    ]
    assert all(str(line["conversation"]).startswith("api:buyer-139****5432") for line in found)
    secrets = [file.read_text().strip() for file in stack.data.glob("*.secret")]
    assert len(secrets) >= 3
    for secret in [*personal, "13998765432", *secrets, TOKEN, PASSWORD, "token-of-metrics", "和面"]:
        assert secret not in log, secret
    assert not [line for line in log.splitlines() if read(line).get("event") == "forged"]


def _desk_and_wrong_tokens(stack: Stack) -> None:
    """Refusals, a wrong password and a body that is none are logged too, if at all."""
    stack.post({"conversation": "x"}, token="wrong-token")
    stack.post({"conversation": {"13812345678": 1}})
    stack.session.get(f"{stack.url}/metrics", headers={"Authorization": "Bearer token-of-metrics"})
    page = stack.session.get(f"{stack.url}/desk/login")
    csrf = stack.session.cookies["nightdesk_csrf"]
    given = {"csrf": csrf, "name": "13812345678", "password": PASSWORD}
    assert page.ok and stack.session.post(f"{stack.url}/desk/login", data=given).status_code == 401
