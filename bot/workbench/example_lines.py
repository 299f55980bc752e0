"""Examples as the inbox adds them: a buyer's words with what is recognised in them marked, and where a label's lines stand."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from bot.content import examples
from bot.content.examples import Mark
from bot.content.inbox import Item
from bot.content.unreadable import Unreadable
from bot.core.content import Tree


def marked(item: Item) -> str:
    """The question with the shop's words in it marked: `[L18](product)能打豆浆吗`."""
    marks: list[Mark] = []
    for entity, words in item.said:
        start = item.text.find(words)
        end = start + len(words)
        if start >= 0 and all(end <= mark.start or mark.end <= start for mark in marks):
            marks.append(Mark(start, end, entity))
    plain = examples.one_line(item.text)
    return examples.marked(item.text, marks) if plain == item.text else plain


def file_of(tree: Tree, label: str) -> str:
    """The file with a label's examples; that named after it where there is none yet."""
    named = f"data/nlu/{label}.yml"
    if label in _by_label(tree.get(named, "")):
        return named
    files = (file for file in sorted(tree) if file.startswith("data/nlu/"))
    return next((file for file in files if label in _by_label(tree[file])), named)


def standing(tree: Tree, label: str) -> list[str]:
    """A label's examples, in the order of its file."""
    return list(_by_label(tree.get(file_of(tree, label), "")).get(label, ()))


@lru_cache(maxsize=128)
def _by_label(text: str) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    try:
        for one in examples.read(text):
            found.setdefault(one.label, []).append(one.text)
    except Unreadable:
        return {}
    return {label: tuple(lines) for label, lines in found.items()}
