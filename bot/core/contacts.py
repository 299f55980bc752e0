"""How buyers write their phone numbers, WeChat names and e-mail addresses: read on the card, masked elsewhere."""

from __future__ import annotations

import re

PHONE = re.compile(r"(?<!\d)(?P<before>(?:\+?86[- ]?)?)(?P<id>(?P<head>1[3-9]\d)[- ]?\d{4}[- ]?(?P<tail>\d{4}))(?!\d)")
"""A mainland mobile number, with or without the country's code."""

_WECHAT_WORD = r"(?:微信|薇信|威信|v信|vx|wx|wechat|weixin)"
_NAMED = r"(?:\s*(?:号码?|id)?\s*(?:是|:|：|is\b|号)\s*)"
_NAME = r"[a-z][-_a-z0-9]{5,19}(?![-_a-z0-9])"
_UNUSUAL = r"(?=[a-z][-a-z]{0,18}[_0-9])"
WECHAT = re.compile(
    rf"(?P<before>{_WECHAT_WORD}(?:(?<!wechat){_NAMED}|(?<=my wechat){_NAMED}|\s*(?:号码?|id)\s*(?:是|:|：|is\b)\s*|\s*[:：]\s*)|"
    rf"{_WECHAT_WORD}(?:号码?|id|是|is\b|:|：|\s){{0,6}}{_UNUSUAL})(?P<id>{_NAME})",
    re.IGNORECASE,
)
"""A WeChat name behind the word. Ordinary words follow that too (“wechat payment”, “wechat is accepted”): one counts
where 号, id or a colon names it, or where a digit or “_” stands in it."""

EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
