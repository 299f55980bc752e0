"""Addresses and secrets of the robots, from a file that only its owner may read. The format: docs/robots.md."""

from __future__ import annotations

import logging
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.adapters.shop_rules import Rules
from bot.adapters.shop_tables import Problems
from bot.ports import SettingError

log = logging.getLogger(__name__)
FIELDS = ("address", "secret")


@dataclass(frozen=True)
class Address:
    """Where a robot is reached. Never logged: address and secret let anybody write into the group."""

    url: str = field(repr=False)
    secret: str = field(default="", repr=False)


class Addresses:
    """The file as it is now: read again when it changed, the last good one kept when it is wrong.

    A file that is not there holds no addresses. Raises SettingError at construction alone; later faults are logged once.
    """

    def __init__(self, path: Path):
        self._path = path
        self._seen = _seen(path)
        self._held = read_addresses(path)

    def of(self, robot: str) -> Address | None:
        seen = _seen(self._path)
        if seen != self._seen:
            self._seen = seen
            try:
                self._held = read_addresses(self._path)
            except (SettingError, OSError) as error:
                log.error("robots_file_wrong: the last good one is kept.\n%s", error)
        return self._held.get(robot)


def _seen(path: Path) -> tuple[int, int, int] | None:
    """A value that changes when the file or who may read it does."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_mode


def read_addresses(path: Path) -> dict[str, Address]:
    """The addresses by the robots' names. Raises SettingError with every problem found, each with file and line; what
    stands in the file is never shown."""
    if not path.is_file():
        return {}
    _check_readers(path)
    problems = Problems()
    rules = Rules(path.name, _load(path, problems), problems)
    found = {name: _address(rules, name, path.name, problems) for name in rules.names()}
    if problems:
        raise SettingError("\n".join(problems))
    return found


def _load(path: Path, problems: Problems) -> Any:
    try:
        return YAML(typ="rt").load(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        problems.add(path.name, 1, "a character is not UTF-8; save the file as UTF-8.")
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        problems.add(
            path.name, line, "it cannot be read as YAML; check indentation, colons, quotes, names that stand twice."
        )
    return None


def _check_readers(path: Path) -> None:
    """A group may read a file that belongs to somebody else, as a mounted secret does."""
    if not os.access(path, os.R_OK):
        raise SettingError(f"{path} cannot be read by the user that Nightdesk runs as; give it that owner.")
    if os.name != "posix":
        return
    found = path.stat()
    others = stat.S_IROTH | (stat.S_IRGRP if found.st_uid == os.geteuid() else 0)
    if found.st_mode & others:
        raise SettingError(
            f"{path} holds secrets and can be read by others (mode {stat.S_IMODE(found.st_mode):o}); run: chmod 600 {path}"
        )


def _address(rules: Rules, name: str, file: str, problems: Problems) -> Address:
    part = Rules(file, rules.raw(name, object, "its address and secret", None), problems, rules.line(name))
    for key in part.names():
        if key not in FIELDS:
            part.wrong(key, f"`{key}` of “{name}” is not known; write {' and '.join(FIELDS)}.")
    url = part.raw("address", object, "the address that the service shows", "")
    secret = part.raw("secret", object, "a text", "") if part.has("secret") else ""
    if url and not (isinstance(url, str) and _is_address(url)):
        part.wrong(
            "address", f"`address` of “{name}” is no web address; copy the one that the service shows (https://…)."
        )
    if not isinstance(secret, str):
        part.wrong("secret", f"`secret` of “{name}” is no text; put it in quotes.")
    return Address(str(url), str(secret))


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("https", "http") and bool(parts.hostname) and url.isprintable() and " " not in url
    except ValueError:
        return False
