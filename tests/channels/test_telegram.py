"""Telegram through the front's rules: its real connector of Rasa's, and updates as Telegram sends them."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
import requests

from bot.adapters.rasa_client import RasaTurn
from tests.channels.conftest import Lines
from tests.channels.services import Service, telegram_update
from tests.front.helpers import eventually


@pytest.fixture
def chat() -> int:
    return random.randrange(10**6, 10**9)


def to_telegram(lines: Lines, update: dict[str, Any]) -> int:
    return requests.post(lines.address("telegram"), json=update, timeout=20).status_code


def test_telegram_is_told_where_we_are(lines: Lines, telegram: Service) -> None:
    assert "https://desk.example/webhooks/x" in str(telegram.sent("setWebhook"))


def test_the_bots_answer_comes_and_a_repeated_update_has_none(lines: Lines, telegram: Service, chat: int) -> None:
    for _ in range(3):
        assert to_telegram(lines, telegram_update("在吗", 1, chat)) == 200
    assert to_telegram(lines, telegram_update("还在吗", 2, chat)) == 200
    assert len(telegram.texts()) == 2
    assert telegram.sent("sendMessage")[0]["chat_id"] == str(chat)
    assert lines.running.rasa.asked == ["在吗", "还在吗"]


@pytest.mark.parametrize(("code", "said"), [("zh-hans", "你好"), ("de", "hello")])
def test_who_only_presses_start_has_greeted(lines: Lines, chat: int, code: str, said: str) -> None:
    to_telegram(lines, telegram_update("/start", 1, chat, code))
    assert lines.running.rasa.asked == [said]


def test_buttons_are_keys_that_write_their_title(lines: Lines, telegram: Service, chat: int, monkeypatch: Any) -> None:
    titles = ["料理机 L18 1.5升 白色 带两个刀头和一个备用杯", "破壁机 Y915"]
    buttons = [{"title": title, "payload": title} for title in titles]
    record = {"language": "zh", "questions": [], "decision": "clarify", "said": []}
    asks = RasaTurn(({"text": "您问的是哪一款呢？", "buttons": buttons},), record, {})
    monkeypatch.setattr(lines.running.rasa, "take_turn", lambda *_: asks)
    to_telegram(lines, telegram_update("有货吗", 1, chat))
    (sent,) = telegram.sent("sendMessage")
    keys = [key["text"] for row in json.loads(sent["reply_markup"])["keyboard"] for key in row]
    assert keys == titles


def test_an_agents_words_and_picture_come_unasked(lines: Lines, telegram: Service, chat: int) -> None:
    to_telegram(lines, telegram_update("我要人工", 1, chat))
    lines.claim(f"telegram:{chat}")
    lines.reply(f"telegram:{chat}", "您好", pictures=("abc",))
    assert eventually(lambda: len(telegram.sent("sendPhoto")) == 1, 10, 0.05)
    assert telegram.texts()[1:] == ["小林：您好"]


def test_whoever_does_not_know_the_hidden_part_of_the_address_finds_nothing(lines: Lines) -> None:
    guessed = lines.address("telegram").replace("hidden/", "")
    assert requests.post(guessed, json=telegram_update("在吗", 1), timeout=20).status_code == 404
