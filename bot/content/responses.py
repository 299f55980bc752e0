"""The bot's words: the replies of domain.yml, with their variants in each language, read and changed where they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.content import yaml_text
from bot.content.unreadable import Unreadable

DEFAULT = "zh"
"""The language of a variant without a condition."""


@dataclass(frozen=True)
class Button:
    title: str
    payload: str


@dataclass(frozen=True)
class Variant:
    """One way to say a reply. `place`: where it stands among the reply's variants, from 0."""

    place: int
    language: str
    text: str
    buttons: tuple[Button, ...]
    line: int


@dataclass(frozen=True)
class Reply:
    name: str
    variants: tuple[Variant, ...]
    line: int

    def of(self, language: str) -> tuple[Variant, ...]:
        return tuple(variant for variant in self.variants if variant.language == language)


def read(text: str) -> dict[str, Reply]:
    """The replies of a domain file by name, in its order. Raises Unreadable."""
    found = yaml_text.value(text)
    told = found.get("responses") if isinstance(found, dict) else None
    return {name: _reply(text, name, variants) for name, variants in (told or {}).items()}


def put_text(text: str, name: str, place: int, words: str) -> str:
    """The file with other words in one variant. Raises NoSuchEntry."""
    return yaml_text.put(text, ("responses", name, str(place), "text"), words)


def put_buttons(text: str, name: str, place: int, buttons: Sequence[Button]) -> str:
    path = ("responses", name, str(place))
    variant = yaml_text.value(text, path)
    if not buttons:
        return yaml_text.drop(text, (*path, "buttons")) if "buttons" in variant else text
    if "buttons" in variant:
        return yaml_text.put(text, (*path, "buttons"), _told(buttons))
    return yaml_text.add(text, path, "buttons", _told(buttons))


def add(text: str, name: str, language: str, words: str, buttons: Sequence[Button] = ()) -> str:
    """The file with one more variant of a reply, behind the last in its language; Chinese ones stand first."""
    reply = read(text)[name]
    variant: dict[str, Any] = {"text": words}
    if language != DEFAULT:
        variant["condition"] = [{"type": "slot", "name": "language", "value": language}]
    if buttons:
        variant["buttons"] = _told(buttons)
    same = reply.of(language)
    place = same[-1].place + 1 if same else 0 if language == DEFAULT else len(reply.variants)
    return yaml_text.add(text, ("responses", name), place, variant)


def drop(text: str, name: str, place: int) -> str:
    """The file without one variant. Raises NoSuchEntry, ValueError where the reply would have none in the language."""
    reply = read(text)[name]
    variant = next((one for one in reply.variants if one.place == place), None)
    if variant is not None and len(reply.of(variant.language)) == 1:
        raise ValueError(f"{name} would have no words in {variant.language}")
    return yaml_text.drop(text, ("responses", name, str(place)))


def _reply(text: str, name: str, variants: Any) -> Reply:
    line = yaml_text.line(text, ("responses", name))
    if not isinstance(variants, list) or not all(isinstance(variant, Mapping) for variant in variants):
        raise Unreadable(line, f"{name} wants a list of variants")
    lines = [yaml_text.line(text, ("responses", name, str(place))) for place in range(len(variants))]
    return Reply(name, tuple(_variant(place, one, lines[place]) for place, one in enumerate(variants)), line)


def _variant(place: int, told: Mapping[str, Any], line: int) -> Variant:
    buttons = tuple(Button(str(one.get("title", "")), str(one.get("payload", ""))) for one in told.get("buttons") or ())
    return Variant(place, _language(told), str(told.get("text") or ""), buttons, line)


def _language(told: Mapping[str, Any]) -> str:
    for condition in told.get("condition") or ():
        if condition.get("type") == "slot" and condition.get("name") == "language":
            return str(condition.get("value"))
    return DEFAULT


def _told(buttons: Sequence[Button]) -> list[dict[str, str]]:
    return [{"title": button.title, "payload": button.payload} for button in buttons]
