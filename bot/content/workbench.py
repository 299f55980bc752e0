"""What the content team does with the content: the one place that its pages and `nightdesk content …` call.

`bootstrap.workbench()` builds it. Everything blocks; whoever awaits puts it on a thread. Raises `StoreError` where the
database could not be asked, `ShopFileError` where a live file cannot be read at all.

Reading
    status() -> Status            what is live, what the draft needs, whether a job runs, what waits aside, closed gates
    draft() -> Draft              .revision, .version, .files; draft_tree(), live_tree() and tree(version) give the texts
    live() -> Version             what is live
    changes(...) -> list[Change]  who changed what, newest first; by file, by row (`key`), by version, by state
    difference() -> list[Edit]    the draft against what is live
    history() -> list[Version]    newest first
    findings() -> list[Finding]   what the checks say of the draft; today(): the day that they go by
Editing
    save(edits, author) -> int    the draft's new revision; raises `Taken` where somebody was there first
    undo(change, author) -> int   takes one change back; raises `Taken`
    dismiss(change)               what did not fit files that changed on disk need not be looked at any more
    drop() -> int                 the draft is what is live again
Jobs: one at a time, in the background, asked after with progress(); raise `Refused` where that can be said at once
    train(author)                 trains if needed, then compares
    compare(author)               compares (facts and words alone need no training)
    publish(author, remark, passing="")   `passing`: a lead's reason to pass gates that are closed
    back(number, author, remark)  publishes an earlier version again
    progress() -> Progress        step, share, sentences in both languages, how it ended
    stop()                        ends the job; what is live stays
    comparison() -> Comparison | None   the draft against what is live, as it was last compared; None: not of this draft
    gates() -> list[Gate]         those that the draft does not pass, as far as is known now
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Optional

from bot.adapters.content import Change, Draft, Version
from bot.adapters.content_disk import lay_out
from bot.adapters.models import model_name
from bot.adapters.shop_files import load_shop
from bot.content import drafting, edits
from bot.content.cases import Case, buyers_cases, honesty_cases, project_cases, rules
from bot.content.checking import findings_of
from bot.content.comparing import Comparison, Hear, Sides, answers, compare, known_as
from bot.content.gates import Gate, closed
from bot.content.jobs import Jobs, Progress, Report
from bot.content.publishing import Needs, Publisher, Wish, needs
from bot.content.sentences import Refused, joined
from bot.content.training import train
from bot.content.unreadable import Unreadable
from bot.core.content import Edit, Finding, Tree
from bot.ports import ShopFileError, UnderstandingError

__all__ = ["Progress", "Refused", "Status", "Unreadable", "Workbench"]

DAYS, MOST_MESSAGES = 7, 2000
"""Of buyers' messages a draft is tried on."""


def nobody(texts: Sequence[str]) -> Mapping[str, Any]:
    """Where none serves buyers."""
    raise UnderstandingError("nobody serves")


@dataclass(frozen=True)
class Status:
    """`trained`: whether the draft could be published as far as its model goes; `aside`: changes that did not fit."""

    live: Version
    revision: int
    needs: Needs
    trained: bool
    changes: int
    aside: tuple[Change, ...]
    progress: Progress
    compared: bool


