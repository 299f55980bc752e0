"""Another's Rasa project, read as far as the skill must fit into it. Its files are read, never run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.ports import NightdeskError


@dataclass(frozen=True)
class Answered:
    """That a rule or a story answers an intent by an action."""

    file: str
    name: str
    intent: str
    action: str


@dataclass(frozen=True)
class Project:
    """The files in `folder`, where Rasa's own commands look for them. Raises NightdeskError where one is no YAML."""

    folder: Path

    @cached_property
    def config(self) -> Mapping[str, Any]:
        return _mapping(self.folder / "config.yml")

    @property
    def pipeline(self) -> list[Mapping[str, Any]]:
        return _components(self.config.get("pipeline"))

    @property
    def policies(self) -> list[Mapping[str, Any]]:
        return _components(self.config.get("policies"))

    @property
    def importers(self) -> list[Mapping[str, Any]]:
        return _components(self.config.get("importers"))

    @cached_property
    def domain(self) -> Mapping[str, Any]:
        """`domain.yml`, or all files of the folder `domain` put together."""
        together: dict[str, Any] = {}
        for path in (self.folder / "domain.yml", *sorted((self.folder / "domain").rglob("*.yml"))):
            for key, value in _mapping(path).items():
                if isinstance(value, Mapping):
                    together[key] = {**together.get(key, {}), **value}
                elif isinstance(value, list):
                    together[key] = [*together.get(key, []), *value]
        return together

    @cached_property
    def training_files(self) -> list[tuple[str, Mapping[str, Any]]]:
        paths = sorted((self.folder / "data").rglob("*.yml"))
        return [(path.relative_to(self.folder).as_posix(), _mapping(path)) for path in paths]

    def examples(self) -> set[str]:
        """The intents that have examples."""
        blocks = (block for _, content in self.training_files for block in content.get("nlu") or [])
        return {str(block["intent"]) for block in blocks if isinstance(block, Mapping) and "intent" in block}

    def answered(self) -> Iterator[Answered]:
        """What rules and stories do right after an intent."""
        for file, content in self.training_files:
            for kind in ("rule", "story"):
                for block in content.get("rules" if kind == "rule" else "stories") or []:
                    steps = block.get("steps") or []
                    for step, following in zip(steps, steps[1:]):
                        for intent in _intents(step):
                            yield Answered(file, str(block.get(kind, "")), intent, str(following.get("action", "")))

    def texts(self, pattern: str) -> Iterator[str]:
        for path in sorted(self.folder.glob(pattern)):
            yield path.read_text(encoding="utf-8", errors="replace")


def names(entries: Any) -> set[str]:
    """The names in a list of a domain, whose entries are names or mappings of one name to its properties."""
    found = (next(iter(entry), "") if isinstance(entry, Mapping) else entry for entry in entries or [])
    return {str(name) for name in found}


def _intents(step: Mapping[str, Any]) -> list[str]:
    options = step.get("or") or [step]
    return [str(one["intent"]) for one in options if isinstance(one, Mapping) and "intent" in one]


def _components(entries: Any) -> list[Mapping[str, Any]]:
    return [entry if isinstance(entry, Mapping) else {"name": entry} for entry in entries or []]


def _mapping(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        return {}
    try:
        content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (YAMLError, UnicodeDecodeError) as error:
        raise NightdeskError(f"{path} cannot be read as YAML: {error}") from error
    return content if isinstance(content, Mapping) else {}
