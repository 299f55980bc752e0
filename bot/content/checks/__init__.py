"""Checks that know the trade: what is wrong with the content, where, why, and what to do about it.

`check` looks at a whole tree, `check_text` at one text while somebody types. Rules, severities and sentences are data:
rules.yml, claims.yml (the law), tone.yml, writing.yml; what the shop decides stands in shop/checks.yml.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from bot.content.checks.facts import check_facts
from bot.content.checks.faults import Fault, as_finding
from bot.content.checks.lines import check_example, check_lines, stands_elsewhere
from bot.content.checks.reading import DOMAIN, Content, Example
from bot.content.checks.replies import check_replies, check_reply
from bot.content.checks.said import BUYERS_WORDS, Reply, Said, all_said, read_by_buyers
from bot.content.checks.settings import FILE, Settings, read_settings
from bot.content.checks.shop_file import check_shop_files
from bot.content.checks.words import check_words
from bot.core.content import Finding, Tree

_ORDER = {"error": 0, "warning": 1, "hint": 2}


def check(tree: Tree, *, test_lines: Iterable[str] = (), today: date | None = None) -> list[Finding]:
    """What is wrong with the content, by file and line; an error of a kind stands before a hint.

    `test_lines`: messages that the bot is measured with, which may not be among the examples. `today`: the day by which
    `review_by` is judged; the machine's own where it is not given. Never raises for anything that stands in the tree.
    """
    content, settings = Content(tree), read_settings(tree)
    faults = [*settings.faults, *_all(content, settings, test_lines, today or date.today())]
    left, used = [], set()
    for fault in faults:
        exempt = settings.allowed(fault)
        if exempt:
            used.add(exempt)
        else:
            left.append(fault)
    for exempt in settings.exceptions:
        if exempt not in used:
            left.append(Fault("exception_unused", FILE, exempt.line, f"exceptions · {exempt.rule} · {exempt.place}"))
    return _findings(left, settings)


def check_text(
    file: str, key: tuple[str, ...], column: str | None, text: str, language: str, *, tree: Tree | None = None
) -> list[Finding]:
    """What is wrong with one text, where `key` and `column` say its place as an `Edit` does. Lines are 0.

    `tree`: the content around it, for the shop's own settings, the names of entities and the other examples.
    """
    content, settings = Content(tree or {}), read_settings(tree or {})
    faults = _of_text(file, key, column or "", text, language, content, settings)
    return _findings([fault for fault in faults if not settings.allowed(fault)], settings)


def _all(content: Content, settings: Settings, test_lines: Iterable[str], today: date) -> Iterator[Fault]:
    yield from check_shop_files(content)
    for said in all_said(content):
        yield from check_words(said, settings)
    yield from check_replies(content, settings)
    yield from check_facts(content, settings, today)
    yield from check_lines(content, settings, test_lines)
    yield from content.unreadable


def _of_text(
    file: str, key: tuple[str, ...], column: str, text: str, language: str, content: Content, settings: Settings
) -> Iterator[Fault]:
    if file.startswith("data/nlu/"):
        example = Example(file, 0, key[0] if key else "", text)
        yield from check_example(example, content, settings)
        yield from stands_elsewhere(example, content)
        return
    if column.rpartition("_")[0] in BUYERS_WORDS:
        return
    name = next((part for part in key if part.startswith("utter_")), "") if file == DOMAIN else ""
    if name:
        number = next((int(part) for part in key if part.isdigit()), 0)
        yield from check_reply(Reply(name, number, language, text, 0))
    if text.strip():
        place = " · ".join((*key, column) if column else key)
        answer = bool(name) or column.startswith("answer_")
        yield from check_words(
            Said(file, 0, place, key, column, language, text, read_by_buyers(file, key), answer), settings
        )


def _findings(faults: Iterable[Fault], settings: Settings) -> list[Finding]:
    found = [as_finding(fault, settings.severity(fault.rule)) for fault in faults]
    once = {(one.rule, one.file, one.line, one.place["zh"], one.reason["zh"]): one for one in found}
    return sorted(once.values(), key=lambda one: (one.file, one.line, _ORDER[one.severity], one.rule, one.place["zh"]))
