"""Each shop system as it was recorded: what we ask it, and what its answers and errors mean to us."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.adapters.inventories.guarded import Guarded
from bot.adapters.inventories.rules import read_stock
from bot.ports import InventoryError, Stock
from tests.adapters.inventories.replay import replaying
from tests.small_shop import EVENING, SHANGHAI

RECORDED = Path(__file__).parent / "recorded"
ENVIRONMENT = {
    "WOO_KEY": "ck_1",
    "WOO_SECRET": "cs_2",
    "SHOPIFY_TOKEN": "shpat_3",
    "TOP_KEY": "12345678",
    "TOP_SECRET": "helloworld",
    "TOP_SESSION": "61002",
    "ERP_TOKEN": "erp-4",
}


class FixedClock:
    def now(self) -> datetime:
        return EVENING


def cases() -> Iterator[Any]:
    for path in sorted(RECORDED.glob("*.yml")):
        recorded = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        for case in recorded["cases"]:
            yield pytest.param({**recorded["all"], **case}, id=f"{path.stem}: {case['name']}")


def make(case: dict[str, Any], folder: Path, address: str) -> Guarded:
    (folder / "stock.yml").write_text(case["stock_yml"].replace("ADDRESS", address), encoding="utf-8")
    for name, text in case.get("files", {}).items():
        (folder / name).write_text(text, encoding="utf-8")
    made = read_stock(folder, ENVIRONMENT, FixedClock(), SHANGHAI)
    assert made is not None
    return Guarded(made.source, made.limits, FixedClock(), made.reading, made.spellings)


def told(stock: Stock) -> dict[str, Any]:
    """What is worth comparing, without what is not there."""
    found = {
        "state": stock.state,
        "quantity": stock.quantity,
        "price": str(stock.price) if stock.price is not None else None,
        "back_in_days": stock.back_in_days,
        "discontinued": stock.discontinued or None,
    }
    assert stock.as_of == EVENING
    return {name: value for name, value in found.items() if value is not None}


@pytest.mark.parametrize("case", cases())
def test_asks_and_understands_as_recorded(case: dict[str, Any], tmp_path: Path) -> None:
    with replaying(case["exchanges"]) as server:
        inventory = make(case, tmp_path, server.url)
        try:
            if "error" in case:
                with pytest.raises(InventoryError, match=case["error"]):
                    inventory.stock(tuple(case["skus"]))
            else:
                found = inventory.stock(tuple(case["skus"]))
                assert {sku: told(stock) for sku, stock in found.items()} == case["stock"]
                assert set(inventory.refused_currencies) == set(case.get("refused_currencies", ()))
        finally:
            inventory.close()
    assert not server.wrong
    assert not server.left, "less was asked than recorded"


def one_of_each() -> Iterator[Any]:
    for path in sorted(RECORDED.glob("*.yml")):
        yield pytest.param(YAML(typ="safe").load(path.read_text(encoding="utf-8"))["all"], id=path.stem)


@pytest.mark.parametrize("case", one_of_each())
def test_no_secret_is_shown_in_an_error(case: dict[str, Any], tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    inventory = make(case, tmp_path, "http://127.0.0.1:9")  # nobody listens there
    with pytest.raises(InventoryError) as raised:
        inventory.stock(tuple(case["skus"]))
    inventory.close()
    for secret in (*ENVIRONMENT.values(), "Y2tfMTpjc18y"):
        assert secret not in f"{raised.value}{raised.value.__cause__}{caplog.text}"
