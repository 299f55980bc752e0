"""Rasa's connectors as `channels.yml` names them, in the form of Rasa's `credentials.yml`."""

from __future__ import annotations

import asyncio
import copy
import importlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jmespath
from rasa.core.channels import BUILTIN_CHANNELS
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, OutputChannel, UserMessage
from rasa.core.channels.telegram import TelegramInput, TelegramOutput
from rasa.shared.exceptions import RasaException
from rasa.shared.utils.io import read_config_file
from sanic import Blueprint
from sanic.request import Request

from bot.channels.known import KNOWN, Known
from bot.core.types import Language
from bot.ports import SettingError
from bot.settings import Settings

_PLAIN = (str, int, bool, type(None))


@dataclass(frozen=True)
class Connector:
    """A connector that is open. `output` sends to any of its buyers, unasked; None where it can only answer."""

    name: str
    blueprint: Blueprint
    output: OutputChannel | None
    known: Known

    def message_id(self, request: Request | None, message: UserMessage) -> str:
        """The service's own id of the message, so that a repeated one is known; else what the connector gave."""
        found = self._said(request, self.known.message_id)
        return (str(found) if found is not None else message.message_id)[:128]

    def language(self, request: Request | None) -> Language | None:
        """What the service says of the buyer's language, before they have written a word."""
        found = self._said(request, self.known.language)
        if not isinstance(found, str):
            return None
        return "zh" if found.startswith("zh") else "en"

    def _said(self, request: Request | None, path: str) -> Any:
        return jmespath.search(path, _body(request)) if request is not None and path else None

    def address(self, output: OutputChannel) -> dict[str, Any]:
        """By what this message's output channel differs from the connector's own: Slack's channel and thread."""
        mine = _plain(self.output) if self.output is not None else {}
        return {
            key: value for key, value in _plain(output).items() if self.output is not None and mine.get(key) != value
        }

    def output_to(self, address: Mapping[str, Any]) -> OutputChannel | None:
        """An output channel as at the buyer's last message."""
        if self.output is None or not (address or isinstance(self.output, CollectingOutputChannel)):
            return self.output
        output = copy.copy(self.output)
        vars(output).update(address)
        if isinstance(output, CollectingOutputChannel):  # it keeps all that it ever sent
            output.messages = []
        return output


Handler = Callable[["Connector", UserMessage], Awaitable[None]]


def read_channels(path: Path) -> dict[str, Any]:
    """Credentials by connector. Raises SettingError."""
    try:
        found = read_config_file(path)
    except RasaException as error:
        raise SettingError(f"{path} cannot be read: {error}") from error
    return {str(name): credentials or {} for name, credentials in found.items()}


def open_connector(name: str, credentials: Mapping[str, Any], handle: Handler) -> Connector:
    """Not on a loop: some connectors run one of their own to tell their service where they are. Raises what they raise."""
    channel = _class(name)
    known = KNOWN.get(channel.name(), Known())
    opened = channel.from_credentials({**known.defaults, **credentials})
    came: list[Connector] = []

    async def on_new_message(message: UserMessage) -> None:
        await handle(came[0], message)

    blueprint = opened.blueprint(on_new_message)
    came.append(Connector(opened.name(), blueprint, opened.get_output_channel(), known))
    return came[0]


class Telegram(TelegramInput):
    """Rasa's leaves its session with Telegram on a loop that is closed before the first message comes."""

    def get_output_channel(self) -> TelegramOutput:
        """Raises TelegramAPIError."""
        output = TelegramOutput(self.access_token)
        asyncio.run(self._told_where(output))
        return output

    async def _told_where(self, output: TelegramOutput) -> None:
        try:
            await output.set_webhook(url=self.webhook_url)
        finally:
            await output.session.close()


def _class(name: str) -> type[InputChannel]:
    """Raises SettingError."""
    if name == Telegram.name():
        return Telegram
    if name in BUILTIN_CHANNELS:
        return BUILTIN_CHANNELS[name]
    module, _, cls = name.rpartition(".")
    try:
        return getattr(importlib.import_module(module), cls)
    except (ImportError, AttributeError, ValueError) as error:
        known = ", ".join(sorted(KNOWN))
        raise SettingError(
            f"“{name}” in channels.yml is no connector: {error}. Rasa has {known}; one of your own is named as "
            "package.module.Class."
        ) from error


def told(settings: Settings, path: str) -> list[str]:
    """Where each channel's service is to send, and what to mind. Raises SettingError."""
    file = settings.channels_file
    if not file.is_file():
        return [f"{file} is not there: no channels (docs/channels.md)."]
    at = settings.public_address or "https://desk.example"
    lines = [f"{name:12} {at}/webhooks/{path}/{_class(name).name()}/webhook" for name in read_channels(file)]
    proxy = f"Your proxy hands {at}/webhooks/ to http://127.0.0.1:{settings.channels_port}/webhooks/."
    return [*lines, proxy] if settings.public_address else [*lines, proxy, "Set NIGHTDESK_PUBLIC_URL to your address."]


def _body(request: Request) -> Any:
    """What the service sent: JSON, or the fields of a form; Slack puts JSON into one of these."""
    if "json" in request.headers.get("content-type", ""):
        body = request.json
        return json.loads(body) if isinstance(body, str) else body
    fields = {name: values[0] for name, values in (request.form or {}).items() if values}
    return json.loads(fields["payload"]) if "payload" in fields else fields


def _plain(output: OutputChannel) -> dict[str, Any]:
    return {key: value for key, value in vars(output).items() if isinstance(value, _PLAIN) and not key.startswith("_")}
