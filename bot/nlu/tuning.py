"""Tunes the sentence encoder on our own lines: `make tune`, an hour, when the lines have grown by a good part.

Training (`make train`) fits the classifier in two minutes on vectors that stay as they are; what makes these vectors tell
a buyer's questions apart is learned here, seldom, and kept in `data/encoder/tuned.npz`. Three things are learned at once:
which label each part of a message has, read with what stands round it (cross-entropy), which share of the message each
label has, and before which token a new question begins (the places marked `|` in data/messages/, and lines put one behind
the other).

It goes on from the weights that are there, at a lower rate; `--afresh` begins with those of the package.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from bot.nlu.lines import Line, LinesError, all_lines
from bot.nlu.network import REACH, TUNED, VECTOR, covered, packed, tokens, unpacked
from bot.nlu.pretrained import BEGIN, END, HEADS, INNER, LAYERS, MASK, UNKNOWN, WIDTH, package
from bot.settings import ROOT

EPOCHS, EPOCHS_AFRESH = 2, 3
BATCH, MOST_TOKENS = 64, 1600
"""Texts of a batch, and tokens, where the texts are long."""

LONGEST = 160
"""Tokens of a text that are learned from."""

RATE_ENCODER, RATE_HEADS = 1e-4, 5e-4
QUICKER_AFRESH = 2.0
"""Beginning with the package's weights, the rates are so many times higher."""

WARMED_UP = 0.06
"""The share of the steps in which the rates rise; then they fall to nearly nothing."""

SHOWN = 400
"""Lines that show how far features go."""

SMOOTHING = 0.05
DROPPED, DROPPED_FEATURES = 0.1, 0.2
MASKED_WORDS = 0.08
RARE_LABELS = 0.2
"""How much a rare label's lines weigh more: 0 not at all, 1 until all labels weigh the same."""

JOINED = 0.4
"""For each line so many more are made of lines put one behind the other, new in every epoch."""

OF_THREE = 0.25
"""The share of these that three lines are put together for; the others are of two."""

SHORT = {True: 20, False: 45}
"""Characters of a line that is put together with others, in Chinese and not: who asks several things at once is brief."""

ALONE = 0.5
"""So many of the parts of messages are read once more by themselves, others in every epoch."""

SHARES_WEIGHT, STARTS_WEIGHT, START_WIDTH = 0.5, 1.0, 128
STARTS_MISSED = 2.0
"""How much more a start that is missed costs than one that is none."""

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_JOINTS = {True: ("", "", "", " ", "，", "？", "还有"), False: (" ", " ", " and ", "? ", ", ", " also ", ". ")}


@dataclass(frozen=True)
class Example:
    """`starts`: the tokens that begin a further question; `parts`: the first token of each, the one behind its last, and
    its label."""

    ids: list[int]
    starts: tuple[int, ...]
    parts: tuple[tuple[int, int, int], ...]


def example(line: Line, classes: Sequence[str]) -> Example:
    ids, places = tokens(line.text)
    ids, places = [*ids[: LONGEST - 1], END][: len(ids)], places[: LONGEST - 1]
    runs = [covered([*places, len(line.text)], span) for span in line.spans]
    labels = [classes.index(label) for label in line.labels]
    parts = [(first, behind, label) for (first, behind), label in zip(runs, labels) if behind < len(ids)]
    return Example(ids, tuple(first for first, _, _ in parts[1:]), tuple(parts))


def joined(lines: Sequence[Line], count: int, chance: random.Random) -> list[Line]:
    """Lines of one language put one behind the other, as buyers type several questions at once."""
    pools = {
        zh: [x for x in lines if bool(_CHINESE.search(x.text)) is zh and len(x.text) <= SHORT[zh]]
        for zh in (True, False)
    }
    of_chinese = len(pools[True]) / max(1, len(pools[True]) + len(pools[False]))
    made = []
    for _ in range(count):
        zh, several = chance.random() < of_chinese, 3 if chance.random() < OF_THREE else 2
        if len(pools[zh]) >= several:
            first, *others = chance.sample(pools[zh], several)
            behind = [chance.choice(_JOINTS[zh]) + other.text for other in others]
            made.append(Line((first.text, *behind), (first.labels[0], *(x.labels[0] for x in others))))
    return made


