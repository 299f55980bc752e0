"""What the stand-in for Chatwoot tells: conversations and messages, in the forms of 4.2 and of 2026."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

KINDS = ("incoming", "outgoing", "activity", "template")
OLD, NEW = "4.2", "2026"
ACCOUNT, INBOX = 1, 5
START = 1_764_000_000.0


@dataclass
class Said:
    """A message of the stand-in's."""

    id: int
    kind: int
    content: str
    sender: str
    private: bool = False
    attributes: dict[str, Any] = field(default_factory=dict)
    content_type: str = "text"
    attachments: list[dict[str, Any]] = field(default_factory=list)
    at: float = START


@dataclass
class Talk:
    number: int
    status: str = "pending"
    assignee: str | None = None
    team: int | None = None
    priority: str | None = None
    labels: list[str] = field(default_factory=list)
    attributes: dict[str, Any] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    inbox: int = INBOX
    updated: float = START
    handed_over: int = 0

    def public(self) -> list[str]:
        """What the buyer reads, of people and of the bot."""
        return [one.content for one in self.said if one.kind == 1 and not one.private]

    def notes(self) -> list[str]:
        return [one.content for one in self.said if one.private]


def pushed(said: Said, talk: Talk) -> dict[str, Any]:
    """A message inside a conversation, or as the API answers: kinds are numbers."""
    senders = {"contact": "Contact", "user": "User", "agent_bot": "AgentBot"}
    return {
        "id": said.id,
        "content": said.content,
        "account_id": ACCOUNT,
        "inbox_id": talk.inbox,
        "conversation_id": talk.number,
        "message_type": said.kind,
        "created_at": int(said.at),
        "private": said.private,
        "status": "sent",
        "content_type": said.content_type,
        "content_attributes": said.attributes,
        "sender_type": senders.get(said.sender),
        "sender": {"id": 1, "name": "…", "type": said.sender} if said.sender in senders else None,
        "attachments": said.attachments,
    }


def conversation(version: str, talk: Talk) -> dict[str, Any]:
    """A conversation inside an event."""
    last = [one for one in talk.said if not one.private and one.kind != 2][-1:]
    assignee = {"id": 8, "name": talk.assignee, "type": "user"} if talk.assignee else None
    told: dict[str, Any] = {
        "additional_attributes": {"browser": {"browser_name": "Chrome"}},
        "can_reply": True,
        "channel": "Channel::WebWidget",
        "contact_inbox": {"id": 11, "contact_id": 21, "inbox_id": talk.inbox, "source_id": "a3f0"},
        "id": talk.number,
        "inbox_id": talk.inbox,
        "messages": [pushed(one, talk) for one in last],
        "labels": list(talk.labels),
        "meta": {"sender": {"id": 21, "name": "buyer", "type": "contact"}, "assignee": assignee, "team": None},
        "status": talk.status,
        "custom_attributes": dict(talk.attributes),
        "snoozed_until": None,
        "unread_count": 1,
        "priority": talk.priority,
        "waiting_since": int(talk.updated),
        "last_activity_at": int(talk.updated),
        "timestamp": int(talk.updated),
        "created_at": int(START),
    }
    if version == NEW:
        told["updated_at"] = talk.updated
        told["meta"]["assignee_type"] = "User" if talk.assignee else None
    return told


def shown(version: str, talk: Talk) -> dict[str, Any]:
    """A conversation as the API answers."""
    told = conversation(version, talk)
    if not talk.assignee:
        del told["meta"]["assignee"]
    told["messages"] = [pushed(one, talk) for one in talk.said[-1:]]
    told["last_non_activity_message"] = told["messages"][0] if told["messages"] else None
    return told


def message_event(version: str, event: str, talk: Talk, said: Said) -> dict[str, Any]:
    """At its top level, kinds are words and times ISO 8601."""
    senders: dict[str, Any] = {
        "contact": {"id": 21, "name": "buyer", "email": None, "phone_number": None, "account": {"id": ACCOUNT}},
        "user": {"id": 8, "name": "小林", "email": "lin@shop.example", "type": "user"},
        "agent_bot": {"id": 7, "name": "Nightdesk", "type": "agent_bot"},
    }
    told = {
        "account": {"id": ACCOUNT, "name": "Hehe Home"},
        "additional_attributes": {},
        "content_attributes": said.attributes,
        "content_type": said.content_type,
        "content": said.content or None,
        "conversation": conversation(version, talk),
        "created_at": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(said.at)),
        "id": said.id,
        "inbox": {"id": talk.inbox, "name": "Website"},
        "message_type": KINDS[said.kind],
        "private": said.private,
        "sender": senders.get(said.sender),
        "source_id": None,
        "event": event,
    }
    return told | ({"attachments": said.attachments} if said.attachments else {})


def conversation_event(version: str, event: str, talk: Talk) -> dict[str, Any]:
    told = {**conversation(version, talk), "event": event}
    return told | ({"account": {"id": ACCOUNT, "name": "Hehe Home"}} if version == NEW else {})
