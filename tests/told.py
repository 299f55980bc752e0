"""A handoff card, rows of the outbox that tell it, and the shop's words for that, for the tests of telling."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.adapters.shop_robots import read_telling
from bot.adapters.shop_tables import Problems
from bot.core.telling import Message, Told, message, tell
from tests.small_shop import EVENING, make_shop

WORDS = read_telling(Path(__file__).parent.parent / "shop", Problems())
SHOP = make_shop(telling=WORDS)
DESK = "https://desk.example"
SINCE = (EVENING - timedelta(minutes=3)).isoformat(timespec="seconds")
CARD: dict[str, Any] = {
    "version": 1,
    "episode": "7c1f0a",
    "reason": "negotiate_price",
    "queue": "sales",
    "priority": "high",
    "language": "zh",
    "opened_at": SINCE,
    "waiting_since": SINCE,
    "promised": "人工客服现在在线",
    "wants": [
        {
            "product": "W05",
            "name": "轻薄羽绒服 W05",
            "colour": "black",
            "size": "M",
            "quantity": 2,
            "list_price": "369.00",
            "words": "W05黑色M来两件",
        }
    ],
    "about": None,
    "order": None,
    "offer": {"kind": "price", "amount": "600.00", "per": "order", "list_total": "738.00", "words": "两件600我就拍"},
    "destination": None,
    "needed_by": None,
    "buyer": {"height_cm": None, "weight_kg": None, "household": None, "contact": None},
    "cares_about": ["price"],
    "mood": "neutral",
    "questions": [{"label": "negotiate_price", "text": "两件600我就拍", "state": "open", "told": None, "as_of": None}],
    "notes": [],
    "pictures": [],
    "suggested_reply": "亲，我这就帮您看看～",
    "headline": "谈价：两件600我就拍｜轻薄羽绒服 W05 黑色 M码 × 2",
}


def card(**changes: Any) -> dict[str, Any]:
    return {**CARD, **changes}


def row(body: dict[str, Any] | None = None, kind: str = "opened", key: str = "group:opened:7c1f0a") -> dict[str, Any]:
    """A row of the outbox as far as telling looks at it."""
    return {"key": key, "kind": kind, "body": body or {"card": CARD}, "created_at": "2026-11-21T13:01:00.000+00:00"}


def told(language: str = "zh", public_url: str = DESK, people_there: bool = True, **given: Any) -> Told:
    return tell(row(**given), language, SHOP, EVENING, people_there, public_url)  # type: ignore[arg-type]


def single(language: str = "zh", **given: Any) -> Message:
    return message([told(language, **given)], 0, WORDS, language, lambda _: True)  # type: ignore[arg-type]


def several(count: int, language: str = "zh", waiting: int = 0) -> Message:
    all_told = [told(language, key=f"group:opened:{number}") for number in range(count)]
    return message(all_told, waiting, WORDS, language, lambda _: True)  # type: ignore[arg-type]
