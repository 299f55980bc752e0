"""Slack through the front's rules: its real connector of Rasa's, and events as Slack sends them."""

from __future__ import annotations

import pytest

from tests.channels.conftest import PUBLIC, Lines
from tests.channels.services import DIRECT, OPEN, Service, slack_event, slack_press, to_slack
from tests.front.helpers import eventually


@pytest.fixture
def talk(buyer: str) -> str:
    """The conversation's name."""
    return f"slack:{buyer}"


def test_the_bots_answer_comes_where_the_buyer_wrote(lines: Lines, slack: Service, buyer: str, talk: str) -> None:
    assert to_slack(lines.address("slack"), slack_event(buyer, "在吗")).status_code == 200
    assert eventually(lambda: slack.texts() == ["好的，我在，您说。"], 10, 0.05)
    assert slack.sent("chat.postMessage")[0]["channel"] == DIRECT
    assert lines.turns(talk) == ["buyer", "bot"]


def test_slack_is_answered_when_it_asks_whether_we_are_there(lines: Lines) -> None:
    asked = {
        "token": "x",
        "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P",
        "type": "url_verification",
    }
    assert asked["challenge"] in to_slack(lines.address("slack"), asked).text


def test_what_slack_did_not_sign_is_no_message(lines: Lines, slack: Service, buyer: str) -> None:
    assert to_slack(lines.address("slack"), slack_event(buyer, "在吗"), secret="another").status_code == 400
    assert to_slack(lines.address("slack"), slack_event(buyer, "有人吗", ts="2.0")).status_code == 200
    assert eventually(lambda: bool(slack.texts()), 10, 0.05)
    assert lines.running.rasa.asked == ["有人吗"]


@pytest.mark.parametrize("reason", ["http_timeout", "connection_failed"])
def test_a_message_that_slack_sends_again_is_answered_once(
    lines: Lines, slack: Service, reason: str, buyer: str
) -> None:
    for number in range(3):
        again = {"x-slack-retry-num": str(number), "x-slack-retry-reason": reason} if number else {}
        to_slack(lines.address("slack"), slack_event(buyer, "在吗"), **again)
    to_slack(lines.address("slack"), slack_event(buyer, "还在吗", ts="1763730241.000100"))
    assert eventually(lambda: len(slack.texts()) == 2, 10, 0.05)
    assert lines.running.rasa.asked == ["在吗", "还在吗"]


def test_a_message_of_which_only_the_retry_comes_is_answered(lines: Lines, slack: Service, buyer: str) -> None:
    to_slack(
        lines.address("slack"),
        slack_event(buyer, "在吗"),
        **{"x-slack-retry-num": "1", "x-slack-retry-reason": "http_timeout"},
    )
    assert eventually(lambda: len(slack.texts()) == 1, 10, 0.05)


def test_a_mention_in_a_channel_comes_as_two_events_and_is_one_message(
    lines: Lines, slack: Service, buyer: str
) -> None:
    mention = slack_event(buyer, "<@U0LAN0Z89> 在吗", channel=OPEN, type="app_mention", channel_type=None)
    to_slack(lines.address("slack"), mention)
    to_slack(lines.address("slack"), {**mention, "event_id": "Ev2"})
    assert eventually(lambda: len(slack.texts()) == 1, 10, 0.05)
    assert lines.running.rasa.asked == ["在吗"]
    assert slack.sent("chat.postMessage")[0]["channel"] == OPEN


def test_the_bots_own_messages_are_not_read(lines: Lines, slack: Service, buyer: str, talk: str) -> None:
    to_slack(lines.address("slack"), slack_event(buyer, "好的，我在，您说。", bot_id="B1"))
    to_slack(lines.address("slack"), slack_event(buyer, "在吗", ts="2.0"))
    assert eventually(lambda: len(slack.texts()) == 1, 10, 0.05)
    assert lines.turns(talk) == ["buyer", "bot"]


def test_messages_keep_their_order(lines: Lines, slack: Service, buyer: str) -> None:
    said = [f"第{number}句" for number in range(8)]
    for number, text in enumerate(said):
        to_slack(lines.address("slack"), slack_event(buyer, text, ts=f"{number}.0"))
    assert eventually(lambda: len(slack.texts()) == 8, 15, 0.05)
    assert lines.running.rasa.asked == said


def test_a_press_on_a_button_is_the_words_on_it(lines: Lines, slack: Service, buyer: str, talk: str) -> None:
    for _ in range(2):
        assert to_slack(lines.address("slack"), slack_press(buyer, "转人工")).status_code == 200
    assert eventually(lambda: len(slack.texts()) == 1, 10, 0.05)
    assert lines.running.rasa.asked == ["转人工"]
    assert lines.handoff(talk)["state"] == "waiting"


def test_while_an_agent_has_it_the_bot_is_silent_and_the_agents_words_come(
    lines: Lines, slack: Service, buyer: str, talk: str
) -> None:
    to_slack(lines.address("slack"), slack_event(buyer, "我要人工"))
    assert eventually(lambda: len(slack.texts()) == 1, 10, 0.05)
    lines.claim(talk)
    to_slack(lines.address("slack"), slack_event(buyer, "在吗在吗", ts="2.0"))
    assert eventually(lambda: lines.turns(talk) == ["buyer", "bot", "buyer"], 10, 0.05)
    lines.reply(talk, "您好，我是小林，在的")
    assert eventually(lambda: len(slack.texts()) == 2, 10, 0.05)
    assert slack.texts()[1] == "小林：您好，我是小林，在的"
    assert slack.sent("chat.postMessage")[1]["channel"] == DIRECT
    assert lines.running.rasa.asked == ["我要人工"]


def test_an_agents_picture_comes_at_the_fronts_public_address(
    lines: Lines, slack: Service, buyer: str, talk: str
) -> None:
    to_slack(lines.address("slack"), slack_event(buyer, "我要人工"))
    assert eventually(lambda: len(slack.texts()) == 1, 10, 0.05)
    lines.claim(talk)
    lines.reply(talk, "您看这张", pictures=("abc",))
    assert eventually(lambda: len(slack.sent("chat.postMessage")) == 3, 10, 0.05)
    assert f"{PUBLIC}/pictures/abc" in str(slack.sent("chat.postMessage")[2]["blocks"])
