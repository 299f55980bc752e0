"""Changes to one entry of a YAML text; comments, order, quotes and everything else stay as they are, byte for byte.

A path is the keys from the top, a list's index in digits. Whatever is written is read back before it is given out.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from difflib import SequenceMatcher
from typing import Any

from bot.content.unreadable import Unreadable
from bot.content.yaml_nodes import Document, Node, Path, built, document, same
from bot.content.yaml_places import Span, around, block_indent, insertion, line_end, moved, removal
from bot.content.yaml_written import flow, lines, literal, quoted, scalar


class NoSuchEntry(LookupError):
    """Nothing stands at this path."""

    def __init__(self, path: Path):
        super().__init__(" / ".join(path))
        self.path = path


def value(text: str, path: Path = ()) -> Any:
    """What the text says, or one entry of it. Raises Unreadable, NoSuchEntry."""
    whole = document(text)
    return built(whole, _node(whole, path)) if path else built(whole)


def line(text: str, path: Path) -> int:
    """The line of an entry, from 1: of its key, where it has one."""
    whole = document(text)
    parent, place = _place(whole, path)
    return whole.line(parent.keys[place] if parent.kind == "map" else parent.items[place])


def put(text: str, path: Path, value: Any) -> str:
    """The text with another value at `path`. Of a mapping or list only what differs is written anew."""
    text = _freed(text, path)
    whole = document(text)
    node = _node(whole, path)
    old = built(whole, node, merged=False)
    if same(old, value):
        return text
    if isinstance(old, dict) and isinstance(value, dict) and old and value and node.kind == "map":
        return _merged_map(text, path, old, value)
    if isinstance(old, list) and isinstance(value, list) and old and value and node.kind == "list":
        return _merged_list(text, path, old, value)
    return _replaced(whole, path, node, value)


def add(text: str, path: Path, key: str | int, value: Any) -> str:
    """The text with a new entry in the mapping at `path` (at its end), or in the list (at the index, or at its end)."""
    text = _freed(text, path)
    whole = document(text)
    node = _node(whole, path) if path or whole.root else None
    if node is None or (node.kind == "scalar" and built(whole, node) is None):
        entry = [value] if isinstance(key, int) else {key: value}
        return _replaced(whole, path, node, entry) if node else _begun(text, entry)
    if node.kind == "scalar" or node.kind == "alias":
        raise NoSuchEntry((*path, str(key)))
    place = len(node.items) if node.kind == "map" else min(int(key), len(node.items))
    if node.kind == "map" and node.child(str(key)) is not None:
        raise ValueError(f"{' / '.join((*path, str(key)))} is there already")
    span = insertion(whole, node, place, key, value)

    def changed(entry: Any) -> None:
        entry.insert(place, value) if isinstance(entry, list) else entry.update({key: value})

    return _spliced(whole, [span], _expected(whole, path, changed))


def drop(text: str, path: Path) -> str:
    """The text without the entry at `path`; its own comment on the same line goes with it."""
    text = _freed(text, path, inside=True)
    whole = document(text)
    parent, place = _place(whole, path)

    def changed(entry: Any) -> None:
        del entry[place if isinstance(entry, list) else list(entry)[place]]

    return _spliced(whole, [removal(whole, parent, place)], _expected(whole, path[:-1], changed))


def _begun(text: str, entry: Any) -> str:
    """A text that held nothing but comments, with its first entries."""
    end = line_end(text)
    return text + ("" if not text or text.endswith("\n") else end) + lines(entry, "", end) + end


def spelled(key: Any) -> str:
    """A mapping's key as it stands in a path."""
    return key if isinstance(key, str) else flow(key)


# --- finding -----------------------------------------------------------------------------------------------------------


def _node(whole: Document, path: Path) -> Node:
    node = whole.root
    for depth, name in enumerate(path):
        if node is not None and node.kind == "alias":
            node = node.target
        place = node.child(name) if node else None
        if node is None or place is None:
            raise NoSuchEntry(path[: depth + 1])
        node = node.items[place]
    if node is None:
        raise NoSuchEntry(path)
    return node


def _place(whole: Document, path: Path) -> tuple[Node, int]:
    """The mapping or list that holds an entry, and where in it."""
    parent = _node(whole, path[:-1]) if path[:-1] else whole.root
    place = parent.child(path[-1]) if parent and path else None
    if parent is None or place is None:
        raise NoSuchEntry(path)
    return parent, place


