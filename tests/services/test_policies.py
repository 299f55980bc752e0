"""What the shop stands for: warranty, returns, genuineness, invoices, payment, hours."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.services.policies import (
    answer_authenticity,
    answer_hours,
    answer_invoice,
    answer_payment,
    answer_return_policy,
    answer_warranty,
)
from tests.services.helpers import ask, facts, names, said
from tests.small_shop import SHANGHAI, make_desk

WARRANTY = [
    ((), ["utter_warranty_general"], {"warranty_years": "1"}),
    (("L18",), ["utter_warranty_part"], {"warranty_years": "1", "warranty_motor_years": "3"}),
    (("K17",), ["utter_warranty"], {"warranty_years": "1"}),
    (("W05",), ["utter_warranty_faults"], {"fault_days": "15"}),
    (("S60",), ["utter_warranty_faults"], {"fault_days": "15"}),
]


@pytest.mark.parametrize(("products", "replies", "held"), WARRANTY)
def test_tells_the_warranty(products: tuple, replies: list[str], held: dict) -> None:
    answer = answer_warranty(ask("ask_warranty", *products), make_desk())
    assert (answer.outcome, names(answer), facts(answer)) == ("answered", replies, held)


def test_the_motor_is_named_with_its_own_years() -> None:
    told = said(answer_warranty(ask("ask_warranty", "Y915", language="en"), make_desk()), "utter_warranty_part")
    assert told == {"name": "high-speed blender Y915", "years": "1", "part": "motor", "part_years": "3"}


RETURNS = [((), ["utter_return_policy"]), (("L18",), ["utter_return_policy"]), (("B02",), ["utter_return_exception", "utter_return_policy"])]  # fmt: skip


@pytest.mark.parametrize(("products", "replies"), RETURNS)
def test_tells_how_it_may_be_returned_and_what_is_excepted(products: tuple, replies: list[str]) -> None:
    answer = answer_return_policy(ask("ask_return_policy", *products), make_desk())
    assert (answer.outcome, names(answer)) == ("answered", replies)
    assert facts(answer)["return_days"] == "7"
    assert said(answer, "utter_return_policy") == {"days": "7"}


def test_tells_that_it_is_genuine_in_the_shops_own_words() -> None:
    answer = answer_authenticity(ask("ask_authenticity", language="en"), make_desk())
    assert said(answer, "utter_genuine") == {"genuine": "our own shop, new and genuine", "days": "7"}


def test_tells_about_invoices() -> None:
    answer = answer_invoice(ask("ask_invoice", text="能开发票吗"), make_desk())
    assert (answer.outcome, answer.missing, names(answer)) == ("answered", None, ["utter_invoice"])
    assert said(answer, "utter_invoice") == {"days": "30"}


@pytest.mark.parametrize("text", ["专票可以吗", "can you issue a special vat invoice"])
def test_the_special_invoice_goes_through_a_person(text: str) -> None:
    answer = answer_invoice(ask("ask_invoice", text=text), make_desk())
    assert (answer.missing, names(answer)) == ("person", ["utter_invoice_special"])


PAYMENTS = [
    ((), None, {}, "answered", "utter_payment_all"),
    ((), "alipay", {}, "answered", "utter_payment_named"),
    (("L18",), "bank_card", {}, "answered", "utter_payment_named"),
    ((), "cash_on_delivery", {}, "refused", "utter_payment_refused"),
    (("L18",), "cash_on_delivery", {}, "refused", "utter_payment_refused"),
    ((), "huabei", {}, "answered", "utter_payment_instalments"),
    (("Y915",), "huabei", {}, "answered", "utter_payment_free"),
    (("L18",), "huabei", {}, "answered", "utter_payment_not_free"),
    (("L18",), "huabei", {"quantity": 2}, "answered", "utter_payment_free"),
    (("R30",), "huabei", {}, "answered", "utter_payment_instalments"),
    (("R30",), "huabei", {"size": "5L"}, "answered", "utter_payment_free"),
    (("R30",), "huabei", {"size": "3L"}, "answered", "utter_payment_not_free"),
]


@pytest.mark.parametrize(("products", "method", "chosen", "outcome", "reply"), PAYMENTS)
def test_tells_the_ways_to_pay(products: tuple, method: str | None, chosen: dict, outcome: str, reply: str) -> None:
    answer = answer_payment(
        ask("ask_payment", *products, payment_methods=(method,) if method else (), **chosen), make_desk()
    )
    assert (answer.outcome, names(answer)) == (outcome, [reply])


def test_says_what_instalments_are_free_of() -> None:
    told = said(
        answer_payment(ask("ask_payment", "Y915", payment_methods=("huabei",)), make_desk()), "utter_payment_free"
    )
    assert (told["method"], told["counts"], told["from"], told["price"]) == ("花呗", "3、6", "¥299", "¥399")


def test_says_which_ways_there_are_instead_of_cash() -> None:
    told = said(
        answer_payment(ask("ask_payment", payment_methods=("cash_on_delivery",)), make_desk()), "utter_payment_refused"
    )
    assert told == {"method": "货到付款", "accepted": "支付宝、银行卡、花呗"}


HOURS = [
    ("2026-11-21T21:04", "utter_hours_now", "", None),
    ("2026-11-21T09:00", "utter_hours_now", "", None),
    ("2026-11-21T23:00", "utter_hours_later", "明早 9:00", "2026-11-22T09:00+08:00"),
    ("2026-11-21T02:00", "utter_hours_later", "今天 9:00", "2026-11-21T09:00+08:00"),
    ("2026-02-17T12:00", "utter_hours_later", "2月22日（周日） 9:00", "2026-02-22T09:00+08:00"),
]


@pytest.mark.parametrize(("now", "reply", "when", "people_from"), HOURS)
def test_tells_when_people_are_there(now: str, reply: str, when: str, people_from: str | None) -> None:
    desk = make_desk(datetime.fromisoformat(now).replace(tzinfo=SHANGHAI))
    answer = answer_hours(ask("ask_hours"), desk)
    told = said(answer, reply)
    assert (told["opens"], told["closes"], told["when"]) == ("09:00", "22:00", when)
    assert facts(answer).get("people_from") == people_from
