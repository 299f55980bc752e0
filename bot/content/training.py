"""Trains a model of a draft, beside the live files, and tells how far it is."""

from __future__ import annotations

import re
from pathlib import Path

from bot.adapters.content_disk import lay_out
from bot.adapters.models import model_name
from bot.adapters.processes import watch_module
from bot.content.jobs import Report
from bot.content.sentences import Failed
from bot.core.content import Tree

_RULES = re.compile(r"^Processed ")
_EXAMPLES = re.compile(r"reading the lines:\s+(\d+)%")
_COLOURS = re.compile(r"\x1b\[[\d;]*m")


def train(tree: Tree, models: Path, folder: Path, report: Report) -> Path:
    """The tree's model: the one that is there, or a new one. `folder`: where the tree is laid out for it.

    Raises Failed with the line that is wrong, where one is; Stopped.
    """
    path = models / model_name(tree)
    if path.is_file():
        return path
    models.mkdir(parents=True, exist_ok=True)
    lay_out(tree, folder)
    report.step("lines")
    code, said = watch_module("bot.nlu.lines", str(folder / "data" / "nlu"), heard=lambda _: report.step("lines"))
    if code:
        raise Failed("lines", problem=" ".join(said[1:] or said)[-600:])
    report.step("starting")
    code, said = watch_module("bot.training", str(path), str(folder), heard=lambda line: _hear(line, report))
    if code or not path.is_file():
        raise Failed("training", problem=_reason(said))
    return path


def _hear(line: str, report: Report) -> None:
    now = report.progress
    examples = _EXAMPLES.search(line)
    if examples:
        share = int(examples[1]) / 100
        report.step("packing" if share == 1 else "examples", share if share < 1 else None)
    elif _RULES.search(line) and now.step == "starting":
        report.step("rules")
    else:
        report.step(now.step, now.share)


def _reason(said: list[str]) -> str:
    """The sentence of an error among the last lines, which is the last but for what Python shows of the code."""
    plain = [_COLOURS.sub("", line).strip() for line in said]
    told = [line for line in plain if re.match(r"[\w.]*(?:Error|Exception)\b", line)]
    return (told or plain or ["–"])[-1][-600:]
