"""Who a buyer is at the shop, as the shop signed it: so that they find their conversation on another device.

The shop's server signs "{time}.{user}" (the time in whole seconds since 1970) with HMAC-SHA256 and the installation's
widget secret, and puts "{time}.{signature in hex}" on its page. The time keeps a page that was saved from opening the
conversation for ever.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import datetime
from typing import Literal

SIGNED_FOR = 24 * 3600
"""Seconds that a signature is good for."""

AHEAD = 300
"""Seconds that the shop's clock may be ahead of ours."""

_FORM = re.compile(r"(\d{1,12})\.([0-9a-f]{64})", re.ASCII)

Refusal = Literal["wrong", "expired"]


def sign(user: str, secret: str, at: datetime) -> str:
    """What a shop puts beside its user's id."""
    return f"{int(at.timestamp())}.{_mac(f'{int(at.timestamp())}.{user}', secret)}"


def refusal(user: str, signed: str, secret: str, now: datetime) -> Refusal | None:
    """Why this signature is not taken, None where it is. `expired` is said only of one that was right."""
    given = _FORM.fullmatch(signed)
    if given is None or not hmac.compare_digest(given[2], _mac(f"{given[1]}.{user}", secret)):
        return "wrong"
    age = now.timestamp() - int(given[1])
    return None if -AHEAD <= age <= SIGNED_FOR else "expired"


def buyer_id(user: str, secret: str) -> str:
    """The id under which we know the shop's user: always the same, and nothing can be read from it."""
    return _mac(f"buyer {user}", secret)[:48]


def _mac(text: str, secret: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
