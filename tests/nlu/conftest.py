"""Our extractors as the pipeline has them, over the demo shop."""

from __future__ import annotations

import pytest

from bot.nlu.shop_entities import MeasureExtractor, ShopEntities
from bot.nlu.tokenizer import ShopTokenizer


@pytest.fixture(scope="module")
def components() -> list:
    return [ShopTokenizer(ShopTokenizer.get_default_config()), ShopEntities(), MeasureExtractor()]
