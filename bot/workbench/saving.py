"""From a form to edits of the draft, and the page for two hands on one fact.

A form holds for each place what stood there (`was:NAME`) and what stands there now (`is:NAME`). The page for two hands posts
the same form again, with what the other wrote as `was:`, and as `is:` what somebody chose.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Optional

from starlette.datastructures import FormData
from starlette.responses import Response

from bot.content.drafting import Taken
from bot.core.content import Edit, Value
from bot.workbench.view import View, field


@dataclass(frozen=True)
class Field:
    """A place that a form changes. `now`: as the draft has it; None: it is not there any more."""

    name: str
    title: str
    now: Optional[str]
    edit: Callable[[str, str], Edit]
    """Of what stood there and what is to stand there, as the form has them."""


@dataclass(frozen=True)
class Form:
    """Where a form is posted, where its page is, and what it is about."""

    address: str
    back: str
    place: str
    file: str
    key: tuple[str, ...]
    at: str
    """Which place of the bar."""
    hidden: Sequence[tuple[str, str]] = ()


def plain(text: str) -> str:
    return text.replace("\r\n", "\n")


def wanted(form: FormData, fields: Sequence[Field]) -> list[tuple[Field, str, str]]:
    """The fields that somebody changed, each with what they saw and what they want."""
    found = []
    for one in fields:
        if f"is:{one.name}" not in form:
            continue
        was, now = field(form, f"was:{one.name}"), field(form, f"is:{one.name}")
        if plain(now).strip() != plain(was).strip():
            found.append((one, _as_it_stands(was, one.now), now.strip()))
    return found


def _as_it_stands(was: str, now: Optional[str]) -> str:
    """What the page showed, with the line ends and blanks that a form loses."""
    return now if now is not None and plain(now).strip() == plain(was).strip() else was


def save(view: View, form: Form, changed: Sequence[tuple[Field, str, str]]) -> Response:
    """Makes the edits, or shows what somebody else wrote there meanwhile."""
    edits = [one.edit(was, now) for one, was, now in changed]
    if not edits:
        return view.go(form.back)
    try:
        view.workbench.save(edits, view.agent.name)
    except Taken as taken:
        return conflict(view, form, changed, taken)
    return view.go(with_query(form.back, "saved=1"))


def with_query(path: str, query: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}{query}"


def conflict(view: View, form: Form, changed: Sequence[tuple[Field, str, str]], taken: Taken) -> Response:
    """Both texts, to choose from. What is not disputed goes along."""
    last = view.workbench.changes(file=form.file, key=form.key, most=1)
    by = taken.by or (last[0].author if last else None) or view.w["the_files"]
    at = taken.at or (last[0].at if last else None)
    fields = [
        {"name": one.name, "title": one.title, "mine": now, "theirs": one.now, "disputed": one.now not in (was, now)}
        for one, was, now in changed
    ]
    gone = any(one["theirs"] is None for one in fields)
    return view.page(
        "conflict.html",
        form.at,
        view.w["conflict_title"],
        status=409,
        form=form,
        fields=fields,
        gone=gone,
        by=by,
        when=view.when(at) if at else None,
    )


def filled(cells: Mapping[str, str]) -> dict[str, str]:
    return {column: value for column, value in cells.items() if value}


def as_text(value: Value) -> str:
    return value if isinstance(value, str) else ""
