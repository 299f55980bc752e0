"""Reads what the shop says of its chat groups' robots (`desk.yml`) and the words of what they tell (`telling.yml`)."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from bot.adapters.shop_rules import Rules, read_rules
from bot.adapters.shop_tables import Problems
from bot.core.notices import KINDS_TOLD, SERVICES, Robot
from bot.core.shop import TellingWords
from bot.core.telling import PLACEHOLDERS

LONGEST_NAME = 40
"""Characters; the outbox keeps no more."""


def read_robots(rules: Rules, queues: Collection[str]) -> tuple[Robot, ...]:
    """The robots in the order of the list. `queues`: those that the shop has."""
    found: list[Robot] = []
    for part in rules.parts("robots"):
        robot = Robot(
            name=part.text("name"),
            service=part.text("service"),
            language=part.text("language"),
            queues=part.texts("queues") if part.has("queues") else (),
            kinds=part.texts("kinds") if part.has("kinds") else (),
            per_minute=part.whole("per_minute") if part.has("per_minute") else Robot.per_minute,
        )
        for key, value, known in (
            ("service", (robot.service,), SERVICES),
            ("language", (robot.language,), ("zh", "en")),
            ("queues", robot.queues, tuple(queues)),
            ("kinds", robot.kinds, KINDS_TOLD),
        ):
            wrong = [one for one in value if one not in known]
            if wrong:
                part.wrong(key, f"`{key}` has “{wrong[0]}”; write {', '.join(known)}.")
        if not 0 < len(robot.name) <= LONGEST_NAME:
            part.wrong("name", f"`name` is “{robot.name}”; write 1 to {LONGEST_NAME} characters.")
        if robot.per_minute < 1:
            part.wrong("per_minute", "`per_minute` is 0, so nothing would ever be told; write 1 or more.")
        if robot.name in [other.name for other in found]:
            part.wrong("name", f"the name “{robot.name}” stands twice; give this robot another one.")
        found.append(robot)
    return tuple(found)


def read_telling(folder: Path, problems: Problems) -> TellingWords:
    rules = read_rules(folder, "telling.yml", problems)
    hints, queues = rules.part("hints"), rules.part("queues")
    services = {name: hints.part(name) for name in hints.names()}
    for name in services:
        if name not in SERVICES:
            hints.wrong(name, f"“{name}” is no service; write one of {', '.join(SERVICES)}.")
    return TellingWords(
        words={name: rules.filled_pair(name, allowed) for name, allowed in PLACEHOLDERS.items()},
        queues={name: queues.pair(name) for name in queues.names()},
        hints={name: {code: part.pair(code) for code in part.names()} for name, part in services.items()},
    )
