"""Tunes the sentence encoder on our own lines: `make tune`, some minutes, when the lines have grown by a good part.

Training (`make train`) fits the classifier in a minute on vectors that stay as they are; what makes these vectors tell
a buyer's questions apart is learned here, seldom, and kept in `data/encoder/tuned.npz`. Two things are learned at once:
which label a text carries (cross-entropy; a text of several questions carries each in equal part), and before which
token a new question begins (the places marked `|` in data/messages/, and lines put one behind the other).
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from bot.nlu.lines import Line, LinesError, all_lines
from bot.nlu.network import ORDERS, TUNED, VECTOR, VECTOR_SCALE, WIDTH, package, packed, tokens, weights_of_package
from bot.settings import ROOT

EPOCHS = 5
BATCH = 64
RATE_ENCODER = 3e-4
RATE_HEADS = 3e-3
SMOOTHING = 0.05
DROPPED_FEATURES = 0.2
DROPPED_WORDS = 0.1
RARE_LABELS = 0.2
"""How much a rare label's lines weigh more: 0 not at all, 1 until all labels weigh the same."""

JOINED = 0.35
"""For each line so many more are made of two lines put one behind the other, new in every epoch."""

SEEN_OFTEN = 3
"""A word in so many lines gets an embedding of its own."""

START_WEIGHT, START_WIDTH = 1.0, 96
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_JOINTS = {True: ("", "", "", " ", "，", "？", "还有"), False: (" ", " ", " and ", "? ", ", ", " also ", ". ")}


@dataclass(frozen=True)
class Example:
    ids: list[int]
    labels: tuple[int, ...]
    starts: tuple[int, ...]
    """The tokens that begin a further question."""


def example(line: Line, classes: Sequence[str]) -> Example:
    ids, places = tokens(line.text)
    begins = [sum(len(part) for part in line.parts[:i]) for i in range(1, len(line.parts))]
    begins = [at + len(line.text[at:]) - len(line.text[at:].lstrip(" ,，。?？!！;；、.")) for at in begins]
    starts = tuple(i for i in range(2, len(ids) - 1) if places[i] in begins)
    return Example(ids, tuple(sorted({classes.index(label) for label in line.labels})), starts)


def joined(lines: Sequence[Line], count: int, chance: random.Random) -> list[Line]:
    """Lines of one language put one behind the other, as buyers type two questions at once."""
    pools = {zh: [x for x in lines if bool(_CHINESE.search(x.text)) is zh and len(x.text) < 60] for zh in (True, False)}
    made = []
    for _ in range(count):
        zh = chance.random() < len(pools[True]) / max(1, len(lines))
        if len(pools[zh]) < 2:
            continue
        first, second = chance.sample(pools[zh], 2)
        joint = chance.choice(_JOINTS[zh])
        parts = (*first.parts, joint + second.parts[0], *second.parts[1:])
        made.append(Line(parts, (*first.labels, *second.labels)))
    return made


