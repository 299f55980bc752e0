"""The shop's own things are recognised in what buyers write, without training."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from rasa.shared.nlu.constants import ENTITIES

from bot.adapters import live_shop as live
from bot.adapters.live_shop import LiveShop
from bot.nlu import shop_entities
from bot.nlu.shop_entities import MeasureExtractor, ShopEntities
from tests.nlu.helpers import message

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the shop."""
    return Path(shutil.copytree(ROOT / "shop", tmp_path_factory.mktemp("shop") / "shop"))


@pytest.fixture(scope="module")
def component(folder: Path):
    """The component over that copy, looked at at every use."""
    patch = pytest.MonkeyPatch()
    shop = LiveShop(folder)
    patch.setattr(live, "LOOK_EVERY", 0.0)
    patch.setattr(shop_entities, "live_shop", lambda: shop)
    yield ShopEntities()
    patch.undo()


def entities(component: ShopEntities, text: str) -> list[dict]:
    (done,) = component.process([message(text)])
    return done.get(ENTITIES)


def values(component: ShopEntities, text: str, name: str) -> list:
    return [e["value"] for e in entities(component, text) if e["entity"] == name]


PRODUCTS = [
    ("料理机能和面吗", ["L18"]),
    ("破壁料理机能和面吗", ["Y915"]),
    ("破壁机", ["Y915"]),
    ("破壁料理机和料理机有什么区别", ["Y915", "L18"]),
    ("搅拌机多少钱", ["L18"]),
    ("Y915有货吗", ["Y915"]),
    ("y915", ["Y915"]),
    ("Y 915", ["Y915"]),
    ("ｙ９１５", ["Y915"]),
    ("y  915还有吗", ["Y915"]),
    ("W05黑色M来两件", ["W05"]),
    ("j01牛仔裤", ["J01"]),
    ("破壁機還有貨嗎", ["Y915"]),
    ("電飯煲多少錢", ["R30"]),
    ("is the blender in stock", ["Y915"]),
    ("two soy milk makers please", ["D20"]),
    ("the High-Speed Blender", ["Y915"]),
    ("烤箱", [["V15", "V32"]]),
    ("大烤箱", ["V32"]),
    ("blenders?", ["Y915"]),
    ("Y9155", []),
    ("Y91", []),
    ("今天天气怎么样", []),
]


@pytest.mark.parametrize(("text", "products"), PRODUCTS)
def test_a_product_is_known_by_each_of_its_names_the_longest_first(component, text: str, products: list) -> None:
    found = values(component, text, "product")
    assert [list(v) if isinstance(v, (list, tuple)) else v for v in found] == products


@pytest.mark.parametrize(
    ("text", "words"), [("😊破壁機有貨嗎", "破壁機"), ("请问Ｙ９１５有货吗", "Ｙ９１５"), ("\u200bY 915?", "Y 915")]
)
def test_the_words_are_those_that_the_buyer_wrote(component, text: str, words: str) -> None:
    (found,) = [e for e in entities(component, text) if e["entity"] == "product"]
    assert (found["text"], text[found["start"] : found["end"]]) == (words, words)


DETAILS = [
    ("料理机能和面吗", "capability", ["knead_dough"]),
    ("能打豆浆吗", "capability", ["soy_milk"]),
    ("能進洗碗機嗎", "capability", ["dishwasher"]),
    ("can it crush ice", "capability", ["crush_ice"]),
    ("会起球吗", "capability", ["pilling"]),
    ("黑色M码有没有", "colour", ["black"]),
    ("is the red one in stock", "colour", ["red"]),
    ("米白色的", "colour", ["beige"]),
    ("多少瓦", "attribute", ["power"]),
    ("噪音大吗", "attribute", ["noise"]),
    ("怎么清洗", "topic", ["clean"]),
    ("能发顺丰吗", "courier", ["sf"]),
    ("發順豐嗎", "courier", ["sf"]),
    ("京东快递可以吗", "courier", ["not_used"]),
    ("能用花呗吗", "payment_method", ["huabei"]),
    ("可以货到付款吗", "payment_method", ["cash_on_delivery"]),
    ("有什么小家电", "category", ["appliances"]),
]


