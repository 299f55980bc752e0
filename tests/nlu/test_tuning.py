"""Tuning the encoder on a handful of lines: it learns, what it keeps is what is read, and it goes on where it was."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from bot.nlu import network, tuning
from bot.nlu.lines import Line
from bot.nlu.network import Network
from bot.nlu.pretrained import package

LINES = [
    Line(("有货吗",), ("ask_stock",)),
    Line(("还有没有货",), ("ask_stock",)),
    Line(("is it in stock",), ("ask_stock",)),
    Line(("多少钱",), ("ask_price",)),
    Line(("什么价",), ("ask_price",)),
    Line(("how much is it",), ("ask_price",)),
    Line(("有货吗", "多少钱"), ("ask_stock", "ask_price")),
    Line(("in stock?", " how much"), ("ask_stock", "ask_price")),
] * 8


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "tuned.npz"
    for module in (network, tuning):
        monkeypatch.setattr(module, "TUNED", path)
    return path


def test_it_learns_from_the_lines_and_goes_on_from_what_it_kept(kept: Path) -> None:
    losses: list[float] = []
    first = tuning.tune(LINES, after_epoch=lambda _, loss: losses.append(loss))
    assert len(losses) == tuning.EPOCHS_AFRESH and losses[-1] < losses[0]
    first.save([line.text for line in LINES])
    moved = first.weights["0qw"].numpy() - package().weights()["0qw"]
    with np.load(kept) as file:
        on = tuning.Tuned(2, first.words, file)
    finest = max(network.STEP, np.abs(moved).max() / 127)
    assert np.abs(moved).max() > 0
    assert np.abs(on.weights["0qw"].numpy() - first.weights["0qw"].numpy()).max() <= finest
    assert np.allclose(on.heads["label_weights"], first.heads["label_weights"], atol=1e-3)
    assert Network.tuned().read("有货吗多少钱").shares.sum() == pytest.approx(1, abs=1e-4)


def test_lines_put_together_keep_their_labels_and_their_language() -> None:
    single = [line for line in LINES if len(line.parts) == 1]
    made = tuning.joined(single, 40, random.Random(3))
    assert {len(line.parts) for line in made} == {2, 3}
    for line in made:
        chinese = [any(character >= "\u4e00" for character in part) for part in line.parts]
        assert len(set(chinese)) == 1
        assert all(
            any(one.text in part for one in single if one.labels == (label,))
            for part, label in zip(line.parts, line.labels)
        )


def test_an_example_marks_where_a_further_question_begins() -> None:
    one = tuning.example(Line(("有货吗", "多少钱"), ("ask_stock", "ask_price")), ["ask_price", "ask_stock"])
    (at,) = one.starts
    assert [label for *_, label in one.parts] == [1, 0]
    assert one.parts[0][1] == at == one.parts[1][0]
