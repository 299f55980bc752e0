"""Splits a message into its questions and labels each: `questions` in the parse, and `intent`, the most demanding."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Sequence, Text

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
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from bot.core.labels import ALL, TALK, most_demanding
from bot.core.splitting import Span, best_cut, candidates, pieces
from bot.core.text import Folded
from bot.nlu.encoder import MOST_CHARACTERS, encode
from bot.nlu.normalise import folded

QUESTIONS = "questions"
_FILE = "classifier.joblib"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class QuestionClassifier(IntentClassifier, GraphComponent):
    """A linear classifier on the sentence vector and character n-grams, applied to the best cut of the message."""

    @classmethod
    def required_components(cls) -> List:
        from bot.nlu.encoder import SentenceEncoder

        return [SentenceEncoder]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return {
            "C": 5.0,  # inverse strength of regularisation
            "ngrams": 4,  # longest character n-gram
            "margin": 0.55,  # what each further question must add to be believed
            "wrapping": 0.5,  # how little a greeting, thanks or remark counts against a question
        }

    def __init__(
        self,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        vectorizer: Optional[TfidfVectorizer] = None,
        classifier: Optional[LogisticRegression] = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._vectorizer = vectorizer
        self._classifier = classifier

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
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
        self._classifier = LogisticRegression(C=self._config["C"], max_iter=120, class_weight="balanced")
        self._classifier.fit(self._features(texts, _vectors(examples)), labels)
        self._persist()
        return self._resource

    def _persist(self) -> None:
        with self._model_storage.write_to(self._resource) as folder:
            joblib.dump((self._vectorizer, self._classifier), folder / _FILE, compress=3)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
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

    def _questions(self, message: Message, text: Folded) -> List[Dict[Text, Any]]:
        readable = text.text[:MOST_CHARACTERS]
        parts = pieces(readable)
        spans = candidates(parts)
        chances = dict(zip(spans, self._probabilities([readable[s.start : s.end] for s in spans])))
        cut = best_cut(parts, lambda span: self._gain(chances[span]), self._config["margin"])
        found = [self._question(message, text, span, chances[span]) for span in cut]
        return _once(_without_wrapping(found))

    def _gain(self, chance: np.ndarray) -> float:
        best = int(chance.argmax())
        talk = self._classifier.classes_[best] in TALK
        return float(chance[best]) * (self._config["wrapping"] if talk else 1.0)

    def _question(self, message: Message, text: Folded, span: Span, chance: np.ndarray) -> Dict[Text, Any]:
        start, end = text.original(span.start, span.end)
        best = int(chance.argmax())
        return {
            "label": str(self._classifier.classes_[best]),
            "text": message.get(TEXT)[start:end],
            "start": start,
            "end": end,
            "confidence": round(float(chance[best]), 4),
        }

    def _probabilities(self, texts: List[Text]) -> np.ndarray:
        return self._classifier.predict_proba(self._features(texts, encode(texts)))

    def _features(self, texts: List[Text], vectors: np.ndarray) -> csr_matrix:
        return hstack([self._vectorizer.transform(texts), csr_matrix(vectors)]).tocsr()


def _vectors(examples: Sequence[Message]) -> np.ndarray:
    return np.vstack([example.get_dense_features(TEXT)[1].features[0] for example in examples])


def _nothing_said(message: Message) -> Dict[Text, Any]:
    """A message of emoji or marks alone."""
    text = message.get(TEXT)
    return {"label": "out_of_scope", "text": text, "start": 0, "end": len(text), "confidence": 1.0}


def _without_wrapping(questions: List[Dict[Text, Any]]) -> List[Dict[Text, Any]]:
    """A greeting, thanks or remark round a question is no question of its own (taxonomy)."""
    told = [q for q in questions if q["label"] not in TALK]
    return told or [q for q in questions if q["label"] not in ("greet", "inform")] or questions[:1]


def _once(questions: List[Dict[Text, Any]]) -> List[Dict[Text, Any]]:
    """Several questions of one label count once; the span grows over both where nothing lies between (taxonomy)."""
    kept: List[Dict[Text, Any]] = []
    for question in questions:
        same = next((q for q in kept if q["label"] == question["label"]), None)
        if same is None:
            kept.append(dict(question))
        elif same is kept[-1]:
            same["end"] = question["end"]
            same["confidence"] = max(same["confidence"], question["confidence"])
    return kept
