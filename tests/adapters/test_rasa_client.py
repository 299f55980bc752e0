"""The line to Rasa, against a real small server on this machine."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bot.adapters.rasa_client import RasaClient, RasaGone
from bot.ports import UnderstandingError
from tests.conftest import free_port

TURN = {"language": "zh", "questions": [], "decision": "talk"}
ANSWER = [
    {"recipient_id": "c", "text": "在的", "buttons": [{"title": "转人工", "payload": "转人工"}]},
    {"recipient_id": "c", "text": "还有"},
    {"recipient_id": "c", "custom": {"turn": TURN, "dialogue": {"size": "M"}}},
]


class FakeRasa(ThreadingHTTPServer):
    """Answers with `status` and `body` after `seconds`, and keeps what was asked. `hangs_up`: after each answer, unsaid."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), FakeRasaHandler)
        self.status, self.body, self.seconds = 200, json.dumps(ANSWER).encode(), 0.0
        self.hangs_up, self.connections = False, 0
        self.asked: list[dict] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class FakeRasaHandler(BaseHTTPRequestHandler):
    server: FakeRasa
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        self.server.connections += 1
        super().setup()

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append({"path": self.path, "token": self.headers["Authorization"], "body": body})
        time.sleep(self.server.seconds)
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        try:
            self.send_response(self.server.status)
            self.send_header("Content-Length", str(len(self.server.body)))
            self.end_headers()
            self.wfile.write(self.server.body)
            self.close_connection = self.server.hangs_up
        except OSError:
            pass  # the client has gone

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def rasa() -> Iterator[FakeRasa]:
    server = FakeRasa()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def client(rasa: FakeRasa, seconds: float = 2.0) -> RasaClient:
    return RasaClient(rasa.url, rasa.url, "secret", seconds)


def test_gives_the_replies_the_record_and_the_memory(rasa: FakeRasa) -> None:
    turn = client(rasa).take_turn("c", "在吗", {"dialogue": {}})
    assert [reply["text"] for reply in turn.replies] == ["在的", "还有"]
    assert turn.replies[0]["buttons"] == [{"title": "转人工", "payload": "转人工"}]
    assert turn.replies[1]["buttons"] == []
    assert (turn.record, turn.dialogue) == (TURN, {"size": "M"})


def test_asks_with_the_token_and_what_is_remembered(rasa: FakeRasa) -> None:
    client(rasa).take_turn("c", "在吗", {"dialogue": {"size": "M"}})
    assert rasa.asked == [
        {
            "path": "/webhooks/front/webhook",
            "token": "Bearer secret",
            "body": {"sender": "c", "message": "在吗", "metadata": {"dialogue": {"size": "M"}}},
        }
    ]


@pytest.mark.parametrize("status", [400, 401, 404, 500, 502, 503])
def test_an_error_status_is_an_error_of_ours_and_is_not_asked_again(rasa: FakeRasa, status: int) -> None:
    rasa.status = status
    with pytest.raises(UnderstandingError):
        client(rasa).take_turn("c", "在吗", {})
    assert len(rasa.asked) == 1


@pytest.mark.parametrize(("hangs_up", "connections"), [(False, 1), (True, 3)])
def test_a_line_stays_open_between_turns_and_is_made_anew_where_rasa_hung_up(
    rasa: FakeRasa, hangs_up: bool, connections: int
) -> None:
    rasa.hangs_up, asking = hangs_up, client(rasa)
    for _ in range(3):
        assert asking.take_turn("c", "在吗", {}).record == TURN
        time.sleep(0.05)
    assert (len(rasa.asked), rasa.connections) == (3, connections)


def test_goes_where_rasa_is_now(rasa: FakeRasa) -> None:
    addresses = [f"http://127.0.0.1:{free_port()}", rasa.url]
    asking = RasaClient(lambda: addresses[0], rasa.url, "secret", 2.0)
    with pytest.raises(RasaGone) as gone:
        asking.take_turn("c", "在吗", {})
    assert not gone.value.waited
    addresses.pop(0)
    assert asking.take_turn("c", "在吗", {}).record == TURN


