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


@dataclass(frozen=True)
class Fault:
    """A rule broken in one place. `words`: what stands there and is wrong, by which an exception may name it."""

    rule: str
    file: str
    line: int
    place: str
    words: str = ""
    told: Mapping[str, Union[str, Pair]] = field(default_factory=dict)
    """What is filled into the rule's sentences, the same in both languages or a text for each."""

    @property
    def where(self) -> str:
        return f"{self.file} · {self.place}"


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
        place=fault.place,
        reason=_filled(said["reason"], fault),
        proposal=_filled(said["proposal"], fault),
    )


def _filled(sentence: Pair, fault: Fault) -> Pair:
    return {language: _in(language, sentence[language], fault) for language in ("zh", "en")}


def _in(language: str, sentence: str, fault: Fault) -> str:
    values = {name: told if isinstance(told, str) else told[language] for name, told in fault.told.items()}
    return sentence.format_map({"words": fault.words, "place": fault.place, **values})
