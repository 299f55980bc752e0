"""The checks on whole shops: the one that ships, and the same with a hundred faults planted in it (bad_shop.yml)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.content.checks import check
from bot.core.content import PATTERNS, Finding
from bot.settings import ROOT
from bot.workbench.measured import measured_lines

TODAY = date(2026, 11, 22)
FAULTS: list[dict[str, Any]] = YAML(typ="safe").load(Path(__file__).with_name("bad_shop.yml"))


def the_shop() -> dict[str, str]:
    return {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
        for pattern in PATTERNS
        for path in sorted(ROOT.glob(pattern))
    }


def planted(tree: dict[str, str], fault: Mapping[str, Any]) -> dict[str, str]:
    """The tree with one fault of the table."""
    text = tree[fault["file"]]
    if "for" in fault:
        assert fault["for"] in text, f"{fault['file']} holds no {fault['for']}; the table must be mended"
        text = text.replace(fault["for"], fault["put"], 1)
    if "columns" in fault:
        header = next(line for line in text.splitlines() if not line.startswith("#"))
        text = text.replace(header, ",".join([header, *fault["columns"]]), 1)
    if "add" in fault:
        text = text.rstrip("\n") + f"\n{fault['add']}\n"
    if "cut" in fault:
        text = text[: text.index(fault["cut"]) + len(fault["cut"])]
    if "keep" in fault:
        text = "\n".join(text.splitlines()[: fault["keep"]]) + "\n"
    return {**tree, fault["file"]: text}


def told(fault: Mapping[str, Any], findings: list[Finding]) -> bool:
    return any(one.rule == fault["rule"] and one.place["zh"].startswith(fault["at"]) for one in findings)


@pytest.fixture(scope="module")
def good() -> list[Finding]:
    return check(the_shop(), test_lines=measured_lines(ROOT), today=TODAY)


@pytest.fixture(scope="module")
def bad() -> list[Finding]:
    tree = the_shop()
    for fault in FAULTS:
        tree = planted(tree, fault)
    return check(tree, test_lines=[*measured_lines(ROOT), "你们那个破壁机白色的，打冰沙行不行"], today=TODAY)


def test_nothing_stops_publishing_the_content_that_ships(good: list[Finding]) -> None:
    assert [one for one in good if one.severity == "error"] == []


def test_the_table_is_as_wide_as_it_says() -> None:
    assert len(FAULTS) >= 60 and len({fault["rule"] for fault in FAULTS}) >= 20


def test_no_planted_fault_stands_in_the_shop_that_ships(good: list[Finding]) -> None:
    assert [fault["at"] for fault in FAULTS if told(fault, good)] == []


def test_of_the_planted_faults_at_most_one_in_twenty_is_missed(bad: list[Finding]) -> None:
    missed = [f"{fault['rule']} at {fault['at']}" for fault in FAULTS if not told(fault, bad)]
    assert len(missed) <= len(FAULTS) * 0.05, missed


@pytest.mark.parametrize("fault", FAULTS, ids=[f"{i}-{fault['rule']}" for i, fault in enumerate(FAULTS)])
def test_a_planted_fault_is_told_with_its_place(fault: Mapping[str, Any], bad: list[Finding]) -> None:
    assert told(fault, bad)


def test_the_line_of_a_finding_is_the_line_of_the_text(bad: list[Finding]) -> None:
    tree = the_shop()
    for fault in FAULTS:
        tree = planted(tree, fault)
    for rule, words in (
        ("paid_review", "好评送您红包"),
        ("medical_claim", "缓解颈椎病"),
        ("unfair_term", "概不退换"),
        ("personal_data", "13926001188"),
    ):
        (line, file) = next((one.line, one.file) for one in bad if one.rule == rule)
        assert words in tree[file].splitlines()[line - 1]


def test_the_shops_own_sentences_are_told_in_chinese(bad: list[Finding]) -> None:
    refused = [one for one in bad if one.rule == "shop_file"]
    assert refused and all(
        re.search(r"[\u4e00-\u9fff]", one.reason["zh"].removeprefix("读不进去：")) for one in refused
    )


def test_findings_come_by_file_and_line(bad: list[Finding]) -> None:
    assert [(one.file, one.line) for one in bad] == sorted((one.file, one.line) for one in bad)
