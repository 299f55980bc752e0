"""Keeps Rasa running, and loads another model beside it when one is published: `python -m bot.keeper MODEL`.

The new model is loaded by a second Rasa on the other port and warmed; then the fronts change over between two messages;
the old one ends when the turns that it had begun are over. What fails to load leaves the old one as it is.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tarfile
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot import bootstrap
from bot.adapters.processes import attached
from bot.adapters.rasa_client import RasaClient
from bot.adapters.rasa_standby import Standby
from bot.run import process_environment, rasa_command
from bot.settings import WORK
from bot.training import model_path

LOOK_EVERY = 0.2
READY_WITHIN = 300.0
"""Seconds that a second Rasa may take to load and answer."""

UP_WITHIN = 60.0
"""Seconds from its first sign of life to its first turn. Rasa listens without a model too, where that does not load."""

WARM_UPS = 3
"""Times that it must answer in a row before it takes over."""

DRAIN = 2.0
"""Seconds beside those that a buyer waits, until a Rasa that has been relieved is ended."""

STOP_WITHIN = 10.0


@dataclass
class Rasa:
    """One Rasa process. `said`: its last lines, for whoever asks why it failed."""

    model: Path
    port: int
    process: subprocess.Popen
    client: RasaClient
    id: str = ""
    until: float = field(default_factory=lambda: time.monotonic() + READY_WITHIN)
    listens: bool = False
    answered: int = 0
    said: deque[str] = field(default_factory=lambda: deque(maxlen=40))

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def hold_back(self, held: bool) -> None:
        """While it loads it has one processor alone, so that it leaves the others to the one that serves."""
        if not hasattr(os, "sched_setaffinity"):
            return  # an operating system that knows no such thing
        processors = sorted(os.sched_getaffinity(0))
        for thread in Path(f"/proc/{self.process.pid}/task").glob("*"):
            with suppress(OSError):  # it ended meanwhile
                os.sched_setaffinity(int(thread.name), processors[-1:] if held else processors)

    def looks(self) -> None:
        """Once it listens, a turn may not be long in coming."""
        if not self.listens and self.client.listens():
            self.listens = True
            self.until = min(self.until, time.monotonic() + UP_WITHIN)

    def why(self) -> str:
        told = [line for line in self.said if "rror" in line]
        return (told or list(self.said) or ["it said nothing"])[-1][-300:]


class Keeper:
    """`start` makes a Rasa for a model on a port. `drain`: seconds until a relieved one is ended."""

    def __init__(self, standby: Standby, ports: tuple[int, int], start: Callable[[Path, int], Rasa], drain: float):
        self._standby, self._ports, self._start, self._drain = standby, ports, start, drain
        self._second: Rasa | None = None
        self._failed: dict[str, Any] | None = None
        self._relieved: list[tuple[float, Rasa]] = []
        self._heard = standby.wanted()
        self._ends = False

    def keep(self, model: Callable[[], Path]) -> int:
        """Until it is told to end or the Rasa that serves ends by itself, whose exit code it gives. `model` is asked for once
        publishers see this keeper: what they write later they have loaded by it."""
        with self._standby.lock():
            self._serving = self._start(model(), self._ports[0])
            self._tell()
            try:
                while not self._ends and self._serving.process.poll() is None:
                    self._look()
                    time.sleep(LOOK_EVERY)
                return 0 if self._ends else self._serving.process.returncode or 1
            finally:
                for rasa in filter(None, (self._serving, self._second, *(r for _, r in self._relieved))):
                    rasa.stop()
                self._standby.forget()

    def end(self, *_: Any) -> None:
        self._ends = True

    def _look(self) -> None:
        wanted = self._standby.wanted()
        if wanted != self._heard:
            self._heard = wanted
            {"load": self._load, "serve": self._serve, "drop": self._drop}[wanted["act"]](wanted)
        if self._second is not None and self._second.answered < WARM_UPS:
            self._mind(self._second)
        now = time.monotonic()
        for over in [entry for entry in self._relieved if entry[0] <= now]:
            self._relieved.remove(over)
            over[1].stop()

    def _load(self, wanted: dict[str, Any]) -> None:
        self._drop(wanted)
        for _, old in self._relieved:  # its port is needed now
            old.stop()
        self._relieved.clear()
        model = Path(wanted["model"])
        if not model.is_file() or not tarfile.is_tarfile(model):
            return self._fail(wanted["id"], model, f"{model.name} is no trained model")
        port = next(port for port in self._ports if port != self._serving.port)
        self._second = self._start(model, port)
        self._second.id = wanted["id"]
        self._second.hold_back(True)
        self._tell()

    def _serve(self, wanted: dict[str, Any]) -> None:
        second = self._second
        if second is None or second.id != wanted["id"] or second.answered < WARM_UPS:
            return
        self._relieved.append((time.monotonic() + self._drain, self._serving))
        self._serving, self._second = second, None
        self._tell()

    def _drop(self, _: dict[str, Any]) -> None:
        if self._second is not None:
            self._second.stop()
        self._second = self._failed = None
        self._tell()

    def _mind(self, second: Rasa) -> None:
        ended = second.process.poll() is not None
        second.looks()
        if ended or time.monotonic() > second.until:
            self._second = None
            second.stop()
            return self._fail(second.id, second.model, second.why())
        if second.client.ready():
            second.answered += 1
            if second.answered == WARM_UPS:
                second.hold_back(False)
                self._tell()

    def _fail(self, id: str, model: Path, why: str) -> None:
        self._failed = {"id": id, "model": model.name, "state": "failed", "why": why}
        self._tell()

    def _tell(self) -> None:
        second = self._failed
        if self._second is not None:
            state = "ready" if self._second.answered >= WARM_UPS else "loading"
            second = {"id": self._second.id, "model": self._second.model.name, "state": state, "why": ""}
        self._standby.tell({"port": self._serving.port, "model": self._serving.model.name, "second": second})


def start(model: Path, port: int) -> Rasa:
    settings = bootstrap.settings()
    client = RasaClient(
        settings.private_url(port), settings.actions_url, bootstrap.rasa_token(), settings.reply_seconds
    )
    process = subprocess.Popen(
        attached(rasa_command(str(model), port)),
        cwd=WORK,
        env=process_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    rasa = Rasa(model, port, process, client)
    threading.Thread(target=_pass_on, args=(rasa,), daemon=True).start()
    return rasa


def _pass_on(rasa: Rasa) -> None:
    for line in rasa.process.stdout or ():
        rasa.said.append(line.rstrip())
        print(line, end="", flush=True)


def main() -> int:
    settings = bootstrap.settings()
    keeper = Keeper(
        bootstrap.standby(),
        (settings.rasa_port, settings.rasa_second_port),
        start,
        settings.reply_seconds + DRAIN,
    )
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, keeper.end)
    return keeper.keep(lambda: live_model(settings.models, Path(sys.argv[1])))


def live_model(models: Path, first: Path) -> Path:
    """The model of the live files; the given one where that is not there."""
    live = model_path(models)
    return live if live.is_file() else first


if __name__ == "__main__":
    sys.exit(main())
