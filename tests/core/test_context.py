"""What a message means in its dialogue."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.core.context import resolve
from bot.core.details import details_from_json
from bot.core.dialogue import Dialogue, Pending
from bot.core.types import Details, Entity, Question
from tests.small_shop import SHOP

NEW = Dialogue()
XINJIANG = {"province": "65", "name_zh": "乌鲁木齐", "name_en": "Urumqi"}
BEIJING = {"province": "11", "name_zh": "北京", "name_en": "Beijing"}


def entity(text: str, name: str, value, words: str) -> Entity:
    start = text.index(words)
    return Entity(name, value, words, start, start + len(words))


def asks(text: str, questions: list, entities: list = (), dialogue: Dialogue = NEW, language="zh"):
    """`questions` are (label, its words), `entities` (name, value, its words)."""
    asked = []
    for label, part in questions:
        start = text.index(part)
        asked.append(Question(label, part, start, start + len(part), 0.9))
    said = tuple(entity(text, *each) for each in entities)
    return resolve(asked, said, dialogue, SHOP, language)


def one(text: str, label: str, entities: list = (), dialogue: Dialogue = NEW):
    (ask,) = asks(text, [(label, text)], entities, dialogue)
    return ask


TALKED_ABOUT_W05 = Dialogue(
    products=("W05",), last={"label": "ask_stock", "details": {"product": "W05", "colour": "black", "size": "M"}}
)


# --- own words, then the message, then the dialogue ---------------------------------------------------------------


def test_a_question_takes_its_product_from_its_own_words() -> None:
    ask = one("料理机能和面吗", "ask_capability", [("product", "L18", "料理机"), ("capability", "knead_dough", "和面")])
    assert (ask.details.product, ask.details.capabilities, ask.details.product_said) == ("L18", ("knead_dough",), True)


def test_a_later_question_takes_the_product_named_before_it() -> None:
    first, second = asks(
        "料理机能和面吗 有货吗",
        [("ask_capability", "料理机能和面吗"), ("ask_stock", "有货吗")],
        [("product", "L18", "料理机"), ("capability", "knead_dough", "和面")],
    )
    assert second.details.product == "L18"
    assert second.details.capabilities == ()


def test_an_earlier_question_takes_the_product_named_after_it() -> None:
    first, _ = asks(
        "有货吗 料理机多少钱", [("ask_stock", "有货吗"), ("ask_price", "料理机多少钱")], [("product", "L18", "料理机")]
    )
    assert first.details.product == "L18"


def test_each_of_two_products_keeps_its_own_question() -> None:
    first, second = asks(
        "料理机有货吗 豆浆机多少钱",
        [("ask_stock", "料理机有货吗"), ("ask_price", "豆浆机多少钱")],
        [("product", "L18", "料理机"), ("product", "D20", "豆浆机")],
    )
    assert (first.details.product, second.details.product) == ("L18", "D20")


def test_own_words_come_before_the_dialogue() -> None:
    ask = one("料理机有货吗", "ask_stock", [("product", "L18", "料理机")], TALKED_ABOUT_W05)
    assert ask.details.product == "L18"
    assert (ask.details.colour, ask.details.size) == (None, None)


def test_the_product_talked_about_is_carried_over() -> None:
    ask = one("多少钱", "ask_price", [], TALKED_ABOUT_W05)
    assert (ask.details.product, ask.details.product_said) == ("W05", False)


def test_the_buyers_measures_are_carried_over_and_own_words_win() -> None:
    known = Dialogue(products=("W05",), height_cm=165, weight_kg=52, household=3)
    ask = one("穿多大", "ask_size", [], known)
    assert (ask.details.height_cm, ask.details.weight_kg, ask.details.household) == (165, 52, 3)
    ask = one("那170穿多大", "ask_size", [("height", 170, "170")], known)
    assert (ask.details.height_cm, ask.details.weight_kg) == (170, 52)


@pytest.mark.parametrize(("label", "kept"), [("ask_shipping_time", True), ("ask_shipping_fee", True), ("ask_capability", False)])  # fmt: skip
def test_the_place_is_carried_over_where_it_matters(label: str, kept: bool) -> None:
    ask = one("那什么时候到", label, [], Dialogue(products=("W05",), region=XINJIANG))
    assert (ask.details.region == XINJIANG) is kept


def test_the_place_said_now_comes_before_the_one_said_earlier() -> None:
    ask = one("北京几天到", "ask_shipping_time", [("region", BEIJING, "北京")], Dialogue(region=XINJIANG))
    assert ask.details.region["province"] == "11"


def test_neighbouring_names_are_one_place_as_far_as_said() -> None:
    ask = one("广东深圳几天到", "ask_shipping_time", [("region", {"province": "44"}, "广东"), ("region", {"province": "44"}, "深圳")])  # fmt: skip
    assert ask.details.region["said"] == "广东深圳"


def test_two_colours_in_one_question_are_none_to_go_by() -> None:
    text = "黑色和米色都有吗"
    ask = one(text, "ask_stock", [("colour", "black", "黑色"), ("colour", "beige", "米色")], TALKED_ABOUT_W05)
    assert ask.details.colour is None


def test_a_number_that_is_no_size_of_the_product_is_no_size() -> None:
    assert one("29有货吗", "ask_stock", [("size", "29", "29")], Dialogue(products=("J01",))).details.size == "29"
    assert one("29有货吗", "ask_stock", [("size", "29", "29")], TALKED_ABOUT_W05).details.size is None


def test_a_spoken_size_that_is_not_made_is_kept_so_that_it_can_be_denied() -> None:
    assert one("3XL有吗", "ask_stock", [("size", "XXXL", "3XL")], TALKED_ABOUT_W05).details.size == "XXXL"


def test_a_kind_of_goods_means_all_of_it() -> None:
    ask = one("有什么家居用品", "ask_stock", [("category", "home", "家居用品")])
    assert set(ask.details.products) == {"S60", "FB08"}


def test_a_word_that_fits_several_means_the_one_just_talked_about() -> None:
    text, said = "烤箱多少钱", [("product", ("V15", "V32"), "烤箱")]
    assert one(text, "ask_price", said).details.products == ("V15", "V32")
    assert one(text, "ask_price", said, Dialogue(products=("V32",))).details.product == "V32"


def test_an_amount_comes_with_its_kind_and_what_it_is_for() -> None:
    price = {"amount": "600.00", "kind": "price", "per": "order"}
    details = one(
        "两件一共600", "negotiate_price", [("price", price, "600"), ("quantity", 2, "两件")], TALKED_ABOUT_W05
    ).details
    assert (details.amount, details.amount_kind, details.amount_per) == (Decimal("600.00"), "price", "order")


def test_what_was_chosen_holds_when_the_buyer_wants_it() -> None:
    chosen = Dialogue(products=("W05",), colour="black", size="M")
    details = one("我要了", "purchase_intent", [], chosen).details
    assert (details.colour, details.size) == ("black", "M")


def test_what_was_chosen_of_another_product_does_not() -> None:
    chosen = Dialogue(products=("W05",), colour="black", size="M")
    details = one(
        "料理机来一台", "purchase_intent", [("product", "L18", "料理机"), ("quantity", 1, "一台")], chosen
    ).details
    assert (details.product, details.colour, details.size) == ("L18", None, None)


# --- follow-ups ---------------------------------------------------------------------------------------------------

STOCK = {"label": "ask_stock", "details": {"product": "W05", "colour": "black", "size": "M"}}
SHIPPED = {"label": "ask_shipping_time", "details": {"product": "W05"}}
CAPABLE = {"label": "ask_capability", "details": {"product": "L18", "capability": "knead_dough"}}
PRICED = {"label": "ask_price", "details": {"product": "R30"}}
SIZED = {"label": "ask_size", "details": {"product": "W05"}}
BOUGHT = {"label": "purchase_intent", "details": {"product": "W05"}}

FOLLOW_UPS = [
    ("那米色的呢", "inform", ("colour", "beige", "米色"), STOCK, "ask_stock", {"colour": "beige", "size": "M", "product": "W05"}),
    ("L呢", "inform", ("size", "L", "L"), STOCK, "ask_stock", {"size": "L", "colour": "black"}),
    ("XL?", "out_of_scope", ("size", "XL", "XL"), STOCK, "ask_stock", {"size": "XL", "colour": "black"}),
    ("M码的呢", "inform", ("size", "M", "M码"), CAPABLE, "ask_stock", {"size": "M"}),
    ("那乌鲁木齐呢", "inform", ("region", XINJIANG, "乌鲁木齐"), SHIPPED, "ask_shipping_time", {}),
    ("to Urumqi?", "inform", ("region", XINJIANG, "Urumqi"), {"label": "ask_shipping_fee", "details": {}}, "ask_shipping_fee", {}),
    ("破壁机呢", "inform", ("product", "Y915", "破壁机"), CAPABLE, "ask_capability", {"product": "Y915", "capability": "knead_dough"}),
    ("那料理机呢", "inform", ("product", "L18", "料理机"), STOCK, "ask_stock", {"product": "L18", "colour": None, "size": None}),
    ("打豆浆呢", "inform", ("capability", "soy_milk", "打豆浆"), CAPABLE, "ask_capability", {"capability": "soy_milk", "product": "L18"}),
    ("噪音呢", "inform", ("attribute", "noise", "噪音"), CAPABLE, "ask_spec", {"attribute": "noise"}),
    ("5L呢", "inform", ("size", "5L", "5L"), PRICED, "ask_price", {"size": "5L", "product": "R30"}),
    ("顺丰呢", "inform", ("courier", "sf", "顺丰"), SHIPPED, "ask_courier", {"courier": "sf"}),
    ("165", "inform", ("height", 165, "165"), SIZED, "ask_size", {"height_cm": 165}),
    ("要米色的", "inform", ("colour", "beige", "米色"), BOUGHT, "inform", {"colour": "beige", "product": "W05"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "label", "said", "last", "meant", "details"), FOLLOW_UPS, ids=[f[0] for f in FOLLOW_UPS]
)
def test_a_bare_detail_is_the_last_question_asked_again(text, label, said, last, meant, details) -> None:
    product = last["details"].get("product")
    ask = one(text, label, [said], Dialogue(products=(product,) if product else (), last=last))
    assert ask.label == meant
    shown = ask.details.as_json()
    assert {name: shown.get(name) for name in details} == details


def test_a_bare_detail_without_a_dialogue_stays_what_it_was() -> None:
    assert one("黑色的", "inform", [("colour", "black", "黑色")]).label == "inform"


def test_a_question_with_words_of_its_own_is_no_follow_up() -> None:
    ask = one("黑色的什么材质", "ask_spec", [("colour", "black", "黑色")], TALKED_ABOUT_W05)
    assert ask.label == "ask_spec"


def test_a_message_of_two_bare_details_is_still_a_question() -> None:
    text = "羽绒服 乌鲁木齐"
    found = asks(
        text,
        [("ask_stock", "羽绒服"), ("ask_shipping_time", "乌鲁木齐")],
        [("product", "W05", "羽绒服"), ("region", XINJIANG, "乌鲁木齐")],
    )
    assert found, "all parts were dropped, and the buyer hears nothing"


BULK = [("purchase_intent", 10, "bulk_order"), ("purchase_intent", 9, "purchase_intent"), ("negotiate_price", 50, "bulk_order")]  # fmt: skip


@pytest.mark.parametrize(("label", "quantity", "meant"), BULK)
def test_ten_pieces_are_a_bulk_order(label: str, quantity: int, meant: str) -> None:
    text = f"羽绒服给公司要{quantity}件"
    assert one(text, label, [("product", "W05", "羽绒服"), ("quantity", quantity, f"{quantity}件")]).label == meant


def test_whether_there_are_fifty_is_a_question_of_stock() -> None:
    text = "羽绒服有50件吗"
    assert one(text, "ask_stock", [("product", "W05", "羽绒服"), ("quantity", 50, "50件")]).label == "ask_stock"


PURCHASES = [("来两件", "purchase_intent", 2, "purchase_intent"), ("要50件", "bulk_order", 50, "bulk_order"), ("我要50件", "purchase_intent", 50, "bulk_order")]  # fmt: skip


@pytest.mark.parametrize(("text", "label", "quantity", "meant"), PURCHASES)
def test_a_quantity_that_is_bought_after_a_question_is_no_question_again(text, label, quantity, meant) -> None:
    words = text.lstrip("我要来")
    assert one(text, label, [("quantity", quantity, words)], TALKED_ABOUT_W05).label == meant


# --- the one question asked back ----------------------------------------------------------------------------------


def waiting(missing: str, *questions: tuple[str, str, dict], **more) -> Dialogue:
    held = tuple({"label": label, "text": text, "details": details} for label, text, details in questions)
    return Dialogue(pending=Pending(missing, held), **more)


def test_the_product_asked_back_answers_the_question_that_waits() -> None:
    dialogue = waiting("product", ("ask_stock", "黑色有货吗", {"colour": "black"}))
    ask = one("羽绒服", "inform", [("product", "W05", "羽绒服")], dialogue)
    assert (ask.label, ask.question.text, ask.details.product, ask.details.colour) == (
        "ask_stock",
        "黑色有货吗",
        "W05",
        "black",
    )


def test_all_questions_that_wait_are_answered_in_order() -> None:
    dialogue = waiting("product", ("ask_stock", "有货吗", {}), ("ask_price", "多少钱", {}))
    found = asks("料理机", [("inform", "料理机")], [("product", "L18", "料理机")], dialogue)
    assert [(ask.label, ask.details.product) for ask in found] == [("ask_stock", "L18"), ("ask_price", "L18")]


def test_the_measures_asked_back_are_put_beside_what_was_said() -> None:
    dialogue = waiting("measure", ("ask_size", "穿多大", {"product": "W05"}), products=("W05",))
    ask = one("165 52公斤", "inform", [("height", 165, "165"), ("weight", 52, "52公斤")], dialogue)
    assert (ask.label, ask.details.product, ask.details.height_cm, ask.details.weight_kg) == (
        "ask_size",
        "W05",
        165,
        52,
    )


def test_one_measure_after_the_other_is_enough() -> None:
    dialogue = waiting(
        "measure", ("ask_size", "165穿多大", {"product": "W05", "height_cm": 165}), products=("W05",), height_cm=165
    )
    ask = one("52公斤", "inform", [("weight", 52, "52公斤")], dialogue)
    assert (ask.details.height_cm, ask.details.weight_kg) == (165, 52)


def test_another_question_leaves_the_one_that_waits() -> None:
    dialogue = waiting("product", ("ask_stock", "有货吗", {}))
    ask = one(
        "料理机能和面吗",
        "ask_capability",
        [("product", "L18", "料理机"), ("capability", "knead_dough", "和面")],
        dialogue,
    )
    assert ask.label == "ask_capability"


def test_an_answer_with_a_purchase_keeps_both() -> None:
    dialogue = waiting("product", ("ask_stock", "有货吗", {}))
    found = asks(
        "料理机 有就给我来一台",
        [("inform", "料理机"), ("purchase_intent", "有就给我来一台")],
        [("product", "L18", "料理机"), ("quantity", 1, "一台")],
        dialogue,
    )
    assert [ask.label for ask in found] == ["ask_stock", "purchase_intent"]


def test_a_message_without_what_was_asked_back_is_itself() -> None:
    dialogue = waiting("product", ("ask_stock", "有货吗", {}))
    assert one("算了", "deny", [], dialogue).label == "deny"


# --- details through JSON -----------------------------------------------------------------------------------------

DETAILS = [
    Details(),
    Details(products=("W05",), colour="black", size="M"),
    Details(products=("V15", "V32")),
    Details(capabilities=("soy_milk",), attributes=("power", "noise"), topics=("clean",)),
    Details(amount=Decimal("600.00"), amount_kind="price", amount_per="order", quantity=2),
    Details(region=XINJIANG, courier="sf", payment_methods=("huabei", "alipay"), date="明天", contact="13812345678"),
    Details(height_cm=165, weight_kg=52.5, household=3, category="home"),
]


@pytest.mark.parametrize("details", DETAILS)
def test_details_come_back_from_the_record(details: Details) -> None:
    assert details_from_json(details.as_json()) == details
