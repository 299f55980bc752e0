"""The arithmetic of the bench on made-up rows, and what it says of files that cannot be read."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from bench.rows import InputError, Row, read_rows
from bench.scores import (
    NOTHING,
    Share,
    by_label,
    calibration_error,
    confusions,
    pairs,
    reliability,
    scores,
    several,
    times,
)
from bot.core.labels import ALL


def row(labels: str, predicted: str, alt: str = "", needed: bool = False, parts: int | None = None, sure: float = 0.9):
    given = tuple(predicted.split())
    wanted = tuple(labels.split())
    return Row(
        "made-up", "…", wanted, tuple(alt.split()), needed, parts or len(wanted), given, tuple(sure for _ in given)
    )


# --- right or wrong -----------------------------------------------------------------------------------------------

JUDGED = [
    ("the same list", "ask_stock ask_price", "ask_stock ask_price", "", True, True),
    ("the wrong order", "ask_stock ask_price", "ask_price ask_stock", "", False, True),
    ("one is missing", "ask_stock ask_price", "ask_stock", "", False, False),
    ("one too many", "ask_stock", "ask_stock ask_price", "", False, False),
    ("one beside, which a reader would defend", "ask_stock", "ask_stock ask_price", "ask_price", False, True),
    ("an alternative stands in", "ask_stock", "ask_price", "ask_price", False, True),
    (
        "an alternative stands in for none of two",
        "ask_stock ask_size",
        "ask_stock ask_price",
        "ask_price",
        False,
        False,
    ),
    ("nothing is given", "ask_stock", "", "ask_price", False, False),
    ("something else", "ask_stock", "ask_size", "ask_price", False, False),
]


@pytest.mark.parametrize(
    ("labels", "given", "alt", "strict", "lenient"), [r[1:] for r in JUDGED], ids=[r[0] for r in JUDGED]
)
def test_strict_and_lenient(labels: str, given: str, alt: str, strict: bool, lenient: bool) -> None:
    judged = row(labels, given, alt)
    assert (judged.strict, judged.lenient) == (strict, lenient)


HANDED = [
    ("found", row("negotiate_price", "negotiate_price"), Share(1, 1), Share(0, 0)),
    ("another handover is one too", row("negotiate_price", "complaint"), Share(1, 1), Share(0, 0)),
    ("one among several", row("ask_stock purchase_intent", "ask_stock"), Share(0, 1), Share(0, 0)),
    ("handed over for nothing", row("ask_stock", "purchase_intent"), Share(0, 0), Share(1, 1)),
    ("answered", row("ask_stock", "ask_price"), Share(0, 0), Share(0, 1)),
    ("a handover that could be defended counts neither way", row("ask_price", "bulk_order", "bulk_order"), Share(0, 0), Share(0, 0)),
]  # fmt: skip


@pytest.mark.parametrize(("of", "recall", "false"), [r[1:] for r in HANDED], ids=[r[0] for r in HANDED])
def test_handovers(of: Row, recall: Share, false: Share) -> None:
    told = scores([of])
    assert (told.handover_recall, told.false_handover) == (recall, false)


def test_out_of_scope_is_found_and_not_overdone() -> None:
    rows = [
        row("out_of_scope", "out_of_scope"),
        row("out_of_scope", "greet"),
        row("greet", "out_of_scope"),
        row("inform", "out_of_scope", "out_of_scope"),
    ]
    told = scores(rows)
    assert (told.out_recall, told.out_precision) == (Share(1, 2), Share(2, 3))


def test_rows_that_need_context_are_counted_nowhere() -> None:
    rows = [row("ask_stock", "ask_stock"), row("complaint", "out_of_scope greet", needed=True, parts=2)]
    told = scores(rows)
    assert (told.rows, told.strict, told.handover_recall, told.out_precision) == (
        1,
        Share(1, 1),
        Share(0, 0),
        Share(0, 0),
    )
    assert several(rows).all_right == Share(0, 0)
    assert confusions(rows) == []
    assert sum(entry.right.of for entry in reliability(rows)) == 1


def test_a_share_of_nothing_is_no_number() -> None:
    assert math.isnan(Share(0, 0).value)
    assert Share(1, 4).value == 0.25


# --- several questions --------------------------------------------------------------------------------------------

SEVERAL = [
    ("all right", row("ask_stock ask_price", "ask_stock ask_price"), Share(1, 1), Share(2, 2)),
    ("order counts", row("ask_stock ask_price", "ask_price ask_stock"), Share(0, 1), Share(2, 2)),
    ("one is missing", row("ask_stock ask_price", "ask_stock"), Share(0, 1), Share(1, 1)),
    ("one is wrong", row("ask_stock ask_price", "ask_stock ask_size"), Share(0, 1), Share(1, 2)),
    ("repeats count once", row("ask_spec", "ask_spec", parts=2), Share(1, 1), Share(1, 1)),
    ("given twice counts once", row("ask_spec", "ask_spec ask_spec", parts=2), Share(1, 1), Share(1, 1)),
    ("nothing is given", row("ask_stock ask_price", ""), Share(0, 1), Share(0, 0)),
]


@pytest.mark.parametrize(("of", "right", "precision"), [r[1:] for r in SEVERAL], ids=[r[0] for r in SEVERAL])
def test_several_questions(of: Row, right: Share, precision: Share) -> None:
    told = several([of])
    assert (told.all_right, told.precision, told.wrongly_split) == (right, precision, Share(0, 0))


def test_one_question_with_several_labels_is_wrongly_split() -> None:
    rows = [
        row("ask_stock", "ask_stock"),
        row("ask_stock", "ask_price"),
        row("ask_stock", "ask_stock ask_price"),
        row("ask_stock", "ask_stock ask_price", "ask_price"),
        row("ask_stock", "ask_stock ask_stock"),
    ]
    assert several(rows).wrongly_split == Share(1, 5)
    assert several(rows).all_right == Share(0, 0)


# --- labels and confusions ----------------------------------------------------------------------------------------


def test_recall_and_precision_of_each_label() -> None:
    rows = [
        row("ask_stock", "ask_stock"),
        row("ask_stock ask_price", "ask_price"),
        row("ask_size", "ask_stock"),
        row("ask_spec", "ask_stock", "ask_stock"),
    ]
    told = {score.label: score for score in by_label(rows)}
    assert list(told) == list(ALL)
    assert (told["ask_stock"].recall, told["ask_stock"].precision) == (Share(1, 2), Share(2, 3))
    assert (told["ask_price"].recall, told["ask_price"].precision) == (Share(1, 1), Share(1, 1))
    assert (told["greet"].recall, told["greet"].precision) == (Share(0, 0), Share(0, 0))


PAIRS = [
    ("found", row("ask_stock", "ask_stock"), [("ask_stock", "ask_stock")]),
    ("an alternative stood in", row("ask_stock", "ask_price", "ask_price"), [("ask_stock", "ask_stock")]),
    ("something instead", row("ask_stock", "ask_price"), [("ask_stock", "ask_price")]),
    ("nothing instead", row("ask_stock", ""), [("ask_stock", NOTHING)]),
    ("one beside", row("ask_stock", "ask_stock greet"), [("ask_stock", "ask_stock"), (NOTHING, "greet")]),
    ("one of two missing", row("ask_stock ask_price", "ask_price"), [("ask_price", "ask_price"), ("ask_stock", NOTHING)]),
    ("both wrong", row("ask_stock ask_price", "greet"), [("ask_stock", "greet"), ("ask_price", "greet")]),
]  # fmt: skip


@pytest.mark.parametrize(("of", "wanted"), [r[1:] for r in PAIRS], ids=[r[0] for r in PAIRS])
def test_what_is_taken_for_what(of: Row, wanted: list[tuple[str, str]]) -> None:
    assert pairs(of) == wanted


def test_the_most_frequent_confusion_comes_first_with_its_rows() -> None:
    once, twice = row("ask_size", "ask_spec"), row("ask_price", "ask_promotion")
    found = confusions([once, twice, twice, row("greet", "greet")])
    assert [(c.right, c.given, len(c.rows)) for c in found] == [
        ("ask_price", "ask_promotion", 2),
        ("ask_size", "ask_spec", 1),
    ]
    assert found[1].rows == (once,)


# --- confidence and time ------------------------------------------------------------------------------------------


def test_bins_of_confidence_hold_what_was_right() -> None:
    rows = [row("greet", "greet", sure=0.95), row("greet", "thanks", sure=1.0), row("greet", "deny", "deny", sure=0.3)]
    bins = reliability(rows)
    assert [(entry.low, entry.high) for entry in bins][::9] == [(0.0, 0.1), (0.9, 1.0)]
    assert bins[9].right == Share(1, 2) and bins[9].confidence == pytest.approx(0.975)
    assert bins[3].right == Share(1, 1) and bins[3].confidence == pytest.approx(0.3)
    assert bins[0].right == Share(0, 0) and math.isnan(bins[0].confidence)


CALIBRATED = [
    ("as right as sure", [row("greet", "greet", sure=0.75)] * 3 + [row("greet", "deny", sure=0.75)], 0.0),
    ("always sure, never right", [row("greet", "deny", sure=1.0)], 1.0),
    ("bins weigh by their size", [row("greet", "greet", sure=1.0)] * 3 + [row("greet", "deny", sure=0.4)], 0.1),
]


@pytest.mark.parametrize(("rows", "error"), [r[1:] for r in CALIBRATED], ids=[r[0] for r in CALIBRATED])
def test_calibration_error(rows: list[Row], error: float) -> None:
    assert calibration_error(rows) == pytest.approx(error)


def test_no_prediction_has_no_calibration_error() -> None:
    assert math.isnan(calibration_error([row("greet", "")]))


def test_times_are_milliseconds_by_nearest_rank() -> None:
    told = times([n / 1000 for n in range(1, 101)])
    assert (told.median, told.p95) == (pytest.approx(50.5), pytest.approx(95))
    assert times([0.002]).p95 == pytest.approx(2)
    assert math.isnan(times([]).median)


# --- files --------------------------------------------------------------------------------------------------------


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_reads_labelled_messages(tmp_path: Path) -> None:
    line = {"id": "zh-x-1", "text": "M", "labels": ["ask_stock", "ask_price"], "alt": ["greet"], "context_needed": True}
    first, second = read_rows(
        written(tmp_path, "a.jsonl", json.dumps(line) + '\n\n{"text": "hi there", "labels": ["greet"]}')
    )
    assert first == Row("zh-x-1", "M", ("ask_stock", "ask_price"), ("greet",), True, 2)
    assert (first.language, second.language, second.id) == ("zh", "en", "a:3")


def test_reads_messages_with_marked_parts(tmp_path: Path) -> None:
    text = "有货吗|多少钱\task_stock ask_price\r\n多少瓦| 多重\task_spec ask_spec\nhow much\task_price\n"
    two, same, one = read_rows(written(tmp_path, "a.tsv", text))
    assert (two.text, two.labels, two.parts, two.language) == ("有货吗多少钱", ("ask_stock", "ask_price"), 2, "zh")
    assert (same.text, same.labels, same.parts) == ("多少瓦 多重", ("ask_spec",), 2)
    assert (one.text, one.labels, one.parts, one.language) == ("how much", ("ask_price",), 1, "en")


WRONG = [
    ("a.jsonl", '{"text": "a", "labels": ["greet"]}\n{"text"', "a.jsonl, line 2: is no JSON."),
    ("a.jsonl", "[]", "line 1: is no JSON object"),
    ("a.jsonl", '{"labels": ["greet"]}', "line 1: has no text."),
    ("a.jsonl", '\n{"text": "  ", "labels": ["greet"]}', "line 2: has no text."),
    ("a.jsonl", '{"text": "a"}', "line 1: labels is no list"),
    ("a.jsonl", '{"text": "a", "labels": []}', "line 1: has no labels."),
    ("a.jsonl", '{"text": "a", "labels": "greet"}', "line 1: labels is no list"),
    ("a.jsonl", '{"text": "a", "labels": ["ask_weather"]}', "line 1: there is no label “ask_weather”"),
    ("a.jsonl", '{"text": "a", "labels": ["greet"], "alt": ["hello"]}', "line 1: there is no label “hello”"),
    ("a.jsonl", '{"text": "a", "labels": ["greet"], "context_needed": "no"}', "line 1: context_needed is neither"),
    ("a.jsonl", "\n\n", "a.jsonl: holds no message."),
    ("a.tsv", "有货吗 ask_stock", "a.tsv, line 1: has no tab"),
    ("a.tsv", "有货吗|多少钱\task_stock", "line 1: has 2 part(s) and 1 label(s)"),
    ("a.tsv", "有货吗\task_stock ask_price", "line 1: has 1 part(s) and 2 label(s)"),
    ("a.tsv", "有货吗||多少钱\task_stock ask_stock ask_price", "line 1: has a part without text"),
    ("a.tsv", "|\tgreet greet", "line 1: has no text."),
    ("a.tsv", "有货吗\task_weather", "line 1: there is no label “ask_weather”"),
]


@pytest.mark.parametrize(("name", "text", "told"), WRONG, ids=[told for _, _, told in WRONG])
def test_says_in_one_sentence_what_is_wrong_and_where(tmp_path: Path, name: str, text: str, told: str) -> None:
    with pytest.raises(InputError) as raised:
        read_rows(written(tmp_path, name, text))
    assert told in str(raised.value)
    assert "\n" not in str(raised.value)


def test_says_which_file_is_missing_or_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.jsonl: there is no such file"):
        read_rows(tmp_path / "none.jsonl")
    (tmp_path / "bytes.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match=r"bytes\.jsonl: is not UTF-8"):
        read_rows(tmp_path / "bytes.jsonl")
