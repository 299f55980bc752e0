"""What buyers asked and were not answered well, and what is to become of it: a fact, an FAQ entry, an example, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

from starlette.datastructures import FormData
from starlette.responses import JSONResponse, Response

from bot.adapters.inbox import Line, Place
from bot.content.drafting import Taken
from bot.content.inbox import DAYS, MARKED, Done, Group, Item
from bot.content.mended import fact_place, row
from bot.content.signs import subject_of
from bot.content.tables import TABLES
from bot.core.content import Edit, Tree
from bot.core.labels import ANSWERED, HANDED_OVER, TALK
from bot.desk.rendering import wants_json
from bot.workbench.checking import trade_faults
from bot.workbench.example_lines import file_of, marked, standing
from bot.workbench.facts import row_address
from bot.workbench.handling import FAQ, asked_by, first, kept, keys_of, settled, texts_of, to_inbox, told
from bot.workbench.saving import with_query
from bot.workbench.start import progress_of
from bot.workbench.view import View, done, field, shown

MOST_GROUPS, MOST_DONE, MOST_TALKS, MOST_TEXTS, AROUND = 60, 40, 8, 6, 8
"""Of what is listed; the last is the lines of a dialogue before a message and behind it."""


@shown
def inbox_page(view: View) -> Response:
    days = int(view.asked("days")) if view.asked("days") in map(str, DAYS) else DAYS[0]
    seen = view.bench.inbox.look(days)
    now = view.workbench.status()
    if now.needs == "facts":
        view.bench.findings()  # found out aside, before somebody publishes
    return view.page(
        "inbox.html",
        "inbox",
        view.w["inbox_title"],
        days=days,
        choices=DAYS,
        groups=[_group(view, group) for group in seen.groups[:MOST_GROUPS]],
        open=seen.open,
        rest=max(len(seen.groups) - MOST_GROUPS, 0),
        cut=seen.cut,
        rough=seen.rough,
        done=[_done(view, one) for one in seen.done[:MOST_DONE]],
        done_count=sum(len(one.items) for one in seen.done),
        of=view.asked("of"),
        now=now,
        remark=_remark(view) if now.needs == "facts" else "",
        progress=progress_of(view, now.progress),
        client={"running": now.progress.state == "running"},
    )


def _remark(view: View) -> str:
    """What is to be published, in a few words."""
    edits = view.workbench.difference()
    places = dict.fromkeys(view.teller.place(edit.file, edit.key) for edit in edits)
    return view.w["list_comma"].join(list(places)[:3])[:300]


# --- what is shown -----------------------------------------------------------------------------------------------------


def _group(view: View, group: Group) -> dict[str, Any]:
    main, of = group.first, told(group.keys)
    fact = _fact_link(view, main)
    reason = group.reasons[0][0]
    return {
        "id": told([main.key]).replace(".", "-"),
        "of": of,
        "text": main.text,
        "lang": main.language,
        "reasons": group.reasons,
        "buyers": group.buyers(),
        "wanted": group.wanted,
        "left": group.left,
        "at": view.when(max(item.at for item in group.items)),
        "about": _about(view, main),
        "labels": [(name_of(view, label), round(100 * share)) for label, share in group.labels[:2]],
        "because": list(dict.fromkeys(item.because for item in group.items if item.because))[:2],
        "fact": with_query(fact, f"of={of}") if fact else None,
        "stands": _stands(view, main),
        "faq": f"{row_address(TABLES[FAQ])}?of={of}",
        "example": f"/inbox/example?of={of}",
        "main": "example" if reason in ("not_understood", "close") else "fact" if fact else "faq",
        "talks": [
            {"of": told([item.key]), "text": item.text, "lang": item.language, "at": view.when(item.at)}
            for item in group.items[:MOST_TALKS]
        ],
        "more": max(len(group.items) - MOST_TALKS, 0),
    }


def _fact_link(view: View, item: Item) -> Optional[str]:
    """Where the fact that answers it is written, or stands."""
    place = fact_place(item.product, item.details)
    if place is None:
        return None
    if place[0] == "shop/capabilities.csv":
        return "/fact"
    return row_address(TABLES[place[0]], place[1:] if row(view.tree, place) is not None else ())


def _stands(view: View, item: Item) -> bool:
    place = fact_place(item.product, item.details)
    return place is not None and row(view.tree, place) is not None


def _about(view: View, item: Item) -> str:
    """`料理机 L18 · 打豆浆`."""
    subject = subject_of(item.details)
    found = [("product", item.product)] + ([subject] if subject else [])
    columns = {column.id: column for spec in TABLES.values() for column in spec.columns if column.source}
    return " · ".join(view.teller.cell(columns[name], value) for name, value in found if value)


def name_of(view: View, label: str) -> str:
    return view.w.get(f"label_{label}", view.w.get(f"reason_{label}", label))


def _done(view: View, one: Done) -> dict[str, Any]:
    place = one.places[0] if one.places else None
    return {
        "text": one.items[0].text,
        "lang": one.items[0].language,
        "count": len(one.items),
        "of": told(item.key for item in one.items),
        "how": one.how,
        "state": one.state,
        "author": one.author,
        "at": view.when(one.at) if one.at else None,
        "answer": _answer(view, view.workbench.live_tree() if one.state == "live" else view.tree, place),
        "link": row_address(TABLES[place[0]], place[1:]) if place and place[0] in TABLES else None,
    }


def _answer(view: View, tree: Tree, place: Optional[Place]) -> str:
    """What the place says, in short."""
    if place is None:
        return ""
    if place[0] not in TABLES:
        return f"{name_of(view, place[1])}{view.w['colon']}{place[2]}" if len(place) == 3 else ""
    cells, spec = row(tree, place) or {}, TABLES[place[0]]
    verdict = view.teller.cell(spec.column("verdict"), cells.get("verdict", ""))
    other = "en" if view.language == "zh" else "zh"
    said = [first(cells, f"{name}_{view.language}", f"{name}_{other}") for name in ("limit", "value", "answer")]
    return view.w["colon"].join(filter(None, (verdict, *said)))


@shown
def talk(view: View) -> Response:
    """The dialogue around a message: a page, or {"html"} for one."""
    keys = keys_of(view.asked("of"))
    lines = _around(view.bench.inbox.dialogue(keys[0][0]), keys[0][0]) if keys else []
    if not lines:
        return view.missing()
    shown_lines = [
        {"who": one.sender, "text": one.text, "at": view.when(one.at), "this": one.id == keys[0][0]} for one in lines
    ]
    if wants_json(view.request):
        return JSONResponse({"html": view.fragment("_talk.html", lines=shown_lines)})
    return view.page("talk.html", "inbox", view.w["talk_title"], lines=shown_lines)


def _around(lines: Sequence[Line], message: int) -> Sequence[Line]:
    place = next((number for number, line in enumerate(lines) if line.id == message), None)
    return [] if place is None else lines[max(place - AROUND, 0) : place + AROUND + 1]


# --- an example --------------------------------------------------------------------------------------------------------


@shown
def example_page(view: View) -> Response:
    items = asked_by(view)
    if not items:
        return view.missing()
    texts = texts_of(items)[:MOST_TEXTS]
    lines = [{"text": one.text, "line": marked(one), "take": one is texts[0]} for one in texts]
    return _example(view, items, lines, _likeliest(items)[0][0])


def _likeliest(items: Sequence[Item]) -> list[tuple[str, float]]:
    return [one for one in Group(tuple(reversed(items))).labels if one[0] in (*ANSWERED, *HANDED_OVER, *TALK)]


def _example(
    view: View, items: Sequence[Item], lines: Sequence[dict[str, Any]], label: str, status: int = 200
) -> Response:
    likeliest = _likeliest(items)
    families = {"ANSWERED": ANSWERED, "HANDED_OVER": HANDED_OVER, "TALK": TALK}
    return view.page(
        "example.html",
        "inbox",
        view.w["example_title"],
        status=status,
        error=view.w["example_wrong"] if status == 422 else None,
        lines=[{"faults": [], **line} for line in lines],
        label=label,
        likeliest=[(one, name_of(view, one), round(100 * share)) for one, share in likeliest],
        families=[
            (view.w[f"family_{name.lower()}"], [(one, name_of(view, one)) for one in labels])
            for name, labels in families.items()
        ],
        kinds=[(name, view.w[f"detail_{name}"]) for name in MARKED],
        address=kept(view, "/inbox/example"),
        others=_example_examples(view, label),
    )


def _example_examples(view: View, label: str) -> Sequence[str]:
    return standing(view.tree, label)[:4]


@done
def save_example(view: View, form: FormData) -> Response:
    """Adds the lines that were chosen to a label's examples."""
    items, label = asked_by(view), field(form, "label", 60)
    if not items:
        return view.missing()
    lines = _sent(form)
    file = file_of(view.tree, label)
    for line in lines:
        if line["take"]:
            language = "zh" if any("\u3400" <= character <= "\u9fff" for character in line["line"]) else "en"
            found = trade_faults(view, view.tree, file, (label,), None, line["line"], language)
            line["faults"] = [one for one in found if one["severity"] == "error"]
    taken = [line["line"] for line in lines if line["take"] and line["line"]]
    known = label in (*ANSWERED, *HANDED_OVER, *TALK)
    if not taken or not known or any(line["faults"] for line in lines):
        return _example(view, items, lines, label if known else _likeliest(items)[0][0], 422)
    there = set(standing(view.tree, label))
    edits = [Edit(file, (label,), None, None, line) for line in dict.fromkeys(taken) if line not in there]
    try:
        if edits:
            view.workbench.save(edits, view.agent.name)
    except Taken:
        return _example(view, items, lines, label, 409)
    places = [(file, label, line) for line in dict.fromkeys(taken)]
    return settled(view, places, "example", view.go("/inbox"))


def _sent(form: FormData) -> list[dict[str, Any]]:
    found = []
    for number in range(MOST_TEXTS):
        if f"line:{number}" in form:
            line = " ".join(field(form, f"line:{number}", 500).split())
            text = field(form, f"text:{number}", 500)
            found.append({"text": text, "line": line, "take": bool(form.get(f"take:{number}")), "faults": []})
    return found


# --- set aside, and put back -------------------------------------------------------------------------------------------


@done
def set_aside(view: View, form: FormData) -> Response:
    keys = keys_of(field(form, "of"))
    view.bench.inbox.handle(keys, "aside", (), view.agent.name)
    return to_inbox(view, "aside", keys)


@done
def put_back(view: View, form: FormData) -> Response:
    view.bench.inbox.put_back(keys_of(field(form, "of")))
    return to_inbox(view, "back", ())
