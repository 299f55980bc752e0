"""The card as a note for another help desk."""

from __future__ import annotations

import pytest

from bot.adapters.chinese_calendar import ChineseCalendar
from bot.core.types import Language
from bot.desk.note import LONGEST_NOTE, note_of, plain
from bot.desk.shown import Sight
from tests.small_shop import EVENING
from tests.told import SHOP, card


def sight(language: Language = "zh") -> Sight:
    return Sight(SHOP, ChineseCalendar(), EVENING, language)


@pytest.mark.parametrize(
    ("language", "words"), [("zh", ("想要", "出价", "建议回复")), ("en", ("Wants", "Offer", "Suggested reply"))]
)
def test_it_is_in_the_teams_language(language: Language, words: tuple[str, ...]) -> None:
    note = note_of(card(), sight(language))
    for word in (*words, "× 2", "600"):
        assert word in note


def test_it_holds_the_contact_and_the_notes_of_the_order() -> None:
    buyer = {"height_cm": 165, "weight_kg": 52, "household": None, "contact": "13812345678"}
    note = note_of(
        card(buyer=buyer, notes=["送礼，不要放价格单"], needed_by={"date": None, "words": "周五前"}), sight()
    )
    for part in ("13812345678", "165 cm", "送礼，不要放价格单", "周五前"):
        assert part in note


def test_it_ends_with_the_episode_however_long_it_is() -> None:
    question = {"label": "ask_stock", "text": "有" * 900, "state": "open", "told": None, "as_of": None}
    note = note_of(card(questions=[question] * 30), sight())
    assert len(note) <= LONGEST_NOTE
    assert note.endswith("`7c1f0a`")


@pytest.mark.parametrize(
    "words", ["[我](https://evil.example)", "**急**", "# 题", "`x`", "<b>", "@小林", "a\n\n- b", "~~不~~", "![图](x)"]
)
def test_a_buyers_words_stay_words(words: str) -> None:
    shown = plain(words)
    assert "\n" not in shown
    for mark in "[]()*#`<>@~!_":
        assert shown.count(mark) == shown.count(f"\\{mark}")
