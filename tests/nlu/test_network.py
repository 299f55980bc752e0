"""The encoder's network: the same as the package's where nothing is tuned, and where its tokens stand in the text."""

from __future__ import annotations

import numpy as np
import pytest

from bot.core.labels import ALL
from bot.nlu.network import (
    MOST_CHARACTERS,
    SUMS,
    VECTOR,
    VECTOR_SCALE,
    Network,
    covered,
    package,
    packed,
    tokens,
    weights_of_package,
)

TEXTS = ["有货吗今天能发吗", "do you ship to canada", "我都180了", "l18 1.75l ok?", "吗", " ", "🈳️ok", "a" * 1000]


def test_untuned_it_gives_the_packages_vectors() -> None:
    network = Network(weights_of_package(), np.zeros(0, np.int32), np.zeros((0, 512), np.float32))
    ours = network.described(TEXTS)[0][:, :512] / VECTOR_SCALE
    assert np.allclose(ours, package().encode([text[:MOST_CHARACTERS] for text in TEXTS]), atol=1e-5)


def test_a_text_reads_the_same_alone_and_among_others() -> None:
    network = Network.tuned()
    together = network.read(TEXTS)
    for text, reading in zip(TEXTS, together):
        (alone,) = network.read([text])
        assert [at for at, _ in alone.starts] == [at for at, _ in reading.starts]
        assert np.allclose([chance for _, chance in alone.starts], [chance for _, chance in reading.starts], atol=1e-3)
        (vector,), (sums,) = network.within(alone, [(0, len(text))])
        assert (vector.shape, sums.shape) == ((VECTOR,), (SUMS,))
        assert np.allclose(vector, network.within(reading, [(0, len(text))])[0], atol=1e-3)
        assert np.allclose(vector, network.described([text])[0], atol=1e-3)


@pytest.mark.parametrize("text", [text for text in TEXTS if text.strip()])
def test_tokens_stand_where_they_are_in_the_text(text: str) -> None:
    ids, places = tokens(text)
    assert len(ids) == len(places)
    assert places == sorted(places)
    assert places[-1] == min(len(text), MOST_CHARACTERS)
    assert all(not text[at].isspace() for at in places[1:-1])


def test_a_part_means_what_it_means_in_its_message() -> None:
    network, texts = Network.tuned(), ["有货吗今天能发吗", "do you ship to canada"]
    parts = [[(0, 3), (3, 8), (0, 8)], [(0, 21)]]
    vectors, sums = network.described(texts, parts)
    assert (vectors.shape, sums.shape) == ((4, VECTOR), (4, SUMS))
    reading, _ = network.read(texts)
    assert np.allclose(network.within(reading, parts[0])[0], vectors[:3], atol=1e-3)
    assert np.allclose(vectors[2:], network.described(texts)[0], atol=1e-3)
    assert not np.allclose(vectors[1], network.described(["今天能发吗"])[0], atol=1e-1)


def test_the_parts_of_a_text_have_all_its_tokens_once() -> None:
    text = "黑色M码 有货吗,今天能发吗 thanks"
    ids, places = tokens(text)
    runs = [covered(places, part) for part in ((0, 4), (5, 8), (8, 9), (9, 14), (15, len(text)))]
    assert [token for first, behind in runs for token in range(first, behind)] == list(range(len(ids)))


def test_a_further_question_is_seen_where_it_begins() -> None:
    text = "有货吗 什么时候发货"
    (reading,) = Network.tuned().read([text])
    at, chance = max(reading.starts, key=lambda start: start[1])
    assert text[at:].startswith("什么时候")
    assert chance > 0.5


def test_the_labels_share_a_message_of_two_questions() -> None:
    (reading,) = Network.tuned().read(["有货吗 什么时候发货"])
    heard = {sorted(ALL)[i] for i in reading.shares.argsort()[::-1][:2]}
    assert heard == {"ask_stock", "ask_shipping_time"}
    assert reading.shares.sum() == pytest.approx(1, abs=1e-4)


def test_bytes_keep_a_matrix_to_a_hundredth_of_its_greatest_value() -> None:
    values = np.random.RandomState(0).normal(size=(4, 50)).astype(np.float32)
    kept = packed("moved", values)
    again = kept["moved"].astype(np.float32) * kept["moved_scale"]
    assert np.abs(again - values).max() <= np.abs(values).max() / 100
