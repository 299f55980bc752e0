"""Shopify, by its GraphQL Admin API."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.adapters.inventories.line import Question, ask, check
from bot.adapters.inventories.source import Later, Row, Told
from bot.ports import InventoryError

QUERY = """
query Stock($skus: String!, $most: Int!) {
  shop { currencyCode }
  productVariants(first: $most, query: $skus) {
    nodes {
      sku
      price
      inventoryQuantity
      inventoryPolicy
      inventoryItem { tracked }
      product { status }
    }
  }
}
"""
VERSION = "2026-10"
LACKING = "Shopify's answer lacks a field of the query"
AGAIN = ("THROTTLED", "INTERNAL_SERVER_ERROR", "TIMEOUT")


class Shopify:
    """`shop`: the address of the shop's admin (https://….myshopify.com). `token`: of an app that may read products and
    inventory."""

    name = "shopify"
    most = 50

    def __init__(self, shop: str, token: str, version: str = VERSION):
        self._url = f"{shop.rstrip('/')}/admin/api/{version}/graphql.json"
        self._headers = {"X-Shopify-Access-Token": token, "Content-Type": "application/json"}

    def ask(self, skus: Sequence[str], seconds: float) -> Told:
        search = " OR ".join(f"sku:{_quoted(sku)}" for sku in skus)
        # two of each: a SKU that stands on several variants must be seen to do so
        told = self.query(QUERY, {"skus": search, "most": 2 * len(skus)}, seconds)
        try:
            currency = told["shop"]["currencyCode"]
            return Told([_row(node, currency) for node in told["productVariants"]["nodes"] if node["sku"]])
        except (KeyError, TypeError) as error:
            raise InventoryError(LACKING) from error

    def query(self, query: str, variables: Mapping[str, Any], seconds: float) -> Any:
        """The data of a GraphQL query. Raises Later, InventoryError."""
        question = Question(
            "POST", self._url, self._headers, json.dumps({"query": query, "variables": variables}).encode()
        )
        told = check(ask(question, seconds), "Shopify").json()
        if not isinstance(told, dict):
            raise InventoryError("Shopify sent no answer to the query")
        if told.get("errors"):
            raise _trouble(told)
        return told.get("data")


def _quoted(sku: str) -> str:
    escaped = sku.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _row(node: Mapping[str, Any], currency: str) -> Row:
    """An item that is not tracked has no number; CONTINUE sells when none is left."""
    tracked = node["inventoryItem"]["tracked"]
    sells_on = not tracked or node["inventoryPolicy"] == "CONTINUE"
    return Row(
        sku=node["sku"],
        quantity=node["inventoryQuantity"] if tracked else None,
        available=False if node["product"]["status"] != "ACTIVE" else True if sells_on else None,
        price=node["price"],
        currency=currency,
    )


def _trouble(told: Mapping[str, Any]) -> InventoryError:
    """What the errors of a reply mean; some come with status 200."""
    listed = told["errors"] if isinstance(told["errors"], list) else []
    codes = [_code(error) for error in listed if isinstance(error, dict)] or [str(told["errors"])]
    said = ", ".join(codes)[:100]
    if any(code in AGAIN for code in codes):
        return Later(f"Shopify is busy ({said})", _restored_in(told))
    return InventoryError(f"Shopify refuses the question ({said}): check the app's token and what it may read")


def _code(error: Mapping[str, Any]) -> str:
    """A code, or the message where none is given: `Throttled` alone is said by some versions."""
    more = error.get("extensions")
    return str((more.get("code") if isinstance(more, dict) else None) or error.get("message", "")).upper()


def _restored_in(told: Mapping[str, Any]) -> float:
    """Seconds until the points that the query costs are there again."""
    try:
        cost = told["extensions"]["cost"]
        status = cost["throttleStatus"]
        missing = cost["requestedQueryCost"] - status["currentlyAvailable"]
        return float(max(0.0, missing / status["restoreRate"]))
    except (KeyError, TypeError, ZeroDivisionError):
        return 0.0
