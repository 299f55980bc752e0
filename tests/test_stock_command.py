"""`nightdesk stock`: what the shop's stock system says, whichever it is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from bot.settings import ROOT

FOLDER = """source: folder
folder: {path: exports, files: "*.csv", columns: {sku: 编码, quantity: 库存}, settle_seconds: 0}
"""


def nightdesk(tmp_path: Path, *arguments: str, stock_yml: str = "") -> subprocess.CompletedProcess[str]:
    shop = tmp_path / "shop"
    if not shop.is_dir():
        shutil.copytree(ROOT / "shop", shop)
    if stock_yml:
        (shop / "stock.yml").write_text(stock_yml, encoding="utf-8")
    environment = {**os.environ, "NIGHTDESK_SHOP": str(shop), "NIGHTDESK_DATA": str(tmp_path / "var")}
    command = [sys.executable, "-m", "bot.cli", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


def test_shows_and_sets_the_embedded_inventory(tmp_path: Path) -> None:
    assert nightdesk(tmp_path, "stock", "D20", "7").stdout == "D20: 7\n"
    shown = nightdesk(tmp_path, "stock")
    assert shown.returncode == 0
    assert (
        "D20              in stock, 7  (" in shown.stdout and "K17-green        none, 0, discontinued" in shown.stdout
    )
    assert nightdesk(tmp_path, "stock", "D2O").returncode == 1


def test_shows_what_another_system_says_and_sets_nothing_there(tmp_path: Path) -> None:
    nightdesk(tmp_path, "check")
    exports = tmp_path / "shop" / "exports"
    exports.mkdir()
    (exports / "a.csv").write_text("编码,库存\nd20,11\nL18-white,\n", encoding="utf-8")
    os.utime(exports / "a.csv", (time.time() - 90, time.time() - 90))
    shown = nightdesk(tmp_path, "stock", "D20", stock_yml=FOLDER)
    assert shown.returncode == 0 and "D20  in stock, 11  (" in shown.stdout and "export: 1 of 1" in shown.stdout
    assert nightdesk(tmp_path, "stock", "L18-white").returncode == 1, "a number that is not there is not known"
    refused = nightdesk(tmp_path, "stock", "D20", "7")
    assert refused.returncode == 2 and "kept in export (shop/stock.yml)" in refused.stderr


def test_a_wrong_file_is_told_by_the_check(tmp_path: Path) -> None:
    checked = nightdesk(
        tmp_path, "check", stock_yml="source: folder\nfolder: {path: nowhere, files: '*.csv', columns: {sku: a}}\n"
    )
    assert checked.returncode == 2
    assert "stock.yml, line 2: there is no folder" in checked.stderr and "`columns` names `sku`" in checked.stderr
