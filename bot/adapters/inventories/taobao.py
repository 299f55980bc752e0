"""Taobao and Tmall, by the open platform TOP: taobao.item.sku.get, one SKU a call, signed."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta, timezone
from typing import Any
from urllib.parse import urlencode

from bot.adapters.inventories.line import Question, ask, check
from bot.adapters.inventories.source import Later, Row, Told
from bot.core.shop import CURRENCY
from bot.ports import Clock, InventoryError

GATEWAY = "https://gw.api.taobao.com/router/rest"
METHOD = "taobao.item.sku.get"
FIELDS = "sku_id,num_iid,quantity,price,status,outer_id,modified"
HASHES = ("hmac-sha256", "hmac", "md5")
TIME_OF_THE_PLATFORM = timezone(timedelta(hours=8))
LIMITED = ("4", "5", "6", "7", "8")
"""Codes: called too often. 10 and 15 are the platform's own trouble, unless the sub-code says that it is ours (isv.)."""
BROKEN = ("10", "15")
SESSION = ("26", "27", "53")


class Taobao:
    """`session`: what the shop's authorisation of the app gave. A SKU is asked for by its sku_id."""

    name = "taobao"
    most = 1

    def __init__(
        self, key: str, secret: str, session: str, clock: Clock, address: str = GATEWAY, hashed: str = "hmac-sha256"
    ):
        self._key, self._secret, self._session = key, secret, session
        self._clock, self._address, self._hashed = clock, address, hashed

    def ask(self, skus: Sequence[str], seconds: float) -> Told:
        fields = self._signed({"method": METHOD, "fields": FIELDS, "sku_id": skus[0]})
        headers = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}
        answer = ask(Question("POST", self._address, headers, urlencode(fields).encode()), seconds)
        told = check(answer, "Taobao").json()
        if not isinstance(told, dict):
            raise InventoryError("Taobao sent no answer to the call")
        if "error_response" in told:
            return _trouble(told["error_response"])
        sku = _sku(told)
        return Told([_row(sku)] if sku else [])

    def _signed(self, fields: Mapping[str, str]) -> dict[str, str]:
        now = self._clock.now().astimezone(TIME_OF_THE_PLATFORM)
        every = {
            **fields,
            "app_key": self._key,
            "session": self._session,
            "timestamp": f"{now:%Y-%m-%d %H:%M:%S}",
            "format": "json",
            "v": "2.0",
            "sign_method": self._hashed,
        }
        return {**every, "sign": sign(every, self._secret, self._hashed)}


def sign(fields: Mapping[str, str], secret: str, hashed: str) -> str:
    """The platform's signature: names and values in the order of the names, hashed with the secret, in capitals."""
    text = "".join(f"{name}{fields[name]}" for name in sorted(fields) if name != "sign")
    if hashed == "md5":
        return hashlib.md5(f"{secret}{text}{secret}".encode()).hexdigest().upper()
    return hmac.new(secret.encode(), text.encode(), "md5" if hashed == "hmac" else "sha256").hexdigest().upper()


def _sku(told: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The SKU of an answer, None where there is none of this id."""
    answer = told.get("item_sku_get_response")
    if not isinstance(answer, dict):
        raise InventoryError("Taobao's answer holds no item_sku_get_response")
    sku = answer.get("sku")
    return sku if isinstance(sku, dict) and sku.get("sku_id") else None


def _row(sku: Mapping[str, Any]) -> Row:
    return Row(
        sku=str(sku["sku_id"]),
        quantity=sku.get("quantity"),
        available=False if sku.get("status") == "delete" else None,
        price=sku.get("price"),
        currency=CURRENCY,
    )


def _trouble(error: Any) -> Told:
    """No row for a SKU that does not exist. Raises Later, InventoryError for all other errors."""
    error = error if isinstance(error, dict) else {}
    code, sub = str(error.get("code", "")), str(error.get("sub_code") or "")
    said = f"{code} {sub or str(error.get('msg', ''))}".strip()[:100]
    if re.search(r"not[-_ ]?(?:exist|found)", sub, re.I):
        return Told([])
    if code in LIMITED:
        banned = re.search(r"(\d+)\s*more seconds?", str(error.get("sub_msg") or ""))
        raise Later(f"Taobao limits our calls ({said})", float(banned[1]) if banned else 1.0)
    if sub.startswith("isp.") or (code in BROKEN and not sub.startswith("isv.")):
        raise Later(f"Taobao has trouble of its own ({said})")
    if code in SESSION or "session" in sub:
        raise InventoryError(
            f"Taobao's authorisation has ended ({said}): authorise the app again, put in the new session"
        )
    raise InventoryError(f"Taobao refuses the call ({said})")
