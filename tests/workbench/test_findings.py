"""Findings in a terminal: what a person reads, in which order, and what CI goes by."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from bot.core.content import Finding
from bot.core.types import Language
from bot.settings import ROOT
from bot.workbench.findings import show
from bot.workbench.measured import measured_lines


def finding(severity, file: str = "domain.yml", line: int = 7, place: str = "utter_price · zh · 1") -> Finding:
    return Finding(
        rule="promise",
        severity=severity,
        file=file,
        line=line,
        place={"zh": place, "en": place},
        reason={"zh": "“保证”是承诺", "en": "“guarantee” is a promise."},
        proposal={"zh": "说通常的情况", "en": "Say what is usual."},
    )


def shown(findings: list[Finding], language: Language, width: int = 100) -> tuple[int, str]:
    out = io.StringIO()
    return show(findings, language, Console(file=out, width=width)), out.getvalue()


@pytest.mark.parametrize(("language", "words"), [("zh", "“保证”是承诺"), ("en", "“guarantee” is a promise.")])
def test_place_reason_and_proposal_stand_in_the_chosen_language(language: Language, words: str) -> None:
    _, told = shown([finding("error")], language)
    for wanted in ("domain.yml", "7", "utter_price · zh · 1", words, finding("error").proposal[language], "[promise]"):
        assert wanted in told


@pytest.mark.parametrize(("language", "place"), [("zh", "L18 · 打豆浆"), ("en", "L18 · soy milk")])
def test_the_place_is_called_as_its_reader_speaks(language: Language, place: str) -> None:
    one = replace(finding("hint"), place={"zh": "L18 · 打豆浆", "en": "L18 · soy milk"})
    assert place in shown([one], language)[1]


@pytest.mark.parametrize(
    ("severities", "code"), [([], 0), (["hint"], 0), (["warning", "hint"], 0), (["hint", "error"], 1)]
)
def test_only_an_error_fails_the_command(severities: list, code: int) -> None:
    assert shown([finding(severity) for severity in severities], "en")[0] == code


def test_the_counts_stand_at_the_end() -> None:
    _, told = shown([finding("error"), finding("hint", line=9), finding("hint", line=8)], "en")
    assert told.strip().splitlines()[-1] == "errors: 1, warnings: 0, hints: 2. The errors stop publishing."
    assert shown([], "zh")[1].strip() == "0 处必须改，0 处要看看，0 处可以更好。没有发现问题。"


def test_each_file_is_named_once_and_the_gravest_stand_first() -> None:
    _, told = shown(
        [finding("hint", line=1, place="a"), finding("error", line=9, place="b"), finding("hint", "shop/usage.csv")],
        "en",
    )
    assert told.count("domain.yml") == 1
    assert told.index("b\n") < told.index("a\n") if "b\n" in told else told.index(" b") < told.index(" a")


def test_a_narrow_terminal_loses_nothing() -> None:
    _, told = shown([finding("error")], "zh", width=40)
    assert "是承诺" in told.replace("\n", "").replace(" ", "")


def test_the_measured_messages_are_the_projects_own() -> None:
    lines = measured_lines(ROOT)
    assert len(lines) > 1000 and "破壁机白色的还有没" in lines
    assert not any("|" in line or "\t" in line for line in lines)


def test_a_shop_without_the_projects_tests_has_none(tmp_path: Path) -> None:
    assert measured_lines(tmp_path) == ()
