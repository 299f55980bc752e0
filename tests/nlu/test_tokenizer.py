"""Tokens whose offsets hold on the text as the buyer wrote it."""

from __future__ import annotations

import pytest
from rasa.shared.nlu.constants import TEXT

from bot.nlu.tokenizer import ShopTokenizer
from tests.nlu.helpers import message

TOKENIZER = ShopTokenizer(ShopTokenizer.get_default_config())


def tokens(text: str) -> list:
    return TOKENIZER.tokenize(message(text), TEXT)


WORDS = [
    ("料理机能和面吗", None, None),
    ("Y915有货吗", None, None),
    ("is it in stock?", ["is", "it", "in", "stock", "?"], None),
    ("don't", ["don't"], None),
    ("1.75L", ["1.75", "l"], ["1.75", "L"]),
    ("多少 钱", ["多少", "钱"], None),
    ("Ｍ码", ["m", "码"], ["Ｍ", "码"]),
    ("黑色😊😊M", ["黑色", "m"], ["黑色", "M"]),
    ("還有貨嗎", None, None),
    ("\u202e多少\u202c", ["多少"], None),
    ("", [], []),
    ("😊", [], []),
    ("  ", [], []),
]


@pytest.mark.parametrize(("text", "words", "originals"), WORDS)
def test_words_and_where_they_stand(text: str, words: list | None, originals: list | None) -> None:
    found = tokens(text)
    if words is not None:
        assert [token.text for token in found] == words
    shown = [text[token.start : token.end] for token in found]
    if originals is not None:
        assert shown == originals
    assert "".join(shown).replace(" ", "") == "".join(c for c in text if not c.isspace() and c not in "😊\u202e\u202c")


@pytest.mark.parametrize("text", [row[0] for row in WORDS] + ["W05黑色M来两件, ok? 谢谢～", "５０㎏穿 啥"])
def test_tokens_are_in_order_do_not_overlap_and_are_no_spaces(text: str) -> None:
    found = tokens(text)
    assert all(one.end <= other.start for one, other in zip(found, found[1:]))
    assert all(token.text.strip() and token.start < token.end <= len(text) for token in found)


def test_traditional_characters_are_the_same_words() -> None:
    assert [token.text for token in tokens("還有貨嗎")] == [token.text for token in tokens("还有货吗")]