def test_tells_what_is_understood_without_a_turn(rasa: FakeRasa) -> None:
    rasa.body = json.dumps([{"text": "在吗"}, {"text": "有货吗"}]).encode()
    assert client(rasa).understood(["在吗", "有货吗"]) == {"在吗": {"text": "在吗"}, "有货吗": {"text": "有货吗"}}
    assert rasa.asked[0]["path"] == "/webhooks/front/understood"
    assert rasa.asked[0]["token"] == "Bearer secret"


@pytest.mark.parametrize(("status", "body"), [(404, b"{}"), (401, b"{}"), (200, b"[]"), (200, b"{}"), (200, b"<html>")])
def test_who_cannot_say_what_is_understood_is_an_error_of_ours(rasa: FakeRasa, status: int, body: bytes) -> None:
    rasa.status, rasa.body = status, body
    with pytest.raises(UnderstandingError):
        client(rasa).understood(["在吗"])


WRONG = [b"", b"<html>oops</html>", b"{", b"null", b"7", b'"text"', b"[]", b"{}", b"[null]", b"[7]", b'[{"text": "hi"}]',
         b'[{"custom": {}}]', b'[{"custom": null}]', b'[{"custom": {"other": 1}}]', b'[{"custom": "turn"}]',
         b'[{"custom": {"turn": null}}]', b"\xff\xfe"]  # fmt: skip


@pytest.mark.parametrize("body", WRONG)
def test_an_answer_without_a_turn_is_an_error_of_ours(rasa: FakeRasa, body: bytes) -> None:
    rasa.body = body
    with pytest.raises(UnderstandingError):
        client(rasa).take_turn("c", "在吗", {})


def test_a_time_out_is_an_error_of_ours_and_is_not_asked_again(rasa: FakeRasa) -> None:
    rasa.seconds = 1.5
    with pytest.raises(RasaGone) as gone:
        client(rasa, seconds=0.2).take_turn("c", "在吗", {})
    assert gone.value.waited
    assert len(rasa.asked) == 1


def test_nobody_there_is_an_error_of_ours() -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    gone = RasaClient(nobody, nobody, "secret", 1.0)
    with pytest.raises(UnderstandingError):
        gone.take_turn("c", "在吗", {})
    assert gone.ready() is False


def test_the_error_does_not_hold_what_the_buyer_wrote(rasa: FakeRasa) -> None:
    rasa.status = 500
    with pytest.raises(UnderstandingError) as caught:
        client(rasa).take_turn("c", "我的电话13812345678", {})
    assert "1381" not in str(caught.value)


def test_is_ready_when_a_turn_was_taken_and_both_answer(rasa: FakeRasa) -> None:
    asking = client(rasa)
    assert asking.ready() is True
    warmed = len(rasa.asked)
    assert warmed > 0
    assert asking.ready() is True
    assert len(rasa.asked) == warmed, "it warms up once"


def test_is_not_ready_while_an_error_is_answered(rasa: FakeRasa) -> None:
    rasa.status = 503
    assert client(rasa).ready() is False


def test_is_not_ready_while_turns_fail(rasa: FakeRasa) -> None:
    rasa.body = b"[]"
    assert client(rasa).ready() is False


def test_is_not_ready_without_the_actions(rasa: FakeRasa) -> None:
    alone = RasaClient(rasa.url, f"http://127.0.0.1:{free_port()}", "secret", 1.0)
    assert alone.ready() is False


def test_works_again_when_rasa_is_back(rasa: FakeRasa) -> None:
    asking = client(rasa)
    rasa.status = 500
    with pytest.raises(UnderstandingError):
        asking.take_turn("c", "在吗", {})
    rasa.status = 200
    assert asking.take_turn("c", "在吗", {}).record == TURN
