"""The dialogues of `bench/handoff/*.yml`: what a buyer writes, and the values that the card must hold in the end.

A file's name begins with the language of its dialogues. A dialogue:

    name: …                     # unique in all files
    at: "2026-11-21T21:04:00+08:00"   # the clock; left out: Saturday 21 November 2026, 21:04
    chat: […]                   # the buyer's messages; or {buyer: …, at: …, pictures: [address, …]}
    card: {…}                   # the values; what is not named is empty
    state: bot                  # where the conversation stands in the end; left out: waiting
    may: {…}                    # values that may stand on the card as well, and are no fault

`card` holds reason, queue, priority and promised (words that it must hold) of every card; wants, about (a product's id), order,
offer, destination, needed_by (a day), height_cm, weight_kg, household, contact, mood, cares_about and pictures as the buyer
said them; notes, a fragment of each remark; and questions, in order, one `label state told` each, where `told` (words that
must have been told) may be left out. `a|b` stands for either, a label in parentheses need not stand there, the label `any` is
every label and the state `any` every state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML, YAMLError

from bench.rows import InputError
from bot.core.labels import ALL

SIMPLE = (
    "reason",
    "queue",
    "priority",
    "promised",
    "about",
    "order",
    "destination",
    "needed_by",
    "height_cm",
    "weight_kg",
    "household",
    "contact",
    "mood",
)
OFFER = ("kind", "amount", "per", "list_total")
WANT = ("product", "colour", "size", "quantity", "list_price")
LISTS = ("cares_about", "notes", "pictures")
ALWAYS = ("reason", "queue", "priority", "promised")
STATES = ("answered", "open", "unknown", "refused", "any")
ANY = "any"


@dataclass(frozen=True)
class Line:
    """A buyer's message; `at` sets the clock before it, `pictures` are addresses."""

    text: str
    at: str | None = None
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """A question that stands on the card: one of the labels, in one of the states, and words that were told."""

    labels: tuple[str, ...]
    states: tuple[str, ...]
    told: str | None = None
    optional: bool = False


@dataclass(frozen=True)
class Gold:
    """The values of a card. `simple` is keyed by field, those of the offer by `offer.amount` and the like."""

    simple: Mapping[str, Any]
    wants: tuple[Mapping[str, Any], ...]
    lists: Mapping[str, tuple[str, ...]]
    questions: tuple[Asked, ...]


@dataclass(frozen=True)
class Dialogue:
    name: str
    file: str
    lines: tuple[Line, ...]
    gold: Gold
    may: Gold
    at: str | None = None
    state: str = "waiting"

    @property
    def language(self) -> str:
        return self.file.split("_")[0]

    def __str__(self) -> str:
        return f"{self.file}: {self.name}"


def read_dialogues(folder: Path) -> list[Dialogue]:
    """The dialogues of all files in a folder. Raises InputError naming the file, the dialogue and what is wrong."""
    files = sorted(folder.glob("*.yml"))
    found = [_dialogue(data, file.stem) for file in files for data in _loaded(file)]
    if not found:
        raise InputError(f"{folder}: holds no dialogue.")
    names = [dialogue.name for dialogue in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"{folder}: two dialogues have the name “{twice[0]}”.")
    return found


def _loaded(file: Path) -> list[Any]:
    if not file.stem.startswith(("zh_", "en_")):
        raise InputError(f"{file}: the name begins with neither zh_ nor en_.")
    try:
        data = YAML(typ="safe").load(file)
    except YAMLError as error:
        raise InputError(f"{file}: is no YAML ({error}).") from None
    if not isinstance(data, list) or not all(isinstance(one, dict) for one in data):
        raise InputError(f"{file}: is no list of dialogues.")
    return data


def _dialogue(data: Mapping[str, Any], file: str) -> Dialogue:
    where = f"{file}, “{data.get('name', '?')}”"
    _known(data, ("name", "at", "chat", "card", "state", "may"), where)
    missing = [name for name in ("name", "chat", "card") if not data.get(name)]
    if missing:
        raise InputError(f"{where}: has no {missing[0]}.")
    gold = make_gold(data["card"], where)
    left_out = [name for name in ALWAYS if not gold.simple.get(name)]
    if left_out:
        raise InputError(f"{where}: the card has no {left_out[0]}.")
    return Dialogue(
        str(data["name"]),
        file,
        tuple(_line(line, where) for line in data["chat"]),
        gold,
        make_gold(data.get("may") or {}, where),
        str(data["at"]) if data.get("at") else None,
        data.get("state", "waiting"),
    )


def _line(data: Any, where: str) -> Line:
    if isinstance(data, str):
        return Line(data)
    if not isinstance(data, dict) or not data.get("buyer"):
        raise InputError(f"{where}: a message is neither text nor {{buyer: …}}: {data!r}.")
    _known(data, ("buyer", "at", "pictures"), where)
    return Line(str(data["buyer"]), str(data["at"]) if data.get("at") else None, tuple(data.get("pictures") or ()))


def make_gold(data: Mapping[str, Any], where: str) -> Gold:
    """The values of `card` or `may`. Raises InputError naming what is none of a card's."""
    _known(data, (*SIMPLE, *LISTS, "wants", "offer", "questions"), where)
    offer = data.get("offer") or {}
    _known(offer, OFFER, where)
    for want in data.get("wants") or ():
        _known(want, WANT, where)
    simple = {name: data[name] for name in SIMPLE if data.get(name) is not None}
    simple |= {f"offer.{name}": value for name, value in offer.items()}
    return Gold(
        {name: str(value) if name == "needed_by" else value for name, value in simple.items()},
        tuple(data.get("wants") or ()),
        {name: tuple(str(value) for value in data.get(name) or ()) for name in LISTS},
        tuple(_asked(str(question), where) for question in data.get("questions") or ()),
    )


def _asked(question: str, where: str) -> Asked:
    """`ask_size answered M`, `(ask_capability|ask_spec) answered|unknown`."""
    label, _, rest = question.partition(" ")
    state, _, told = rest.partition(" ")
    optional = label.startswith("(") and label.endswith(")")
    asked = Asked(tuple(label.strip("()").split("|")), tuple(state.split("|")), told or None, optional)
    unknown = [name for name in asked.labels if name not in (*ALL, ANY)]
    unknown += [name for name in asked.states if name not in STATES]
    if unknown:
        raise InputError(f"{where}: “{unknown[0]}” in “{question}” is neither a label nor a state.")
    return asked


def _known(data: Mapping[str, Any], names: tuple[str, ...], where: str) -> None:
    odd = [name for name in data if name not in names]
    if odd:
        raise InputError(f"{where}: there is no “{odd[0]}” (known: {', '.join(names)}).")
