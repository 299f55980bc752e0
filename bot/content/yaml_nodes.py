"""YAML as a tree of nodes that know where in the text they stand, so that one of them can be changed and the rest left alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, MappingStartEvent, ScalarEvent, SequenceStartEvent
from ruamel.yaml.nodes import ScalarNode

from bot.content.unreadable import Unreadable

Kind = Literal["scalar", "map", "list", "alias"]
Path = tuple[str, ...]


@dataclass(frozen=True)
class Node:
    """One node of a document. `start` and `end` are places in the text, anchor included, comments and blank lines behind it not."""

    kind: Kind
    start: int
    end: int
    text: str = ""
    """Of a scalar its text, of an alias the anchor's name."""
    style: str = ""
    """Of a scalar `'`, `"`, `|`, `>` or nothing (plain); of the others `flow` or nothing (block)."""
    tag: str = ""
    anchor: str = ""
    keys: tuple[Node, ...] = ()
    items: tuple[Node, ...] = ()
    """A list's items; a mapping's values, in the order of `keys`."""
    target: Node | None = None
    """Of an alias: the node that it stands for."""

    @property
    def flow(self) -> bool:
        return self.style == "flow"

    def child(self, name: str) -> int | None:
        """The place of an entry in `items`, by its key or, of a list, its index."""
        if self.kind == "list":
            return int(name) if name.isdecimal() and int(name) < len(self.items) else None
        return next((i for i, key in enumerate(self.keys) if key.text == name), None)

    def walk(self) -> Iterator[Node]:
        yield self
        for part in (*self.keys, *self.items):
            yield from part.walk()


@dataclass(frozen=True)
class Document:
    """A document's nodes; `root` is None where the text holds none."""

    text: str
    root: Node | None

    def nodes(self) -> Iterator[Node]:
        return self.root.walk() if self.root else iter(())

    def aliases(self, node: Node) -> list[Node]:
        """Where else a node with an anchor stands, in the order of the text."""
        found = (other for other in self.nodes() if other.kind == "alias" and other.target is node)
        return sorted(found, key=lambda other: other.start)

    def line(self, node: Node) -> int:
        """From 1."""
        return self.text.count("\n", 0, node.start) + 1


@lru_cache(maxsize=128)
def document(text: str) -> Document:
    """The nodes of a text. Raises Unreadable."""
    return parsed(text)


def parsed(text: str, *, pure: bool = False) -> Document:
    """The same, not remembered. `pure`: by ruamel's own parser, which reads the shop's rules, rather than the quick libyaml."""
    bom = len(text) - len(text.removeprefix("\ufeff"))
    yaml = YAML(typ="safe", pure=pure)
    try:
        events = list(yaml.parse(text[bom:]))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Unreadable(mark.line + 1 if mark else 1, str(error.problem or error.context)) from error
    except YAMLError as error:
        raise Unreadable(1, str(error).splitlines()[0]) from error
    found = _Composer(text, bom, events).documents()
    if len(found) > 1:
        raise Unreadable(text.count("\n", 0, found[1].start) + 1, "a second document begins here")
    whole = Document(text, found[0] if found else None)
    _refuse_doubled(whole)
    return whole


class _Composer:
    def __init__(self, text: str, shift: int, events: list[Any]):
        self.text, self.shift, self.events = text, shift, iter(events)
        self.anchored: dict[str, Node] = {}

    def documents(self) -> list[Node]:
        found = []
        for event in self.events:
            node = self.node(event)
            if node:
                found.append(node)
        return found

    def node(self, event: Any) -> Node | None:
        if isinstance(event, ScalarEvent):
            node = self.scalar(event)
        elif isinstance(event, AliasEvent):
            node = self.alias(event)
        elif isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            node = self.collection(event)
        else:
            return None
        if node.anchor:
            self.anchored[node.anchor] = node
        return node

    def alias(self, event: AliasEvent) -> Node:
        target = self.anchored.get(event.anchor)
        if target is None:
            raise Unreadable(event.start_mark.line + 1, f"nothing before this is called “{event.anchor}”")
        start, end = event.start_mark.index + self.shift, event.end_mark.index + self.shift
        return Node("alias", start, end, text=event.anchor, target=target)

    def collection(self, event: MappingStartEvent | SequenceStartEvent) -> Node:
        start, end = event.start_mark.index + self.shift, event.end_mark.index + self.shift
        parts, closing = self.parts()
        flow = bool(event.flow_style)
        last = closing.end_mark.index + self.shift if flow else max([end, *(part.end for part in parts)])
        mapping = isinstance(event, MappingStartEvent)
        return Node(
            "map" if mapping else "list",
            start,
            last,
            style="flow" if flow else "",
            tag=str(event.tag or ""),
            anchor=event.anchor or "",
            keys=tuple(parts[::2]) if mapping else (),
            items=tuple(parts[1::2]) if mapping else tuple(parts),
        )

    def parts(self) -> tuple[list[Node], Any]:
        parts: list[Node] = []
        for event in self.events:
            node = self.node(event)
            if node is None:
                return parts, event
            parts.append(node)
        raise AssertionError("the events of a mapping or list end with its end")

    def scalar(self, event: Any) -> Node:
        start, end = event.start_mark.index + self.shift, event.end_mark.index + self.shift
        style = event.style or ""
        if start == end:  # nothing is there: right behind the mark before it, whatever parser found it
            while self.text[start - 1 : start] in (" ", "\t"):
                start = end = start - 1
        if style in ("|", ">"):  # its mark stands behind the blank lines that follow
            end = start + len(self.text[start:end].rstrip())
        tag = str(event.tag or "")
        if not tag:
            tag = tag_of(event.value) if not style else "str"
        return Node("scalar", start, end, event.value, style, tag.rpartition(":")[2], event.anchor or "")


