"""How buyers write their phone numbers, WeChat and QQ names and e-mail addresses: read on the card, masked elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.core.found import Found

PHONE = re.compile(
    r"(?<!\d)(?P<before>(?:(?:\+?86|0086)[- ]?)?)(?P<id>(?P<head>1[3-9]\d)[- ]?\d{4}[- ]?(?P<tail>\d{4}))(?!\d)"
)
"""A mainland mobile number, with or without the country's code."""

SPACED_PHONE = re.compile(
    r"(?<![\d.])(?P<before>)(?P<id>(?P<head>1[ -][3-9][ -]\d)(?:[ -]\d){4}(?P<tail>(?:[ -]\d){4}))(?![ -]?\d)"
)
"""The same with each digit for itself."""

LANDLINE = re.compile(
    r"(?<![\d.-])(?P<before>(?:\+?86[- ]?)?)(?P<id>(?P<head>0(?:10|2\d|[3-9]\d{2}))[- ]?\d{3,4}[- ]?(?P<tail>\d{4}))(?![\d-])"
)
ABROAD = re.compile(
    r"(?P<before>)(?P<id>(?P<head>\+(?!86)[1-9]\d{0,2})(?:[ -]?\(?\d{1,4}\)?){1,5}[ -]?(?P<tail>\d{2}[ -]?\d{2}))(?![ -]?\d)"
)
PHONES = (PHONE, SPACED_PHONE, LANDLINE, ABROAD)

QQ = re.compile(r"(?P<before>(?<![a-z])qq\s*(?:号码?|是|:|：|\s){0,4})(?P<id>[1-9]\d{4,10})(?!\d)", re.IGNORECASE)

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

EMAIL = re.compile(r"(?<![a-zA-Z0-9_.+-])[a-zA-Z0-9_.+-]{1,64}@[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+")


def find_contacts(text: str) -> Iterator[Found]:
    """Contacts in folded text, with their kind: `phone`, `wechat`, `qq` or `email`."""
    for match in PHONE.finditer(text):
        yield Found("contact", _digits(match["id"]), *match.span(), {"kind": "phone"})
    for match in SPACED_PHONE.finditer(text):
        yield Found("contact", _digits(match["id"]), *match.span(), {"kind": "phone"})
    for match in LANDLINE.finditer(text):
        area, rest = match["head"], _digits(match["id"]).removeprefix(match["head"])
        if len(rest) >= 7:
            yield Found("contact", f"{area}-{rest}", *match.span(), {"kind": "phone"})
    for match in ABROAD.finditer(text):
        if 8 <= len(_digits(match["id"])) <= 15:
            yield Found("contact", f"+{_digits(match['id'])}", *match.span(), {"kind": "phone"})
    for match in QQ.finditer(text):
        yield Found("contact", match["id"], *match.span("id"), {"kind": "qq"})
    for match in WECHAT.finditer(text):
        yield Found("contact", match["id"], *match.span("id"), {"kind": "wechat"})
    for match in EMAIL.finditer(text):
        yield Found("contact", match[0], *match.span(), {"kind": "email"})


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
