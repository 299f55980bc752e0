"""What a page that stays open looks at, again after each change, for as long as its agent is signed in."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, TypeVar

from starlette.requests import Request

from bot.core.handoff import Agent
from bot.desk.signing_in import agent_of
from bot.front.live import EVERYTHING
from bot.ports import StoreError

if TYPE_CHECKING:
    from bot.front.app import Front

log = logging.getLogger(__name__)
T = TypeVar("T")
SEEN_EVERY = 60.0
"""Seconds between two notes that the agent is there."""


async def watched(
    request: Request, look: Callable[[Agent], T], conversation: str = EVERYTHING
) -> AsyncGenerator[tuple[Agent, T] | None, None]:
    """The agent with what `look` finds, now and after each change; None at last where the session has ended.

    Where the database cannot be read it ends without a word: the page comes back and looks again.
    """
    front: Front = request.app.state.front
    noted = -SEEN_EVERY
    async with aclosing(front.live.changes(conversation)) as changes:
        async for _ in changes:
            try:
                agent = await asyncio.to_thread(agent_of, request)
                if agent is None:
                    break
                if time.monotonic() - noted >= SEEN_EVERY:
                    noted = time.monotonic()
                    await asyncio.to_thread(front.agents.seen, agent.name, front.clock.now())
                found = await asyncio.to_thread(look, agent)
            except StoreError as error:
                log.warning("stream_ended error=%s", error)
                return
            yield agent, found
    yield None
