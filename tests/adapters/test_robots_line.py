"""The line to a service that fails, stalls, lies, answers byte by byte, never ends or hangs up."""

from __future__ import annotations

import gzip
import json
import logging
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.adapters.robots import Robots, webhook
from bot.adapters.robots.addresses import Addresses
from bot.adapters.robots.line import NotReached, Outcome, Request, post
from bot.core.notices import Robot
from tests.adapters.lying_server import Answering, LyingServer, drips, floods, hangs_up, lying_server, says, stalls
from tests.conftest import free_port
from tests.small_shop import EVENING
from tests.told import single

SECONDS = 0.6
SERVICES = ("dingtalk", "wecom", "feishu", "slack", "webhook")
WHOLE = {
    "dingtalk": {"errcode": 0, "errmsg": "ok"},
    "wecom": {"errcode": 0, "errmsg": "ok"},
    "feishu": {"code": 0, "msg": "success", "data": {}},
    "slack": "ok",
    "webhook": "",
}
LIES = {
    "dingtalk": {"errcode": 310000, "errmsg": "sign not match"},
    "wecom": {"errcode": 93000, "errmsg": "invalid webhook url"},
    "feishu": {"code": 19021, "msg": "sign match fail"},
    "slack": "invalid_payload",
}


@pytest.fixture
def server() -> Iterator[LyingServer]:
    with lying_server() as running:
        yield running


class Sender:
    def __init__(self, folder: Path, url: str):
        self.path = folder / "robots.yml"
        lines = [f"{name}:\n  address: {url}\n  secret: a secret of ours\n" for name in SERVICES]
        self.path.write_text("".join(lines), encoding="utf-8")
        self.path.chmod(0o600)
        self.robots = Robots(Addresses(self.path), SECONDS)

    def __call__(self, service: str) -> Outcome:
        return self.robots.send(Robot(service, service, "zh"), single(), EVENING)


@pytest.fixture
def send(tmp_path: Path, server: LyingServer) -> Sender:
    return Sender(tmp_path, server.url)


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_taken_is_sent(send: Sender, server: LyingServer, service: str) -> None:
    server.answering = says(200, WHOLE[service])
    assert send(service) == Outcome("sent")
    assert len(server.asked) == 1


def test_the_receiver_can_check_the_signature_over_what_it_got(send: Sender, server: LyingServer) -> None:
    send("webhook")
    (got,) = server.asked
    stamp, signature = got["headers"]["X-Nightdesk-Timestamp"], got["headers"]["X-Nightdesk-Signature"]
    assert signature == f"sha256={webhook.signature(stamp, got['body'], 'a secret of ours')}"
    assert signature != f"sha256={webhook.signature(stamp, got['body'], 'another secret')}"
    assert got["headers"]["X-Nightdesk-Delivery"] == json.loads(got["body"])["delivery"]


@pytest.mark.parametrize("service", LIES)
def test_200_with_an_error_is_a_refusal(send: Sender, server: LyingServer, service: str) -> None:
    server.answering = says(200, LIES[service])
    assert send(service).state == "refused"


TROUBLE: dict[str, Answering] = {
    "fails": says(500, "sorry"),
    "stalls": stalls(SECONDS * 4),
    "drips its status": drips(b"HTTP/1.1 200 OK\r\n", SECONDS / 3),
    "hangs up": hangs_up,
    "says no HTTP": drips(b"\x00\xff\r\n\r\n", 0),
}


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("trouble", TROUBLE)
def test_trouble_is_tried_again_and_holds_nobody_for_long(
    send: Sender, server: LyingServer, service: str, trouble: str
) -> None:
    server.answering = TROUBLE[trouble]
    began = time.monotonic()
    outcome = send(service)
    assert outcome.state == "later"
    assert outcome.why.partition(":")[0] in ("busy", "unreachable", "unclear")
    assert time.monotonic() - began < SECONDS * 3
    assert "127.0.0.1" not in outcome.why and "secret" not in outcome.why


HEAD = b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 100
DRIPPING = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"


@pytest.mark.parametrize(("service", "state"), [*((name, "later") for name in SERVICES[:4]), ("webhook", "sent")])
@pytest.mark.parametrize("answering", ["drips its headers", "drips", "floods", "stops"])
def test_an_answer_without_an_end_is_read_no_further(
    send: Sender, server: LyingServer, service: str, state: str, answering: str
) -> None:
    """A webhook has said with its status that it took the message; the others say so in the answer alone."""
    server.answering = {
        "drips its headers": drips(HEAD, SECONDS / 50),
        "drips": drips(DRIPPING + b" " * 90, SECONDS / 50),
        "floods": floods,
        "stops": drips(DRIPPING + b" ", 0),
    }[answering]
    began = time.monotonic()
    outcome = send(service)
    if not (service == "slack" and answering == "floods"):  # what it says is no “ok”, and that is an answer
        assert outcome.state == state
    assert time.monotonic() - began < SECONDS * 4


@pytest.mark.parametrize("service", SERVICES)
def test_no_redirect_is_followed(send: Sender, server: LyingServer, service: str) -> None:
    for status in (301, 302, 307, 308):
        server.answering = says(status, "", Location=server.url)
        assert send(service).state == "refused"
    assert len(server.asked) == 4


def test_a_compressed_answer_is_read(send: Sender, server: LyingServer) -> None:
    server.answering = says(200, gzip.compress(b'{"errcode": 0}'), Content_Encoding="gzip")
    assert send("dingtalk").state == "sent"
    server.answering = says(200, b"no gzip", Content_Encoding="gzip")
    assert send("dingtalk").state == "later"


def test_nothing_that_goes_wrong_shows_the_address_in_the_log(
    send: Sender, server: LyingServer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        for answering in (*TROUBLE.values(), drips(HEAD, SECONDS / 50), says(302), floods):
            server.answering = answering
            send("dingtalk")
    assert "hook" not in caplog.text and "sign" not in caplog.text


@pytest.mark.parametrize("service", SERVICES)
def test_nobody_there_is_tried_again(tmp_path: Path, service: str) -> None:
    assert Sender(tmp_path, f"http://127.0.0.1:{free_port()}/")(service) == Outcome(
        "later", "unreachable: ConnectionError"
    )


def test_a_name_that_cannot_be_is_no_crash(tmp_path: Path) -> None:
    assert Sender(tmp_path, "https://..example/")("slack").state == "later"


def test_what_a_robot_lacks_is_said(tmp_path: Path) -> None:
    path = tmp_path / "robots.yml"
    path.write_text("a:\n  address: https://x.example/\n", encoding="utf-8")
    path.chmod(0o600)
    robots = Robots(Addresses(path))
    assert robots.lacks(Robot("a", "slack", "zh")) is None
    assert robots.lacks(Robot("a", "webhook", "zh")) == "no_secret"
    assert robots.lacks(Robot("b", "slack", "zh")) == "no_address"
    assert robots.send(Robot("b", "slack", "zh"), single(), EVENING).state == "later"


def test_a_machine_of_the_own_network_is_told_nothing_unless_it_is_allowed(server: LyingServer) -> None:
    """By whom the name leads to, not by how it is written."""
    for address in (server.url, server.url.replace("127.0.0.1", "localhost"), server.url.replace("127.0.0.1", "127.1")):
        with pytest.raises(NotReached, match="NIGHTDESK_PRIVATE_WEBHOOKS=1"):
            post(Request(address, b"{}", {}), public=True)
    assert server.asked == []
    assert post(Request(server.url, b"{}", {}), public=False).status == 200
