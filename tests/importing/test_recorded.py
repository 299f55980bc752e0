"""Shop systems as they were recorded: what an import asks them, and what their answers and errors mean."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timezone
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.adapters.imports import shopify, woocommerce
from bot.adapters.imports.making import Wanted, make_draft, read_system
from bot.adapters.imports.report import Made
from bot.adapters.inventories.rules import read_stock
from bot.ports import NightdeskError
from tests.adapters.inventories.replay import replaying
from tests.adapters.inventories.test_recorded import ENVIRONMENT, FixedClock
from tests.importing.drafting import SHOP, kinds, specs, variants

RECORDED = Path(__file__).parent / "recorded"


def cases() -> Iterator[Any]:
    for path in sorted(RECORDED.glob("*.yml")):
        recorded = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        for case in recorded["cases"]:
            yield pytest.param({**case, "stock_yml": recorded["stock_yml"]}, id=f"{path.stem}: {case['name']}")


def take(case: dict[str, Any], folder: Path, address: str, pauses: list[float]) -> Made:
    stock = folder / "stock.yml"
    stock.write_text(case["stock_yml"].replace("ADDRESS", address), encoding="utf-8")
    configured = read_stock(folder, ENVIRONMENT, FixedClock(), timezone.utc)
    assert configured is not None
    catalogue = read_system(configured.source, pauses.append)
    return make_draft(catalogue, Wanted(folder / "draft", SHOP), stock.name, stock)


@pytest.mark.parametrize("case", cases())
def test_asks_and_understands_as_recorded(
    case: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for system in (woocommerce, shopify):
        monkeypatch.setattr(system, "A_PAGE", 2)
    pauses: list[float] = []
    with replaying(case["exchanges"]) as server:
        if "error" in case:
            with pytest.raises(NightdeskError, match=case["error"]) as raised:
                take(case, tmp_path, server.url, pauses)
            assert not any(secret in str(raised.value) for secret in ENVIRONMENT.values())
            assert not (tmp_path / "draft").exists()
        else:
            made = take(case, tmp_path, server.url, pauses)
            draft = tmp_path / "draft"
            assert variants(draft) == {sku: tuple(of) for sku, of in case["variants"].items()}
            first = next(iter(made.draft.touched))
            assert {name: value for (name, size), value in specs(draft, first).items() if size in ("", "M")} == case[
                "specs"
            ]
            assert set(case.get("gaps", ())) <= set(kinds(made))
            assert (draft / "stock.yml").read_text() == (tmp_path / "stock.yml").read_text(), "the stock is asked there"
    assert pauses == case.get("pauses", [])
    assert not server.left, "less was asked than recorded"
    assert not server.wrong
