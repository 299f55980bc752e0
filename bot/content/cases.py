"""What a draft is tried on: dialogues of the project's tests, the shop's honesty questions, buyers of the last days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Optional

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.core.content import Tree
from bot.core.masking import mask

Source = Literal["tests", "honesty", "buyers"]
MOST_CHARACTERS = 500
"""Longer messages of buyers are left out."""


@dataclass(frozen=True)
class Line:
    """A buyer's message. `labels`: the right ones, None where nobody has said; `says`: what the answer must hold."""

    text: str
    labels: Optional[tuple[str, ...]] = None
    says: tuple[str, ...] = ()
    says_not: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """A dialogue, played from its beginning. `at`: when, None for now."""

    source: Source
    lines: tuple[Line, ...]
    name: str = ""
    at: Optional[datetime] = None


def project_cases(tests: Path) -> list[Case]:
    """The dialogues of conversations/*.yml and the labelled messages of nlu/typed_together.tsv, where they are there."""
    cases = [case for path in sorted((tests / "conversations").glob("*.yml")) for case in _chats(path)]
    table = tests / "nlu" / "typed_together.tsv"
    lines = table.read_text(encoding="utf-8").splitlines() if table.is_file() else []
    for number, line in enumerate(lines, 1):
        text, tab, labels = line.partition("\t")
        if tab and not line.startswith("#"):
            told = Line(text.replace("|", "").strip(), tuple(labels.split()))
            cases.append(Case("tests", (told,), f"{table.name}:{number}"))
    return cases


def honesty_cases(tree: Tree) -> list[Case]:
    """The honesty questions of `shop/publishing.yml`."""
    asked = rules(tree).get("honesty") or ()
    return [
        Case("honesty", (Line(str(one["ask"]), None, _listed(one.get("says")), _listed(one.get("says_not"))),))
        for one in asked
    ]


def buyers_cases(dialogues: Iterable[Sequence[str]]) -> list[Case]:
    """Buyers' dialogues, masked."""
    kept = [tuple(Line(mask(text)) for text in texts if len(text) <= MOST_CHARACTERS) for texts in dialogues]
    return [Case("buyers", lines) for lines in kept if lines]


def rules(tree: Tree) -> Mapping[str, Any]:
    """`shop/publishing.yml`; nothing where it is not there or cannot be read."""
    try:
        found = YAML(typ="safe").load(tree.get("shop/publishing.yml", ""))
    except YAMLError:
        return {}
    return found if isinstance(found, Mapping) else {}


def _chats(path: Path) -> Iterator[Case]:
    for chat in YAML(typ="safe").load(path):
        lines = tuple(
            Line(
                str(said["buyer"]),
                tuple(said["labels"]) if "labels" in said else None,
                _listed(said.get("says")),
                _listed(said.get("says_not")),
            )
            for said in chat["chat"]
        )
        if "not_yet" not in chat:
            at = datetime.fromisoformat(str(chat["at"])) if "at" in chat else None
            yield Case("tests", lines, f"{path.stem}: {chat['name']}", at)


def _listed(value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [] if value is None else [value]
    return tuple(str(one) for one in values)
