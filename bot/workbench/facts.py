"""The shop's facts as tables: listed, searched, and what of them is to be reviewed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Optional
from urllib.parse import urlencode

from starlette.responses import Response

from bot.content.csv_text import Row
from bot.content.row_edits import rows_by_key
from bot.content.tables import TABLES, Column, TableSpec
from bot.workbench.bench import table
from bot.workbench.view import View, shown

PER_PAGE, SOON = 50, timedelta(days=14)

ORDER = ("capabilities", "products", "variants", "specs", "usage", "size_guide", "faq")
"""The tables that are wanted most, first; the names by which things are known come behind."""
Key = tuple[str, ...]


def files() -> list[str]:
    first = [f"shop/{name}.csv" for name in ORDER if f"shop/{name}.csv" in TABLES]
    return first + [file for file in TABLES if file not in first]


def name_of(file: str) -> str:
    return file.removeprefix("shop/").removesuffix(".csv")


@shown
def tables_page(view: View) -> Response:
    told = [
        {
            "name": name_of(file),
            "title": TABLES[file].name[view.language],
            "help": TABLES[file].help[view.language],
            "rows": len(table(view.tree, file).rows),
        }
        for file in files()
    ]
    ahead = len(ORDER)
    return view.page(
        "tables.html", "facts", view.w["facts_title"], tables=told[:ahead], names=told[ahead:], due=_due(view)
    )


def _due(view: View) -> list[dict[str, Any]]:
    """Facts past their review date, or soon to be, the longest past first."""
    found = [one for file in files() for one in _due_of(view, TABLES[file])]
    return sorted(found, key=lambda one: one["day"])


def _due_of(view: View, spec: TableSpec) -> Iterator[dict[str, Any]]:
    if spec.column("review_by") is None:
        return
    today = view.now.date()
    for key, row in rows_of(view, spec).items():
        try:
            day = date.fromisoformat(row.cells.get("review_by", ""))
        except ValueError:
            continue
        if day <= today + SOON:
            yield {
                "day": day.isoformat(),
                "past": day < today,
                "place": view.teller.row(spec, key),
                "table": spec.name[view.language],
                "owner": row.cells.get("owner", ""),
                "link": row_address(spec, key),
            }


# --- a table -----------------------------------------------------------------------------------------------------------


def spec_of(view: View) -> Optional[TableSpec]:
    return TABLES.get(f"shop/{view.request.path_params['table']}.csv")


def rows_of(view: View, spec: TableSpec) -> Mapping[Key, Row]:
    return rows_by_key(table(view.tree, spec.file), spec.key)


def row_address(spec: TableSpec, key: Sequence[str] = ()) -> str:
    asked = f"?{urlencode([('k', part) for part in key])}" if key else ""
    return f"/facts/{name_of(spec.file)}/row{asked}"


@shown
def table_page(view: View) -> Response:
    spec = spec_of(view)
    if spec is None:
        return view.missing()
    rows, looked_for = rows_of(view, spec), view.asked("q")[:80].strip()
    of = view.asked("of")
    found = [(key, row) for key, row in rows.items() if _matches(view, spec, key, row, looked_for, of)]
    first = max(int(view.asked("from")), 0) if view.asked("from").isdecimal() else 0
    part = found[first : first + PER_PAGE]
    groups = _told_groups(spec, [row for _, row in part])
    touched = {change.edit.key for change in view.workbench.changes(states=("open",), file=spec.file)}
    return view.page(
        "table.html",
        "faq" if spec.file == "shop/faq.csv" else "facts",
        spec.name[view.language],
        name=name_of(spec.file),
        help=spec.help[view.language],
        heads=[
            " · ".join(column.title[view.language] for column in spec.columns if column.id in spec.key),
            *(title_of(view, group) for group in groups),
        ],
        rows=[_shown_row(view, spec, groups, key, row, key in touched) for key, row in part],
        looked_for=looked_for,
        of=of,
        products=_products(view, spec),
        total=len(rows),
        count=len(found),
        first=first,
        following=first + PER_PAGE if len(found) > first + PER_PAGE else None,
        due=list(_due_of(view, spec)),
        client={"count": view.w["js_found"]},
    )


def _products(view: View, spec: TableSpec) -> list[tuple[str, str]]:
    """To choose one of, where each row is about a product."""
    column = spec.column("product")
    return list(view.teller.names(column).items()) if column else []


def _matches(view: View, spec: TableSpec, key: Key, row: Row, looked_for: str, of: str) -> bool:
    if of and row.cells.get("product") != of:
        return False
    text = " ".join((view.teller.row(spec, key), *row.cells.values())).casefold()
    return all(word in text for word in looked_for.casefold().split())


def groups_of(spec: TableSpec) -> dict[str, list[Column]]:
    """The columns, those of one thing in two languages or with two ends together."""
    groups: dict[str, list[Column]] = {}
    for column in spec.columns:
        groups.setdefault(column.base or column.id, []).append(column)
    return groups


def _told_groups(spec: TableSpec, rows: Sequence[Row]) -> list[list[Column]]:
    """Those beside the key that hold something in one of the rows."""
    beside = [[c for c in group if c.id not in spec.key] for group in groups_of(spec).values()]
    return [group for group in beside if any(row.cells.get(column.id) for row in rows for column in group)]


def title_of(view: View, group: list[Column]) -> str:
    title = group[0].title[view.language]
    for mark in ("（中文）", " (Chinese)", "从", " from") if len(group) > 1 else ():
        title = title.removesuffix(mark)
    return title


def _shown_row(
    view: View, spec: TableSpec, groups: list[list[Column]], key: Key, row: Row, touched: bool
) -> dict[str, Any]:
    cells = []
    for group in groups:
        values = [view.teller.cell(column, row.cells.get(column.id, "")) for column in group]
        ends = group[0].half in ("min", "max") and all(values)
        told = [" – ".join(values)] if ends else [value for value in values if value]
        plain = row.cells.get(group[0].id, "")
        cells.append({"values": told, "id": group[0].id, "plain": plain})
    return {"place": view.teller.row(spec, key), "link": row_address(spec, key), "cells": cells, "touched": touched}
