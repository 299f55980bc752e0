"""The checks in a process of their own, behind all others: `python -m bot.content.checking WORK.json`. They take seconds,
which whoever answers buyers has not.

WORK.json: {"tree", "test_lines", "today", "out"}; the file `out` becomes a list of findings.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

from bot.adapters.processes import watch_module
from bot.content.checks import check
from bot.content.sentences import Failed
from bot.core.content import Finding, Tree


def findings_of(tree: Tree, test_lines: Sequence[str], today: date) -> list[Finding]:
    """What the checks say of a tree. Raises Failed where their process did not come to an end."""
    with tempfile.TemporaryDirectory() as folder:
        work, out = Path(folder) / "work.json", Path(folder) / "out.json"
        given = {"tree": dict(tree), "test_lines": list(test_lines), "today": today.isoformat(), "out": str(out)}
        work.write_text(json.dumps(given, ensure_ascii=False), encoding="utf-8")
        code, said = watch_module("bot.content.checking", str(work), heard=lambda _: None)
        if code:
            raise Failed("checking", problem=(said or ["–"])[-1][-300:])
        return [Finding(**told) for told in json.loads(out.read_text(encoding="utf-8"))]


def main() -> None:
    work = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    found = check(work["tree"], test_lines=work["test_lines"], today=date.fromisoformat(work["today"]))
    Path(work["out"]).write_text(json.dumps([asdict(one) for one in found], ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
