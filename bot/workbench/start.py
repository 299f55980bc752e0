"""The workbench's first page: what is live, what the draft changes, what the checks say, and making it live."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

from starlette.datastructures import FormData
from starlette.responses import JSONResponse, Response

from bot.adapters.content import Change, Version
from bot.content.drafting import Taken
from bot.content.row_edits import rows_by_key
from bot.content.sentences import Refused
from bot.content.tables import TABLES
from bot.content.workbench import Progress, Status
from bot.core.content import Edit, Finding
from bot.workbench.bench import table
from bot.workbench.told import link_of
from bot.workbench.view import View, done, field, shown

MOST_EDITS, MOST_FINDINGS, MOST_VERSIONS = 200, 100, 12
GRAVITY = ("error", "warning", "hint")


@shown
def start_page(view: View) -> Response:
    return _start(view)


def _start(view: View, status: int = 200, error: Optional[str] = None) -> Response:
    now = view.workbench.status()
    findings = view.bench.findings()
    unanswered = view.bench.inbox.count()
    if unanswered:
        view.bench.inbox.warm()
    versions = view.workbench.history(200 if view.asked("all") else MOST_VERSIONS)
    return view.page(
        "start.html",
        "start",
        view.w["start_title"],
        status=status,
        error=error,
        live=_version(view, now.live),
        now=now,
        unanswered=unanswered,
        steps=_steps(now),
        edits=_edits(view),
        aside=[_change(view, change) for change in now.aside],
        progress=progress_of(view, now.progress),
        findings=_findings(view, findings),
        gates=[gate.reason[view.language] for gate in view.bench.gates(findings)] if findings is not None else [],
        versions=[_version(view, version) for version in versions if version.state != "live"],
        more=len(versions) == MOST_VERSIONS,
        revision=now.revision,
        client={"running": now.progress.state == "running", "finding": findings is None},
    )


def _steps(now: Status) -> list[dict[str, Any]]:
    """What is to be done until the draft is live, and which of it is next."""
    compares = now.needs == "examples"
    able = now.trained and (now.compared or not compares)
    steps = [_step("train", now.trained, True, True)] if now.needs in ("words", "examples") else []
    steps += [_step("compare", now.compared, compares, now.trained), _step("publish", False, True, able)]
    following = next(step["id"] for step in steps if step["needed"] and not step["done"])
    return [{**step, "next": step["id"] == following} for step in steps]


def _step(id: str, done: bool, needed: bool, can: bool) -> dict[str, Any]:
    return {"id": id, "done": done, "needed": needed, "can": can}


# --- what is shown -----------------------------------------------------------------------------------------------------


def _version(view: View, version: Version) -> dict[str, Any]:
    why = version.told.get("why") or {}
    passed = version.told.get("passed") or {}
    return {
        "number": version.number,
        "kind": view.w[f"version_{version.kind}"].format(of=version.told.get("of", "")),
        "state": version.state,
        "at": view.when(version.at),
        "author": version.author,
        "remark": version.remark,
        "why": why.get(view.language, ""),
        "passed": passed.get("remark", ""),
    }


def _edits(view: View) -> list[dict[str, Any]]:
    found = view.workbench.difference()
    last = {_place(change.edit): change for change in reversed(view.workbench.changes(states=("open",)))}
    told = []
    for number, edit in enumerate(found[:MOST_EDITS]):
        change = last.get(_place(edit))
        by = {"author": change.author, "at": view.when(change.at)} if change else None
        told.append({"number": number, "told": view.teller.edit(edit), "by": by})
    return told


def _place(edit: Edit) -> tuple:
    return edit.file, edit.key, edit.column


def _change(view: View, change: Change) -> dict[str, Any]:
    by = {"author": change.author or view.w["somebody"], "at": view.when(change.at)}
    return {"id": change.id, "told": view.teller.edit(change.edit), "by": by}


def _findings(view: View, found: Optional[list[Finding]]) -> Optional[dict[str, Any]]:
    if found is None:
        return None
    ordered = sorted(found, key=lambda one: (GRAVITY.index(one.severity), one.file, one.line))
    counts = {severity: sum(one.severity == severity for one in found) for severity in GRAVITY}
    shown = [
        {
            "severity": one.severity,
            "file": view.teller.file(one.file),
            "line": f"{one.file}:{one.line}",
            "place": one.place[view.language],
            "reason": one.reason[view.language],
            "proposal": one.proposal[view.language],
            "link": link_of(one.file, _key(view, one)),
        }
        for one in ordered[:MOST_FINDINGS]
    ]
    return {"counts": counts, "shown": shown, "rest": len(found) - len(shown)}


def _key(view: View, finding: Finding) -> tuple[str, ...]:
    """The row at the finding's line, or its reply; nothing where it is about a whole file."""
    if finding.file == "domain.yml":
        return ("responses", finding.place["zh"].split(" · ")[0])
    spec = TABLES.get(finding.file)
    rows = rows_by_key(table(view.tree, finding.file), spec.key) if spec else {}
    return next((key for key, row in rows.items() if row.line == finding.line), ())


