"""What every page of the workbench is given, and how one is made: for whom, in which language, and off the front's loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.content.unreadable import Unreadable
from bot.content.workbench import Workbench
from bot.core.content import Tree
from bot.core.handoff import Agent
from bot.core.types import Language
from bot.desk.rendering import WORKBENCH, base_of, fragment, language_of, page, wants_json, words, written
from bot.desk.signing_in import Endpoint, csrf_right, for_agents, who
from bot.ports import ShopFileError
from bot.workbench.bench import Bench, bench_of
from bot.workbench.told import Teller, when

PLACES = ("start", "inbox", "facts", "faq", "words", "rules", "try")
"""What stands in the bar, with its address below the workbench; `start` is the workbench itself."""


@dataclass(frozen=True)
class View:
    """One request of somebody who is signed in."""

    request: Request
    agent: Agent
    bench: Bench
    language: Language

    @property
    def workbench(self) -> Workbench:
        return self.bench.workbench

    @property
    def w(self) -> dict[str, str]:
        return words(self.language, WORKBENCH)

    @cached_property
    def now(self) -> datetime:
        front = self.request.app.state.front
        return front.clock.now().astimezone(ZoneInfo(front.shop.current().timezone))

    @cached_property
    def tree(self) -> Tree:
        """The draft's."""
        return self.workbench.draft_tree()

    @cached_property
    def teller(self) -> Teller:
        return Teller(self.tree, self.language, self.w)

    def when(self, moment: datetime) -> dict[str, str]:
        return when(moment, self.now)

    def asked(self, name: str) -> str:
        return self.request.query_params.get(name, "")

    def address(self, path: str) -> str:
        return f"{base_of(self.request)}{WORKBENCH.path}{path}"

    def page(self, template: str, at: str, title: str, *, status: int = 200, **values: Any) -> Response:
        """`at`: which place of the bar it belongs to."""
        client = {"at": template.removesuffix(".html"), **values.pop("client", {})}
        given = {"title": title, "at": at, "places": PLACES, "home": self.address(""), "saved": self.asked("saved")}
        return page(
            self.request,
            template,
            status=status,
            agent=who(self.agent),
            client=client,
            **{"error": None} | given | values,
        )

    def fragment(self, template: str, **values: Any) -> str:
        return fragment(self.request, template, agent=who(self.agent), home=self.address(""), **values)

    def go(self, path: str) -> Response:
        return RedirectResponse(self.address(path), status_code=303)

    def problem(self, status: int, what: str, do: str, kept: str = "") -> Response:
        if wants_json(self.request):
            return JSONResponse({"error": {"message": f"{what} {do}"}}, status_code=status)
        again = self.request.url.path if self.request.method == "GET" and status >= 500 else None
        return page(self.request, "problem.html", status=status, what=what, do=do, again=again, written=kept)

    def missing(self) -> Response:
        return self.problem(404, self.w["problem_not_found"], self.w["problem_not_found_do"])


def shown(endpoint: Callable[[View], Response]) -> Endpoint:
    """A page that only reads. `endpoint` blocks, and is run on a thread."""

    @for_agents
    async def guarded(request: Request, agent: Agent) -> Response:
        view = View(request, agent, bench_of(request), language_of(request))
        return await asyncio.to_thread(_safely, view, lambda: endpoint(view))

    return guarded


def done(endpoint: Callable[[View, FormData], Response]) -> Endpoint:
    """A form that is sent. `endpoint` blocks, and is run on a thread."""

    @for_agents
    async def guarded(request: Request, agent: Agent) -> Response:
        view = View(request, agent, bench_of(request), language_of(request))
        form = await request.form(max_fields=5000)
        if not csrf_right(request, str(form.get("csrf") or request.headers.get("x-csrf", ""))):
            kept = await written(request)
            return view.problem(403, view.w["page_too_old"], view.w["page_too_old_do"], kept)
        return await asyncio.to_thread(_safely, view, lambda: endpoint(view, form))

    return guarded


def _safely(view: View, make: Callable[[], Response]) -> Response:
    try:
        return make()
    except ShopFileError as error:
        return view.problem(500, view.w["files_unreadable"], error.problems[0])
    except Unreadable as error:
        return view.problem(500, view.w["files_unreadable"], str(error))


def field(form: FormData, name: str, most: int = 20_000) -> str:
    """A field as text, with plain line ends."""
    value = form.get(name)
    return value.replace("\r\n", "\n").replace("\x00", "")[:most] if isinstance(value, str) else ""
