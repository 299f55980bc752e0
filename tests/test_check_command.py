"""`nightdesk check` says that the files are right, and which facts are to be looked at again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import EVENING, ROOT

DUE = {"grinder_part": "2026-11-20", "coupon_needed": "2026-12-01", "huabei_12": "2027-01-01"}


def test_what_is_past_or_soon_is_named_with_who_looks_after_it(tmp_path: Path) -> None:
    shop = Path(shutil.copytree(ROOT / "shop", tmp_path / "shop"))
    lines = (shop / "faq.csv").read_text(encoding="utf-8").splitlines()
    for i, line in enumerate(lines):
        day = DUE.get(line.split(",")[0])
        lines[i] = f"{line.removesuffix(',,')},Lin,{day}" if day else line
    (shop / "faq.csv").write_text("\n".join(lines), encoding="utf-8")
    environment = {
        **os.environ,
        "NIGHTDESK_SHOP": str(shop),
        "NIGHTDESK_CLOCK": EVENING,
        "NIGHTDESK_DATA": str(tmp_path),
    }
    told = subprocess.run(
        [sys.executable, "-m", "bot.cli", "check"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert told.returncode == 0, told.stderr
    assert told.stdout.splitlines()[1:] == [
        "faq.csv: grinder_part was to be looked at again by 2026-11-20 (Lin).",
        "faq.csv: coupon_needed is to be looked at again by 2026-12-01 (Lin).",
    ]
