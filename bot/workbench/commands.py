"""`nightdesk content …`: check, compare, publish and take back the content, on the terminal and in CI.

Exit codes: 0 done; 1 something was found, refused or failed; 2 it could not be asked (database, files).
"""

from __future__ import annotations

import argparse
import getpass
import json
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from bot.adapters.content import Version
from bot.content.comparing import Comparison, Difference
from bot.content.inbox import DAYS, Inbox
from bot.content.sentences import Refused
from bot.content.workbench import Workbench
from bot.core.content import Edit, Finding, Value
from bot.desk.rendering import WORKBENCH, words
from bot.workbench.findings import show

LANGUAGES = ("zh", "en")
MOST_SHOWN = 30
LOOK_EVERY = 0.2


def add_parser(commands: Any) -> None:
    """Adds `content` to the commands of `nightdesk`."""
    content = commands.add_parser("content", help="the shop's content: check, compare, publish, take back")
    content.add_argument("--language", choices=LANGUAGES, default="zh")
    acts = content.add_subparsers(dest="act", required=True)
    add = _adder(acts)
    add("status", "what is live, what the draft needs, what is under way")
    check = add("check", "check the draft; 1 where an error is found")
    check.add_argument("--live", action="store_true", help="check the live files instead, without a database (for CI)")
    check.add_argument("--json", action="store_true", help="one finding a line, as JSON")
    inbox = add("inbox", "what buyers asked of late and were not answered well")
    inbox.add_argument("--days", type=int, choices=DAYS, default=DAYS[0])
    add("diff", "the draft against what is live")
    for name, told in (
        ("train", "train the draft if it needs that, then compare"),
        ("compare", "compare with what is live"),
    ):
        add(name, told)
    publish = add("publish", "make the draft live")
    publish.add_argument("--remark", "-m", required=True, help="what it is about")
    publish.add_argument("--pass", dest="passing", metavar="WHY", help="pass closed gates, and say why (for leads)")
    add("history", "what was live, newest first")
    back = add("back", "make an earlier version live again")
    back.add_argument("number", type=int)
    back.add_argument("--remark", "-m", default="")
    content.set_defaults(author=getpass.getuser())


def _adder(acts: Any) -> Callable[[str, str], argparse.ArgumentParser]:
    def add(name: str, told: str) -> argparse.ArgumentParser:
        return acts.add_parser(name, help=told, description=told)

    return add


def run(
    chosen: argparse.Namespace,
    workbench: Callable[[], Workbench],
    live: Callable[[], list[Finding]],
    inbox: Callable[[], Inbox],
) -> int:
    """`workbench` and `inbox` are built when they are needed; `live` checks the live files without them."""
    console = Console(highlight=False, soft_wrap=True)
    if chosen.act == "inbox":
        return _inbox(inbox(), chosen, console)
    if chosen.act == "check" and chosen.live:
        return _found(live(), chosen, console)
    try:
        return _ACTS[chosen.act](workbench(), chosen, console)
    except Refused as refused:
        console.print(refused.said[chosen.language], style="yellow", markup=False)
        return 1


def _inbox(inbox: Inbox, chosen: argparse.Namespace, console: Console) -> int:
    """The weightiest first; 0 whatever is found."""
    w, seen = words(chosen.language, WORKBENCH), inbox.look(chosen.days, patience=None)
    table = Table("", "", "", "", box=None, show_header=False, padding=(0, 2, 0, 0))
    for group in seen.groups[:MOST_SHOWN]:
        label, share = group.labels[0]
        costly = [
            w[f"inbox_{kind}"].format(count=count) for kind in ("wanted", "left") if (count := getattr(group, kind))
        ]
        told = [w["inbox_buyers"].format(count=group.buyers()), *costly]
        taken = f"{w.get(f'label_{label}', label)} {share:.0%}"
        cells = (" · ".join(told), w[f"why_{group.reasons[0][0]}"], taken, group.first.text)
        table.add_row(*map(Text, cells))
    console.print(table if seen.groups else Text(w["inbox_none"]))
    if len(seen.groups) > MOST_SHOWN:
        console.print(Text(w["and_more"].format(count=len(seen.groups) - MOST_SHOWN)))
    return 0


def _status(bench: Workbench, chosen: argparse.Namespace, console: Console) -> int:
    now = bench.status()
    console.print(f"live: {_version(now.live)}", markup=False)
    state = "" if now.needs in ("nothing", "facts") else (", trained" if now.trained else ", not trained yet")
    compared = ", compared" if now.compared else ""
    console.print(f"draft: {now.changes} changes, needs {now.needs}{state}{compared}", markup=False)
    for change in now.aside:
        console.print(f"  aside ({change.author or '–'}): {_edit(change.edit)}", markup=False)
    if now.progress.state == "running":
        console.print(f"{now.progress.author}: {now.progress.said[chosen.language]}", markup=False)
    elif now.progress.state in ("failed", "stopped"):
        console.print(f"{now.progress.job}: {now.progress.why.get(chosen.language, '')}", style="yellow", markup=False)
    return 0


def _check(bench: Workbench, chosen: argparse.Namespace, console: Console) -> int:
    return _found(bench.findings(), chosen, console)


