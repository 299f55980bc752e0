"""The three processes of the running system one by one, for tests that take one away."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conftest import ROOT, Stack
from tests.front.helpers import eventually, said

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
