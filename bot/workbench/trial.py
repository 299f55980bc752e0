"""The chat against the draft: a process with its model, started when it is wanted and ended when nobody talks to it."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Optional

from bot.adapters.content_disk import Disk
from bot.adapters.models import model_name
from bot.adapters.processes import QUIET_AND_FAST
from bot.core.content import Tree
from bot.ports import NightdeskError
from bot.settings import ROOT

log = logging.getLogger(__name__)
IDLE = 600.0
"""Seconds without a message, after which the process ends: it takes half a gigabyte."""


class NoAnswer(NightdeskError):
    """The draft could not be asked: no model is there, or its process has ended."""


class Trial:
    """Thread-safe; one message at a time. `serving`: the name of the model that serves, where one does."""

    def __init__(self, folder: Path, models: Path, serving: Callable[[], Optional[str]]):
        self._folder, self._models, self._serving = folder, models, serving
        self._lock, self._starting = threading.Lock(), threading.Lock()
        self._process: Optional[subprocess.Popen[str]] = None
        self._model: Optional[Path] = None
        self._ready = False
        self._files: Tree = {}
        self._idle: Optional[threading.Timer] = None

    def model(self, draft: Tree, live: Tree) -> tuple[Optional[Path], bool]:
        """The draft's own model, or the one that serves; and whether it is the draft's."""
        own = self._models / model_name(draft)
        if own.is_file():
            return own, True
        others = [self._models / name for name in (self._serving(), model_name(live)) if name]
        found = next((path for path in others if path.is_file()), None)
        return found or max(self._models.glob("*.tar.gz"), key=os.path.getmtime, default=None), False

    def prepare(self, draft: Tree, live: Tree) -> bool:
        """Whether a message would be answered now; where not, it will be soon. Raises NoAnswer where no model is there."""
        model, _ = self.model(draft, live)
        if model is None:
            raise NoAnswer("there is no trained model")
        with self._starting:
            running = self._process is not None and self._process.poll() is None
            if not running or model != self._model:
                self._end()
                self._start(model, draft)
            return self._ready

    def answer(self, draft: Tree, asked: Mapping[str, Any]) -> dict[str, Any]:
        """What is told of a message (bot/trying.py). Raises NoAnswer."""
        with self._lock:
            process = self._process
            if process is None or process.poll() is not None or not self._ready:
                raise NoAnswer("the draft is still being prepared")
            if draft != self._files:
                self._write(draft)
            self._rest()
            assert process.stdin is not None and process.stdout is not None
            try:
                process.stdin.write(json.dumps(asked, ensure_ascii=False) + "\n")
                process.stdin.flush()
                told = next((line[5:] for line in process.stdout if line.startswith("told ")), None)
            except OSError as error:
                raise NoAnswer("its process has ended") from error
        if told is None:
            raise NoAnswer("its process has ended")
        found = json.loads(told)
        if "error" in found:
            log.error("trial_failed error=%s", found["error"])
            raise NoAnswer(found["error"])
        return found

    def _start(self, model: Path, draft: Tree) -> None:
        self._write(draft)
        environment = {**os.environ, **QUIET_AND_FAST, "NIGHTDESK_SHOP": str(self._folder / "shop")}
        command = [sys.executable, "-m", "bot.trying", str(model), str(self._folder)]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
        )  # fmt: skip
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self._process.pid, 5)
        self._model, self._ready = model, False
        threading.Thread(target=self._await, args=(self._process,), name="content-trial", daemon=True).start()
        self._rest()

    def _await(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == "ready":
                self._ready = process is self._process
                return

    def _write(self, draft: Tree) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        Disk(self._folder, self._folder / "shop").write(draft)
        self._files = draft

    def _rest(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        self._idle = threading.Timer(IDLE, self._end)
        self._idle.daemon = True
        self._idle.start()

    def _end(self) -> None:
        process, self._process, self._ready = self._process, None, False
        if process is not None and process.poll() is None:
            process.terminate()

    def stop(self) -> None:
        """With the front."""
        if self._idle is not None:
            self._idle.cancel()
        self._end()
