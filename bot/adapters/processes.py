"""Modules of ours in processes of their own, so that what they load stays out of this one."""

from __future__ import annotations

import os
import queue
import re
import runpy
import subprocess
import sys
import threading
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path

from bot.settings import WORK

KERNELS = {"SkylakeX": {"avx512f", "avx512dq", "avx512bw", "avx512vl"}, "Haswell": {"avx2", "fma"}}
"""OpenBLAS's kernels with what a processor must be able to do for them, fastest first."""


def kernel(flags: Collection[str]) -> dict[str, str]:
    """The kernel for a processor with these flags, as OpenBLAS wants to be told.

    NumPy 1.22, which Rasa 3.6 is held at, brings an OpenBLAS (0.3.20) that takes a processor younger than itself for one of
    2004: a message then takes half as long again.
    """
    name = next((name for name, needed in KERNELS.items() if needed <= set(flags)), None)
    return {"OPENBLAS_CORETYPE": name} if name else {}


def _flags() -> set[str]:
    with suppress(OSError):
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
        return set(next((line for line in told.splitlines() if line.startswith("flags")), "").split())
    return set()


QUIET_AND_FAST = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONWARNINGS": "ignore",
    **kernel(_flags()),
}
"""Rasa sends nothing home, its libraries keep their warnings to themselves, and what is computed is computed fast."""

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
"""For what serves: one message is too small to be shared out, and waiting for a second core costs more."""

_NICE = 10
_LINE = re.compile(rb"[\r\n]+")


def attached(command: list[str]) -> list[str]:
    """The command [python, "-m", module, …] of a process that ends with whoever started it, however that ends: its standard
    input is to be a pipe, which closes then."""
    return [command[0], "-m", "bot.adapters.processes", *command[2:]]


def run_module(name: str, *arguments: str) -> int:
    """Runs a module with our own input and output. Gives its exit code."""
    return subprocess.run(
        [sys.executable, "-m", name, *arguments], cwd=WORK, env={**os.environ, **QUIET_AND_FAST}
    ).returncode


def watch_module(
    name: str, *arguments: str, heard: Callable[[str], None], environment: Mapping[str, str] | None = None
) -> tuple[int, list[str]]:
    """Runs a module behind all others, and gives its exit code and its last lines. `heard` gets each line as it comes, and
    an empty one twice a second; what it raises ends the process."""
    process = subprocess.Popen(
        attached([sys.executable, "-m", name, *arguments]),
        cwd=WORK,
        env={**os.environ, **QUIET_AND_FAST, **(environment or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, process.pid, _NICE)
    lines: queue.Queue[str | None] = queue.Queue()
    threading.Thread(target=_read, args=(process, lines), daemon=True).start()
    last: list[str] = []
    try:
        while (line := _next(lines)) is not None:
            if line:
                last = [*last[-30:], line]
            heard(line)
        return process.wait(), last
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _wait_for_end() -> None:
    while os.read(0, 4096):  # not through sys.stdin, whose lock would be held while Python ends
        pass
    os._exit(1)


def _next(lines: queue.Queue[str | None]) -> str | None:
    try:
        return lines.get(timeout=0.5)
    except queue.Empty:
        return ""


def _read(process: subprocess.Popen, lines: queue.Queue[str | None]) -> None:
    """Lines, and the states of progress bars, which end with a carriage return."""
    rest = b""
    assert process.stdout is not None
    while chunk := os.read(process.stdout.fileno(), 65536):
        *whole, rest = _LINE.split(rest + chunk)
        for line in whole:
            if line.strip():
                lines.put(line.decode("utf-8", "replace"))
    if rest.strip():
        lines.put(rest.decode("utf-8", "replace"))
    lines.put(None)


if __name__ == "__main__":
    threading.Thread(target=_wait_for_end, daemon=True).start()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
