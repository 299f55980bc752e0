"""How well FAQ entries are found by meaning: precision and recall over the similarity, and the time it takes.

`python -m bench.faq [MODEL] [--fit] [--turns]` compares the messages of tests/nlu/faq/ with the FAQ there, by a trained
model (the present one where none is named). `--fit` also fits the weights in `bot/nlu/faq_index.py` anew and says how
they do on messages that they were not fitted on. `--turns` answers each message whole, with the shop's tables and
thresholds, and counts where the FAQ spoke.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import joblib
import numpy as np

from bench.parsing import Model
from bot import bootstrap
from bot.adapters.shop_faq import read_faq
from bot.adapters.shop_tables import Problems
from bot.core.dialogue import Dialogue
from bot.core.labels import ANSWERED, LIVE
from bot.nlu import faq_index
from bot.nlu.faq_index import FaqIndex, Read, figures, reader
from bot.nlu.labeller import Labeller
from bot.nlu.meaning import Meaning, meanings
from bot.nlu.normalise import fold_text
from bot.nlu.question_classifier import QuestionClassifier, kinds, picked
from bot.services.faq import UNSAID
from bot.services.turn import take_turn
from bot.services.understood import language_said, message_of
from bot.settings import ROOT
from bot.training import model_path

FOLDER = ROOT / "tests" / "nlu" / "faq"
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
FOLDS = 10
MANY = 1000


@dataclass(frozen=True)
class Heard:
    """A message with the id of the entry that answers it (None: none does), and how near each entry's questions are."""

    text: str
    wanted: str | None
    asks: bool
    """Whether an entry may answer: it is neither talk nor a person's matter."""

    told: np.ndarray
    """The three figures against each question, shape (questions, 3)."""


def learnt(path: Path) -> tuple[Labeller, Meaning]:
    """What the classifier learnt, from a trained model's archive."""
    with tempfile.TemporaryDirectory() as folder, tarfile.open(path) as archive:
        archive.extractall(folder, filter="data")
        found = {file.name: file for file in Path(folder).rglob("*.joblib")}
        return joblib.load(found["labeller.joblib"]), joblib.load(found["meaning.joblib"])


