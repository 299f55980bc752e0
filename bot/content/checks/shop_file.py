"""What the bot itself refuses: the shop's files read as it reads them (bot/adapters/shop_files.py)."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from bot.adapters.shop_files import load_shop
from bot.content.checks.faults import Fault, Told, data
from bot.content.checks.reading import Content
from bot.ports import ShopFileError

_PROBLEM = re.compile(r"(?P<file>[\w.]+), line (?P<line>\d+): (?P<sentence>.*)", re.DOTALL)


def check_shop_files(content: Content) -> Iterator[Fault]:
    """Every problem that stops the shop from loading. Nothing where the tree holds no shop."""
    files = [*content.shop_files(".csv"), *content.shop_files(".yml")]
    for problem in _problems(content, files) if files else ():
        match = _PROBLEM.fullmatch(problem)
        file, line, sentence = (match["file"], int(match["line"]), match["sentence"]) if match else ("", 1, problem)
        place = _place(content, file, line)
        told = {"detail": {"zh": in_chinese(sentence), "en": sentence}}
        yield Fault("shop_file", f"shop/{file}" if file else "shop", line, place, sentence, told)


def _problems(content: Content, files: list[str]) -> list[str]:
    with TemporaryDirectory() as folder:
        for file in files:
            (Path(folder) / PurePosixPath(file).name).write_text(content.tree[file], encoding="utf-8", newline="")
        try:
            load_shop(Path(folder))
        except ShopFileError as error:
            return error.problems
        except csv.Error:  # told of already: the table is unreadable
            return []
    return []


def _place(content: Content, file: str, line: int) -> Told:
    row = next((row for row in content.table(file) if row.line == line), None) if file.endswith(".csv") else None
    return content.place_of(file, row) if row else file or "shop"


def in_chinese(sentence: str) -> str:
    """A sentence of the reader's in Chinese (shop_file_zh.yml); as it stands where nobody has translated it."""
    for said, chinese in data("shop_file_zh.yml").items():
        match = _pattern(said).fullmatch(sentence)
        if match:
            return str(chinese).format_map(match.groupdict())
    return sentence


def _pattern(said: str) -> re.Pattern:
    pieces = []
    for i, part in enumerate(re.split(r"\{(\w+)\}", said)):
        named = f"(?P={part})" if f"(?P<{part}>.*?)" in pieces else f"(?P<{part}>.*?)"
        pieces.append(named if i % 2 else re.escape(part))
    return re.compile("".join(pieces), re.DOTALL)
