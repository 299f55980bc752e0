"""Publishing: the draft becomes what is live, whole or not at all, wherever the machine stops."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.database import Database
from bot.adapters.models import model_name
from bot.content.jobs import Stopped
from bot.content.publishing import Wish, needs
from bot.content.sentences import Failed, Refused
from bot.core.content import Edit
from tests.conftest import ROOT
from tests.content.workshop import LIMITS, Silent, Workshop, limit, make_workshop, open_workshop, stands

GREETING = Edit(
    "domain.yml", ("responses", "utter_thanks", "0", "text"), None, "不客气～还有问题随时问我", "不客气～随时问我"
)


# --- what is live --------------------------------------------------------------------------------------------------


def test_the_draft_is_on_the_disk_and_its_changes_are_of_that_version(workshop: Workshop) -> None:
    workshop.bench.save([limit("两百克")], "小林")
    number = workshop.publish()
    assert workshop.disk.read() == workshop.bench.draft_tree()
    assert stands(workshop.disk.read(), "两百克")
    new, old = workshop.bench.history()
    assert (new.number, new.state, new.author, old.state) == (number, "live", "小林", "past")
    (change,) = workshop.bench.changes(version=number)
    assert (change.author, change.state) == ("小林", "live")
    assert workshop.bench.status().needs == "nothing"


def test_only_the_changed_file_is_written_and_only_its_row(workshop: Workshop) -> None:
    before = {path: workshop.file(path).stat().st_mtime_ns for path in workshop.disk.read()}
    text = workshop.file("shop/capabilities.csv").read_text(encoding="utf-8")
    workshop.bench.save([limit("两百克")], "小林")
    workshop.publish()
    after = {path: workshop.file(path).stat().st_mtime_ns for path in workshop.disk.read()}
    assert [path for path in before if before[path] != after[path]] == ["shop/capabilities.csv"]
    assert workshop.file("shop/capabilities.csv").read_text(encoding="utf-8") == text.replace(LIMITS["L18"], "两百克")


def test_what_is_saved_while_it_is_published_stays_in_the_draft(workshop: Workshop) -> None:
    workshop.bench.save([limit("两百克")], "小林")

    def meanwhile(step: str) -> None:
        if step == "writing":
            workshop.bench.save([limit("一公斤", "M500")], "阿明")

    workshop.publish(Silent(meanwhile))
    assert not stands(workshop.disk.read(), "一公斤")
    assert workshop.bench.difference() == [limit("一公斤", "M500")]
    assert [change.author for change in workshop.bench.changes(states=("open",))] == ["阿明"]


def test_back_is_a_version_of_its_own_and_keeps_what_is_not_published(workshop: Workshop) -> None:
    workshop.bench.save([limit("两百克")], "小林")
    workshop.publish()
    workshop.bench.save([limit("一公斤", "M500")], "阿明")
    first = workshop.content.version(1)
    assert first is not None
    back = Wish("back", workshop.bench.tree(first), 0, "组长", "错了", {"of": 1})
    workshop.publisher.publish(back, Silent())
    assert stands(workshop.disk.read(), LIMITS["L18"]) and not stands(workshop.disk.read(), "两百克")
    assert workshop.bench.difference() == [limit("一公斤", "M500")]
    live = workshop.bench.live()
    assert (live.kind, live.told["of"]) == ("back", 1)


NEEDS = [
    ({"shop/faq.csv": "x"}, "facts"),
    ({"shop/faq.csv": "x", "domain.yml": "x"}, "words"),
    ({"domain.yml": "x", "data/nlu/greet.yml": "x"}, "examples"),
    ({}, "nothing"),
]


@pytest.mark.parametrize(("changed", "wanted"), NEEDS)
def test_what_a_draft_needs_follows_from_the_files_that_changed(changed: dict[str, str], wanted: str) -> None:
    live = {"shop/faq.csv": "", "domain.yml": "", "data/nlu/greet.yml": ""}
    assert needs(live, {**live, **changed}) == wanted


def test_words_without_a_model_are_refused(workshop: Workshop) -> None:
    workshop.bench.save([GREETING], "小林")
    with pytest.raises(Refused, match="train first"):
        workshop.bench.publish("小林", "")


# --- what goes wrong -----------------------------------------------------------------------------------------------


def test_a_file_that_cannot_be_written_leaves_all_as_it_was(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = workshop.disk.read()
    variants = Edit("shop/shop.yml", ("name", "zh"), None, "禾禾家", "禾禾之家")
    workshop.bench.save([limit("两百克"), variants], "小林")
    real = os.replace

    def full(source: Any, target: Any) -> None:
        if Path(target).name == "shop.yml" and "禾禾之家" in Path(source).read_text(encoding="utf-8"):
            raise OSError(28, "No space left on device")
        real(source, target)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(Failed, match="No space left"):
        workshop.publish()
    assert workshop.disk.read() == before
    failed, live = workshop.bench.history()
    assert (failed.state, live.state) == ("failed", "live")
    assert "No space left" in failed.told["why"]["zh"]
    assert workshop.bench.difference() == [limit("两百克"), variants]


def test_one_who_stops_it_before_it_is_decided_leaves_all_as_it_was(workshop: Workshop) -> None:
    workshop.bench.save([GREETING], "小林")

    def stop(step: str) -> None:
        if step == "loading":
            raise Stopped

    with a_keeper(workshop, ready=False), pytest.raises(Stopped):
        workshop.publish(Silent(stop))
    assert workshop.bench.history()[0].state == "failed"
    assert workshop.bench.difference() == [GREETING]
    assert workshop.standby.wanted()["act"] == "drop"


@contextmanager
def a_keeper(workshop: Workshop, ready: bool = True, why: str = "") -> Iterator[list[str]]:
    """Stands in for the keeper of Rasa. Gives what it was asked."""
    standby, acts, ends = workshop.standby, [], threading.Event()
    serving: dict[str, Any] = {"port": 5005, "model": "old", "second": None}

    def keep() -> None:
        with standby.lock():
            heard = standby.wanted()
            standby.tell(serving)
            while not ends.wait(0.01):
                wanted = standby.wanted()
                if wanted == heard:
                    continue
                heard = wanted
                acts.append(wanted["act"])
                name = Path(wanted["model"]).name
                if wanted["act"] == "load" and (ready or why):
                    serving["second"] = {"id": wanted["id"], "state": "ready" if ready else "failed", "why": why}
                if wanted["act"] == "serve":
                    serving.update(port=5006, model=name, second=None)
                standby.tell(serving)

    thread = threading.Thread(target=keep)
    thread.start()
    while not standby.kept():
        time.sleep(0.01)
    try:
        yield acts
    finally:
        ends.set()
        thread.join()


def test_a_model_is_loaded_before_the_files_are_touched_and_serves_after(workshop: Workshop) -> None:
    workshop.bench.save([GREETING], "小林")
    seen: dict[str, bool] = {}

    def note(step: str) -> None:
        seen[step] = "不客气～随时问我" in workshop.file("domain.yml").read_text(encoding="utf-8")

    with a_keeper(workshop) as acts:
        workshop.publish(report := Silent(note))
        assert acts == ["load", "serve"]
        assert workshop.standby.serving()["model"] == model_name(workshop.disk.read())
        assert workshop.standby.url() == "http://127.0.0.1:5006"
    assert report.seen[-2:] == ["writing", "switching"]
    assert seen["switching"] and not seen.get("loading", False)


def test_a_model_that_does_not_load_leaves_the_old_one_live_and_says_why(workshop: Workshop) -> None:
    before = workshop.disk.read()
    workshop.bench.save([GREETING], "小林")
    with a_keeper(workshop, ready=False, why="is no trained model"), pytest.raises(Failed, match="no trained model"):
        workshop.publish()
    assert workshop.disk.read() == before
    assert workshop.bench.history()[0].told["why"]["en"].startswith("The new model could not be loaded")


# --- a machine that stops ------------------------------------------------------------------------------------------

DYING = """
import os, sys
from pathlib import Path
from bot.adapters import content_disk
from bot.adapters.content import Drafting
from bot.adapters.database import Database
from tests.content.workshop import Silent, open_workshop

