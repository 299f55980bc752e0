"""Several Rasa workers as one: each conversation has its own, and another one while that is away."""

from __future__ import annotations

import hashlib
import logging
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import Any, TypeVar
from urllib.parse import urlsplit

from bot.adapters.rasa_client import RasaClient, RasaGone, RasaTurn
from bot.ports import UnderstandingError

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")

REST = 5.0
"""Seconds that a worker which did not answer is asked last; then one buyer's message tries it."""

RESOLVE_EVERY = 5.0
"""Seconds between two looks at what the names stand for, so that workers may come and go."""


class RasaWorkers:
    """As RasaClient. `urls`: a name with several addresses stands for as many workers. `make`: a client for an address.

    The state of a conversation comes with each message, so any worker can take any turn; it goes to the same one where
    that is possible, for its tracker is there. A worker that is gone took no turn that anybody heard of: the next one is
    asked. One that was waited for in vain has used up the buyer's time: there is no second try.
    """

    def __init__(
        self, urls: Sequence[str], make: Callable[[str], RasaClient], now: Callable[[], float] = time.monotonic
    ):
        self._urls, self._make, self._now = urls, make, now
        self._workers: dict[str, RasaClient] = {}
        self._rests: dict[str, float] = {}
        self._lock, self._resolved_at = Lock(), -RESOLVE_EVERY
        self.trouble = "not_asked"

    def take_turn(self, sender: str, text: str, metadata: Mapping[str, Any]) -> RasaTurn:
        """Raises UnderstandingError where no worker answered in time, or its answer holds no turn."""
        return self._asked(sender, lambda worker: worker.take_turn(sender, text, metadata))

    def understood(self, texts: Sequence[str]) -> dict[str, Any]:
        """{text: what is understood in it}, by any of them. Raises UnderstandingError where none can say."""
        return self._asked("", lambda worker: worker.understood(texts))

    def _asked(self, sender: str, ask: Callable[[RasaClient], Answer]) -> Answer:
        failed: UnderstandingError | None = None
        for name, worker in self._in_order(sender):
            try:
                answer = ask(worker)
            except RasaGone as error:
                self._rest(name)
                failed = error
                if error.waited:
                    break
            else:
                self._is_back(name)
                return answer
        raise failed or UnderstandingError("no Rasa worker is known")

    def ready(self) -> bool:
        """Whether a turn would be taken now, by any of them."""
        self._resolve()
        found = {name: worker.ready() for name, worker in self._workers.items()}
        for name in [name for name, ready in found.items() if ready]:
            self._is_back(name)
        troubles = [worker.trouble for worker in self._workers.values()] or ["rasa_away"]
        self.trouble = (
            "ready" if any(found.values()) else max(troubles, key=("rasa_away", "actions_away", "warming_up").index)
        )
        return any(found.values())

    # --- which one -----------------------------------------------------------------------------------------------

    def _in_order(self, sender: str) -> list[tuple[str, RasaClient]]:
        """This conversation's worker, then those that stand in for it (rendezvous hashing: when one comes or goes, the
        conversations of the others stay where they are); those that rest come last."""
        self._resolve()
        workers = sorted(self._workers.items(), key=lambda one: _weight(one[0], sender))
        return sorted(workers, key=lambda one: self._rests_now(one[0]))

    def _rests_now(self, name: str) -> bool:
        """When its rest is over, whoever asks first tries it, and the others wait for what becomes of that."""
        with self._lock:
            until = self._rests.get(name)
            if until is None:
                return False
            if self._now() < until:
                return True
            self._rests[name] = self._now() + REST
            return False

    def _rest(self, name: str) -> None:
        with self._lock:
            new = name not in self._rests
            self._rests[name] = self._now() + REST
        if new:
            log.error("rasa_worker_away worker=%s", name)

    def _is_back(self, name: str) -> None:
        with self._lock:
            was_away = self._rests.pop(name, None) is not None
        if was_away:
            log.info("rasa_worker_back worker=%s", name)

    # --- which there are -----------------------------------------------------------------------------------------

    def _resolve(self) -> None:
        with self._lock:
            if self._now() - self._resolved_at < RESOLVE_EVERY:
                return
            self._resolved_at = self._now()
        found = [address for url in self._urls for address in _addresses(url)]
        if found and set(found) != set(self._workers):
            workers = {name: self._workers.get(name) or self._make(name) for name in found}
            log.info("rasa_workers names=%s", ",".join(workers))
            self._workers = workers


def _weight(name: str, sender: str) -> bytes:
    return hashlib.blake2b(f"{name} {sender}".encode("utf-8", "replace"), digest_size=8).digest()


def _addresses(url: str) -> list[str]:
    """The workers behind an address; none while its name is not known."""
    parts = urlsplit(url)
    port = parts.port or 5005
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            found = {str(one[4][0]) for one in socket.getaddrinfo(parts.hostname, port, family, socket.SOCK_STREAM)}
        except OSError:
            continue
        return [f"http://{f'[{one}]' if ':' in one else one}:{port}" for one in sorted(found)]
    return []
