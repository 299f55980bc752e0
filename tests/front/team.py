"""A team that is told: a database, a clock that is turned by hand, robots that do as they are told, and a worker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.adapters.database import Database
from bot.adapters.migrations import migrate
from bot.adapters.outbox import Outbox
from bot.adapters.robots.line import Outcome
from bot.adapters.store import write_notices
from bot.core.notices import Notice, Robot
from bot.core.shop import Shop
from bot.core.telling import Message
from bot.front.telling import Telling
from tests.small_shop import EVENING, FakeCalendar, make_shop
from tests.told import CARD, WORDS

LATER = Outcome("later", "unreachable: ConnectTimeout")
REFUSED = Outcome("refused", "refused: 310000 sign not match")
SENT = Outcome("sent")


class TurningClock:
    """Stands until it is turned; every sending takes `tick`."""

    def __init__(self) -> None:
        self.moment = EVENING

    def now(self) -> datetime:
        return self.moment

    def turn(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@dataclass
class FakeRobots:
    """Takes messages of at most `most` notices; `answer` says what becomes of one. `said`: (robot, keys, at)."""

    clock: TurningClock
    most: int = 100
    answer: Callable[[Robot, Message], Outcome] = lambda robot, message: SENT
    missing: dict[str, str] = field(default_factory=dict)
    said: list[tuple[str, list[str], datetime]] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)

    def lacks(self, robot: Robot) -> str | None:
        return self.missing.get(robot.name)

    def fits(self, robot: Robot, message: Message) -> bool:
        return len(message.told) <= self.most

    def send(self, robot: Robot, message: Message, now: datetime) -> Outcome:
        self.said.append((robot.name, [told.key.partition(":")[2] for told in message.told], self.clock.now()))
        self.messages.append(message)
        return self.answer(robot, message)


GROUP = Robot("g", "dingtalk", "zh", per_minute=5)
OTHER = Robot("h", "slack", "en", per_minute=5)


class Team:
    """A database, a clock, robots, and a worker over them."""

    def __init__(self, folder: Path, robots: tuple[Robot, ...] = (GROUP, OTHER)):
        self.database = Database(f"sqlite:///{folder / 'team.sqlite'}")
        migrate(self.database)
        self.outbox, self.clock = Outbox(self.database), TurningClock()
        self.robots = FakeRobots(self.clock)
        self.shop: Shop = make_shop(telling=WORDS, robots=robots)
        self.telling = self.worker()

    def worker(self, robots: Any = None, chance: float = 1.0) -> Telling:
        given = (self.outbox, robots or self.robots, lambda: self.shop, self.clock, FakeCalendar())
        return Telling(*given, "https://desk.example", lambda: chance)  # type: ignore[arg-type]

    def put(self, *names: str, robot: str = "g", body: dict[str, Any] | None = None) -> None:
        for name in names:
            notice = Notice(f"{robot}:{name}", robot, "opened", body or {"card": CARD})
            with self.database.writing() as connection:
                write_notices(connection, name.partition("/")[0], [notice], self.clock.now())

    def tell(self, robot: Robot = GROUP, worker: Telling | None = None) -> None:
        """Until the worker has nothing more to send at once."""
        for _ in range(200):
            if not (worker or self.telling).tell(robot):
                return
        raise AssertionError("it goes on for ever")

    def said(self, robot: str = "g") -> list[list[str]]:
        return [keys for name, keys, _ in self.robots.said if name == robot]

    def states(self) -> dict[str, str]:
        with self.database.reading() as connection:
            rows = connection.exec_driver_sql("select key, state from outbox order by id").all()
        return {key.partition(":")[2]: state for key, state in rows}
