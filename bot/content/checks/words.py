"""Rules on the words of one text: law, promises, tone, competitors, the way out of the platform, how it is written."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator

from bot.content.checks.faults import Fault
from bot.content.checks.phrases import find, phrases, plain
from bot.content.checks.said import Said
from bot.content.checks.settings import Settings
from bot.core.contacts import find_contacts
from bot.core.text import fold

_BRACES = re.compile(r"\{\w*\}")
_HAN = re.compile(r"[\u3400-\u9fff]")
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")
_LATIN = re.compile(r"[a-z]{2,}", re.IGNORECASE)
_DAYS = (re.compile(r"(?<!\d)(\d{1,2})月(\d{1,2})[日号]"), re.compile(r"(?<!\d)\d{4}-(\d{1,2})-(\d{1,2})(?!\d)"))
_LEAP_YEAR = 2028


def of_the_law(said: Said) -> Iterator[Fault]:
    """Claims that Chinese law forbids (claims.yml)."""
    for match in find(said.text, said.language, phrases("claims.yml", "claims")):
        yield _fault(match.phrase.rule, said, match.words, match.told)


def of_tone(said: Said) -> Iterator[Fault]:
    """Promises, bad words of others, cold words, pressure (tone.yml)."""
    for match in find(said.text, said.language, phrases("tone.yml", "phrases")):
        if said.answer or not match.phrase.whole:
            yield _fault(match.phrase.rule, said, match.words, match.told)


def of_competitors(said: Said, settings: Settings) -> Iterator[Fault]:
    text = plain(said.text)
    for name, innocent, pattern in settings.competitors:
        rest = innocent.sub(lambda found: " " * len(found[0]), text) if innocent else text
        if pattern.search(rest):
            yield _fault("competitor", said, name)


def of_contacts(said: Said) -> Iterator[Fault]:
    for found in find_contacts(fold(_BRACES.sub(" ", said.text)).text):
        yield _fault("contact", said, found.value)


def of_length(said: Said, settings: Settings) -> Iterator[Fault]:
    length, most = len(_BRACES.sub("", said.text)), settings.limits["longest"][said.language]
    if length > most:
        yield _fault("too_long", said, told={"length": str(length), "most": str(most)})


def of_writing(said: Said) -> Iterator[Fault]:
    """Leftovers, marks, money and dates (writing.yml), days that no calendar has, and the wrong language."""
    without = _BRACES.sub("{}", said.text)
    for match in find(without, said.language, phrases("writing.yml", "phrases", as_it_stands=True)):
        yield _fault(match.phrase.rule, said, match.words, match.told)
    for pattern in _DAYS:
        for day in pattern.finditer(without):
            if not _exists(int(day[1]), int(day[2])):
                yield _fault("no_such_day", said, day[0])
    han = _HAN.findall(_QUOTED.sub("", without))
    if said.language == "en" and han:
        yield _fault("wrong_language", said, "".join(han[:12]))
    elif said.language == "zh" and not _HAN.search(without) and len(_LATIN.findall(without)) > 3:
        yield _fault("wrong_language", said, without[:24])


def _exists(month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(_LEAP_YEAR, month)[1]


def check_words(said: Said, settings: Settings) -> Iterator[Fault]:
    """All that one text is asked for. What only the team reads may speak as it likes, but is written well too."""
    if said.to_buyer:
        yield from of_the_law(said)
        yield from of_tone(said)
        yield from of_competitors(said, settings)
        yield from of_contacts(said)
        yield from of_length(said, settings)
    yield from of_writing(said)


def _fault(rule: str, said: Said, words: str = "", told=None) -> Fault:
    return Fault(rule, said.file, said.line, said.place, words, told or {})
