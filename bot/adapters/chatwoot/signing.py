"""Whether a delivery is Chatwoot's: the signature of versions from 2026 on, made anew for each attempt."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

WINDOW = 300.0
"""Seconds that a signature's time may differ from ours, in either direction."""


def sign(secret: str, timestamp: str, body: bytes) -> str:
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"sha256={digest}"


def fault(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> str | None:
    """What is wrong with a delivery's signature: `unsigned`, `forged` or `late`; None where it is right. `now`: seconds."""
    given = headers.get("x-chatwoot-signature", "")
    timestamp = headers.get("x-chatwoot-timestamp", "")
    if not given or not timestamp:
        return "unsigned"
    if not timestamp.isascii() or not hmac.compare_digest(
        given.encode("utf-8", "replace"), sign(secret, timestamp, body).encode()
    ):
        return "forged"
    if not timestamp.isdigit() or len(timestamp) > 12 or abs(now - int(timestamp)) > WINDOW:
        return "late"
    return None
