"""What the buyer hears when a person takes over: what happens, and exactly when somebody is there."""

from __future__ import annotations

import re

from bot.core import formats
from bot.core.labels import HANDED_OVER
from bot.core.opening import presence
from bot.core.types import Fact, Language, Reply
from bot.services.common import Desk

SOURCE = "shop/hours"
_SETTLED = re.compile(
    r"解决|没事|不用了|不需要|不用麻烦|算了|搞定|知道了|never ?mind|sorted|settled|solved|no need|no longer|don't need|forget it"
)
OTHER_REASONS = ("unknown_answer", "repeated_misunderstanding")
GRAVITY = HANDED_OVER + OTHER_REASONS


def gravest(reasons: list[str]) -> str:
    return min(reasons, key=GRAVITY.index)


def hand_over(reason: str, before: str | None, language: Language, desk: Desk) -> tuple[Reply, tuple[Fact, ...]]:
    """The line for a handover. `before` is the reason already handed over in this episode, if any.

    A graver reason is told as new, because it may go to other people with other hours; else the buyer hears that
    it was added to what was passed on.
    """
    promised, fact = promise(reason, language, desk)
    if before is not None and GRAVITY.index(reason) >= GRAVITY.index(before):
        return Reply("utter_handover_added", {"promised": promised}), (fact,)
    return Reply(f"utter_handover_{reason}", {"promised": promised}), (fact,)


def promise(reason: str, language: Language, desk: Desk) -> tuple[str, Fact]:
    """When the people of the reason's queue are there, in the shop's words, and the fact behind it."""
    people = desk.shop.people
    there = presence(people.openings[people.queue(reason)], desk.now, desk.calendar)
    if there.now or there.back is None:
        return people.promise_now[language], desk.fact("people_from", "now", SOURCE)
    when = formats.moment(there.back, desk.now, language)
    fact = desk.fact("people_from", there.back.isoformat(timespec="minutes"), SOURCE)
    return people.promise_later[language].replace("{when}", when), fact


def settled(text: str) -> bool:
    """Whether a refusal says that the matter itself is settled (taxonomy: 不用了解决了, 没事了)."""
    return bool(_SETTLED.search(text.lower()))