# --- anchors -----------------------------------------------------------------------------------------------------------


def _freed(text: str, path: Path, *, inside: bool = False) -> str:
    """The text in which nothing on the way to `path` is shared with another place by an anchor.

    An alias becomes the value it stands for; an anchor moves to the first of its aliases. `inside`: of all below `path` too.
    """
    while True:
        whole = document(text)
        spans = _freeing(whole, path, inside)
        if not spans:
            return text
        text = _spliced(whole, spans, built(whole, merged=False))


def _freeing(whole: Document, path: Path, inside: bool) -> list[Span]:
    node = whole.root
    for name in (*path, None):
        if node is None:
            return []
        if node.kind == "alias" and not (inside and name is None):
            return [(node.start, node.end, flow(built(whole, node, merged=False)))]
        spans = moved(whole, node, node)
        if spans:
            return spans
        place = node.child(name) if name is not None else None
        if name is None or place is None:
            break
        node = node.items[place]
    for part in node.walk() if inside and node else ():
        spans = moved(whole, part, node) if node else []
        if spans:
            return spans
    return []


# --- writing -----------------------------------------------------------------------------------------------------------


def _replaced(whole: Document, path: Path, node: Node, value: Any) -> str:
    def changed(_: Any) -> Any:
        return value

    expected = _expected(whole, path, changed, replace=True)
    for told in _candidates(whole, path, node, value):
        try:
            return _spliced(whole, [around(whole, node, told)], expected)
        except Unwritable:
            continue
    raise Unwritable(f"{' / '.join(path)}: this value cannot be written here")


def _candidates(whole: Document, path: Path, node: Node, value: Any) -> Iterable[str]:
    in_flow = _in_flow(whole, path)
    if isinstance(value, (dict, list, tuple)):
        yield flow(value)
        return
    if isinstance(value, str) and node.style in ("|", ">") and "\n" in value:
        told = literal(value, block_indent(whole, node), line_end(whole.text))
        if told:
            yield told
    yield scalar(value, flow=in_flow, like=node.style)
    if isinstance(value, str):
        yield quoted(value)


def _in_flow(whole: Document, path: Path) -> bool:
    return any(_node(whole, path[:depth]).flow for depth in range(1, len(path))) or bool(whole.root and whole.root.flow)


# --- mappings and lists --------------------------------------------------------------------------------------------------


def _merged_map(text: str, path: Path, old: dict, new: dict) -> str:
    for key in [key for key in old if key in new]:
        text = put(text, (*path, str(key)), new[key])
    for key in [key for key in new if key not in old]:
        text = add(text, path, key, new[key])
    for key in [key for key in old if key not in new]:
        text = drop(text, (*path, str(key)))
    return text


def _merged_list(text: str, path: Path, old: list, new: list) -> str:
    """Items that stay are left alone; the others are changed in place, added or taken out, from the end on."""
    steps = SequenceMatcher(None, [repr(one) for one in old], [repr(one) for one in new], autojunk=False).get_opcodes()
    for tag, a, b, c, d in reversed(steps):
        if tag == "equal":
            continue
        shared = min(b - a, d - c)
        for place in range(c + shared, d):
            text = add(text, path, a + shared + place - (c + shared), new[place])
        for place in range(b - 1, a + shared - 1, -1):
            text = drop(text, (*path, str(place)))
        for offset in range(shared):
            text = put(text, (*path, str(a + offset)), new[c + offset])
    return text


# --- proof -------------------------------------------------------------------------------------------------------------


class Unwritable(ValueError):
    """A value that YAML cannot hold at this place."""


def _expected(whole: Document, path: Path, change: Callable[[Any], Any], *, replace: bool = False) -> Any:
    """The whole value after a change at `path`."""
    top = [copy.deepcopy(built(whole, merged=False))]
    holder: Any = top
    at: Any = 0
    for name in path:
        holder = holder[at]
        at = int(name) if isinstance(holder, list) else next(key for key in holder if spelled(key) == name)
    if replace:
        holder[at] = change(None)
    else:
        change(holder[at])
    return top[0]


def _spliced(whole: Document, spans: list[Span], expected: Any) -> str:
    text = whole.text
    for start, end, told in sorted(spans, reverse=True):
        text = text[:start] + told + text[end:]
    try:
        found = built(document(text), merged=False)
    except Unreadable as error:
        raise Unwritable(str(error)) from error
    if not same(found, expected):
        raise Unwritable("it would read as something else")
    return text
