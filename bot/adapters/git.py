"""Commits published files, where the shop keeps its content in git."""

from __future__ import annotations

import subprocess
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

_WITHIN = 30


def commit(files: Sequence[Path], author: str, message: str) -> str:
    """Commits these files alone, in the repository of each, with the author's name. Gives what went wrong, “” if nothing."""
    by_repository: dict[str, list[str]] = defaultdict(list)
    for file in files:
        top, why = _git(file.parent, "rev-parse", "--show-toplevel")
        if why:
            return why
        by_repository[top].append(str(file))
    for top, paths in by_repository.items():
        us = ("-c", "user.name=Nightdesk", "-c", "user.email=nightdesk@localhost")
        name = author.replace("<", "").replace(">", "").strip() or "Nightdesk"
        said = ("--quiet", f"--author={name} <>", "-m", message or "Content published")
        for command in (("add", "--all", "--", *paths), (*us, "commit", *said, "--only", "--", *paths)):
            _, why = _git(Path(top), *command)
            if why:
                return why
    return ""


def _git(folder: Path, *arguments: str) -> tuple[str, str]:
    """What it said, and what went wrong."""
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=folder, capture_output=True, text=True, errors="replace", timeout=_WITHIN
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return "", f"git: {type(error).__name__}"
    told = (done.stderr or done.stdout).strip().splitlines()
    return done.stdout.strip(), (told or ["git said no"])[-1] if done.returncode else ""
