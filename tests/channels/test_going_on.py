"""What was on its way when something was down: it arrives, once and in order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests

from bot.channels.connectors import told
from bot.channels.front import Front
from bot.channels.saying import parts
from bot.ports import FrontError, SettingError
from bot.settings import Settings
from tests.channels.conftest import Lines
from tests.channels.services import SLACK, Service, slack_event, telegram_update, to_slack
from tests.desk.running import Running
from tests.front.helpers import eventually


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.passing.FIRST_WAIT", 0.2)


@pytest.fixture
def talk(buyer: str) -> str:
    return f"slack:{buyer}"


def say(lines: Lines, buyer: str, text: str, ts: str) -> None:
    assert to_slack(lines.address("slack"), slack_event(buyer, text, ts=ts)).status_code == 200


@pytest.fixture
def claimed(lines: Lines, slack: Service, buyer: str, talk: str) -> Lines:
    say(lines, buyer, "我要人工", "1.0")
    assert eventually(lambda: len(slack.texts()) == 1, 10, 0.05)
    lines.claim(talk)
    return lines


def test_what_an_agent_wrote_while_the_channels_were_down_comes_once(claimed: Lines, slack: Service, talk: str) -> None:
    claimed.stop()
    claimed.reply(talk, "刚才在查库存")
    claimed.reply(talk, "有货的")
    for _ in range(2):
        claimed.start()
        assert eventually(lambda: len(slack.texts()) == 3, 10, 0.05)
        claimed.stop()
    assert slack.texts()[1:] == ["小林：刚才在查库存", "小林：有货的"]
    assert slack.sent("chat.postMessage")[2]["channel"] == slack.sent("chat.postMessage")[0]["channel"]


def test_what_slack_does_not_take_now_comes_later_once_and_in_order(claimed: Lines, slack: Service, talk: str) -> None:
    slack.failing["chat.postMessage"] = (503, {"ok": False, "error": "service_unavailable"})
    claimed.reply(talk, "一")
    assert eventually(lambda: len(slack.sent("chat.postMessage")) >= 2, 10, 0.05)
    claimed.reply(talk, "二")
    slack.failing.clear()
    before = len(slack.texts())
    assert eventually(lambda: slack.texts()[before:] == ["小林：一", "小林：二"], 20, 0.05), slack.texts()


def test_a_message_that_slack_will_never_take_does_not_hold_up_the_next(
    claimed: Lines, slack: Service, talk: str
) -> None:
    slack.failing["chat.postMessage"] = (200, {"ok": False, "error": "msg_too_long"})
    claimed.reply(talk, "太长")
    assert eventually(lambda: len(slack.sent("chat.postMessage")) == 4, 20, 0.05)
    slack.failing.clear()
    claimed.reply(talk, "短的")
    assert eventually(lambda: slack.texts()[-1] == "小林：短的", 10, 0.05)


def test_a_message_that_came_while_the_front_was_down_is_answered(
    lines: Lines, slack: Service, buyer: str, talk: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: Any, **__: Any) -> None:
        raise FrontError("down")

    with monkeypatch.context() as gone:
        gone.setattr(Front, "_asked", down)
        say(lines, buyer, "在吗", "1.0")
        say(lines, buyer, "有货吗", "2.0")
        assert not slack.texts()
        lines.stop()
    lines.start()
    assert eventually(lambda: len(slack.texts()) == 2, 20, 0.05)
    assert lines.running.rasa.asked == ["在吗", "有货吗"]
    assert lines.turns(talk) == ["buyer", "bot", "buyer", "bot"]


def test_a_buyer_is_not_told_again_what_was_said_before_the_book_was_lost(
    lines: Lines, slack: Service, buyer: str
) -> None:
    say(lines, buyer, "在吗", "1.0")
    assert eventually(lambda: len(slack.texts()) == 1, 10, 0.05)
    lines.stop()
    for file in lines.folder.glob("channels.sqlite*"):
        file.unlink()
    lines.start()
    say(lines, buyer, "还在吗", "2.0")
    assert eventually(lambda: lines.running.rasa.asked == ["在吗", "还在吗"], 10, 0.05)
    lines.stop()
    assert len(slack.texts()) == 2


def test_a_service_that_is_down_at_the_start_holds_up_no_other(
    running: Running, slack: Service, telegram: Service, buyer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.serving.OPEN_AGAIN", 0.5)
    telegram.failing["setWebhook"] = (502, {"ok": False, "error_code": 502, "description": "Bad Gateway"})
    lines = Lines(running, tmp_path)
    lines.start()
    say(lines, buyer, "在吗", "1.0")
    assert eventually(lambda: len(slack.texts()) == 1, 10, 0.05)
    telegram.failing.clear()

    def answered() -> bool:
        try:
            update = telegram_update("在吗", 1)
            return requests.post(lines.address("telegram"), json=update, timeout=5).status_code == 200
        except requests.ConnectionError:  # between two applications
            return False

    assert eventually(answered, 10, 0.2)
    assert eventually(lambda: len(telegram.texts()) == 1, 10, 0.05)
    lines.stop()


# --- a line of the shop's own, which can only answer -------------------------------------------------------------------


def write(lines: Lines, buyer: str, text: str, number: str) -> list[str]:
    said = {"buyer": buyer, "text": text, "id": number}
    return [one["text"] for one in requests.post(lines.address("shop_line"), json=said, timeout=20).json()]


def test_a_line_of_the_shops_own_has_its_answer_in_the_reply(lines: Lines, buyer: str) -> None:
    assert write(lines, buyer, "在吗", "1") == ["好的，我在，您说。"]
    assert write(lines, buyer, "在吗", "1") == []
    assert lines.running.rasa.asked == ["在吗"]


def test_what_it_cannot_be_told_unasked_comes_with_the_next_answer(lines: Lines, buyer: str) -> None:
    write(lines, buyer, "我要人工", "1")
    lines.claim(f"shop_line:{buyer}")
    lines.reply(f"shop_line:{buyer}", "您好")
    assert write(lines, buyer, "在吗", "2") == ["小林：您好"]
    assert write(lines, buyer, "好的", "3") == []


# --- words and settings ---------------------------------------------------------------------------------------------


class WithButtons:
    async def send_text_with_buttons(self) -> None: ...


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ({"text": "哪款？", "buttons": [{"title": "白", "payload": "白"}] * 3}, ["哪款？\n· 白\n· 白\n· 白"]),
        ({"text": "{0} {x}", "from": "agent", "name": "Anna"}, ["Anna：{0} {x}"]),
        (
            {"text": "", "from": "agent", "name": "Anna", "attachments": [{"url": "pictures/1"}]},
            ["https://d/pictures/1"],
        ),
        ({"text": "好"}, ["好"]),
    ],
)
def test_what_a_service_cannot_show_is_said_in_words(message: dict[str, Any], said: list[str]) -> None:
    whole = {"from": "bot", "name": None, "buttons": [], "attachments": []} | message
    made = parts(whole, WithButtons(), 2, "zh", "https://d")  # type: ignore[arg-type]
    assert [one.get("text") or one["image"] for one in made] == said


def test_the_addresses_are_told(tmp_path: Path) -> None:
    (tmp_path / "channels.yml").write_text("slack:\n  slack_token: x\ntests.channels.shop_line.ShopLine:\n")
    lines = told(Settings(data=tmp_path, public_url="https://desk.example/"), "hidden")
    assert "slack        https://desk.example/webhooks/hidden/slack/webhook" in lines
    assert any("hidden/shop_line/webhook" in line for line in lines)


def test_a_connector_that_nobody_has_is_named(tmp_path: Path) -> None:
    (tmp_path / "channels.yml").write_text("slak:\n  slack_token: x\n")
    with pytest.raises(SettingError, match="slak.*slack"):
        told(Settings(data=tmp_path), "hidden")


def test_a_wrong_entry_holds_up_no_other(running: Running, slack: Service, buyer: str, tmp_path: Path) -> None:
    lines = Lines(running, tmp_path, {"slak": {}, "telegram": {"access_token": "no token"}, "slack": SLACK})
    lines.start()
    say(lines, buyer, "在吗", "1.0")
    assert eventually(lambda: len(slack.texts()) == 1, 10, 0.05)
    lines.stop()
