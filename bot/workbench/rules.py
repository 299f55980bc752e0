"""The shop's rules as forms: promises, hours, shipping, and the rest of what `rules.yml` describes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Optional

from starlette.datastructures import FormData
from starlette.responses import Response

from bot.content.drafting import Taken
from bot.content.entry_edits import coded, told
from bot.content.tables import RULES, Rule, choices, entries
from bot.core.content import Edit
from bot.workbench.checking import kind_fault
from bot.workbench.saving import Field, Form, save, wanted
from bot.workbench.told import Teller
from bot.workbench.view import View, done, field, shown

ORDER = ("policies", "hours", "shipping", "offers", "shop", "handover")
Path = tuple[str, ...]
HOLDERS = ("list", "names")
SEVERAL = ("texts", "choices", "days")


def files(view: View) -> list[str]:
    first = [f"shop/{name}.yml" for name in ORDER]
    return [file for file in (*first, *(one for one in RULES if one not in first)) if file in view.tree]


def name_of(file: str) -> str:
    return file.removeprefix("shop/").removesuffix(".yml")


@shown
def rules_page(view: View) -> Response:
    told = [{"name": name_of(file), "title": RULES[file].name[view.language]} for file in files(view)]
    ahead = len(ORDER)
    return view.page("rules_index.html", "rules", view.w["rules_title"], first=told[:ahead], rest=told[ahead:])


@shown
def rule_page(view: View) -> Response:
    file = f"shop/{view.request.path_params['file']}.yml"
    return _rules(view, file) if file in files(view) else view.missing()


def _rules(
    view: View,
    file: str,
    faults: Optional[dict[str, Any]] = None,
    given: Optional[dict[str, str]] = None,
    status: int = 200,
) -> Response:
    changes = view.workbench.changes(file=file, most=15)
    return view.page(
        "rules.html",
        "rules",
        RULES[file].name[view.language],
        status=status,
        error=view.w["row_wrong"] if faults else None,
        name=name_of(file),
        parts=_parts(view, file, faults or {}, given or {}),
        growing=_growing(view, file),
        history=[{**view.teller.change(one), "at": view.when(one.at), "state": one.state} for one in changes],
        client={"file": file, "row": True},
    )


# --- the fields --------------------------------------------------------------------------------------------------------


def _leaves(view: View, file: str) -> Iterator[tuple[Path, Rule, Any, str]]:
    """The entries that are written in one field, with the language of each half."""
    for path, rule, value in entries(view.tree, file):
        if rule.kind == "pair" and isinstance(value, dict):
            for half in ("zh", "en"):
                yield (*path, half), rule, value.get(half), half
        elif rule.kind not in (*HOLDERS, "pair"):
            yield path, rule, value, ""


def _parts(view: View, file: str, faults: dict[str, Any], given: dict[str, str]) -> list[dict[str, Any]]:
    """The fields, those of one entry together under what it is called."""
    parts: list[dict[str, Any]] = []
    lists = {path: rule for path, rule, _ in entries(view.tree, file) if rule.kind in HOLDERS}
    for path, rule, value, half in _leaves(view, file):
        holder = next((path[:length] for length in range(len(path), 0, -1) if path[:length] in lists), None)
        of = path[: len(holder) + 1] if holder else ()
        title = _part_title(view, file, of) if of else ""
        if not parts or parts[-1]["of"] != of:
            removable = bool(of) and lists[holder].kind in HOLDERS and len(of) < len(path) if holder else False
            parts.append({"of": of, "title": title, "fields": [], "drop": name_of_path(of) if removable else ""})
        parts[-1]["fields"].append(_field(view, file, path, rule, value, half, faults, given))
    return parts


def _part_title(view: View, file: str, of: Path) -> str:
    holder, name = RULES[file].rule(of[:-1]), of[-1]
    title = holder.title[view.language] if holder else ""
    named = {id: pair[view.language] for id, pair in choices(view.tree, holder).items()} if holder else {}
    word = view.w.get(f"queue_{name}") or view.w.get(f"label_{name}") or view.w.get(f"reason_{name}")
    if holder and holder.kind == "list":
        return f"{title} · {int(name) + 1}"
    return f"{title} · {named.get(name) or word or name}"


def name_of_path(path: Path) -> str:
    return "/".join(part.replace("~", "~0").replace("/", "~1") for part in path)


def _text(rule: Rule, value: Any) -> str:
    """A value as it stands in its field."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ("–" if rule.kind == "days" else "|").join(map(str, value))
    return str(told(value) or "")


def _field(
    view: View, file: str, path: Path, rule: Rule, value: Any, half: str, faults: dict[str, Any], given: dict[str, str]
) -> dict[str, Any]:
    name, was = name_of_path(path), _text(rule, value)
    listed = choices(view.tree, rule) if rule.kind == "choice" else {}
    options = [(id, pair[view.language] or id) for id, pair in listed.items()]
    if rule.kind == "yes_no":
        options = [("true", view.w["yes"]), ("false", view.w["no"])]
    if options and was and was not in dict(options):
        options.append((was, was))
    plain = isinstance(value, list) or not isinstance(value, dict)
    help = (
        view.w["several_help"]
        if rule.kind in ("texts", "choices")
        else view.w["days_help"]
        if rule.kind == "days"
        else ""
    )
    return {
        "name": name,
        "id": f"f-{name.replace('/', '-')}",
        "key": list(path),
        "title": rule.title[view.language] + (f" · {view.w[f'half_{half}']}" if half else ""),
        "help": " ".join(filter(None, (rule.help[view.language], help))),
        "kind": rule.kind,
        "half": half,
        "was": was,
        "value": given.get(name, was),
        "options": options,
        "wide": bool(half) or rule.kind == "texts" and len(was) > 40,
        "plain": plain,
        "fault": faults.get(name),
    }


