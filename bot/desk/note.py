"""The handoff card as a note for another help desk: Markdown, in the team's language, in the order of the desk's own page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.desk.shown import Sight, card_shown

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+!|~@])")
_BREAKS = re.compile(r"\s+")
LONGEST_NOTE = 10_000
"""Characters."""


def note_of(card: Mapping[str, Any], sight: Sight) -> str:
    """The note. Its last line holds the episode's id, by which it is known again. Contacts are whole: it is the card."""
    lines = [line for line in _lines(card, sight) if line]
    end = f"\n\n`{card['episode']}`"
    return "\n".join(lines)[: LONGEST_NOTE - len(end)] + end


def _lines(card: Mapping[str, Any], sight: Sight) -> Iterator[str]:
    shown = card_shown(card, sight)
    priority = f"{sight.say('priority_' + card['priority'])} · " if card["priority"] in ("urgent", "high") else ""
    yield f"**{priority}{plain(shown['headline'])}**"
    yield plain(f"{sight.say('queue_' + card['queue'], card['queue'])} · {shown['reason']}")
    if shown["mood"] == "angry":
        yield f"**{sight.say('mood_angry')}**"
    yield from _listed(sight.say("notes"), [plain(note["text"]) for note in shown["notes"]])
    yield from _listed(sight.say("wants"), [_want(want) for want in shown["wants"]])
    if shown["offer"]:
        yield _fact(sight.say("offer"), _offer(shown["offer"]))
    asked = [f"{plain(one['text'])} ({plain(one['label'])})" for one in shown["open"]]
    yield from _listed(sight.say("questions_open"), asked)
    needed = shown["needed_by"] or {}
    facts = {name: shown[name] for name in ("contact", "destination", "measures", "about", "order")}
    facts["needed_by"] = " ".join(dict.fromkeys(filter(None, (needed.get("day"), needed.get("words")))))
    facts["cares_about"] = " · ".join(shown["cares_about"])
    for name, value in facts.items():
        if value:
            yield _fact(sight.say(name), plain(value))
    yield from _listed(sight.say("questions_told"), [_told(one, sight) for one in shown["told"]])
    yield from _listed(sight.say("pictures"), [str(one["address"]) for one in shown["pictures"]])
    if shown["promised"]:
        yield _fact(sight.say("promised"), plain(shown["promised"]))
    if shown["suggested_reply"]:
        yield _fact(sight.say("suggested"), plain(shown["suggested_reply"]))


def plain(text: str) -> str:
    """Somebody's words on one line, with nothing in them that Markdown reads as more than words."""
    return _MARKDOWN.sub(r"\\\1", _BREAKS.sub(" ", text).strip())


def _fact(name: str, value: str) -> str:
    return f"**{name}** {value}"


def _listed(name: str, values: list[str]) -> Iterator[str]:
    if values:
        yield f"**{name}**"
        yield from (f"- {value}" for value in values)


def _want(want: Mapping[str, Any]) -> str:
    quantity = f"× {want['quantity']}" if want["quantity"] else ""
    goods = " ".join(filter(None, (want["name"], *want["variant"], quantity, want["price"])))
    return f"{plain(goods)} — “{plain(want['words'])}”" if want["words"] else plain(goods)


def _offer(offer: Mapping[str, Any]) -> str:
    figures = (offer[name] for name in ("amount", "per", "asked", "listed", "gap"))
    return f"{plain(' · '.join(filter(None, figures)))} — “{plain(offer['words'])}”"


def _told(question: Mapping[str, Any], sight: Sight) -> str:
    as_of = f" ({sight.say('as_of')} {question['as_of']['text']})" if question["as_of"] else ""
    told = f" → {plain(question['told'])}{as_of}" if question["told"] else f" ({plain(question['state_word'])})"
    return f"{plain(question['text'])}{told}"
