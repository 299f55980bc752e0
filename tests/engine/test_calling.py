"""How Rasa asks the actions, against a real server."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from bot.engine.calling import ActionsEndpoint

CALL = {"next_action": "action_take_turn", "tracker": {"latest_message": {"text": "有货吗"}, "events": [1, 2, 3]}}


class Actions(ThreadingHTTPServer):
    daemon_threads = True
    status = 200

    def __init__(self) -> None:
        self.calls: list[tuple[Any, dict, str]] = []
        super().__init__(("127.0.0.1", 0), Handler)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Actions

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.calls.append((self.client_address, body, self.headers.get("Authorization", "")))
        answer = json.dumps({"events": [], "responses": []}).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def actions() -> Iterator[Actions]:
    server = Actions()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def ask(server: Actions, times: int = 1) -> list[Any]:
    async def asked() -> list[Any]:
        told = {"Authorization": "Bearer line"}
        endpoint = ActionsEndpoint(EndpointConfig(f"http://127.0.0.1:{server.server_port}/webhook", headers=told))
        try:
            return [await endpoint.request(json=CALL, timeout=5, compress=True) for _ in range(times)]
        finally:
            await endpoint.close()

    return asyncio.run(asked())


def test_calls_share_one_connection(actions: Actions) -> None:
    assert ask(actions, 3) == [{"events": [], "responses": []}] * 3
    assert len({address for address, _, _ in actions.calls}) == 1


def test_a_call_carries_the_message_and_no_history(actions: Actions) -> None:
    ask(actions)
    (_, body, authorization) = actions.calls[0]
    assert body["tracker"] == {"latest_message": {"text": "有货吗"}, "events": []}
    assert authorization == "Bearer line"
    assert CALL["tracker"]["events"] == [1, 2, 3]  # type: ignore[index]


@pytest.mark.parametrize("status", [400, 404, 500])
def test_a_failure_is_told_as_rasa_knows_it(actions: Actions, status: int) -> None:
    actions.status = status
    with pytest.raises(ClientResponseError) as failed:
        ask(actions)
    assert failed.value.status == status