class Workbench:
    """`folder`: where it keeps its own files; `tests`: the project's; `test_lines`: the messages it is measured with;
    `recent`: buyers' dialogues since a moment, at most so many messages; `hear`: what whoever serves buyers understands."""

    def __init__(
        self,
        publisher: Publisher,
        folder: Path,
        tests: Path,
        test_lines: Callable[[], Sequence[str]],
        recent: Callable[[datetime, int], Sequence[Sequence[str]]],
        hear: Hear = nobody,
    ):
        self._publisher, self._content, self._disk = publisher, publisher.content, publisher.disk
        self._clock, self._models = publisher.clock, publisher.models
        self._folder, self._tests, self._test_lines, self._recent = folder, tests, test_lines, recent
        self._jobs = Jobs(folder)
        self._hear = hear
        self._checking = threading.Lock()
        self._found: tuple[Any, list[Finding]] | None = None
        self._seen: Any = None
        self._looking = threading.Lock()

    # --- the live files ----------------------------------------------------------------------------------------------

    def recover(self) -> Version | None:
        """Ends what a process that ended had begun; then what stands on the disk is what is live. At every start."""
        with self._jobs.free() as free:
            ended = self._publisher.recover() if free else None
        self._look()
        return ended

    def _look(self) -> None:
        """Takes up what an engineer changed in the files, before anything rests on what is live."""
        with self._looking:
            signature = self._disk.signature()
            if signature != self._seen:
                with self._jobs.free() as free:
                    if free and self._content.unfinished():
                        self._publisher.recover()
                drafting.look(self._content, self._disk, self._clock.now())
                self._seen = signature if not self._content.unfinished() else None

    # --- reading -----------------------------------------------------------------------------------------------------

    def status(self) -> Status:
        live, draft = self.live(), self.draft()
        tree = self._content.tree(draft.files)
        wanted = needs(self._content.tree(live.files), tree)
        return Status(
            live,
            draft.revision,
            wanted,
            wanted in ("nothing", "facts") or (self._models / model_name(tree)).is_file(),
            len(self.difference()),
            tuple(self._content.changes(states=("aside",))),
            self.progress(),
            self.comparison() is not None,
        )

    def draft(self) -> Draft:
        self._look()
        return self._content.draft()

    def live(self) -> Version:
        self._look()
        live = self._content.live()
        assert live is not None  # looking makes one
        return live

    def draft_tree(self) -> Tree:
        return self._content.tree(self.draft().files)

    def live_tree(self) -> Tree:
        return self._content.tree(self.live().files)

    def tree(self, version: Version) -> Tree:
        return self._content.tree(version.files)

    def changes(self, **which: Any) -> list[Change]:
        """`states`, `file`, `key`, `version`, `most`: see `Content.changes`."""
        return self._content.changes(**which)

    def difference(self) -> list[Edit]:
        return edits.difference(self.live_tree(), self.draft_tree())

    def history(self, most: int = 100) -> list[Version]:
        self._look()
        return self._content.versions(most)

    def findings(self, tree: Tree | None = None) -> list[Finding]:
        """What the checks say of the draft, or of a tree. The last is kept: it takes seconds, and pages and gates ask."""
        checked = self.draft_tree() if tree is None else tree
        of = (dict(checked), tuple(self._test_lines()), self.today())
        with self._checking:
            if self._found is None or self._found[0] != of:
                self._found = (of, findings_of(*of))
            return self._found[1]

    def today(self) -> date:
        """The day by which facts are judged to be up to date."""
        return self._clock.now().date()

    # --- editing -----------------------------------------------------------------------------------------------------

    def save(self, made: Sequence[Edit], author: str) -> int:
        self._look()
        return drafting.save(self._content, made, author, self._clock.now())

    def undo(self, change: int, author: str) -> int:
        self._look()
        return drafting.undo(self._content, change, author, self._clock.now())

    def dismiss(self, change: int) -> None:
        drafting.dismiss(self._content, change)

    def drop(self) -> int:
        self._look()
        return drafting.drop(self._content)

    # --- jobs --------------------------------------------------------------------------------------------------------

    def train(self, author: str) -> None:
        self._start("train", author, self._train)

    def compare(self, author: str) -> None:
        self._start("compare", author, self._compare)

    def publish(self, author: str, remark: str, passing: Optional[str] = None) -> None:
        draft, live = self.draft(), self.live()
        tree = self._content.tree(draft.files)
        wanted = needs(self._content.tree(live.files), tree)
        if wanted == "nothing":
            raise Refused("nothing")
        if wanted != "facts" and not (self._models / model_name(tree)).is_file():
            raise Refused("not_trained")
        if wanted == "examples" and self.comparison() is None:
            raise Refused("not_compared")
        if passing is not None and not passing.strip():
            raise Refused("no_remark")
        wish = Wish("published", tree, draft.revision, author, remark)
        self._start("publish", author, lambda report: self._publish(wish, wanted, passing, report))

    def back(self, number: int, author: str, remark: str) -> None:
        version = self._content.version(number)
        if version is None or version.state not in ("live", "past"):
            raise Refused("no_version", number=number)
        live, tree = self.live_tree(), self._content.tree(version.files)
        wanted = needs(live, tree)
        if wanted == "nothing":
            raise Refused("nothing")
        if model_name(tree) != model_name(live) and not (self._models / model_name(tree)).is_file():
            raise Refused("model_gone", number=number)
        wish = Wish("back", tree, 0, author, remark, {"of": number})
        self._start("back", author, lambda report: self._carry_out(wish, report))

    def progress(self) -> Progress:
        return self._jobs.progress()

    def stop(self) -> None:
        self._jobs.stop()

    def wait(self, seconds: float | None = None) -> Progress:
        """For the command and for tests: until the job that this process began has ended."""
        if self._thread is not None:
            self._thread.join(seconds)
        return self.progress()

    _thread: threading.Thread | None = None

    def comparison(self) -> Comparison | None:
        live, draft = self._content.live(), self._content.draft()
        with suppress(FileNotFoundError, ValueError, TypeError, KeyError):
            found = Comparison.from_json((self._folder / "comparison.json").read_text(encoding="utf-8"))
            return found if live and found.of == known_as(live.files, draft.files) else None
        return None

    def gates(self) -> list[Gate]:
        return closed(rules(self.live_tree()), self.comparison(), self.findings())

    # --- what the jobs do --------------------------------------------------------------------------------------------

    def _start(self, job: str, author: str, work: Callable[[Report], None]) -> None:
        self._look()
        self._thread = self._jobs.start(job, author, self._clock.now(), work)

    def _train(self, report: Report) -> None:
        report.step("checking")
        tree = self.draft_tree()
        self._readable(tree)
        if model_name(tree) != model_name(self.live_tree()):
            train(tree, self._models, self._folder / "training", report)
        self._compare(report)

    def _compare(self, report: Report) -> None:
        since = self._clock.now() - timedelta(days=DAYS)
        cases = [*project_cases(self._tests), *honesty_cases(self.live_tree())]
        cases += buyers_cases(self._recent(since, MOST_MESSAGES))
        found = self._compared(cases, report, nearly=False)
        (self._folder / "comparison.json").write_text(found.as_json(), encoding="utf-8")

    def _compared(self, cases: Sequence[Case], report: Report, *, nearly: bool) -> Comparison:
        now, live, draft = self._clock.now(), self.live(), self.draft()
        before, after = self._content.tree(live.files), self._content.tree(draft.files)
        self._readable(after)
        model = self._live_model(before)
        own = needs(before, after) == "examples"  # else the live one hears the same
        sides = Sides(before, after, model, self._models / model_name(after) if own else model)
        said = answers(sides, cases, self._folder / "comparing", now, report, nearly=nearly, hear=self._hear)
        known: dict[str, Any] = {
            "of": known_as(live.files, draft.files),
            "revision": draft.revision,
            "version": live.number,
        }
        return compare(cases, *said, at=now.isoformat(timespec="seconds"), **known)

    def _live_model(self, live: Tree) -> Path:
        """The model that serves, which was made by earlier code where that has been changed since; else that of the files."""
        serving = self._publisher.standby.serving().get("model")
        return self._models / (serving or model_name(live))

    def _publish(self, wish: Wish, wanted: Needs, passing: str | None, report: Report) -> None:
        report.step("judging")
        self._readable(wish.tree)
        comparison = self.comparison()
        live = self.live_tree()
        if comparison is None and honesty_cases(live):
            comparison = self._compared(honesty_cases(live), report, nearly=True)
        report.step("judging")
        gates = closed(rules(live), comparison, self.findings(wish.tree))
        if gates and passing is None:
            raise Refused("gates", gates=joined([gate.reason for gate in gates]))
        told = {"passed": {"gates": [gate.reason for gate in gates], "remark": passing}} if gates else {}
        self._carry_out(Wish(wish.kind, wish.tree, wish.revision, wish.author, wish.remark, told), report)

    def _carry_out(self, wish: Wish, report: Report) -> None:
        self._readable(wish.tree)
        self._publisher.publish(wish, report)

    def _readable(self, tree: Tree) -> None:
        """Raises Refused where the bot could not read the shop of a tree."""
        folder = lay_out(tree, self._folder / "read")
        try:
            load_shop(folder / "shop")
        except ShopFileError as error:
            raise Refused("shop", problem=error.problems[0]) from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)
