"""A chat against the draft, with what was understood, and which facts were used from which line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Optional

from starlette.datastructures import FormData
from starlette.responses import JSONResponse, Response

from bot.content import yaml_text
from bot.content.row_edits import rows_by_key
from bot.content.tables import RULES, TABLES
from bot.workbench.bench import table
from bot.workbench.facts import row_address
from bot.workbench.trial import NoAnswer
from bot.workbench.view import View, done, field, shown

LONGEST = 500


@shown
def try_page(view: View) -> Response:
    return view.page("try.html", "try", view.w["try_title"], state=_state(view), client={"chat": True})


def _state(view: View) -> dict[str, Any]:
    """{"ready", "said"}: whether a message would be answered now, and what is to be known of it."""
    if view.bench.trial is None:
        return {"ready": False, "never": True, "said": view.w["try_never"]}
    live = view.workbench.live_tree()
    try:
        ready = view.bench.trial.prepare(view.tree, live)
    except NoAnswer:
        return {"ready": False, "never": True, "said": view.w["try_no_model"]}
    own = view.bench.trial.model(view.tree, live)[1]
    return {"ready": ready, "never": False, "said": view.w["try_own" if own else "try_live_model"]}


@shown
def ready(view: View) -> Response:
    return JSONResponse(_state(view))


@done
def say(view: View, form: FormData) -> Response:
    """{"texts", "questions", "dialogue", "language", "html"} of a message; the page keeps the dialogue."""
    text = field(form, "text", LONGEST).strip()
    if not text:
        return JSONResponse({"error": {"message": view.w["try_empty"]}}, status_code=422)
    asked = {
        "text": text.lstrip("/／"),
        "dialogue": _dialogue(field(form, "dialogue", 60_000)),
        "language": field(form, "language", 2),
        "now": view.now.isoformat(),
    }
    try:
        told = view.bench.trial.answer(view.tree, asked) if view.bench.trial else None
    except NoAnswer as error:
        return JSONResponse({"error": {"message": view.w["try_failed"].format(problem=error)}}, status_code=503)
    if told is None:
        return JSONResponse({"error": {"message": view.w["try_never"]}}, status_code=503)
    html = view.fragment("_understood.html", questions=[_question(view, one) for one in told["questions"]])
    return JSONResponse({**{key: told[key] for key in ("texts", "dialogue", "language")}, "html": html})


def _dialogue(given: str) -> dict[str, Any]:
    try:
        found = json.loads(given or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _question(view: View, one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "label": view.w.get(f"label_{one['label']}", view.w.get(f"reason_{one['label']}", one["label"])),
        "text": one["text"],
        "percent": round(one["confidence"] * 100),
        "outcome": view.w.get(f"outcome_{one['outcome']}", one["outcome"]),
        "kind": one["outcome"],
        "details": [(name, _named(view, name, value)) for name, value in one["details"].items() if _told(value)],
        "facts": [_fact(view, fact, one["details"]) for fact in one["facts"]],
    }


def _told(value: Any) -> str:
    if isinstance(value, list):
        return "、".join(map(_told, value))
    return "" if isinstance(value, (dict, bool)) or value is None else str(value)


def _named(view: View, name: str, value: Any) -> str:
    """A detail by the names of what it is about, where the shop's tables have some."""
    names = (name, name.removesuffix("s"), f"{name[:-3]}y" if name.endswith("ies") else name)
    column = next((c for spec in TABLES.values() for c in spec.columns if c.id in names and c.source), None)
    if column is None:
        return _told(value)
    return view.teller.cell(replace(column, kind="choices"), "|".join(_values(value)))


def _fact(view: View, fact: Mapping[str, str], details: Mapping[str, Any]) -> dict[str, Any]:
    file, line, link = _place(view, fact, details)
    spec = TABLES.get(file)
    column = next((c for c in spec.columns if fact["name"] in (c.id, c.base)), None) if spec else None
    title = column.title[view.language].partition("（")[0].partition(" (")[0] if column else ""
    return {
        "name": title or view.w.get(f"fact_of_{fact['name']}", fact["name"]),
        "value": view.teller.cell(column, fact["value"]),
        "source": view.teller.file(file) if file else fact["source"],
        "line": f"{file}:{line}" if line else file,
        "link": link,
        "origin": fact.get("origin", ""),
    }


def _place(view: View, fact: Mapping[str, str], details: Mapping[str, Any]) -> tuple[str, int, Optional[str]]:
    """The file, line and page that a fact came from; line 0 where it is of the whole file."""
    csv, yml = f"{fact['source']}.csv", f"{fact['source']}.yml"
    if csv in TABLES:
        return (csv, *_row(view, csv, fact, details))
    if yml in RULES:
        name = yml.removeprefix("shop/").removesuffix(".yml")
        return yml, _entry(view, yml, fact["name"]), f"/rules/{name}"
    return "", 0, None


def _row(view: View, file: str, fact: Mapping[str, str], details: Mapping[str, Any]) -> tuple[int, Optional[str]]:
    """The row that fits best what was asked and what was told."""
    spec, said = TABLES[file], set(_values(details))
    best: tuple[int, int, Optional[str]] = (0, 0, None)
    for key, row in rows_by_key(table(view.tree, file), spec.key).items():
        about = sum(value in said for value in (*key, row.cells.get("product", "")) if value)
        if not about and fact["value"] not in key:
            continue
        fits = 2 * about + 3 * (fact["value"] in row.cells.values()) + 3 * (fact["value"] in key)
        if fits > best[0]:
            best = (fits, row.line, row_address(spec, key))
    return best[1], best[2]


def _values(details: Any) -> Iterator[str]:
    if isinstance(details, Mapping):
        for value in details.values():
            yield from _values(value)
    elif isinstance(details, list):
        for value in details:
            yield from _values(value)
    elif details is not None:
        yield str(details)


def _entry(view: View, file: str, name: str) -> int:
    """The line of the rule that is called like the fact, where one is."""
    found = next((rule for rule in RULES[file].rules if "*" not in rule.path and rule.path[-1] == name), None)
    if found is None:
        return 0
    try:
        return yaml_text.line(view.tree[file], found.path)
    except yaml_text.NoSuchEntry:
        return 0
