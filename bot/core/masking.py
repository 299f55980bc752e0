"""Hides personal data: phone and identity numbers, WeChat and QQ names, e-mail and street addresses."""

from __future__ import annotations

import re

from bot.core.contacts import EMAIL, PHONES, QQ, WECHAT

_IDENTITY = re.compile(r"(?<!\d)(\d{6})\d{8}(\d{3}[\dXx])(?!\d)")
_STREET = re.compile(
    r"((?:路|街|道|巷|弄|村|小区|苑|园))\s*\d+\s*(?:号|弄|栋|幢|楼|单元|室)[\d\-号栋幢楼单元室]*",
)


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


def _without_middle(match: re.Match) -> str:
    return f"{match['before']}{match['head']}****{match['tail']}"


def _without_mailbox(match: re.Match) -> str:
    mailbox, host = match[0].split("@")
    return f"{mailbox[0]}***@{host}"
