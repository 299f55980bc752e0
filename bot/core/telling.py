"""What the team is told: a notice as a title and a few lines, read in three seconds on a phone, in Chinese or English.

What a notice's body holds, by its kind:

| kind               | body |
|--------------------|------|
| `opened`, `graver` | `card` |
| `passed`           | `card`, `by`, `to` (an agent or a queue), `remark` |
| `reminder`         | `card`, `waiting_since`; `agent`, to whom the buyer is silent, or `claimed_by`, who is silent to the buyer |
| `digest`           | `title` {zh, en} and `lines` {zh: […], en: […]} |

What else a body holds is told to webhooks alone.

Persons' contacts and identity numbers are masked in all of it, whatever the card holds.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.core.card import headline
from bot.core.formats import money
from bot.core.masking import masked
from bot.core.shop import Shop, TellingWords
from bot.core.types import Language

LONGEST_TITLE = 80
LONGEST_LINE = 240
"""Characters."""

PLACEHOLDERS: Mapping[str, tuple[str, ...]] = {
    "opened": ("priority", "headline"),
    "graver": ("priority", "headline"),
    "passed": ("priority", "headline"),
    "reminder": ("priority", "headline"),
    "several": ("count",),
    "more": ("count",),
    "urgent": (),
    "high": (),
    "normal": (),
    "low": (),
    "waited": ("time",),
    "promised": ("promise",),
    "silent": ("time", "agent"),
    "unanswered": ("agent",),
    "passed_by": ("by", "to"),
    "remark": ("remark",),
    "offer_price_order": ("amount",),
    "offer_price_piece": ("amount",),
    "offer_reduction_order": ("amount",),
    "offer_reduction_piece": ("amount",),
    "list_price": ("amount",),
    "below": ("percent",),
    "above": ("percent",),
    "contact": ("contact",),
    "link": (),
    "just_now": (),
    "minutes": ("count",),
    "hours": ("count", "rest"),
    "days": ("count", "rest"),
    "no_address": ("robot",),
    "no_secret": ("robot",),
    "no_robot": ("robot",),
    "unreachable": ("detail",),
    "busy": ("detail",),
    "unclear": ("detail",),
    "refused": ("detail",),
    "wordless": ("detail",),
}
"""Every name that `shop/telling.yml` gives words to, with the placeholders that may stand in them."""

TROUBLES = ("no_address", "no_secret", "no_robot", "unreachable", "busy", "unclear", "refused", "wordless")
"""Why something was not sent; in the outbox such a name stands before the first colon of `error`, a detail behind it."""

_PLACEHOLDER = re.compile(r"{(\w+)}")
_BETWEEN = " · "


@dataclass(frozen=True)
class Told:
    """One notice in words. `at`: when it was written down; `link`: (words, address) of the desk's page; `body`: masked."""

    key: str
    kind: str
    at: str
    title: str
    lines: tuple[str, ...]
    priority: str | None
    link: tuple[str, str] | None
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Message:
    """What is sent at once: one notice, or several, oldest first. `more`: says how many follow, where they did not fit."""

    title: str
    told: tuple[Told, ...]
    left: int = 0
    more: str | None = None


def tell(
    notice: Mapping[str, Any], language: Language, shop: Shop, now: datetime, people_there: bool, public_url: str = ""
) -> Told:
    """A row of the outbox in words. `people_there`: whether the card's queue has people at `now`.

    With people there the wait is what counts, without them what the buyer was promised.
    """
    body = masked(notice["body"])
    card = body.get("card")
    words = _Words(shop.telling, language)
    if card is None:
        title, lines = body["title"][language], list(body["lines"][language])
    else:
        named = {"priority": words(card["priority"]), "headline": headline(card, shop, language)}
        title = words(notice["kind"], **named)
        lines = [*_what_happened(body, words), _waiting(body, card, words, now, people_there)]
        lines += [line for line in (_offer(card, words), _contact(card, words)) if line]
    return Told(
        key=notice["key"],
        kind=notice["kind"],
        at=notice["created_at"],
        title=_one_line(title, LONGEST_TITLE),
        lines=tuple(_one_line(line, LONGEST_LINE) for line in lines),
        priority=card["priority"] if card else None,
        link=(words("link"), f"{public_url}/desk/handoffs/{card['episode']}") if card and public_url else None,
        body=body,
    )


def message(
    told: Sequence[Told], waiting: int, words: TellingWords, language: Language, fits: Callable[[Message], bool]
) -> Message:
    """The first of `told` in one message, as many as fit; one that is too long alone is cut between two characters.

    `waiting`: how many more are due beside `told`; whatever is not in the message is counted in it.
    """
    say = _Words(words, language)

    def of(count: int) -> Message:
        left = len(told) - count + waiting
        title = told[0].title if count == 1 else say("several", count=count)
        return Message(title, tuple(told[:count]), left, say("more", count=left) if left else None)

    count = bisect_left(range(1, len(told) + 1), True, key=lambda count: not fits(of(count)))
    return of(count) if count else _cut(of(1), fits)


