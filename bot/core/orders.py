"""Order numbers in what buyers write."""

from __future__ import annotations

import re

from bot.core.contacts import PHONES

_NUMBER = re.compile(r"(?<![\d+])(\d{12,20})(?!\d)")


def order_number(text: str) -> str | None:
    """The first order number (12 to 20 digits) in the text; a phone number with its country's code is none."""
    for phone in PHONES:
        text = phone.sub(" ", text)
    match = _NUMBER.search(text)
    return match[1] if match else None