class Tuned:
    """The package's network in TensorFlow, with heads for labels (for tuning alone), shares and starts."""

    def __init__(self, classes: int, words: Sequence[int], kept: Mapping[str, np.ndarray] | None = None):
        """`kept`: what an earlier tuning saved, to go on from."""
        self.words, self.eps = np.asarray(words), float(package().eps)
        self.before = package().weights()
        self.weights = {name: tf.Variable(value) for name, value in self.before.items()}
        self.embeddings = tf.Variable(package().words(self.words))
        small = tf.random_normal_initializer(0.02)
        self.heads = {
            "label_weights": tf.Variable(small((VECTOR, classes))),
            "label_bias": tf.Variable(tf.zeros(classes)),
            "share_weights": tf.Variable(small((WIDTH, classes))),
            "share_bias": tf.Variable(tf.zeros(classes)),
            "start_weights": tf.Variable(small((2 * WIDTH, START_WIDTH))),
            "start_bias": tf.Variable(tf.zeros(START_WIDTH)),
            "start_out": tf.Variable(small((START_WIDTH,))),
            "start_last": tf.Variable(-3.0),
        }
        if kept is not None:
            self._take(kept)

    def _take(self, kept: Mapping[str, np.ndarray]) -> None:
        for name, variable in self.weights.items():
            variable.assign(self.before[name] + unpacked(kept, name))
        embeddings, row = self.embeddings.numpy(), {int(id): i for i, id in enumerate(self.words)}
        for id, difference in zip(kept["words"], unpacked(kept, "embeddings")):
            if int(id) in row:
                embeddings[row[int(id)]] += difference
        self.embeddings.assign(embeddings)
        for name, variable in self.heads.items():
            if name in kept and kept[name].shape == variable.shape:
                variable.assign(kept[name].astype(np.float32))

    @property
    def encoder(self) -> list:
        return [*self.weights.values(), self.embeddings]

    def scores(self, rows, mask, owner, inside):
        """Label scores (parts, classes), share scores (texts, classes), start scores (texts, tokens), with dropout.

        `rows`: of the embeddings, shape (texts, tokens); `owner`: the text of each part; `inside`: which of its tokens are
        the part's, shape (parts, tokens).
        """
        h, features = self.heads, self._features(rows, mask)
        whole = tf.reduce_sum(features * mask[..., None], 1) / tf.reduce_sum(mask, 1, keepdims=True)
        apart, there = tf.gather(features, owner), inside[..., None]
        mean = tf.reduce_sum(apart * there, 1) / tf.maximum(tf.reduce_sum(there, 1), 1)
        best = tf.reduce_max(apart - 1e3 * (1 - there), 1)
        vector = tf.nn.dropout(tf.concat([mean, best, tf.gather(whole, owner)], -1), DROPPED_FEATURES)
        before = tf.pad(features, [[0, 0], [1, 0], [0, 0]])[:, :-1]
        beside = tf.nn.dropout(tf.concat([features, before], -1), DROPPED_FEATURES)
        hidden = tf.nn.gelu(beside @ h["start_weights"] + h["start_bias"], approximate=True)
        return (
            vector @ h["label_weights"] + h["label_bias"],
            tf.nn.dropout(whole, DROPPED_FEATURES) @ h["share_weights"] + h["share_bias"],
            tf.linalg.matvec(hidden, h["start_out"]) + h["start_last"],
        )

    def reach(self, texts: Sequence[str]) -> np.ndarray:
        """How far each feature of the layers' inner halves goes from 0 in folded texts, shape (LAYERS, INNER)."""
        furthest = np.zeros((LAYERS, INNER), np.float32)
        for text in texts:
            rows, inners = _rows(tokens(text)[0], self.words)[None], []
            self._features(rows, np.ones(rows.shape, np.float32), 0.0, inners)
            furthest = np.maximum(furthest, [np.abs(inner.numpy()).max(axis=0) for inner in inners])
        return furthest

    def _features(self, rows, mask, dropped: float = DROPPED, inners: list | None = None):
        """Shape (texts, tokens, WIDTH)."""
        w, shape = self.weights, tf.shape(rows)
        x = tf.gather(self.embeddings, rows) + w["places"][: shape[1]]
        x = tf.reshape(tf.nn.dropout(self._normal(x, "ln"), dropped), (-1, WIDTH))
        hidden = (1 - mask)[:, None, None, :] * -1e4
        for of in map(str, range(LAYERS)):
            query, key, value = (self._apart(self._product(x, of + name), shape) for name in "qkv")
            seen = tf.nn.softmax(tf.matmul(query * (WIDTH // HEADS) ** -0.5, key, transpose_b=True) + hidden)
            heard = tf.matmul(tf.nn.dropout(seen, dropped), value)
            heard = tf.reshape(tf.transpose(heard, (0, 2, 1, 3)), (-1, WIDTH))
            x = self._normal(x + tf.nn.dropout(self._product(heard, of + "ao"), dropped), of + "aln")
            inner = tf.nn.gelu(self._product(x, of + "fi"), approximate=True)
            if inners is not None:
                inners.append(inner)
            x = self._normal(x + tf.nn.dropout(self._product(inner, of + "fo"), dropped), of + "oln")
        return tf.reshape(x, (shape[0], shape[1], WIDTH))

    def _product(self, x, name: str):
        return x @ self.weights[f"{name}w"] + self.weights[f"{name}b"]

    def _apart(self, x, shape):
        return tf.transpose(tf.reshape(x, (shape[0], shape[1], HEADS, -1)), (0, 2, 1, 3))

    def _normal(self, x, name: str):
        x -= tf.reduce_mean(x, -1, keepdims=True)
        x *= tf.math.rsqrt(tf.reduce_mean(x * x, -1, keepdims=True) + self.eps)
        return x * self.weights[f"{name}w"] + self.weights[f"{name}b"]

    def save(self, texts: Sequence[str]) -> None:
        """`texts`: folded; some that show how far features go."""
        kept = {"words": self.words.astype(np.int32), REACH: self.reach(texts).astype(np.float16)}
        kept.update(packed("embeddings", self.embeddings.numpy() - package().words(self.words)))
        for name, value in self.weights.items():
            kept.update(packed(name, value.numpy() - self.before[name]))
        for name in self.heads:
            kept[name] = self.heads[name].numpy().astype(np.float16)
        TUNED.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(TUNED, **kept)


def tune(lines: Sequence[Line], afresh: bool = False, seed: int = 1, after_epoch=None) -> Tuned:
    """Learns from the lines. `after_epoch(tuned, loss)` is called after each epoch, for whoever watches."""
    kept = None if afresh or not TUNED.exists() else np.load(TUNED)
    epochs, quicker = (EPOCHS, 1.0) if kept is not None else (EPOCHS_AFRESH, QUICKER_AFRESH)
    tf.random.set_seed(seed)
    chance, numbers = random.Random(seed), np.random.RandomState(seed)
    classes = sorted({label for line in lines for label in line.labels})
    single = [Line((part,), (label,)) for line in lines for part, label in zip(line.parts, line.labels)]
    own = [example(line, classes) for line in lines]
    alone = [
        example(Line((part,), (label,)), classes)
        for line in lines
        if len(line.parts) > 1
        for part, label in zip(line.parts, line.labels)
    ]
    counted = np.bincount([classes.index(line.labels[0]) for line in lines], minlength=len(classes)).clip(1)
    weight = ((len(lines) / (len(classes) * counted)) ** RARE_LABELS).astype(np.float32)
    words = sorted({id for x in (*own, *alone) for id in x.ids} | {BEGIN, END, UNKNOWN, MASK})
    tuned, step = Tuned(len(classes), words, kept), None
    for epoch in range(epochs):
        more = [example(line, classes) for line in joined(single, int(JOINED * len(own)), chance)]
        more += [alone[i] for i in numbers.permutation(len(alone))[: int(ALONE * len(alone))]]
        batches = list(_batches([x for x in (*own, *more) if x.parts], numbers))
        step = step or _stepper(tuned, epochs * len(batches), quicker)
        losses = []
        for batch in tqdm(batches, desc=f"tuning, round {epoch + 1} of {epochs}", unit="batch", mininterval=5):
            losses.append(float(step(*_arrays(batch, words, weight, numbers))))
        loss = float(np.mean(losses))
        tqdm.write(f"round {epoch + 1}: loss {loss:.3f}")
        if after_epoch:
            after_epoch(tuned, loss)
    return tuned


def _batches(examples: Sequence[Example], numbers: np.random.RandomState) -> Iterator[list[Example]]:
    """Batches of texts of nearly one length, in a new order each time."""
    order = np.argsort([len(x.ids) + numbers.rand() * 4 for x in examples])
    groups: list[list[int]] = [[]]
    for i in order:
        if len(groups[-1]) == BATCH or (len(groups[-1]) + 1) * len(examples[i].ids) > MOST_TOKENS and groups[-1]:
            groups.append([])
        groups[-1].append(i)
    numbers.shuffle(groups)
    for group in groups:
        yield [examples[i] for i in group]


def _rows(ids: Sequence[int], words: np.ndarray) -> np.ndarray:
    return np.searchsorted(words, np.where(np.isin(ids, words), ids, UNKNOWN)).astype(np.int32)


def _arrays(batch: Sequence[Example], words: Sequence[int], weight: np.ndarray, numbers: np.random.RandomState):
    longest = max(len(x.ids) for x in batch)
    known = np.asarray(words)
    rows, mask = np.zeros((len(batch), longest), np.int32), np.zeros((len(batch), longest), np.float32)
    starts, shares = np.zeros_like(mask), np.zeros((len(batch), len(weight)), np.float32)
    for i, x in enumerate(batch):
        rows[i, : len(x.ids)], mask[i, : len(x.ids)] = _rows(x.ids, known), 1
        starts[i, list(x.starts)] = 1
        shares[i, list({label for _, _, label in x.parts})] = 1
    parts = [(i, *part) for i, x in enumerate(batch) for part in x.parts]
    inside = np.zeros((len(parts), longest), np.float32)
    for row, (_, first, behind, _) in enumerate(parts):
        inside[row, first:behind] = 1
    masked = (numbers.rand(*rows.shape) < MASKED_WORDS) & (mask > 0)
    masked[:, 0] = False
    rows[masked] = np.searchsorted(known, MASK)
    owner, labels = (np.array([part[i] for part in parts], np.int32) for i in (0, 3))
    truth, shares = np.eye(len(weight), dtype=np.float32)[labels], shares / shares.sum(axis=1, keepdims=True)
    truth, shares = (x * (1 - SMOOTHING) + SMOOTHING / len(weight) for x in (truth, shares))
    return rows, mask, owner, inside, truth, weight[labels], shares, starts


class _Rate(tf.keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, highest: float, steps: int):
        self.highest, self.steps = highest, float(steps)

    def __call__(self, step):
        step, rising = tf.cast(step, tf.float32), max(1.0, WARMED_UP * self.steps)
        return self.highest * tf.minimum(
            step / rising, tf.maximum(0.02, (self.steps - step) / max(1.0, self.steps - rising))
        )


def _stepper(tuned: Tuned, steps: int, quicker: float):
    rates = [_Rate(quicker * rate, steps) for rate in (RATE_ENCODER, RATE_HEADS)]
    slow, quick = (tf.keras.optimizers.legacy.Adam(rate) for rate in rates)
    whole, table = tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None, None], tf.float32)
    number, vector = tf.TensorSpec([None], tf.int32), tf.TensorSpec([None], tf.float32)

    @tf.function(input_signature=[whole, table, number, table, table, vector, table, table])
    def step(rows, mask, owner, inside, truth, weights, shares, starts):
        with tf.GradientTape() as tape:
            labels, shared, begun = tuned.scores(rows, mask, owner, inside)
            loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(truth, labels) * weights)
            loss += SHARES_WEIGHT * tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(shares, shared))
            found = tf.nn.weighted_cross_entropy_with_logits(starts, begun, STARTS_MISSED) * mask
            loss += STARTS_WEIGHT * tf.reduce_mean(tf.reduce_sum(found, 1))
        heads = list(tuned.heads.values())
        slopes, _ = tf.clip_by_global_norm(tape.gradient(loss, tuned.encoder + heads), 1.0)
        slow.apply_gradients(zip(slopes[: len(tuned.encoder)], tuned.encoder))
        quick.apply_gradients(zip(slopes[len(tuned.encoder) :], heads))
        return loss

    return step


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--afresh", action="store_true", help="begin with the package's weights")
    asked = parser.parse_args()
    try:
        lines = all_lines()
    except LinesError as error:
        sys.exit(f"These training lines cannot be used:\n{error}")
    tune(lines, asked.afresh).save([line.text for line in lines[:: len(lines) // SHOWN + 1]])
    print(f"{TUNED.relative_to(ROOT)} is new; `make train` fits the classifier on it.")


if __name__ == "__main__":
    main()
