"""The front's own words follow `domain.yml`."""

from __future__ import annotations

from pathlib import Path

from bot.adapters.words import Words


def test_published_words_are_said_without_a_restart_and_wrong_ones_are_not(tmp_path: Path) -> None:
    domain = tmp_path / "domain.yml"
    domain.write_text("responses: {utter_x: [{text: 旧的}]}", encoding="utf-8")
    words = Words(domain)
    domain.write_text("responses: {utter_x: [{text: 新的话}]}", encoding="utf-8")
    assert words.say("utter_x", "zh")["text"] == "新的话"
    domain.write_text("responses: {utter_x: [", encoding="utf-8")
    assert words.say("utter_x", "zh")["text"] == "新的话"
