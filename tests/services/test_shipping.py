"""When it is sent and arrives, what postage costs, which courier, and whether a place is served."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from bot.services.shipping import answer_courier, answer_delivery_area, answer_shipping_fee, answer_shipping_time
from tests.services.helpers import ask, facts, names, said
from tests.small_shop import EVENING, SHANGHAI, SHOP, make_desk, make_shop

BEIJING = {"province": "11", "name_zh": "北京", "name_en": "Beijing", "said": "北京"}
HANGZHOU = {"province": "33", "name_zh": "杭州", "name_en": "Hangzhou"}
URUMQI = {"province": "65", "name_zh": "乌鲁木齐", "name_en": "Urumqi"}
XINING = {"province": "63", "name_zh": "西宁", "name_en": "Xining"}
HONG_KONG = {"province": "81", "name_zh": "香港", "name_en": "Hong Kong"}
CANADA = {"province": "abroad", "name_zh": "加拿大", "name_en": "Canada"}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


TIMES = [
    ("2026-11-21T15:59", "utter_sent_today", "2026-11-21", "今天"),
    ("2026-11-21T16:00", "utter_sent_tomorrow", "2026-11-22", "明天"),
    ("2026-02-15T10:00", "utter_sent_today", "2026-02-15", "今天"),
    ("2026-02-15T17:00", "utter_sent_after_festival", "2026-02-22", "2月22日（周日）"),
    ("2026-02-18T10:00", "utter_sent_after_festival", "2026-02-22", "2月22日（周日）"),
    ("2026-02-21T10:00", "utter_sent_after_festival", "2026-02-22", "明天"),
]


@pytest.mark.parametrize(("now", "reply", "day", "words"), TIMES)
def test_tells_when_an_order_paid_now_is_sent(now: str, reply: str, day: str, words: str) -> None:
    answer = answer_shipping_time(ask("ask_shipping_time"), make_desk(at(now)))
    assert names(answer) == [reply, "utter_arrival_zones"]
    assert facts(answer)["sent_on"] == day
    assert said(answer, reply) == {"sent": words, "cut_off": "16:00", "origin": "杭州"}


ARRIVALS = [
    (BEIJING, "2–4", "2026-11-24/2026-11-26"),
    (HANGZHOU, "1–2", "2026-11-23/2026-11-24"),
    (URUMQI, "5–8", "2026-11-27/2026-11-30"),
]


@pytest.mark.parametrize(("place", "days", "window"), ARRIVALS)
def test_estimates_the_arrival_where_a_place_is_known(place: dict, days: str, window: str) -> None:
    answer = answer_shipping_time(ask("ask_shipping_time", region=place), make_desk())
    assert names(answer) == ["utter_sent_tomorrow", "utter_arrival"]
    assert facts(answer) == {"sent_on": "2026-11-22", "days": days, "arrives": window}
    assert said(answer, "utter_arrival")["place"] == place["name_zh"]


def test_the_place_is_named_in_the_buyers_language() -> None:
    answer = answer_shipping_time(ask("ask_shipping_time", region=URUMQI, language="en"), make_desk())
    told = said(answer, "utter_arrival")
    assert (told["place"], told["earliest"], told["latest"]) == ("Urumqi", "Fri 27 Nov", "Mon 30 Nov")


def test_the_window_counts_from_the_sending_after_the_festival() -> None:
    answer = answer_shipping_time(ask("ask_shipping_time", region=BEIJING), make_desk(at("2026-02-17T10:00")))
    assert facts(answer)["arrives"] == "2026-02-24/2026-02-26"


def test_a_place_without_days_is_unknown() -> None:
    shop = make_shop(shipping=replace(SHOP.shipping, zones=SHOP.shipping.zones[:2]))
    answer = answer_shipping_time(ask("ask_shipping_time", region=BEIJING), make_desk(shop=shop))
    assert (answer.outcome, answer.missing, names(answer)[-1]) == ("unknown", "person", "utter_unknown")


@pytest.mark.parametrize("service", [answer_shipping_time, answer_shipping_fee, answer_delivery_area])
@pytest.mark.parametrize("place", [HONG_KONG, CANADA])
def test_what_is_not_served_is_refused_plainly(service, place: dict) -> None:
    answer = service(ask("ask_delivery_area", region=place), make_desk())
    assert (answer.outcome, names(answer), facts(answer)) == ("refused", ["utter_area_no"], {"served": "no"})
    assert said(answer, "utter_area_no") == {"place": place["name_zh"]}


AREAS = [
    (None, ["utter_area_all"], {"served": "mainland"}),
    (BEIJING, ["utter_area_yes_days"], {"served": "yes", "days": "2–4"}),
    (URUMQI, ["utter_area_yes_days", "utter_fee_province"], {"served": "yes", "days": "5–8", "postage": "15"}),
    (XINING, ["utter_area_yes_days"], {"served": "yes", "days": "5–8"}),
]


@pytest.mark.parametrize(("place", "replies", "held"), AREAS)
def test_tells_whether_a_place_is_served(place: dict | None, replies: list[str], held: dict) -> None:
    answer = answer_delivery_area(ask("ask_delivery_area", region=place), make_desk())
    assert (answer.outcome, names(answer), facts(answer)) == ("answered", replies, held)


def test_a_served_place_without_days_is_still_served() -> None:
    shop = make_shop(shipping=replace(SHOP.shipping, zones=SHOP.shipping.zones[:2]))
    answer = answer_delivery_area(ask("ask_delivery_area", region=BEIJING), make_desk(shop=shop))
    assert names(answer) == ["utter_area_yes"]


FEES = [
    ({}, (), ["utter_fee_rule"], {"free_from": "59"}),
    ({}, ("L18",), ["utter_fee_free"], {"postage": "0"}),
    ({}, ("B02",), ["utter_fee_flat"], {"postage": "8"}),
    ({"quantity": 2}, ("B02",), ["utter_fee_flat"], {"postage": "8"}),
    ({"quantity": 3}, ("B02",), ["utter_fee_free"], {"postage": "0"}),
    ({}, ("R30",), ["utter_fee_free"], {"postage": "0"}),
    ({}, ("FB08",), ["utter_fee_flat"], {"postage": "8"}),
    ({"quantity": 2}, ("FB08",), ["utter_fee_rule"], {"free_from": "59"}),
    ({"quantity": 2, "size": "1200ml"}, ("FB08",), ["utter_fee_free"], {"postage": "0"}),
    ({"region": BEIJING}, ("B02",), ["utter_fee_flat"], {"postage": "8"}),
    ({"region": URUMQI}, ("B02",), ["utter_fee_province"], {"postage": "15"}),
    ({"region": URUMQI}, ("M500",), ["utter_fee_province"], {"postage": "15"}),
    ({"region": URUMQI}, (), ["utter_fee_province"], {"postage": "15"}),
    ({"region": XINING}, ("L18",), ["utter_fee_free"], {"postage": "0"}),
    ({"courier": "sf"}, ("L18",), ["utter_fee_free", "utter_fee_courier"], {"postage": "0", "courier_extra": "12"}),
    ({"courier": "sf", "region": URUMQI}, ("L18",), ["utter_fee_province", "utter_fee_courier"], {"postage": "15", "courier_extra": "12"}),
    ({"courier": "zto"}, ("L18",), ["utter_fee_free"], {"postage": "0"}),
]  # fmt: skip


@pytest.mark.parametrize(("details", "products", "replies", "held"), FEES)
def test_tells_the_postage(details: dict, products: tuple, replies: list[str], held: dict) -> None:
    answer = answer_shipping_fee(ask("ask_shipping_fee", *products, **details), make_desk())
    assert (answer.outcome, names(answer), facts(answer)) == ("answered", replies, held)


def test_a_flat_fee_names_one_price_only_where_there_is_one() -> None:
    told = said(answer_shipping_fee(ask("ask_shipping_fee", "B02"), make_desk()), "utter_fee_flat")
    assert (told["item"], told["total"], told["postage"], told["free_from"]) == ("防水围裙 B02", "¥29", "¥8", "¥59")
    answer = answer_shipping_fee(ask("ask_shipping_fee", "FB08"), make_desk())
    assert said(answer, "utter_fee_flat")["total"] != "¥19", "the 1200 ml one is ¥39"


def test_several_pieces_are_counted_and_named() -> None:
    told = said(answer_shipping_fee(ask("ask_shipping_fee", "B02", quantity=3), make_desk()), "utter_fee_free")
    assert (told["item"], told["total"]) == ("防水围裙 B02 × 3", "¥87")


COURIERS = [
    (None, "answered", "utter_courier_usual_or", {"usual": "中通、圆通", "courier": "顺丰", "extra": "¥12"}),
    ("sf", "answered", "utter_courier_extra", {"courier": "顺丰", "extra": "¥12"}),
    ("zto", "answered", "utter_courier_usual_named", {"courier": "中通", "usual": "中通、圆通"}),
    ("not_used", "refused", "utter_courier_other", {"usual": "中通、圆通"}),
]


@pytest.mark.parametrize(("courier", "outcome", "reply", "told"), COURIERS)
def test_tells_the_couriers(courier: str | None, outcome: str, reply: str, told: dict) -> None:
    answer = answer_courier(ask("ask_courier", courier=courier), make_desk())
    assert (answer.outcome, names(answer), said(answer, reply)) == (outcome, [reply], told)


def test_a_shop_without_a_dearer_courier_names_its_own() -> None:
    shop = make_shop(shipping=replace(SHOP.shipping, couriers=SHOP.shipping.couriers[:2]))
    assert names(answer_courier(ask("ask_courier"), make_desk(EVENING, shop))) == ["utter_courier_usual"]
