"""The bot's words: each reply with its variants in both languages, seen as the buyer would see it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Optional

from starlette.datastructures import FormData
from starlette.responses import Response

from bot.content import responses
from bot.content.conflict import Conflict
from bot.content.drafting import Taken
from bot.content.edits import difference
from bot.content.responses import Reply, Variant
from bot.core.content import Edit
from bot.core.shop import Shop
from bot.core.types import Language
from bot.desk.rendering import LANGUAGES
from bot.workbench.bench import replies
from bot.workbench.example_facts import example_facts, said
from bot.workbench.saving import Field, Form, save, wanted
from bot.workbench.view import View, done, field, shown

DOMAIN = "domain.yml"
MOST_VARIANTS = 8
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@shown
def words_page(view: View) -> Response:
    groups: dict[str, list[dict[str, Any]]] = {one["title"][view.language]: [] for one in said()["groups"]}
    touched = {
        change.edit.key[1] for change in view.workbench.changes(states=("open",), file=DOMAIN) if change.edit.key[1:]
    }
    for name, reply in replies(view.tree).items():
        own = next((one for one in said()["groups"] if any(map(name.startswith, one["replies"]))), None)
        if own is not None:
            groups[own["title"][view.language]].append(_listed(view, name, reply, name in touched))
    return view.page("words.html", "words", view.w["words_title"], groups=groups)


def _listed(view: View, name: str, reply: Reply, touched: bool) -> dict[str, Any]:
    first = (reply.of(view.language) or reply.variants)[:1]
    facts = example_facts(_shop(view), name, view.language)
    return {
        "name": name,
        "text": filled(first[0].text, facts) if first else "",
        "counts": [len(reply.of(language)) for language in LANGUAGES],
        "touched": touched,
    }


def _shop(view: View) -> Shop:
    return view.request.app.state.front.shop.current()


def filled(text: str, facts: Mapping[str, str]) -> str:
    """A name that nothing fills stays in its braces, to be seen."""
    return _PLACEHOLDER.sub(lambda found: facts.get(found[1], found[0]), text)


@shown
def reply_page(view: View) -> Response:
    return _reply(view)


def _reply(view: View, status: int = 200, error: Optional[str] = None) -> Response:
    name = view.request.path_params["name"]
    reply = replies(view.tree).get(name)
    if reply is None:
        return view.missing()
    facts = {language: example_facts(_shop(view), name, language) for language in LANGUAGES}
    used = sorted({found for variant in reply.variants for found in _PLACEHOLDER.findall(variant.text)})
    changes = view.workbench.changes(file=DOMAIN, states=("open", "live"), most=300)
    own = [one for one in changes if one.edit.key[1:2] == (name,)][:10]
    return view.page(
        "reply.html",
        "words",
        _listed(view, name, reply, False)["text"],
        status=status,
        error=error,
        name=name,
        sides=[(language, _variants(view, reply, language, facts[language])) for language in LANGUAGES],
        placeholders=[(one, facts[view.language].get(one, "")) for one in used],
        history=[{**view.teller.change(one), "at": view.when(one.at), "state": one.state} for one in own],
        most=MOST_VARIANTS,
        client={"file": DOMAIN, "facts": facts, "row": True},
    )


def _variants(view: View, reply: Reply, language: Language, facts: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "place": variant.place,
            "text": variant.text,
            "shown": filled(variant.text, facts),
            "buttons": [(number, button.title) for number, button in enumerate(variant.buttons)],
        }
        for variant in reply.of(language)
    ]


@done
def save_reply(view: View, form: FormData) -> Response:
    name = view.request.path_params["name"]
    reply = replies(view.tree).get(name)
    if reply is None:
        return view.missing()
    act, _, which = field(form, "act", 40).partition(":")
    if act in ("add", "drop"):
        return _change_variants(view, name, act, which)
    fields = [one for variant in reply.variants for one in _fields(view, name, variant)]
    changed = wanted(form, fields)
    if any(not now for _, _, now in changed):
        return _reply(view, 422, view.w["reply_empty"])
    return save(view, Form(f"/words/{name}", f"/words/{name}", name, DOMAIN, ("responses", name), "words"), changed)


def _fields(view: View, name: str, variant: Variant) -> list[Field]:
    path = ("responses", name, str(variant.place))
    title = view.teller.place(DOMAIN, path)
    texts = [Field(f"{variant.place}", title, variant.text, _edit((*path, "text")))]
    return texts + [
        Field(f"{variant.place}.{number}", f"{title} · {view.w['button']}", button.title, _edit((*path, "buttons", str(number), "title")))
        for number, button in enumerate(variant.buttons)
    ]  # fmt: skip


def _edit(key: tuple[str, ...]) -> Any:
    return lambda was, now: Edit(DOMAIN, key, None, was, now)


def _change_variants(view: View, name: str, act: str, which: str) -> Response:
    """A new variant begins as a copy of the first; the last in a language stays."""
    text = view.tree[DOMAIN]
    reply = replies(view.tree)[name]
    try:
        if act == "add" and which in LANGUAGES and len(reply.of(which)) < MOST_VARIANTS:
            like = (reply.of(which) or reply.variants)[0]
            changed = responses.add(text, name, which, like.text, like.buttons)
        elif act == "drop" and which.isdecimal():
            changed = responses.drop(text, name, int(which))
        else:
            return _reply(view, 409, view.w["reply_most"])
        view.workbench.save(difference({DOMAIN: text}, {DOMAIN: changed}), view.agent.name)
    except (LookupError, ValueError):
        return _reply(view, 409, view.w["reply_last"])
    except (Taken, Conflict):
        return _reply(view, 409, view.w["moved"])
    return view.go(f"/words/{name}?saved=1")
