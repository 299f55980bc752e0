"""Makes a tree live: the model is loaded beside the old one, the files are written, the fronts change over.

How far it is stands in the version's state. While it is `preparing` nothing has been touched: what breaks off then, or
fails, leaves all as it was. `publishing` is the decision: from then on it is finished, by this process or, where that
ended, by the next one that looks.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from bot.adapters import git
from bot.adapters.content import Content, Kind, Version
from bot.adapters.content_disk import Disk
from bot.adapters.models import model_name, prune
from bot.adapters.rasa_standby import Standby
from bot.content.drafting import carry_over
from bot.content.jobs import Report, Stopped
from bot.content.sentences import Failed, say
from bot.core.content import Tree
from bot.ports import Clock, ShopFileError

log = logging.getLogger(__name__)
LOOK_EVERY = 0.2
HEARD_WITHIN, LOADED_WITHIN, SWITCHED_WITHIN = 15.0, 330.0, 20.0
"""Seconds that the keeper of Rasa has: to say that it loads a model, to have it loaded, to change over."""

VERSIONS_KEPT = 10
"""So many versions keep their models, so that they can be had back at once."""

Needs = Literal["nothing", "facts", "words", "examples"]


def needs(live: Tree, draft: Tree) -> Needs:
    """What publishing a draft comes to. `facts`: no training; `words`: a short one; `examples`: the whole training."""
    changed = {path for path in {*live, *draft} if live.get(path) != draft.get(path)}
    if any(path.startswith("data/nlu/") for path in changed):
        return "examples"
    if "domain.yml" in changed:
        return "words"
    return "facts" if changed else "nothing"


@dataclass(frozen=True)
class Wish:
    """What is to be live. `revision`: the draft's that the tree is, 0 where it is an earlier version's."""

    kind: Kind
    tree: Tree
    revision: int
    author: str
    remark: str
    told: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Publisher:
    content: Content
    disk: Disk
    standby: Standby
    models: Path
    clock: Clock
    commits: bool = False

    def publish(self, wish: Wish, report: Report) -> Version:
        """Makes a tree live. Raises Failed, Stopped: what was live still is, and the version says why."""
        number = self._begin(wish)
        report.about(number)
        second = ""
        try:
            version, live = self._known(number), self.content.live()
            another = live is None or version.model != model_name(self.content.tree(live.files))
            if another:
                second = self._load(version, report)
            self._decide(number)
            report.step("writing", stoppable=False)
            self._write(version)
        except Stopped:
            self._give_up(number, second, say("failed", "stopped"))
            raise
        except Failed as failed:
            self._give_up(number, second, failed.said)
            raise
        if another:
            report.step("switching", stoppable=False)
            if not self._changes_over(version, second):
                report.note(say("failed", "switching"))
        self._finish(version)
        self._commit(version, report)
        self._prune()
        return self._known(number)

    def recover(self) -> Version | None:
        """Ends what another process began and did not end: taken back where nothing had been touched, else finished."""
        version = self.content.unfinished()
        if version is None:
            return None
        if version.state == "preparing":
            self._give_up(version.number, "", say("failed", "broken_off"))
            return self._known(version.number)
        self._keep_what_stands(version)
        self._write(version)
        self._changes_over(version, "")
        self._finish(version)
        log.info("content_publishing_finished version=%s", version.number)
        return self._known(version.number)

    # --- steps -----------------------------------------------------------------------------------------------------

    def _begin(self, wish: Wish) -> int:
        with self.content.drafting() as drafting:
            return drafting.add_version(
                wish.kind,
                "preparing",
                wish.tree,
                self.clock.now(),
                revision=wish.revision,
                author=wish.author,
                remark=wish.remark,
                model=model_name(wish.tree),
                told=wish.told,
            )

    def _load(self, version: Version, report: Report | None) -> str:
        """Has the second Rasa load the version's model. Gives its id, “” where no Rasa runs under a keeper."""
        if not self.standby.kept():
            return ""
        model = str(self.models / str(version.model))
        id, heard, until = self.standby.want("load", model), time.monotonic(), time.monotonic() + LOADED_WITHIN
        while time.monotonic() < until and self.standby.kept():
            second = self.standby.serving().get("second") or {}
            if second.get("id") == id:
                heard = time.monotonic()
                if second["state"] == "ready":
                    return id
                if second["state"] == "failed":
                    raise Failed("loading", problem=second["why"])
            elif time.monotonic() - heard > HEARD_WITHIN:  # a keeper that was started again knows nothing of it
                id, heard = self.standby.want("load", model), time.monotonic()
            if report is not None:
                report.step("loading")
            time.sleep(LOOK_EVERY)
        raise Failed("loading", problem="Rasa")

    def _decide(self, number: int) -> None:
        with self.content.drafting() as drafting:
            drafting.set_version(number, "publishing")

    def _write(self, version: Version) -> None:
        """Raises Failed where a file cannot be written; those that were are put back."""
        try:
            changed = self.disk.write(self.content.tree(version.files))
        except ShopFileError as error:
            live = self.content.live()
            if live is not None:
                self._put_back(self.content.tree(live.files))
            raise Failed("writing", problem=error) from error
        log.info("content_written version=%s files=%s", version.number, len(changed))

    def _put_back(self, tree: Tree) -> None:
        try:
            self.disk.write(tree)
        except ShopFileError as error:
            log.error("content_not_put_back error=%s", error)

    def _changes_over(self, version: Version, second: str) -> bool:
        """Whether Rasa serves what was written, now or when it is started. A keeper that was started again meanwhile has
        lost the second Rasa, and loads it once more."""
        if (second and self._switch(version, second)) or not self.standby.kept() or self._serves(version):
            return True
        try:
            again = self._load(version, None)
        except Failed as failed:
            log.error("content_model_not_loaded version=%s error=%s", version.number, failed)
            return False
        return not again or self._switch(version, again)

    def _switch(self, version: Version, second: str) -> bool:
        """Whether the second Rasa serves now."""
        self.standby.want("serve", str(version.model), second)
        until = time.monotonic() + SWITCHED_WITHIN
        while time.monotonic() < until and self.standby.kept():
            if (self.standby.serving().get("second") or {}).get("id") != second:
                break
            time.sleep(LOOK_EVERY / 2)
        return self._serves(version)

    def _serves(self, version: Version) -> bool:
        return self.standby.serving().get("model") == version.model

    def _finish(self, version: Version) -> None:
        now = self.clock.now()
        with self.content.drafting() as drafting:
            live = drafting.live()
            drafting.set_version(version.number, "live")
            if version.kind == "back":
                before = drafting.tree_of(live) if live else {}
                carry_over(drafting, before, drafting.tree_of(version), version.number, now)
            else:
                drafting.went_live(version)
                drafting.stand_on(version.number)

    def _give_up(self, number: int, second: str, why: Mapping[str, str]) -> None:
        with self.content.drafting() as drafting:
            drafting.set_version(number, "failed", why=dict(why))
        if second or self.standby.kept():
            self.standby.want("drop", "")

    def _keep_what_stands(self, version: Version) -> None:
        """What an engineer wrote into the files meanwhile is no part of either version; it is kept as one of its own."""
        live = self.content.live()
        known = [self.content.tree(one.files) for one in (live, version) if one]
        found = self.disk.read()
        if all(any(text == tree.get(path) for tree in known) for path, text in found.items()):
            return
        with self.content.drafting() as drafting:
            drafting.add_version("found", "past", found, self.clock.now())

    def _commit(self, version: Version, report: Report) -> None:
        if not self.commits:
            return
        before = [one for one in self.content.versions() if one.number < version.number and one.state == "past"]
        old = before[0].files if before else {}
        changed = [path for path in {*old, *version.files} if old.get(path) != version.files.get(path)]
        why = git.commit([self.disk.place(path) for path in sorted(changed)], version.author or "", version.remark)
        if why:
            log.warning("content_not_committed version=%s error=%s", version.number, why)
            report.note(say("notes", "not_committed", problem=why))

    def _prune(self) -> None:
        kept = [one for one in self.content.versions() if one.state in ("live", "past")][:VERSIONS_KEPT]
        draft = self.content.tree(self.content.draft().files)
        prune(self.models, {model_name(draft), *(str(one.model) for one in kept)})

    def _known(self, number: int) -> Version:
        version = self.content.version(number)
        assert version is not None  # it was written before
        return version
