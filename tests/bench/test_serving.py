"""What a bot weighs: all its processes, whichever of its threads started them."""

from __future__ import annotations

import subprocess
import sys

from bench.serving import Running, nightdesk

HOLDS = "held = b'x' * 40_000_000; print('ready', flush=True); input()"
STARTS_ONE = f"""
import subprocess, sys, threading
def start():
    with subprocess.Popen([sys.executable, "-c", {HOLDS!r}]) as child:
        child.wait()
threading.Thread(target=start).start()
"""


def test_a_process_that_a_thread_started_counts(tmp_path) -> None:
    bot = nightdesk(tmp_path, 1)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", STARTS_ONE], **pipes) as process:
        assert process.stdout and process.stdout.readline() == b"ready\n"
        weight = Running(bot, process.pid, 0.0).memory()
        process.communicate(b"\n")
    assert weight > 40
