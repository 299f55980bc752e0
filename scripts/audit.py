"""Asks pip-audit for known holes, and compares them with the reasons in requirements/audit.yml; scripts/audit runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
Found = Mapping[str, Any]
Reasons = Mapping[str, Mapping[str, str]]


def main(lock: str = "requirements/run.lock") -> int:
    """0: each hole has its reason; 1: one has none, or a reason its hole no more; 2: the index could not be asked."""
    reasons: Reasons = YAML(typ="safe").load(ROOT / "requirements" / "audit.yml")
    command = [ROOT / ".venv-audit" / "bin" / "pip-audit", "-r", lock, "--no-deps", "--disable-pip", "-f", "json"]
    asked = subprocess.run([*map(str, command), "--progress-spinner", "off"], capture_output=True, text=True, cwd=ROOT)
    try:
        packages = json.loads(asked.stdout)["dependencies"]
    except (ValueError, KeyError):
        last = (asked.stderr.strip().splitlines() or ["it said nothing"])[-1]
        print(f"The package index could not be asked for known holes: {last}", file=sys.stderr)
        return 2
    lines, code = judge(packages, reasons, whole=lock == "requirements/run.lock")
    print("\n".join(lines))
    return code


def judge(packages: Sequence[Found], reasons: Reasons, whole: bool = True) -> tuple[list[str], int]:
    """What to print, and the exit code. `whole`: all packages were asked about, so a reason without its hole is old."""
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    if unknown:
        known = len(packages) - len(unknown)
        return [
            f"The package index said nothing of {len(unknown)} of {len(packages)} packages ({', '.join(unknown[:3])} …).",
            f"Only {known} were looked at, so nothing is said about holes. It needs an index with pages of the form "
            "/pypi/NAME/VERSION/json, such as the package index itself.",
        ], 2
    holes = [(package, hole) for package in packages for hole in package.get("vulns", ())]
    lines, new, seen = [], 0, set[str]()
    for package, hole in holes:
        reason = next((id for id in (hole["id"], *hole.get("aliases", ())) if id in reasons), None)
        seen.add(reason or "")
        new += reason is None
        why = reasons[reason]["why"] if reason else "NO REASON in requirements/audit.yml"
        fixed = ", ".join(hole.get("fix_versions", ())) or "no version"
        lines.append(f"{package['name']} {package['version']}  {reason or hole['id']}  mended in {fixed}: {why}")
    old = [id for id in reasons if id not in seen] if whole else []
    lines += [f"{id}: no longer there; take it out of requirements/audit.yml" for id in old]
    lines.append(f"{len(packages)} packages, {len(holes)} known holes, {new} without a reason.")
    return lines, 1 if new or old else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