def _found(findings: list[Finding], chosen: argparse.Namespace, console: Console) -> int:
    if not chosen.json:
        return show(findings, chosen.language, console)
    for finding in findings:
        print(json.dumps(asdict(finding), ensure_ascii=False))
    return 1 if any(finding.severity == "error" for finding in findings) else 0


def _diff(bench: Workbench, chosen: argparse.Namespace, console: Console) -> int:
    for edit in bench.difference():
        console.print(_edit(edit), markup=False)
    return 0


def _train(bench: Workbench, chosen: argparse.Namespace, console: Console) -> int:
    bench.train(chosen.author)
    return _watched(bench, chosen, console) or _compared(bench, chosen, console)


def _compare(bench: Workbench, chosen: argparse.Namespace, console: Console) -> int:
    bench.compare(chosen.author)
    return _watched(bench, chosen, console) or _compared(bench, chosen, console)


def _publish(bench: Workbench, chosen: argparse.Namespace, console: Console) -> int:
    bench.publish(chosen.author, chosen.remark, chosen.passing)
    return _watched(bench, chosen, console)


def _history(bench: Workbench, chosen: argparse.Namespace, console: Console) -> int:
    for version in bench.history():
        console.print(_version(version), markup=False)
        for pair in (version.told.get("why"), (version.told.get("passed") or {}).get("remark")):
            if pair:
                console.print(
                    f"    {pair[chosen.language] if isinstance(pair, dict) else pair}", style="dim", markup=False
                )
    return 0


def _back(bench: Workbench, chosen: argparse.Namespace, console: Console) -> int:
    bench.back(chosen.number, chosen.author, chosen.remark)
    return _watched(bench, chosen, console)


def _watched(bench: Workbench, chosen: argparse.Namespace, console: Console) -> int:
    """Shows how far the job is until it ends. Ctrl-C stops it."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as shown:
        task = shown.add_task("", total=None)
        try:
            while (now := bench.progress()).state == "running":
                shown.update(task, description=now.said[chosen.language], total=1.0 if now.share else None)
                shown.update(task, completed=now.share or 0.0)
                time.sleep(LOOK_EVERY)
        except KeyboardInterrupt:
            bench.stop()
            now = bench.wait()
    said = now.why.get(chosen.language) or now.said[chosen.language]
    console.print(said, style="green" if now.state == "done" else "red", markup=False)
    return 0 if now.state == "done" else 1


def _compared(bench: Workbench, chosen: argparse.Namespace, console: Console) -> int:
    found = bench.comparison()
    if found is None:
        return 0
    scores = _scores(found)
    if scores.row_count:
        console.print(scores)
    for one in found.differences[:MOST_SHOWN]:
        console.print(_difference(one), markup=False)
    rest = len(found.differences) - MOST_SHOWN
    if rest > 0:
        console.print(f"… {rest} more", markup=False)
    told = {verdict: found.count(verdict) for verdict in ("better", "worse", "changed")}
    heard = ", ".join(f"{count} {source}" for source, count in found.heard.items())
    console.print(
        f"{told['better']} better, {told['worse']} worse, {told['changed']} changed, of {heard}", markup=False
    )
    for gate in bench.gates():
        console.print(f"✗ {gate.reason[chosen.language]}", style="red", markup=False)
        for message in gate.messages[:5]:
            console.print(f"    {message}", style="dim", markup=False)
    return 0


def _scores(found: Comparison) -> Table:
    table = Table("label", "messages", "recall", "", "precision", "")
    for score in found.scores:
        before = (score.recall_before, score.precision_before)
        after = (score.recall_after, score.precision_after)
        if before != after:
            cells = [_percent(share) for pair in zip(before, after) for share in pair]
            table.add_row(score.label, str(score.count), *cells)
    return table


def _difference(one: Difference) -> str:
    labels = " ".join(one.before.labels), " ".join(one.after.labels)
    head = f"{one.verdict:8} {one.text}"
    if labels[0] != labels[1]:
        head += f"   {labels[0]} → {labels[1]}"
    return head if one.before.said == one.after.said else f"{head}\n  - {one.before.said}\n  + {one.after.said}"


def _version(version: Version) -> str:
    of = f" (= {version.told['of']})" if "of" in version.told else ""
    when = f"{version.at.astimezone():%Y-%m-%d %H:%M}"
    return (
        f"{version.number:4}  {when}  {version.state:10} {version.kind}{of}  {version.author or '–'}  {version.remark}"
    )


def _edit(edit: Edit) -> str:
    place = " · ".join((edit.file, *edit.key, *((edit.column,) if edit.column else ())))
    return f"{place}: {_value(edit.before)} → {_value(edit.after)}"


def _value(value: Value) -> str:
    if value is None:
        return "–"
    text = value if isinstance(value, str) else json.dumps(dict(value), ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:200]} …"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


_ACTS: dict[str, Callable[[Workbench, argparse.Namespace, Console], int]] = {
    "status": _status,
    "check": _check,
    "diff": _diff,
    "train": _train,
    "compare": _compare,
    "publish": _publish,
    "history": _history,
    "back": _back,
}
