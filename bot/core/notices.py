"""What the team is told, and which of its chat groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

Kind = Literal["opened", "graver", "passed", "reminder", "digest"]
KINDS_TOLD: tuple[str, ...] = get_args(Kind)
SERVICES = ("dingtalk", "wecom", "feishu", "slack", "webhook")


@dataclass(frozen=True)
class Robot:
    """A chat group's robot, or a webhook, as the shop names it. Empty `queues` or `kinds`: all of them."""

    name: str
    service: str
    language: str
    queues: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    per_minute: int = 20

    def wants(self, kind: Kind, queue: str | None) -> bool:
        return (not self.kinds or kind in self.kinds) and (not self.queues or queue is None or queue in self.queues)


@dataclass(frozen=True)
class Notice:
    """One thing to tell one robot. The same `key` is told once, however often it is written."""

    key: str
    robot: str
    kind: Kind
    body: Mapping[str, Any]


def notices(
    robots: Sequence[Robot], kind: Kind, subject: str, queue: str | None, body: Mapping[str, Any]
) -> Iterator[Notice]:
    """A notice for each robot that wants it. `subject` tells this event from others of its kind."""
    for robot in robots:
        if robot.wants(kind, queue):
            yield Notice(f"{robot.name}:{kind}:{subject}", robot.name, kind, body)


def of_turn(robots: Sequence[Robot], before: Mapping[str, Any] | None, card: Mapping[str, Any]) -> tuple[Notice, ...]:
    """What a turn has to tell: a card that opened, or one whose reason became graver."""
    if before is None:
        return tuple(notices(robots, "opened", card["episode"], card["queue"], {"card": card}))
    if before["reason"] != card["reason"]:
        subject = f"{card['episode']}:{card['reason']}"
        return tuple(notices(robots, "graver", subject, card["queue"], {"card": card}))
    return ()
