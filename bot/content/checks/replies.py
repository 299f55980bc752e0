"""Rules on the bot's replies (domain.yml): names, languages, placeholders, figures, buttons, how many texts.

`reply_facts.yml` says which facts each reply is given; a test holds it to what the services do.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatch

from bot.content.checks.faults import Fault, data
from bot.content.checks.reading import DOMAIN, Content
from bot.content.checks.said import Reply, replies
from bot.content.checks.settings import LANGUAGES, Settings

_GOOD = re.compile(r"\{\w+\}")
_NAMED = re.compile(r"\{(\w+)\}")
_ANY = re.compile(r"\{[^{}]*\}|[{}｛｝]")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")


def facts_of(name: str) -> tuple[str, ...] | None:
    """The facts that a reply is given whenever it is said; None where nothing says it."""
    facts = data("reply_facts.yml").get(name)
    return None if facts is None else tuple(facts)


def check_replies(content: Content, settings: Settings) -> Iterator[Fault]:
    by_name: dict[str, list[Reply]] = {}
    for reply in replies(content):
        by_name.setdefault(reply.name, []).append(reply)
        yield from check_reply(reply)
    for name, texts in by_name.items():
        if facts_of(name) is None:
            yield Fault("reply_unknown", DOMAIN, texts[0].line, name, name)
        yield from _languages(name, texts, settings)
        yield from _doubled(texts)
    if by_name:
        for name in data("reply_facts.yml"):
            if name not in by_name:
                yield Fault("reply_missing", DOMAIN, 1, name, name)


def check_reply(reply: Reply) -> Iterator[Fault]:
    """One text of a reply."""

    def fault(rule: str, words: str = "", **told: str) -> Fault:
        return Fault(rule, DOMAIN, reply.line, reply.place, words, told)

    facts = facts_of(reply.name)
    if not reply.text.strip():
        yield fault("reply_empty")
        return
    for words in _ANY.findall(reply.text):
        if not _GOOD.fullmatch(words):
            yield fault("placeholder_broken", words)
    for name in dict.fromkeys(_NAMED.findall(reply.text)):
        if facts is not None and name not in facts:
            may = ", ".join(f"{{{one}}}" for one in facts)
            yield Fault(
                "placeholder_unknown", DOMAIN, reply.line, reply.place, f"{{{name}}}",
                {"may": may or data("names.yml")["none"]},
            )  # fmt: skip
    figure = _FIGURE.search(_NAMED.sub(" ", reply.text))
    if figure:
        yield fault("figure_in_reply", figure[0])
    for button in reply.buttons:
        if not button.title.strip() or not button.payload.strip() or button.payload.strip().startswith(("/", "／")):
            yield fault("button", button.payload)


def _languages(name: str, texts: list[Reply], settings: Settings) -> Iterator[Fault]:
    counted = Counter(reply.language for reply in texts if reply.text.strip())
    often = any(fnmatch(name, pattern) for pattern in settings.limits["often_said"])
    for language in LANGUAGES:
        wanted = settings.limits["fewest_texts"][language] if often else 1
        if not counted[language]:
            yield Fault(
                "reply_one_language",
                DOMAIN,
                texts[0].line,
                f"{name} · {language}",
                name,
                {"lacks": data("names.yml")[language]},
            )
        elif counted[language] < wanted:
            told = {"count": str(counted[language]), "wanted": str(wanted), "language": data("names.yml")[language]}
            yield Fault("reply_no_variant", DOMAIN, texts[0].line, f"{name} · {language}", name, told)


def _doubled(texts: list[Reply]) -> Iterator[Fault]:
    seen: set[tuple[str, str]] = set()
    for reply in texts:
        key = reply.language, reply.text.strip()
        if key in seen and reply.text.strip():
            yield Fault("reply_twice", DOMAIN, reply.line, reply.place, reply.text.strip()[:40])
        seen.add(key)