class Tuned:
    """The package's network in TensorFlow, with heads for labels and for starts."""

    def __init__(self, classes: int, words: Sequence[int]):
        backend = package()._model
        self.table, self.scale = tf.constant(backend.table), tf.constant(backend.scale, tf.float32)
        self.lo, self.eps = tf.constant(backend.lo, tf.float32), float(backend.eps)
        self.before = {k: np.asarray(v, np.float32) for k, v in weights_of_package().items()}
        self.weights = {k: tf.Variable(v) for k, v in self.before.items()}
        self.words = np.asarray(words)
        row = np.zeros(len(backend.table), np.int32)
        row[self.words] = np.arange(1, len(words) + 1)
        self.row, self.moved = tf.constant(row), tf.Variable(tf.zeros((len(words) + 1, 512)))
        small = tf.random_normal_initializer(0.02)
        self.label = [tf.Variable(small((VECTOR, classes))), tf.Variable(tf.zeros(classes))]
        self.start = {
            "start_here": tf.Variable(small((1280, START_WIDTH))),
            "start_before": tf.Variable(small((1280, START_WIDTH))),
            "start_after": tf.Variable(small((1280, START_WIDTH))),
            "start_left": tf.Variable(small((512, START_WIDTH))),
            "start_right": tf.Variable(small((512, START_WIDTH))),
            "start_bias": tf.Variable(tf.zeros(START_WIDTH)),
            "start_out": tf.Variable(small((START_WIDTH,))),
            "start_last": tf.Variable(-3.0),
        }

    @property
    def encoder(self) -> list:
        return [*self.weights.values(), self.moved]

    @property
    def heads(self) -> list:
        return [*self.label, *self.start.values()]

    def scores(self, ids, mask, training: bool):
        """Label scores (texts, classes) and start scores (texts, tokens)."""
        w, there = self.weights, mask[..., None]
        chunk = ids % 17
        words = tf.cast(tf.gather(self.table, ids), tf.float32) * tf.gather(self.scale, chunk)[..., None]
        words += tf.gather(self.lo, chunk)[..., None] + tf.gather(self.moved, tf.gather(self.row, ids))
        narrow = self._normal(words @ w["proj_W"] + w["proj_b"], w["ln_g_all"], w["ln_b_all"]) * there
        stacks = [words]
        for i, (order, left) in enumerate(ORDERS):
            x = narrow[..., i * WIDTH : (i + 1) * WIDTH]
            for step in ("1", "2"):
                kernel = tf.reshape(w[f"w{step}_{i}"], (order, WIDTH, WIDTH))
                padded = tf.pad(x, [[0, 0], [left, order - 1 - left], [0, 0]])
                x = (tf.nn.relu(tf.nn.conv1d(padded, kernel, 1, "VALID") + w[f"b{step}_{i}"]) + x) * there
            stacks.append(x)
        features = self._normal(tf.concat(stacks, -1), w["ln_g"], w["ln_b"]) * there
        projected = features @ w["cnn_W"] + there * w["cnn_b"]
        mean = tf.reduce_sum(projected, 1) * tf.math.rsqrt(tf.reduce_sum(mask, 1, keepdims=True))
        best = tf.reduce_max(features - 1e3 * (1 - there), 1)
        vector = tf.concat([self._sentence(mean, training) * VECTOR_SCALE, best], -1)
        if training:
            vector = tf.nn.dropout(vector, DROPPED_FEATURES)
        return vector @ self.label[0] + self.label[1], self._starts(features, projected, mask, training)

    def _starts(self, features, projected, mask, training: bool):
        """From the token, its neighbours, and the meaning of all that stands to its left and from it on."""
        s, there = self.start, mask[..., None]
        before = tf.pad(features, [[0, 0], [1, 0], [0, 0]])[:, :-1]
        after = tf.pad(features, [[0, 0], [0, 1], [0, 0]])[:, 1:]
        left_size = tf.cumsum(there, 1, exclusive=True)
        upto = tf.cumsum(projected, 1, exclusive=True)
        left = upto * tf.math.rsqrt(tf.maximum(left_size, 1.0))
        right_size = tf.reduce_sum(there, 1, keepdims=True) - left_size
        right = (tf.reduce_sum(projected, 1, keepdims=True) - upto) * tf.math.rsqrt(tf.maximum(right_size, 1.0))
        if training:
            left, right = tf.nn.dropout(left, DROPPED_FEATURES), tf.nn.dropout(right, DROPPED_FEATURES)
        hidden = features @ s["start_here"] + before @ s["start_before"] + after @ s["start_after"]
        hidden = tf.nn.relu(hidden + left @ s["start_left"] + right @ s["start_right"] + s["start_bias"])
        if training:
            hidden = tf.nn.dropout(hidden, DROPPED_FEATURES)
        return tf.linalg.matvec(hidden, s["start_out"]) + s["start_last"]

    def _sentence(self, mean, training: bool):
        w = self.weights
        mean = tf.nn.dropout(mean, DROPPED_FEATURES) if training else mean
        first = tf.nn.relu(mean @ w["d0"])
        second = tf.nn.relu(mean @ w["p1"] + first @ w["d1"])
        third = tf.nn.relu(second @ w["d2"])
        return tf.math.l2_normalize(tf.tanh(second @ w["p3"] + third @ w["d3"]), -1)

    def _normal(self, x, scale, shift):
        x -= tf.reduce_mean(x, -1, keepdims=True)
        return x * tf.math.rsqrt(tf.reduce_mean(x * x, -1, keepdims=True) + self.eps) * scale + shift

    def save(self) -> None:
        kept = {"words": self.words.astype(np.int32), **packed("moved", self.moved.numpy()[1:])}
        for name, value in self.weights.items():
            kept.update(packed(name, value.numpy() - self.before[name]))
        for name, value in {**self.start, "label_weights": self.label[0], "label_bias": self.label[1]}.items():
            kept[name] = value.numpy().astype(np.float16)
        TUNED.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(TUNED, **kept)


