"""What the buyer hears when a person takes over: what happens, and exactly when somebody is there."""

from __future__ import annotations

import re

from bot.core import formats
from bot.core.opening import presence
from bot.core.types import Answer, Fact, Language, Reply
from bot.core.when import gravest
from bot.services.common import Desk, answered

SOURCE = "shop/hours"
_SETTLED = re.compile(
    r"解决|没事|不用了|不需要|不用麻烦|算了|搞定|知道了|never ?mind|sorted|settled|solved|no need|no longer|don't need|forget it"
)
_UNSETTLED = re.compile(
    r"(?:没有?|未|没能|没法|无法|不能)(?:给我?|帮我?|替我|人|完全|彻底|真的?)?(?:解决|搞定)|(?:解决|搞定)(?:不了|不掉|了?[没吗么嘛])|"
    r"(?:not|n't|nt|never) (?:yet |been |really |fully |quite )*(?:sorted|settled|solved)|unsolved|unsettled|(?:do not|don't|dont) forget it"
)
"""The same words with a negation: the matter is still open."""
_SOLVED = re.compile(r"没事了|解决|搞定|sorted|settled|solved")
"""Said of the matter alone; 不用了 and the like may also refuse what was just offered."""
ASKING_FOR_THE_ORDER = ("track_parcel", "request_refund")
"""Reasons whose line asks for the order number, unless it was said."""


def hand_over(
    reason: str, before: str | None, language: Language, desk: Desk, *, order_said: bool = False
) -> tuple[Reply, tuple[Fact, ...]]:
    """The line for a handover. `before` is the reason already handed over in this episode, if any.

    A graver reason is told as new, because it may go to other people with other hours; else the buyer hears that
    it was added to what was passed on, and when those are there who have the card: the people of the graver reason.
    `order_said`: the order number is known, so that it is not asked for.
    """
    promised, fact = promise(gravest([reason, before] if before else [reason]), language, desk)
    if before is not None and gravest([reason, before]) == before:
        return Reply("utter_handover_added", {"promised": promised}), (fact,)
    known = "_with_order" if order_said and reason in ASKING_FOR_THE_ORDER else ""
    return Reply(f"utter_handover_{reason}{known}", {"promised": promised}), (fact,)


def promise(reason: str, language: Language, desk: Desk) -> tuple[str, Fact]:
    """When the people of the reason's queue are there, in the shop's words, and the fact behind it."""
    people = desk.shop.people
    there = presence(people.openings[people.queue(reason)], desk.now, desk.calendar)
    if there.now or there.back is None:
        return people.promise_now[language], desk.fact("people_from", "now", SOURCE)
    when = formats.moment(there.back, desk.now, language)
    fact = desk.fact("people_from", there.back.isoformat(timespec="minutes"), SOURCE)
    return people.promise_later[language].replace("{when}", when), fact


def other_hours(reason: str, desk: Desk) -> bool:
    """Whether those who have the buyer's matter work at other hours than those of whom everybody is told."""
    people = desk.shop.people
    return people.openings[people.queue(reason)] != people.openings["sales"]


def answer_hours_waiting(reason: str, language: Language, desk: Desk) -> Answer:
    """When those are there who have the buyer's matter."""
    promised, fact = promise(reason, language, desk)
    return answered(Reply("utter_hours_waiting", {"promised": promised}), fact)


def settled(text: str) -> bool:
    """Whether a refusal says that the matter itself is settled (taxonomy: 不用了解决了, 没事了)."""
    said = text.lower().replace("’", "'")
    return bool(_SETTLED.search(said)) and not _UNSETTLED.search(said)


def solved(text: str) -> bool:
    """Whether it is the matter that is settled, whatever was just offered."""
    return settled(text) and bool(_SOLVED.search(text.lower()))
