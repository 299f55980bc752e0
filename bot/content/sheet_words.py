"""The words of the spreadsheets (sheets.yml)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.core.shop import Pair

_WORDS = YAML(typ="safe", pure=True).load((Path(__file__).parent / "sheets.yml").read_text(encoding="utf-8"))
GUIDE: Mapping[str, Any] = _WORDS["guide"]
PROBLEMS: Mapping[str, Mapping[str, Pair]] = _WORDS["problems"]


def told(name: str, part: str, facts: Mapping[str, str | Pair]) -> Pair:
    """A problem's `reason` or `proposal`, filled in; a fact that is a pair is told in each language."""
    return {
        at: words.format(**{key: _in(fact, at) for key, fact in facts.items()})
        for at, words in PROBLEMS[name][part].items()
    }


def _in(fact: str | Pair, language: str) -> str:
    return fact if isinstance(fact, str) else fact[language]
