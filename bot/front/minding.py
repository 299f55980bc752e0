"""Minds what nobody looks at: tells the morning report, reminds of handoffs, closes those in which nothing happens."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from bot.adapters.forgetting import Forgetting
from bot.adapters.handoffs import Handoffs
from bot.adapters.night import Nights
from bot.adapters.outbox import Outbox
from bot.core.digest import make_report, night_began, told_today
from bot.core.digest_words import as_notices
from bot.core.minding import Due, idle, reminders
from bot.core.notices import Notice, notices
from bot.front.live import Live
from bot.services.common import Desk

log = logging.getLogger(__name__)
FORGET_EVERY = timedelta(hours=1)
LOOK_EVERY = 10.0
"""Seconds between two looks. What is due is read from the database and the clock each time, so that neither a pause nor
a clock that jumps tells anything twice."""


class Minding:
    """`run` belongs to the front's loop; the others block, and raise StoreError where the database could not be asked.

    Two fronts over one database may both mind it.
    """

    def __init__(
        self,
        nights: Nights,
        handoffs: Handoffs,
        outbox: Outbox,
        live: Live,
        desk: Callable[[], Desk],
        forgetting: Forgetting | None = None,
    ):
        self._nights, self._handoffs, self._outbox, self._live, self._desk = nights, handoffs, outbox, live, desk
        self._forgetting = forgetting
        self._forgot_at: datetime | None = None
        self._told: date | None = None

    async def run(self) -> None:
        """Goes on until it is cancelled, whatever happens in a look."""
        while True:
            for step in (self.mind, self.tell_report, self.forget):
                try:
                    await asyncio.to_thread(step)
                except Exception:
                    log.exception("minding_failed step=%s", step.__name__)
            await asyncio.sleep(LOOK_EVERY)

    def mind(self) -> None:
        """Closes what is idle, and writes down the reminders that are due."""
        desk = self._desk()
        rules, watched = desk.shop.desk, self._nights.watched()
        for handoff in watched:
            if idle(handoff, desk.now, rules) and self._handoffs.expire(handoff.id, desk.now):
                log.info("handoff_idle handoff=%s", handoff.id)
                self._live.tell(handoff.conversation)
        for due in reminders(watched, desk.now, rules, desk.shop.people, desk.calendar):
            if self._handoffs.reminded(due.handoff.id, self._notices(due, desk), desk.now):
                log.info("reminded handoff=%s why=%s", due.handoff.id, due.why)
                self._live.tell(due.handoff.conversation)

    def _notices(self, due: Due, desk: Desk) -> list[Notice]:
        """What the robots tell: `agent` where it is the buyer who is silent, `claimed_by` where it is the agent."""
        row = self._handoffs.find(due.handoff.id)
        if row is None:
            return []
        since = due.handoff.waiting_since or due.since
        body: dict[str, Any] = {
            "card": row["card"],
            "why": due.why,
            "waiting_since": since.isoformat(timespec="seconds"),
        }
        if due.why != "waiting":
            body["agent" if due.why == "silent" else "claimed_by"] = row["agent"]
        return list(notices(desk.shop.robots, "reminder", due.subject, due.handoff.queue, body))

    def tell_report(self) -> None:
        """Writes the day's report down once; the notice's key keeps it from being told again after a restart."""
        desk = self._desk()
        openings = tuple(desk.shop.people.openings.values())
        today = desk.now.date()
        if self._told == today or not told_today(desk.now, desk.shop.desk, openings, desk.calendar):
            return
        night = self._nights.between(night_began(desk.now, openings, desk.calendar), desk.now)
        self._outbox.add(as_notices(make_report(night, desk.shop), desk.shop), desk.now)
        self._told = today
        log.info("report_told day=%s", today)

    def forget(self) -> None:
        """Removes what is older than the shop keeps it, once an hour."""
        desk = self._desk()
        days, last = desk.shop.desk.forget_after_days, self._forgot_at
        if self._forgetting is None or not days or (last is not None and abs(desk.now - last) < FORGET_EVERY):
            return
        self._forgot_at = desk.now
        if count := self._forgetting.forget_before(desk.now - timedelta(days=days)):
            log.info("forgotten count=%s", count)