def pairs(name: str) -> list[tuple[str, str]]:
    """The lines of a table of messages: a text and, behind a tab, an entry or a label."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [(text, said) for text, _, said in (line.partition("\t") for line in lines if not line.startswith("#"))]


def may_be_told(labeller: Labeller, chances: np.ndarray) -> bool:
    """As the classifier picks its label and the services ask for the FAQ."""
    pick = picked(chances, *kinds(labeller.classes), QuestionClassifier.get_default_config())
    label = str(labeller.classes[pick])
    return label in (*ANSWERED, *UNSAID) and label not in LIVE


def hear(labeller: Labeller, meaning: Meaning, read: Read, questions: list[str]) -> list[Heard]:
    asked, shares = read([fold_text(text).text for text in questions])
    messages = [(text, entry) for text, entry in pairs("same.tsv")] + [(text, None) for text, _ in pairs("other.tsv")]
    heard = []
    for text, wanted in messages:
        (vector,), (chances,) = read([fold_text(text).text])
        told = figures(asked @ vector, meaning.crowded(vector), np.sqrt(shares) @ np.sqrt(chances))
        heard.append(Heard(text, wanted, may_be_told(labeller, chances), told))
    return heard


def best(heard: Heard, ids: list[str], weights: np.ndarray) -> tuple[float, str, np.ndarray]:
    """Similarity, entry and figures of the nearest question."""
    scores = heard.told @ weights[:-1] + weights[-1]
    nearest = int(scores.argmax())
    return float(1 / (1 + np.exp(-scores[nearest]))), ids[nearest], heard.told[nearest]


def curve(rows: list[tuple[float, bool, bool]]) -> list[str]:
    """`rows`: similarity, whether the entry is the right one, and whether there is a right one."""
    sought = sum(there for _, _, there in rows)
    lines = ["| from | told | right | precision | recall |", "| --: | --: | --: | --: | --: |"]
    for threshold in THRESHOLDS:
        told = [right for similarity, right, _ in rows if similarity >= threshold]
        precision = sum(told) / len(told) if told else 1.0
        lines.append(f"| {threshold} | {len(told)} | {sum(told)} | {precision:.2f} | {sum(told) / sought:.2f} |")
    return lines


def fitted(heard: list[Heard], ids: list[str], weights: np.ndarray) -> np.ndarray:
    from sklearn.linear_model import LogisticRegression

    for _ in range(3):
        found = [(h, *best(h, ids, weights)[1:]) for h in heard if h.asks]
        right = [entry == h.wanted for h, entry, _ in found]
        fit = LogisticRegression(C=30).fit(np.array([told for *_, told in found]), right)
        weights = np.array([*fit.coef_[0], fit.intercept_[0]])
    return weights


def rows(heard: list[Heard], ids: list[str], weights: np.ndarray) -> list[tuple[float, bool, bool]]:
    told = [(h, *best(h, ids, weights)[:2]) for h in heard]
    return [(similarity if h.asks else 0.0, entry == h.wanted, h.wanted is not None) for h, similarity, entry in told]


def seconds(read: Read, meaning: Meaning, entries: tuple) -> tuple[float, float]:
    """What the FAQ adds to a question, with a thousand entries of three questions each: the least and the median time."""
    many = [replace(entries[i % len(entries)], id=str(i), also_asked=(f"{i} 可以吗",)) for i in range(MANY)]
    index = FaqIndex(many, read)
    (chances,) = read(["可以吗"])[1]
    times = []
    for _ in range(200):
        began = time.perf_counter()
        (vector,) = meanings(["可以吗"])
        index.closest(vector, chances, meaning.crowded(vector))
        times.append(time.perf_counter() - began)
    return min(times), float(np.median(times))


@contextmanager
def demo_shop() -> Iterator[None]:
    """The demo shop with the FAQ of the tests in place of its own, for whatever asks for the shop from now on."""
    with tempfile.TemporaryDirectory() as folder:
        shop = shutil.copytree(ROOT / "shop", Path(folder) / "shop")
        shutil.copy(FOLDER / "faq.csv", shop)
        os.environ["NIGHTDESK_SHOP"] = str(shop)
        yield


def whole_turns(path: Path) -> str:
    """Each message as the first of a dialogue."""
    model, desk = Model(path), bootstrap.desk()
    right = wrong = 0
    for text, entry in [*pairs("same.tsv"), *((text, "") for text, _ in pairs("other.tsv"))]:
        parse = model.parse(text)
        turn = take_turn(message_of(parse, language_said(parse, "zh")), Dialogue(), desk)
        facts = [fact for question in turn.record["questions"] for fact in question["facts"]]
        told = [fact["value"] for fact in facts if fact["name"] == "entry"]
        right, wrong = right + (told == [entry]), wrong + (bool(told) and told != [entry])
    sought = len(pairs("same.tsv"))
    precision, recall = right / max(right + wrong, 1), right / sought
    return f"In whole turns: {right} right, {wrong} wrong, precision {precision:.2f}, recall {recall:.2f}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", type=Path)
    parser.add_argument("--fit", action="store_true", help="fit the weights anew")
    parser.add_argument("--turns", action="store_true", help="answer each message whole as well")
    asked = parser.parse_args()
    with demo_shop():
        return measure(asked)


def measure(asked: argparse.Namespace) -> int:
    path = asked.model or model_path(bootstrap.settings().models)
    labeller, meaning = learnt(path)
    read = reader(labeller)
    entries = read_faq(FOLDER, (), Problems())
    questions = [(entry.id, text) for entry in entries for text in entry.questions]
    ids = [entry for entry, _ in questions]
    heard = hear(labeller, meaning, read, [text for _, text in questions])
    weights = np.array([faq_index.NEARNESS, faq_index.CROWD, faq_index.AGREEMENT, faq_index.BIAS])
    print("\n".join(curve(rows(heard, ids, weights))))
    if asked.fit:
        kept: list[tuple[float, bool, bool]] = []
        for fold in range(FOLDS):
            aside = [h for i, h in enumerate(heard) if i % FOLDS == fold]
            rest = [h for i, h in enumerate(heard) if i % FOLDS != fold]
            kept += rows(aside, ids, fitted(rest, ids, weights))
        print("\nOn messages kept aside, with weights fitted on the others:\n" + "\n".join(curve(kept)))
        print("NEARNESS, CROWD, AGREEMENT, BIAS =", *(round(float(w), 1) for w in fitted(heard, ids, weights)))
    if asked.turns:
        print("\n" + whole_turns(path))
    least, median = (1000 * time for time in seconds(read, meaning, entries))
    print(f"\nA question against {MANY} entries: {median:.2f} ms, at best {least:.2f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
