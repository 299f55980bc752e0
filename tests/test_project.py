"""The project itself: its import rule, its settings, its training lines."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from bot.core.labels import ALL
from bot.core.text import fold
from bot.settings import PREFIX, ROOT, Settings
from tests.conftest import ROOT as TESTED

EVAL = ROOT.parent / "shared" / "eval"
CHINESE = re.compile(r"[\u3400-\u9fff]")
LONG_ENOUGH = {"zh": 8, "en": 5}
"""Shorter messages (多少钱, is it in stock) are what everybody writes; longer ones do not meet by chance.
Characters in Chinese, words in English."""


def training_lines() -> list[tuple[str, str, str]]:
    """(label, line, file:line) of all training lines."""
    found = []
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        label = None
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            named = re.match(r"- intent: (\w+)", line)
            label = named[1] if named else label
            example = re.match(r"\s+- (.+)", line)
            if label and example:
                found.append((label, example[1].strip(), f"{path.name}:{number}"))
    return found


LINES = training_lines()


def plain(text: str) -> str:
    """A text without what does not tell two messages apart: marks, spaces, capitals."""
    return re.sub(r"[^\w]", "", fold(text).text)


def language(text: str) -> str:
    return "zh" if CHINESE.search(text) else "en"


def long_enough(text: str) -> bool:
    if language(text) == "zh":
        return len(plain(text)) >= LONG_ENOUGH["zh"]
    return len(re.findall(r"\w+", fold(text).text)) >= LONG_ENOUGH["en"]


# --- imports and settings -----------------------------------------------------------------------------------------


def test_imports_point_inward() -> None:
    linted = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert linted.returncode == 0, linted.stdout[-3000:]


CORE = sorted((ROOT / "bot" / "core").glob("*.py"))
OUTSIDE = r"(?m)^(?:import|from) (?:requests|sqlalchemy|rasa|rasa_sdk|starlette|spacy|ruamel|os|sqlite3|socket|pathlib|logging|time)\b"


@pytest.mark.parametrize("path", CORE, ids=[path.name for path in CORE])
def test_the_core_asks_nothing_outside(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(OUTSIDE, text)
    assert not re.search(r"\.now\(|\.today\(|open\(", text)


@pytest.fixture(scope="module")
def described() -> str:
    told = subprocess.run([sys.executable, "-m", "bot.cli", "settings"], cwd=ROOT, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    return told.stdout


@pytest.mark.parametrize("name", [entry.name for entry in fields(Settings)])
def test_every_setting_is_told_with_its_help(described: str, name: str) -> None:
    (line,) = [line for line in described.splitlines() if line.split()[0] == PREFIX + name.upper()]
    help = next(entry.metadata["help"] for entry in fields(Settings) if entry.name == name)
    assert help in line and len(help) > 10


def test_the_settings_of_the_issue_are_there(described: str) -> None:
    for name in ("PORT", "API_TOKEN", "SHOP", "DATABASE", "CLOCK"):
        assert f"NIGHTDESK_{name} " in described


def test_only_the_bootstrap_reads_the_environment() -> None:
    readers = {
        str(path.relative_to(ROOT))
        for folder in ("bot", "actions")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"os\.environ\b(?!, \*\*)|os\.getenv", path.read_text(encoding="utf-8"))
    }
    handing_on = {"bot/run.py", "bot/training.py"}
    """These hand their own environment on to a process that they start."""
    assert readers - handing_on == {"bot/bootstrap.py"}


def test_no_two_ports_are_the_same() -> None:
    ports = [entry.default for entry in fields(Settings) if entry.name.endswith("port")]
    assert len(ports) > 3 and len(set(ports)) == len(ports)


def test_the_front_starts_without_what_only_spreadsheets_and_models_need() -> None:
    heavy = ["numpy", "openpyxl", "rasa", "tensorflow"]
    load = "import sys, bot.serve, bot.front.app, bot.workbench.bench, bot.workbench.trial, bot.content.workbench"
    told = f"{load}; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


PYTHON = sorted(p for folder in ("bot", "actions", "tests", "bench") for p in (ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("path", PYTHON, ids=[str(p.relative_to(ROOT)) for p in PYTHON])
def test_no_file_is_two_things(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_the_tests_are_of_this_project() -> None:
    assert TESTED == ROOT


# --- training lines -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("label", ALL)
def test_every_label_has_lines_enough_in_both_languages(label: str) -> None:
    mine = {plain(line): language(line) for of, line, _ in LINES if of == label}
    counted = list(mine.values())
    assert counted.count("zh") >= 60
    assert counted.count("en") >= 25


def test_every_line_has_a_label_of_ours() -> None:
    assert {label for label, _, _ in LINES} == set(ALL)


def test_no_line_stands_under_two_labels() -> None:
    owners: dict[str, tuple[str, str]] = {}
    twice = []
    for label, line, where in LINES:
        owner, first = owners.setdefault(plain(line) or line, (label, where))
        if owner != label:
            twice.append(f"{line} ({first}, {where})")
    assert not twice


def test_no_line_is_empty_or_too_long() -> None:
    assert [where for _, line, where in LINES if not line.strip() or len(line) > 200] == []


# --- what is measured is not learnt -------------------------------------------------------------------------------


def measuring_texts() -> Iterator[str]:
    """Every text in the measuring sets, whatever its field is called."""

    def texts_of(value: Any) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            for held in value.values():
                yield from texts_of(held)
        elif isinstance(value, list):
            for held in value:
                yield from texts_of(held)

    for path in sorted(EVAL.rglob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                yield from texts_of(json.loads(line))


@pytest.mark.skipif(not EVAL.is_dir(), reason="the measuring sets are not beside the project")
def test_no_measuring_text_stands_in_the_training_lines() -> None:
    """Only our own files and line numbers are shown: the measuring sets are for measuring, not for reading."""
    measured = {plain(text) for text in measuring_texts() if long_enough(text)}
    assert len(measured) > 100, "the measuring sets could not be read"
    leaked = [where for _, line, where in LINES if long_enough(line) and plain(line) in measured]
    assert not leaked, f"{len(leaked)} lines stand in the measuring sets too: {', '.join(leaked)}"
