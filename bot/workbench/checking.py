"""What is wrong with one text while somebody types: what the kind of its place says, then what the trade says."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Optional, Union

from starlette.datastructures import FormData
from starlette.responses import JSONResponse, Response

from bot.content.cells import Choices, Wrong, read_cell
from bot.content.checks import check_text
from bot.content.sheet_words import told
from bot.content.tables import RULES, TABLES, Column, Rule, choices
from bot.core.content import Tree
from bot.workbench.view import View, done, field

ID = re.compile(r"[A-Za-z0-9_.-]{1,60}")
TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
LONGEST = 5000


def kind_fault(view: View, of: Union[Column, Rule], text: str) -> Optional[dict[str, Any]]:
    """Why the bot could not read this here; None where it can."""
    column = of if isinstance(of, Column) else _column(of)
    value = text.strip()
    if not value:
        needed = column.needed or (isinstance(of, Rule) and not of.optional and of.kind != "texts")
        return _wrong(view, Wrong("empty", column=column.title, help=column.help)) if needed else None
    if column.kind == "id" and isinstance(of, Column) and not ID.fullmatch(value):
        return _said(view, "error", "wrong_id", "wrong_id_do")
    if column.kind == "time" and not TIME.fullmatch(value):
        return _said(view, "error", "wrong_time", "wrong_time_do")
    try:
        read_cell(value, column, column.title, Choices(choices(view.tree, column)))
    except Wrong as wrong:
        return _wrong(view, wrong)
    return None


def _column(rule: Rule) -> Column:
    return Column(rule.path[-1], rule.kind, rule.title, rule.help, source=rule.source, values=rule.values)


def _wrong(view: View, wrong: Wrong) -> dict[str, Any]:
    said = [told(wrong.problem, part, wrong.facts)[view.language] for part in ("reason", "proposal")]
    return {"severity": "error", "reason": said[0], "proposal": said[1]}


def _said(view: View, severity: str, reason: str, proposal: str) -> dict[str, Any]:
    return {"severity": severity, "reason": view.w[reason], "proposal": view.w[proposal]}


def trade_faults(
    view: View, tree: Tree, file: str, key: Sequence[str], column: Optional[str], text: str, language: str
) -> list[dict[str, Any]]:
    found = check_text(file, tuple(key), column, text, language, tree=tree)
    return [
        {"severity": one.severity, "reason": one.reason[view.language], "proposal": one.proposal[view.language]}
        for one in found
    ]


@done
def check(view: View, form: FormData) -> Response:
    """{"findings": [{"severity", "reason", "proposal"}]} of `text` at `file`, `key` (JSON list) and `column`."""
    file, column, text = field(form, "file", 200), field(form, "column", 80) or None, field(form, "text", LONGEST)
    key = _key(field(form, "key", 2000))
    fault = _kind_fault_at(view, file, key, column, text)
    language = (column or (key[-1] if key else "")).rpartition("_")[2]
    said = field(form, "language", 2)
    language = language if language in ("zh", "en") else said if said in ("zh", "en") else "zh"
    found = [fault] if fault else trade_faults(view, view.tree, file, key, column, text, language)
    return JSONResponse({"findings": found})


def _key(given: str) -> tuple[str, ...]:
    try:
        found = json.loads(given or "[]")
    except ValueError:
        return ()
    return tuple(str(part) for part in found) if isinstance(found, list) else ()


def _kind_fault_at(
    view: View, file: str, key: tuple[str, ...], column: Optional[str], text: str
) -> Optional[dict[str, Any]]:
    described: Mapping[str, Any] = TABLES
    if file in described and column:
        found = TABLES[file].column(column)
        return kind_fault(view, found, text) if found else None
    if file in RULES:
        rule = RULES[file].rule(key) or RULES[file].rule(key[:-1])
        return kind_fault(view, rule, text) if rule and rule.kind not in ("pair", "list", "names", "days") else None
    return None
