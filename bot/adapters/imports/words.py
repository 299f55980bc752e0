"""The words of an import, from words.yml."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.adapters.imports.goods import Gap
from bot.core.types import Language

_WORDS: dict[str, Any] = YAML(typ="safe").load(Path(__file__).with_name("words.yml"))
PARTS = ("stops", "look", "add")
ATTRIBUTES: Mapping[str, Mapping[str, str]] = _WORDS["attributes"]
KINDS: Mapping[str, Mapping[str, Any]] = {kind: words for part in PARTS for kind, words in _WORDS[part].items()}
"""The kinds of gaps, the gravest first."""

RANK = {kind: rank for rank, kind in enumerate(KINDS)}
PART_OF = {kind: part for part in PARTS for kind in _WORDS[part]}


def say(part: str, name: str, language: Language, **values: object) -> str:
    return str(_WORDS[part][name][language]).format(**values)


def system_name(system: str, language: Language) -> str:
    return str(_WORDS["systems"].get(system, {}).get(language, system))


def what(kind: str, language: Language) -> str:
    return str(KINDS[kind]["what"][language])


def tell(gap: Gap, language: Language) -> str:
    return str(KINDS[gap.kind]["say"][language]).format(product=gap.product, **gap.values)