@pytest.mark.parametrize(("text", "name", "wanted"), DETAILS)
def test_the_shops_words_are_recognised(component, text: str, name: str, wanted: list) -> None:
    assert values(component, text, name) == wanted


PLACES = [
    ("今天拍几天到北京", ["11"]),
    ("新疆邮费多少", ["65"]),
    ("发乌鲁木齐要几天", ["65"]),
    ("寄到广东深圳南山区", ["44"]),
    ("發臺灣嗎", ["71"]),
    ("香港能寄吗", ["81"]),
    ("do you ship to Canada", ["abroad"]),
    ("to Xinjiang?", ["65"]),
    ("how long to Beijing", ["11"]),
    ("杭州市余杭区", ["33"]),
    ("内蒙古包邮吗", ["15"]),
    ("拉萨", ["54"]),
    ("海外可以寄吗", ["abroad"]),
    ("料理机能和面吗", []),
    ("和平", []),
    ("有货吗", []),
    ("thanks", []),
    ("the turkey is nice", []),
]


@pytest.mark.parametrize(("text", "provinces"), PLACES)
def test_places_are_known_down_to_the_county(component, text: str, provinces: list[str]) -> None:
    found = [value["province"] for value in values(component, text, "region")]
    assert list(dict.fromkeys(found)) == provinces


@pytest.mark.parametrize(("text", "language"), [("有货吗", ["zh"]), ("in stock?", ["en"]), ("170 65", []), ("XL", [])])
def test_the_language_is_told_where_the_words_do(component, text: str, language: list[str]) -> None:
    assert values(component, text, "language") == language


MEASURED = [
    ("W05黑色M来两件", {"size": ["M"], "quantity": [2]}),
    ("Y915", {}),
    ("R30 4L的", {"size": ["4L"]}),
    ("L18来一台", {"quantity": [1]}),
    ("我１６５　５２公斤", {"height": [165], "weight": [52]}),
    ("两件600我就拍", {"quantity": [2]}),
]


@pytest.mark.parametrize(("text", "wanted"), MEASURED)
def test_a_figure_in_a_products_name_is_no_measure(component, text: str, wanted: dict) -> None:
    (done,) = MeasureExtractor().process(component.process([message(text)]))
    found: dict[str, list] = {}
    for entity in done.get(ENTITIES):
        if entity["extractor"] == "MeasureExtractor" and entity["entity"] != "price":
            found.setdefault(entity["entity"], []).append(entity["value"])
        assert text[entity["start"] : entity["end"]] == entity["text"]
    assert found == wanted


def test_an_amount_says_of_what_kind_it_is(component) -> None:
    (done,) = MeasureExtractor().process(component.process([message("便宜20行吗")]))
    (price,) = [e["value"] for e in done.get(ENTITIES) if e["entity"] == "price"]
    assert (price["amount"], price["kind"]) == ("20.00", "reduction")


@pytest.mark.parametrize("text", ["", "😊", "{price}", "<b>Y915</b>", "'; drop table", "a" * 2000, "料理机" * 600])
def test_odd_messages_are_read_without_a_fault(component, text: str) -> None:
    for entity in entities(component, text):
        assert text[entity["start"] : entity["end"]] == entity["text"]


def test_a_new_product_is_recognised_without_training(component, folder: Path) -> None:
    assert values(component, "云朵被多少钱", "product") == []
    for file, line in (
        ("products.csv", "QQ7,云朵被 QQ7,cloud quilt QQ7,云朵被,cloud quilt,home,"),
        ("variants.csv", "QQ7,QQ7,white,,199,5,,"),
    ):
        text = (folder / file).read_text(encoding="utf-8").rstrip("\n")
        (folder / file).write_text(f"{text}\n{line}\n", encoding="utf-8")
    assert values(component, "云朵被多少钱", "product") == ["QQ7"]
    assert values(component, "qq 7", "product") == ["QQ7"]
    assert values(component, "cloud quilts?", "product") == ["QQ7"]
