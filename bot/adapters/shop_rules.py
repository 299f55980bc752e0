"""Reads the shop's YAML rules: each value with its line, and a sentence where it is wrong."""

from __future__ import annotations

import re
from datetime import time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError

from bot.adapters.shop_tables import Problems


class Rules:
    """A mapping of a rules file (or a part of one) with typed readers.

    Every reader notes a problem with file and line, and gives a harmless value, where something is wrong.
    """

    def __init__(self, file: str, data: Any, problems: Problems, line: int = 1):
        self._file, self._problems, self._line = file, problems, line
        self._data = data if isinstance(data, CommentedMap) else CommentedMap()
        if data is not None and not isinstance(data, CommentedMap):
            self._wrong(line, "a list of names with values is wanted here.")

    def _wrong(self, line: int, sentence: str) -> None:
        self._problems.add(self._file, line, sentence)

    def line(self, key: str) -> int:
        position = self._data.lc.data.get(key) if self._data.lc.data else None
        return position[0] + 1 if position else self._line

    def wrong(self, key: str, sentence: str) -> None:
        self._wrong(self.line(key), sentence)

    def has(self, key: str) -> bool:
        return self._data.get(key) is not None

    def raw(self, key: str, kind: type | tuple[type, ...], wanted: str, default: Any) -> Any:
        value = self._data.get(key)
        if value is None:
            self._wrong(self._line, f"`{key}` is missing; write {wanted}.")
            return default
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.wrong(key, f"`{key}` is “{value}”; write {wanted}.")
            return default
        return value

    def part(self, key: str) -> Rules:
        value = self.raw(key, CommentedMap, "a list of names with values", CommentedMap())
        return Rules(self._file, value, self._problems, self.line(key))

    def parts(self, key: str) -> list[Rules]:
        """A list of mappings."""
        items = self._data.get(key) or CommentedSeq()
        line = self.line(key)
        if not isinstance(items, CommentedSeq):
            self.wrong(key, f"`{key}` wants a list, each item on a line that begins with “- ”.")
            items = CommentedSeq()
        return [
            Rules(self._file, item, self._problems, items.lc.data[i][0] + 1 if items.lc.data else line)
            for i, item in enumerate(items)
        ]

    def names(self) -> list[str]:
        return [str(key) for key in self._data]

    def pair(self, key: str) -> dict[str, str]:
        part = self.part(key)
        return {language: str(part.raw(language, str, "a text", "")) for language in ("zh", "en")}

    def filled_pair(self, key: str, allowed: tuple[str, ...]) -> dict[str, str]:
        """A pair in which names in braces stand for what is filled in: those that are `allowed`, and no others."""
        pair = self.pair(key)
        for name in re.findall(r"{(\w*)}", "".join(pair.values())):
            if name not in allowed:
                may = ", ".join(f"{{{one}}}" for one in allowed) or "nothing in braces"
                self.wrong(key, f"`{key}` holds “{{{name}}}”, which nothing fills in; there may be: {may}.")
        return pair

    def text(self, key: str) -> str:
        return str(self.raw(key, str, "a text", ""))

    def texts(self, key: str) -> tuple[str, ...]:
        return tuple(str(item) for item in self.raw(key, CommentedSeq, "a list such as [a, b]", []))

    def whole(self, key: str) -> int:
        value = self.raw(key, int, "a whole number", 0)
        if value < 0:
            self.wrong(key, f"`{key}` is {value}; write 0 or more.")
        return value

    def number(self, key: str) -> float:
        return float(self.raw(key, (int, float), "a number", 0.0))

    def money(self, key: str) -> Decimal:
        value = self.raw(key, (int, float, str), "an amount in CNY", 0)
        try:
            return Decimal(str(value))
        except InvalidOperation:
            self.wrong(key, f"`{key}` is “{value}”; write an amount in CNY, such as 59.")
            return Decimal(0)

    def clock_time(self, key: str) -> time:
        value = self.raw(key, str, 'a time in quotes, such as "16:00"', "00:00")
        try:
            return time.fromisoformat(value)
        except ValueError:
            self.wrong(key, f'`{key}` is “{value}”; write a time in quotes, such as "16:00".')
            return time(0)


def read_rules(folder: Path, file: str, problems: Problems) -> Rules:
    """One YAML file; a missing or unreadable one is noted in `problems`."""
    path = folder / file
    if not path.is_file():
        problems.add(file, 1, "the file is missing; put it back (its format: docs/shop-files.md).")
        return Rules(file, None, Problems())
    try:
        data = YAML(typ="rt").load(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        problems.add(file, 1, "a character is not UTF-8; save the file as UTF-8.")
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "it cannot be read as YAML"
        problems.add(file, mark.line + 1 if mark else 1, f"{what}; check the indentation, colons and quotes near here.")
    else:
        return Rules(file, data, problems)
    return Rules(file, None, Problems())
