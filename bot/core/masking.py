"""Hides personal data: phone and identity numbers, e-mail and street addresses."""

from __future__ import annotations

import re

_RULES = (
    (re.compile(r"(?<!\d)(1[3-9]\d)[- ]?\d{4}[- ]?(\d{4})(?!\d)"), r"\1****\2"),
    (re.compile(r"(?<!\d)(\d{6})\d{8}(\d{3}[\dXx])(?!\d)"), r"\1********\2"),
    (re.compile(r"([\w.+-])[\w.+-]*@([\w-]+(?:\.[\w-]+)+)"), r"\1***@\2"),
    (
        re.compile(r"((?:路|街|道|巷|弄|村|小区|苑|园))\s*\d+\s*(?:号|弄|栋|幢|楼|单元|室)[\d\-号栋幢楼单元室]*"),
        r"\1***",
    ),
    (re.compile(r"((?:微信|v信|vx|wx|wechat)(?:号|id|是|:|：|\s)*[A-Za-z][\w-])[\w-]{3,17}", re.IGNORECASE), r"\1***"),
)


def mask(text: str) -> str:
    """The text with personal data replaced by stars."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text
