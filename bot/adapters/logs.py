"""Logs as lines of fields (logfmt or JSON), one line an event: its name, then what is known of it.

A call names its event and fields in its template: `log.info("turn conversation=%s decision=%s", …)`. Whatever a value
holds, it stays one value on one line, and contacts are masked. What belongs to one message of a buyer's carries the
conversation and the message's trace in every line, in each process that it passes (`about`).
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any

from bot.core.masking import mask

LONGEST = 4000
"""Characters of a value; of a longer one the beginning and the end are told."""

_about: ContextVar[Mapping[str, str]] = ContextVar("about", default={})  # noqa: B039 (never changed, only replaced)
_TEMPLATE = re.compile(r"(\w+)((?: \w+=%(?:\.\d+)?[sdfr])*)")
_FIELD = re.compile(r" (\w+)=(%(?:\.\d+)?[sdfr])")
_EVENT = re.compile(r"(\w+)[ :]+(.+)", re.DOTALL)
_PLAIN = re.compile(r"[^\s\"'=\\\x00-\x1f]+")
_MAY_BE_PERSONAL = re.compile(r"\d(?:[ -]?\d){4}|@|[微薇威vV][信xX]|[wW][xXeE]|[qQ]{2}|[路街道巷弄村区苑园]")
_NOT_MASKED = ("at", "level", "process", "event", "trace", "logger", "version")
_KNOWN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", "color_message"}


@contextmanager
def about(**fields: str) -> Iterator[None]:
    """Puts these fields into every line that is written inside, on threads that were begun with this context too."""
    token = _about.set({**_about.get(), **{name: _shown(name, value) for name, value in fields.items()}})
    try:
        yield
    finally:
        _about.reset(token)


def trace_of(conversation: str, message_id: str) -> str:
    """The trace of a buyer's message: the same when it comes again. Nothing can be read from it."""
    return hashlib.sha256(f"{conversation}\n{message_id}".encode("utf-8", "replace")).hexdigest()[:16]


def set_up(format: str, process: str, logger: str = "") -> None:
    """Writes the logger's lines, of all loggers where none is named, to the standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines(format, process))
    named = logging.getLogger(logger)
    named.handlers[:] = [handler]
    named.setLevel(logging.INFO)
    named.propagate = False
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False  # no line tells of them
    for noisy in ("urllib3", "rasa_sdk", "sanic", "alembic", "httpx"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


class Lines(logging.Formatter):
    """One line a record, `json` or `logfmt`; any other name means logfmt."""

    def __init__(self, format: str = "logfmt", process: str = ""):
        super().__init__()
        self._json, self._process = format == "json", process

    def format(self, record: logging.LogRecord) -> str:
        told = _told(record)
        for name, value in _about.get().items():
            told.setdefault(name, value)
        for name in record.__dict__.keys() - _KNOWN:
            if record.__dict__[name] is not None:
                told[name] = _shown(name, record.__dict__[name])
        told["logger"] = record.name
        if record.exc_info:
            told["traceback"] = _shown("traceback", self.formatException(record.exc_info))
        at = datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds")
        head = {"at": f"{at[:-6]}Z", "level": record.levelname.lower(), "process": self._process}
        if self._json:
            return json.dumps({n: v for n, v in (head | told).items() if v != ""}, ensure_ascii=False)
        return " ".join([f"{name}={_quoted(value)}" for name, value in (head | told).items() if value != ""])


def _told(record: logging.LogRecord) -> dict[str, Any]:
    """The event's name with its fields, or with the rest as text."""
    template = record.msg if isinstance(record.msg, str) else str(record.msg)
    given = record.args if isinstance(record.args, tuple) else ()
    named, fields = _named(template)
    if named and len(fields) == len(given):
        told: dict[str, Any] = {"event": named}
        for (name, how), value in zip(fields, given):
            if value is not None:
                told[name] = _shown(name, value if how == "%s" else how % (value,))
        return told
    text = record.getMessage()
    parts = _EVENT.fullmatch(text) if re.match(r"[a-z]+_[a-z_]+[ :]", template) else None
    name, text = parts.groups() if parts else ("log", text)
    return {"event": name, "text": _shown("text", text)}


@lru_cache(maxsize=512)
def _named(template: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The event that a template names, and its fields; empty where it is of another form."""
    named = _TEMPLATE.fullmatch(template)
    return (named[1], tuple(_FIELD.findall(named[2]))) if named else ("", ())


def _shown(name: str, value: Any) -> Any:
    """A number as it is; text without contacts, without marks that nobody sees, and not longer than LONGEST."""
    if isinstance(value, (bool, int, float)):
        return value
    text = str(value)
    if name in _NOT_MASKED:
        return text
    if len(text) > LONGEST:
        text = f"{text[: LONGEST // 2]} … {text[-LONGEST // 2 :]}"
    return _safe(text)


@lru_cache(maxsize=2048)
def _safe(text: str) -> str:
    if _MAY_BE_PERSONAL.search(text):
        text = mask(text)
    return text if text.isprintable() else "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in text)


def _quoted(value: Any) -> str:
    text = str(value)
    return text if text.isalnum() or _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)
