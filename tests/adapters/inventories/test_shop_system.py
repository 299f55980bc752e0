"""A real shop system beside the bot: what is sold there changes the bot's next answer."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timezone

import pytest

from bot.adapters.inventories.configured import ConfiguredInventory
from bot.adapters.live_shop import LiveShop
from bot.adapters.shop_tables import Problems, read_table
from bot.adapters.sqlite_inventory import SqliteInventory
from bot.core.dialogue import Dialogue
from bot.core.types import Entity, Question
from bot.services.common import Desk
from bot.services.price import answer_price
from bot.services.stock import answer_stock
from bot.services.turn import Message, take_turn
from bot.settings import ROOT
from tests.services.helpers import ask, facts, names, said
from tests.shop_system.running import ShopSystem, running
from tests.small_shop import EVENING, FakeCalendar

STOCK_YML = """
source: http_json
prices: true
fresh_seconds: 0
skus: {column: shop_system_id, file: ids.csv}
http_json:
  ask:
    - address: URL/products/{sku}/availability/
      fields: {quantity: num_available, available: is_available_to_buy}
    - address: URL/products/{sku}/price/
      fields: {price: incl_tax, currency: currency}
"""


class RealClock:
    def now(self) -> datetime:
        return datetime.now(timezone.utc)


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShopSystem]:
    """Filled with the demo shop; the food processor costs less than our tables say."""
    folder = tmp_path_factory.mktemp("shop-system")
    table = (ROOT / "shop" / "variants.csv").read_text(encoding="utf-8")
    assert "L18-white,L18,white,1.5L,199," in table
    (folder / "variants.csv").write_text(
        table.replace("L18-white,L18,white,1.5L,199,", "L18-white,L18,white,1.5L,189,")
    )
    with running(folder, folder / "variants.csv") as system:
        yield system


@pytest.fixture(scope="module")
def desk(system: ShopSystem, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = tmp_path_factory.mktemp("shop") / "shop"
    shutil.copytree(ROOT / "shop", folder)
    shutil.copy(system.ids, folder / "ids.csv")
    (folder / "stock.yml").write_text(STOCK_YML.replace("URL", system.url), encoding="utf-8")
    shop = LiveShop(folder)
    embedded = SqliteInventory(folder / "embedded.sqlite", shop.current, RealClock())
    inventory = ConfiguredInventory(folder, embedded, shop.current, RealClock(), {})
    assert inventory.gives_prices
    return Desk(shop.current(), inventory, FakeCalendar(), EVENING, prices=inventory)


def order(system: ShopSystem, sku: str, quantity: int) -> None:
    (row,) = (r for r in read_table(system.ids.parent, "ids.csv", ("sku",), Problems()) if r.text("sku") == sku)
    system.order(row.text("shop_system_id"), quantity)


def test_an_order_in_the_shop_changes_the_bots_next_answer(system: ShopSystem, desk: Desk) -> None:
    asked = ask("ask_stock", "Y915", colour="white")
    before = answer_stock(asked, desk)
    assert (names(before), facts(before)) == (["utter_stock_yes"], {"quantity": "42"})
    assert before.facts[0].source == "shop_system"

    order(system, "Y915-white", 40)
    few = answer_stock(asked, desk)
    assert names(few) == ["utter_stock_few"] and said(few, "utter_stock_few")["quantity"] == "2"

    order(system, "Y915-white", 2)
    none = answer_stock(asked, desk)
    assert names(none) == ["utter_stock_out"] and facts(none) == {"quantity": "0"}


def test_all_variants_of_a_product_are_asked_in_one_breath(desk: Desk) -> None:
    answer = answer_stock(ask("ask_stock", "K17"), desk)
    assert names(answer) == ["utter_stock_part"]
    assert said(answer, "utter_stock_part") | {"available": "白色；黑色", "missing": "绿色"} == said(
        answer, "utter_stock_part"
    )
    assert len(answer.facts) == 3


def test_the_price_is_the_shop_systems(desk: Desk) -> None:
    answer = answer_price(ask("ask_price", "L18", quantity=2), desk)
    assert said(answer, "utter_price_several_off") | {"price": "¥189", "total": "¥378", "till": "¥358"} == said(
        answer, "utter_price_several_off"
    )
    assert (answer.facts[0].value, answer.facts[0].source) == ("189.00", "shop_system")


def test_what_the_shop_system_does_not_hold_is_absent(desk: Desk) -> None:
    assert desk.inventory.stock(("NO-SUCH-SKU",)) == {}


def test_when_the_shop_system_is_gone_the_bot_says_that_it_cannot_see(system: ShopSystem, desk: Desk) -> None:
    system.stop()
    text = "T500黑色有货吗"
    found = (Entity("product", "T500", "T500", 0, 4), Entity("colour", "black", "黑色", 4, 6))
    turn = take_turn(Message(text, "zh", (Question("ask_stock", text, 0, len(text), 0.9),), found), Dialogue(), desk)
    assert [reply.name for reply in turn.replies] == ["utter_cannot_look", "utter_offer_person"]
