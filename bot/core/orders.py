"""Order numbers in what buyers write."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"(?<!\d)(\d{12,20})(?!\d)")


def order_number(text: str) -> str | None:
    """The first order number (12 to 20 digits) in the text."""
    match = _NUMBER.search(text)
    return match[1] if match else None
