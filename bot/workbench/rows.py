"""A row of the shop's facts: changed, added, taken out, with who changed what; and a fact the short way."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Optional

from starlette.datastructures import FormData
from starlette.responses import Response

from bot.content.csv_text import Row
from bot.content.drafting import Taken
from bot.content.tables import TABLES, Column, TableSpec, choices
from bot.core.content import Edit
from bot.workbench.checking import kind_fault
from bot.workbench.facts import Key, groups_of, name_of, row_address, rows_of, spec_of, title_of
from bot.workbench.handling import FAQ, asked_by, cells_of, kept, quotes, settled
from bot.workbench.saving import Field, Form, filled, save, wanted, with_query
from bot.workbench.view import View, done, field, shown

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@shown
def row_page(view: View) -> Response:
    spec = spec_of(view)
    key = tuple(view.request.query_params.getlist("k"))
    row = rows_of(view, spec).get(key) if spec and key else None
    if spec is None or (key and row is None):
        return view.missing()
    new = {"product": view.asked("product"), **cells_of(view, spec, asked_by(view))} if row is None else {}
    return _row(view, spec, key, row.cells if row else new, row.cells if row else {})


def _row(
    view: View,
    spec: TableSpec,
    key: Key,
    cells: Mapping[str, str],
    was: Mapping[str, str],
    faults: Optional[Mapping[str, Any]] = None,
    status: int = 200,
) -> Response:
    """`cells`: what is in the fields; `was`: what the draft had when they were drawn; `key` is empty of a new row."""
    groups = [
        {
            "title": title_of(view, group),
            "help": group[0].help[view.language],
            "needed": group[0].needed,
            "fields": [_field(view, spec, key, column, cells, was, faults or {}) for column in group],
        }
        for group in groups_of(spec).values()
    ]
    place = view.teller.row(spec, key) if key else view.w["row_new"]
    changes = view.workbench.changes(file=spec.file, key=key, most=20) if key else []
    history = [{**view.teller.change(one), "at": view.when(one.at), "state": one.state} for one in changes]
    return view.page(
        "row.html",
        "faq" if spec.file == FAQ else "facts",
        place,
        status=status,
        error=view.w["row_wrong"] if faults else None,
        spec_name=spec.name[view.language],
        table=name_of(spec.file),
        place=place,
        new=not key,
        groups=groups,
        history=history,
        address=kept(view, row_address(spec, key)),
        quotes=quotes(asked_by(view)),
        client={"file": spec.file, "key": list(key), "row": True},
    )


def _field(
    view: View,
    spec: TableSpec,
    key: Key,
    column: Column,
    cells: Mapping[str, str],
    was: Mapping[str, str],
    faults: Mapping[str, Any],
) -> dict[str, Any]:
    value = cells.get(column.id, "")
    listed = choices(view.tree, column) if column.kind in ("choice", "choices") else {}
    options = [(id, name[view.language] or id) for id, name in listed.items()]
    chosen = value.split("|") if value and column.kind in ("choice", "choices") else []
    options += [(id, id) for id in chosen if id not in listed]
    if column.kind == "choices":  # the chosen ones come first, in their order, which they keep so
        options.sort(key=lambda one: chosen.index(one[0]) if one[0] in chosen else len(chosen))
    wide = column.kind in ("text", "words") and column.base in (
        "limit",
        "answer",
        "words",
        "also_asked",
        "note",
        "also_called",
    )
    return {
        "id": column.id,
        "kind": column.kind,
        "half": view.w.get(f"half_{column.half}", "") if column.half else "",
        "title": column.title[view.language],
        "lang": column.half if column.half in ("zh", "en") else "",
        "value": value,
        "was": was.get(column.id, ""),
        "fixed": bool(key) and column.id in spec.key,
        "told": view.teller.cell(column, value),
        "options": options,
        "several": column.kind == "choices",
        "chosen": chosen,
        "day": column.kind == "date" and (not value or bool(DAY.fullmatch(value))),
        "needed": column.needed,
        "wide": wide,
        "fault": faults.get(column.id),
    }


@done
def save_row(view: View, form: FormData) -> Response:
    spec = spec_of(view)
    if spec is None:
        return view.missing()
    given = {column.id: form.getlist(f"is:{column.id}") for column in spec.columns}
    key = tuple(view.request.query_params.getlist("k"))
    cells = {id: field_of(values) for id, values in given.items() if values}
    if not key:
        return _add(view, spec, cells)
    row = rows_of(view, spec).get(key)
    was = {column.id: field(form, f"was:{column.id}") for column in spec.columns}
    faults = _faults(
        view, [(spec.column(id), cells[id]) for id in cells if cells[id] != was[id] and id not in spec.key]
    )
    if faults:
        return _row(view, spec, key, {**was, **cells}, was, faults, 422)
    fields = [_edited(spec, key, column, row, view) for column in spec.columns if column.id in cells]
    written = {
        **{f"is:{id}": value for id, value in cells.items()},
        **{f"was:{id}": value for id, value in was.items()},
    }
    address = kept(view, row_address(spec, key))
    place = Form(address, row_address(spec, key), view.teller.row(spec, key), spec.file, key, "facts")
    changed = wanted(FormData(written), [one for one in fields if one.name not in spec.key])
    return _settled(view, spec, key, save(view, place, changed))


def _settled(view: View, spec: TableSpec, key: Key, saved: Response) -> Response:
    """Buyers' questions that the row was written for are seen to."""
    return settled(view, [(spec.file, *key)], "faq" if spec.file == FAQ else "fact", saved)


