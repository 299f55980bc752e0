"""What Chatwoot sends and answers, read into a few small types. Fields that are missing or of another form are passed over.

The same thing comes in two forms: in an event's top level kinds and states are words (`incoming`, `pending`) and times
are ISO 8601; in `conversation.messages` and in answers of the API kinds are numbers (0) and times are seconds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Kind = Literal["incoming", "outgoing", "activity", "template"]
Writer = Literal["buyer", "person", "bot", "system"]

KINDS: tuple[Kind, ...] = ("incoming", "outgoing", "activity", "template")
STATUSES = ("open", "resolved", "pending", "snoozed")
"""In the order of their numbers."""

MARK = "nightdesk"
"""The key of `content_attributes` under which a message that the bot sends carries its own mark."""

MESSAGE_EVENTS = ("message_created", "message_updated")
CONVERSATION_EVENTS = (
    "conversation_created",
    "conversation_opened",
    "conversation_resolved",
    "conversation_status_changed",
    "conversation_updated",
)
MOST_CHARACTERS = 20_000
_ADDRESS = re.compile(r"https?://[^\s<>\"']{1,1900}")


class Unreadable(ValueError):
    """An event that lacks what every event of its name has; says what."""


@dataclass(frozen=True)
class Line:
    """A message. `chosen`: what a buyer picked of its quick replies. `at`: seconds since 1970, 0 where not said."""

    id: int
    kind: Kind
    private: bool
    writer: Writer
    text: str = ""
    pictures: tuple[str, ...] = ()
    mark: str | None = None
    chosen: str | None = None
    at: float = 0.0


@dataclass(frozen=True)
class Standing:
    """Where a conversation stands. `as_of`: seconds since 1970. `labels`, `attributes`: None where not said.

    `assigned`: a person has it; a bot that has it is none. `lines`: the last messages that came along.
    """

    number: int
    status: str
    assigned: bool
    as_of: float
    inbox: int | None = None
    labels: tuple[str, ...] | None = None
    attributes: Mapping[str, Any] | None = None
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Event:
    """`standing` is None in events that are of no conversation; `line` in those that are of no message."""

    name: str
    account: int | None
    standing: Standing | None = None
    line: Line | None = None


def read_event(payload: Mapping[str, Any]) -> Event:
    """An event of a webhook; one of a name that is not known has neither standing nor line. Raises Unreadable."""
    name = payload.get("event")
    if not isinstance(name, str):
        raise Unreadable("it has no `event`")
    if name in MESSAGE_EVENTS:
        conversation = _mapping(payload.get("conversation"))
        if _whole(payload.get("id")) is None or _whole(conversation.get("id")) is None:
            raise Unreadable(f"{name} has no id of its message or conversation")
        account = _whole(_mapping(payload.get("account")).get("id")) or _whole(conversation.get("account_id"))
        return Event(name, account, read_standing(conversation), read_line(payload))
    if name in CONVERSATION_EVENTS:
        if _whole(payload.get("id")) is None:
            raise Unreadable(f"{name} has no id of its conversation")
        account = _whole(_mapping(payload.get("account")).get("id")) or _whole(payload.get("account_id"))
        return Event(name, account, read_standing(payload))
    return Event(name, None)


def read_standing(conversation: Mapping[str, Any]) -> Standing:
    """A conversation, as an event or the API tells it."""
    meta = _mapping(conversation.get("meta"))
    messages = [*_list(conversation.get("messages")), conversation.get("last_non_activity_message")]
    lines = {line.id: line for one in messages if isinstance(one, Mapping) and (line := read_line(one)).id}
    labels, attributes = conversation.get("labels"), conversation.get("custom_attributes")
    return Standing(
        number=_whole(conversation.get("id")) or 0,
        status=_word(conversation.get("status"), STATUSES, "open"),
        assigned=_by_a_person(meta),
        as_of=max(_seconds(conversation.get(name)) for name in ("updated_at", "timestamp", "last_activity_at")),
        inbox=_whole(conversation.get("inbox_id")),
        labels=tuple(str(one) for one in labels) if isinstance(labels, list) else None,
        attributes=dict(attributes) if isinstance(attributes, Mapping) else None,
        lines=tuple(lines.values()),
    )


def _by_a_person(meta: Mapping[str, Any]) -> bool:
    assignee = meta.get("assignee")
    if not isinstance(assignee, Mapping) or not assignee:
        return False
    return "bot" not in str(meta.get("assignee_type") or assignee.get("type") or "user").lower()


def read_line(message: Mapping[str, Any]) -> Line:
    """A message, as an event, a conversation or the API tells it."""
    kind: Kind = _word(message.get("message_type"), KINDS, "activity")
    attributes = _attributes(message.get("content_attributes"))
    mark = attributes.get(MARK)
    return Line(
        id=_whole(message.get("id")) or 0,
        kind=kind,
        private=message.get("private") is True,
        writer=_writer(message, kind, attributes),
        text=storable(message.get("content"))[:MOST_CHARACTERS],
        pictures=tuple(_pictures(message)),
        mark=mark if isinstance(mark, str) else None,
        chosen=_chosen(attributes),
        at=_seconds(message.get("created_at")),
    )


def _writer(message: Mapping[str, Any], kind: Kind, attributes: Mapping[str, Any]) -> Writer:
    """Who wrote it. What a person wrote with another program on the shop's number comes back as an `external_echo`."""
    if kind == "incoming":
        return "buyer"
    sender = _mapping(message.get("sender"))
    told = str(sender.get("type") or message.get("sender_type") or "").lower().replace("_", "")
    if told == "user" or attributes.get("external_echo"):
        return "person"
    return "bot" if told in ("agentbot", "captainassistant") else "system"


def _chosen(attributes: Mapping[str, Any]) -> str | None:
    for value in _list(attributes.get("submitted_values")):
        chosen = _mapping(value).get("value") or _mapping(value).get("title")
        if isinstance(chosen, str) and chosen.strip():
            return storable(chosen)[:MOST_CHARACTERS]
    return None


def _pictures(message: Mapping[str, Any]) -> list[str]:
    images = [one for one in map(_mapping, _list(message.get("attachments"))) if one.get("file_type") == "image"]
    addresses = [str(one.get("data_url") or "") for one in images]
    return [address for address in addresses if _ADDRESS.fullmatch(address)][:10]


# --- single values -----------------------------------------------------------------------------------------------


def storable(text: Any) -> str:
    """Text that any database takes: what no text holds (NUL, lone surrogates) becomes “?”."""
    return text.replace("\x00", "?").encode("utf-8", "replace").decode() if isinstance(text, str) else ""


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _attributes(value: Any) -> Mapping[str, Any]:
    """`content_attributes`, which some versions send as the text of their JSON."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return _mapping(value)


def _whole(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _word(value: Any, words: tuple[Any, ...], otherwise: Any) -> Any:
    number = _whole(value)
    if number is not None:
        return words[number] if number < len(words) else otherwise
    return value if value in words else otherwise


def _seconds(value: Any) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value.strip().replace("Z", "+00:00")).timestamp()
        except ValueError:
            return 0.0
    return 0.0
