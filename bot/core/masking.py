"""Hides personal data: phone and identity numbers, WeChat and QQ names, e-mail and street addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.core.contacts import EMAIL, PHONES, QQ, WECHAT

_IDENTITY = re.compile(
    r"(?<!\d)(\d{6})(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(\d{3}[\dXx])(?!\d)"  # a place, a day, a number
)
_STREET = re.compile(
    r"((?:路|街|道|巷|弄|村|小区|苑|园))\s*\d+\s*(?:号|弄|栋|幢|楼|单元|室)[\d\-号栋幢楼单元室]*",
)
_LEFT_ALONE = ("episode", "handoff", "order", "pictures", "opened_at", "waiting_since", "as_of", "since", "until")
"""Fields that hold nothing personal, and digits that could look like it."""


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


def masked(body: Mapping[str, Any]) -> dict[str, Any]:
    """What may leave the desk: every contact and identity number hidden, the one on its `card` wherever else it stands."""
    contact = ((body.get("card") or {}).get("buyer") or {}).get("contact") or ""
    return {name: _hidden(name, value, contact) for name, value in body.items()}


def _hidden(name: str, value: Any, contact: str) -> Any:
    if isinstance(value, Mapping):
        return {inner: _hidden(inner, held, contact) for inner, held in value.items()}
    if name in _LEFT_ALONE:
        return value
    if isinstance(value, (list, tuple)):
        return [_hidden(name, held, contact) for held in value]
    if not isinstance(value, str):
        return value
    if name == "contact":
        return value if "*" in value else mask_contact(value)
    return mask(value.replace(contact, mask_contact(contact)) if len(contact) > 4 else value)


def _without_middle(match: re.Match) -> str:
    return f"{match['before']}{match['head']}****{match['tail']}"


def _without_mailbox(match: re.Match) -> str:
    mailbox, host = match[0].split("@")
    return f"{mailbox[0]}***@{host}"
