"""Train, persist, load, compare; and where each question stands in what the buyer wrote."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.core.labels import ALL, most_demanding
from bot.nlu.question_classifier import QUESTIONS, QuestionClassifier
from tests.nlu.helpers import all_lines, message, training_data

FEW = 25
CONTEXT = SimpleNamespace(node_name="classifier")
CONFIG = {**QuestionClassifier.get_default_config(), "most_lines": 400}
TEXTS = [
    "有货吗",
    "多少钱",
    "料理机能和面吗 有货吗 今天拍几天到北京",
    "有货吗?便宜点我就拍了",
    "is it in stock? how long does shipping take to Beijing?",
    "😊😊 還有貨嗎？？ 包郵嗎",
    "Ｙ９１５多少瓦？多重？",
    "在吗，转人工",
    "亲，170 130斤穿多大呀",
    "能退吗能开发票吗",
    "\u202e投诉你们\u202c",
    "/restart",
    "?",
]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[QuestionClassifier, LocalModelStorage, Resource]:
    """Trained on a few lines of each label, and kept in Rasa's own storage."""
    storage = LocalModelStorage.create(tmp_path_factory.mktemp("model"))
    resource = Resource("classifier")
    classifier = QuestionClassifier.create(CONFIG, storage, resource, CONTEXT)
    lines = {label: texts[:FEW] + texts[-FEW:] for label, texts in all_lines().items()}
    assert classifier.train(training_data(lines)) == resource
    return classifier, storage, resource


def parsed(classifier: QuestionClassifier, text: str) -> tuple[list[dict], dict]:
    (done,) = classifier.process([message(text)])
    return done.get(QUESTIONS), done.get(INTENT)


def test_what_was_persisted_and_loaded_says_the_same(trained) -> None:
    classifier, storage, resource = trained
    loaded = QuestionClassifier.load(CONFIG, storage, resource, CONTEXT)
    for text in TEXTS:
        assert parsed(loaded, text) == parsed(classifier, text)


def test_it_has_learnt_what_it_was_shown(trained) -> None:
    lines = {label: texts[:FEW] for label, texts in all_lines().items()}
    right = [
        label in [q["label"] for q in parsed(trained[0], text)[0]]
        for label, texts in lines.items()
        for text in texts[:3]
    ]
    assert np.mean(right) > 0.8


@pytest.mark.parametrize("text", TEXTS)
def test_each_question_stands_in_the_original_text(trained, text: str) -> None:
    questions, _ = parsed(trained[0], text)
    assert questions
    for question in questions:
        assert text[question["start"] : question["end"]] == question["text"]
        assert question["text"].strip()
        assert question["label"] in ALL
        assert 0 <= question["confidence"] <= 1
        assert 0 < question["next"] <= 1 and question["others"][0] != question["label"]
    assert all(
        one["start"] < other["start"] or one["end"] <= other["start"] for one, other in zip(questions, questions[1:])
    )


@pytest.mark.parametrize("text", TEXTS)
def test_a_label_stands_once_and_the_intent_is_the_most_demanding(trained, text: str) -> None:
    questions, intent = parsed(trained[0], text)
    labels = [question["label"] for question in questions]
    assert len(labels) == len(set(labels))
    assert intent["name"] == most_demanding(labels)


def test_several_questions_are_several(trained) -> None:
    questions, _ = parsed(trained[0], "有货吗？多少钱？")
    assert [question["label"] for question in questions] == ["ask_stock", "ask_price"]


def test_the_words_of_one_label_asked_twice_are_all_there(trained) -> None:
    text = "多少钱？现在什么价？"
    questions, _ = parsed(trained[0], text)
    assert [question["label"] for question in questions] == ["ask_price"]
    assert questions[0]["text"] == text[questions[0]["start"] : questions[0]["end"]]


@pytest.mark.parametrize(
    "text", ["能再便宜点吗，便宜我就拍了", "最低多少钱，可以我就拍了", "能不能给个优惠价，给了我就拍了"]
)
def test_buying_said_in_a_condition_is_a_question_of_its_own(trained, text: str) -> None:
    questions, intent = parsed(trained[0], text)
    assert [q["label"] for q in questions] == ["negotiate_price", "purchase_intent"]
    assert questions[-1]["text"].endswith("我就拍了")
    assert intent["name"] == "negotiate_price"


@pytest.mark.parametrize("text", ["😊", "\u200b\u202e", "\n \t"])
def test_a_message_without_words_is_one_question_without_a_fault(trained, text: str) -> None:
    questions, intent = parsed(trained[0], text)
    assert [question["label"] for question in questions] == ["out_of_scope"]
    assert intent["name"] == "out_of_scope"


@pytest.mark.parametrize("text", ["有货吗" * 600, "a" * 2000, "? " * 900, "{" * 500])
def test_a_long_message_is_read_within_bounds(trained, text: str) -> None:
    questions, _ = parsed(trained[0], text)
    assert questions and all(0 <= q["start"] < q["end"] <= len(text) for q in questions)


BOSS = ["老板好", "老板早上好", "给老板请安了", "hello boss", "good morning boss", "参见老板", "老板您好呀"]


def test_an_intent_of_another_project_is_learnt_beside_ours(tmp_path: Path) -> None:
    few = {**CONFIG, "most_lines": 40}
    classifier = QuestionClassifier.create(few, LocalModelStorage.create(tmp_path), Resource("c"), CONTEXT)
    classifier.train(training_data({**{label: lines[:40] for label, lines in all_lines().items()}, "greet_boss": BOSS}))
    assert parsed(classifier, "老板好呀")[1]["name"] == "greet_boss"
    assert parsed(classifier, "有货吗")[1]["name"] == "ask_stock"


def test_without_training_lines_nothing_is_learnt_and_nothing_breaks(tmp_path: Path) -> None:
    storage, resource = LocalModelStorage.create(tmp_path), Resource("c")
    QuestionClassifier.create(CONFIG, storage, resource, CONTEXT).train(TrainingData([]))
    empty = QuestionClassifier.load(CONFIG, storage, resource, CONTEXT)
    assert parsed(empty, "有货吗")[1]["name"] == "out_of_scope"


def test_it_tells_rasa_which_modules_it_leans_on() -> None:
    assert QuestionClassifier.fingerprint_addon(CONFIG)


# --- the FAQ ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["绞肉配件要另外买吗", "is the meat grinder part included"])
def test_a_question_of_the_faq_finds_its_entry(trained, text: str) -> None:
    (question,), _ = parsed(trained[0], text)
    assert question["faq"][0]["id"] == "grinder_part"
    assert question["faq"][0]["similarity"] > 0.9


def test_the_entry_belongs_to_the_question_that_asks_it(trained) -> None:
    questions, _ = parsed(trained[0], "多少钱？满减要领券吗？")
    found = {q["label"]: [entry["id"] for entry in q.get("faq", ())] for q in questions}
    assert found.pop("ask_price") == []
    assert list(found.values()) == [["coupon_needed"]]


@pytest.mark.parametrize("text", ["转人工", "有货吗", "谢谢"])
def test_what_no_entry_asks_finds_none(trained, text: str) -> None:
    questions, _ = parsed(trained[0], text)
    assert all("faq" not in question for question in questions)
