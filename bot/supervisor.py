"""Keeps processes running: starts again what ended or hangs, and ends them together.

| what a process does | what is done |
| --- | --- |
| ends after it had answered | it is started again at once |
| ends before it answered | it is started again after 1 s, then 2, 4 … 30; where it has never answered since `run` began, TRIES times, and then all ends |
| says nothing for HANGS seconds | it is killed, and started again |

What the processes start ends with them, and they with this one, however it ends (bot/adapters/processes.py: attached).
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle
from typing import Any

import requests
from honcho.colour import get_colours
from honcho.printer import Message, Printer

from bot.adapters.processes import attached
from bot.settings import WORK

log = logging.getLogger(__name__)
TRIES = 4
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
STARTS, HANGS = 300.0, 30.0
"""Seconds until the first answer, and without one, after which a process hangs."""

LOOK_EVERY, ASK_EVERY, ASK_SECONDS = 0.2, 5.0, 5.0
STOP_WITHIN = 12.0
"""Longer than the keeper of Rasa waits for it (bot/keeper.py)."""


@dataclass(frozen=True)
class Program:
    """`command`: as [python, "-m", module, …]. `address`, asked for anew each time, answers when the process is well; one
    without an address is well as long as it is there."""

    name: str
    command: list[str]
    address: Callable[[], str] | None = None


class Supervisor:
    """`write` gets each line that a process says, with the process's name."""

    def __init__(self, programs: list[Program], environment: Mapping[str, str], write: Callable[[str, str], None]):
        self._programs, self._environment, self._write = programs, dict(environment), write
        self._running: dict[str, subprocess.Popen] = {}
        self._said: dict[str, deque[str]] = {program.name: deque(maxlen=20) for program in programs}
        self._ending = threading.Event()
        self._lock = threading.Lock()
        self._code = 0

    def run(self) -> int:
        """Until it is told to end (`end`), or a process cannot be started at all, whose exit code it gives."""
        keepers = [threading.Thread(target=self._keep, args=(one,), daemon=True) for one in self._programs]
        for keeper in keepers:
            keeper.start()
        while not self._ending.wait(LOOK_EVERY):  # a signal is heard between two waits
            pass
        self._stop_all()
        for keeper in keepers:
            keeper.join(STOP_WITHIN)
        return self._code

    def end(self, code: int = 0) -> None:
        self._code = self._code or code
        self._ending.set()

    def on_signal(self, number: int, _: Any) -> None:
        self.end(128 + number)

    # --- one process, on its thread ----------------------------------------------------------------------------------

    def _keep(self, program: Program) -> None:
        failures, known = 0, False
        while (process := self._start(program)) is not None:
            began = time.monotonic()
            well = self._watch(program, process)
            if self._ending.is_set():
                return
            known, failures = known or well, 0 if well else failures + 1
            wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (failures - 1)) if failures else 0.0
            seconds, code = time.monotonic() - began, process.returncode
            log.error("process_ended name=%s code=%s seconds=%.0f again_in=%.0f", program.name, code, seconds, wait)
            if not known and failures >= TRIES:
                log.error("process_cannot_start name=%s why=%s", program.name, self._why(program))
                return self.end(code if code > 0 else 1)
            self._ending.wait(wait)

    def _start(self, program: Program) -> subprocess.Popen | None:
        """None where all is to end."""
        command = attached(program.command)
        with self._lock:
            if self._ending.is_set():
                return None
            process = subprocess.Popen(
                command,
                cwd=WORK,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=os.name == "posix",  # Ctrl-C comes to this process alone, which ends the others
            )
            self._running[program.name] = process
        threading.Thread(target=self._pass_on, args=(program.name, process), daemon=True).start()
        log.info("process_started name=%s pid=%s", program.name, process.pid)
        return process

    def _watch(self, program: Program, process: subprocess.Popen) -> bool:
        """Waits until it has ended; gives whether it had been well."""
        well, asked, heard = program.address is None, 0.0, time.monotonic()
        while process.poll() is None:
            time.sleep(LOOK_EVERY)  # to wait for its end would be to look a hundred times as often
            now = time.monotonic()
            if program.address is None or now - asked < (ASK_EVERY if well else LOOK_EVERY):
                continue
            asked = now
            if _answers(program.address()):
                well, heard = True, now
            elif now - heard > (HANGS if well else STARTS):
                log.error("process_hangs name=%s seconds=%.0f", program.name, now - heard)
                _stop(process, STOP_WITHIN)
        return well

    def _pass_on(self, name: str, process: subprocess.Popen) -> None:
        for line in process.stdout or ():
            text = line.decode("utf-8", "replace").rstrip()
            self._said[name].append(text)
            self._write(name, text)

    def _why(self, program: Program) -> str:
        said = self._said[program.name]
        told = [line for line in said if "rror" in line]
        return (told or list(said) or ["it said nothing"])[-1][-300:]

    def _stop_all(self) -> None:
        with self._lock:
            processes = list(self._running.values())
        for process in processes:
            process.terminate()
        until = time.monotonic() + STOP_WITHIN
        for process in processes:
            _stop(process, until - time.monotonic())


def printer(names: list[str]) -> Callable[[str, str], None]:
    """Prints what processes say with the time and their names, in colours where that is seen."""
    lock, shown = threading.Lock(), Printer(sys.stdout, width=max(map(len, names)))
    colours = dict(zip(names, cycle(get_colours())))

    def write(name: str, line: str) -> None:
        with lock:
            shown.write(Message("line", line, datetime.now(), name, colours[name]))

    return write


def listen_to_signals(supervisor: Supervisor) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, supervisor.on_signal)


def _ended(process: subprocess.Popen, within: float) -> bool:
    try:
        process.wait(max(0.0, within))
    except subprocess.TimeoutExpired:
        return False
    return True


def _stop(process: subprocess.Popen, within: float) -> None:
    """Asked first: it ends what it has started itself."""
    process.terminate()
    if not _ended(process, within):
        process.kill()
        process.wait()


def _answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=ASK_SECONDS).status_code < 500
    except requests.RequestException:
        return False
