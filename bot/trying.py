"""Answers messages by the draft, one after the other, in a process of its own: `python -m bot.trying MODEL FOLDER`.

FOLDER holds the draft's files, which may change while it runs, and NIGHTDESK_SHOP names its shop. A line {"text", "dialogue", "language", "now"} on standard
input is answered with a line `told {…}`: {"questions" (as a turn's record has them), "decision", "texts": [{"name", "text"}],
"dialogue", "language"}, or {"error"}. It says `ready` first, and ends with whoever started it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot import bootstrap
from bot.adapters.chinese_calendar import ChineseCalendar
from bot.adapters.clock import SetClock
from bot.adapters.shop_files import fingerprint
from bot.adapters.sqlite_inventory import SqliteInventory
from bot.adapters.words import Words
from bot.core.dialogue import Dialogue
from bot.core.shop import Shop
from bot.core.types import Language, Reply
from bot.parsing import load
from bot.services.common import Desk
from bot.services.turn import take_turn
from bot.services.understood import language_said, message_of

TAKEN_UP_WITHIN = 30.0
"""Seconds that changed files of a shop may take to be read; a large shop takes some."""

WORDS_TAKEN_UP = 1.2
"""Seconds that what a message is understood by takes beside that."""


class Answerer:
    """The stock is the opening stock of the draft's tables, so that nothing outside is asked."""

    def __init__(self, model: Path, folder: Path, data: Path):
        self._agent, self._loop = load(model), asyncio.new_event_loop()
        self._folder, self._words = folder / "shop", Words(folder / "domain.yml")
        self._calendar, self._data = ChineseCalendar(), data
        self._version = bootstrap.live_shop().current().version

    def answer(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        shop, now = self._shop(asked["text"]), datetime.fromisoformat(asked["now"])
        stock = SqliteInventory(self._data / f"{shop.version}.sqlite", lambda: shop, SetClock(asked["now"]))
        desk = Desk(shop, stock, self._calendar, now.astimezone(ZoneInfo(shop.timezone)))
        parse = self._heard(asked["text"])
        language = language_said(parse, "en" if asked["language"] == "en" else "zh")
        turn = take_turn(message_of(parse, language), Dialogue.from_json(asked["dialogue"]), desk)
        return {
            "questions": turn.record["questions"],
            "decision": turn.record["decision"],
            "texts": [self._said(reply, language) for reply in turn.replies],
            "dialogue": turn.dialogue.as_json(),
            "language": language,
        }

    def _shop(self, text: str) -> Shop:
        """As its files say now. Where they have changed, a first hearing sets off that its words are read anew too."""
        wanted, until = fingerprint(self._folder), time.monotonic() + TAKEN_UP_WITHIN
        while (shop := bootstrap.live_shop().current()).version != wanted and time.monotonic() < until:
            time.sleep(0.1)
        if shop.version != self._version:
            self._version = shop.version
            self._heard(text)
            time.sleep(WORDS_TAKEN_UP)
        return shop

    def _heard(self, text: str) -> dict[str, Any]:
        return self._loop.run_until_complete(self._agent.parse_message(text))

    def _said(self, reply: Reply, language: Language) -> dict[str, str]:
        try:
            return {"name": reply.name, "text": self._words.variants(reply.name, language, reply.facts)[0]}
        except KeyError:
            return {"name": reply.name, "text": f"({reply.name})"}  # the words lack it, which the checks say


def main() -> None:
    model, folder = (Path(argument) for argument in sys.argv[1:3])
    with tempfile.TemporaryDirectory() as data:
        answerer = Answerer(model, folder, Path(data))
        print("ready", flush=True)
        for line in sys.stdin:
            try:
                told = answerer.answer(json.loads(line))
            except Exception as error:  # one message that cannot be answered ends nothing
                told = {"error": repr(error)}
            print("told " + json.dumps(told, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
