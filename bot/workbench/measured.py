"""The messages that the bot is measured with, which may not be among its examples (`checks.check(…, test_lines=…)`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

CHATS = ("tests/conversations", "bench/handoff")
TABLES = ("tests/nlu",)


def measured_lines(root: Path) -> tuple[str, ...]:
    """The buyers' messages of the project's own conversations, dialogues and tables; none where they are not there."""
    chats = [path for folder in CHATS for path in sorted((root / folder).glob("*.yml"))]
    tables = [path for folder in TABLES for path in sorted((root / folder).glob("*.tsv"))]
    said = [message for path in chats for message in _of_chats(YAML(typ="safe").load(path))]
    said += [
        line.partition("\t")[0].replace("|", "") for path in tables for line in path.read_text("utf-8").splitlines()
    ]
    return tuple(dict.fromkeys(line for line in said if line.strip()))


def _of_chats(value: Any) -> Iterator[str]:
    for dialogue in value if isinstance(value, list) else ():
        for message in dialogue.get("chat", ()) if isinstance(dialogue, dict) else ():
            told = message.get("buyer") if isinstance(message, dict) else message
            if isinstance(told, str):
                yield told
