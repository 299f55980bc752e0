"""The life of a handoff: who may do what, and what comes of it.

| what        | while             | by whom                     | then    |
|-------------|-------------------|-----------------------------|---------|
| `claim`     | waiting           | anybody who is signed in    | claimed |
| `take_over` | claimed           | a lead, from another agent  | claimed |
| `reply`     | claimed           | whose it is                 | claimed |
| `pass_on`   | waiting, claimed  | whose it is, or a lead      | claimed by another agent, or waiting in another queue |
| `give_back` | claimed           | whose it is                 | closed, the bot answers again |
| `close`     | claimed           | whose it is, or a lead      | closed, with an outcome |
| `settle`    | waiting           | the buyer                   | closed  |
| `hand_on`   | waiting           | the bot                     | closed; the people of another help desk have it |
| `expire`    | waiting, claimed  | the clock (`shop/`)         | closed  |

While it is claimed the bot says nothing. Passed to another queue it waits again, and the bot answers what it can.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

State = Literal["waiting", "claimed", "closed"]
Action = Literal["claim", "take_over", "reply", "pass_on", "give_back", "close", "settle", "hand_on", "expire"]
Outcome = Literal["sold", "lost", "settled", "given_back", "elsewhere", "idle"]

OPEN: tuple[State, ...] = ("waiting", "claimed")
CHOSEN: tuple[Outcome, ...] = ("sold", "lost", "settled")
"""The outcomes that an agent may choose; the others follow from what happened."""

_ALLOWED: Mapping[Action, tuple[State, ...]] = {
    "claim": ("waiting",),
    "take_over": ("claimed",),
    "reply": ("claimed",),
    "pass_on": ("waiting", "claimed"),
    "give_back": ("claimed",),
    "close": ("claimed",),
    "settle": ("waiting",),
    "hand_on": ("waiting",),
    "expire": OPEN,
}
_OWNERS_ALONE: tuple[Action, ...] = ("reply", "give_back")
_OWNERS_OR_LEADS: tuple[Action, ...] = ("pass_on", "close")
_MOST = Decimal("99999999")
MOST_NOTE = 500

KEPT = ("products", "colour", "size", "region", "height_cm", "weight_kg", "household")
"""What the bot still knows when people give a conversation back, so that the buyer need not say it again."""

HELP_DESKS = ("chatwoot",)
"""Channels that bring people of their own: a handoff there is theirs from the moment it is opened."""


def served_elsewhere(conversation: str) -> bool:
    """Whether this conversation's people work in another help desk than ours."""
    return conversation.partition(":")[0] in HELP_DESKS


@dataclass(frozen=True)
class Agent:
    """Who acts. `role`: `agent`, `lead` or `content`."""

    name: str
    role: str

    @property
    def leads(self) -> bool:
        return self.role == "lead"


class Refused(Exception):
    """What was asked is not possible now; nothing has changed.

    `code`: `closed`, `not_claimed`, `taken` (by `agent`), `not_yours`, `leads_only`, `stale`, `no_such_agent`,
    `no_such_queue`, `outcome_missing`, `amount_missing`, `reason_missing`, `note_missing`, `note_too_long`, `nothing_said`,
    `too_long`, `no_such_picture`, `page_too_old`, `session`.
    """

    def __init__(self, code: str, agent: str | None = None):
        self.code, self.agent = code, agent
        super().__init__(code if agent is None else f"{code}: {agent}")


def check(action: Action, state: State, owner: str | None, who: Agent) -> None:
    """Raises Refused where `who` may not do this to a handoff in this state that belongs to `owner`."""
    if state == "closed":
        raise Refused("closed")
    if state not in _ALLOWED[action]:
        raise Refused("taken" if action == "claim" and owner != who.name else "not_claimed", owner)
    if action == "take_over" and not who.leads:
        raise Refused("leads_only", owner)
    if owner == who.name:
        return
    if action in _OWNERS_ALONE or (action in _OWNERS_OR_LEADS and not who.leads):
        raise Refused("not_yours", owner)


@dataclass(frozen=True)
class Ending:
    """How a handoff ended. `amount` of what was sold; `reason` why it was lost or how it was settled."""

    outcome: Outcome
    amount: Decimal | None = None
    reason: str | None = None
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        amount = str(self.amount) if self.amount is not None else None
        return {"outcome": self.outcome, "amount": amount, "reason": self.reason, "note": self.note}


def ending(outcome: str, amount: str, reason: str, note: str, reasons: Mapping[str, tuple[str, ...]]) -> Ending:
    """The ending that an agent filled in. `reasons`: by outcome, those that the shop distinguishes.

    What is sold has an amount, what is lost or settled a reason: without them nobody can say at the month's end
    what the chats were worth and why they were lost. Raises Refused.
    """
    if outcome not in CHOSEN:
        raise Refused("outcome_missing")
    if len(note) > MOST_NOTE:
        raise Refused("note_too_long")
    if outcome == "sold":
        return Ending("sold", _amount(amount), None, note.strip())
    if reason not in reasons.get(outcome, ()):
        raise Refused("reason_missing")
    return Ending("lost" if outcome == "lost" else "settled", None, reason, note.strip())


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text.strip().lstrip("¥￥").replace(",", "").replace("，", ""))
    except InvalidOperation:
        raise Refused("amount_missing") from None
    if not amount.is_finite() or not 0 < amount <= _MOST:
        raise Refused("amount_missing")
    return amount.quantize(Decimal("0.01"))
