"""What is mended around Rasa gives the same results, and keeps out what serving does not need."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from bot.settings import ROOT


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    command = [sys.executable, "-W", "ignore", "-m", "tests.engine.lean_run"]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.splitlines()[-1])


def test_an_agent_is_there_without_tensorflow_and_matplotlib(found: dict[str, Any]) -> None:
    assert found["loaded"] == []


def test_what_waits_is_loaded_when_it_is_asked_for(found: dict[str, Any]) -> None:
    assert found["asked_for"]


def test_answers_of_actions_are_found_right_and_wrong_as_rasa_finds_them(found: dict[str, Any]) -> None:
    after, right = found["verdicts"]["after"], found["right"]
    assert after == found["verdicts"]["before"]
    assert after[:right] == ["right"] * right
    assert "right" not in after[right:]


def test_events_are_known_by_their_names_as_before(found: dict[str, Any]) -> None:
    assert found["kinds"]["after"] == found["kinds"]["before"]
    assert found["kinds"]["after"][:2] == ["SlotSet", "UserUttered"]


def test_an_empty_domain_is_told_from_another_as_before(found: dict[str, Any]) -> None:
    assert found["empty"] == [True, False, False]


def test_a_graph_gives_what_it_gave_whatever_is_asked_of_it(found: dict[str, Any]) -> None:
    assert found["runs"]["after"] == found["runs"]["before"]
    assert found["runs"]["after"][:3] == [{"c": 5}, {"b": 3}, {"d": 6, "a": 2}]
    assert "GraphRunError" in found["runs"]["after"]


def test_the_same_rules_fit_a_state_as_before(found: dict[str, Any]) -> None:
    before, after = found["fitting"]["before"], found["fitting"]["after"]
    assert after == [before, before]
    assert [len(keys) for keys in before[:3]] == [1, 1, 0]
