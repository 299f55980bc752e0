"""The training lines as they stand, and what is said about a file that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.labels import ALL
from bot.nlu.lines import Line, LinesError, all_lines, read_lines, read_table

GOOD = 'version: "3.1"\nnlu:\n- intent: ask_stock\n  examples: |\n    - 有货吗\n    - 黑色m码还有没有\n'
FAULTS = [
    (GOOD + "- intent: ask_prize\n  examples: |\n    - 多少钱\n", "one.yml:9", "多少钱", "ask_prize"),
    (GOOD.replace("- 有货吗", "有货吗"), "one.yml:5", "有货吗", "begins with"),
    (GOOD.replace("有货吗", "[黑色(colour)有吗"), "one.yml:5", "[黑色(colour)有吗", "mark-up"),
    (GOOD.replace("有货吗", "[黑色](colour有吗"), "one.yml:5", "[黑色](colour有吗", "mark-up"),
    (GOOD + "- intent: ask_price\n  examples: |\n    - 有货吗？\n", "one.yml:9", "有货吗？", "ask_stock"),
    (GOOD + "- intent: ask_price\n  examples: |\n", "one.yml:8", "ask_price", "no examples"),
    ("nlu: [", "one.yml", "", "cannot be read"),
    ("nlu:\n- intent: ask_stock\n", "one.yml", "", "cannot be read"),
]
TABLE_FAULTS = [
    ("有货吗|多少钱\task_stock\n", "en.tsv:1", "有货吗|多少钱", "2 parts and 1 labels"),
    ("有货吗|\task_stock ask_price\n", "en.tsv:1", "有货吗|", "without a word"),
    ("有货吗|多少钱\task_stock ask_prize\n", "en.tsv:1", "有货吗|多少钱", "ask_prize"),
    ("\n有货吗 ask_stock\n", "en.tsv:2", "有货吗 ask_stock", "tab"),
]


def test_the_lines_that_we_ship_have_no_fault_and_every_label() -> None:
    lines = all_lines()
    assert {label for line in lines for label in line.labels} == set(ALL)
    assert sum(len(line.parts) > 1 for line in lines) > 1000


@pytest.mark.parametrize(("content", "place", "sentence", "reason"), FAULTS, ids=range(len(FAULTS)))
def test_a_fault_is_told_with_file_line_and_sentence(
    tmp_path: Path, content: str, place: str, sentence: str, reason: str
) -> None:
    (tmp_path / "one.yml").write_text(content, encoding="utf-8")
    _, faults = read_lines(tmp_path, tmp_path)
    told = [fault for fault in faults if not fault.startswith("data/nlu: no line")]
    assert len(told) == 1, told
    assert told[0].startswith(place) and sentence in told[0] and reason in told[0]


@pytest.mark.parametrize(("content", "place", "sentence", "reason"), TABLE_FAULTS, ids=range(len(TABLE_FAULTS)))
def test_a_fault_among_several_questions_is_told_too(
    tmp_path: Path, content: str, place: str, sentence: str, reason: str
) -> None:
    (tmp_path / "en.tsv").write_text(content, encoding="utf-8")
    lines, faults = read_table(tmp_path)
    assert not lines
    assert len(faults) == 1 and faults[0].startswith(place) and sentence in faults[0] and reason in faults[0]


def test_a_label_without_lines_is_told(tmp_path: Path) -> None:
    (tmp_path / "one.yml").write_text(GOOD, encoding="utf-8")
    lines, faults = read_lines(tmp_path, tmp_path)
    assert len(lines) == 2
    assert len(faults) == len(ALL) - 1 and "data/nlu: no line for ask_price." in faults


def test_all_faults_are_told_at_once_and_nothing_is_trained_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.nlu.lines.MESSAGES", tmp_path)
    (tmp_path / "one.yml").write_text(GOOD.replace("ask_stock", "ask_stok"), encoding="utf-8")
    with pytest.raises(LinesError, match=r"(?s)one\.yml:5.*one\.yml:6.*no line for greet"):
        all_lines(tmp_path)


def test_parts_put_together_are_the_message(tmp_path: Path) -> None:
    (tmp_path / "en.tsv").write_text("In stock?| how much\task_stock ask_price\n", encoding="utf-8")
    assert read_table(tmp_path) == ([Line(("in stock?", " how much"), ("ask_stock", "ask_price"))], [])
