"""Sends messages to the team's chat groups: one module per service."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.adapters.robots import dingtalk, feishu, slack, webhook, wecom
from bot.adapters.robots.addresses import Address, Addresses
from bot.adapters.robots.line import SECONDS, Answer, NotReached, Outcome, Request, post
from bot.core.notices import Robot
from bot.core.telling import Message


class Service(Protocol):
    """What a service's module gives: how a message is written for it, and what its answer means."""

    def fits(self, message: Message) -> bool:
        """Whether the service takes a message of this size."""

    def request(self, address: Address, message: Message, now: datetime) -> Request: ...
    def outcome(self, answer: Answer) -> Outcome: ...


SERVICES: dict[str, Service] = {
    "dingtalk": dingtalk,
    "wecom": wecom,
    "feishu": feishu,
    "slack": slack,
    "webhook": webhook,
}


class Robots:
    """Blocking; whoever awaits puts it on a thread of its own. `seconds`: to connect, and again for the answer.
    `public`: robots in one's own network are not reached."""

    def __init__(self, addresses: Addresses, seconds: float = SECONDS, public: bool = False):
        self._addresses, self._seconds, self._public = addresses, seconds, public

    def lacks(self, robot: Robot) -> str | None:
        """What must be filled in before this robot can speak: `no_address`, `no_secret`, or None."""
        address = self._addresses.of(robot.name)
        if address is None or not address.url:
            return "no_address"
        return "no_secret" if robot.service == "webhook" and not address.secret else None

    def fits(self, robot: Robot, message: Message) -> bool:
        """Whether the robot's service takes a message of this size."""
        return SERVICES[robot.service].fits(message)

    def send(self, robot: Robot, message: Message, now: datetime) -> Outcome:
        """Sends once; every trouble is an outcome. `now` goes into the signature."""
        address = self._addresses.of(robot.name)
        if address is None:
            return Outcome("later", "no_address")
        service = SERVICES[robot.service]
        try:
            answer = post(service.request(address, message, now), self._seconds, self._public)
        except NotReached as error:
            return Outcome("later", f"unreachable: {error}")
        return service.outcome(answer)