folder, url, fatal = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
workshop = open_workshop(folder, Database(url))
calls = []

def dies(name, real):
    def called(*given, **named):
        calls.append(name)
        if f"{name}:{calls.count(name)}:before" == fatal:
            os._exit(9)
        told = real(*given, **named)
        if f"{name}:{calls.count(name)}:after" == fatal:
            os._exit(9)
        return told
    return called

Drafting.add_version = dies("add_version", Drafting.add_version)
Drafting.set_version = dies("set_version", Drafting.set_version)
Drafting.went_live = dies("went_live", Drafting.went_live)
content_disk.Disk.write = dies("write", content_disk.Disk.write)
content_disk.Disk._write = dies("file", content_disk.Disk._write)
wish = workshop.wish()
workshop.publisher.publish(wish, Silent())
os._exit(0)
"""
UNTOUCHED = ["add_version:1:before", "add_version:1:after", "set_version:1:before", "set_version:1:after"]
FINISHED = [
    "write:1:before",
    "file:1:before",
    "file:1:after",
    "file:2:after",
    "write:1:after",
    "set_version:2:before",
    "set_version:2:after",
    "went_live:1:after",
]
"""`set_version:1` is the decision: before it is kept, nothing has been touched; after it, it is finished."""

TWO = [limit("两百克"), Edit("shop/shop.yml", ("name", "zh"), None, "禾禾家", "禾禾之家")]


def killed(folder: Path, url: str, fatal: str) -> int:
    command = [sys.executable, "-c", DYING, str(folder), url, fatal]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=ROOT, env=environment, timeout=120).returncode


STEPS = [("sqlite", fatal) for fatal in UNTOUCHED + FINISHED]
STEPS += [("postgresql", fatal) for fatal in ("set_version:1:after", "file:2:after", "set_version:2:after")]


@pytest.mark.parametrize(("kind", "fatal"), STEPS)
def test_a_machine_that_stops_while_publishing_goes_back_or_finishes_at_the_next_start(
    tmp_path: Path, request: pytest.FixtureRequest, kind: str, fatal: str
) -> None:
    url = request.getfixturevalue(kind).make()
    database = Database(url)
    workshop = make_workshop(tmp_path, database)
    workshop.bench.recover()
    before = workshop.disk.read()
    workshop.bench.save(TWO, "小林")
    after = workshop.bench.draft_tree()
    assert killed(tmp_path, url, fatal) == 9
    again = open_workshop(tmp_path, database)
    again.bench.recover()
    finished = fatal in FINISHED
    assert again.disk.read() == (after if finished else before)
    assert again.bench.draft_tree() == after, "no edit is lost"
    assert again.bench.status().needs == ("nothing" if finished else "facts")
    states = [version.state for version in again.bench.history()]
    assert states.count("live") == 1 and not {"preparing", "publishing"} & {*states}
    assert [version.kind for version in again.bench.history()].count("disk") == 1, "nothing is taken for an engineer's"
    assert again.bench.live().number == (2 if finished else 1)
    if not finished:
        again.publish()
        assert again.disk.read() == after
    assert {change.state for change in again.bench.changes()} == {"live"}
    database.engine.dispose()


def test_what_an_engineer_wrote_before_it_was_finished_is_kept_as_a_version(workshop: Workshop, tmp_path: Path) -> None:
    workshop.bench.save(TWO, "小林")
    with workshop.content.drafting() as drafting:
        wish = workshop.wish()
        drafting.add_version(
            "published", "publishing", wish.tree, workshop.publisher.clock.now(), revision=wish.revision
        )
    workshop.engineer("shop/capabilities.csv", LIMITS["L18"], "三斤")
    again = open_workshop(tmp_path, workshop.content._database)
    again.bench.recover()
    assert again.disk.read() == workshop.content.tree(again.bench.live().files)
    (found,) = [version for version in again.bench.history() if version.kind == "found"]
    assert stands(again.bench.tree(found), "三斤")


# --- git -----------------------------------------------------------------------------------------------------------


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_what_is_published_is_committed_with_its_authors_name_and_nothing_else_is(tmp_path: Path, sqlite: Any) -> None:
    workshop = make_workshop(tmp_path, Database(sqlite.make()))
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "-c", "user.name=e", "-c", "user.email=e@e", "commit", "--quiet", "--allow-empty", "-m", "first")
    (tmp_path / "half-done.txt").write_text("an engineer's")
    git(tmp_path, "add", "half-done.txt")
    workshop.bench.recover()
    workshop.bench.save([limit("两百克")], "小林")
    object.__setattr__(workshop.publisher, "commits", True)
    workshop.publish()
    assert git(tmp_path, "log", "-1", "--format=%an") == "小林"
    shown = git(tmp_path, "show", "--stat", "--format=", "HEAD")
    assert "capabilities.csv" in shown and "half-done" not in shown


def test_a_commit_that_fails_does_not_undo_what_is_published(workshop: Workshop) -> None:
    workshop.bench.save([limit("两百克")], "小林")
    object.__setattr__(workshop.publisher, "commits", True)
    workshop.publish(report := Silent())
    assert stands(workshop.disk.read(), "两百克")
    assert "not committed" in report.noted["en"]  # type: ignore[index]
    assert json.dumps(report.noted)
