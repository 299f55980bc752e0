"""The command `nightdesk`: run it, train it, check the shop, set a stock, list the settings."""

from __future__ import annotations

import argparse
import sys
from subprocess import CalledProcessError

from bot import bootstrap
from bot.adapters.shop_files import load_shop
from bot.ports import NightdeskError
from bot.settings import describe
from bot.training import run_module, train_if_needed


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="nightdesk", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="train if needed, start everything, stop it all on Ctrl-C")
    commands.add_parser("train", help="train the model if what it is made from has changed")
    commands.add_parser(
        "tune", help="tune the sentence encoder on the training lines (minutes; data/encoder/README.md)"
    )
    commands.add_parser("check", help="check the shop's files")
    commands.add_parser("settings", help="list all settings with their help")
    stock = commands.add_parser("stock", help="set the stock of a SKU in the embedded inventory")
    stock.add_argument("sku")
    stock.add_argument("quantity", type=int)
    chosen = parser.parse_args(arguments)
    try:
        return COMMANDS[chosen.command](chosen)
    except NightdeskError as error:
        print(error, file=sys.stderr)
        return 2
    except CalledProcessError as error:
        return error.returncode


def _run(_: argparse.Namespace) -> int:
    from bot.run import run

    load_shop(bootstrap.settings().shop)
    return run()


def _train(_: argparse.Namespace) -> int:
    print(train_if_needed(bootstrap.settings().models))
    return 0


def _tune(_: argparse.Namespace) -> int:
    return run_module("bot.nlu.tuning")


def _check(_: argparse.Namespace) -> int:
    shop = load_shop(bootstrap.settings().shop)
    print(
        f"{len(shop.products)} products, {len(shop.by_sku)} variants, {len(shop.capabilities)} verdicts: all files are right."
    )
    return 0


def _settings(_: argparse.Namespace) -> int:
    print(describe())
    return 0


def _stock(chosen: argparse.Namespace) -> int:
    bootstrap.inventory().stock((chosen.sku,))
    if bootstrap.inventory().set_quantity(chosen.sku, chosen.quantity):
        print(f"{chosen.sku}: {chosen.quantity}")
        return 0
    print(f"The inventory holds no {chosen.sku}; the SKUs are in variants.csv.", file=sys.stderr)
    return 1


COMMANDS = {"run": _run, "train": _train, "tune": _tune, "check": _check, "settings": _settings, "stock": _stock}

if __name__ == "__main__":
    sys.exit(main())
