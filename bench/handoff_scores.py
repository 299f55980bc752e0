"""A card against the values that it must hold: each value right, wrong, missing or one too many, and the sums by field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from opencc import OpenCC
from scipy.optimize import linear_sum_assignment

from bench.handoff_gold import ANY, OFFER, WANT, Asked, Gold
from bot.core.labels import HANDED_OVER
from bot.core.text import fold

BUYER = ("height_cm", "weight_kg", "household", "contact")
SCORED_CARES = ("price", "delivery", "warmth", "gift", "quality", "warranty", "returns")
ASKED_AND_SO_CARED = {
    "ask_price": "price",
    "ask_promotion": "price",
    "ask_shipping_fee": "price delivery",
    "ask_shipping_time": "delivery",
    "ask_courier": "delivery",
    "track_parcel": "delivery",
    "ask_authenticity": "quality",
    "ask_warranty": "warranty",
    "ask_return_policy": "returns",
}
"""What a buyer who only asked may be said to care about: no fault where it stands, none where it does not."""

ROUNDING = 0.1
"""Centimetres and kilograms: feet and pounds are converted."""

_PLACE_ENDINGS = re.compile(r"特别行政区|自治[区州县]|[省市区县]|\b(?:city|province|district|county)\b")


@dataclass(frozen=True)
class Judged:
    """A value of one field: what the buyer said, what stands on the card, None where nothing does."""

    field: str
    gold: Any
    found: Any
    right: bool

    def __str__(self) -> str:
        if self.found is None:
            return f"{self.field}: {self.gold} is missing"
        if self.gold is None:
            return f"{self.field}: {self.found} is one too many"
        return f"{self.field}: {self.found} stands there, not {self.gold}"


@dataclass(frozen=True)
class Count:
    """How many values were said, how many stand on the cards, and how many of these are right."""

    gold: int = 0
    found: int = 0
    right: int = 0

    @property
    def recall(self) -> float:
        return self.right / self.gold if self.gold else 1.0

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    def plus(self, judged: Judged) -> Count:
        return Count(
            self.gold + (judged.gold is not None), self.found + (judged.found is not None), self.right + judged.right
        )


def count(judged: Iterable[Judged]) -> dict[str, Count]:
    """The counts by field."""
    counts: dict[str, Count] = {}
    for one in judged:
        counts[one.field] = counts.get(one.field, Count()).plus(one)
    return counts


def count_all(judged: Iterable[Judged]) -> Count:
    total = Count()
    for one in judged:
        total = total.plus(one)
    return total


def judge(gold: Gold, card: Mapping[str, Any] | None, may: Gold, language: str) -> list[Judged]:
    """Every value that was said or stands on the card; without a card all are missing.

    `may` holds values that are no fault if they stand there.
    """
    card = card or {}
    return [
        *_simple({**gold.simple, "language": language}, _flat(card), may.simple),
        *_wants(gold.wants, card.get("wants") or ()),
        *_set("cares_about", gold.lists["cares_about"], _cares(card), _may_care(gold, may)),
        *_notes(gold.lists["notes"], card.get("notes") or (), may.lists["notes"]),
        *_set("pictures", gold.lists["pictures"], card.get("pictures") or (), ()),
        *_questions(gold.questions, card.get("questions") or ()),
    ]


# --- single values -----------------------------------------------------------------------------------------------


def _flat(card: Mapping[str, Any]) -> dict[str, Any]:
    offer, buyer, about, needed_by = (card.get(name) or {} for name in ("offer", "buyer", "about", "needed_by"))
    found = {
        name: card.get(name) for name in ("reason", "queue", "priority", "language", "promised", "order", "destination")
    }
    found |= {f"offer.{name}": offer.get(name) for name in OFFER}
    found |= {name: buyer.get(name) for name in BUYER}
    found["about"] = about.get("product")
    found["needed_by"] = (needed_by.get("date") or "a day that does not follow") if needed_by else None
    found["mood"] = card.get("mood") if card.get("mood") != "neutral" else None
    return {name: value for name, value in found.items() if value not in (None, "")}


def _simple(gold: Mapping[str, Any], found: Mapping[str, Any], may: Mapping[str, Any]) -> list[Judged]:
    judged = []
    for field in dict.fromkeys((*gold, *found)):
        said, stands = gold.get(field), found.get(field)
        if said is None and field in may and _same(field, may[field], stands):
            continue
        right = said is not None and stands is not None and _same(field, said, stands)
        judged.append(Judged(field, said, stands, right))
    return judged


def _same(field: str, gold: Any, found: Any) -> bool:
    if isinstance(gold, (int, float)) and isinstance(found, (int, float)):
        return abs(gold - found) <= ROUNDING
    readings = str(gold).split("|")
    if field == "promised":
        return any(reading in str(found) for reading in readings)
    if field == "destination":
        return _place(str(found)) in map(_place, readings)
    if field == "contact":
        return _joined(str(found)) in map(_joined, readings)
    return str(found) in readings


def _place(text: str) -> tuple[str, ...]:
    """Latin words whatever their order, and the Chinese characters without 省, 市, 区, 县."""
    named = _PLACE_ENDINGS.sub("", plain(text))
    return (*sorted(re.findall(r"[a-z']+", named)), "".join(re.findall(r"[\u3400-\u9fff]", named)))


def _joined(text: str) -> str:
    return re.sub(r"[\s()-]", "", text).lower()


@lru_cache(maxsize=1)
def _simplified() -> OpenCC:
    return OpenCC("t2s")


def plain(text: str) -> str:
    """Small letters, half width, Simplified characters."""
    return fold(_simplified().convert(text)).text


# --- lists -------------------------------------------------------------------------------------------------------


Lines = Sequence[Mapping[str, Any]]


def _wants(gold: Lines, found: Lines) -> list[Judged]:
    """Each line with the line of the same product that it is most like; what has none is missing or too many."""
    judged = []
    for said, stands in _paired(gold, found):
        for part in WANT:
            one, other = said.get(part), stands.get(part)
            if one is not None or other is not None:
                judged.append(Judged(f"wants.{part}", one, other, str(one) == str(other)))
    return judged


def _paired(gold: Lines, found: Lines) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    alike = [[_alike(said, stands) for stands in found] for said in gold]
    chosen = zip(*linear_sum_assignment(alike, maximize=True)) if gold and found else ()
    pairs = [(i, j) for i, j in chosen if alike[i][j]]
    missing = [said for i, said in enumerate(gold) if i not in [pair[0] for pair in pairs]]
    odd = [stands for j, stands in enumerate(found) if j not in [pair[1] for pair in pairs]]
    return [*((gold[i], found[j]) for i, j in pairs), *((said, {}) for said in missing), *(({}, line) for line in odd)]


def _alike(said: Mapping[str, Any], stands: Mapping[str, Any]) -> int:
    if said["product"] != stands.get("product"):
        return 0
    return sum(str(said.get(part)) == str(stands.get(part)) for part in WANT)


def _set(field: str, gold: Sequence[str], found: Sequence[str], may: Iterable[str]) -> list[Judged]:
    judged = [Judged(field, said, said if said in found else None, said in found) for said in gold]
    odd = [one for i, one in enumerate(found) if one in found[:i] or one not in (*gold, *may)]
    return judged + [Judged(field, None, one, False) for one in odd]


def _cares(card: Mapping[str, Any]) -> list[str]:
    return [care for care in card.get("cares_about") or () if care in SCORED_CARES]


def _may_care(gold: Gold, may: Gold) -> set[str]:
    labels = {label for question in gold.questions for label in question.labels}
    asked = " ".join(ASKED_AND_SO_CARED.get(label, "") for label in labels).split()
    return {*asked, *may.lists["cares_about"]}


def _notes(gold: Sequence[str], found: Sequence[str], may: Sequence[str]) -> list[Judged]:
    """Each fragment has to stand in a note; a note that holds none is one too many."""
    notes = [plain(note) for note in found]
    said = {fragment: plain(fragment) for fragment in (*gold, *may)}
    judged = []
    for fragment in gold:
        stands = next((note for note, text in zip(found, notes) if said[fragment] in text), None)
        judged.append(Judged("notes", fragment, stands, stands is not None))
    odd = [note for note, text in zip(found, notes) if not any(words in text for words in said.values())]
    return judged + [Judged("notes", None, note, False) for note in odd]


# --- questions ---------------------------------------------------------------------------------------------------


def _questions(gold: Sequence[Asked], found: Sequence[Mapping[str, Any]]) -> list[Judged]:
    """Label, state and what was told, in the order asked. A matter for a person may stand once for each time that the
    buyer came back to it; every other question stands once."""
    judged: list[Judged] = []
    matters = {label for asked in gold for label in asked.labels if label in HANDED_OVER}
    for asked, stands in _aligned(gold, found):
        if asked is None and stands is not None and stands["label"] not in matters:
            judged += [Judged("questions", None, f"{stands['label']} ({stands['text']})", False)]
            judged += [Judged("questions.state", None, stands["state"], False)]
        if asked is not None and not asked.optional:
            judged += _question(asked, stands)
    return judged


def _question(asked: Asked, stands: Mapping[str, Any] | None) -> list[Judged]:
    label, state = "|".join(asked.labels), "|".join(asked.states)
    if stands is None:
        judged = [Judged("questions", label, None, False), Judged("questions.state", f"{label} {state}", None, False)]
    else:
        right = ANY in asked.states or stands["state"] in asked.states
        judged = [
            Judged("questions", label, stands["label"], True),
            Judged("questions.state", f"{label} {state}", f"{label} {stands['state']}", right),
        ]
    if asked.told:
        told = (stands or {}).get("told")
        judged.append(Judged("questions.told", f"{label} {asked.told}", told, asked.told in (told or "")))
    return judged


def _aligned(
    gold: Sequence[Asked], found: Sequence[Mapping[str, Any]]
) -> list[tuple[Asked | None, Mapping[str, Any] | None]]:
    """Both lists side by side in their order, with as much as possible beside its like (longest common subsequence)."""

    @cache
    def best(i: int, j: int) -> tuple[int, tuple[tuple[int | None, int | None], ...]]:
        if i == len(gold) and j == len(found):
            return 0, ()
        ways = []
        if i < len(gold):
            likeness, rest = best(i + 1, j)
            ways.append((likeness, ((i, None), *rest)))
        if j < len(found):
            likeness, rest = best(i, j + 1)
            ways.append((likeness, ((None, j), *rest)))
        if i < len(gold) and j < len(found) and _fits(gold[i], found[j]):
            likeness, rest = best(i + 1, j + 1)
            ways.append((likeness + _likeness(gold[i], found[j]), ((i, j), *rest)))
        return max(ways, key=lambda way: way[0])

    return [(None if i is None else gold[i], None if j is None else found[j]) for i, j in best(0, 0)[1]]


def _fits(asked: Asked, stands: Mapping[str, Any]) -> bool:
    return ANY in asked.labels or stands["label"] in asked.labels


def _likeness(asked: Asked, stands: Mapping[str, Any]) -> int:
    """What must stand there before what may, a label that is named before any, then those in the right state."""
    named = ANY not in asked.labels
    return 8 * (not asked.optional) + 4 * named + 2 + (stands["state"] in asked.states)
