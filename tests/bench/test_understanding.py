"""The command round the arithmetic: what it refuses, which lines it takes, and what it may write into a document."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from rasa.shared.nlu.training_data.loading import load_data
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bench import tables
from bench.charts import draw
from bench.curve import Point
from bench.lines import Lines, as_yaml, chosen, cut_up, part_of
from bench.parsing import Parsed, answers
from bench.report import BEGIN, END, as_markdown, as_text, link, write_between
from bench.rows import InputError, Row
from bench.training import Trained
from bench.understanding import as_told, main

SECRET = "机密的买家原话"
ROWS = [
    Row("zh-1", SECRET, ("ask_stock",), predicted=("ask_price",), confidences=(0.8,)),
    Row("zh-2", SECRET, ("ask_stock", "ask_price"), parts=2, predicted=("ask_stock", "ask_price"), confidences=(0.9, 0.7)),
    Row("en-1", SECRET, ("greet",), predicted=("nlu_fallback",), confidences=(0.3,)),
    Row("en-2", SECRET, ("greet",), context_needed=True),
]  # fmt: skip
MEASURED = {"made.jsonl": Parsed(ROWS, [0.01] * 4, [0.002] * 4)}
POINTS = [Point(lines, MEASURED) for lines in (36, 72)]


def sections() -> list:
    trained = Trained(Path("."), Path("model"), 72, 1.0, 9.0)
    return [
        tables.score_section(MEASURED),
        tables.several_section(MEASURED),
        tables.time_section(MEASURED),
        tables.against_section(MEASURED, MEASURED, trained, trained, "72 lines", 3),
        tables.curve_section(POINTS),
        tables.label_section(MEASURED),
        tables.confusion_section(MEASURED),
        tables.confidence_section(MEASURED),
    ]


# --- what is written down -----------------------------------------------------------------------------------------


def test_a_report_holds_figures_and_no_text_of_a_message() -> None:
    written = as_markdown(sections(), {"confusion": "pictures/confusion.svg"})
    assert SECRET not in written and SECRET not in as_text(sections())
    assert "![What is taken for what](pictures/confusion.svg)" in written
    assert "| ask_stock | ask_price | 1 |" in written
    assert "same 72 lines" in written and "3 epochs" in written


def test_the_terminal_shows_texts_of_confusions() -> None:
    assert SECRET in tables.examples(MEASURED, 1)
    assert SECRET not in tables.examples(MEASURED, 0)


def test_pictures_hold_no_text_of_a_message_and_come_out_the_same_twice(tmp_path: Path) -> None:
    first = {name: path.read_bytes() for name, path in draw(tmp_path / "a", ROWS, POINTS).items()}
    again = {name: path.read_bytes() for name, path in draw(tmp_path / "b", ROWS, POINTS).items()}
    assert list(first) == ["confusion", "reliability", "curve"] and first == again
    assert all(b"<svg" in picture and SECRET.encode() not in picture for picture in first.values())
    assert "curve" not in draw(tmp_path / "c", ROWS, [])


def test_a_report_leaves_what_people_wrote(tmp_path: Path) -> None:
    document = tmp_path / "understanding.md"
    document.write_text(f"# Above\n\n{BEGIN}\nold\n{END}\n\nBelow\n", encoding="utf-8")
    write_between(document, "new")
    write_between(document, "newer")
    assert document.read_text(encoding="utf-8") == f"# Above\n\n{BEGIN}\nnewer\n{END}\n\nBelow\n"


@pytest.mark.parametrize("text", ["", BEGIN, END, f"{END}\n{BEGIN}", f"{BEGIN}\n{BEGIN}\n{END}", f"{BEGIN}{END}{END}"])
def test_a_document_without_a_clear_place_is_refused(tmp_path: Path, text: str) -> None:
    document = tmp_path / "a.md"
    document.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.md: the results need"):
        write_between(document, "new")
    assert document.read_text(encoding="utf-8") == text


def test_a_picture_is_linked_from_where_the_document_stands(tmp_path: Path) -> None:
    assert link(tmp_path / "docs" / "pictures" / "a.svg", tmp_path / "docs" / "b.md") == "pictures/a.svg"
    assert link(tmp_path / "a.svg", tmp_path / "docs" / "b.md") == "../a.svg"


# --- what a parse says --------------------------------------------------------------------------------------------

SAID = [
    ("questions in order", {"questions": [{"label": "ask_stock", "confidence": 0.5}, {"label": "greet", "confidence": 1}]},
     ["ask_stock", "greet"], [0.5, 1.0]),
    ("no question", {"questions": [], "intent": {"name": "greet", "confidence": 1.0}}, [], []),
    ("a stock bot's intent", {"intent": {"name": "greet", "confidence": 0.4}, "intent_ranking": []}, ["greet"], [0.4]),
    ("under its fallback", {"intent": {"name": "nlu_fallback", "confidence": 0.3},
     "intent_ranking": [{"name": "nlu_fallback", "confidence": 0.3}, {"name": "greet", "confidence": 0.2}]}, ["greet"], [0.2]),
    ("a fallback over nothing", {"intent": {"name": None, "confidence": 0.0}}, [], []),
]  # fmt: skip


@pytest.mark.parametrize(("parse", "labels", "confidences"), [r[1:] for r in SAID], ids=[r[0] for r in SAID])
def test_labels_and_confidences_of_a_parse(parse: dict, labels: list[str], confidences: list[float]) -> None:
    assert answers(parse) == (labels, confidences)


# --- which lines are trained on -----------------------------------------------------------------------------------

LABELS = ["greet"] * 400 + ["thanks"] * 200 + ["deny"] * 5


@pytest.mark.parametrize("count", [3, 4, 60, 121, 604, 605])
def test_a_sample_has_so_many_lines_and_each_label_in_its_share(count: int) -> None:
    taken = chosen(LABELS, count)
    assert len(set(taken)) == len(taken) == count
    counts = Counter(LABELS[line] for line in taken)
    assert set(counts) == {"greet", "thanks", "deny"}
    for label, size in Counter(LABELS).items():
        assert abs(counts[label] - size * count / len(LABELS)) <= 2


def test_a_smaller_sample_lies_within_a_larger_and_is_the_same_again() -> None:
    assert set(chosen(LABELS, 50)) < set(chosen(LABELS, 100)) < set(chosen(LABELS, 605))
    assert chosen(LABELS, 50) == chosen(LABELS, 50) != chosen(LABELS, 50, seed=1)


@pytest.mark.parametrize("count", [-1, 0, 2, 606])
def test_a_sample_that_cannot_be_taken_is_refused(count: int) -> None:
    with pytest.raises(InputError, match="605"):
        chosen(LABELS, count)


def lines_with_several() -> Lines:
    data = TrainingData([Message.build(f"在吗{n}", intent="greet") for n in range(4)])
    return Lines(data, ("有货吗|多少钱\task_stock ask_price", "能退吗，|能开票吗\task_return_policy ask_invoice"))


def test_lines_with_several_questions_are_kinds_of_their_own() -> None:
    assert lines_with_several().kinds == [*["greet"] * 4, "ask_stock and more", "ask_return_policy and more"]
    part = part_of(lines_with_several(), 3)
    assert (len(part), len(part.one.intent_examples), len(part.several), part.whole) == (3, 1, 2, False)
    assert part_of(lines_with_several(), 6).whole


def test_a_bot_of_one_label_gets_several_questions_in_their_parts() -> None:
    examples = cut_up(lines_with_several()).intent_examples
    assert {(e.get("text"), e.get("intent")) for e in examples[4:]} == {
        ("有货吗", "ask_stock"),
        ("多少钱", "ask_price"),
        ("能退吗", "ask_return_policy"),
        ("能开票吗", "ask_invoice"),
    }


def test_lines_are_written_as_rasa_reads_them(tmp_path: Path) -> None:
    data = TrainingData([Message.build(text, intent="greet") for text in ("在吗：亲", "# hi", "- hi", '"hi" \\ there')])
    (tmp_path / "lines.yml").write_text(as_yaml(data), encoding="utf-8")
    read = load_data(str(tmp_path / "lines.yml"))
    assert [(e.get("text"), e.get("intent")) for e in read.intent_examples] == [
        (e.get("text"), "greet") for e in data.intent_examples
    ]


# --- what is refused before anything takes long -------------------------------------------------------------------

GOOD = '{"text": "在吗", "labels": ["greet"]}\n'
REFUSED = [
    (["none.jsonl"], "none.jsonl: there is no such file."),
    (["bad.jsonl"], "bad.jsonl, line 1: there is no label “ask_weather”"),
    (["good.jsonl", "--model", "good.jsonl"], "good.jsonl: is no trained model."),
    (["good.jsonl", "--model", "good.jsonl", "--lines", "300"], "--model measures"),
    (["good.jsonl", "--epochs", "3"], "--epochs is for --against stock"),
    (["good.jsonl", "--against", "stock", "--epochs", "0"], "at least 1"),
    (["good.jsonl", "--report", "none.md"], "none.md: there is no such document."),
    (["good.jsonl", "--predictions", "none/out.jsonl"], "its folder is not there."),
    (["good.jsonl", "--pictures", "good.jsonl"], "good.jsonl: is no folder."),
]


@pytest.mark.parametrize(("arguments", "told"), REFUSED, ids=[told for _, told in REFUSED])
def test_refuses_in_one_sentence_with_code_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("good.jsonl").write_text(GOOD, encoding="utf-8")
    Path("bad.jsonl").write_text(GOOD.replace("greet", "ask_weather"), encoding="utf-8")
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert told in error and error.count("\n") == 1


def test_the_command_that_a_report_tells_names_no_folder_of_this_machine() -> None:
    told = as_told(["/somewhere/zh.jsonl", "../beside/en.jsonl", "tests/nlu/typed_together.tsv", "--lines", "40"])
    assert told == "python -m bench.understanding zh.jsonl en.jsonl tests/nlu/typed_together.tsv --lines 40"
