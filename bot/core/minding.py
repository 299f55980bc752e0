"""Which handoffs somebody is reminded of, and which are closed because nothing happens in them any more.

| what         | while                              | counted from                            | how long (shop/desk.yml)               |
|--------------|------------------------------------|-----------------------------------------|----------------------------------------|
| `waiting`    | nobody has it                      | since it waits there, while people are  | `remind.waiting_minutes`               |
| `silent`     | claimed, the agent spoke last      | the agent's last words, or a pass since | `remind.silent_hours`                  |
| `unanswered` | claimed, the buyer spoke last      | the buyer's last words, or a claim since| `remind.silent_hours`                  |
| closed       | claimed, the agent spoke last      | the agent's last words                  | `close.silent_hours`                   |
| closed       | the buyer waits                    | the buyer's last message                | `close.waiting_days`                   |

A rule of 0 is never due. Each reminder is told once, until something happens to the handoff.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Literal

from bot.core.handoff import State
from bot.core.opening import Days, time_there
from bot.core.shop import DeskRules, People

Why = Literal["waiting", "silent", "unanswered"]


@dataclass(frozen=True)
class Watched:
    """An open handoff and when something last happened in it. All times are aware.

    `waiting_since`: the buyer's first message without an answer, None where the agent spoke last. `done_at`: when
    something was last done to it (opened, claimed, passed on). `buyer_at`, `agent_at`: their last messages in it.
    """

    id: str
    conversation: str
    state: State
    queue: str
    waiting_since: datetime | None
    reminded: bool
    done_at: datetime
    buyer_at: datetime | None
    agent_at: datetime | None


@dataclass(frozen=True)
class Due:
    """A reminder that is due. `since`: what it counts from."""

    handoff: Watched
    why: Why
    since: datetime

    @property
    def subject(self) -> str:
        """Tells this reminder from others of the handoff, so that it is told once."""
        return f"{self.handoff.id}:{self.why}:{self.since.astimezone(timezone.utc).isoformat(timespec='seconds')}"


def reminders(open_ones: Iterable[Watched], now: datetime, rules: DeskRules, people: People, days: Days) -> list[Due]:
    """The reminders that are due at `now` (in the shop's zone)."""
    found = (_due(h, now, rules, people, days) for h in open_ones if not h.reminded and not idle(h, now, rules))
    return [due for due in found if due]


def idle(handoff: Watched, now: datetime, rules: DeskRules) -> bool:
    """Whether the clock closes it."""
    if handoff.waiting_since is not None:
        return _over(handoff.buyer_at or handoff.waiting_since, now, timedelta(days=rules.close_waiting_days))
    return handoff.agent_at is not None and _over(handoff.agent_at, now, timedelta(hours=rules.close_silent_hours))


def _due(handoff: Watched, now: datetime, rules: DeskRules, people: People, days: Days) -> Due | None:
    if handoff.state == "waiting":
        since = _latest(handoff.waiting_since, handoff.done_at)
        opening = people.openings.get(handoff.queue) or people.openings["sales"]  # of a queue that the shop gave up
        there = time_there(opening, since.astimezone(now.tzinfo), now, days)
        patience = timedelta(minutes=rules.remind_waiting_minutes)
        return Due(handoff, "waiting", since) if patience and there >= patience else None
    said = handoff.agent_at if handoff.waiting_since is None else handoff.buyer_at
    since = _latest(said, handoff.done_at)
    why: Why = "silent" if handoff.waiting_since is None else "unanswered"
    return Due(handoff, why, since) if _over(since, now, timedelta(hours=rules.remind_silent_hours)) else None


def _latest(moment: datetime | None, done_at: datetime) -> datetime:
    return max(moment or done_at, done_at)


def _over(since: datetime, now: datetime, patience: timedelta) -> bool:
    return bool(patience) and now - since >= patience