# --- saving ------------------------------------------------------------------------------------------------------------


@done
def save_rules(view: View, form: FormData) -> Response:
    file = f"shop/{view.request.path_params['file']}.yml"
    if file not in files(view):
        return view.missing()
    drop, add = field(form, "drop", 300), field(form, "add", 300)
    if drop:
        return _drop(view, file, drop)
    if add:
        return _add(view, file, add, field(form, f"new:{add}", 60).strip())
    leaves = {name_of_path(path): (path, rule, value) for path, rule, value, _ in _leaves(view, file)}
    fields = [_editable(view, file, path, rule, value) for path, rule, value in leaves.values()]
    changed = wanted(form, fields)
    faults = {}
    for one, _, now in changed:
        fault = _fault(view, leaves[one.name][1], leaves[one.name][2], now)
        if fault:
            faults[one.name] = fault
    if faults:
        given = {one.name: now for one, _, now in changed}
        return _rules(view, file, faults, given, 422)
    at = f"/rules/{name_of(file)}"
    return save(view, Form(at, at, RULES[file].name[view.language], file, (), "rules"), changed)


def _fault(view: View, rule: Rule, value: Any, now: str) -> Optional[dict[str, Any]]:
    if rule.kind == "days":
        ends = now.replace("-", "–").split("–")
        right = len(ends) == 2 and all(end.strip().isdecimal() for end in ends)
        return None if right else {"severity": "error", "reason": view.w["wrong_days"], "proposal": view.w["days_help"]}
    if rule.kind == "pair":
        empty = {"severity": "error", "reason": view.w["reply_empty"], "proposal": ""}
        return None if now or rule.optional else empty
    if isinstance(value, str) and rule.kind == "texts":
        return None  # such as `rest`
    return kind_fault(view, rule, now)


def _editable(view: View, file: str, path: Path, rule: Rule, value: Any) -> Field:
    def edit(was: str, now: str) -> Edit:
        return Edit(file, path, None, _value(rule, value, was), _value(rule, value, now))

    title = Teller(view.tree, view.language, view.w).place(file, path)
    return Field(name_of_path(path), title, _text(rule, value), edit)


def _value(rule: Rule, now: Any, text: str) -> Any:
    """A field's text as it stands in an edit; several keep the kind that they are in the file."""
    if not isinstance(now, list):
        return (text or None) if rule.optional and not text else text
    parts = text.replace("-", "–").split("–") if rule.kind == "days" else text.replace("｜", "|").split("|")
    kept = [part.strip() for part in parts if part.strip()]
    numbers = now and all(isinstance(one, int) for one in now) and all(part.isdecimal() for part in kept)
    return coded([int(part) for part in kept] if numbers else kept)


def _drop(view: View, file: str, name: str) -> Response:
    """One entry of a list or of names is taken out, as it stands."""
    wanted_path = next((path for path, _, _ in _holders(view, file) if name_of_path(path) == name), None)
    if wanted_path is None:
        return view.missing()
    value = dict((path, value) for path, _, value in _holders(view, file))[wanted_path]
    try:
        view.workbench.save([Edit(file, wanted_path, None, coded(value), None)], view.agent.name)
    except Taken:
        return view.go(f"/rules/{name_of(file)}?saved=moved")
    return view.go(f"/rules/{name_of(file)}?saved=removed")


def _add(view: View, file: str, name: str, called: str) -> Response:
    """A new entry begins as a copy of the last, to be changed."""
    found = next(
        (one for one in entries(view.tree, file) if one[1].kind in HOLDERS and name_of_path(one[0]) == name), None
    )
    items = found[2] if found else None
    if found is None or not items or (isinstance(items, dict) and (not called or called in map(str, items))):
        return _rules(
            view, file, {name: {"severity": "error", "reason": view.w["add_name"], "proposal": ""}}, status=422
        )
    like = list(items.values())[-1] if isinstance(items, dict) else items[-1]
    key = called if isinstance(items, dict) else str(len(items))
    try:
        view.workbench.save([Edit(file, (*found[0], key), None, None, coded(like))], view.agent.name)
    except Taken:
        return view.go(f"/rules/{name_of(file)}?saved=moved")
    return view.go(f"/rules/{name_of(file)}?saved=1")


def _growing(view: View, file: str) -> list[dict[str, Any]]:
    """The lists and names that more can be added to, with what a new name may be."""
    return [
        {
            "name": name_of_path(path),
            "title": rule.title[view.language],
            "named": isinstance(value, dict),
            "options": [(id, pair[view.language] or id) for id, pair in choices(view.tree, rule).items()],
        }
        for path, rule, value in entries(view.tree, file)
        if rule.kind in HOLDERS and value
    ]


def _holders(view: View, file: str) -> Iterator[tuple[Path, Rule, Any]]:
    """What stands in a list or under names."""
    for path, rule, value in entries(view.tree, file):
        if rule.kind in HOLDERS and isinstance(value, (dict, list)):
            items = value.items() if isinstance(value, dict) else enumerate(value)
            yield from (((*path, str(key)), rule, item) for key, item in items)
