"""The bot's words from `domain.yml`, for the few lines that the front says without Rasa."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.core.types import Language

log = logging.getLogger(__name__)


class Words:
    """`say` gives the first variant of a response in the language. A changed file is read again; while it is wrong, the
    last good words hold. Thread-safe."""

    def __init__(self, domain: Path):
        self._domain = domain
        self._seen = _mark(domain)
        self._responses = _read(domain)

    def say(self, name: str, language: Language, facts: Mapping[str, str] | None = None) -> dict[str, Any]:
        """{"text", "buttons"} of the response. Raises KeyError for a name that `domain.yml` does not hold."""
        variant = self._variants(name, language)[0]
        return {"text": _filled(variant["text"], facts or {}), "buttons": [dict(b) for b in variant.get("buttons", [])]}

    def variants(self, name: str, language: Language, facts: Mapping[str, str]) -> list[str]:
        """All the ways in which the response may be said."""
        return [_filled(variant["text"], facts) for variant in self._variants(name, language)]

    def _variants(self, name: str, language: Language) -> list[Mapping[str, Any]]:
        self._look()
        variants = self._responses[name]
        return [v for v in variants if _language(v) == language] or variants

    def _look(self) -> None:
        try:
            mark = _mark(self._domain)
            if mark != self._seen:
                self._seen = mark
                self._responses = _read(self._domain)
        except (OSError, YAMLError, KeyError, TypeError) as error:
            log.error("words_wrong: the last good words are kept. %s", error)


def _mark(domain: Path) -> tuple[int, int]:
    stat = domain.stat()
    return stat.st_mtime_ns, stat.st_size


def _read(domain: Path) -> Mapping[str, list[Mapping[str, Any]]]:
    return YAML(typ="safe").load(domain)["responses"]


def _filled(text: str, facts: Mapping[str, str]) -> str:
    for placeholder, value in facts.items():
        text = text.replace(f"{{{placeholder}}}", value)
    return text


def _language(variant: Mapping[str, Any]) -> str:
    for condition in variant.get("condition", []):
        if condition.get("name") == "language":
            return condition["value"]
    return "zh"
