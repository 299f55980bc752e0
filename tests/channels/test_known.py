"""What is said of Rasa's other connectors: where their services' message ids stand, and who can be spoken to unasked."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage

from bot.channels.connectors import Connector, open_connector
from bot.channels.known import KNOWN, Known
from bot.channels.saying import shows_buttons
from tests.channels.services import slack_event, slack_press, telegram_update

SENT: list[tuple[str, dict[str, Any], str]] = [
    ("slack", slack_event("U1", "在吗", ts="12.5"), "D024BE91L:12.5"),
    ("slack", slack_press("U1", "白", ts="13.5"), "13.5"),
    ("telegram", telegram_update("在吗", 7), "90007"),
    (
        "facebook",
        {"entry": [{"messaging": [{"sender": {"id": "1"}, "message": {"mid": "m_1", "text": "在吗"}}]}]},
        "m_1",
    ),
    ("facebook", {"entry": [{"messaging": [{"postback": {"mid": "m_2", "payload": "白"}}]}]}, "m_2"),
    ("twilio", {"MessageSid": "SM1", "From": "whatsapp:+86", "Body": "在吗"}, "SM1"),
    ("mattermost", {"post_id": "p1", "text": "在吗"}, "p1"),
    ("rocketchat", {"message_id": "r1", "text": "在吗"}, "r1"),
    ("webexteams", {"id": "webhook", "data": {"id": "w1"}}, "w1"),
    ("hangouts", {"message": {"name": "spaces/1/messages/2"}}, "spaces/1/messages/2"),
    ("botframework", {"id": "b1", "type": "message"}, "b1"),
    ("callback", {"sender": "1", "message": "在吗"}, "made"),
]


@pytest.mark.parametrize(("channel", "sent", "number"), SENT)
def test_the_services_own_id_is_found(channel: str, sent: dict[str, Any], number: str) -> None:
    as_form = channel == "twilio" or "actions" in sent
    form = {"payload": [json.dumps(sent)]} if "actions" in sent else {name: [value] for name, value in sent.items()}
    kind = "application/x-www-form-urlencoded" if as_form else "application/json"
    request = SimpleNamespace(headers={"content-type": kind}, json=None if as_form else sent, form=form)
    connector = Connector(channel, None, None, KNOWN.get(channel, Known()))  # type: ignore[arg-type]
    message = UserMessage("在吗", message_id="made")
    assert connector.message_id(request, message) == number  # type: ignore[arg-type]


OPENED = [
    ("slack", {"slack_token": "x", "slack_signing_secret": "x"}, True, True),
    ("facebook", {"verify": "x", "secret": "x", "page-access-token": "x"}, True, True),
    ("twilio", {"account_sid": "x", "auth_token": "x", "twilio_number": "1"}, True, False),
    ("webexteams", {"access_token": "x"}, True, False),
    ("callback", {"url": "http://127.0.0.1:9/"}, True, True),
    ("socketio", {}, True, True),
    ("mattermost", {"url": "http://127.0.0.1:9", "token": "x", "webhook_url": "x"}, False, None),
    ("hangouts", {"project_id": "1"}, False, None),
    ("rest", {}, False, None),
]


@pytest.mark.parametrize(("channel", "credentials", "unasked", "buttons"), OPENED)
def test_who_can_be_spoken_to_unasked(channel: str, credentials: dict[str, Any], unasked: bool, buttons: Any) -> None:
    async def nothing(*_: Any) -> None: ...

    connector = open_connector(channel, credentials, nothing)
    assert (connector.output is not None) is unasked
    if connector.output is not None:
        assert shows_buttons(connector.output) is buttons
        assert connector.output_to({"slack_channel": "C1"}) is not connector.output
        assert connector.address(connector.output) == {}
