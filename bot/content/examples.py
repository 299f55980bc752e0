"""The lines of data/nlu/*.yml: one buyer's message each, under its label, with the marks of what is named in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bot.content.unreadable import Unreadable
from bot.content.yaml_nodes import Document, Node, document

_DASH = re.compile(r"([ \t]*)-[ \t]+(.*?)\s*$")
_MARK = re.compile(r"\[(?P<text>[^\]]+?)\](?:\((?P<entity>[^:)]+)(?::(?P<value>[^)]+))?\)|(?P<more>\{[^}]+\}))")
"""As Rasa 3.6 reads it: `[text](entity)`, `[text](entity:value)`, `[text]{"entity": …, "value": …}`."""
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)
class Example:
    label: str
    text: str
    """With its mark-up, as it stands in the file."""
    line: int


@dataclass(frozen=True)
class Mark:
    """What is named in a message: the characters from `start` to `end` of its plain text."""

    start: int
    end: int
    entity: str
    value: str | None = None
    more: dict[str, str] = field(default_factory=dict)
    """What else the mark says (`role`, `group`)."""


def read(text: str) -> list[Example]:
    """The examples of one file, in its order. Raises Unreadable."""
    found = []
    for label, _, number, line in _lines(text):
        told = _DASH.match(line)
        if told and told[2]:
            found.append(Example(label, told[2], number))
    return found


def add(text: str, label: str, line: str) -> str:
    """The text with one more example: behind the last of its language. A label that the file does not have begins a block."""
    line = one_line(line)
    if not line:
        raise ValueError("an example without words")
    end = "\r\n" if "\r\n" in text else "\n"
    places = [(start, raw) for name, start, _, raw in _lines(text) if name == label and _DASH.match(raw)]
    if not places:
        return _with_first(text, label, line, end)
    alike = [one for one in places if bool(_HAN.search(one[1])) == bool(_HAN.search(line))]
    start, raw = (alike or (places[-1:] if not _HAN.search(line) else []) or [(-1, places[0][1])])[-1]
    indent = (_DASH.match(raw) or [""] * 2)[1]
    told = f"{indent}- {line}"
    if start < 0:  # the first Chinese line stands before the others
        return text[: places[0][0]] + told + end + text[places[0][0] :]
    at = start + len(raw.rstrip("\r\n"))
    return text[:at] + end + told + text[at:]


def drop(text: str, label: str, line: str) -> str:
    """The text without an example. Raises LookupError where it is not there."""
    start, raw = _find(text, label, line)
    return text[:start] + text[start + len(raw) :]


def change(text: str, label: str, line: str, new: str) -> str:
    """The text with another example in the place of one. Raises LookupError where that is not there."""
    start, raw = _find(text, label, line)
    told = _DASH.match(raw)
    assert told is not None
    return f"{text[:start]}{told[1]}- {one_line(new)}{raw[len(raw.rstrip()) :]}{text[start + len(raw) :]}"


def _find(text: str, label: str, line: str) -> tuple[int, str]:
    wanted = one_line(line)
    for name, start, _, raw in _lines(text):
        told = _DASH.match(raw)
        if name == label and told and one_line(told[2]) == wanted:
            return start, raw
    raise LookupError(f"{label} has no example “{line}”")


def one_line(line: str) -> str:
    """A message as it can stand in one line."""
    return " ".join(line.split())


def plain(line: str) -> str:
    """The message without its marks."""
    return _MARK.sub(lambda found: found["text"], line)


def marks(line: str) -> list[Mark]:
    """What is marked in it. A mark that cannot be read is passed over."""
    found: list[Mark] = []
    hidden = 0
    for one in _MARK.finditer(line):
        start = one.start() - hidden
        end = start + len(one["text"])
        hidden += len(one[0]) - len(one["text"])
        told = _told(one)
        if told.get("entity"):
            entity, value = told.pop("entity"), told.pop("value", None)
            found.append(Mark(start, end, entity, value, told))
    return found


def marked(message: str, found: Iterable[Mark]) -> str:
    """A plain message with marks. Raises ValueError where two overlap or one is outside the message."""
    line, last = "", 0
    for mark in sorted(found, key=lambda one: one.start):
        if not last <= mark.start < mark.end <= len(message):
            raise ValueError(f"the mark {mark.entity} does not fit into the message")
        line += message[last : mark.start] + _bracketed(message[mark.start : mark.end], mark)
        last = mark.end
    return line + message[last:]


def _bracketed(words: str, mark: Mark) -> str:
    if mark.value is None and not mark.more:
        return f"[{words}]({mark.entity})"
    told = {"entity": mark.entity, **({} if mark.value is None else {"value": mark.value}), **mark.more}
    return f"[{words}]{json.dumps(told, ensure_ascii=False)}"


def _told(found: re.Match[str]) -> dict[str, str]:
    if found["entity"]:
        return {"entity": found["entity"], **({"value": found["value"]} if found["value"] else {})}
    try:
        told = json.loads(found["more"])
    except json.JSONDecodeError:
        return {}
    return {name: str(value) for name, value in told.items()}


def _lines(text: str) -> Iterator[tuple[str, int, int, str]]:
    """Label, place, line number and text (with its end) of each line of every `examples: |`."""
    whole = document(text)
    for label, node in _blocks(whole):
        start = text.find("\n", node.start) + 1
        number = text.count("\n", 0, start) + 1
        while 0 < start < node.end:
            stop = text.find("\n", start) + 1 or len(text)
            yield label, start, number, text[start:stop]
            start, number = stop, number + 1


def _blocks(whole: Document) -> Iterator[tuple[str, Node]]:
    place = whole.root.child("nlu") if whole.root else None
    items = whole.root.items[place].items if whole.root and place is not None else ()
    for item in items:
        entries = {key.text: value for key, value in zip(item.keys, item.items)}
        label, node = entries.get("intent"), entries.get("examples")
        if label and node and node.style == "|":
            yield label.text, node


def _with_first(text: str, label: str, line: str, end: str) -> str:
    whole = document(text)
    told = f"    - {line}{end}"
    for name, node in _blocks(whole):
        if name == label:
            start = text.find("\n", node.start) + 1
            return text[:start] + told + text[start:] if start else text + end + told
    told = f"- intent: {label}{end}  examples: |{end}{told}"
    if whole.root is None:
        return f'version: "3.1"{end}{end}nlu:{end}{told}'
    place = whole.root.child("nlu")
    if place is None or whole.root.items[place].kind != "list" or not text.endswith("\n"):
        raise Unreadable(1, "a list of labels (`nlu:`) is wanted in this file")
    blocks = whole.root.items[place]
    if whole.root.items[-1] is not blocks:
        raise Unreadable(1, "`nlu:` is not the last part of this file")
    indent = " " * (blocks.start - (text.rfind("\n", 0, blocks.start) + 1))
    return text + "".join(
        indent + row for row in ([end] if not text.endswith(end * 2) else []) + told.splitlines(keepends=True)
    )
