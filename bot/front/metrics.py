"""What Prometheus asks for: counts and times of turns, and how things stand now. No label holds anything of a buyer's."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Mapping
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, get_args

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from bot.core.types import Decision, Outcome
from bot.front.problems import Problem

if TYPE_CHECKING:
    from bot.front.app import Front

STEPS = ("store", "queue", "understand", "finish", "send")
"""The parts of a turn, in order: keeping the message; waiting for the conversation's turns before it; Rasa and the
actions; card, record and replies written; the answer handed to the network."""

_REGISTRY = CollectorRegistry()
_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5, 1, 2, 5, 10)
STEP_SECONDS = Histogram(
    "nightdesk_turn_step_seconds", "Seconds of a turn by its step.", ["step"], registry=_REGISTRY, buckets=_BUCKETS
)
TURN_SECONDS = Histogram(
    "nightdesk_turn_seconds",
    "Seconds from a message's arrival to its answer, before it is sent.",
    registry=_REGISTRY,
    buckets=_BUCKETS,
)
TURNS = Counter("nightdesk_turns", "Turns by decision; `person`: left to one.", ["decision"], registry=_REGISTRY)
QUESTIONS = Counter("nightdesk_questions", "Questions by outcome.", ["outcome"], registry=_REGISTRY)
NOT_UNDERSTOOD = Counter(
    "nightdesk_turns_without_rasa", "Turns in which Rasa or the actions did not answer in time.", registry=_REGISTRY
)
REPEATED = Counter("nightdesk_repeated_messages", "Messages that had been answered before.", registry=_REGISTRY)
IN_HAND = Gauge("nightdesk_messages_in_hand", "Messages that wait or are being answered now.", registry=_REGISTRY)
THROTTLED = Counter("nightdesk_throttled", "Requests refused because of a limit.", ["by"], registry=_REGISTRY)
FAILED = Counter("nightdesk_failed_requests", "Requests answered with 5xx.", ["code"], registry=_REGISTRY)
ProcessCollector(registry=_REGISTRY)
_OF_STEP = {step: STEP_SECONDS.labels(step) for step in STEPS}
_OF_DECISION = {decision: TURNS.labels(decision) for decision in (*get_args(Decision), "person")}
_OF_OUTCOME = {outcome: QUESTIONS.labels(outcome) for outcome in get_args(Outcome)}
for by in ("buyer", "address", "api"):
    THROTTLED.labels(by)


class Stopwatch:
    """The steps of one turn, in seconds, each from the end of the one before it."""

    def __init__(self) -> None:
        self.began = self._last = time.perf_counter()
        self.steps: dict[str, float] = {}

    def done(self, step: str) -> None:
        """A step has ended; one that is taken again is added up."""
        now = time.perf_counter()
        self.steps[step] = self.steps.get(step, 0.0) + now - self._last
        self._last = now

    def ms(self, step: str) -> float:
        return self.steps.get(step, 0.0) * 1000

    @property
    def seconds(self) -> float:
        return self._last - self.began


def turn_taken(record: Mapping[str, Any], watch: Stopwatch) -> None:
    """Counts a turn that was written down."""
    _OF_DECISION["person" if "left_to" in record else record["decision"]].inc()
    for question in record["questions"]:
        _OF_OUTCOME[question["outcome"]].inc()
    for step, seconds in watch.steps.items():
        _OF_STEP[step].observe(seconds)
    TURN_SECONDS.observe(watch.seconds)


def sending() -> BackgroundTask:
    """Run when an answer has been handed to the network; counts how long that took from now on."""
    began = time.perf_counter()

    async def sent() -> None:
        _OF_STEP["send"].observe(time.perf_counter() - began)

    return BackgroundTask(sent)


# --- the page ----------------------------------------------------------------------------------------------------


async def metrics(request: Request) -> Response:
    """GET /metrics, for this machine alone, or with the token where one is set. Raises Problem (404, 401)."""
    front: Front = request.app.state.front
    _check(request, front.metrics_token)
    ready = await asyncio.to_thread(front.rasa.ready)
    now = await asyncio.to_thread(_standing, front, ready)
    return Response(generate_latest(_REGISTRY) + now, media_type=CONTENT_TYPE_LATEST)


def _check(request: Request, token: str) -> None:
    if token:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), f"Bearer {token}".encode()):
            raise Problem(401, "token")
    elif not _of_this_machine(request):
        raise Problem(404, "not_found")


def _of_this_machine(request: Request) -> bool:
    """Whether nothing stands between: a proxy on this machine says that it passes a request on."""
    passed_on = any(name in request.headers for name in ("forwarded", "x-forwarded-for", "x-real-ip", "via"))
    try:
        return not passed_on and ip_address(request.client.host if request.client else "").is_loopback
    except ValueError:
        return False


def _standing(front: Front, ready: bool) -> bytes:
    """How things stand, from the database. Raises StoreError."""
    registry = CollectorRegistry()

    def tell(name: str, what: str, values: Mapping[str, float], label: str) -> None:
        gauge = Gauge(f"nightdesk_{name}", what, [label], registry=registry)
        for key, value in values.items():
            gauge.labels(key).set(value)

    Gauge("nightdesk_rasa_ready", "1 where a message would be understood now.", registry=registry).set(ready)
    tell("handoffs_open", "Buyers whom a person has or is to have.", front.handoffs.counts(), "state")
    tell(
        "outbox_notices",
        "Notices to the team by state; `failing`: due, after a failure.",
        front.outbox.counts(),
        "state",
    )
    duty = [person for person in front.agents.all() if person["on_duty"]]
    Gauge("nightdesk_people_on_duty", "People who say that they are on duty.", registry=registry).set(len(duty))
    return generate_latest(registry)
