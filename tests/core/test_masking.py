"""Personal data is hidden everywhere but on the card."""

from __future__ import annotations

import pytest

from bot.core.masking import mask, mask_contact, masked

MASKED = [
    ("我电话13812345678", "我电话138****5678"),
    ("138 1234 5678", "138****5678"),
    ("138-1234-5678", "138****5678"),
    ("+8613812345678", "+86138****5678"),
    ("1 3 8 1 2 3 4 5 6 7 8", "1 3 8**** 5 6 7 8"),
    ("0571-88886666", "0571****6666"),
    ("+1 415-555-0133", "+1****0133"),
    ("QQ：12345678", "QQ：12***"),
    ("110101199003071234", "110101********1234"),
    ("11010119900307123X", "110101********123X"),
    ("mail ann.b@example.com", "mail a***@example.com"),
    ("杭州市西湖区文三路99号3栋202室", "杭州市西湖区文三路***"),
    ("幸福小区 8栋", "幸福小区***"),
    ("微信 abc_12345", "微信 ab***"),
    ("wechat: Lily2020", "wechat: Li***"),
    ("13812345678和13900001111", "138****5678和139****1111"),
]
UNTOUCHED = [
    "",
    "两件600我就拍",
    "订单号202611210001234567890",
    "订单号 330204561287340915",
    "Y915多少钱",
    "12345678901",
    "170 130斤",
    "2026-11-21",
    "J01 28码",
    "微信支付可以吗",
    "can i pay by wechat pay",
    "can i pay with wechat please",
]


@pytest.mark.parametrize(("text", "masked"), MASKED)
def test_hides_personal_data(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize("text", UNTOUCHED)
def test_leaves_the_rest_alone(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize("text", [text for text, _ in MASKED])
def test_masking_twice_changes_nothing(text: str) -> None:
    assert mask(mask(text)) == mask(text)


CONTACTS = [
    ("13812345678", "138****5678"),
    ("0571-88886666", "0571****6666"),
    ("lily_2088", "li***"),
    ("12345678", "12***"),
    ("li.lei@163.com", "l***@163.com"),
]


@pytest.mark.parametrize(("contact", "shown"), CONTACTS)
def test_a_contact_that_is_known_to_be_one_is_never_shown_whole(contact: str, shown: str) -> None:
    assert mask_contact(contact) == shown


def test_a_card_leaves_the_desk_without_its_contact() -> None:
    card = {
        "episode": "13812345678aaaaaaaaaaaaaaaaaaaaa",
        "order": "138123456789",
        "headline": "要求人工，电话13812345678",
        "buyer": {"height_cm": 165, "contact": "lily_2088"},
        "questions": [{"text": "打13812345678", "state": "open"}],
        "notes": ["微信 abc_12345"],
        "offer": None,
    }
    assert masked({"card": card})["card"] == card | {
        "headline": "要求人工，电话138****5678",
        "buyer": {"height_cm": 165, "contact": "li***"},
        "questions": [{"text": "打138****5678", "state": "open"}],
        "notes": ["微信 ab***"],
    }
    assert card["buyer"]["contact"] == "lily_2088"


def test_a_card_without_a_contact_stays_without() -> None:
    body = {"card": {"buyer": {"contact": None}}}
    assert masked(body) == body
