"""How buyers write their phone numbers, WeChat and QQ names and e-mail addresses: read on the card, masked elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bot.core.found import Found

PHONE = re.compile(
    r"(?<!\d)(?P<before>(?:(?:\+?86|0086)[- ]?)?)(?P<id>(?P<head>1[3-9]\d)"
    r"(?:[- ]?\d{4}[- ]?|[- ]\d{3}[- ]\d|\d{2}[- ]\d{2}|\d{3}[- ]\d)(?P<tail>\d{4}))(?!\d)"
)
"""A mainland mobile number, with or without the country's code, in the groups that people write."""

SPACED_PHONE = re.compile(
    r"(?<![\d.])(?P<before>)(?P<id>(?P<head>1[ -][3-9][ -]\d)(?:[ -]\d){4}(?P<tail>(?:[ -]\d){4}))(?![ -]?\d)"
)
"""The same with each digit for itself."""

LANDLINE = re.compile(
    r"(?<![\d.-])(?P<before>(?P<abroad>(?:\+|00)86[- ]?)?(?:86[- ]?)?)"
    r"(?P<id>(?P<head>(?(abroad)0?|0)(?:10|2\d|[3-9]\d{2}))[- ]?[2-8]\d{2,3}[- ]?(?P<tail>\d{4}))(?![\d-])"
)
"""An area code, whose 0 falls away behind +86, and a number of 7 or 8 digits that begins with 2 to 8."""

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
            yield Found("contact", f"0{area.removeprefix('0')}-{rest}", *match.span(), {"kind": "phone"})
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


# --- what was meant as a contact -----------------------------------------------------------------------------------

MOBILE_DIGITS = 11


@dataclass(frozen=True)
class Almost:
    """What looks like a contact and is none.

    `short`, `long`: a mobile number of so many `digits`; `odd`: digits that are no number that can be called; `missing`:
    a way to be reached without its name or number; `bare`: the word for one (微信), which may mean something else.
    `alone`: the message says nothing else.
    """

    kind: Literal["short", "long", "odd", "missing", "bare"]
    digits: int = 0
    alone: bool = True


_POLITE = (
    r"(?:[\s,，.。!！~～、:：]|好的?|嗯|行|可以|那|就|亲|哈|哦|呀|啊|吧|呗|谢谢|"
    r"\b(?:thanks|thank you|thx|ok|okay|sure|yes|please|pls|hi)\b)*"
)
_WORD = r"(?:微信|薇信|威信|v信|vx|wx|wechat|weixin|qq|电话|電話|手机|手機|whatsapp|phone|mobile|e-?mail)"
_MY = r"(?:加|留|用|打|发|联系|给)?(?:我|本人)(?:的|一下|个|打|发|联系)?|my\s|(?:add|contact|reach|text|call|message) me (?:on|by|via|at|through)(?: my)?\s"
_WAY_ALONE = re.compile(
    rf"{_POLITE}(?P<mine>{_MY})?(?:加个?|留个?|用|打个?|by\s|on\s|use\s|via\s)?{_WORD}\s*(?:号码?|number|id)?"
    rf"\s*(?P<me>(?:给|联系|加|找)我)?(?:联系|聊|沟通|说)?(?:就行|就好|是|is)?{_POLITE}",
    re.IGNORECASE,
)
_NAME_CUT_SHORT = re.compile(
    rf"{_POLITE}(?:{_MY})?(?:加|是)?{_WECHAT_WORD}\s*(?:号码?|id)?\s*(?:是|:|：|is\b)?\s*"
    rf"(?!(?:pay|ok|id|me)\b)(?=[a-z]*[\d_]|(?<=[微薇威v]信))[a-z][-_a-z0-9]{{0,4}}{_POLITE}",
    re.IGNORECASE,
)
_NAME_ALONE = re.compile(rf"{_POLITE}(?P<id>{_UNUSUAL}{_NAME}){_POLITE}", re.IGNORECASE)
_LETTERS_BEHIND = re.compile(rf"{_POLITE}(?:{_MY})?{_WECHAT_WORD}\s*(?P<id>{_NAME}){_POLITE}", re.IGNORECASE)
_ORDINARY = ("please", "number", "account", "payment", "contact", "instead", "thanks")

_DIGITS = re.compile(
    r"(?<![\d.¥￥$+_a-z-])(?:(?:\+|00)86[ -]?|86[ -])?(?P<n>\d(?:[ -]?\d){6,12})(?![ -]?\d|\.\d|[_a-z])"
)
_CALLED = re.compile(
    r"电话|電話|手机|手機|联系|聯繫|聯絡|号码|號碼|打给我|打給我|打我|座机|\b(?:call|phone|tel|telephone|mobile|cell|number|text|reach)\b"
)
_NOT_CALLED = re.compile(
    r"订单|訂單|单号|單號|运单|運單|快递|快遞|物流|尾号|尾號|身份证|身份證|卡号|卡號|税号|编号|編號|条码|型号|型號|\b(?:order|tracking|parcel|card|id|model|sku|tax)\b"
)
_SERVICE = re.compile(r"[48]00\d{7}")
_NOTHING_ELSE = re.compile(rf"{_POLITE}(?:(?:{_MY}|是|同?号码?|\b(?:is|it's|me|on|at|id)\b){_POLITE})*", re.IGNORECASE)
_SHORT = 120
"""Characters of a message that may be nothing but a contact."""


def answered_with(text: str) -> Found | None:
    """The WeChat name that folded text is, written in answer to “leave us a contact”: alone (lily_2088), or of letters
    alone behind the word (微信 lilyzhang), which elsewhere would be too little to go by."""
    if len(text) > _SHORT:
        return None
    for pattern in (_NAME_ALONE, _LETTERS_BEHIND):
        match = pattern.fullmatch(text)
        if match and match["id"] not in _ORDINARY:
            return Found("contact", match["id"], *match.span("id"), {"kind": "wechat"})
    return None


def almost_contact(text: str, order_expected: bool = False) -> Almost | None:
    """What was meant as a contact in folded text that holds none. Numbers of orders, cards and parcels are none;
    where such a one is expected, a number counts only if the message says that it can be called."""
    if len(text) > _SHORT or next(find_contacts(text), None) or answered_with(text):
        return None
    way = _WAY_ALONE.fullmatch(text)
    if way:
        return Almost("missing" if way["mine"] or way["me"] else "bare")
    if _NAME_CUT_SHORT.fullmatch(text):
        return Almost("missing")
    return None if _NOT_CALLED.search(text) else _almost_number(text, order_expected)


def nothing_else(rest: str) -> bool:
    """Whether folded text from which a contact was taken says no more than that it was one."""
    introduced = re.sub(_WORD, "", _CALLED.sub("", rest))
    return len(rest) <= _SHORT and bool(_NOTHING_ELSE.fullmatch(introduced))


def _almost_number(text: str, order_expected: bool) -> Almost | None:
    called = bool(_CALLED.search(text))
    for match in _DIGITS.finditer(text):
        digits = _digits(match["n"])
        mobile = bool(re.match("1[3-9]", digits))
        alone = nothing_else(text[: match.start()] + text[match.end() :])
        likely = abs(len(digits) - MOBILE_DIGITS) == 1 if mobile else alone and len(digits) == MOBILE_DIGITS
        if _SERVICE.fullmatch(digits) or not (called or (likely and not order_expected)):
            continue
        if not mobile or len(digits) == MOBILE_DIGITS:
            return Almost("odd", len(digits), alone)
        return Almost("short" if len(digits) < MOBILE_DIGITS else "long", len(digits), alone)
    return None
