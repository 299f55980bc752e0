"""Splits a message into its questions and labels each: `questions` in the parse, and `intent`, the most demanding."""

from __future__ import annotations

import re
from typing import Any, Dict, List, Optional, Sequence

import joblib
import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.core.asking import asks_for_less, has_question_form
from bot.core.labels import ALL, TALK, most_demanding
from bot.core.splitting import Span, best_cut, buying_said, candidates, covering, pieces
from bot.core.text import Folded
from bot.nlu.encoder import MOST_CHARACTERS, encode
from bot.nlu.normalise import folded
from bot.nlu.softmax import Softmax
from bot.nlu.sources import fingerprint_of

QUESTIONS = "questions"
IDLE = 0.02
"""What a greeting or remark costs as a part of its own: just enough that idle cuts are not made."""

_FILE = "classifier.joblib"
_ARTICLE = re.compile(r"(?:the|your|a|an|this|that|my) (?:[a-z]+ )?$")
_CHINESE = re.compile(r"[\u3400-\u9fff]")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class QuestionClassifier(IntentClassifier, GraphComponent):
    """A linear classifier on the sentence vector and character n-grams, applied to the best cut of the message."""

    @classmethod
    def required_components(cls) -> List:
        from bot.nlu.encoder import SentenceEncoder

        return [SentenceEncoder]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        return {
            "strength": 5.0,  # inverse of the L2 penalty
            "iterations": 110,
            "ngrams": 4,  # longest character n-gram
            "sure_question": 0.5,  # how sure a part in the form of a question must be to count as one of its own
            "sure_statement": 0.9,  # the same for a part in the form of a statement: mostly part of a story
        }

    def __init__(
        self,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        vectorizer: Optional[TfidfVectorizer] = None,
        classifier: Optional[Softmax] = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._vectorizer = vectorizer
        self._classifier = classifier

    @staticmethod
    def fingerprint_addon(config: Dict[str, Any]) -> Optional[str]:
        """Rasa caches a component by its own source alone; this adds the modules that it leans on."""
        return fingerprint_of("bot/nlu/softmax.py", "bot/nlu/encoder.py", "bot/nlu/normalise.py", "bot/core/text.py")

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
        examples = [e for e in training_data.intent_examples if e.get(TEXT)]
        if not examples:
            return self._resource
        labels = [example.get(INTENT) for example in examples]
        unheard = sorted(set(labels) - set(ALL))
        if unheard:
            raise ValueError(f"data/nlu holds a label that is none of ours: {', '.join(unheard)} (bot/core/labels.py)")
        texts = [folded(example).text for example in examples]
        self._vectorizer = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(1, self._config["ngrams"]), min_df=2, sublinear_tf=True, dtype=np.float32
        )
        self._vectorizer.fit(texts)
        blocks = self._blocks(texts, _vectors(examples))
        self._classifier = Softmax.fit(blocks, labels, self._config["strength"], self._config["iterations"])
        self._persist()
        return self._resource

    def _persist(self) -> None:
        with self._model_storage.write_to(self._resource) as folder:
            joblib.dump((self._vectorizer, self._classifier), folder / _FILE, compress=3)

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
                vectorizer, classifier = joblib.load(folder / _FILE)
        except ValueError:
            return cls(config, model_storage, resource)
        return cls(config, model_storage, resource, vectorizer, classifier)

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            self._process(message)
        return messages

    def _process(self, message: Message) -> None:
        text = folded(message)
        if self._classifier is None or not text.text:
            message.set(QUESTIONS, [_nothing_said(message)] if message.get(TEXT) else [], add_to_output=True)
            message.set(INTENT, {"name": "out_of_scope", "confidence": 1.0}, add_to_output=True)
            return
        questions = self._questions(message, text)
        ruling = most_demanding([question["label"] for question in questions])
        confidence = max(question["confidence"] for question in questions if question["label"] == ruling)
        message.set(QUESTIONS, questions, add_to_output=True)
        message.set(INTENT, {"name": ruling, "confidence": confidence}, add_to_output=True)

    def _questions(self, message: Message, text: Folded) -> List[Dict[str, Any]]:
        readable = text.text[:MOST_CHARACTERS]
        parts = pieces(readable)
        spans = candidates(parts)
        goods = _goods(message, text)
        chances = dict(zip(spans, self._probabilities([_without_goods(readable, span, goods) for span in spans])))
        cut = best_cut(parts, lambda span: self._gain(chances[span], readable[span.start : span.end]))
        found = [self._question(message, text, chances[span], whole) for span, whole in covering(cut, parts)]
        return _once(_without_wrapping(found), message.get(TEXT))

    def _gain(self, chance: np.ndarray, text: str) -> float:
        """What a part adds as a question of its own."""
        best = int(chance.argmax())
        if self._classifier.classes[best] in TALK:
            return -IDLE
        form = "sure_question" if has_question_form(text) else "sure_statement"
        return float(chance[best]) - self._config[form]

    def _question(self, message: Message, text: Folded, chance: np.ndarray, whole: Span) -> Dict[str, Any]:
        """`whole` is the part with the story round it, whose details belong to the question."""
        start, end = text.original(whole.start, whole.end)
        ranked = [str(self._classifier.classes[i]) for i in chance.argsort()[::-1][:4]]
        return {
            "label": ranked[0],
            "text": message.get(TEXT)[start:end],
            "start": start,
            "end": end,
            "confidence": round(float(chance.max()), 4),
            "others": ranked[1:],
        }

    def _probabilities(self, texts: List[str]) -> np.ndarray:
        return self._classifier.probabilities(self._blocks(texts, encode(texts)))

    def _blocks(self, texts: List[str], vectors: np.ndarray) -> list:
        return [self._vectorizer.transform(texts), vectors]