def _cut(whole: Message, fits: Callable[[Message], bool]) -> Message:
    (told,) = whole.told
    text = "\n".join(told.lines)

    def of(characters: int) -> Message:
        kept = f"{text[:characters].rstrip()}…".split("\n")
        return replace(whole, told=(replace(told, lines=tuple(kept)),))

    return of(max(0, bisect_left(range(len(text) + 1), True, key=lambda count: not fits(of(count))) - 1))


def why(error: str, robot: str, service: str | None, words: TellingWords, language: Language) -> str:
    """What the desk says of a row of the outbox that could not be sent, from its `error`: what happened, what to do."""
    trouble, _, detail = error.partition(": ")
    if trouble not in TROUBLES:
        return error
    hints = words.hints.get(service or "", {})
    hint = next((hint[language] for code, hint in hints.items() if code in re.split(r"[^\w-]+", detail)), "")
    said = _Words(words, language)(trouble, robot=robot, detail=detail)
    return f"{said} {hint}".strip()


# --- lines of a card ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Words:
    words: TellingWords
    language: Language

    def __call__(self, name: str, **values: Any) -> str:
        return _PLACEHOLDER.sub(lambda m: str(values.get(m[1], m[0])), self.words.words[name][self.language])


def _what_happened(body: Mapping[str, Any], words: _Words) -> list[str]:
    """What is new beside the card itself."""
    lines = []
    if body.get("claimed_by"):
        lines.append(words("unanswered", agent=body["claimed_by"]))
    if body.get("to"):
        to = words.words.queues.get(body["to"], {}).get(words.language, body["to"])
        lines.append(words("passed_by", by=body["by"], to=to))
    if body.get("remark"):
        lines.append(words("remark", remark=body["remark"]))
    return lines


def _waiting(body: Mapping[str, Any], card: Mapping[str, Any], words: _Words, now: datetime, people_there: bool) -> str:
    since = datetime.fromisoformat(body.get("waiting_since") or card["waiting_since"])
    time = _span(max(0, int((now - since).total_seconds())), words)
    if body.get("agent"):
        return words("silent", time=time, agent=body["agent"])
    if card["promised"] and not people_there and not body.get("claimed_by"):
        return words("promised", promise=card["promised"])
    return words("waited", time=time)


def _span(seconds: int, words: _Words) -> str:
    minutes, hours = seconds // 60, seconds // 3600
    if minutes == 0:
        return words("just_now")
    if hours == 0:
        return words("minutes", count=minutes)
    if hours < 24:
        return words("hours", count=hours, rest=minutes % 60)
    return words("days", count=hours // 24, rest=hours % 24)


def _offer(card: Mapping[str, Any], words: _Words) -> str:
    """The buyer's price against the list price; where nothing was offered, what the wanted goods come to."""
    offer, total = card["offer"], _list_total(card)
    parts = []
    if offer:
        parts.append(words(f"offer_{offer['kind']}_{offer['per']}", amount=money(Decimal(offer["amount"]))))
    if total:
        parts.append(words("list_price", amount=money(total)))
    if offer and total:
        percent = round(100 * (1 - _offered(card, total) / total))
        parts += [words("below" if percent > 0 else "above", percent=abs(percent))] if percent else []
    return _BETWEEN.join(parts)


def _list_total(card: Mapping[str, Any]) -> Decimal | None:
    prices = [want["list_price"] for want in card["wants"]]
    if not prices or None in prices:
        return None
    return sum((Decimal(want["list_price"]) * (want["quantity"] or 1) for want in card["wants"]), Decimal(0))


def _offered(card: Mapping[str, Any], total: Decimal) -> Decimal:
    """What the buyer would pay in all."""
    pieces = sum(want["quantity"] or 1 for want in card["wants"]) if card["offer"]["per"] == "piece" else 1
    amount = Decimal(card["offer"]["amount"]) * pieces
    return total - amount if card["offer"]["kind"] == "reduction" else amount


def _contact(card: Mapping[str, Any], words: _Words) -> str:
    contact = card["buyer"]["contact"]
    return words("contact", contact=contact) if contact else ""


def _one_line(text: str, most: int) -> str:
    """The text without line breaks and what is not seen (marks that turn the direction of writing), at most so long."""
    seen = "".join(c if c.isprintable() or c == "\u200d" else " " for c in text)
    line = " ".join(seen.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"
