"""What a draft changes for buyers, and the gates that it has to pass."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.content import comparing
from bot.content.cases import Case, Line, buyers_cases, honesty_cases, project_cases, rules
from bot.content.comparing import Answered, Comparison, Sides, answers, compare, right
from bot.content.gates import closed
from bot.content.sentences import Failed
from bot.core.content import Finding, Tree
from tests.conftest import ROOT
from tests.content.workshop import LIMITS, Silent, Workshop, limit
from tests.small_shop import EVENING

KNOWN: dict[str, Any] = {"of": "x", "revision": 2, "version": 1, "at": "now"}
STOCK, PRICE = Answered(("ask_stock",), (("有货",),)), Answered(("ask_price",), (("99 元",),))


def asked(text: str, *labels: str, source: Any = "tests", **wanted: tuple[str, ...]) -> Case:
    return Case(source, (Line(text, labels or None, **wanted),), text)


def compared(*rows: tuple[Case, Answered, Answered]) -> Comparison:
    cases, before, after = zip(*rows)
    return compare(cases, [[one] for one in before], [[one] for one in after], **KNOWN)


VERDICTS = [
    (asked("在吗", "ask_stock"), PRICE, STOCK, "better"),
    (asked("在吗", "ask_stock"), STOCK, PRICE, "worse"),
    (asked("在吗", "greet"), STOCK, PRICE, "changed"),
    (asked("在吗", source="buyers"), STOCK, PRICE, "changed"),
    (asked("多少", "ask_price", says=("99",)), PRICE, Answered(("ask_price",), (("100 元",),)), "worse"),
    (asked("多少", "ask_price", says_not=("一定",)), Answered(("ask_price",), (("一定有",),)), PRICE, "better"),
]


@pytest.mark.parametrize(("case", "before", "after", "verdict"), VERDICTS)
def test_what_changed_is_better_or_worse_where_somebody_has_said_what_is_right(
    case: Case, before: Answered, after: Answered, verdict: str
) -> None:
    (one,) = compared((case, before, after)).differences
    assert one.verdict == verdict


def test_what_is_the_same_is_not_told_and_the_worst_comes_first() -> None:
    found = compared(
        (asked("甲", "ask_stock"), STOCK, STOCK),
        (asked("乙", "ask_stock"), PRICE, STOCK),
        (asked("丙", "ask_stock"), STOCK, PRICE),
    )
    assert [one.text for one in found.differences] == ["丙", "乙"]
    assert found.heard == {"tests": 3}


def test_another_way_to_say_it_counts_as_a_change_too() -> None:
    two = Answered(("ask_stock",), (("有货", "还有"),))
    (one,) = compared((asked("甲", source="buyers"), two, Answered(("ask_stock",), (("有货", "还有哦"),)))).differences
    assert one.verdict == "changed"


HOLDING = [
    ((("面粉 300 克", "300 克以内"),), True),
    ((("面粉 300 克", "少放点"),), False),
    ((("好的",), ("300 克", "300 克")), True),
]


@pytest.mark.parametrize(("texts", "holds"), HOLDING)
def test_what_must_be_said_is_in_every_way_that_a_reply_may_be_said(
    texts: tuple[tuple[str, ...], ...], holds: bool
) -> None:
    assert right(Line("和面", says=("300",)), Answered((), texts)) is holds


def test_recall_and_precision_by_label_before_and_after() -> None:
    found = compared(
        (asked("甲", "ask_stock"), STOCK, STOCK),
        (asked("乙", "ask_stock"), STOCK, PRICE),
        (asked("丙", "ask_price"), PRICE, PRICE),
    )
    scores = {score.label: score for score in found.scores}
    stock, price = scores["ask_stock"], scores["ask_price"]
    assert (stock.count, stock.recall_before, stock.recall_after, stock.lost) == (2, 1.0, 0.5, ("乙",))
    assert (price.precision_before, price.precision_after) == (1.0, 0.5)


def test_it_comes_back_from_its_file_as_it_was() -> None:
    found = compared(
        (asked("乙", "ask_stock"), STOCK, PRICE), (asked("实", source="honesty", says=("不",)), STOCK, PRICE)
    )
    assert Comparison.from_json(found.as_json()) == found
    assert found.dishonest == (("实", "99 元"),)


# --- the gates -----------------------------------------------------------------------------------------------------

FALLEN = [(asked(f"问{i}", "ask_stock"), STOCK, PRICE if i < 2 else STOCK) for i in range(10)]
ERROR = Finding(
    "claims", "error", "shop/usage.csv", 3, {"zh": "L18", "en": "L18"}, {"zh": "", "en": ""}, {"zh": "", "en": ""}
)


def test_a_label_that_falls_too_far_closes_a_gate_that_names_its_messages() -> None:
    (gate,) = closed({"gates": {"recall_drop": 0.1}}, compared(*FALLEN), [])
    assert (gate.id, gate.messages) == ("recall", ("问0", "问1"))
    assert "ask_stock" in gate.reason["zh"] and "80%" in gate.reason["en"]


@pytest.mark.parametrize("gates", [{"recall_drop": 0.2}, {"recall_drop": 0.1, "recall_least": 11}])
def test_a_label_may_fall_as_far_as_the_shop_says_or_be_too_rare_to_judge(gates: dict[str, float]) -> None:
    assert closed({"gates": gates}, compared(*FALLEN), []) == []


def test_an_honesty_question_that_is_answered_wrongly_closes_a_gate() -> None:
    case = asked("料理机能和面吗", source="honesty", says=("300",))
    (gate,) = closed({}, compared((case, STOCK, STOCK)), [])
    assert gate.id == "honesty" and "料理机能和面吗" in gate.reason["zh"]
    assert closed({"gates": {"honesty": False}}, compared((case, STOCK, STOCK)), []) == []


def test_an_error_of_the_checks_closes_a_gate_a_warning_does_not() -> None:
    (gate,) = closed({}, None, [ERROR, ERROR])
    assert gate.id == "checks" and len(gate.messages) == 2
    warning = Finding("x", "warning", "f", 1, {"zh": "p", "en": "p"}, {"zh": "", "en": ""}, {"zh": "", "en": ""})
    assert closed({}, None, [warning]) == []


def test_a_file_of_gates_that_cannot_be_read_leaves_those_of_the_program() -> None:
    assert rules({"shop/publishing.yml": "gates: ["}) == {}
    assert closed({}, None, [ERROR])


# --- what it is tried on -------------------------------------------------------------------------------------------


def test_the_projects_own_messages_are_there_with_their_labels() -> None:
    cases = project_cases(ROOT / "tests")
    assert len(cases) > 900
    assert sum(line.labels is not None for case in cases for line in case.lines) > 900


def test_a_project_without_tests_has_none(tmp_path: Path) -> None:
    assert project_cases(tmp_path) == []


def test_what_buyers_wrote_is_masked() -> None:
    (case,) = buyers_cases([["我电话13812345678", "x" * 600]])
    assert [line.text for line in case.lines] == ["我电话138****5678"]


def test_the_shop_has_honesty_questions_in_both_languages() -> None:
    tree = {"shop/publishing.yml": (ROOT / "shop" / "publishing.yml").read_text(encoding="utf-8")}
    texts = [case.lines[0].text for case in honesty_cases(tree)]
    assert any("料理机" in text for text in texts) and any("food processor" in text for text in texts)


# --- answers, in processes of their own ----------------------------------------------------------------------------

HEARD = {
    "text": "料理机能和面吗",
    "questions": [{"label": "ask_capability", "text": "料理机能和面吗", "start": 0, "end": 7, "confidence": 0.9}],
    "entities": [
        {"entity": "product", "value": ["L18"], "text": "料理机", "start": 0, "end": 3},
        {"entity": "capability", "value": "knead_dough", "text": "和面", "start": 4, "end": 6},
        {"entity": "language", "value": "zh", "start": 0, "end": 7},
    ],
}


def tried(before: Tree, after: Tree, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Comparison:
    """Compared on one question, whose understanding is known."""
    monkeypatch.setattr(comparing, "_ask", lambda model, texts, *rest: {text: HEARD for text in texts})
    case = asked(HEARD["text"], "ask_capability", source="honesty", says=("300",))  # type: ignore[arg-type]
    sides = Sides(before, after, folder / "model", folder / "model")
    return compare([case], *answers(sides, [case], folder, EVENING, Silent()), **KNOWN)


def test_a_changed_fact_is_seen_in_the_answer(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = workshop.bench.draft_tree()
    workshop.bench.save([limit("面粉随便放")], "小林")
    found = tried(before, workshop.bench.draft_tree(), tmp_path / "try", monkeypatch)
    (one,) = found.differences
    assert LIMITS["L18"] in one.before.said and "面粉随便放" in one.after.said
    assert one.verdict == "worse"
    assert [ask for ask, _ in found.dishonest] == [HEARD["text"]]


def test_what_is_known_to_be_understood_is_not_asked_again(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = workshop.bench.draft_tree()
    tried(tree, tree, tmp_path / "try", monkeypatch)
    facts = {**tree, "shop/capabilities.csv": tree["shop/capabilities.csv"].replace("300", "310")}
    words = {**tree, "domain.yml": tree["domain.yml"].replace("不客气", "不谢")}
    names = other_names(tree)

    def must_not(*_: Any) -> None:
        raise Failed("comparing", problem="asked again")

    monkeypatch.setattr(comparing, "_ask", must_not)
    case = [asked(HEARD["text"])]  # type: ignore[arg-type]
    for after in (facts, words):
        answers(Sides(tree, after, tmp_path, tmp_path), case, tmp_path / "try", EVENING, Silent())
    with pytest.raises(Failed, match="asked again"):
        answers(Sides(tree, names, tmp_path, tmp_path), case, tmp_path / "try", EVENING, Silent())
    answers(Sides(tree, names, tmp_path, tmp_path), case, tmp_path / "try", EVENING, Silent(), nearly=True)


def other_names(tree: Tree) -> Tree:
    return {**tree, "shop/topics.csv": tree["shop/topics.csv"] + "\n"}


@pytest.mark.parametrize("known_before", [True, False], ids=["of other names", "heard of who serves"])
def test_what_is_understood_nearly_is_never_taken_for_what_is_understood(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known_before: bool
) -> None:
    asked_of: list[list[str]] = []

    def ask(model: Path, texts: list[str], *rest: Any) -> dict[str, Any]:
        asked_of.append(texts)
        return {text: HEARD for text in texts}

    monkeypatch.setattr(comparing, "_ask", ask)
    tree = workshop.bench.draft_tree()
    text = str(HEARD["text"])
    given = ([asked(text)], tmp_path / "try", EVENING, Silent())
    if known_before:
        answers(Sides(tree, tree, tmp_path, tmp_path), *given)
    changed = Sides(other_names(tree), other_names(tree), tmp_path, tmp_path)
    asked_of.clear()
    hear = lambda texts: {text: HEARD for text in texts}  # noqa: E731
    for _ in range(2):
        answers(changed, *given, nearly=True, hear=hear)
    assert asked_of == []
    answers(changed, *given)
    assert asked_of == [[text]], "once: both sides are the same"
    answers(changed, *given, nearly=True, hear=hear)
    answers(changed, *given)
    assert asked_of == [[text]]


def test_a_draft_that_was_trained_is_not_taken_to_understand_what_who_serves_does(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_of: list[Path] = []

    def ask(model: Path, texts: list[str], *rest: Any) -> dict[str, Any]:
        asked_of.append(model)
        return {text: HEARD for text in texts}

    monkeypatch.setattr(comparing, "_ask", ask)
    tree = workshop.bench.draft_tree()
    name = next(name for name in tree if name.startswith("data/nlu/"))
    sides = Sides(tree, {**tree, name: tree[name] + "\n"}, tmp_path / "live", tmp_path / "draft")
    hear = lambda texts: {text: HEARD for text in texts}  # noqa: E731
    answers(sides, [asked(str(HEARD["text"]))], tmp_path / "try", EVENING, Silent(), nearly=True, hear=hear)
    assert asked_of == [tmp_path / "draft"]


def test_nobody_is_kept_in_the_files_who_is_not_looked_at_any_more(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "_ask", lambda model, texts, *rest: {text: HEARD for text in texts})
    tree = workshop.bench.draft_tree()
    for text in ("上周的", "今天的"):
        answers(Sides(tree, tree, tmp_path, tmp_path), [asked(text)], tmp_path / "try", EVENING, Silent())
    (kept,) = (tmp_path / "try" / "parses").glob("*.json")
    assert list(json.loads(kept.read_text(encoding="utf-8"))) == ["今天的"]
