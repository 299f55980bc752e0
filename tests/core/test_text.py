"""Folding: one plain form to match against, and the way back to what the buyer wrote."""

from __future__ import annotations

import pytest

from bot.core.text import fold, is_foreign, language_of

SIMPLIFIED = str.maketrans({"還": "还", "貨": "货", "嗎": "吗", "機": "机"})

FOLDED = [
    ("plain stays", "有货吗", "有货吗"),
    ("capitals", "Y915 Blender", "y915 blender"),
    ("full width", "Ｙ９１５有货吗？", "y915有货吗?"),
    ("full-width space", "黑色　M码", "黑色 m码"),
    ("Traditional", "還有貨嗎", "还有货吗"),
    ("Traditional beside Latin", "Y915料理機還有貨嗎", "y915料理机还有货吗"),
    ("emoji are spaces", "在吗😊有货吗", "在吗 有货吗"),
    ("emoji at the ends", "😊有货吗😊😊", "有货吗"),
    ("emoji of several code points", "好👨‍👩‍👧的", "好 的"),
    ("flags and skin tones", "🇨🇳好👍🏽", "好"),
    ("runs of spaces", "  a \t b\n\nc  ", "a b c"),
    ("control characters", "有\x00货\x07吗", "有 货 吗"),
    ("bidi marks", "有\u202e货\u202c吗", "有 货 吗"),
    ("byte order mark", "\ufeff有货", "有货"),
    ("a lone surrogate", "有\ud83d货", "有 货"),
    ("unassigned and private", "有\ue000货\U000e0001", "有 货"),
    ("half-width kana and ligatures", "ﬁt", "fit"),
    ("one sign for two letters", "50㎏", "50kg"),
    ("centimetre sign", "165㎝", "165cm"),
    ("circled number", "①", "1"),
    ("fraction", "½", "1⁄2"),
    ("degree sign", "-10℃", "-10°c"),
    ("superscript", "m²", "m2"),
    ("sharp s keeps its place", "GROẞ", "groß"),
    ("nothing", "", ""),
    ("nothing but marks", "\u200b😊 \n", ""),
]


@pytest.mark.parametrize(("text", "wanted"), [row[1:] for row in FOLDED], ids=[row[0] for row in FOLDED])
def test_folds_to_the_plain_form(text: str, wanted: str) -> None:
    assert fold(text, SIMPLIFIED).text == wanted


@pytest.mark.parametrize("text", [row[1] for row in FOLDED], ids=[row[0] for row in FOLDED])
def test_every_offset_leads_into_the_original(text: str) -> None:
    folded = fold(text, SIMPLIFIED)
    assert len(folded.offsets) == len(folded.text) + 1
    assert list(folded.offsets) == sorted(folded.offsets)
    assert all(0 <= offset <= len(text) for offset in folded.offsets)


SPANS = [
    ("Ｙ９１５有货吗", "y915", "Ｙ９１５"),
    ("在吗😊😊料理機有貨嗎", "料理机", "料理機"),
    ("😊 M码", "m码", "M码"),
    ("有\u200b货 y915", "y915", "y915"),
    ("a   b", "a b", "a   b"),
    ("我50㎏穿啥", "50kg", "50㎏"),
    ("我50㎏穿啥", "穿啥", "穿啥"),
    ("加½杯", "杯", "杯"),
    ("加½杯", "1⁄2", "½"),
    ("加½杯", "1", "½"),
    ("👨‍👩‍👧三口", "三口", "三口"),
    ("\u202e有货\u202c y915", "y915", "y915"),
    ("ﬁt m", "m", "m"),
]


@pytest.mark.parametrize(("text", "part", "words"), SPANS)
def test_a_folded_span_leads_back_to_the_buyers_own_words(text: str, part: str, words: str) -> None:
    folded = fold(text, SIMPLIFIED)
    at = folded.text.index(part)
    start, end = folded.original(at, at + len(part))
    assert text[start:end] == words


def test_an_empty_span_has_a_place_and_no_length() -> None:
    assert fold("😊 abc").original(1, 1) == (3, 3)
    assert fold("").original(0, 0) == (0, 0)


def test_folding_twice_changes_nothing() -> None:
    for _, text, wanted in FOLDED:
        assert fold(fold(text, SIMPLIFIED).text, SIMPLIFIED).text == wanted


LANGUAGES = [
    ("有货吗", "zh"),
    ("Y915有货吗", "zh"),
    ("is it in stock", "en"),
    ("W05黑色M", "zh"),
    ("hi", "en"),
    ("M", None),
    ("XXL", None),
    ("M XL", None),
    ("170 65", None),
    ("😊", None),
    ("", None),
    ("?", None),
    ("ok", "en"),
    ("lily_2088", None),
    ("abc123", None),
    ("vx abc123", None),
    ("wechat: lily_2088", None),
    ("ann.b@example.com", None),
    ("my wechat is lily_2088", "en"),
    ("it's in-stock?", "en"),
    ("vxworks please", "en"),
]


@pytest.mark.parametrize(("text", "language"), LANGUAGES)
def test_tells_the_language_where_the_words_do(text: str, language: str | None) -> None:
    assert language_of(text) == language


FOREIGN = [("สวัสดี มีของไหม", True), ("هل هذا متوفر", True), ("есть в наличии", True), ("170 130", False), ("👍", False)]
FOREIGN += [
    ("在庫はありますか", True),
    ("你の快递", False),
    ("有货吗", False),
    ("¿hay stock", False),
    ("M", False),
    ("สีดำ black", False),
]


@pytest.mark.parametrize(("text", "foreign"), FOREIGN)
def test_what_is_written_in_another_script_is_known_by_its_letters(text: str, foreign: bool) -> None:
    assert is_foreign(text) is foreign
