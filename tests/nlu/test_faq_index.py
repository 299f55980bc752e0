"""Entries are found by what they ask; each product's nearest is told; what was read is not read again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from bot.core.shop import MOST_NAMED, Faq
from bot.nlu.faq_index import FaqIndex, joined
from tests.small_shop import pair

DIRECTIONS = {"飞机": 0, "plane": 0, "冒烟": 1, "smoke": 1, "掉漆": 2, "peel": 2}
LABELS = np.array([0.9, 0.1])


class Reader:
    """Gives each text a meaning of its own by a word in it, and remembers what it was asked to read."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def __call__(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        self.read += texts
        return np.stack([meaning(text) for text in texts]), np.tile(LABELS, (len(texts), 1))


def meaning(text: str) -> np.ndarray:
    return np.eye(4)[next((at for word, at in DIRECTIONS.items() if word in text), 3)]


def entry(id: str, zh: str, en: str, product: str | None = None, *also: str) -> Faq:
    return Faq(id, product, pair(zh, en), pair("答", "answer"), also)


PLANE = entry("plane", "能带上飞机吗", "can I take it on a plane")
SMOKE = entry("smoke", "会冒烟吗", "does it smoke", "L18")


@pytest.mark.parametrize(
    "text, wanted", [("飞机", ["plane"]), ("plane", ["plane"]), ("冒烟", ["smoke"]), ("别的", []), ("掉漆", [])]
)
def test_the_entry_that_asks_the_same_is_found_and_no_other(text: str, wanted: list[str]) -> None:
    index = FaqIndex([PLANE, SMOKE], Reader())
    assert [id for id, _ in index.closest(meaning(text), LABELS, crowded=0.5)] == wanted


def test_the_same_words_are_found_for_sure_however_common_they_are() -> None:
    ((_, similarity),) = FaqIndex([PLANE], Reader()).closest(meaning("飞机"), LABELS, crowded=0.95)
    assert similarity > 0.95


def test_an_entrys_own_words_are_known_whatever_marks_stand_between() -> None:
    index = FaqIndex([PLANE, SMOKE], Reader())
    assert index.asks("能带上 飞机吗？？") and index.asks("Does it SMOKE")
    assert not index.asks("能带飞机上吗") and not index.asks("")


def test_the_more_a_question_is_like_all_others_the_nearer_an_entry_must_be() -> None:
    index = FaqIndex([PLANE], Reader())
    near = np.array([0.7, 0, 0, np.sqrt(1 - 0.49)])
    told = [dict(index.closest(near, LABELS, crowded)).get("plane", 0.0) for crowded in (0.3, 0.45, 0.6)]
    assert told[0] > told[1] > told[2]


def test_another_label_than_the_entrys_makes_it_less_likely() -> None:
    index = FaqIndex([PLANE], Reader())
    near = np.array([0.75, 0, 0, np.sqrt(1 - 0.75**2)])
    (alike,), other = index.closest(near, LABELS, 0.4), index.closest(near, np.array([0.0, 1.0]), 0.4)
    assert not other or other[0][1] < alike[1]


def test_any_way_of_asking_finds_the_entry() -> None:
    index = FaqIndex([entry("paint", "会坏吗", "does it break", None, "掉漆吗")], Reader())
    assert [id for id, _ in index.closest(meaning("掉漆"), LABELS, 0.5)] == ["paint"]


def test_of_one_product_the_nearest_is_told_and_of_many_so_many_as_a_word_may_mean() -> None:
    several = [entry(f"{i}", "会冒烟吗", "does it smoke", f"P{i}") for i in range(MOST_NAMED + 5)]
    index = FaqIndex([*several, entry("again", "又冒烟吗", "does it smoke again", "P0")], Reader())
    told = [id for id, _ in index.closest(meaning("冒烟"), LABELS, 0.5)]
    assert len(told) == MOST_NAMED and "again" not in told


def test_a_changed_shop_has_only_its_new_questions_read() -> None:
    reader = Reader()
    before = FaqIndex([PLANE], reader)
    reader.read.clear()
    index = FaqIndex([PLANE, SMOKE], reader, before)
    assert sorted(reader.read) == ["does it smoke", "会冒烟吗"]
    assert [id for id, _ in index.closest(meaning("飞机"), LABELS, 0.5)] == ["plane"]


def test_without_entries_nothing_is_found() -> None:
    assert FaqIndex([], Reader()).closest(meaning("飞机"), LABELS, 0.5) == []


def test_what_the_parts_of_a_question_find_stands_once_the_nearest_first() -> None:
    assert joined([[("a", 0.5), ("b", 0.4)], [("b", 0.9)]]) == [
        {"id": "b", "similarity": 0.9},
        {"id": "a", "similarity": 0.5},
    ]
