"""What the bot answers in dialogues, by one state of the content, in a process of its own:
`python -m bot.content.answering CASES.json`.

CASES.json: {"cases": [{"at", "texts"}], "now", "sides": [{"folder", "parses", "out"}]}. A side is a folder in which a tree is
laid out, a file {text: parse}, and the file to write: for each case a list of answers, one a message:
{"labels", "confidence", "decision", "texts": [[the ways in which a reply may be said]]}.
"""

from __future__ import annotations

import json
import logging
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.adapters.chinese_calendar import ChineseCalendar
from bot.adapters.clock import SetClock
from bot.adapters.shop_files import load_shop
from bot.adapters.sqlite_inventory import SqliteInventory
from bot.adapters.words import Words
from bot.core.dialogue import Dialogue
from bot.core.types import Language
from bot.services.common import Desk
from bot.services.turn import Turn, take_turn
from bot.services.understood import language_said, message_of

log = logging.getLogger(__name__)
EVERY = 50


class Side:
    """One state of the content. The stock is the opening stock of its tables, so that nothing outside is asked."""

    def __init__(self, folder: Path, parses: Mapping[str, Any], data: Path, now: str):
        self._shop, self._words = load_shop(folder / "shop"), Words(folder / "domain.yml")
        self._parses, self._calendar = parses, ChineseCalendar()
        self._inventory = SqliteInventory(data / "stock.sqlite", lambda: self._shop, SetClock(now))

    def answers(self, texts: Sequence[str], at: datetime) -> list[dict[str, Any]]:
        desk = Desk(self._shop, self._inventory, self._calendar, at.astimezone(ZoneInfo(self._shop.timezone)))
        dialogue, told = Dialogue(), []
        language: Language = "zh"
        for text in texts:
            parse = self._parses[text]
            language = language_said(parse, language)
            try:
                turn = take_turn(message_of(parse, language), dialogue, desk)
            except Exception as error:  # one message that cannot be answered is told like any other difference
                log.exception("not_answered")
                told.append({"labels": [], "confidence": [], "decision": "failed", "texts": [[repr(error)]]})
                continue
            dialogue = turn.dialogue
            told.append(self._told(turn, language))
        return told

    def _told(self, turn: Turn, language: Language) -> dict[str, Any]:
        questions = turn.record["questions"]
        return {
            "labels": [question["label"] for question in questions],
            "confidence": [question["confidence"] for question in questions],
            "decision": turn.record["decision"],
            "texts": [self._said(reply, language) for reply in turn.replies],
        }

    def _said(self, reply: Any, language: Language) -> list[str]:
        try:
            return self._words.variants(reply.name, language, reply.facts)
        except KeyError:
            return [f"({reply.name})"]  # the words lack it, which the checks say with file and line


def main() -> None:
    work = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    for number, side in enumerate(work["sides"]):
        parses = json.loads(Path(side["parses"]).read_text(encoding="utf-8"))
        with tempfile.TemporaryDirectory() as data:
            told = list(_answers(Side(Path(side["folder"]), parses, Path(data), work["now"]), work, number))
        Path(side["out"]).write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")


def _answers(side: Side, work: Mapping[str, Any], number: int) -> Iterator[list[dict[str, Any]]]:
    cases, sides = work["cases"], len(work["sides"])
    for done, case in enumerate(cases):
        if done % EVERY == 0:
            print(f"answered {number * len(cases) + done} of {sides * len(cases)}", flush=True)
        yield side.answers(case["texts"], datetime.fromisoformat(case["at"] or work["now"]))


if __name__ == "__main__":
    main()
