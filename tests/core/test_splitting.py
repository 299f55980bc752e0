"""Where one message may fall into several questions."""

from __future__ import annotations

import pytest

from bot.core.splitting import MOST_JOINED, MOST_PIECES, Span, best_cut, buying_said, candidates, pieces

PIECES = [
    ("有货吗", ["有货吗"]),
    ("有货吗?便宜点我就拍了", ["有货吗?", "便宜点我就拍了"]),
    ("料理机能和面吗 有货吗 今天拍几天到北京", ["料理机能和面吗", "有货吗", "今天拍几天到北京"]),
    ("有货吗多少钱", ["有货吗", "多少钱"]),
    ("能和面吗能打豆浆吗", ["能和面吗", "能打豆浆吗"]),
    ("多少钱,包邮吗", ["多少钱", "包邮吗"]),
    ("包邮吗还有什么时候发", ["包邮吗", "还有什么时候发"]),
    ("还有货吗", ["还有货吗"]),
    ("还有没有m码", ["还有没有m码"]),
    ("is it in stock? how long to beijing?", ["is it in stock?", "how long to beijing?"]),
    ("is it in stock and how much is it", ["is it in stock", "and how much is it"]),
    ("is it warm. does it run small", ["is it warm.", "does it run small"]),
    ("does it come in red and blue", ["does it come in red and blue"]),
    ("black or white", ["black or white"]),
    ("1.75l", ["1.75l"]),
    ("???", ["???"]),
    ("有货吗？？！！", ["有货吗？？！！"]),
]


@pytest.mark.parametrize(("text", "wanted"), PIECES)
def test_cuts_where_a_question_may_end(text: str, wanted: list[str]) -> None:
    assert [text[span.start : span.end] for span in pieces(text)] == wanted


@pytest.mark.parametrize("text", ["", " ", ",,,", "？"])
def test_nothing_to_cut_gives_the_whole(text: str) -> None:
    assert pieces(text) == [Span(0, len(text))]


@pytest.mark.parametrize("text", ["有货吗?" * 200, "a, " * 500, "吗" * 1000, "多少钱 " * 300])
def test_the_work_stays_bounded_whatever_is_written(text: str) -> None:
    parts = pieces(text)
    assert len(parts) <= MOST_PIECES
    assert len(candidates(parts)) <= MOST_PIECES * MOST_JOINED + 1


@pytest.mark.parametrize("text", [text for text, _ in PIECES] + ["有货吗?" * 50])
def test_pieces_are_in_order_and_lose_no_words(text: str) -> None:
    parts = pieces(text)
    assert all(one.end <= other.start for one, other in zip(parts, parts[1:]))
    kept = "".join(text[span.start : span.end] for span in parts)
    assert [c for c in text if c not in " ,，、。;；~～\n"] == [c for c in kept if c not in " ,，、。;；~～\n"]


def test_candidates_are_runs_of_neighbours_and_the_whole() -> None:
    parts = [Span(0, 1), Span(1, 2), Span(2, 3)]
    assert set(candidates(parts)) == {Span(0, 1), Span(1, 2), Span(2, 3), Span(0, 2), Span(1, 3), Span(0, 3)}
    many = [Span(i, i + 1) for i in range(MOST_JOINED + 3)]
    assert Span(0, len(many)) in candidates(many)
    assert Span(0, MOST_JOINED + 1) not in candidates(many)


def gains(of: dict[tuple[int, int], float]):
    return lambda span: of.get((span.start, span.end), 0.0)


PARTS = [Span(0, 3), Span(3, 6), Span(6, 9)]
CUTS = [
    ("each part stands for itself", {(0, 3): 0.4, (3, 6): 0.4, (6, 9): 0.4, (0, 9): 0.3}, [(0, 3), (3, 6), (6, 9)]),
    ("the whole explains it better", {(0, 3): 0.1, (3, 6): 0.1, (6, 9): 0.1, (0, 9): 0.6}, [(0, 9)]),
    ("two parts belong together", {(0, 6): 0.5, (6, 9): 0.5, (0, 9): 0.2}, [(0, 6), (6, 9)]),
    ("a cut that gains nothing is not made", {(0, 3): 0.2, (3, 9): 0.2, (0, 9): 0.4}, [(0, 9)]),
    ("a part without a gain is left out", {(0, 3): -0.1, (3, 6): 0.4, (6, 9): 0.4, (0, 9): 0.3}, [(3, 6), (6, 9)]),
    ("nothing gains anything", {(0, 3): -0.2, (3, 6): -0.2, (6, 9): -0.2, (0, 9): -0.5}, [(0, 9)]),
]


@pytest.mark.parametrize(("gain", "wanted"), [row[1:] for row in CUTS], ids=[row[0] for row in CUTS])
def test_takes_the_cut_that_explains_most(gain: dict, wanted: list) -> None:
    assert [(s.start, s.end) for s in best_cut(PARTS, gains(gain))] == wanted


def test_one_part_is_never_cut() -> None:
    assert best_cut([Span(0, 5)], gains({})) == [Span(0, 5)]


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
