"""From a question of the inbox to a row that answers it: `of` in an address says which questions the page is about.

The buyers' words stand in no address, because addresses are written into logs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from bot.adapters.inbox import How, Key, Place
from bot.content.inbox import Group, Item
from bot.content.mended import ROWS
from bot.content.signs import subject_of
from bot.content.tables import TableSpec
from bot.workbench.bench import table
from bot.workbench.saving import with_query
from bot.workbench.view import View

FAQ = "shop/faq.csv"
MOST_KEYS = 300
MOST_QUOTED, MOST_ALSO = 3, 4
_KEY = re.compile(r"(\d{1,9})\.(\d{1,3})")


def told(keys: Iterable[Key]) -> str:
    """Keys as they stand in an address."""
    return ",".join(f"{message}.{number}" for message, number in list(keys)[:MOST_KEYS])


def keys_of(given: str) -> list[Key]:
    found = [_KEY.fullmatch(one) for one in given.split(",")[:MOST_KEYS]]
    return [(int(match[1]), int(match[2])) for match in found if match]


def asked_by(view: View) -> list[Item]:
    """The questions that the page is about, oldest first; none where it was opened from elsewhere."""
    keys = keys_of(view.asked("of"))
    return view.bench.inbox.items(keys) if keys else []


def kept(view: View, path: str) -> str:
    """A path that is about the same questions."""
    return with_query(path, urlencode({"of": view.asked("of")})) if view.asked("of") else path


def quotes(items: Sequence[Item]) -> list[dict[str, Any]]:
    """The buyers' words, each once, to be shown above a form."""
    return [{"text": one.text, "lang": one.language} for one in texts_of(items)[:MOST_QUOTED]]


def texts_of(items: Sequence[Item]) -> tuple[Item, ...]:
    return Group(tuple(reversed(items))).texts if items else ()


def cells_of(view: View, spec: TableSpec, items: Sequence[Item]) -> dict[str, str]:
    """What is known of a new row of the table from the questions that it is to answer."""
    if not items:
        return {}
    products = {item.product for item in items}
    product = next(iter(products)) if len(products) == 1 else ""
    if spec.file == FAQ:
        return {"id": _new_id(view, product), "product": product, **_questions(items)}
    subjects = {subject_of(item.details) for item in items}
    subject = next(iter(subjects)) if len(subjects) == 1 else None
    return {"product": product} | ({subject[0]: subject[1]} if subject and ROWS[subject[0]] == spec.file else {})


def _questions(items: Sequence[Item]) -> dict[str, str]:
    found: dict[str, str] = {}
    for language in ("zh", "en"):
        texts = [one.text.replace("|", " ") for one in texts_of(items) if one.language == language]
        found |= {
            f"question_{language}": texts[0] if texts else "",
            f"also_asked_{language}": "|".join(texts[1 : MOST_ALSO + 1]),
        }
    return found


def _new_id(view: View, product: str) -> str:
    there = {row.cells.get("id", "") for row in table(view.tree, FAQ).rows}
    base = product or "shop"
    return next(f"{base}-{n}" for n in range(1, len(there) + 2) if f"{base}-{n}" not in there)


def settled(view: View, places: Sequence[Place], how: How, otherwise: Response) -> Response:
    """The questions that the page is about are seen to, and somebody goes back to the others."""
    keys = keys_of(view.asked("of"))
    if not keys or otherwise.status_code != 303:
        return otherwise
    view.bench.inbox.handle(keys, how, places, view.agent.name)
    return to_inbox(view, how, keys)


def to_inbox(view: View, saved: str, keys: Sequence[Key]) -> Response:
    return view.go(f"/inbox?{urlencode({'saved': saved, 'of': told(keys)})}")


def first(cells: Mapping[str, str], *names: str) -> str:
    return next((cells[name] for name in names if cells.get(name)), "")
