"""Edits of training examples: a line under a label, new, gone or put in another's place."""

from __future__ import annotations

from collections import Counter
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

from bot.content import examples, yaml_text
from bot.content.conflict import Conflict
from bot.core.content import Edit


def difference(file: str, before: str, after: str) -> list[Edit] | None:
    old, new = _by_label(before), _by_label(after)
    edits: list[Edit] = []
    for label in dict.fromkeys((*old, *new)):
        edits += _of_label(file, label, old.get(label, []), new.get(label, []))
    return edits


def alike(file: str, one: str, other: str) -> bool:
    """Whether both hold the same examples in any order, and the same besides."""

    def counted(text: str) -> Any:
        return {label: Counter(lines) for label, lines in _by_label(text).items() if lines}

    return counted(one) == counted(other) and _besides(one) == _besides(other)


def change(file: str, text: str, edits: list[Edit]) -> str:
    for edit in edits:
        text = _changed(text, edit)
    return text


def _changed(text: str, edit: Edit) -> str:
    (label,) = edit.key
    lines = Counter(_by_label(text).get(label, []))
    if isinstance(edit.before, str) and not lines[examples.one_line(edit.before)]:
        if edit.after is None or lines[examples.one_line(str(edit.after))]:
            return text
        raise Conflict(edit, None)
    if isinstance(edit.before, str) and isinstance(edit.after, str):
        return examples.change(text, label, edit.before, edit.after)
    if isinstance(edit.before, str):
        return examples.drop(text, label, edit.before)
    return examples.add(text, label, str(edit.after))


def _of_label(file: str, label: str, old: list[str], new: list[str]) -> list[Edit]:
    gone, come = Counter(old) - Counter(new), Counter(new) - Counter(old)
    edits = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        out, into = _taken(old[a:b], gone), _taken(new[c:d], come)
        edits += [Edit(file, (label,), None, *pair) for pair in zip_longest(out, into)]
    return edits


def _taken(lines: list[str], left: Counter[str]) -> list[str]:
    """The lines that are really gone or new, rather than moved."""
    taken = []
    for line in lines:
        if left[line]:
            left[line] -= 1
            taken.append(line)
    return taken


def _by_label(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for example in examples.read(text):
        found.setdefault(example.label, []).append(example.text)
    return found


def _besides(text: str) -> Any:
    """All that the file says, but for the labels' examples."""
    value = yaml_text.value(text)
    blocks = value.get("nlu") if isinstance(value, dict) else None
    if not isinstance(blocks, list):
        return repr(value)
    kept = [
        {k: v for k, v in b.items() if k != "examples"} if isinstance(b, dict) and "intent" in b else b for b in blocks
    ]
    return repr({**value, "nlu": kept})
