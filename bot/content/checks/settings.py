"""What the shop decides about the checks (shop/checks.yml): limits, competitors, severities, exceptions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Optional

from bot.content import yaml_text
from bot.content.checks.faults import Fault, data, rules
from bot.content.unreadable import Unreadable
from bot.content.yaml_text import NoSuchEntry
from bot.core.content import Severity, Tree

FILE = "shop/checks.yml"
SEVERITIES = ("error", "warning", "hint")
LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Exempt:
    """An exception: where `rule` is not meant, and why. `words`: only of these; empty: of anything in the place."""

    rule: str
    place: str
    words: str
    reason: str
    line: int

    def covers(self, fault: Fault) -> bool:
        there = any(_within(whole, self.place) for whole in fault.places)
        return self.rule == fault.rule and there and self.words.casefold() in fault.words.casefold()


@dataclass(frozen=True)
class Settings:
    """shop/checks.yml, with what is not said filled in from limits.yml."""

    limits: dict[str, Any]
    competitors: tuple[tuple[str, Optional[re.Pattern], re.Pattern], ...] = ()
    """Name, what looks like it and is innocent, and the pattern that finds it."""
    severities: dict[str, Severity] = field(default_factory=dict)
    exceptions: tuple[Exempt, ...] = ()
    faults: tuple[Fault, ...] = ()
    """What is wrong with shop/checks.yml itself."""

    def severity(self, rule: str) -> Severity:
        return self.severities.get(rule) or rules()[rule]["severity"]

    def allowed(self, fault: Fault) -> Optional[Exempt]:
        return next((one for one in self.exceptions if one.covers(fault)), None)


def read_settings(tree: Tree) -> Settings:
    text = tree.get(FILE, "")
    faults: list[Fault] = []
    said = _said(text, faults)
    return Settings(
        limits=_limits(text, _part(said, "limits"), faults),
        competitors=tuple(_competitors(_listed(said, "competitors"), faults)),
        severities=_severities(text, _part(said, "severity"), faults),
        exceptions=tuple(_exceptions(text, _listed(said, "exceptions"), faults)),
        faults=tuple(faults),
    )


def _said(text: str, faults: list[Fault]) -> dict[str, Any]:
    try:
        said = yaml_text.value(text) if text.strip() else {}
    except Unreadable as error:
        faults.append(Fault("unreadable", FILE, error.line, FILE, told={"detail": error.reason}))
        return {}
    if said is None or isinstance(said, dict):
        return said or {}
    faults.append(_setting_fault(1, FILE, str(said)))
    return {}


def _part(said: dict[str, Any], name: str) -> dict[str, Any]:
    part = said.get(name)
    return part if isinstance(part, dict) else {}


def _listed(said: dict[str, Any], name: str) -> list[Any]:
    part = said.get(name)
    return part if isinstance(part, list) else [] if part is None else [part]


def _limits(text: str, said: dict[str, Any], faults: list[Fault]) -> dict[str, Any]:
    """The limits of limits.yml, with those that the shop says in their place."""
    limits: dict[str, Any] = {}
    for name, usual in data("limits.yml").items():
        own = said.get(name, usual)
        if isinstance(usual, dict) and isinstance(own, dict):
            own = {**usual, **own}
        limits[name] = own if _alike(own, usual) else usual
        if limits[name] is usual and own is not usual:
            faults.append(_setting_fault(_line(text, ("limits", name)), f"limits · {name}", str(own)))
    for name in said.keys() - limits.keys():
        faults.append(_setting_fault(_line(text, ("limits", str(name))), f"limits · {name}", str(name)))
    return limits


def _alike(own: Any, usual: Any) -> bool:
    """Whether a limit is of the usual one's form: a number, a list of names, or numbers by language."""
    if isinstance(usual, dict):
        return isinstance(own, dict) and own.keys() == usual.keys() and all(_alike(own[k], usual[k]) for k in usual)
    if isinstance(usual, list):
        return isinstance(own, list) and all(isinstance(one, str) for one in own)
    return isinstance(own, (int, float)) and not isinstance(own, bool)


def _competitors(said: list[Any], faults: list[Fault]) -> Iterable[tuple[str, Optional[re.Pattern], re.Pattern]]:
    """A competitor is a name, or {name, unless: words in which its characters mean nothing of the kind}."""
    for one in said:
        name = str(one.get("name", "") if isinstance(one, dict) else one).strip().casefold()
        unless = one.get("unless") or [] if isinstance(one, dict) else []
        if not name:
            faults.append(_setting_fault(1, "competitors", str(one)))
            continue
        innocent = re.compile("|".join(re.escape(str(word).casefold()) for word in unless)) if unless else None
        edge = r"(?<![a-z])" if name.isascii() else "", r"(?![a-z])" if name.isascii() else ""
        yield name, innocent, re.compile(edge[0] + re.escape(name) + edge[1])


def _severities(text: str, said: dict[str, Any], faults: list[Fault]) -> dict[str, Severity]:
    found: dict[str, Severity] = {}
    for rule, severity in said.items():
        if rule in rules() and severity in SEVERITIES:
            found[rule] = severity
        else:
            faults.append(_setting_fault(_line(text, ("severity", str(rule))), f"severity · {rule}", str(severity)))
    return found


def _exceptions(text: str, said: list[Any], faults: list[Fault]) -> Iterable[Exempt]:
    for index, one in enumerate(said):
        line = _line(text, ("exceptions", str(index)))
        told = {str(k): str(v or "").strip() for k, v in one.items()} if isinstance(one, dict) else {}
        exempt = Exempt(
            told.get("rule", ""), told.get("place", ""), told.get("words", ""), told.get("reason", ""), line
        )
        place = f"exceptions · {exempt.rule} · {exempt.place}"
        if not exempt.reason:
            faults.append(Fault("exception_no_reason", FILE, line, place))
        elif exempt.rule not in rules() or not exempt.place:
            faults.append(_setting_fault(line, place, exempt.rule))
        else:
            yield exempt


def _setting_fault(line: int, place: str, words: str) -> Fault:
    return Fault("settings", FILE, line, place, words)


def _line(text: str, path: tuple[str, ...]) -> int:
    try:
        return yaml_text.line(text, path)
    except (Unreadable, NoSuchEntry):
        return 1


def _within(whole: str, part: str) -> bool:
    """Whether `part` is the place or the beginning of it, up to a “·”."""
    return whole == part or whole.startswith(f"{part} · ")
