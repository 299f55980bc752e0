"""What the pages stand on: the content team's workbench, with what was found last kept, because it takes seconds to find."""

from __future__ import annotations

import hashlib
import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Optional

from starlette.requests import Request

from bot.content import csv_text, responses, yaml_text
from bot.content.cases import rules
from bot.content.gates import Gate, closed
from bot.content.inbox import Inbox
from bot.content.responses import Reply
from bot.content.sheets import Upload
from bot.content.workbench import Workbench
from bot.core.content import Finding, Tree
from bot.ports import Clock
from bot.workbench.trial import Trial

log = logging.getLogger(__name__)
MOST_UPLOADS = 6


@dataclass(frozen=True)
class Waiting:
    """An upload that was looked at and not yet taken. `data`: to look at it anew where the draft has changed."""

    author: str
    name: str
    data: bytes
    remove_missing: bool
    upload: Upload


class Bench:
    """Thread-safe. Raises what the workbench raises."""

    def __init__(self, workbench: Workbench, inbox: Inbox, clock: Clock, trial: Optional[Trial] = None):
        self.workbench, self.inbox, self._clock, self.trial = workbench, inbox, clock, trial
        self._lock = threading.Lock()
        self._found: Optional[tuple[str, list[Finding]]] = None
        self._looking: Optional[str] = None
        self._uploads: OrderedDict[str, Waiting] = OrderedDict()

    # --- what the checks say of the draft ----------------------------------------------------------------------------

    def findings(self) -> Optional[list[Finding]]:
        """None while they are being found; ask again."""
        of = self._state()
        with self._lock:
            if self._found and self._found[0] == of:
                return self._found[1]
            if self._looking != of:
                self._looking = of
                threading.Thread(target=self._find, args=(of,), name="content-checks", daemon=True).start()
        return None

    def _state(self) -> str:
        """By which a draft is known, and the day."""
        files = sorted(self.workbench.draft().files.items())
        return hashlib.sha256(repr((files, self._clock.now().date())).encode()).hexdigest()

    def _find(self, of: str) -> None:
        try:
            found = self.workbench.findings()
        except Exception:  # the page that asks again begins anew
            log.exception("content_checks_failed")
            found = None
        with self._lock:
            if found is not None:
                self._found = (of, found)
            if self._looking == of:
                self._looking = None

    def gates(self, findings: list[Finding]) -> list[Gate]:
        return closed(rules(self.workbench.live_tree()), self.workbench.comparison(), findings)

    # --- uploads that wait -------------------------------------------------------------------------------------------

    def keep(self, waiting: Waiting, token: str = "") -> str:
        """Gives the token by which it is had back, while it is one of the last few."""
        token = token or secrets.token_urlsafe(12)
        with self._lock:
            self._uploads[token] = waiting
            while len(self._uploads) > MOST_UPLOADS:
                self._uploads.popitem(last=False)
        return token

    def kept(self, token: str, author: str) -> Optional[Waiting]:
        with self._lock:
            found = self._uploads.get(token)
        return found if found and found.author == author else None

    def forget(self, token: str) -> None:
        with self._lock:
            self._uploads.pop(token, None)


def bench_of(request: Request) -> Bench:
    return request.app.state.front.workbench


# --- texts, read once ------------------------------------------------------------------------------------------------


@lru_cache(maxsize=32)
def _table(text: str) -> csv_text.Table:
    return csv_text.read(text)


def table(tree: Tree, file: str) -> csv_text.Table:
    """A table of the tree, for reading alone; empty where the shop has none."""
    return _table(tree.get(file, ""))


@lru_cache(maxsize=2)
def _replies(text: str) -> Mapping[str, Reply]:
    return responses.read(text)


def replies(tree: Tree) -> Mapping[str, Reply]:
    return _replies(tree.get("domain.yml", ""))


@lru_cache(maxsize=32)
def _value(text: str) -> Any:
    return yaml_text.value(text)


def entries_of(tree: Tree, file: str) -> Any:
    """What a rules file says, for reading alone."""
    return _value(tree.get(file, ""))
