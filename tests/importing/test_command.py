"""`nightdesk import`, as it is typed and as it answers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot import cli
from bot.adapters.imports.words import KINDS, PARTS
from bot.settings import ROOT
from tests.importing import exports
from tests.importing.drafting import SHOP
from tests.importing.exports import Made, Sold

KETTLE = Made("K99", "电热水壶 K99", (Sold("K99-w", "白色", "1.7L", Decimal(129), 3),), "小家电", {"功率": "1500 W"})


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = cli.main(["import", *map(str, arguments)])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_a_shop_with_new_products_can_be_used_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = exports.table(tmp_path / "a.xlsx", [KETTLE])
    draft = tmp_path / "draft"
    code, out, err = run(capsys, file, "--to", draft, "--from", SHOP, "--language", "en")
    assert (code, err) == (0, "")
    assert "Read a.xlsx (a table). Products: 1, variants: 1." in out and "power ← 功率" in out
    assert f"The draft can be used: NIGHTDESK_SHOP={draft}" in out
    checked = subprocess.run(
        [sys.executable, "-m", "bot.cli", "check"],
        cwd=ROOT,
        env={**os.environ, "NIGHTDESK_SHOP": str(draft), "NIGHTDESK_DATA": str(tmp_path / "var")},
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0 and "46 products, 163 variants" in checked.stdout


def test_a_new_shop_says_what_has_to_be_filled_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, exports.taobao(tmp_path / "包.csv", [KETTLE]), "--to", tmp_path / "draft")
    assert code == 1
    assert "读取 包.csv（淘宝）：1 款商品，1 个规格。" in out and "没有认出大类" in out
    assert "products.csv, line 4: `category` is empty" in out and "bot.cli check" in out


def test_a_last_line_without_an_end_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.csv").write_text("名称,SKU,价格\n锅,A,39", encoding="utf-8")
    assert "第 2 行）没有换行符" in run(capsys, tmp_path / "a.csv", "--to", tmp_path / "draft")[1]


def test_what_cannot_be_imported_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, tmp_path / "none.csv", "--to", tmp_path / "draft")
    assert (code, out) == (2, "") and err == f"There is no file {tmp_path / 'none.csv'}.\n"
    (tmp_path / "a.csv").write_text("名称,SKU,价格\n锅,A,39\n", encoding="utf-8")
    code, _, err = run(capsys, tmp_path / "a.csv", "--to", tmp_path / "draft", "--category", "houses")
    assert (code, err) == (2, "There is no category houses. There are: appliances, clothing, home.\n")
    code, _, err = run(capsys, tmp_path / "a.csv", "--to", tmp_path / "draft", "--from", tmp_path / "nowhere")
    assert code == 2 and "nowhere" in err
    (tmp_path / "stock.yml").write_text("source: embedded\n")
    code, _, err = run(capsys, tmp_path / "stock.yml", "--to", tmp_path / "draft")
    assert code == 2 and "names no shop system" in err
    assert not (tmp_path / "draft").exists()


def test_every_kind_is_worded_in_both_languages_with_the_same_braces() -> None:
    words = YAML(typ="safe").load(ROOT / "bot" / "adapters" / "imports" / "words.yml")
    pairs = [pair for part in ("summary", "report") for pair in words[part].values()]
    pairs += [pair for part in PARTS for kind in words[part].values() for pair in kind.values()]
    for pair in pairs:
        braces = [
            sorted({name.removesuffix(f"_{language}") for name in re.findall(r"{(\w+)}", pair[language])})
            for language in ("zh", "en")
        ]
        assert pair["zh"] and pair["en"] and braces[0] == braces[1], pair
    assert len(KINDS) == sum(len(words[part]) for part in PARTS)
