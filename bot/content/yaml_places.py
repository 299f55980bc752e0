"""Where in a YAML text an entry begins and ends, and what has to be exchanged there to change it."""

from __future__ import annotations

import re
from typing import Any

from bot.content.yaml_nodes import Document, Node, built, same
from bot.content.yaml_written import Alias, flow, lines, scalar

Span = tuple[int, int, str]
"""The characters from one place up to another, and what is to stand there instead."""


def moved(whole: Document, node: Node, left: Node) -> list[Span]:
    """An anchor taken from `node` to the first alias of it outside `left`."""
    aliases = (
        [alias for alias in whole.aliases(node) if not left.start <= alias.start < left.end] if node.anchor else []
    )
    if not aliases:
        return []
    first = aliases[0]
    mark = re.match(r"&\S+[ \t]*", whole.text[node.start :])
    assert mark is not None
    carried = f"&{node.anchor} {flow(built(whole, node, merged=False))}"
    return [(node.start, node.start + mark.end(), ""), (first.start, first.end, carried)]


def around(whole: Document, node: Node, told: str) -> Span:
    """Where a node's text is exchanged: with its anchor left out, on the line of its key, and a space where one is wanted."""
    start, before = node.start, whole.text[: node.start]
    gap = re.search(r"(?<=[:\-?])(?:[ \t]*\r?\n)+[ \t]*$", before)
    if node.kind in ("map", "list") and not node.flow and gap:
        start = gap.start()
    if whole.text[start - 1 : start] in (":", "-", "?") and (start == node.start == node.end or start != node.start):
        told = " " + told
    elif node.start == node.end and node.start and before[-1] not in " \t\n":
        told = ": " + told  # `{a}`: a key alone
    return start, node.end, told


def insertion(whole: Document, node: Node, place: int, key: str | int, value: Any) -> Span:
    """A new entry at `place`, in the manner of its neighbours."""
    text, end = whole.text, line_end(whole.text)
    value = _with_aliases(whole, node.items[place - 1].end if place else node.start, value)
    name = "" if node.kind == "list" else scalar(key, flow=node.flow) + ":"
    sibling = node.items[max(place - 1, 0)] if node.items else None
    if node.flow:
        told = (f"{name} " if name else "") + flow(value, sibling)
        if not node.items:
            return node.end - 1, node.end - 1, told
        if place < len(node.items):
            return node.items[place].start, node.items[place].start, told + ", "
        return _item_end(node, place - 1), _item_end(node, place - 1), f"{_gap(node, place - 1)}, {told}"
    assert sibling is not None  # a mapping or list in lines has at least one entry
    indent = " " * _column(text, _entry_start(whole, node, 0))
    like = Node(node.kind, 0, 0, keys=(Node("scalar", 0, 0, text=str(key)),), items=(sibling,))
    told = lines([value] if node.kind == "list" else {key: value}, indent, end, like)
    if place == 0:
        start = _entry_start(whole, node, 0)
        return start, start, told + end + indent
    at = _line_ends(text, node.items[place - 1].end)
    return at, at, end + indent + told


def _with_aliases(whole: Document, place: int, value: Any) -> Any:
    """A value whose parts that are anchored before `place` are their names."""
    if not isinstance(value, (dict, list)) or not value:
        return value
    for node in whole.nodes():
        if node.anchor and node.end <= place and same(built(whole, node, merged=False), value):
            return Alias(node.anchor)
    if isinstance(value, dict):
        return {key: _with_aliases(whole, place, item) for key, item in value.items()}
    return [_with_aliases(whole, place, item) for item in value]


def removal(whole: Document, parent: Node, place: int) -> Span:
    text = whole.text
    if len(parent.items) == 1:
        return around(whole, parent, "[]" if parent.kind == "list" else "{}")
    start, end = _entry_start(whole, parent, place), _item_end(parent, place)
    if parent.flow:
        if place:
            return _item_end(parent, place - 1), end, _gap(parent, place - 1)
        return start, _entry_start(whole, parent, 1), ""
    line_start = text.rfind("\n", 0, start) + 1
    end = _line_ends(text, end)
    if text[line_start:start].strip():  # it begins on its parent's line: `- name: …`
        following = _entry_start(whole, parent, place + 1)
        return (start, following, "") if not text[end:following].strip() else (start, end, "")
    past = re.compile(r"\r?\n").match(text, end)
    return line_start, past.end() if past else end, ""


def _item_end(node: Node, place: int) -> int:
    return max(node.items[place].end, node.keys[place].end if node.kind == "map" else 0)


def _gap(node: Node, place: int) -> str:
    """The space that has to stand behind `key:` without a value in a flow mapping."""
    item = node.items[place]
    return " " if node.kind == "map" and item.start == item.end else ""


def _entry_start(whole: Document, node: Node, place: int) -> int:
    """Where an entry begins: its key, or a block list's dash."""
    if node.kind == "map":
        return node.keys[place].start
    item = node.items[place]
    if node.flow:
        return item.start
    dash = re.search(r"-[ \t]*(?:#[^\n]*)?(?:\n[ \t]*(?:#[^\n]*)?)*$", whole.text[: item.start])
    assert dash is not None
    return dash.start()


def _line_ends(text: str, place: int) -> int:
    """The end of the line, where nothing but a comment stands behind `place`; else the place itself."""
    found = re.compile(r"[ \t]*(?:#[^\r\n]*)?(?=\r?\n|$)").match(text, place)
    return found.end() if found else place


def block_indent(whole: Document, node: Node) -> str:
    second = re.search(r"\n+([ \t]*)", whole.text[node.start : node.end])
    return second[1] if second else "  "


def _column(text: str, place: int) -> int:
    return place - (text.rfind("\n", 0, place) + 1)


def line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
