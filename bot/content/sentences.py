"""What publishing says to people, from `publishing.yml`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.core.shop import Pair
from bot.ports import NightdeskError

_FILE = Path(__file__).with_name("publishing.yml")


class Refused(NightdeskError):
    """Something that is not done, and why. `key` names the sentence; `said` is it in both languages."""

    def __init__(self, key: str, /, part: str = "refused", **facts: Any):
        self.key, self.said, self.facts = key, say(part, key, **facts), facts
        super().__init__(self.said["en"])


class Failed(Refused):
    """Something that was begun and did not come off; what is live has not changed unless the sentence says so."""

    def __init__(self, key: str, /, **facts: Any):
        super().__init__(key, part="failed", **facts)


def say(part: str, key: str, **facts: Any) -> Pair:
    """A sentence in both languages. A fact may be a pair itself."""
    told = _sentences()[part][key]
    return {language: told[language].format(**_in(language, facts)) for language in ("zh", "en")}


def joined(pairs: list[Pair]) -> Pair:
    """Several sentences as one enumeration."""
    return {"zh": "；".join(pair["zh"] for pair in pairs), "en": "; ".join(pair["en"] for pair in pairs)}


def _in(language: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value[language] if isinstance(value, Mapping) else value for name, value in facts.items()}


@lru_cache(maxsize=1)
def _sentences() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    return YAML(typ="safe").load(_FILE)
