"""Which way of cutting a message into questions explains it best."""

from __future__ import annotations

import math

import pytest

from bot.core.splitting import (
    MOST_JOINED,
    MOST_PIECES,
    Place,
    Span,
    buying_said,
    candidates,
    cuts,
    likely,
    pieces,
    with_closed,
)


def test_only_likely_places_are_tried_the_likeliest_first_and_in_order() -> None:
    places = [Place(2, 0.9), Place(4, 0.01), Place(6, 0.4)]
    assert likely(places, 0.05) == [Place(2, 0.9), Place(6, 0.4)]
    many = [Place(i, i / 100) for i in range(1, 60)]
    kept = likely(many, 0.05)
    assert len(kept) == MOST_PIECES - 1
    assert kept == many[-len(kept) :]


def test_pieces_lose_marks_and_spaces_at_their_edges_and_nothing_else() -> None:
    text = "有货吗, 多少钱?"
    parts = pieces(text, [Place(5, 0.9)])
    assert [text[part.start : part.end] for part in parts] == ["有货吗", "多少钱?"]


@pytest.mark.parametrize("text", ["", " ", ",,,", "？"])
def test_nothing_to_cut_gives_the_whole(text: str) -> None:
    assert pieces(text, []) == [Span(0, len(text))]


@pytest.mark.parametrize("length", [1, 400])
def test_the_work_stays_bounded_whatever_is_written(length: int) -> None:
    places = likely([Place(i, 0.9) for i in range(1, length)], 0.05)
    parts = pieces("吗" * length, places)
    assert len(parts) <= MOST_PIECES
    assert len(candidates(parts)) <= MOST_PIECES * MOST_JOINED + 1


def test_candidates_are_runs_of_neighbours_and_the_whole() -> None:
    parts = [Span(0, 1), Span(1, 2), Span(2, 3)]
    assert set(candidates(parts)) == {Span(0, 1), Span(1, 2), Span(2, 3), Span(0, 2), Span(1, 3), Span(0, 3)}
    many = [Span(i, i + 1) for i in range(MOST_JOINED + 3)]
    assert Span(0, len(many)) in candidates(many)
    assert Span(0, MOST_JOINED + 1) not in candidates(many)


PARTS = [Span(0, 3), Span(3, 6), Span(6, 9)]


def test_every_way_of_cutting_is_weighed_with_the_odds_of_its_places() -> None:
    places = [Place(3, 0.9), Place(6, 0.25)]
    ways = {tuple(span.end for span in cut): odds for cut, odds in cuts(PARTS, places)}
    assert set(ways) == {(9,), (3, 9), (6, 9), (3, 6, 9)}
    assert ways[(9,)] == 0
    assert ways[(3, 9)] == pytest.approx(math.log(9))
    assert ways[(6, 9)] == pytest.approx(-math.log(3))
    assert ways[(3, 6, 9)] == pytest.approx(math.log(9) - math.log(3))


def test_one_part_is_never_cut() -> None:
    assert list(cuts([Span(0, 5)], [])) == [([Span(0, 5)], 0)]


def test_a_cut_has_no_part_that_was_not_tried() -> None:
    parts = [Span(i, i + 1) for i in range(MOST_PIECES)]
    tried = set(candidates(parts))
    assert all(tried.issuperset(cut) for cut, _ in cuts(parts, [Place(i, 0.5) for i in range(1, MOST_PIECES)]))


BUYING = [
    ("便宜点我就拍了", "我就拍了"),
    ("包邮我马上下单", "我马上下单"),
    ("便宜20就买", "就买"),
    ("give me 10 off and i'll take two", "and i'll take two"),
    ("if it's 300 then i would buy it", "then i would buy it"),
    ("我就拍了", None),
    ("便宜点", None),
    ("什么时候买的", None),
    ("i'll take it", None),
]


@pytest.mark.parametrize(("text", "words"), BUYING)
def test_finds_the_purchase_at_the_end_of_a_condition(text: str, words: str | None) -> None:
    span = buying_said(text)
    assert (text[slice(*span)] if span else None) == words


@pytest.mark.parametrize(
    ("parts", "surer"),
    [
        (("能和面吗", " 有货吗", " 今天拍几天到"), [True, True]),
        (("有货吗", "今天能发吗"), [True]),
        (("有货吗", "黑色的"), [False]),
        (("黑色的", "有货吗"), [False]),
        (("这个好用吗", " 我想买给我妈"), [False]),
        (("多少钱", "包邮不"), [False]),
    ],
)
def test_a_place_behind_a_closed_question_is_surer_where_what_follows_asks_again(
    parts: tuple[str, ...], surer: list[bool]
) -> None:
    text, ends = "".join(parts), [len("".join(parts[: i + 1])) for i in range(len(parts) - 1)]
    places = [Place(end, 0.3) for end in ends]
    found = with_closed(places, pieces(text, places), text)
    assert [place.chance > 0.9 for place in found] == surer
    assert [place.at for place in found] == ends