def _refuse_doubled(whole: Document) -> None:
    for node in whole.nodes():
        seen: set[str] = set()
        for key in node.keys:
            if key.text in seen:
                raise Unreadable(whole.line(key), f"the key “{key.text}” stands twice")
            seen.add(key.text)


def built(whole: Document, node: Node | None = None, *, merged: bool = True) -> Any:
    """A node's value in Python's types, as YAML 1.2 has them. `merged`: with `<<` resolved, as a reader of the file sees it."""
    node = node or whole.root
    if node is None:
        return None
    if node.kind == "alias":
        return built(whole, node.target, merged=merged)
    if node.kind == "list":
        return [built(whole, item, merged=merged) for item in node.items]
    if node.kind == "scalar":
        return _scalar(whole, node)
    value: dict[Any, Any] = {}
    parts: dict[Any, Any] = {}
    for key, item in zip(node.keys, node.items):
        one = built(whole, item, merged=merged)
        if merged and key.text == "<<" and not key.style:
            for part in one if isinstance(one, list) else [one]:
                parts = {**part, **parts}
        else:
            value[_key(whole, key)] = one
    return {**parts, **value}


def _key(whole: Document, key: Node) -> Any:
    if key.kind != "scalar":
        raise Unreadable(whole.line(key), "a mapping or a list cannot be a key")
    return _scalar(whole, key)


def _scalar(whole: Document, node: Node) -> Any:
    try:
        return typed(node.tag, node.text)
    except (ValueError, AttributeError, YAMLError) as error:
        raise Unreadable(whole.line(node), f"“{node.text}” cannot be read as {node.tag}") from error


_SAFE = YAML(typ="safe", pure=True)
_OF_YAML = "tag:yaml.org,2002:"


@lru_cache(maxsize=4096)
def tag_of(plain: str) -> str:
    """What an unquoted scalar is by YAML 1.2: `str`, `int`, `float`, `bool`, `null`, `timestamp` …

    Rasa teaches the library for the whole process to read `${NAME}` as something of its own; here it is text.
    """
    tag = str(_SAFE.resolver.resolve(ScalarNode, plain, (True, False)))
    return tag.removeprefix(_OF_YAML) if tag.startswith(_OF_YAML) else "str"


@lru_cache(maxsize=4096)
def typed(tag: str, text: str) -> Any:
    """A scalar's value. Raises ValueError, AttributeError or YAMLError where the text is none of the kind."""
    if tag in ("str", "!"):
        return text
    return getattr(_SAFE.constructor, f"construct_yaml_{tag}")(ScalarNode(f"{_OF_YAML}{tag}", text))


def plain_value(text: str) -> Any:
    """What an unquoted scalar of this text is read as."""
    return typed(tag_of(text), text)


def same(one: Any, other: Any, *, ordered: bool = True) -> bool:
    """Equal, and of the same types: 1, 1.0 and true are three things. `ordered`: keys in the same order."""
    if isinstance(one, dict) and isinstance(other, dict):
        alike = list(map(repr, one)) == list(map(repr, other)) if ordered else {*map(repr, one)} == {*map(repr, other)}
        return alike and all(same(item, other[key], ordered=ordered) for key, item in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(same(a, b, ordered=ordered) for a, b in zip(one, other))
    return repr(one) == repr(other)
