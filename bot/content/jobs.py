"""One long piece of work at a time, in the background, which anybody may ask after.

How far it is stands in a small file, and whoever works holds a lock: when the process ends, the lock is free, and a
piece of work that says it is running is known to have broken off.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Literal, Optional

from filelock import FileLock, Timeout

from bot.content.sentences import Failed, Refused, say
from bot.core.shop import Pair
from bot.ports import NightdeskError

log = logging.getLogger(__name__)
TELL_EVERY = 0.3
"""Seconds between two tellings of how far a step is."""

JobState = Literal["none", "running", "done", "failed", "stopped"]


@dataclass(frozen=True)
class Progress:
    """How far the work is, or how the last one ended. `share`: 0 to 1 of the step, None where nobody knows."""

    job: str = ""
    state: JobState = "none"
    author: str = ""
    began: str = ""
    step: str = ""
    share: Optional[float] = None
    why: dict[str, str] = field(default_factory=dict)
    """Why it failed or was refused, in both languages; beside a `done`, what else people should know."""
    version: Optional[int] = None

    @property
    def said(self) -> Pair:
        """The step, in both languages."""
        return say("steps", self.step) if self.step else {"zh": "", "en": ""}


class Stopped(Exception):
    """Somebody asked for an end."""


class Report:
    """What the work tells as it goes."""

    def __init__(self, jobs: Jobs, progress: Progress):
        self._jobs, self.progress, self._told = jobs, progress, 0.0

    def step(self, name: str, share: float | None = None, *, stoppable: bool = True) -> None:
        """Raises Stopped where an end was asked for, and the step can be left out."""
        if stoppable and self._jobs.asked_to_stop():
            raise Stopped
        fresh, now = name != self.progress.step, time.monotonic()
        self.progress = replace(self.progress, step=name, share=share)
        if fresh or now - self._told > TELL_EVERY:
            self._told = now
            self._jobs.tell(self.progress)

    def end(self, state: JobState, why: Pair | None = None) -> None:
        self.progress = replace(self.progress, state=state, why=dict(why or {}))
        self._jobs.tell(self.progress)

    def about(self, version: int) -> None:
        self.progress = replace(self.progress, version=version)

    def note(self, why: Pair) -> None:
        self.progress = replace(self.progress, why=dict(why))


class Jobs:
    def __init__(self, folder: Path):
        self._folder, self._file = folder, folder / "progress.json"
        self._stop = folder / "stop"

    def start(self, job: str, author: str, now: datetime, work: Callable[[Report], None]) -> threading.Thread:
        """Begins the work on a thread. Raises Refused where other work is under way."""
        self._folder.mkdir(parents=True, exist_ok=True)
        lock = self._lock()
        try:
            lock.acquire(timeout=1)
        except Timeout:
            other = self._read()
            raise Refused("busy", author=other.author, step=other.said) from None
        self._stop.unlink(missing_ok=True)
        report = Report(self, Progress(job, "running", author, now.isoformat(timespec="seconds")))
        self.tell(report.progress)
        thread = threading.Thread(target=_run, args=(work, report, lock), name=f"content-{job}", daemon=True)
        thread.start()
        return thread

    @contextmanager
    def free(self) -> Iterator[bool]:
        """Whether no work is under way; none begins while it is held."""
        self._folder.mkdir(parents=True, exist_ok=True)
        lock = self._lock()
        try:
            lock.acquire(timeout=0)
        except Timeout:
            yield False
            return
        try:
            yield True
        finally:
            lock.release()

    def progress(self) -> Progress:
        found = self._read()
        if found.state != "running" or self._held():
            return found
        found = self._read()  # it may have ended between the two looks
        return (
            found if found.state != "running" else replace(found, state="failed", why=dict(say("failed", "broken_off")))
        )

    def running(self) -> bool:
        return self.progress().state == "running"

    def stop(self) -> None:
        """Asks the work to end; it does at its next step."""
        if self.running():
            self._stop.touch()

    def asked_to_stop(self) -> bool:
        return self._stop.exists()

    def tell(self, progress: Progress) -> None:
        aside = self._file.with_suffix(f".{os.getpid()}.new")
        aside.write_text(json.dumps(asdict(progress), ensure_ascii=False), encoding="utf-8")
        os.replace(aside, self._file)

    def _read(self) -> Progress:
        with suppress(FileNotFoundError, ValueError, TypeError):
            return Progress(**json.loads(self._file.read_text(encoding="utf-8")))
        return Progress()

    def _held(self) -> bool:
        with self.free() as free:
            return not free

    def _lock(self) -> FileLock:
        return FileLock(self._folder / "job.lock", thread_local=False)


def _run(work: Callable[[Report], None], report: Report, lock: FileLock) -> None:
    try:
        work(report)
        report.step("done", 1.0, stoppable=False)
        report.end("done", report.progress.why)
    except Stopped:
        report.end("stopped", say("failed", "stopped"))
    except Refused as refused:
        report.end("failed", refused.said)
    except NightdeskError as error:
        log.error("content_job_failed job=%s error=%s", report.progress.job, error)
        report.end("failed", Failed("unknown", problem=error).said)
    except Exception as error:  # nobody would hear of it otherwise
        log.exception("content_job_failed job=%s", report.progress.job)
        report.end("failed", Failed("unknown", problem=type(error).__name__).said)
    finally:
        lock.release()
