"""A buyer's message to the front, and what the front has for the buyer to the buyer: each once and in order."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

from rasa.core.channels.channel import CollectingOutputChannel, OutputChannel, UserMessage
from rasa.core.channels.hangouts import HangoutsOutput
from sanic.request import Request

from bot.channels.book import Book, Kept, Talk
from bot.channels.connectors import Connector
from bot.channels.front import Front, Refused
from bot.channels.saying import WORDS, parts, passes_by
from bot.core.text import language_of
from bot.ports import FrontError

log = logging.getLogger(__name__)
REQUEST: ContextVar[Request | None] = ContextVar("REQUEST", default=None)
"""What the service sent, while its connector works on it."""

LONGEST_ID = 100
MOST_REFUSALS = 3
"""How often a message is tried that the service takes for wrong, before the next one has its turn."""

GIVEN_UP_AFTER = 24 * 3600.0
"""Seconds for which a service that cannot be reached is tried."""

FIRST_WAIT, LONGEST_WAIT = 2.0, 300.0
LOOK_EVERY = 1.0
MOST_OUTPUTS = 2000


@dataclass
class Trouble:
    """With what waits in a conversation: since when, how often, and when it is tried again (monotonic seconds)."""

    began: float
    times: int = 0
    at: float = 0.0


class Passing:
    """Belongs to one loop. `public`: the front's public address, under which a service finds an agent's pictures."""

    def __init__(self, front: Front, book: Book, public: str, now: Callable[[], float] = time.monotonic):
        self._front, self._book, self._public, self._now = front, book, public, now
        self._connectors: dict[str, Connector] = {}
        self._outputs: dict[str, OutputChannel] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._trouble: dict[str, Trouble] = {}
        self._coming: set[asyncio.Future[None]] = set()
        self.news = asyncio.Event()
        self._one_by_one = ThreadPoolExecutor(1, thread_name_prefix="in-order")
        """Messages are kept in the order in which they came."""

    def opened(self, connector: Connector) -> None:
        self._connectors[connector.name] = connector

    # --- a buyer's message ---------------------------------------------------------------------------------------

    async def came(self, connector: Connector, message: UserMessage) -> None:
        """In place of Rasa's `on_new_message`: when it ends the answer is sent, or will be as soon as it can be."""
        coming = asyncio.ensure_future(self._came(connector, message))
        self._coming.add(coming)
        coming.add_done_callback(self._coming.discard)
        await asyncio.shield(coming)

    async def finish(self, seconds: float) -> None:
        """Waits for messages that services were told have come."""
        if self._coming:
            await asyncio.wait(self._coming, timeout=seconds)

    async def _came(self, connector: Connector, message: UserMessage) -> None:
        request = REQUEST.get()
        text, language = message.text or "", connector.language(request)
        if text.strip() == "/start":
            text = WORDS["start"][language or "zh"]
        recipient, output = str(message.sender_id), message.output_channel
        talk = Talk(
            id=conversation_of(connector.name, recipient),
            channel=connector.name,
            recipient=recipient,
            address=connector.address(output),
            language=language_of(text) or language or "zh",
        )
        kept = (talk, connector.message_id(request, message), text, language)
        await asyncio.get_running_loop().run_in_executor(self._one_by_one, self._book.keep, *kept)
        if connector.output is None and not isinstance(output, (CollectingOutputChannel, HangoutsOutput)):
            self._outputs[talk.id] = output
            if len(self._outputs) > MOST_OUTPUTS:
                del self._outputs[next(iter(self._outputs))]
        await self._work(talk.id, output)

    # --- both ways -----------------------------------------------------------------------------------------------

    async def _work(self, conversation: str, output: OutputChannel | None = None) -> None:
        """Passes on all that waits. What goes wrong is logged, and `again` tries it again."""
        async with self._locks.setdefault(conversation, asyncio.Lock()):
            try:
                await self._pass_in(conversation)
                if await self._pass_out(conversation, output):
                    self._trouble.pop(conversation, None)
            except FrontError as error:
                self._later(conversation)
                log.warning("channel_front_down conversation=%s error=%s", conversation, error)

    async def _pass_in(self, conversation: str) -> None:
        talk = await asyncio.to_thread(self._book.find, conversation)
        if talk is not None and talk.told is None:  # new here: what the front has of it already, the buyer has too
            last = await asyncio.to_thread(self._front.last, conversation)
            await asyncio.to_thread(self._book.told, conversation, last)
        for kept in await asyncio.to_thread(self._book.kept, conversation):
            await self._send(conversation, kept)
            await asyncio.to_thread(self._book.passed, kept)

    async def _send(self, conversation: str, kept: Kept) -> None:
        try:
            await asyncio.to_thread(self._front.send, conversation, kept.message_id, kept.text, kept.language)
        except Refused as error:
            log.error("channel_message_refused conversation=%s error=%s", conversation, error)

    async def _pass_out(self, conversation: str, output: OutputChannel | None) -> bool:
        """Whether the buyer has all that the front has."""
        talk = await asyncio.to_thread(self._book.find, conversation)
        connector = self._connectors.get(talk.channel) if talk else None
        if talk is None or connector is None:
            return True
        output = output or self._outputs.get(conversation) or connector.output_to(talk.address)
        thread = await asyncio.to_thread(self._front.thread, conversation, talk.told or 0)
        await asyncio.to_thread(self._book.heard, conversation, thread.last)
        for message in thread.messages:
            if message["from"] != "buyer" and not (output and await self._say(output, connector, talk, message)):
                return False
            await asyncio.to_thread(self._book.told, conversation, message["seq"])
        return True

    async def _say(self, output: OutputChannel, connector: Connector, to: Talk, message: Mapping[str, Any]) -> bool:
        """Whether the next message may go out: this one did, or never will."""
        try:
            for part in parts(message, output, connector.known.most_buttons, to.language, self._public):
                await output.send_response(to.recipient, part)
        except Exception as error:  # of whatever library the connector reaches its service by
            return self._not_said(to, error)
        self._trouble.pop(to.id, None)
        return True

    def _not_said(self, to: Talk, error: Exception) -> bool:
        trouble = self._later(to.id)
        long = self._now() - trouble.began > GIVEN_UP_AFTER
        given_up = long if passes_by(error) else trouble.times >= MOST_REFUSALS
        if given_up:
            del self._trouble[to.id]
        name = "channel_given_up" if given_up else "channel_not_sent"
        log.error("%s conversation=%s times=%s error=%s", name, to.id, trouble.times, type(error).__name__)
        return given_up

    def _later(self, conversation: str) -> Trouble:
        trouble = self._trouble.setdefault(conversation, Trouble(self._now()))
        trouble.at = self._now() + min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(trouble.times, 10))
        trouble.times += 1
        return trouble

    # --- beside --------------------------------------------------------------------------------------------------

    async def again(self) -> None:
        """Passes on what is new at the front, and goes on with what was left, until it is cancelled."""
        at_work: dict[str, asyncio.Task[None]] = {}
        try:
            while True:
                self.news.clear()
                for conversation in await asyncio.to_thread(self._book.unfinished):
                    if conversation not in at_work and await self._may_go_on(conversation):
                        at_work[conversation] = asyncio.create_task(self._work(conversation))
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self.news.wait(), LOOK_EVERY)
                at_work = {name: task for name, task in at_work.items() if not task.done()}
        finally:
            for task in at_work.values():
                task.cancel()

    async def _may_go_on(self, conversation: str) -> bool:
        trouble, lock = self._trouble.get(conversation), self._locks.get(conversation)
        if (lock and lock.locked()) or (trouble and trouble.at > self._now()):
            return False
        connector = self._connectors.get(conversation.partition(":")[0])
        speaks = connector is not None and (connector.output is not None or conversation in self._outputs)
        return speaks or bool(await asyncio.to_thread(self._book.kept, conversation))

    def heard(self, conversation: str, last: int) -> bool:
        """The front has messages up to this number in a conversation. Whether that is one of ours and new; then `news` is
        to be set. On any thread."""
        talk = self._book.find(conversation)
        if talk is None or talk.last >= last:
            return False
        self._book.heard(conversation, last)
        return True

    @property
    def position(self) -> int:
        """The highest number that the front was heard to have."""
        return self._book.last()


def conversation_of(channel: str, sender: str) -> str:
    """The conversation's name at the front."""
    if len(channel) + len(sender) > LONGEST_ID:
        sender = hashlib.sha256(sender.encode("utf-8", "replace")).hexdigest()
    return f"{channel}:{sender}"
