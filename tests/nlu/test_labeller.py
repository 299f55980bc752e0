"""What a text is taken for, by meaning and wording: a part counts as its own words do, wherever it stands."""

from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.labeller import Labeller
from bot.nlu.lines import Line

LINES = [
    *(Line((f"{thing}有货吗",), ("ask_stock",)) for thing in ("外套", "料理机", "杯子", "鞋")),
    *(Line((f"{thing}多少钱",), ("ask_price",)) for thing in ("外套", "料理机", "杯子", "鞋")),
    *(Line((f"is the {thing} in stock",), ("ask_stock",)) for thing in ("jacket", "blender", "mug", "pan")),
    *(Line((f"how much is the {thing}",), ("ask_price",)) for thing in ("jacket", "blender", "mug", "pan")),
]


@pytest.fixture(scope="module")
def labeller() -> Labeller:
    return Labeller.fit(LINES)


def test_words_and_meaning_tell_the_label(labeller: Labeller) -> None:
    texts = ["帽子有货吗", "帽子多少钱", "is the hat in stock", "how much is the hat"]
    chances = labeller.chances(texts, labeller.network.described(texts))
    assert chances.shape == (4, 2)
    assert chances.sum(axis=1) == pytest.approx(1, abs=1e-4)
    assert list(labeller.classes[chances.argmax(axis=1)]) == ["ask_stock", "ask_price"] * 2


def test_a_parts_wording_is_that_of_its_words_alone(labeller: Labeller) -> None:
    text, parts = "帽子有货吗 多少钱 in stock?", [(0, 5), (6, 9), (10, 19), (0, 19), (3, 3)]
    vectors = labeller.network.described([text], [parts])
    within = labeller.chances_within(text, parts, vectors)
    assert np.allclose(within, labeller.chances([text[start:end] for start, end in parts], vectors), atol=1e-5)
