"""Edits of rules and words: entries of YAML by their path.

In an edit a text stands as it is. Where no text stood before, what is no text is written as in YAML (`299`, `true`), and a
text that looks like such is in double quotes. A mapping or list is told by its leaves: `{"name/zh": …, "words/0": …}`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bot.content import yaml_text
from bot.content.conflict import Conflict
from bot.content.yaml_nodes import Path, plain_value
from bot.content.yaml_written import flow
from bot.core.content import Edit, Value


def difference(file: str, before: str, after: str) -> list[Edit] | None:
    return [
        Edit(file, path, None, *values)
        for path, *values in _differing((), yaml_text.value(before), yaml_text.value(after))
    ]


def alike(file: str, one: str, other: str) -> bool:
    return yaml_text.same(yaml_text.value(one), yaml_text.value(other), ordered=False)


def change(file: str, text: str, edits: list[Edit]) -> str:
    for edit in edits:
        text = _changed(text, edit)
    return text


def _changed(text: str, edit: Edit) -> str:
    try:
        now = yaml_text.value(text, edit.key)
    except yaml_text.NoSuchEntry:
        return text if edit.after is None else _added(text, edit)
    if edit.before not in (told(now), coded(now)):
        if edit.after in (told(now), coded(now)):
            return text
        raise Conflict(edit, told(now))
    if edit.after is None:
        return yaml_text.drop(text, edit.key)
    as_it_is = isinstance(now, str) and edit.before == now and isinstance(edit.after, str)
    return yaml_text.put(text, edit.key, edit.after if as_it_is else meant(edit.after))


def _added(text: str, edit: Edit) -> str:
    *parent, name = edit.key
    assert edit.after is not None
    if edit.before is not None:
        raise Conflict(edit, None)
    try:
        holder = yaml_text.value(text, tuple(parent))
    except yaml_text.NoSuchEntry:
        raise Conflict(edit, None) from None
    key = int(name) if isinstance(holder, list) and name.isdecimal() else name
    return yaml_text.add(text, tuple(parent), key, meant(edit.after))


def _differing(path: Path, old: Any, new: Any) -> Iterator[tuple[Path, Value, Value]]:
    if yaml_text.same(old, new, ordered=False):
        return
    if isinstance(old, dict) and isinstance(new, dict) and old and new:
        for key in dict.fromkeys((*old, *new)):
            below = (*path, yaml_text.spelled(key))
            if key not in new:
                yield below, coded(old[key]), None
            elif key not in old:
                yield below, None, coded(new[key])
            else:
                yield from _differing(below, old[key], new[key])
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new) and _deep(old) and _deep(new):
        for place, (one, other) in enumerate(zip(old, new)):
            yield from _differing((*path, str(place)), one, other)
    elif isinstance(old, str) and isinstance(new, str):
        yield path, old, new
    else:
        yield path, told(old), coded(new)


def _deep(items: list[Any]) -> bool:
    return all(isinstance(item, (dict, list)) for item in items)


def told(value: Any) -> Value:
    """A value as it stands in an edit, where it is a text already."""
    return value if isinstance(value, str) else coded(value)


def coded(value: Any) -> Value:
    """A value as it stands in an edit."""
    if isinstance(value, (dict, list)) and value:
        return dict(_leaves("", value))
    return _leaf(value)


def meant(value: Value) -> Any:
    """The value that an edit stands for. Inverse of `coded`."""
    if isinstance(value, Mapping):
        return _grown({tuple(_unescaped(part) for part in path.split("/")): text for path, text in value.items()})
    if value == "{}":
        return {}
    if value == "[]":
        return []
    if value and value[0] == '"':
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            return value
    return plain_value(value or "")


def _leaf(value: Any) -> str:
    if isinstance(value, str):
        plain = value[:1] != '"' and value not in ("{}", "[]") and plain_value(value) == value
        return value if plain else json.dumps(value, ensure_ascii=False)
    return flow(value)


def _leaves(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(value, (dict, list)) or not value:
        yield path, _leaf(value)
        return
    for name, item in value.items() if isinstance(value, dict) else enumerate(value):
        below = yaml_text.spelled(name).replace("~", "~0").replace("/", "~1")
        yield from _leaves(f"{path}/{below}" if path else below, item)


def _unescaped(part: str) -> str:
    return part.replace("~1", "/").replace("~0", "~")


def _grown(leaves: dict[Path, str]) -> Any:
    groups: dict[str, dict[Path, str]] = {}
    for path, text in leaves.items():
        groups.setdefault(path[0], {})[path[1:]] = text
    grown = {name: meant(below[()]) if () in below else _grown(below) for name, below in groups.items()}
    return list(grown.values()) if list(grown) == [str(i) for i in range(len(grown))] else grown
