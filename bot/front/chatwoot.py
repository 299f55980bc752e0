"""Chatwoot's agent bot: its webhook, which keeps what comes and says so at once, and the worker that answers in order."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import logging
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.adapters.chatwoot.book import Book, Delivery
from bot.adapters.chatwoot.client import BOT_CALLS, Client, NotAllowed, NotThere
from bot.adapters.chatwoot.payload import Unreadable, read_event
from bot.adapters.chatwoot.signing import fault
from bot.front.chatwoot_steps import Carrying, Later
from bot.front.conversations import Conversations, Incoming
from bot.front.problems import Problem, problem
from bot.ports import HelpDeskError, StoreError

log = logging.getLogger(__name__)

HELD = timedelta(seconds=20)
"""For how long a front has a delivery to itself; it says so again while it works on it."""

LOOK_EVERY = 1.0
"""Seconds between two looks for what is due, where nothing comes in."""

MOST_AT_ONCE = 8
"""Conversations that are worked on at the same time."""

FIRST_WAIT, LONGEST_WAIT = 2.0, 60.0
"""Seconds before a delivery is tried again: twice as many after each failure."""

LOOK_OVER_AGAIN = 30.0
"""Seconds after which the look-over at start is tried again where Chatwoot did not answer."""

READY_WITHIN = 180.0
"""Seconds that buyers' messages wait at start for what understands them."""

LOOK_BACK = timedelta(hours=24)
"""How old a message may be that no event told of and that is answered all the same."""

MOST_PAGES = 40
Given = TypeVar("Given")
_LONGEST_ID = 80


