"""Finds the shop's FAQ entries that ask what a question asks: by meaning, in other words, in either language.

A question is compared with all ways that an entry asks its own. Three figures tell whether both ask the same: how much
nearer the entry is than the crowd of ordinary questions (margin-based scoring after Artetxe and Schwenk, 2019), how
crowded it is round the question, and how far the classifier sees the same label in both. Their weights come from a
logistic regression (`python -m bench.faq`), so that the similarity is the chance that the entry answers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Dict, List, Optional, Tuple

import numpy as np

from bot.core.shop import MOST_NAMED, Faq
from bot.core.text import bare
from bot.nlu.labeller import Labeller
from bot.nlu.meaning import meanings
from bot.nlu.normalise import fold_text

NEARNESS, CROWD, AGREEMENT, BIAS = 7.5, -11.9, 3.2, 0.8
"""Weights of the three figures, and what is added."""

LEAST = 0.2
"""Entries of less similarity are not told."""

LEAST_AGREEMENT = 0.4
"""Where the classifier sees less of a label in common than this with every entry, none is looked for: on the messages of
tests/nlu/faq none is lost up to 0.5."""

SAME = 0.999
"""A cosine from which two texts are the same."""

Read = Callable[[Sequence[str]], Tuple[np.ndarray, np.ndarray]]
"""Texts to their meaning, shape (texts, 512), and their labels' chances, shape (texts, labels)."""


def figures(cosines: np.ndarray, crowded: float, agreement: np.ndarray) -> np.ndarray:
    """The three figures of a question against others, shape (others, 3)."""
    nearness = np.log((1 - min(crowded, SAME)) / (1 - np.minimum(cosines, SAME)))
    return np.stack([nearness, np.full_like(nearness, crowded), agreement], axis=-1)


def reader(labeller: Labeller) -> Read:
    def read(texts: Sequence[str]) -> Tuple[np.ndarray, np.ndarray]:
        return meanings(texts), labeller.chances(texts, labeller.network.described(texts))

    return read


class FaqIndex:
    """The entries of one shop, read. `before`: an index whose readings are used again where the words are the same."""

    def __init__(self, entries: Sequence[Faq], read: Read, before: Optional[FaqIndex] = None) -> None:
        self.entries = tuple(entries)
        self._products = [entry.product for entry in self.entries]
        asked = [[fold_text(text).text for text in entry.questions] for entry in self.entries]
        self._begins = np.cumsum([0, *(len(texts) for texts in asked)])[:-1]
        self._readings = dict(before._readings) if before else {}
        flat = [text for texts in asked for text in texts]
        self._words = {bare(text) for entry in self.entries for text in entry.questions}
        new = sorted(set(flat) - set(self._readings))
        if new:
            self._readings.update(zip(new, zip(*read(new))))
        self._readings = {text: self._readings[text] for text in flat}
        if flat:
            self._meanings = np.stack([self._readings[text][0] for text in flat])
            self._shares = np.sqrt(np.stack([self._readings[text][1] for text in flat]))

    def asks(self, text: str) -> bool:
        """Whether an entry asks this in the same words."""
        return bare(text) in self._words

    def may_answer(self, chances: np.ndarray) -> bool:
        """Whether any entry asks for anything like what these labels' chances say."""
        return bool(self.entries) and bool((self._shares @ np.sqrt(chances)).max() >= LEAST_AGREEMENT)

    def closest(self, vector: np.ndarray, chances: np.ndarray, crowded: float) -> List[Tuple[str, float]]:
        """The nearest entry of each product, and the nearest of none, with its similarity (0 to 1), nearest first."""
        if not self.entries:
            return []
        told = figures(self._meanings @ vector, crowded, self._shares @ np.sqrt(chances))
        scores = 1 / (1 + np.exp(-(told @ np.array([NEARNESS, CROWD, AGREEMENT]) + BIAS)))
        best = np.maximum.reduceat(scores, self._begins)
        found: Dict[Optional[str], Tuple[str, float]] = {}
        for i in np.flatnonzero(best >= LEAST)[np.argsort(-best[best >= LEAST], kind="stable")]:
            found.setdefault(self._products[i], (self.entries[i].id, round(float(best[i]), 3)))
        return list(found.values())[:MOST_NAMED]


def joined(parts: Sequence[Sequence[Tuple[str, float]]]) -> List[Dict[str, Any]]:
    """The entries found for the parts of one question, each once, nearest first."""
    best: Dict[str, float] = {}
    for part in parts:
        for id, similarity in part:
            best[id] = max(similarity, best.get(id, 0.0))
    ranked = sorted(best.items(), key=lambda entry: -entry[1])
    return [{"id": id, "similarity": similarity} for id, similarity in ranked]