def progress_of(view: View, progress: Progress) -> Mapping[str, Any]:
    return {
        "job": view.w.get(f"job_{progress.job}", ""),
        "state": progress.state,
        "author": progress.author,
        "said": progress.said[view.language],
        "percent": None if progress.share is None else round(progress.share * 100),
        "why": progress.why.get(view.language, ""),
    }


# --- fetched by the page -----------------------------------------------------------------------------------------------


@shown
def progress(view: View) -> Response:
    """{"state", "html"}: how far the job is."""
    now = view.workbench.progress()
    html = view.fragment("_progress.html", progress=progress_of(view, now))
    return JSONResponse({"state": now.state, "html": html})


@shown
def findings(view: View) -> Response:
    """{"ready", "html"}: what the checks say of the draft, once they are through."""
    found = view.bench.findings()
    html = view.fragment("_findings.html", findings=_findings(view, found))
    return JSONResponse({"ready": found is not None, "html": html})


@shown
def version_page(view: View) -> Response:
    number = int(view.request.path_params["number"])
    version = next((one for one in view.workbench.history(1000) if one.number == number), None)
    if version is None:
        return view.missing()
    changes = view.workbench.changes(version=number, most=MOST_EDITS)
    title = view.w["version_title"].format(number=number)
    told = [_change(view, change) for change in changes]
    return view.page("version.html", "start", title, version=_version(view, version), changes=told)


# --- acts --------------------------------------------------------------------------------------------------------------


@done
def act(view: View, form: FormData) -> Response:
    acts = {
        "train": _train,
        "compare": _compare,
        "publish": _publish,
        "back": _back,
        "stop": lambda view, form: view.workbench.stop(),
        "take_back": _take_back,
        "dismiss": lambda view, form: view.workbench.dismiss(_number(form, "change")),
        "drop": lambda view, form: view.workbench.drop(),
    }
    todo = acts.get(view.request.path_params["act"])
    if todo is None:
        return view.missing()
    try:
        todo(view, form)
    except Refused as refused:
        return _start(view, 409, refused.said[view.language])
    except Taken as taken:
        return _start(view, 409, view.w["taken_since"].format(by=taken.by or view.w["somebody"]))
    return view.go("/inbox" if form.get("back") == "inbox" else "")


def _train(view: View, form: FormData) -> None:
    view.workbench.train(view.agent.name)


def _compare(view: View, form: FormData) -> None:
    view.workbench.compare(view.agent.name)


def _publish(view: View, form: FormData) -> None:
    passing = field(form, "passing", 500) if view.agent.leads and form.get("pass") else None
    view.workbench.publish(view.agent.name, field(form, "remark", 300).strip(), passing)


def _back(view: View, form: FormData) -> None:
    view.workbench.back(_number(form, "number"), view.agent.name, field(form, "remark", 300).strip())


def _take_back(view: View, form: FormData) -> None:
    """One of the draft's differences, as it was shown."""
    found, number = view.workbench.difference(), _number(form, "edit")
    if _number(form, "revision") != view.workbench.draft().revision or number >= len(found):
        raise Taken(Edit("", (), None, None, None), None, None, None)
    edit = found[number]
    made = [one for one in view.workbench.changes(states=("open",)) if _place(one.edit) == _place(edit)]
    if len(made) == 1 and made[0].edit == edit:
        view.workbench.undo(made[0].id, view.agent.name)
    else:
        view.workbench.save([edit.back()], view.agent.name)


def _number(form: FormData, name: str) -> int:
    given = field(form, name, 12)
    return int(given) if given.isdecimal() else 0
