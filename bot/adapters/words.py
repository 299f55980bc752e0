"""The bot's words from `domain.yml`, for the few lines that the front says without Rasa."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.core.types import Language


class Words:
    """`say` gives the first variant of a response in the language."""

    def __init__(self, domain: Path):
        self._responses: Mapping[str, list[Mapping[str, Any]]] = YAML(typ="safe").load(domain)["responses"]

    def say(self, name: str, language: Language, facts: Mapping[str, str] | None = None) -> dict[str, Any]:
        """{"text", "buttons"} of the response. Raises KeyError for a name that `domain.yml` does not hold."""
        variants = self._responses[name]
        mine = [v for v in variants if _language(v) == language] or variants
        text = mine[0]["text"]
        for placeholder, value in (facts or {}).items():
            text = text.replace(f"{{{placeholder}}}", value)
        return {"text": text, "buttons": [dict(b) for b in mine[0].get("buttons", [])]}


def _language(variant: Mapping[str, Any]) -> str:
    for condition in variant.get("condition", []):
        if condition.get("name") == "language":
            return condition["value"]
    return "zh"
