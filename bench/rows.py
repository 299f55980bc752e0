"""Labelled messages to measure with: what a row is, and how a file of them is read.

A `.jsonl` file holds an object a line: {"id", "text", "labels", "alt", "context_needed"}. A `.tsv` file holds messages with
marked parts: the text with `|` where one question ends and the next begins, a tab, one label a part (labels may repeat).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.core.labels import ALL
from bot.core.text import language_of

PART_MARK = "|"
OTHER = "–"
"""The language of a message that is in neither of ours: a number, a link, emoji."""


class InputError(Exception):
    """What was asked for cannot be done; the text is one sentence for the person who asked."""


@dataclass(frozen=True)
class Row:
    """A labelled message, and the labels predicted for it with their confidences, in order.

    `parts` is the number of questions asked, which is more than `labels` holds where one label was asked twice.
    """

    id: str
    text: str
    labels: tuple[str, ...]
    alt: tuple[str, ...] = ()
    context_needed: bool = False
    parts: int = 1
    predicted: tuple[str, ...] = ()
    confidences: tuple[float, ...] = ()

    @property
    def language(self) -> str:
        """`zh` or `en`: as its id says (`zh-ecd-17`), else as its letters do."""
        named = self.id.split("-")[0]
        return named if named in ("zh", "en") else language_of(self.text) or OTHER

    @property
    def allowed(self) -> set[str]:
        """The labels that some reader would defend."""
        return {*self.labels, *self.alt}

    @property
    def strict(self) -> bool:
        return self.predicted == self.labels

    @property
    def lenient(self) -> bool:
        """Nothing predicted that no reader would defend, and each label predicted (in a one-label row: it or one of alt)."""
        if not self.predicted or not set(self.predicted) <= self.allowed:
            return False
        stand_in = len(self.labels) == 1 and bool(set(self.predicted) & set(self.alt))
        return all(label in self.predicted or stand_in for label in self.labels)


def read_rows(path: Path) -> list[Row]:
    """The rows of a file. Raises InputError naming the file, the line and what is wrong with it."""
    if not path.is_file():
        raise InputError(f"{path}: there is no such file.")
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not UTF-8 (byte {error.start}).") from None
    read = _marked if path.suffix == ".tsv" else _labelled
    rows = [
        read(line.rstrip("\r"), f"{path.stem}:{number}", f"{path}, line {number}")
        for number, line in enumerate(lines, 1)
        if line.strip() and not (path.suffix == ".tsv" and line.startswith("#"))
    ]
    if not rows:
        raise InputError(f"{path}: holds no message.")
    return rows


def _labelled(line: str, id: str, where: str) -> Row:
    """A row of a JSON line; `id` is its name where it has none of its own."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        raise InputError(f"{where}: is no JSON.") from None
    if not isinstance(data, dict):
        raise InputError(f"{where}: is no JSON object with id, text and labels.")
    text = data.get("text")
    if not isinstance(text, str) or not text.strip():
        raise InputError(f"{where}: has no text.")
    labels = _labels(data.get("labels"), "labels", where)
    if not labels:
        raise InputError(f"{where}: has no labels.")
    alt = _labels(data.get("alt") or [], "alt", where)
    needed = data.get("context_needed", False)
    if not isinstance(needed, bool):
        raise InputError(f"{where}: context_needed is neither true nor false.")
    return Row(str(data.get("id", id)), text, labels, alt, needed, len(labels))


def _labels(value: Any, field: str, where: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise InputError(f"{where}: {field} is no list of labels.")
    _known(value, where)
    return tuple(value)


def _known(labels: Sequence[Any], where: str) -> None:
    for label in labels:
        if label not in ALL:
            raise InputError(f"{where}: there is no label “{label}” (all labels: bot/core/labels.py).")


def _marked(line: str, id: str, where: str) -> Row:
    """A row with marked parts; the message is the text without its marks."""
    text, tab, told = line.partition("\t")
    if not tab:
        raise InputError(f"{where}: has no tab between the text and its labels.")
    parts, labels = text.split(PART_MARK), told.split()
    if not text.replace(PART_MARK, "").strip():
        raise InputError(f"{where}: has no text.")
    if not all(part.strip() for part in parts):
        raise InputError(f"{where}: has a part without text (a “{PART_MARK}” too many).")
    _known(labels, where)
    if len(parts) != len(labels):
        raise InputError(f"{where}: has {len(parts)} part(s) and {len(labels)} label(s); each part has one label.")
    return Row(id, "".join(parts).strip(), once(labels), parts=len(parts))


def once(labels: Sequence[str]) -> tuple[str, ...]:
    """Several questions of one label count once (taxonomy), where the first was asked."""
    return tuple(dict.fromkeys(labels))
