"""The command `nightdesk`: run it, look after it, check the shop, import products, read the morning report, forget a buyer."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path
from subprocess import CalledProcessError

from bot import bootstrap, importing
from bot.adapters.shop_files import load_shop
from bot.core.digest import make_report, night_began
from bot.core.digest_words import as_lines
from bot.core.reviewing import due
from bot.ports import NightdeskError
from bot.settings import describe
from bot.training import run_module, train_if_needed
from bot.workbench import commands as content_commands


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="nightdesk", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="train if needed, start everything, stop it all on Ctrl-C")
    run.add_argument("--part", choices=("front", "rasa", "actions"), help="one process alone, as in a container")
    commands.add_parser("migrate", help="bring the database to this version's form, and make missing secrets")
    commands.add_parser("train", help="train the model if what it is made from has changed")
    tune = commands.add_parser(
        "tune", help="tune the sentence encoder on the training lines (an hour; data/encoder/README.md)"
    )
    tune.add_argument(
        "--afresh", action="store_true", help="begin with the package's weights, not with those that are here"
    )
    commands.add_parser("check", help="check the shop's files")
    commands.add_parser("settings", help="list all settings with their help")
    commands.add_parser("widget", help="print the widget's line for the shop's pages, and the secret that signs users")
    stock = commands.add_parser(
        "stock", help="show what the shop's stock system says; or set a SKU of the embedded one"
    )
    stock.add_argument("sku", nargs="?", help="one SKU of variants.csv; all of them if left out")
    stock.add_argument("quantity", nargs="?", type=int, help="the number to set, in the embedded inventory alone")
    digest = commands.add_parser(
        "digest", help="print the morning report: who waits, what was not known, the night's counts"
    )
    digest.add_argument(
        "--since", type=_moment, help="a day or a time, such as 2026-11-21T18:00; else since closing time"
    )
    digest.add_argument("--language", choices=("zh", "en"), default="zh")
    chatwoot = commands.add_parser("chatwoot", help="the agent bot in Chatwoot: register it, check what it may do")
    chatwoot.add_argument("what", choices=("setup", "check"))
    chatwoot.add_argument("--inbox", type=int, action="append", default=[], help="an inbox where it is to answer")
    content_commands.add_parser(commands)
    buyer = commands.add_parser("buyer", help="find, export or erase all that is kept of one buyer")
    buyer.add_argument("what", choices=("find", "export", "erase"))
    buyer.add_argument("id", help="the conversation, such as api:4711; to find it: a phone number, a name, any words")
    buyer.add_argument("--yes", action="store_true", help="erase without asking once more")
    trace = commands.add_parser("trace", help="one message through all processes, from the logs")
    trace.add_argument("id", help="the message's id, or the trace that stands in a line of the logs")
    trace.add_argument("logs", nargs="*", help="files with logs; the standard input if none is named")
    doctor = commands.add_parser("doctor", help="look at everything that has to be right, and say what to do")
    doctor.add_argument("--language", choices=("zh", "en"), default="zh")
    skill = commands.add_parser(
        "skill", help="put the skill into a Rasa project of your own, or say what is in its way"
    )
    skill.add_argument("folder", type=Path, help="where the project's config.yml stands")
    skill.add_argument("--check", action="store_true", help="change nothing, only say what is missing or clashes")
    commands.add_parser("channels", help="the addresses that Slack, Telegram … are to send to, by channels.yml")
    importing.add_arguments(
        commands.add_parser(
            "import", help="make a draft of a shop's folder from WooCommerce, Shopify, Taobao or a table"
        )
    )
    chosen = parser.parse_args(arguments)
    try:
        return COMMANDS[chosen.command](chosen)
    except NightdeskError as error:
        print(error, file=sys.stderr)
        return 2
    except CalledProcessError as error:
        return error.returncode


def _run(chosen: argparse.Namespace) -> int:
    from bot.adapters.robots.addresses import read_addresses
    from bot.run import run, run_part

    load_shop(bootstrap.settings().shop)
    bootstrap.inventory()
    read_addresses(bootstrap.settings().robots_file)
    if chosen.part:
        run_part(chosen.part)
    return run()


def _migrate(_: argparse.Namespace) -> int:
    from bot.adapters.migrations import latest

    bootstrap.database()
    bootstrap.make_secrets()
    print(f"The database has form {latest()}.")
    return 0


def _train(_: argparse.Namespace) -> int:
    print(train_if_needed(bootstrap.settings().models))
    return 0


def _tune(asked: argparse.Namespace) -> int:
    return run_module("bot.nlu.tuning", *(["--afresh"] if asked.afresh else []))


def _check(_: argparse.Namespace) -> int:
    shop = load_shop(bootstrap.settings().shop)
    bootstrap.inventory()
    print(
        f"{len(shop.products)} products, {len(shop.by_sku)} variants, {len(shop.capabilities)} verdicts: all files are right."
    )
    for one in due(shop, bootstrap.desk().now.date(), REVIEW_DAYS):
        when = "was to be looked at again by" if one.past else "is to be looked at again by"
        owner = f" ({one.origin.owner})" if one.origin.owner else ""
        print(f"{one.file}: {' · '.join(filter(None, one.key))} {when} {one.review_by}{owner}.")
    return 0


def _settings(_: argparse.Namespace) -> int:
    print(describe())
    return 0


def _widget(_: argparse.Namespace) -> int:
    """The address is that of `NIGHTDESK_PUBLIC_URL`, where it is set."""
    address = bootstrap.settings().public_address or "https://desk.shop.example"
    print(f'<script src="{address}/widget.js" data-product="" async></script>\n')
    print(f"Secret for signing the shop's users (docs/website.md): {bootstrap.widget_secret()}")
    return 0


def _stock(chosen: argparse.Namespace) -> int:
    from bot.adapters.inventories.shown import as_lines as stock_lines

    shop, inventory = bootstrap.live_shop().current(), bootstrap.inventory()
    if chosen.sku is not None and chosen.sku not in shop.by_sku:
        print(f"There is no SKU {chosen.sku}; the SKUs are in variants.csv.", file=sys.stderr)
        return 1
    if chosen.quantity is not None:
        inventory.stock((chosen.sku,))
        inventory.set_quantity(chosen.sku, chosen.quantity)
        print(f"{chosen.sku}: {chosen.quantity}")
        return 0
    skus = (chosen.sku,) if chosen.sku else tuple(shop.by_sku)
    lines, unseen = stock_lines(skus, inventory)
    print("\n".join(lines))
    return 1 if unseen else 0


def _digest(chosen: argparse.Namespace) -> int:
    """Contacts are printed whole: whoever may run this may read the database."""
    from rich.console import Console
    from rich.text import Text

    from bot.adapters.night import Nights

    desk = bootstrap.desk()
    openings = tuple(desk.shop.people.openings.values())
    since = chosen.since or night_began(desk.now, openings, desk.calendar)
    since = since.astimezone(desk.now.tzinfo) if since.tzinfo else since.replace(tzinfo=desk.now.tzinfo)
    report = make_report(Nights(bootstrap.database()).between(since, desk.now), desk.shop)
    console = Console(highlight=False)
    for line in as_lines(report, desk.shop, chosen.language, whole=True):
        console.print(Text(line.text, STYLES[line.kind]), soft_wrap=True)
        if line.more:
            console.print(Text(f"   {line.more}", "dim"), soft_wrap=True)
    return 0


def _chatwoot(chosen: argparse.Namespace) -> int:
    from bot import chatwoot_setup

    return chatwoot_setup.setup(chosen.inbox) if chosen.what == "setup" else chatwoot_setup.check()


def _content(chosen: argparse.Namespace) -> int:
    return content_commands.run(chosen, bootstrap.workbench, bootstrap.live_findings, bootstrap.inbox)


def _buyer(chosen: argparse.Namespace) -> int:
    from bot.buyer import run

    return run(chosen.what, chosen.id, chosen.yes)


def _trace(chosen: argparse.Namespace) -> int:
    from bot.hops import show

    return show(chosen.id, chosen.logs)


def _doctor(chosen: argparse.Namespace) -> int:
    from rich.console import Console

    from bot.doctor import examine

    return examine(chosen.language, Console(highlight=False))


def _skill(chosen: argparse.Namespace) -> int:
    """0 where the project can use the skill as it stands."""
    from bot.skill.checking import check
    from bot.skill.laying import lay
    from bot.skill.project import Project

    for name in () if chosen.check else lay(chosen.folder):
        print(f"new: {name}")
    findings = check(Project(chosen.folder))
    for finding in findings:
        print(f"{'to do' if finding.stops else 'note'}: {finding.file}: {finding.text}")
    to_do = sum(finding.stops for finding in findings)
    print(f"{to_do} things to do; run it again then." if to_do else "The skill fits: rasa train.")
    return 1 if to_do else 0


def _channels(_: argparse.Namespace) -> int:
    import warnings

    warnings.simplefilter("ignore")  # the libraries' of Rasa
    from bot.channels.connectors import told

    print("\n".join(told(bootstrap.settings(), bootstrap.channels_path())))
    return 0


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is no time; write 2026-11-21 or 2026-11-21T18:00") from None


REVIEW_DAYS = 14
"""So many days ahead `check` names the facts that are to be looked at again."""

STYLES = {"title": "bold", "heading": "bold cyan", "item": "", "plain": ""}
COMMANDS = {
    "import": importing.run,
    "run": _run,
    "migrate": _migrate,
    "train": _train,
    "tune": _tune,
    "check": _check,
    "settings": _settings,
    "widget": _widget,
    "stock": _stock,
    "digest": _digest,
    "chatwoot": _chatwoot,
    "content": _content,
    "buyer": _buyer,
    "trace": _trace,
    "doctor": _doctor,
    "skill": _skill,
    "channels": _channels,
}

if __name__ == "__main__":
    sys.exit(main())
