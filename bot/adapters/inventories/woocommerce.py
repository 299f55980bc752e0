"""WooCommerce, by its REST API v3: a search by SKU finds products and variations."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from bot.adapters.inventories.line import Question, ask, check
from bot.adapters.inventories.source import Row, Told
from bot.ports import InventoryError

FIELDS = "sku,price,manage_stock,stock_quantity,stock_status,purchasable,status"
CURRENCY_HOLDS = 3600.0
"""Seconds for which the shop's currency is remembered."""

AVAILABLE = {"instock": True, "onbackorder": True, "outofstock": False}


class WooCommerce:
    """`address`: that of the shop. Key and secret: WooCommerce → Settings → Advanced → REST API, right: read."""

    name = "woocommerce"
    most = 50

    def __init__(self, address: str, key: str, secret: str, prices: bool = False):
        self._address, self._prices = address.rstrip("/"), prices
        token = base64.b64encode(f"{key}:{secret}".encode()).decode()
        self._headers = {"Authorization": f"Basic {token}", "Accept": "application/json"}
        self._lock = threading.Lock()
        self._currency: tuple[str, float] | None = None

    def ask(self, skus: Sequence[str], seconds: float) -> Told:
        end = time.monotonic() + seconds
        currency = self._asked_currency(seconds) if self._prices else None
        found = self.get(
            "products", {"sku": ",".join(skus), "per_page": "100", "_fields": FIELDS}, end - time.monotonic()
        )
        if not isinstance(found, list):
            raise InventoryError("WooCommerce sent no list of products")
        return Told([_row(item, currency) for item in found if isinstance(item, dict) and item.get("sku")])

    def _asked_currency(self, seconds: float) -> str:
        with self._lock:
            held = self._currency
        if held is not None and time.monotonic() - held[1] < CURRENCY_HOLDS:
            return held[0]
        found = self.get("data/currencies/current", {}, seconds)
        code = str(found.get("code", "")) if isinstance(found, dict) else ""
        with self._lock:
            self._currency = code, time.monotonic()
        return code

    def get(self, path: str, query: Mapping[str, str], seconds: float) -> Any:
        """What the API says at this path. Raises Later, InventoryError."""
        url = f"{self._address}/wp-json/wc/v3/{path}" + (f"?{urlencode(query)}" if query else "")
        return check(ask(Question("GET", url, self._headers), seconds), "WooCommerce").json()


def _row(item: Mapping[str, Any], currency: str | None) -> Row:
    """A null `stock_quantity` is a number that nobody counts. What waits for an order to be made is there no more."""
    status = item.get("stock_status")
    quantity = item.get("stock_quantity") if item.get("manage_stock") else None
    if status == "onbackorder":
        quantity = 0
    sold = item.get("status", "publish") == "publish" and item.get("purchasable") is not False
    return Row(
        sku=str(item["sku"]),
        quantity=quantity,
        available=AVAILABLE.get(str(status)) if sold else False,
        price=item.get("price"),
        currency=currency,
    )
