"""How findings are told in a terminal: by file, the gravest first, with the counts at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any, Optional

from rich.console import Console
from rich.table import Table
from rich.text import Text
from ruamel.yaml import YAML

from bot.core.content import Finding, Severity
from bot.core.types import Language

WORDS = Path(__file__).with_name("findings.yml")
GRAVITY: tuple[Severity, ...] = ("error", "warning", "hint")
STYLES = {"error": "bold red", "warning": "yellow", "hint": "cyan"}


@lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    return YAML(typ="safe").load(WORDS.read_text(encoding="utf-8"))


def show(findings: Sequence[Finding], language: Language, console: Optional[Console] = None) -> int:
    """Prints the findings in one language; 1 where an error is left, else 0: the command's exit code."""
    console = console or Console()
    for file, found in groupby(sorted(findings, key=_order), key=lambda one: one.file):
        console.print(Text(file, style="bold underline"))
        console.print(_table(list(found), language))
        console.print()
    console.print(summary(findings, language))
    return 1 if any(one.severity == "error" for one in findings) else 0


def summary(findings: Sequence[Finding], language: Language) -> Text:
    """`2 errors, 1 warning, 0 hints.` with what that means."""
    counted = Counter(one.severity for one in findings)
    told = Text()
    for severity in GRAVITY:
        style = STYLES[severity] if counted[severity] else "dim"
        told.append(_words()["counts"][severity][language].format(count=counted[severity]), style=style)
        told.append(_words()["between"][language] if severity != GRAVITY[-1] else "")
    ending = "stops" if counted["error"] else "passes" if findings else "clean"
    return told.append(_words()[ending][language])


def _order(one: Finding) -> tuple[str, int, int, str]:
    return one.file, GRAVITY.index(one.severity), one.line, one.place["zh"]


def _table(found: Sequence[Finding], language: Language) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 1), expand=False)
    table.add_column(justify="right", style="dim", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for one in found:
        told = Text(one.place[language], style="bold")
        told.append(f"\n{one.reason[language]}", style="not bold")
        told.append(f"\n→ {one.proposal[language]}", style="not bold dim")
        told.append(f"  [{one.rule}]", style="not bold dim italic")
        name = Text(_words()["severities"][one.severity][language], style=STYLES[one.severity])
        table.add_row(str(one.line), name, told)
    return table
