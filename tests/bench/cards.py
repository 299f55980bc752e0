"""Cards that hold exactly what a dialogue of the handoff bench says."""

from __future__ import annotations

from typing import Any

from bench.handoff_gold import OFFER, WANT, Gold
from bench.handoff_scores import BUYER


def card_of(gold: Gold, language: str = "zh") -> dict[str, Any]:
    """The card that holds exactly the gold values."""
    simple = {
        name: str(value).split("|")[0] if isinstance(value, str) else value for name, value in gold.simple.items()
    }
    offer = {name: simple.get(f"offer.{name}") for name in OFFER}
    blank = {name: None for name in WANT}
    return {
        **{name: simple[name] for name in ("reason", "queue", "priority", "promised")},
        "version": 1, "episode": "e-1", "language": language, "suggested_reply": "", "headline": "",
        "opened_at": "2026-11-21T21:04:00+08:00", "waiting_since": "2026-11-21T21:04:00+08:00",
        "wants": [{**blank, **want, "name": "", "words": ""} for want in gold.wants],
        "about": {"product": simple["about"], "name": ""} if "about" in simple else None,
        "order": simple.get("order"),
        "offer": {**offer, "words": ""} if offer["kind"] else None,
        "destination": simple.get("destination"),
        "needed_by": {"date": simple["needed_by"], "words": ""} if "needed_by" in simple else None,
        "buyer": {name: simple.get(name) for name in BUYER},
        "cares_about": list(gold.lists["cares_about"]), "mood": simple.get("mood", "neutral"),
        "notes": list(gold.lists["notes"]), "pictures": list(gold.lists["pictures"]),
        "questions": [
            {"label": asked.labels[0], "text": "", "state": asked.states[0], "told": asked.told, "as_of": None}
            for asked in gold.questions if not asked.optional
        ],
    }  # fmt: skip
