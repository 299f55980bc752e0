"""Starts the channels: `python -m bot.channels`."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys

from bot import bootstrap
from bot.channels.book import Book
from bot.channels.connectors import read_channels
from bot.channels.front import Front
from bot.channels.passing import Passing
from bot.channels.serving import Channels
from bot.ports import SettingError


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    for noisy in ("urllib3", "sanic", "rasa"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    settings = bootstrap.settings()
    front = Front(settings.front_url, bootstrap.api_token())
    passing = Passing(front, Book(settings.data / "channels.sqlite"), settings.public_address)
    try:
        configured = read_channels(settings.channels_file)
    except SettingError as error:
        sys.exit(str(error))
    channels = Channels(configured, front, passing, bootstrap.channels_path(), settings.channels_port)
    asyncio.run(_until_stopped(channels))


async def _until_stopped(channels: Channels) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await channels.run(stop)


if __name__ == "__main__":
    main()
