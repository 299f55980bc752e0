"""Our extractors as the pipeline has them, over the demo shop."""

from __future__ import annotations

import pytest

from bot.nlu.shop_entities import MeasureExtractor, ShopEntities


@pytest.fixture(scope="module")
def components() -> list:
    return [ShopEntities(), MeasureExtractor()]
