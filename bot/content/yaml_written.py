"""Values written as YAML: scalars as plainly as they read back, mappings and lists in the manner of their neighbours."""

from __future__ import annotations

import json
import re
from datetime import date
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import ScalarNode

from bot.content.unreadable import Unreadable
from bot.content.yaml_nodes import Node, built, parsed

_UNPRINTABLE = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_OLD = YAML(typ="safe", pure=True)
_OLD.version = "1.1"  # type: ignore[assignment]
_LONGEST_KEY = 1000
_LONG = 100
"""A mapping longer than this is written in lines, where nothing beside it shows how."""


class Alias(str):
    """An anchor's name, written in the place of the value that it stands for."""


def scalar(value: Any, *, flow: bool, like: str = "") -> str:
    """A scalar on one line, in the quotes of `like` (a node's `style`), or in double ones where it needs them."""
    if not isinstance(value, str):
        return _other(value)
    if not like and _reads_back(value, value, flow) and not _ambiguous(value):
        return value
    single = "'" + value.replace("'", "''") + "'"
    if like == "'" and _reads_back(single, value, flow):
        return single
    return quoted(value)


def quoted(value: str) -> str:
    """A text in double quotes, on one line."""
    return _UNPRINTABLE.sub(lambda m: f"\\u{ord(m[0]):04x}", json.dumps(value, ensure_ascii=False))


def literal(value: str, indent: str, end: str) -> str | None:
    """A text of several lines as a `|` block whose lines begin with `indent`; None where that is not possible."""
    body = value.removesuffix("\n")
    lines = body.split("\n")
    if not lines[0].strip() or lines[0][0] in " \t" or any(line != line.rstrip() for line in lines):
        return None
    if not all(ch.isprintable() or ch == "\n" for ch in body):
        return None
    mark = "|" if value.endswith("\n") else "|-"
    return mark + "".join(end + (indent + line if line else "") for line in lines)


def flow(value: Any, like: Node | None = None) -> str:
    """Any value on one line, its texts in the quotes of `like`."""
    if isinstance(value, Alias):
        return f"*{value}"
    if isinstance(value, dict):
        pairs = [f"{scalar(key, flow=True)}: {flow(item, _entry(like, key))}" for key, item in value.items()]
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(flow(item, _entry(like, 0)) for item in value) + "]"
    return scalar(value, flow=True, like=_quotes(like))


def block(value: Any, indent: str, end: str, like: Node | None = None) -> str:
    """A value behind `key:` or `-` of an entry whose own children would begin with `indent`.

    A mapping or list is written in lines where `like` is; else on one line, unless that is long.
    """
    if isinstance(value, Alias) or not isinstance(value, (dict, list, tuple)):
        return flow(value) if isinstance(value, Alias) else scalar(value, flow=False, like=_quotes(like))
    similar = like if like is not None and like.kind == ("map" if isinstance(value, dict) else "list") else None
    told = flow(value, similar)
    in_lines = not similar.flow if similar else len(told) > _LONG and _nested(value)
    return end + indent + lines(value, indent, end, similar) if value and in_lines else told


def lines(value: Any, indent: str, end: str, like: Node | None = None) -> str:
    """A mapping's or list's entries, each on its own lines; the first without its indent."""
    deeper = indent + "  "
    if isinstance(value, dict):
        told = [
            f"{scalar(key, flow=False)}:{_behind(block(item, deeper, end, _entry(like, key)))}"
            for key, item in value.items()
        ]
    else:
        told = [f"-{_item(item, deeper, end, _entry(like, 0))}" for item in value]
    return (end + indent).join(told)


def _item(value: Any, indent: str, end: str, like: Node | None) -> str:
    told = block(value, indent, end, like)
    return " " + told.removeprefix(end + indent) if isinstance(value, dict) else _behind(told)


def _behind(told: str) -> str:
    return told if told[:1] in ("\r", "\n") else " " + told


def _entry(like: Node | None, key: Any) -> Node | None:
    place = like.child(str(key)) if like else None
    return like.items[place] if like and place is not None else None


def _quotes(like: Node | None) -> str:
    return like.style if like is not None and like.kind == "scalar" else ""


def _nested(value: Any) -> bool:
    return any(isinstance(item, (dict, list)) for item in (value.values() if isinstance(value, dict) else value))


def _other(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return ".inf" if value > 0 else "-.inf"
    if isinstance(value, float) and value != value:
        return ".nan"
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


@lru_cache(maxsize=4096)
def _reads_back(written: str, value: str, flow: bool) -> bool:
    """Whether a scalar written so is read as this text, and disturbs nothing around it."""
    if not written or "\n" in written or "\r" in written or _UNPRINTABLE.search(written):
        return False
    entry, wanted = [f"x: {written}"], [value, {"x": value}]
    if len(written) < _LONGEST_KEY:
        entry, wanted = [*entry, f"{written}: 1"], [*wanted, {value: 1}]
    around = f"[{written}, {{{'}, {'.join(entry)}}}]" if flow else "".join(f"- {one}\n" for one in (written, *entry))
    try:
        return all(built(parsed(around, pure=pure)) == wanted for pure in (False, True))
    except Unreadable:
        return False


def _ambiguous(value: str) -> bool:
    """Whether an older reader takes the bare text for something else (`yes`, 12:30), or Rasa for the name of a setting (`${…}`)."""
    return "${" in value or not str(_OLD.resolver.resolve(ScalarNode, value, (True, False))).endswith(":str")
