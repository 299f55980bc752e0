"""Long work: one at a time, asked after by anybody, and known to have broken off when its process ended."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bot.content import training
from bot.content.jobs import Jobs, Progress, Report
from bot.content.sentences import Failed, Refused
from tests.conftest import ROOT
from tests.content.workshop import Silent
from tests.small_shop import EVENING


@pytest.fixture
def jobs(tmp_path: Path) -> Jobs:
    return Jobs(tmp_path)


def test_how_far_it_is_can_be_asked_by_another_process(jobs: Jobs, tmp_path: Path) -> None:
    go, at = threading.Event(), threading.Event()

    def work(report: Report) -> None:
        report.step("examples", 0.4)
        at.set()
        go.wait(10)

    thread = jobs.start("train", "小林", EVENING, work)
    at.wait(10)
    seen = Jobs(tmp_path).progress()
    assert (seen.job, seen.state, seen.author, seen.step, seen.share) == ("train", "running", "小林", "examples", 0.4)
    assert seen.said == {"zh": "正在学例句", "en": "Learning the examples"}
    with pytest.raises(Refused, match="小林 is at work"):
        Jobs(tmp_path).start("publish", "阿明", EVENING, work)
    go.set()
    thread.join()
    assert Jobs(tmp_path).progress().state == "done"


def test_one_that_is_stopped_says_so(jobs: Jobs, tmp_path: Path) -> None:
    def work(report: Report) -> None:
        while True:
            report.step("examples")

    thread = jobs.start("train", "小林", EVENING, work)
    Jobs(tmp_path).stop()
    thread.join(10)
    assert jobs.progress().state == "stopped"
    jobs.start("train", "小林", EVENING, lambda report: report.step("examples")).join(10)
    assert jobs.progress().state == "done", "what was stopped does not stop the next one"


def test_what_is_decided_is_not_stopped(jobs: Jobs) -> None:
    def work(report: Report) -> None:
        jobs.stop()
        report.step("writing", stoppable=False)

    jobs.start("publish", "小林", EVENING, work).join(10)
    assert jobs.progress().state == "done"


@pytest.mark.parametrize("error", [Failed("training", problem="第 3 行"), KeyError("x")])
def test_one_that_fails_says_why_and_the_next_may_begin(jobs: Jobs, error: Exception) -> None:
    def work(_: Report) -> None:
        raise error

    jobs.start("train", "小林", EVENING, work).join(10)
    seen = jobs.progress()
    assert seen.state == "failed"
    assert ("第 3 行" if isinstance(error, Failed) else "KeyError") in seen.why["zh"]
    jobs.start("train", "小林", EVENING, lambda report: None).join(10)
    assert jobs.progress().state == "done"


BREAKING_OFF = """
import os, sys
from datetime import datetime
from pathlib import Path
from bot.content.jobs import Jobs
def work(report):
    report.step("examples", 0.5)
    os._exit(9)
Jobs(Path(sys.argv[1])).start("train", "小林", datetime.now(), work).join()
"""


def test_one_whose_process_ended_is_known_to_have_broken_off(jobs: Jobs, tmp_path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", BREAKING_OFF, str(tmp_path)], cwd=ROOT, timeout=60)
    assert ended.returncode == 9
    seen = jobs.progress()
    assert seen.state == "failed" and "try again" in seen.why["en"]
    jobs.start("train", "小林", EVENING, lambda report: None).join(10)
    assert jobs.progress().state == "done"


# --- what training says of itself ----------------------------------------------------------------------------------

SAID = [
    "Processed trackers: 100%|##########| 36/36 [00:00<00:00, 3189.25it/s]",
    "reading the lines:   3%|3         | 9/282 [00:05<02:34,  1.77it/s]",
    "reading the lines:  51%|#####1    | 144/282 [01:11<00:51,  2.66it/s]",
    "",
    "reading the lines: 100%|##########| 282/282 [02:04<00:00,  2.26it/s]",
]


def test_the_steps_of_training_are_read_from_what_it_prints() -> None:
    told = []

    class Told(Silent):
        def step(self, name: str, share: float | None = None, *, stoppable: bool = True) -> None:
            self.progress = Progress(step=name, share=share)
            told.append((name, share))

    report = Told()
    report.step("starting")
    for line in SAID:
        training._hear(line, report)
    assert told[1:] == [("rules", None), ("examples", 0.03), ("examples", 0.51), ("examples", 0.51), ("packing", None)]


def test_a_wrong_line_is_told_with_its_place_before_anything_is_trained(tmp_path: Path) -> None:
    lines = "version: '3.1'\nnlu:\n- intent: greet\n  examples: |\n    - 在吗\n    - [在吗(x\n"
    tree = {"domain.yml": "", "data/nlu/greet.yml": lines}
    with pytest.raises(Failed) as failed:
        training.train(tree, tmp_path / "models", tmp_path / "draft", Silent())
    assert "greet.yml:6" in failed.value.said["zh"]
    assert list((tmp_path / "models").iterdir()) == []


def test_the_reason_is_found_among_what_python_prints() -> None:
    said = [
        "Traceback (most recent call last):",
        '  File "x.py"',
        "rasa.shared.Yaml: odd",
        "ValueError: Label x is wrong",
    ]
    assert training._reason(said) == "ValueError: Label x is wrong"
