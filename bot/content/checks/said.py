"""Every text that the shop says: in replies, facts and rules, with its place, its language, and who reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from bot.content import responses
from bot.content.checks.faults import Told
from bot.content.checks.reading import DOMAIN, Content, Entry

BUYERS_WORDS = ("words", "also_called", "question", "also_asked")
"""Columns that hold what buyers say, not what the shop does."""

OF_THE_TEAM = ("shop/telling.yml", "shop/digest.yml", "shop/desk.yml", "shop/checks.yml", "shop/publishing.yml")
_OF_THE_TEAM_TOO = {"shop/card.yml": ("headline", "nothing_said")}
_COLUMN = re.compile(r"(?P<stem>\w+)_(?P<language>zh|en)$")


@dataclass(frozen=True)
class Said:
    """A text in one language. `to_buyer`: a buyer may read it; else the team does.

    `answer`: it stands for itself, as a reply or an answer does; else it is a part of a sentence.
    """

    file: str
    line: int
    place: Told
    key: tuple[str, ...]
    column: str
    language: str
    text: str
    to_buyer: bool = True
    answer: bool = False


@dataclass(frozen=True)
class Pairs:
    """The two texts of one thing; empty where one is not there."""

    file: str
    line: int
    place: Told
    zh: str
    en: str


def all_said(content: Content) -> list[Said]:
    return [*_in_tables(content), *_in_rules(content), *_in_replies(content)]


def all_pairs(content: Content) -> Iterator[Pairs]:
    """Each thing that is said in both languages, from tables and rules."""
    for file in content.shop_files(".csv"):
        for row in content.table(PurePosixPath(file).name):
            for stem in _stems(row.cells):
                if stem not in BUYERS_WORDS:
                    zh, en = (row.cells.get(f"{stem}_{language}", "").strip() for language in ("zh", "en"))
                    yield Pairs(file, row.line, content.place_of(PurePosixPath(file).name, row, stem), zh, en)
    for file in content.shop_files(".yml"):
        by_path: dict[tuple[str, ...], dict[str, Entry]] = {}
        for entry in content.entries(file):
            if entry.path and entry.path[-1] in ("zh", "en"):
                by_path.setdefault(entry.path[:-1], {})[entry.path[-1]] = entry
        for path, found in by_path.items():
            told = {language: entry.text.strip() for language, entry in found.items()}
            line = min(entry.line for entry in found.values())
            yield Pairs(file, line, " · ".join(path), told.get("zh", ""), told.get("en", ""))


def _stems(cells: dict[str, str]) -> list[str]:
    matches = (_COLUMN.match(column) for column in cells)
    return list(dict.fromkeys(match["stem"] for match in matches if match))


def _in_tables(content: Content) -> Iterator[Said]:
    for file in content.shop_files(".csv"):
        for row in content.table(PurePosixPath(file).name):
            for column, cell in row.cells.items():
                match = _COLUMN.match(column)
                if match and match["stem"] not in BUYERS_WORDS and cell.strip():
                    place = content.place_of(PurePosixPath(file).name, row, column)
                    key = tuple(place["zh"].split(" · ")[:-1])
                    answer = match["stem"] == "answer"
                    yield Said(file, row.line, place, key, column, match["language"], cell, answer=answer)


def _in_rules(content: Content) -> Iterator[Said]:
    for file in content.shop_files(".yml"):
        for entry in content.entries(file):
            if entry.path and entry.path[-1] in ("zh", "en") and entry.text.strip():
                place = " · ".join(entry.path)
                yield Said(
                    file,
                    entry.line,
                    place,
                    entry.path,
                    "",
                    entry.path[-1],
                    entry.text,
                    read_by_buyers(file, entry.path),
                )


def _in_replies(content: Content) -> Iterator[Said]:
    for reply in replies(content):
        path = ("responses", reply.name, str(reply.number), "text")
        if reply.text.strip():
            yield Said(DOMAIN, reply.line, reply.place, path, "", reply.language, reply.text, answer=True)
        for button in reply.buttons:
            place = f"{reply.place} · button"
            yield Said(DOMAIN, reply.line, place, path[:-1], "", reply.language, button.title)


def read_by_buyers(file: str, path: Sequence[str]) -> bool:
    return file not in OF_THE_TEAM and not (path and path[0] in _OF_THE_TEAM_TOO.get(file, ()))


@dataclass(frozen=True)
class Reply:
    """One text of a reply in domain.yml; `number` counts from 0 in the file."""

    name: str
    number: int
    language: str
    text: str
    line: int
    buttons: tuple[responses.Button, ...] = ()

    @property
    def place(self) -> str:
        return f"{self.name} · {self.language} · {self.number + 1}"


def replies(content: Content) -> Iterator[Reply]:
    """Every text of every reply."""
    for name, reply in content.replies.items():
        for one in reply.variants:
            yield Reply(name, one.place, one.language, one.text, one.line, one.buttons)
