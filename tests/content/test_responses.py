"""The bot's words: read with their languages, and changed where they stand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from bot.content import responses, yaml_text
from bot.content.responses import Button
from tests.content.trees import TEXTS, shop_tree

DOMAIN = shop_tree()["domain.yml"]
SHORT = """\
responses:
  # --- hello
  utter_hello:
    - text: "在的～"
    - {text: "Hello.", condition: &en [{type: slot, name: language, value: en}]}
  utter_bye:
    - text: "再见"
    - {text: "Bye.", condition: *en}      # short
"""


def test_every_reply_of_the_project_has_words_in_both_languages():
    replies = responses.read(DOMAIN)
    assert list(replies) == list(yaml_text.value(DOMAIN)["responses"])
    assert all(reply.of("zh") and reply.of("en") for reply in replies.values())
    for reply in replies.values():
        assert DOMAIN.splitlines()[reply.line - 1] == f"  {reply.name}:"


def test_buttons_are_read():
    (chinese, english) = responses.read(DOMAIN)["utter_picture"].variants
    assert chinese.buttons == (Button("转人工", "转人工"),) and english.language == "en"


@settings(max_examples=40, deadline=None)
@given(TEXTS)
def test_any_words_can_be_put_and_read_again_and_one_line_changes(words):
    changed = responses.put_text(SHORT, "utter_bye", 1, words)
    assert responses.read(changed)["utter_bye"].variants[1].text == words
    assert sum(a != b for a, b in zip(SHORT.splitlines(), changed.split("\n"))) <= 1
    assert "      # short" in changed


def test_a_variant_is_added_behind_the_last_of_its_language():
    chinese = responses.add(SHORT, "utter_hello", "zh", "亲，在的")
    assert '    - text: "在的～"\n    - text: "亲，在的"\n    - {text: "Hello."' in chinese
    english = responses.add(SHORT, "utter_hello", "en", "Hi: {shop} here.")
    assert (
        '{text: "Hello.", condition: &en [{type: slot, name: language, value: en}]}\n    - {text: "Hi: {shop} here.", condition: *en}\n'
        in english
    )
    assert [v.language for v in responses.read(english)["utter_hello"].variants] == ["zh", "en", "en"]


def test_a_dropped_variant_hands_on_what_others_share_with_it():
    added = responses.add(SHORT, "utter_hello", "en", "Hi.")
    dropped = responses.drop(added, "utter_hello", 1)
    assert '    - {text: "Hi.", condition: &en [{type: slot, name: language, value: en}]}\n' in dropped
    assert responses.read(dropped)["utter_bye"].variants[1].language == "en"


def test_the_last_words_in_a_language_stay():
    with pytest.raises(ValueError):
        responses.drop(SHORT, "utter_hello", 1)


def test_buttons_are_put_changed_and_taken_away():
    with_one = responses.put_buttons(SHORT, "utter_hello", 0, [Button("转人工", "转人工")])
    assert '    - text: "在的～"\n      buttons: [{title: 转人工, payload: 转人工}]\n' in with_one
    other = responses.put_buttons(with_one, "utter_hello", 0, [Button("好", "好"), Button("不用", "不用")])
    assert [button.title for button in responses.read(other)["utter_hello"].variants[0].buttons] == ["好", "不用"]
    assert responses.put_buttons(with_one, "utter_hello", 0, []) == SHORT
