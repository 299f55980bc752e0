"""What a rule notes, and how it becomes a finding: sentences and severities are in rules.yml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Union

from ruamel.yaml import YAML

from bot.core.content import Finding, Severity
from bot.core.shop import Pair

HERE = Path(__file__).parent


Told = Union[str, Pair]
"""The same in both languages, or a text for each."""


@dataclass(frozen=True)
class Fault:
    """A rule broken in one place. `words`: what stands there and is wrong, by which an exception may name it."""

    rule: str
    file: str
    line: int
    place: Told
    words: str = ""
    told: Mapping[str, Told] = field(default_factory=dict)
    """What is filled into the rule's sentences."""

    @property
    def places(self) -> set[str]:
        """All that the place may be called."""
        named = {_told(language, self.place) for language in ("zh", "en")}
        return {*named, *(f"{self.file} · {name}" for name in named), self.file}


@cache
def data(file: str) -> Any:
    """A file of data beside the rules."""
    return YAML(typ="safe").load((HERE / file).read_text(encoding="utf-8"))


def rules() -> Mapping[str, Mapping[str, Any]]:
    """Each rule with its `severity` and its sentences `reason` and `proposal`."""
    return data("rules.yml")


def as_finding(fault: Fault, severity: Severity) -> Finding:
    said = rules()[fault.rule]
    return Finding(
        rule=fault.rule,
        severity=severity,
        file=fault.file,
        line=fault.line,
        place={language: _told(language, fault.place) for language in ("zh", "en")},
        reason=_filled(said["reason"], fault),
        proposal=_filled(said["proposal"], fault),
    )


def _filled(sentence: Pair, fault: Fault) -> Pair:
    return {language: _in(language, sentence[language], fault) for language in ("zh", "en")}


def _in(language: str, sentence: str, fault: Fault) -> str:
    values = {"words": fault.words, "place": fault.place, **fault.told}
    return sentence.format_map({name: _told(language, value) for name, value in values.items()})


def _told(language: str, told: Told) -> str:
    return told if isinstance(told, str) else told[language]
