"""Hides personal data: phone and identity numbers, WeChat and QQ names, e-mail and street addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.core.contacts import EMAIL, PHONES, QQ, WECHAT

_IDENTITY = re.compile(r"(?<!\d)(\d{6})\d{8}(\d{3}[\dXx])(?!\d)")
_STREET = re.compile(
    r"((?:路|街|道|巷|弄|村|小区|苑|园))\s*\d+\s*(?:号|弄|栋|幢|楼|单元|室)[\d\-号栋幢楼单元室]*",
)
_NUMBERS_OF_OURS = ("episode", "order", "pictures")
"""Fields of the card that hold no personal data, and numbers that could look like it."""


def mask(text: str) -> str:
    """The text with personal data replaced by stars."""
    for phone in PHONES:
        text = phone.sub(_without_middle, text)
    text = _IDENTITY.sub(r"\1********\2", text)
    text = EMAIL.sub(_without_mailbox, text)
    text = _STREET.sub(r"\1***", text)
    for name in (QQ, WECHAT):
        text = name.sub(lambda match: f"{match['before']}{match['id'][:2]}***", text)
    return text


def mask_contact(contact: str) -> str:
    """A contact that is known to be one: 138****5678, li***, l***@163.com."""
    masked = mask(contact)
    return masked if masked != contact else f"{contact[:2]}***"


def mask_card(card: Mapping[str, Any]) -> dict[str, Any]:
    """The card as it may leave the desk: its contact and whatever else is personal in the buyer's words hidden."""
    buyer = card.get("buyer") or {}
    contact = buyer.get("contact")
    masked = {name: value if name in _NUMBERS_OF_OURS else _masked(value) for name, value in card.items()}
    return masked | {"buyer": {**buyer, "contact": mask_contact(contact) if contact else None}}


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, Mapping):
        return {name: _masked(inner) for name, inner in value.items()}
    return [_masked(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def _without_middle(match: re.Match) -> str:
    return f"{match['before']}{match['head']}****{match['tail']}"


def _without_mailbox(match: re.Match) -> str:
    mailbox, host = match[0].split("@")
    return f"{mailbox[0]}***@{host}"
