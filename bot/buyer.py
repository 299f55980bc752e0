"""`nightdesk buyer find|export|erase`: all that is kept of one buyer, for whoever has to tell or to forget it."""

from __future__ import annotations

import json
import sys

from bot import bootstrap
from bot.adapters.forgetting import Forgetting


def run(what: str, id: str, sure: bool = False) -> int:
    """Gives 1 where nothing is kept under that name."""
    return {"find": _find, "export": _export, "erase": _erase}[what](bootstrap.forgetting(), id, sure)


def _find(forgetting: Forgetting, words: str, _: bool) -> int:
    found = forgetting.find(words)
    for one in found:
        print(f"{one['id']}  {one['last_at'] or '–'}")
    return 0 if found else _nothing(words)


def _export(forgetting: Forgetting, conversation: str, _: bool) -> int:
    found = forgetting.export(conversation)
    if found is None:
        return _nothing(conversation)
    print(json.dumps(found, ensure_ascii=False, indent=2))
    return 0


def _erase(forgetting: Forgetting, conversation: str, sure: bool) -> int:
    found = forgetting.export(conversation)
    if found is None:
        return _nothing(conversation)
    count = len(found["messages"])
    if not sure and input(f"{conversation}: {count} messages go for good. Write “yes”: ").strip().lower() != "yes":
        print("Nothing was erased.", file=sys.stderr)
        return 1
    forgetting.erase(conversation, bootstrap.clock().now())
    print(f"{conversation}: erased. Backups, chat groups and Chatwoot keep what they have (docs/security.md).")
    return 0


def _nothing(words: str) -> int:
    print(
        f"Nothing is kept of “{words}”; `nightdesk buyer find` looks for a phone number or other words.",
        file=sys.stderr,
    )
    return 1
