"""Trained models and what they are made from: a model is named after it, so that the live files name their own."""

from __future__ import annotations

import hashlib
from fnmatch import fnmatch
from pathlib import Path

from bot.core.content import PATTERNS, Tree
from bot.settings import CODE, ROOT

MADE_FROM = (
    "config.yml",
    "domain.yml",
    "data/nlu/*.yml",
    "data/rules/*.yml",
    "data/messages/*.tsv",
    "data/encoder/tuned.npz",
    "bot/nlu/*.py",
    "bot/core/splitting.py",
    "bot/core/text.py",
    "bot/core/labels.py",
)
KEPT = 10
"""So many models stay, the newest, and those of versions that somebody may want back."""


def fingerprint(tree: Tree | None = None) -> str:
    """A value that changes when anything that a model is made from does: the live files, or a tree's in their place."""
    digest = hashlib.sha256()
    for pattern in MADE_FROM:
        for path, content in sorted(_files(pattern, tree)):
            digest.update(path.encode())
            digest.update(content)
    return digest.hexdigest()[:12]


def model_name(tree: Tree | None = None) -> str:
    return f"nightdesk-{fingerprint(tree)}.tar.gz"


def prune(models: Path, keep: set[str]) -> list[str]:
    """Takes away all but the newest models and those to be kept. Gives the names of those that went."""
    found = sorted(models.glob("nightdesk-*.tar.gz"), key=lambda path: path.stat().st_mtime, reverse=True)
    gone = [path for path in found[KEPT:] if path.name not in keep]
    for path in gone:
        path.unlink(missing_ok=True)
    return [path.name for path in gone]


def _files(pattern: str, tree: Tree | None) -> list[tuple[str, bytes]]:
    if tree is not None and pattern in PATTERNS:
        return [(path, text.encode()) for path, text in tree.items() if fnmatch(path, pattern)]
    folder = CODE if pattern.startswith("bot/") else ROOT
    return [(path.relative_to(folder).as_posix(), path.read_bytes()) for path in folder.glob(pattern)]
