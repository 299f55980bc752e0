"""A shop of many products: messages are read as fast, words that fit very many are bounded, a change holds nobody up."""

from __future__ import annotations

import logging
import statistics
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from bench.details import messages
from bench.made_up_shop import make_shop
from bot.adapters.shop_files import load_shop
from bot.core.shop import MOST_NAMED, Shop
from bot.nlu import aside, goods
from bot.nlu.goods import Goods, LiveGoods
from bot.nlu.normalise import fold_text

FEW, MANY = 200, 20_000
MOST_TIMES = 3
"""A message may take so many times as long among a hundred times the products. It takes 1.0; with one look at each of the
shop's words for each of the message's it took five and more."""


@pytest.fixture(scope="module")
def demo() -> Shop:
    return load_shop(Path(__file__).parents[2] / "shop")


@pytest.fixture(scope="module")
def few(demo: Shop) -> Goods:
    return Goods(make_shop(demo, FEW))


@pytest.fixture(scope="module")
def many(demo: Shop) -> Goods:
    return Goods(make_shop(demo, MANY))


def products(known: Goods, text: str) -> list:
    return [value for _, _, name, value in known.find(fold_text(text).text) if name == "product"]


# --- time --------------------------------------------------------------------------------------------------------


def test_a_message_takes_no_longer_in_a_shop_of_a_hundred_times_the_products(few: Goods, many: Goods) -> None:
    """Both shops read the same messages in turns, so that whatever else the machine does slows both."""
    texts = [fold_text(text).text for text in (*messages(few.shop, 150), *messages(many.shop, 150))]
    taken: dict[Goods, list[float]] = {few: [], many: []}
    for text in texts:
        for known in (few, many):
            begun = time.thread_time()
            known.find(text)
            taken[known].append(time.thread_time() - begun)
    assert statistics.median(taken[many]) < MOST_TIMES * statistics.median(taken[few])


# --- what is found -----------------------------------------------------------------------------------------------


def test_each_of_many_products_is_found_by_its_names_and_its_model_number_in_any_spelling(many: Goods) -> None:
    for product in list(many.shop.products.values())[50::997]:
        model = product.id.lower()
        letters = model.rstrip("0123456789-prox") or model
        spaced = f"{letters} {model[len(letters) :].lstrip('-')}"
        for text in (product.name["zh"], f"请问{product.id}有货吗", model.replace("-", ""), spaced, product.name["en"]):
            assert products(many, text) == [product.id], text


def called(known: Goods, name: str) -> list[str]:
    return [product.id for product in known.shop.products.values() if name in product.also_called]


def test_a_word_that_fits_several_means_all_of_them(few: Goods) -> None:
    (fitting,) = products(few, "花瓶有吗")
    assert list(fitting) == called(few, "花瓶") and 1 < len(fitting) < MOST_NAMED


def test_a_word_that_fits_very_many_stands_for_the_first_of_them(many: Goods) -> None:
    (fitting,) = products(many, "花瓶有吗")
    assert len(called(many, "花瓶")) > MOST_NAMED
    assert list(fitting) == called(many, "花瓶")[:MOST_NAMED]


# --- a shop that changes -----------------------------------------------------------------------------------------


class Slow(Goods):
    """Built when it is let."""

    let = threading.Event()

    def __init__(self, shop: Shop) -> None:
        assert self.let.wait(10)
        super().__init__(shop)


@pytest.fixture
def live(demo: Shop, monkeypatch: pytest.MonkeyPatch) -> LiveGoods:
    """Recognition of the demo shop, in which the next shop takes as long as the test wants."""
    known = LiveGoods()
    known.of(demo)
    Slow.let.clear()
    monkeypatch.setattr(goods, "Goods", Slow)
    monkeypatch.setattr(aside, "PATIENCE", 0.05)
    yield known
    Slow.let.set()


def wait_for(known: LiveGoods) -> None:
    assert known._building is not None
    known._building.join(20)


def test_messages_are_read_by_the_old_words_while_a_changed_shop_is_built(live: LiveGoods, demo: Shop) -> None:
    changed = replace(demo, version="changed")
    assert [live.of(changed).shop for _ in range(3)] == [demo] * 3
    Slow.let.set()
    wait_for(live)
    assert live.of(changed).shop is changed


def test_only_one_shop_is_built_at_a_time_and_the_latest_wins(live: LiveGoods, demo: Shop) -> None:
    first, second = replace(demo, version="first"), replace(demo, version="second")
    live.of(first)
    building = live._building
    live.of(second)
    assert live._building is building
    Slow.let.set()
    wait_for(live)
    live.of(second)
    wait_for(live)
    assert live.of(second).shop is second


def test_a_shop_that_cannot_be_built_leaves_the_old_words_and_is_tried_once(
    live: LiveGoods, demo: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(shop: Shop) -> Goods:
        raise ValueError("no")

    monkeypatch.setattr(goods, "Goods", broken)
    changed = replace(demo, version="changed")
    with caplog.at_level(logging.ERROR):
        assert [live.of(changed).shop for _ in range(3)] == [demo] * 3
        wait_for(live)
    assert [record.message for record in caplog.records] == [
        "goods_not_built version=changed: that of the shop before it stays."
    ]


def test_a_small_shop_is_there_with_the_message_that_finds_it_changed(demo: Shop) -> None:
    known = LiveGoods()
    known.of(demo)
    changed = replace(demo, version="changed")
    assert known.of(changed).shop is changed
