"""`nightdesk trace`: the lines of one message from the logs of all processes, in order, with the time between them."""

from __future__ import annotations

import fileinput
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.core.masking import mask

_LOGFMT = re.compile(r"(?:^|\s)(at=\d{4}-\d\d-\d\dT\S+ level=.*)")
_FIELD = re.compile(r"(\w+)=(\"(?:[^\"\\]|\\.)*\"|[^\s\"]\S*|)")
_TOLD_APART = ("at", "process", "event", "trace", "conversation", "level", "logger")
Line = Mapping[str, Any]


def show(id: str, files: Sequence[str]) -> int:
    """Prints the hops; 1 where the logs hold none."""
    with fileinput.input(files or ("-",), openhook=fileinput.hook_encoded("utf-8", "replace")) as text:
        found = hops(id, text)
    if not found:
        print(f"The logs hold nothing of “{id}”.", file=sys.stderr)
        return 1
    print(f"trace {found[0]['trace']}  conversation {found[0].get('conversation', '–')}")
    began = datetime.fromisoformat(found[0]["at"].replace("Z", "+00:00"))
    for hop in found:
        ms = (datetime.fromisoformat(hop["at"].replace("Z", "+00:00")) - began).total_seconds() * 1000
        rest = "  ".join(f"{name}={value}" for name, value in hop.items() if name not in _TOLD_APART)
        print(f"{ms:8.0f} ms  {hop.get('process', ''):8} {hop['event']:16} {rest}".rstrip())
    return 0


def hops(id: str, text: Iterable[str]) -> list[Line]:
    """The lines of the message with this id, or of this trace, in the order of their times."""
    lines = [line for line in map(read, text) if line.get("trace")]
    traces = {line["trace"] for line in lines if id == line["trace"] or mask(id) == str(line.get("message"))}
    return sorted((line for line in lines if line["trace"] in traces), key=lambda line: line["at"])


def read(line: str) -> Line:
    """The fields of a line of ours, whatever stands before it; none of another's."""
    start = line.find('{"at": ')
    if start >= 0:
        try:
            told = json.loads(line[start:])
        except ValueError:
            return {}
        return told if isinstance(told, dict) else {}
    ours = _LOGFMT.search(line)
    return dict(_fields(ours[1])) if ours else {}


def _fields(text: str) -> Iterator[tuple[str, str]]:
    for name, value in _FIELD.findall(text):
        yield name, json.loads(value, strict=False) if value.startswith('"') else value
