"""Gives a text the chance of each label, from two experts: its meaning and its wording.

The meaning expert is a softmax on the encoder's vector; the wording expert asks for each label alone whether the
character n-grams speak for it, fitted in a few passes of stochastic descent: L-BFGS was still far from its goal after
twenty times as long. Each is fitted alone, because the tuned vectors know the training lines so well that a common fit
would leave the wording unused. The mean of their logarithms decides.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import SGDClassifier
from tqdm import tqdm

from bot.nlu.lines import Line
from bot.nlu.network import Network, Part
from bot.nlu.softmax import Softmax, softmax

WORDING = 0.5
"""The wording expert's share of the decision."""

LONGEST_NGRAM = 4
MEANING = {"strength": 0.01, "iterations": 25}
"""The inverse of the L2 penalty, and how long it is fitted: more changed nothing on lines kept aside."""

WORDING_FIT = {"alpha": 2e-6, "max_iter": 6, "average": True}
"""The L2 penalty, and the passes over the lines: twice as many changed nothing on lines kept aside. The mean of all steps' weights hangs less on the order of the lines."""

LEAST = 1e-6
"""No expert holds a label for less likely than this, so that neither decides alone."""

_BATCH = 4096


class Labeller:
    def __init__(self, vectorizer: TfidfVectorizer, meaning: Softmax, weights: np.ndarray, bias: np.ndarray):
        """`weights` of the wording: shape (n-grams, classes)."""
        self._vectorizer, self._meaning, self._weights, self._bias = vectorizer, meaning, weights, bias
        self._network: Network | None = None
        self._prepare()

    def _prepare(self) -> None:
        """What each message would have to make anew: n-grams with the n-gram's weight by rows."""
        self._weights = np.ascontiguousarray(self._weights)
        self._column = self._vectorizer.vocabulary_
        self._rarity = self._vectorizer.idf_.astype(np.float32)

    @property
    def network(self) -> Network:
        """The encoder; it is no part of what is kept."""
        if self._network is None:
            self._network = Network.tuned()
        return self._network

    @property
    def classes(self) -> np.ndarray:
        return self._meaning.classes

    def __getstate__(self) -> dict:
        kept = ("_vectorizer", "_meaning", "_weights", "_bias")
        return {name: self.__dict__[name] for name in kept}

    def __setstate__(self, state: dict) -> None:
        self.__dict__.update(state, _network=None)
        self._prepare()

    @classmethod
    def fit(cls, lines: Sequence[Line]) -> Labeller:
        """Each part is read with what stands round it in its message, as it is when a buyer writes."""
        network = Network.tuned()
        batches = [lines[start : start + _BATCH] for start in range(0, len(lines), _BATCH)]
        vectors = np.vstack(
            [
                network.described([line.text for line in batch], [line.spans for line in batch])
                for batch in tqdm(batches, desc="reading the lines", mininterval=5)
            ]
        )
        texts = [line.text[start:end] for line in lines for start, end in line.spans]
        labels = [label for line in lines for label in line.labels]
        vectorizer = TfidfVectorizer(
            analyzer="char", ngram_range=(1, LONGEST_NGRAM), min_df=3, sublinear_tf=True, dtype=np.float32
        )
        wording = SGDClassifier(loss="log_loss", tol=None, random_state=1, n_jobs=-1, **WORDING_FIT)
        wording.fit(vectorizer.fit_transform(texts), labels)
        meaning = Softmax.fit([vectors], labels, **MEANING)
        return cls(vectorizer, meaning, wording.coef_.T.astype(np.float32), wording.intercept_.astype(np.float32))

    def chances(self, texts: Sequence[str], vectors: np.ndarray) -> np.ndarray:
        """The chance of each class, shape (texts, classes), for folded texts and their meaning."""
        return self._chances(np.vstack([self._wording(text, [(0, len(text))]) for text in texts]), vectors)

    def chances_within(self, text: str, parts: Sequence[Part], vectors: np.ndarray) -> np.ndarray:
        """The chance of each class, shape (parts, classes), for parts of a folded text and their meaning."""
        return self._chances(self._wording(text, parts), vectors)

    def _chances(self, scores: np.ndarray, vectors: np.ndarray) -> np.ndarray:
        meaning = self._meaning.probabilities([vectors])
        wording = 1 / (1 + np.exp(-(scores + self._bias)))
        wording /= wording.sum(axis=1, keepdims=True)
        return softmax((1 - WORDING) * np.log(meaning + LEAST) + WORDING * np.log(wording + LEAST))

    def _wording(self, text: str, parts: Sequence[Part]) -> np.ndarray:
        """The parts' n-grams times their weights, shape (parts, classes): what the vectorizer's `transform` gives for each,
        which walks over all n-grams that it knows, hundreds of thousands, for each text. Each n-gram of the text is looked
        up once, however many parts it stands in."""
        column = self._column.get
        columns = [
            np.array([column(text[at : at + size], -1) for at in range(len(text) - size + 1)], np.int64)
            for size in range(1, LONGEST_NGRAM + 1)
        ]
        found = np.zeros((len(parts), len(self._bias)), np.float32)
        for row, (start, end) in enumerate(parts):
            inside = np.concatenate([of[start : max(start, end - size)] for size, of in enumerate(columns)])
            known, counts = np.unique(inside[inside >= 0], return_counts=True)
            if len(known):
                values = (np.log(counts.astype(np.float32)) + 1) * self._rarity[known]
                found[row] = (values / np.sqrt(values @ values)) @ self._weights[known]
        return found