def tune(lines: Sequence[Line], epochs: int = EPOCHS, seed: int = 1, after_epoch=None) -> Tuned:
    """Learns from the lines. `after_epoch(tuned, classes)` is called after each epoch, for whoever watches."""
    tf.random.set_seed(seed)
    chance, numbers = random.Random(seed), np.random.RandomState(seed)
    classes = sorted({label for line in lines for label in line.labels})
    single = [Line((part,), (label,)) for line in lines for part, label in zip(line.parts, line.labels)]
    several = [line for line in lines if len(line.parts) > 1]
    own = [example(line, classes) for line in (*single, *several)]
    counted = np.bincount([x.labels[0] for x in own], minlength=len(classes)).clip(1)
    weight = (len(own) / (len(classes) * counted)) ** RARE_LABELS
    tuned = Tuned(len(classes), _frequent(own))
    steps = epochs * int(len(own) * (1 + JOINED) / BATCH + 1)
    step = _stepper(tuned, steps)
    for epoch in range(epochs):
        more = [example(line, classes) for line in joined(single, int(JOINED * len(own)), chance)]
        losses = []
        batches = list(_batches([*own, *more], numbers))
        for batch in tqdm(batches, desc=f"tuning, round {epoch + 1} of {epochs}", unit="batch", mininterval=5):
            losses.append(float(step(*_arrays(batch, len(classes), weight, numbers))))
        tqdm.write(f"round {epoch + 1}: loss {np.mean(losses):.3f}")
        if after_epoch:
            after_epoch(tuned, classes)
    return tuned


def _frequent(examples: Sequence[Example]) -> list[int]:
    counted = np.bincount(np.concatenate([sorted(set(x.ids)) for x in examples]))
    return [int(i) for i in np.flatnonzero(counted >= SEEN_OFTEN) if i > 2]


def _batches(examples: Sequence[Example], numbers: np.random.RandomState) -> Iterator[list[Example]]:
    """Batches of texts of nearly one length, in a new order each time."""
    order = np.argsort([len(x.ids) + numbers.rand() * 6 for x in examples])
    groups = [order[i : i + BATCH] for i in range(0, len(order), BATCH)]
    numbers.shuffle(groups)
    for group in groups:
        yield [examples[i] for i in group]


def _arrays(batch: Sequence[Example], classes: int, weight: np.ndarray, numbers: np.random.RandomState):
    longest = max(len(x.ids) for x in batch)
    ids, mask = np.zeros((len(batch), longest), np.int32), np.zeros((len(batch), longest), np.float32)
    truth, starts = np.zeros((len(batch), classes), np.float32), np.zeros((len(batch), longest), np.float32)
    for i, x in enumerate(batch):
        ids[i, : len(x.ids)], mask[i, : len(x.ids)] = x.ids, 1
        truth[i, list(x.labels)] = 1 / len(x.labels)
        starts[i, list(x.starts)] = 1
    ids[(numbers.rand(*ids.shape) < DROPPED_WORDS) & (ids > 2)] = 0
    truth = truth * (1 - SMOOTHING) + SMOOTHING / classes
    weights = np.array([weight[list(x.labels)].mean() for x in batch], np.float32)
    return ids, mask, truth, weights, starts


def _stepper(tuned: Tuned, steps: int):
    def rate(start: float):
        return tf.keras.optimizers.schedules.PolynomialDecay(start, steps, start * 0.02)

    slow = tf.keras.optimizers.legacy.Adam(rate(RATE_ENCODER))
    quick = tf.keras.optimizers.legacy.Adam(rate(RATE_HEADS))
    table, vector = tf.TensorSpec([None, None], tf.float32), tf.TensorSpec([None], tf.float32)

    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.int32), table, table, vector, table])
    def step(ids, mask, truth, weights, starts):
        with tf.GradientTape() as tape:
            labels, begun = tuned.scores(ids, mask, training=True)
            loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(truth, labels) * weights)
            found = tf.nn.weighted_cross_entropy_with_logits(starts, begun, 3.0) * mask
            loss += START_WEIGHT * tf.reduce_mean(tf.reduce_sum(found, 1))
        slopes = tape.gradient(loss, tuned.encoder + tuned.heads)
        slopes, _ = tf.clip_by_global_norm(slopes, 1.0)
        slow.apply_gradients(zip(slopes[: len(tuned.encoder)], tuned.encoder))
        quick.apply_gradients(zip(slopes[len(tuned.encoder) :], tuned.heads))
        return loss

    return step


def main() -> None:
    try:
        lines = all_lines()
    except LinesError as error:
        sys.exit(f"These training lines cannot be used:\n{error}")
    tune(lines).save()
    print(f"{TUNED.relative_to(ROOT)} is new; `make train` fits the classifier on it.")


if __name__ == "__main__":
    main()
