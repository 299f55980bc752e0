"""Splits a message into its questions and labels each: `questions` in the parse, and `intent`, the most demanding."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import Any, Dict, List, Optional, Tuple

import joblib
import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.bootstrap import live_shop
from bot.core.asking import asks_for_less
from bot.core.labels import ALL, HANDED_OVER, LIVE, TALK, most_demanding
from bot.core.splitting import Place, Span, buying_said, candidates, cuts, likely, pieces, with_closed
from bot.core.text import Folded, is_foreign
from bot.nlu.aside import Aside
from bot.nlu.faq_index import FaqIndex, joined, reader
from bot.nlu.labeller import Labeller
from bot.nlu.lines import MESSAGES, Line, LinesError, read_table
from bot.nlu.meaning import Meaning, meanings
from bot.nlu.network import MOST_CHARACTERS
from bot.nlu.normalise import folded
from bot.nlu.sources import fingerprint_of
from bot.settings import ROOT

QUESTIONS = "questions"
_LABELLER, _MEANING = "labeller.joblib", "meaning.joblib"
_LEANS_ON = (
    "bot/nlu/graph.py",
    "bot/nlu/labeller.py",
    "bot/nlu/lines.py",
    "bot/nlu/meaning.py",
    "bot/nlu/network.py",
    "bot/nlu/normalise.py",
    "bot/nlu/pretrained.py",
    "bot/nlu/softmax.py",
    "bot/core/text.py",
    "data/encoder/tuned.npz",
)


HEARD_FROM = 200
"""Lines that an intent of another project counts as at least: beside ours, which have hundreds, a few would be drowned."""

LEAST_SHARE, SHARE_SAID = 0.001, 0.05
"""The share from which a label counts as said in the message, and the smallest that is told apart."""

SHARED = {label: number for number, label in enumerate(sorted(ALL))}
"""Where a label's share stands; the intents of another project have none."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class QuestionClassifier(IntentClassifier, GraphComponent):
    """Reads the message once; where a further question may begin, reads the parts as well and takes the best cut."""

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        return {
            "least_start": 0.05,  # how likely a question must begin at a place for a cut to be tried there
            "cut_cost": 2.25,  # what a cut must gain, in log-odds: higher splits less
            "label_weight": 2.0,  # how much the parts' labels count beside the places
            "share_weight": 1.0,  # how much the labels' shares of the whole message count
            "hand_over_from": 0.32,  # from what part of the likeliest label's chance the labels that a person takes win
            "unclear_below": 0.3,  # where no label is likelier than this, nobody is called on the strength of a guess
            "most_lines": None,  # how many lines of a label it learns at most: trying things out in seconds, not minutes
        }

    def __init__(
        self,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        labeller: Optional[Labeller] = None,
        meaning: Optional[Meaning] = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._learnt(labeller, meaning)

    def _learnt(self, labeller: Optional[Labeller], meaning: Optional[Meaning]) -> None:
        self._labeller, self._meaning = labeller, meaning
        if labeller is None or meaning is None:
            return
        read = reader(labeller)
        self._faq: Aside[FaqIndex] = Aside("faq", lambda shop, before: FaqIndex(shop.faq, read, before))

    @staticmethod
    def fingerprint_addon(config: Dict[str, Any]) -> Optional[str]:
        """Rasa caches a component by its own source alone; this adds what it leans on."""
        messages = sorted(path.relative_to(ROOT).as_posix() for path in MESSAGES.glob("*.tsv"))
        return fingerprint_of(*_LEANS_ON, *messages)

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> QuestionClassifier:
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Rasa's examples, one question each, and the parts of the messages in data/messages/.

        Intents that are none of ours, of a Rasa project that has them beside these, are learnt with them.
        """
        examples = [e for e in training_data.intent_examples if e.get(TEXT)]
        if not examples:
            return self._resource
        lines = [Line((folded(example).text,), (example.get(INTENT),)) for example in examples]
        lines = _weighed(lines + self._messages(), self._config["most_lines"])
        labeller = Labeller.fit(lines)
        texts = [line.text[start:end] for line in lines for start, end in line.spans]
        self._learnt(labeller, Meaning.fit(texts))
        with self._model_storage.write_to(self._resource) as folder:
            joblib.dump(self._labeller, folder / _LABELLER, compress=3)
            joblib.dump(self._meaning, folder / _MEANING, compress=3)
        return self._resource

    def _messages(self) -> List[Line]:
        lines, faults = read_table(MESSAGES)
        if faults:
            raise LinesError("\n".join(faults))
        return lines

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> QuestionClassifier:
        try:
            with model_storage.read_from(resource) as folder:
                learnt = joblib.load(folder / _LABELLER), joblib.load(folder / _MEANING)
        except ValueError:
            return cls(config, model_storage, resource)
        loaded = cls(config, model_storage, resource, *learnt)
        loaded._faq.of(live_shop().current())
        return loaded

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            self._process(message)
        return messages

    def _process(self, message: Message) -> None:
        text = folded(message)
        if self._labeller is None or not text.text or is_foreign(message.get(TEXT)):
            message.set(QUESTIONS, [_nothing_said(message)] if message.get(TEXT) else [], add_to_output=True)
            message.set(INTENT, {"name": "out_of_scope", "confidence": 1.0}, add_to_output=True)
            return
        questions = self._questions(message, text)
        ruling = most_demanding([question["label"] for question in questions])
        confidence = max(question["confidence"] for question in questions if question["label"] == ruling)
        message.set(QUESTIONS, questions, add_to_output=True)
        message.set(INTENT, {"name": ruling, "confidence": confidence}, add_to_output=True)

    def _questions(self, message: Message, text: Folded) -> List[Dict[str, Any]]:
        plain = text.text[:MOST_CHARACTERS]
        reading = self._labeller.network.read(plain)
        places = likely([Place(*start) for start in reading.starts], self._config["least_start"])
        parts = pieces(plain, places)
        places = with_closed(places, parts, plain)
        whole, *others = candidates(parts)
        within = [(0, len(plain)), *((span.start, span.end) for span in others)]
        vectors = self._labeller.network.within(reading, within)
        chances = dict(zip([whole, *others], self._labeller.chances_within(plain, within, vectors)))
        cut = max(cuts(parts, places), key=lambda option: self._worth(option, chances, reading.shares))[0]
        found = [self._question(message, text, chances[span], span) for span in cut]
        questions = _once(_without_wrapping(found), message.get(TEXT))
        heard = {text.original(span.start, span.end): (plain[span.start : span.end], chances[span]) for span in cut}
        return [self._with_faq(question, heard) for question in questions]

    def _with_faq(
        self, question: Dict[str, Any], heard: Dict[Tuple[int, int], Tuple[str, np.ndarray]]
    ) -> Dict[str, Any]:
        """The question with the FAQ entries that may answer it; what a person takes or the tables tell no entry answers."""
        index, label = self._faq.of(live_shop().current()), question["label"]
        if label in HANDED_OVER or (label in LIVE and not index.asks(question["text"])):
            return question
        inside = [part for (start, end), part in heard.items() if question["start"] <= start and end <= question["end"]]
        found = [self._closest(index, *part) for part in inside]
        entries = joined(found)
        return {**question, "faq": entries} if entries else question

    def _closest(self, index: FaqIndex, text: str, chances: np.ndarray) -> List[Tuple[str, float]]:
        if not index.may_answer(chances):
            return []
        (vector,) = meanings([text])
        return index.closest(vector, chances, self._meaning.crowded(vector))

    def _worth(self, option: Tuple[List[Span], float], chances: Dict[Span, np.ndarray], shares: np.ndarray) -> float:
        """How well a cut explains the message, in log-odds.

        Three things speak: the odds that questions begin where it cuts, how sure the labels of its parts are, and what
        share of the whole message each of these labels has. The last keeps a remark round a question from being taken
        for a question of its own.
        """
        cut, odds = option
        picks = [self._pick(chances[span]) for span in cut]
        sure = sum(np.log(chances[span][pick]) for span, pick in zip(cut, picks))
        classes = self._labeller.classes
        told = [SHARED[label] for label in _told([str(classes[pick]) for pick in picks]) if label in SHARED]
        heard = np.log(np.maximum(shares.take(told), LEAST_SHARE) / SHARE_SAID).sum() if told else 0.0
        weights = self._config
        cost = weights["cut_cost"] * (len(cut) - 1)
        return odds - cost + weights["label_weight"] * float(sure) + weights["share_weight"] * float(heard)

    @cached_property
    def _kinds(self) -> Tuple[np.ndarray, np.ndarray]:
        return kinds(self._labeller.classes)

    def _pick(self, chance: np.ndarray) -> int:
        return picked(chance, *self._kinds, self._config)

    def _question(self, message: Message, text: Folded, chance: np.ndarray, span: Span) -> Dict[str, Any]:
        start, end = text.original(span.start, span.end)
        pick, (handed, _) = self._pick(chance), self._kinds
        label = str(self._labeller.classes[pick])
        confidence = float(chance[handed].sum() if handed[pick] else chance[pick])
        ranked = [(str(self._labeller.classes[i]), float(chance[i])) for i in chance.argsort()[::-1][:4]]
        others = [one for one in ranked if one[0] != label][:3]
        return {
            "label": label,
            "text": message.get(TEXT)[start:end],
            "start": start,
            "end": end,
            "confidence": round(confidence, 4),
            "others": [other for other, _ in others],
            "next": round(others[0][1], 4) if others else 0.0,
        }


def kinds(classes: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Which of the classes a person takes, and which is none of the shop's business."""
    return np.isin(classes, list(HANDED_OVER)), classes == "out_of_scope"


def picked(chance: np.ndarray, handed: np.ndarray, outside: np.ndarray, config: Dict[str, Any]) -> int:
    """Which label.

    A buyer who needs a person and gets an answer is lost; one who needs an answer and gets a person is served. So where
    the labels that a person takes are together not much less likely than the likeliest label, the likeliest of them is
    chosen; not where the message is unclear altogether or looks like none of the shop's business.
    """
    best = chance.argmax()
    if chance[best] < config["unclear_below"]:
        return int(np.where(handed, 0, chance).argmax())
    needed = chance[handed].sum() >= (1.0 if outside[best] else config["hand_over_from"]) * chance[best]
    return int(np.where(handed, chance, 0).argmax() if needed else best)


def _weighed(lines: List[Line], most: Optional[int]) -> List[Line]:
    """At most so many lines that begin with each label, spread over all of them; those of an intent that is none of ours
    come often enough to be heard beside ours."""
    heard_from = min(HEARD_FROM, most or HEARD_FROM)
    counted, met = Counter(line.labels[0] for line in lines), Counter[str]()
    found = []
    for line in lines:
        label = line.labels[0]
        step = -(-counted[label] // most) if most else 1
        if met[label] % step == 0:
            found += [line] * (1 if label in ALL else -(-heard_from // counted[label]))
        met[label] += 1
    return found


def _nothing_said(message: Message) -> Dict[str, Any]:
    """A message of emoji or marks alone, or in a script that is neither Chinese nor English."""
    text = message.get(TEXT)
    return {"label": "out_of_scope", "text": text, "start": 0, "end": len(text), "confidence": 1.0}


def _told(labels: List[str]) -> List[str]:
    """A greeting, thanks or remark round a question is no question of its own (taxonomy)."""
    asked = [label for label in labels if label not in TALK]
    return asked or [label for label in labels if label not in ("greet", "inform")] or labels[:1]


def _without_wrapping(questions: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
    told = _told([question["label"] for question in questions])
    return [question for question in questions if question["label"] in told]


def _once(questions: List[Dict[str, Any]], text: str) -> List[Dict[str, Any]]:
    """Several questions of one label count once; the span grows over both where nothing lies between (taxonomy).

    Where buying is said as the other half of a condition (便宜点我就拍了), it is a question of its own (taxonomy).
    """
    kept: List[Dict[str, Any]] = []
    for question in questions:
        same = next((q for q in kept if q["label"] == question["label"]), None)
        if same is None:
            kept.append(dict(question))
        elif same is kept[-1]:
            same["end"] = question["end"]
            same["text"] = text[same["start"] : same["end"]]
            same["confidence"] = max(same["confidence"], question["confidence"])
    return _with_buying(kept)


def _with_buying(questions: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
    if any(q["label"] == "purchase_intent" for q in questions):
        return [part for q in questions for part in _with_price_condition(q, questions)]
    found = []
    for question in questions:
        found.append(question)
        bought = buying_said(question["text"]) if question["label"] == "negotiate_price" else None
        if bought:
            start = question["start"] + bought[0]
            part = {
                "text": question["text"][bought[0] : bought[1]],
                "start": start,
                "end": question["start"] + bought[1],
            }
            found.append({**_as(question, "purchase_intent"), **part})
    return found


def _as(question: Dict[str, Any], label: str) -> Dict[str, Any]:
    """A part of a question under another label; the question's own is then what else it could be."""
    others = [question["label"], *(other for other in question["others"] if other != label)]
    return {**question, "label": label, "others": others[:3]}


def _with_price_condition(question: Dict[str, Any], questions: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
    """The haggling in front of “… then I'll buy”, where the buying alone was made out (包邮我就下单)."""
    bought = buying_said(question["text"]) if question["label"] == "purchase_intent" else None
    if not bought or any(q["label"] == "negotiate_price" for q in questions):
        return [question]
    condition = question["text"][: bought[0]].rstrip(" ,，。")
    if not asks_for_less(condition):
        return [question]
    start = question["start"] + bought[0]
    return [
        {**_as(question, "negotiate_price"), "text": condition, "end": question["start"] + len(condition)},
        {**question, "text": question["text"][bought[0] :], "start": start},
    ]