def _vectors(examples: Sequence[Message]) -> np.ndarray:
    return np.vstack([example.get_dense_features(TEXT)[1].features[0] for example in examples])


def _goods(message: Message, text: Folded) -> List[Span]:
    """Where products are named, in folded text."""
    named = [e for e in message.get(ENTITIES, []) if e["entity"] == "product"]
    return [Span(*text.folded(e["start"], e["end"])) for e in named]


def _without_goods(text: str, span: Span, goods: List[Span]) -> str:
    """The part with each product's name as “it”: what is asked does not hang on what it is asked of."""
    chinese = _CHINESE.search(text) is not None
    kept, at = "", span.start
    for named in goods:
        if at <= named.start and named.end <= span.end:
            before = text[at : named.start]
            kept += before + "这款" if chinese else _ARTICLE.sub("", before) + "it"
            at = named.end
    return kept + text[at : span.end]


def _nothing_said(message: Message) -> Dict[str, Any]:
    """A message of emoji or marks alone."""
    text = message.get(TEXT)
    return {"label": "out_of_scope", "text": text, "start": 0, "end": len(text), "confidence": 1.0}


def _without_wrapping(questions: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
    """A greeting, thanks or remark round a question is no question of its own (taxonomy)."""
    told = [q for q in questions if q["label"] not in TALK]
    return told or [q for q in questions if q["label"] not in ("greet", "inform")] or questions[:1]


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
            part = {"label": "purchase_intent", "text": question["text"][bought[0] : bought[1]]}
            found.append({**question, **part, "start": start, "end": question["start"] + bought[1]})
    return found


def _with_price_condition(question: Dict[str, Any], questions: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
    """The haggling in front of “… then I'll buy”, where the buying alone was made out (包邮我就下单)."""
    bought = buying_said(question["text"]) if question["label"] == "purchase_intent" else None
    if not bought or any(q["label"] == "negotiate_price" for q in questions):
        return [question]
    condition = question["text"][: bought[0]].rstrip(" ,，。")
    if not asks_for_less(condition):
        return [question]
    end = question["start"] + len(condition)
    return [{**question, "label": "negotiate_price", "text": condition, "end": end}, question]
