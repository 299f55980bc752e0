"""Tells the team: sends what stands in the outbox, each robot by itself, so that one that is down holds up no other."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.adapters.outbox import Outbox
from bot.adapters.robots import Robots
from bot.adapters.robots.line import Outcome
from bot.core.notices import Robot
from bot.core.opening import presence
from bot.core.shop import Shop
from bot.core.telling import Message, Told, message, tell
from bot.core.types import Language
from bot.ports import Calendar, Clock, StoreError

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds between two looks into the outbox."""

REST = 10.0
"""Seconds without a look after the outbox could not be asked."""

MOST_AT_ONCE = 50
"""Notices in one message, where its size allows so many."""

MOST_COUNTED = 1000
"""Notices that are looked at, so that a message can say how many follow."""

MOST_ROBOTS = 32
"""Robots that may be waited for at the same time."""

FIRST_WAIT, LONGEST_WAIT = 5.0, 900.0
"""Seconds before a robot that failed is tried again: twice as many after each failure."""

TAKEN_FOR = timedelta(seconds=60)
"""Longer than any sending lasts; whoever has had a notice for so long has died."""

MINUTE = timedelta(seconds=60)
Row = Mapping[str, Any]


class Telling:
    """`run` belongs to the front's loop; `tell` blocks, and is run for one robot on one thread at a time.

    `chance` gives numbers from 0 to 1, so that robots that failed together are not tried together.
    """

    def __init__(
        self,
        outbox: Outbox,
        robots: Robots,
        shop: Callable[[], Shop],
        clock: Clock,
        calendar: Calendar,
        public_url: str = "",
        chance: Callable[[], float] = random.random,
    ):
        self._outbox, self._robots, self._shop, self._clock = outbox, robots, shop, clock
        self._calendar, self._public_url, self._chance = calendar, public_url, chance
        self._tried: dict[str, list[datetime]] = {}
        self._alone: set[int] = set()

    async def run(self) -> None:
        """Goes on until it is cancelled; what is being sent then is finished on its thread."""
        at_work: dict[str, asyncio.Task[None]] = {}
        pool = ThreadPoolExecutor(MOST_ROBOTS, thread_name_prefix="telling")
        try:
            while True:
                for robot in await self._on_thread(pool, self.speaking) or ():
                    if robot.name not in at_work or at_work[robot.name].done():
                        at_work[robot.name] = asyncio.create_task(self._speak(pool, robot))
                await asyncio.sleep(LOOK_EVERY)
        finally:
            for task in at_work.values():
                task.cancel()
            pool.shutdown(wait=False)

    async def _speak(self, pool: ThreadPoolExecutor, robot: Robot) -> None:
        while await self._on_thread(pool, self.tell, robot):
            pass

    async def _on_thread(self, pool: ThreadPoolExecutor, work: Callable[..., Any], *given: Any) -> Any:
        """What `work` gives; None, after a rest, where it failed: whatever it was, the other robots go on."""
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, work, *given)
        except StoreError as error:
            log.error("telling_failed error=%s", error)
        except Exception:
            log.exception("telling_failed")
        await asyncio.sleep(REST)
        return None

    # --- on a thread ---------------------------------------------------------------------------------------------

    def speaking(self) -> list[Robot]:
        """The shop's robots that have something to say now."""
        known = {robot.name: robot for robot in self._shop().robots}
        names = self._outbox.speaking(self._clock.now())
        for name in names:
            if name not in known:
                self._outbox.waits(name, "no_robot")
        return [known[name] for name in names if name in known]

    def tell(self, robot: Robot) -> bool:
        """Sends one message, of several notices where more is due than the robot may send singly; gives whether there
        may be more to send at once."""
        lacks = self._robots.lacks(robot)
        if lacks:
            self._outbox.waits(robot.name, lacks)
            return False
        now = self._clock.now()
        rows = self._outbox.due(robot.name, now, MOST_COUNTED)
        free = robot.per_minute - self._tried_lately(robot, now)
        if not rows or free < 1:
            return False
        singly = len(rows) <= free or rows[0]["id"] in self._alone
        chosen = self._in_words(rows[: 1 if singly else MOST_AT_ONCE], robot, now)
        if not chosen:
            return True
        waiting = 0 if singly else len(rows) - len(chosen)
        text = self._message(robot, [told for _, told in chosen], waiting)
        return self._send(robot, [row for row, _ in chosen[: len(text.told)]], text, now)

    def _in_words(self, rows: Sequence[Row], robot: Robot, now: datetime) -> list[tuple[Row, Told]]:
        """The rows with what is told of each. One that cannot be put into words is set aside and holds up no other."""
        found = []
        for row in rows:
            try:
                found.append((row, self._told(row, robot, now)))
            except Exception as error:
                log.exception("wordless notice=%s", row["id"])
                self._outbox.refused([row["id"]], f"wordless: {type(error).__name__}")
        return found

    def _told(self, row: Row, robot: Robot, now: datetime) -> Told:
        shop = self._shop()
        queue = (row["body"].get("card") or {}).get("queue", "")
        opening = shop.people.openings.get(queue) or shop.people.openings["sales"]
        there = presence(opening, now.astimezone(ZoneInfo(shop.timezone)), self._calendar).now
        return tell(row, _language(robot), shop, now, there, self._public_url)

    def _message(self, robot: Robot, told: Sequence[Told], waiting: int) -> Message:
        return message(told, waiting, self._shop().telling, _language(robot), lambda one: self._robots.fits(robot, one))

    def _send(self, robot: Robot, rows: Sequence[Row], text: Message, now: datetime) -> bool:
        ids = [row["id"] for row in rows]
        if not self._outbox.take(ids, now, now + TAKEN_FOR):
            return False
        self._tried.setdefault(robot.name, []).append(now)
        outcome = self._robots.send(robot, text, now)
        self._note(robot, rows, ids, outcome, self._clock.now())
        log.info("told robot=%s notices=%s outcome=%s", robot.name, len(ids), outcome.state)
        return outcome.state != "later"

    def _note(self, robot: Robot, rows: Sequence[Row], ids: Sequence[int], outcome: Outcome, now: datetime) -> None:
        """Writes down what became of them. Of several that are refused together one may be the cause: each is sent alone."""
        if outcome.state == "later":
            again_at = now + timedelta(seconds=self._wait(rows[0]["attempts"], outcome.wait))
            self._outbox.failed(robot.name, ids, outcome.why, again_at)
        elif outcome.state == "refused" and len(ids) > 1:
            self._alone.update(ids)
            self._outbox.put_back(ids, now)
        elif outcome.state == "refused":
            self._alone.difference_update(ids)
            self._outbox.refused(ids, outcome.why)
        else:
            self._alone.difference_update(ids)
            self._outbox.sent(ids, now)
            if any(row["error"] for row in rows):
                self._outbox.wake(robot.name, now)

    def _wait(self, failures: int, asked: float) -> float:
        """Seconds: twice as long after each failure, at least what the service asked for, never more than LONGEST_WAIT."""
        doubled = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(failures, 16))
        return min(LONGEST_WAIT, max(asked, doubled * (0.5 + self._chance() / 2)))

    def _tried_lately(self, robot: Robot, now: datetime) -> int:
        """Messages of the last minute: those that this process tried, or those that the outbox knows were sent."""
        mine = [at for at in self._tried.get(robot.name, ()) if now - MINUTE < at <= now]
        self._tried[robot.name] = mine
        return max(len(mine), self._outbox.messages_since(robot.name, now - MINUTE))


def _language(robot: Robot) -> Language:
    return "en" if robot.language == "en" else "zh"
