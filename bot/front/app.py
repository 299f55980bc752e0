"""The front: the only process that the outside reaches. API, the buyer's chat, and the desk's pages."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.adapters.agents import Agents
from bot.adapters.handoffs import Handoffs
from bot.adapters.live_shop import LiveShop
from bot.adapters.other_fronts import OtherFronts
from bot.adapters.outbox import Outbox
from bot.adapters.rasa_client import Rasa
from bot.adapters.store import Store
from bot.adapters.words import Words
from bot.desk.pages import desk_routes
from bot.desk.rendering import problem_page, wants_page
from bot.front.api import api_routes
from bot.front.chat import chat_routes
from bot.front.chatwoot import Chatwoot
from bot.front.conversations import Conversations
from bot.front.guard import SecurityHeaders, SmallBodies, security_headers
from bot.front.limits import Limits
from bot.front.live import Live
from bot.front.metrics import FAILED, metrics
from bot.front.minding import Minding
from bot.front.pictures import Pictures
from bot.front.problems import Problem, problem
from bot.front.site import SMALLER, Site, site_routes
from bot.front.telling import Telling
from bot.ports import Calendar, Clock, StoreError
from bot.workbench.bench import Bench
from bot.workbench.pages import workbench_routes

log = logging.getLogger(__name__)
STATIC = Path(__file__).parent / "static"
DESK_STATIC = Path(__file__).parent.parent / "desk" / "static"
WORKBENCH_STATIC = Path(__file__).parent.parent / "workbench" / "static"
UNDERSTOOD_WITHIN = 300
"""Seconds after which buyers who waited are told that nothing can be answered now."""

LOOK_EVERY = 1.0
"""Seconds between two looks for messages that nobody has answered, and for answers that are owed."""


@dataclass(frozen=True)
class Front:
    """What the routes need, on `request.app.state.front`."""

    store: Store
    handoffs: Handoffs
    agents: Agents
    outbox: Outbox
    live: Live
    rasa: Rasa
    words: Words
    shop: LiveShop
    clock: Clock
    calendar: Calendar
    conversations: Conversations
    pictures: Pictures
    api_token: str
    secret: str
    telling: Telling | None = None
    minding: Minding | None = None
    chatwoot: Chatwoot | None = None
    site: Site | None = None
    workbench: Bench | None = None
    limits: Limits = field(default_factory=Limits)
    metrics_token: str = ""
    others: OtherFronts | None = None


def make_app(front: Front) -> Starlette:
    """The Starlette application over its parts."""

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        running = (front.others, front.telling, front.minding, front.chatwoot)
        beside = [asyncio.create_task(one.run()) for one in running if one]
        if front.others is None and await asyncio.to_thread(front.rasa.ready):
            await _answer_what_was_left(front)
        beside.append(asyncio.create_task(_catch_up(front)))
        yield
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)

    app = Starlette(
        routes=[
            Route("/", lambda request: RedirectResponse(f"{base_of(request)}/chat")),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", metrics),
            *api_routes(),
            *site_routes(front.site),
            *chat_routes(),
            *(front.chatwoot.routes() if front.chatwoot else ()),
            *desk_routes(),
            *(workbench_routes() if front.workbench else ()),
            Mount("/static/front", _Checked(directory=STATIC), middleware=SMALLER),
            Mount("/static/desk", _Checked(directory=DESK_STATIC)),
            Mount("/static/workbench", _Checked(directory=WORKBENCH_STATIC)),
        ],
        middleware=[Middleware(SecurityHeaders, _ancestors(front)), Middleware(SmallBodies)],
        exception_handlers={Problem: _refused, StoreError: _store_failed, 404: _not_found, 500: _failed},
        lifespan=lifespan,
    )
    app.state.front = front
    return app


def _ancestors(front: Front) -> str:
    """Who may frame the chat."""
    return front.site.ancestors if front.site else "*"


async def _catch_up(front: Front) -> None:
    """Answers what was left unanswered, before a restart, by another front or by a fault of the database, and what is owed: as
    soon as messages are understood. Goes on until it is cancelled."""
    until = time.monotonic() + UNDERSTOOD_WITHIN
    while time.monotonic() < until and not await asyncio.to_thread(front.rasa.ready):
        await asyncio.sleep(1)
    while True:
        await _answer_what_was_left(front)
        await asyncio.sleep(LOOK_EVERY)


async def _answer_what_was_left(front: Front) -> None:
    try:
        answered = await front.conversations.answer_the_unanswered()
        paid = await front.conversations.pay_what_is_owed()
    except StoreError as error:
        log.error("catching_up_failed error=%s", error)
    except Exception:  # whatever it was, the front goes on
        log.exception("catching_up_failed")
    else:
        if answered or paid:
            log.info("answered_afterwards left=%s owed=%s", answered, paid)


class _Checked(StaticFiles):
    """Files that the browser asks after each time, so that a page never mixes old and new ones after an upgrade."""

    def file_response(self, *given: Any, **named: Any) -> Response:
        response = super().file_response(*given, **named)
        response.headers["Cache-Control"] = "no-cache"
        return response


def base_of(request: Request) -> str:
    """The path that the front is served under, behind a proxy that tells it."""
    return request.scope.get("root_path", "").rstrip("/")


async def healthz(_: Request) -> Response:
    return JSONResponse({"status": "alive"})


async def readyz(request: Request) -> Response:
    """200 when a message would be answered now; else which part is not ready."""
    front: Front = request.app.state.front
    understands, keeps = await asyncio.gather(asyncio.to_thread(front.rasa.ready), asyncio.to_thread(front.store.ready))
    parts = {"understanding": "ready" if understands else front.rasa.trouble, "store": "ready" if keeps else "away"}
    ready = understands and keeps
    return JSONResponse({"ready": ready, "parts": parts}, status_code=200 if ready else 503)


# --- what goes wrong: JSON, and for a browser at the desk a page ---------------------------------------------------


async def _refused(request: Request, refused: Exception) -> Response:
    assert isinstance(refused, Problem)  # Starlette hands a handler what it is registered for
    response = await _told(request, refused.status, refused.code, refused.detail)
    response.headers.update(refused.headers)
    return response


async def _store_failed(request: Request, error: Exception) -> Response:
    log.error("store_failed error=%s", error)
    FAILED.labels("not_kept").inc()
    return await _told(request, 503, "not_kept")


async def _not_found(request: Request, _: Exception) -> Response:
    return await _told(request, 404, "not_found")


async def _failed(request: Request, error: Exception) -> Response:
    log.exception("request_failed", exc_info=error)
    FAILED.labels("failed").inc()
    response = await _told(request, 500, "failed")
    response.headers.update(
        security_headers(request.scope, _ancestors(request.app.state.front))
    )  # outside SecurityHeaders
    return response


async def _told(request: Request, status: int, code: str, detail: str = "") -> Response:
    return await problem_page(request, status, code) if wants_page(request) else problem(status, code, detail)
