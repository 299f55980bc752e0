"""`make audit`: a hole without a reason fails, and so does one that could not be looked up."""

from __future__ import annotations

import importlib.util
import re
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.conftest import ROOT

spec = importlib.util.spec_from_file_location("audit", ROOT / "scripts" / "audit.py")
assert spec is not None and spec.loader is not None
audit = importlib.util.module_from_spec(spec)
spec.loader.exec_module(audit)
REASONS = {"CVE-1": {"package": "a", "why": "it is not used"}}


def package(*holes: str, **more: Any) -> dict[str, Any]:
    vulns = [{"id": f"PYSEC-{id}", "aliases": [id], "fix_versions": ["2"]} for id in holes]
    return {"name": "a", "version": "1", "vulns": vulns, **more}


@pytest.mark.parametrize(
    "packages, code, said",
    [
        ([package("CVE-1")], 0, "it is not used"),
        ([package("CVE-1", "CVE-2")], 1, "NO REASON"),
        ([package()], 1, "CVE-1: no longer there"),
        ([package("CVE-1"), {"name": "b", "skip_reason": "not found"}], 2, "said nothing of 1 of 2 packages (b"),
    ],
    ids=["each has its reason", "a new one", "one that is gone", "not looked up"],
)
def test_what_is_found_is_judged(packages: list[dict[str, Any]], code: int, said: str) -> None:
    lines, judged = audit.judge(packages, REASONS)
    assert judged == code and said in "\n".join(lines)


def test_every_reason_is_of_a_package_that_we_pin() -> None:
    pinned = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements" / "run.lock").read_text(), re.MULTILINE))
    for id, entry in YAML(typ="safe").load(ROOT / "requirements" / "audit.yml").items():
        assert re.fullmatch(r"(CVE|GHSA|PYSEC)-[\w-]+", id)
        assert entry["package"] in pinned and len(entry["why"]) > 20