def field_of(values: Sequence[Any]) -> str:
    """A field, or several boxes of one name; an empty one says that there are boxes, of which only the ticked ones come."""
    return "|".join(one for one in values if isinstance(one, str) and one).replace("\r\n", "\n").replace("\x00", "")


def _faults(view: View, cells: Sequence[tuple[Optional[Column], str]]) -> dict[str, Any]:
    found = {column.id: kind_fault(view, column, value) for column, value in cells if column}
    return {id: fault for id, fault in found.items() if fault}


def _edited(spec: TableSpec, key: Key, column: Column, row: Optional[Row], view: View) -> Field:
    def edit(was: str, now: str) -> Edit:
        return Edit(spec.file, key, column.id, was, now)

    return Field(column.id, column.title[view.language], row.cells.get(column.id, "") if row else None, edit)


def _add(view: View, spec: TableSpec, cells: Mapping[str, str]) -> Response:
    told = filled({id: value.strip() for id, value in cells.items()})
    faults = _faults(view, [(column, told.get(column.id, "")) for column in spec.columns])
    key = tuple(told.get(column, "") for column in spec.key)
    if not faults and key in rows_of(view, spec):
        faults = {
            spec.key[-1]: {"severity": "error", "reason": view.w["row_there"], "proposal": view.w["row_there_do"]}
        }
    if faults:
        return _row(view, spec, (), told, {}, faults, 422)
    try:
        view.workbench.save([Edit(spec.file, key, None, None, told)], view.agent.name)
    except Taken:
        fault = {"severity": "error", "reason": view.w["row_there"], "proposal": view.w["row_there_do"]}
        return _row(view, spec, (), told, {}, {spec.key[-1]: fault}, 409)
    return _settled(view, spec, key, view.go(with_query(row_address(spec, key), "saved=1")))


@done
def remove_row(view: View, form: FormData) -> Response:
    """Takes a row out as it was shown; where it has changed since, it is shown again instead."""
    spec, key = spec_of(view), tuple(view.request.query_params.getlist("k"))
    row = rows_of(view, spec).get(key) if spec else None
    if spec is None or row is None:
        return view.missing()
    was = {column: field(form, f"was:{column}") for column in row.cells}
    if any(was[column].strip() != value.replace("\r\n", "\n").strip() for column, value in row.cells.items()):
        return view.go(with_query(row_address(spec, key), "saved=moved"))
    try:
        view.workbench.save([Edit(spec.file, key, None, filled(row.cells), None)], view.agent.name)
    except Taken:
        return view.go(with_query(row_address(spec, key), "saved=moved"))
    return view.go(f"/facts/{name_of(spec.file)}?saved=removed")


# --- a fact, the short way ---------------------------------------------------------------------------------------------

FACT = ("product", "capability", "verdict", "limit_zh", "limit_en", "instead")


@shown
def fact_page(view: View) -> Response:
    spec = TABLES["shop/capabilities.csv"]
    given = {**cells_of(view, spec, asked_by(view)), **{one: view.asked(one)[:300] for one in FACT if view.asked(one)}}
    given = {column: given.get(column, "") for column in FACT}
    standing = rows_of(view, spec).get((given["product"], given["capability"]))
    return _fact(view, {**given, **(standing.cells if standing else {})}, standing is not None)


def _fact(view: View, cells: Mapping[str, str], stands: bool, faults: Optional[Mapping[str, Any]] = None) -> Response:
    spec = TABLES["shop/capabilities.csv"]
    fields = {
        id: _field(view, spec, (), column, cells, {}, faults or {})
        for id in FACT
        if (column := spec.column(id)) is not None
    }
    client = {"file": spec.file, "key": [cells.get("product", ""), cells.get("capability", "")], "row": True}
    status = 422 if faults else 200
    return view.page(
        "fact.html",
        "facts",
        view.w["fact_title"],
        status=status,
        fields=fields,
        stands=stands,
        address=kept(view, "/fact"),
        quotes=quotes(asked_by(view)),
        to_faq=kept(view, row_address(TABLES[FAQ])),
        client=client,
    )


@done
def save_fact(view: View, form: FormData) -> Response:
    """One row of the capabilities, new or changed, in one go."""
    spec = TABLES["shop/capabilities.csv"]
    cells = {column: field_of(form.getlist(f"is:{column}")).strip() for column in FACT}
    faults = _faults(view, [(spec.column(column), value) for column, value in cells.items()])
    limits = ("limit_zh", "limit_en")
    if not faults and (cells["verdict"] in ("limited", "no") or any(cells[limit] for limit in limits)):
        empty = {"severity": "error", "reason": view.w["fact_limit"], "proposal": view.w["fact_limit_do"]}
        faults = {limit: empty for limit in limits if not cells[limit]}
    key = (cells["product"], cells["capability"])
    standing = rows_of(view, spec).get(key)
    if faults:
        return _fact(view, cells, standing is not None, faults)
    if standing is None:
        return _add(view, spec, cells)
    changed = [(column, value) for column, value in cells.items() if value != standing.cells.get(column, "")]
    edits = [Edit(spec.file, key, column, standing.cells.get(column, ""), value) for column, value in changed]
    try:
        view.workbench.save(edits, view.agent.name)
    except Taken:
        return _fact(view, cells, True, {"verdict": {"severity": "error", "reason": view.w["moved"], "proposal": ""}})
    return _settled(view, spec, key, view.go(with_query(row_address(spec, key), "saved=1")))
