"""Spreadsheets out and in: a download, an upload, what it would change, and then the change."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import quote

from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from bot.content.drafting import Taken
from bot.content.sheets import Upload, read_upload, to_csv, to_xlsx
from bot.content.tables import TABLES
from bot.workbench.bench import Waiting
from bot.workbench.view import View, done, shown

MOST_SHOWN = 300
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@shown
def workbook(view: View) -> Response:
    name = view.w["workbook_name"].format(day=f"{view.now:%Y-%m-%d}")
    return _file(to_xlsx(view.tree, view.language), f"{name}.xlsx", XLSX)


@shown
def csv_file(view: View) -> Response:
    file = f"shop/{view.request.path_params['table']}.csv"
    if file not in TABLES or file not in view.tree:
        return view.missing()
    return _file(
        to_csv(view.tree, file, view.language), f"{TABLES[file].name[view.language]}.csv", "text/csv; charset=utf-8"
    )


def _file(data: bytes, name: str, kind: str) -> Response:
    told = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(data, media_type=kind, headers={"Content-Disposition": told, "Cache-Control": "no-store"})


@shown
def upload_page(view: View) -> Response:
    return view.page("upload.html", "facts", view.w["upload_title"])


@done
def upload(view: View, form: FormData) -> Response:
    given = form.get("file")
    if not isinstance(given, UploadFile) or not given.filename:
        return view.page("upload.html", "facts", view.w["upload_title"], status=422, error=view.w["upload_none"])
    data, missing = given.file.read(), bool(form.get("remove_missing"))
    found = read_upload(given.filename, data, view.tree, remove_missing=missing)
    token = view.bench.keep(Waiting(view.agent.name, given.filename, data, missing, found))
    return view.go(f"/upload/{token}")


@shown
def preview_page(view: View) -> Response:
    waiting = view.bench.kept(view.request.path_params["token"], view.agent.name)
    if waiting is None:
        return view.page("upload.html", "facts", view.w["upload_title"], status=404, error=view.w["upload_gone"])
    return _preview(view, waiting)


def _preview(view: View, waiting: Waiting, status: int = 200, error: str = "") -> Response:
    found = waiting.upload
    told = [view.teller.edit(edit) for edit in found.edits[:MOST_SHOWN]]
    return view.page(
        "preview.html",
        "facts",
        view.w["preview_title"],
        status=status,
        error=error or None,
        name=waiting.name,
        token=view.request.path_params["token"],
        told=told,
        count=len(found.edits),
        tables=_tables(view, found),
        problems=[
            {
                "sheet": one.sheet,
                "row": one.row,
                "reason": one.reason[view.language],
                "proposal": one.proposal[view.language],
            }
            for one in found.problems[:MOST_SHOWN]
        ],
        wrong=len(found.problems),
        unchanged=found.unchanged,
    )


def _tables(view: View, found: Upload) -> list[dict[str, Any]]:
    """Of each table how much would be added, changed and removed, and what is not in the upload."""
    counts: dict[str, Counter[str]] = {file: Counter() for file in found.missing}
    for edit in found.edits:
        kind = "added" if edit.before is None else "removed" if edit.after is None else "changed"
        counts.setdefault(edit.file, Counter())[kind] += 1
    return [
        {"name": view.teller.file(file), **{kind: count[kind] for kind in ("added", "changed", "removed")},
         "missing": found.missing.get(file, 0) - count["removed"]}
        for file, count in counts.items()
    ]  # fmt: skip


@done
def apply_upload(view: View, form: FormData) -> Response:
    token = view.request.path_params["token"]
    waiting = view.bench.kept(token, view.agent.name)
    if waiting is None:
        return view.page("upload.html", "facts", view.w["upload_title"], status=404, error=view.w["upload_gone"])
    try:
        view.workbench.save(waiting.upload.edits, view.agent.name)
    except Taken as taken:
        anew = read_upload(waiting.name, waiting.data, view.tree, remove_missing=waiting.remove_missing)
        again = Waiting(waiting.author, waiting.name, waiting.data, waiting.remove_missing, anew)
        view.bench.keep(again, token)
        place = view.teller.place(taken.edit.file, taken.edit.key)
        said = view.w["upload_taken"].format(place=place, by=taken.by or view.w["the_files"])
        return _preview(view, again, 409, said)
    view.bench.forget(token)
    return view.go("?saved=upload")
