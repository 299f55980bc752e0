"""The meaning of a text as the untuned encoder has it, told from what the tuned one has read.

Tuning draws texts of one label together, so that two questions of one label lie close whatever they ask about; where a
question is looked for by what it asks, that must stay apart. The untuned sentence vector comes from dense layers over a
sum of token features. A linear map of our own sums gives what these layers want nearly enough (cosine 0.93 to the real
vector, on lines kept aside), so that a text is read once.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from tqdm import tqdm

from bot.nlu.network import Network

LINES = 4000
"""So many of the training lines are read to fit the map, and kept as the crowd: twice as many gained nothing."""

RIDGE = 0.3
NEIGHBOURS = 20
CROWDED_IN = 128
"""Dimensions in which the crowd is searched: those in which it differs most. A quarter of the time of all 512, and what
is found (`python -m bench.faq`) is as good."""

_BATCH = 256


@lru_cache(maxsize=1)
def _untuned() -> Network:
    return Network.untuned()


class Meaning:
    """`crowd`: what buyers ordinarily ask, shape (lines, 512); a text that many of it are near is near to everything."""

    def __init__(self, turned: np.ndarray, shift: np.ndarray, crowd: np.ndarray):
        self._turned, self._shift = turned, shift
        self._axes = np.linalg.svd(crowd, full_matrices=False)[2][:CROWDED_IN]
        self._crowd = crowd @ self._axes.T

    @classmethod
    def fit(cls, texts: Sequence[str], tuned: Network) -> Meaning:
        """`texts`: folded, one question each."""
        several = sorted(set(texts))
        chosen = random.Random(1).sample(several, min(LINES, len(several)))
        batches = [chosen[start : start + _BATCH] for start in range(0, len(chosen), _BATCH)]
        read = [
            (tuned.described(batch)[1], _untuned().dense_input(_untuned().described(batch)[1]))
            for batch in tqdm(batches, desc="what is asked", mininterval=5)
        ]
        ours, wanted = (np.vstack(side).astype(np.float64) for side in zip(*read))
        middle, goal = ours.mean(axis=0), wanted.mean(axis=0)
        spread = (ours - middle).T @ (ours - middle) + RIDGE * np.eye(ours.shape[1])
        weights = np.linalg.solve(spread, (ours - middle).T @ (wanted - goal)).astype(np.float32)
        shift = (goal - middle @ weights).astype(np.float32)
        turned = np.ascontiguousarray(weights.T)
        return cls(turned, shift, _of(ours.astype(np.float32), turned, shift))

    def __setstate__(self, state: dict) -> None:
        self.__dict__ = {**state, "_crowd": state["_crowd"].astype(np.float32)}

    def __getstate__(self) -> dict:
        return {**self.__dict__, "_crowd": self._crowd.astype(np.float16)}

    def of(self, sums: np.ndarray) -> np.ndarray:
        """Vectors of length 1, shape (texts, 512), from sums as of `Network.described`."""
        return _of(sums, self._turned, self._shift)

    def crowded(self, vector: np.ndarray) -> float:
        """The mean cosine of a vector with the nearest lines of the crowd."""
        cosines = self._crowd @ (self._axes @ vector)
        few = min(NEIGHBOURS, len(cosines))
        return float(np.partition(cosines, -few)[-few:].mean())


def _of(sums: np.ndarray, turned: np.ndarray, shift: np.ndarray) -> np.ndarray:
    return _untuned().sentence((turned @ sums.T).T + shift)
