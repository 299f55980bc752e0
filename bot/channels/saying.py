"""A message of the front's as a connector's output channel takes it, and what became of sending it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp
from aiogram.utils.exceptions import NetworkError, RestartingTelegram, RetryAfter, TelegramAPIError
from rasa.core.channels.channel import OutputChannel
from ruamel.yaml import YAML

from bot.core.types import Language

log = logging.getLogger(__name__)
WORDS: Mapping[str, Any] = YAML(typ="safe").load(Path(__file__).parent / "words.yml")
_PASSING = (OSError, asyncio.TimeoutError, aiohttp.ClientError, NetworkError, RestartingTelegram, RetryAfter)


def parts(
    message: Mapping[str, Any], output: OutputChannel, most_buttons: int, language: Language, public: str
) -> list[dict[str, Any]]:
    """What is sent one after the other, each as `OutputChannel.send_response` takes it.

    An agent is named; more buttons than the service shows stand in the text. `public`: the front's address for pictures,
    empty where it has none.
    """
    text, buttons = message["text"], message["buttons"]
    if text and message["from"] == "agent" and message["name"]:
        text = WORDS["agent"][language].format(name=message["name"], text=text)
    if buttons and not (len(buttons) <= most_buttons and shows_buttons(output)):
        choices = (WORDS["choice"].format(title=button["title"]) for button in buttons)
        text, buttons = "\n".join((text, *choices)), []
    said: list[dict[str, Any]] = [{"text": text}] if text else []
    if said and buttons:
        # Telegram: keys that write their title; those that send a payload hold 64 bytes, some twenty Chinese characters
        said[0] |= {"buttons": [dict(button) for button in buttons], "button_type": "reply"}
    return said + [{"image": address} for address in _pictures(message, public)]


def shows_buttons(output: OutputChannel) -> bool:
    """Whether its service has any; Rasa would write the others out, title and payload, a message each."""
    return type(output).send_text_with_buttons is not OutputChannel.send_text_with_buttons


def _pictures(message: Mapping[str, Any], public: str) -> list[str]:
    addresses = [attached["url"] for attached in message["attachments"]]
    if addresses and not public:
        log.error("channel_picture_not_sent why=NIGHTDESK_PUBLIC_URL is not set")
        return []
    return [f"{public}/{address}" for address in addresses]


def passes_by(error: Exception) -> bool:
    """Whether the service could not be reached or wants us to wait; else it takes what we sent for wrong."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    if isinstance(status, int):
        return status == 429 or status >= 500
    return isinstance(error, _PASSING) or type(error) is TelegramAPIError  # as aiogram tells of a 500
