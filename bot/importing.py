"""`nightdesk import`: products of another system into a draft of a shop's folder, with what is missing listed."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bot import bootstrap
from bot.adapters.imports.making import Wanted, make_draft, read_file, read_system
from bot.adapters.imports.report import summary
from bot.adapters.imports.words import say
from bot.adapters.inventories.rules import FILE as STOCK
from bot.settings import ROOT


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "source",
        type=Path,
        help="a products export (CSV, Excel, ZIP), or a stock.yml that names woocommerce or shopify",
    )
    parser.add_argument("--to", type=Path, required=True, metavar="FOLDER", help="the draft's folder, made anew")
    parser.add_argument("--from", type=Path, dest="base", metavar="SHOP", help="the shop's folder to add to")
    parser.add_argument(
        "--map",
        type=_column,
        action="append",
        default=[],
        metavar="FIELD=HEADING",
        help="which column of a table holds what: name=商品名称, price=售价, power=功率",
    )
    parser.add_argument("--category", default="", metavar="ID", help="the category of products whose source names none")
    parser.add_argument("--take-prices", action="store_true", help="where prices differ, take the source's")
    parser.add_argument("--replace", action="store_true", help="write over a draft that is there already")
    parser.add_argument("--language", choices=("zh", "en"), default="zh", help="of the summary")


def run(chosen: argparse.Namespace) -> int:
    """Prints the summary; 1 where the draft cannot be used before something is filled in. Raises NightdeskError."""
    source: Path = chosen.source
    wanted = Wanted(
        target=chosen.to,
        words=ROOT / "shop",
        base=chosen.base,
        columns=dict(chosen.map),
        category=chosen.category,
        take_prices=chosen.take_prices,
        replace=chosen.replace,
    )
    system = source.name == STOCK
    if system:
        print(say("summary", "asking", chosen.language), flush=True)
        sheet, catalogue = None, read_system(bootstrap.shop_system(source.parent))
    else:
        sheet, catalogue = read_file(source, wanted)
    made = make_draft(catalogue, wanted, source.name, source if system else None)
    if sheet is not None and not sheet.whole:
        print(say("summary", "unended", chosen.language, line=sheet.lines[-1].number))
    command = "nightdesk" if Path(sys.argv[0]).stem == "nightdesk" else ".venv/bin/python -m bot.cli"
    print("\n".join(summary(made, source.name, chosen.to, command, chosen.language)))
    return 1 if made.problems else 0


def _column(text: str) -> tuple[str, str]:
    field, mark, heading = text.partition("=")
    if not (field.strip() and mark and heading.strip()):
        raise argparse.ArgumentTypeError(f"“{text}” is not FIELD=HEADING, such as price=售价")
    return field.strip(), heading.strip()