class Chatwoot:
    """`run` belongs to the front's loop. `path`: what keeps the webhook's address from being guessed; `secret`: by which
    newer versions sign, empty for older ones, which do not. `ready`: whether a message would be understood now. `held`:
    for how long a delivery is kept from other fronts, None where there are none.
    """

    def __init__(
        self,
        client: Client,
        book: Book,
        carrying: Carrying,
        conversations: Conversations,
        account: int,
        path: str,
        secret: str = "",
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
        ready: Callable[[], bool] = lambda: True,
        held: timedelta | None = None,
    ):
        self._client, self._book, self._carrying, self._conversations = client, book, carrying, conversations
        self._ready, self._held = ready, held
        self._pool = ThreadPoolExecutor(MOST_AT_ONCE + 1, thread_name_prefix="chatwoot")
        self._account, self._path, self._secret, self._now = account, path, secret, now
        self._came = asyncio.Event()
        self._looked_at = 0.0
        self._looked_over = False

    # --- the webhook ---------------------------------------------------------------------------------------------

    def routes(self) -> list[Route]:
        return [Route("/chatwoot/{path}", self.receive, methods=["POST"])]

    async def receive(self, request: Request) -> Response:
        """POST /chatwoot/{path}. 200 once it is kept, or is nothing to us; 500, which is tried again, where it is not kept."""
        if not hmac.compare_digest(request.path_params["path"].encode("utf-8", "replace"), self._path.encode()):
            raise Problem(404, "not_found")
        body = await request.body()
        if self._secret and (why := fault(self._secret, request.headers, body, self._now().timestamp())):
            log.warning("chatwoot_refused why=%s", why)
            raise Problem(401, "signature", why)
        try:
            payload = json.loads(body)
            event = read_event(payload if isinstance(payload, dict) else {})
        except (ValueError, RecursionError) as error:
            log.warning(
                "chatwoot_unreadable error=%s", error if isinstance(error, Unreadable) else type(error).__name__
            )
            raise Problem(400, "wrong_field" if isinstance(error, Unreadable) else "not_json") from None
        if event.standing is None or event.account not in (None, self._account):
            log.info("chatwoot_passed_over event=%.40s account=%s", event.name, event.account)
            return JSONResponse({"kept": False})
        delivery_id = request.headers.get("x-chatwoot-delivery", "")[:_LONGEST_ID]
        try:
            new = await asyncio.to_thread(self._book.arrived, event, delivery_id, self._now())
        except StoreError as error:
            log.error("chatwoot_not_kept error=%s", error)
            return problem(500, "not_kept")
        if not new:
            log.info("chatwoot_repeated delivery=%s", delivery_id)
        self._came.set()
        return JSONResponse({"kept": new})

    # --- the worker ----------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Goes on until it is cancelled; a delivery that is being worked on is left as it is, and taken up at the next start."""
        await self._until_ready()
        at_work: dict[str, asyncio.Task[None]] = {}
        places = asyncio.Semaphore(MOST_AT_ONCE)
        try:
            while True:
                await self._look_over_in_time()
                for delivery in await self._due():
                    if delivery.conversation not in at_work or at_work[delivery.conversation].done():
                        at_work[delivery.conversation] = asyncio.create_task(self._work(delivery, places))
                at_work = {name: task for name, task in at_work.items() if not task.done()}
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._came.wait(), LOOK_EVERY)
                self._came.clear()
        finally:
            for task in at_work.values():
                task.cancel()
            await asyncio.gather(*at_work.values(), return_exceptions=True)
            self._pool.shutdown(wait=False)

    async def _until_ready(self) -> None:
        until = time.monotonic() + READY_WITHIN
        while time.monotonic() < until and not await asyncio.to_thread(self._ready):
            await asyncio.sleep(LOOK_EVERY)

    async def _due(self) -> list[Delivery]:
        try:
            return await asyncio.to_thread(self._book.due, self._now())
        except StoreError as error:
            log.error("chatwoot_worker_failed error=%s", error)
            return []

    async def _work(self, delivery: Delivery, places: asyncio.Semaphore) -> None:
        async with places, self._holding(delivery) as mine:
            if not mine:
                return
            try:
                await self.answer(delivery)
            except (Later, HelpDeskError) as error:
                await self._put_off(delivery, str(error))
            except Exception as error:
                log.exception("chatwoot_delivery_failed conversation=%s", delivery.conversation)
                await self._put_off(delivery, type(error).__name__)
        self._came.set()

    @contextlib.asynccontextmanager
    async def _holding(self, delivery: Delivery) -> AsyncIterator[bool]:
        """Keeps a delivery from other fronts; gives whether none of them was first."""
        if self._held is None:
            yield True
            return
        try:
            mine = await asyncio.to_thread(self._book.hold, delivery, self._now(), self._now() + self._held)
        except StoreError as error:
            log.error("chatwoot_worker_failed error=%s", error)
            mine = False
        if not mine:
            yield False
            return
        keeping = asyncio.create_task(self._keep(delivery, self._held))
        try:
            yield True
        finally:
            keeping.cancel()

    async def _keep(self, delivery: Delivery, held: timedelta) -> None:
        while True:
            await asyncio.sleep(held.total_seconds() / 3)
            with contextlib.suppress(StoreError):
                await asyncio.to_thread(self._book.keep, delivery, self._now() + held)

    async def _put_off(self, delivery: Delivery, why: str) -> None:
        seconds = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(delivery.attempts, 10))
        log.warning("chatwoot_later conversation=%s seconds=%.0f why=%s", delivery.conversation, seconds, why)
        try:
            await asyncio.to_thread(self._book.later, delivery, self._now() + timedelta(seconds=seconds), why)
        except StoreError as error:
            log.error("chatwoot_worker_failed error=%s", error)
            await asyncio.sleep(LOOK_EVERY)

    async def answer(self, delivery: Delivery) -> None:
        """Answers a buyer's message, or goes on where it was left. Raises Later, HelpDeskError, StoreError."""
        if not await asyncio.to_thread(self._book.steps, delivery):
            if delivery.state == "due" and not await self._may_be_answered(delivery):
                return
            pictures = tuple({"id": address, "url": address} for address in delivery.pictures)
            message = delivery.key.removeprefix(f"{delivery.conversation}:")
            incoming = Incoming(delivery.conversation, message, delivery.text, pictures)
            answer = await self._conversations.receive(incoming)
            await asyncio.to_thread(self._carrying.plan, delivery, answer)
        await self._calling(lambda: self._carrying.carry_out(delivery))
        await asyncio.to_thread(self._book.finish, delivery, "done")

    async def _calling(self, work: Callable[[], Given]) -> Given:
        """On a thread of our own: while Chatwoot is slow, nothing else of the front waits for it."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    async def _may_be_answered(self, delivery: Delivery) -> bool:
        try:
            why = await self._calling(lambda: self._carrying.held(delivery))
        except NotThere:
            why = "gone"
        if why is None:
            await asyncio.to_thread(self._book.take, delivery)
            return True
        log.info("chatwoot_left_to_people conversation=%s why=%s", delivery.conversation, why)
        await asyncio.to_thread(self._book.finish, delivery, "passed", why)
        return False

    # --- at start ------------------------------------------------------------------------------------------------

    async def _look_over_in_time(self) -> None:
        if self._looked_over or time.monotonic() - self._looked_at < LOOK_OVER_AGAIN and self._looked_at:
            return
        self._looked_at = time.monotonic()
        try:
            await self._calling(self.look_over)
        except (HelpDeskError, StoreError) as error:
            log.error("chatwoot_look_over_failed error=%s", error)
        except Exception:
            log.exception("chatwoot_look_over_failed")
            self._looked_over = True
        else:
            self._looked_over = True

    def look_over(self) -> int:
        """What this installation allows, and the pending conversations in which a buyer waits unheard; gives how many
        messages were missed. Raises HelpDeskError, StoreError."""
        allowed = self._client.probe()
        refused = [call for call in BOT_CALLS if not allowed.get(call)]
        log.info("chatwoot_probed not_for_bots=%s agent_token=%s", ",".join(refused) or "-", self._client.reads)
        if not self._client.reads:
            log.warning("chatwoot_cannot_look_over why=no agent token")
            return 0
        mine = self._client.inboxes(f"/chatwoot/{self._path}")
        missed = 0
        for page in range(1, MOST_PAGES + 1):
            found = self._client.pending(page)
            for standing in found:
                if standing.inbox in mine:
                    missed += self._missed_in(standing.number)
            if not found:
                break
        log.info("chatwoot_looked_over inboxes=%s missed=%s", len(mine), missed)
        if missed:
            self._came.set()
        return missed

    def _missed_in(self, number: int) -> int:
        """The buyer's messages after the last that anybody answered."""
        try:
            standing, lines = self._client.standing(number), self._client.lines(number)
        except (NotThere, NotAllowed) as error:
            log.warning("chatwoot_passed_over conversation=%s error=%s", number, error)
            return 0
        answered = max((one.id for one in lines if one.kind in ("outgoing", "template") and not one.private), default=0)
        oldest = (self._now() - LOOK_BACK).timestamp()
        waiting = [one for one in lines if one.id > answered or (one.chosen is not None and one.id == answered)]
        return self._book.missed(standing, [one for one in waiting if one.at >= oldest], self._now())
