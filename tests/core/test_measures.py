"""Measures as buyers write them. A row is a message and everything that must be found in it, nothing more."""

from __future__ import annotations

import pytest

from bot.core.measures import find_measures
from bot.core.text import fold

H, W, P, Q, S, D, C = "height", "weight", "household", "quantity", "size", "date", "contact"

BODIES = [
    ("170 130斤", [(H, 170), (W, 65)]),
    ("170/130斤", [(H, 170), (W, 65)]),
    ("身高170体重65", [(H, 170), (W, 65)]),
    ("身高170，体重65公斤", [(H, 170), (W, 65)]),
    ("165 52公斤穿多大", [(H, 165), (W, 52)]),
    ("165，52kg", [(H, 165), (W, 52)]),
    ("165cm 52kg", [(H, 165), (W, 52)]),
    ("165cm,52", [(H, 165), (W, 52)]),
    ("一米六五 一百零五斤", [(H, 165), (W, 52.5)]),
    ("一米七 一百三十斤", [(H, 170), (W, 65)]),
    ("一米七二，一百三", [(H, 172), (W, 65)]),
    ("1米68 110斤", [(H, 168), (W, 55)]),
    ("1m75 70kg", [(H, 175), (W, 70)]),
    ("1.62米 98斤", [(H, 162), (W, 49)]),
    ("1.62m，49公斤", [(H, 162), (W, 49)]),
    ("身高一米五八", [(H, 158)]),
    ("体重45公斤", [(W, 45)]),
    ("120斤", [(W, 60)]),
    ("体重120斤", [(W, 60)]),
    ("一百二十斤", [(W, 60)]),
    ("一百二斤", [(W, 60)]),
    ("我102斤", [(W, 51)]),
    ("172公分 68公斤", [(H, 172), (W, 68)]),
    ("172厘米，136斤", [(H, 172), (W, 68)]),
    ("净高160，体重96斤", [(H, 160), (W, 48)]),
    ("个子163", [(H, 163)]),
    ("170 65", [(H, 170), (W, 65)]),
    ("168/55", [(H, 168), (W, 55)]),
    ("１６５　５２公斤", [(H, 165), (W, 52)]),
    ("身高：170cm 体重：60kg", [(H, 170), (W, 60)]),
    ("身高1米8，体重160斤", [(H, 180), (W, 80)]),
    ("5'7\" 140 lbs", [(H, 170.2), (W, 63.5)]),
    ("5 ft 7 and 150 lb", [(H, 170.2), (W, 68)]),
    ("5ft 4in, 121 pounds", [(H, 162.6), (W, 54.9)]),
    ("i'm 5 feet 9 inches and 11 stone", [(H, 175.3), (W, 69.9)]),
    ("i am 170 cm tall, 62 kg", [(H, 170), (W, 62)]),
    ("height 168, weight 57", [(H, 168), (W, 57)]),
    ("my height is 180 and i weigh 78", [(H, 180), (W, 78)]),
    ("165cm and 52 kilos", [(H, 165), (W, 52)]),
    ("50㎏ 160㎝", [(H, 160), (W, 50)]),
]

HOUSEHOLDS = [
    ("三口之家买几升的", [(P, 3)]),
    ("一家三口用", [(P, 3)]),
    ("我们家5个人", [(P, 5)]),
    ("五口人", [(P, 5)]),
    ("家里4口人", [(P, 4)]),
    ("两个人用多大的", [(P, 2)]),
    ("6人用", [(P, 6)]),
    ("小两口用", [(P, 2)]),
    ("我们俩吃饭", [(P, 2)]),
    ("一个人住", [(P, 1)]),
    ("family of four", [(P, 4)]),
    ("for a family of 5", [(P, 5)]),
    ("there are 4 of us", [(P, 4)]),
    ("for 3 people", [(P, 3)]),
    ("just the two of us", [(P, 2)]),
    ("it's just me", [(P, 1)]),
]

QUANTITIES = [
    ("来两件", [(Q, 2)]),
    ("给我来两台", [(Q, 2)]),
    ("要3个", [(Q, 3)]),
    ("拍了两套", [(Q, 2)]),
    ("买5条", [(Q, 5)]),
    ("十五台", [(Q, 15)]),
    ("要50个", [(Q, 50)]),
    ("一百件", [(Q, 100)]),
    ("两百个", [(Q, 200)]),
    ("我要一对", [(Q, 1)]),
    ("来三双", [(Q, 3)]),
    ("x2", [(Q, 2)]),
    ("×3", [(Q, 3)]),
    ("再加俩个", [(Q, 2)]),
    ("要２个", [(Q, 2)]),
    ("i'll take 2", [(Q, 2)]),
    ("i'll take two", [(Q, 2)]),
    ("two of them please", [(Q, 2)]),
    ("20 pcs", [(Q, 20)]),
    ("50 units", [(Q, 50)]),
    ("3 pairs", [(Q, 3)]),
    ("order 12", [(Q, 12)]),
    ("3 sets", [(Q, 3)]),
    ("二十个", [(Q, 20)]),
]

SIZES = [
    ("M码有吗", [(S, "M")]),
    ("黑色xl", [(S, "XL")]),
    ("2XL", [(S, "XXL")]),
    ("XXL码", [(S, "XXL")]),
    ("大码", [(S, "L")]),
    ("中码有没有", [(S, "M")]),
    ("均码", [(S, "one size")]),
    ("28码", [(S, "28")]),
    ("29码有吗", [(S, "29")]),
    ("28", [(S, "28")]),
    ("31码还有吗", [(S, "31")]),
    ("4升", [(S, "4L")]),
    ("4L的", [(S, "4L")]),
    ("三升的", [(S, "3L")]),
    ("1.75L", [(S, "1.75L")]),
    ("500毫升", [(S, "500ml")]),
    ("500ml", [(S, "500ml")]),
    ("28cm的蒸锅", [(S, "28cm")]),
    ("26公分", [(S, "26cm")]),
    ("1.8米的床", [(S, "1.8m")]),
    ("1米8的床", [(S, "1.8m")]),
    ("一米五的床", [(S, "1.5m")]),
    ("the medium one", [(S, "M")]),
    ("is it in large?", [(S, "L")]),
    ("size 30", [(S, "30")]),
    ("1.5m bed", [(S, "1.5m")]),
]

DATES = [
    ("明天能发吗", [(D, "明天")]),
    ("后天", [(D, "后天")]),
    ("大后天要用", [(D, "大后天")]),
    ("今天拍", [(D, "今天")]),
    ("今晚拍", [(D, "今晚")]),
    ("周五之前", [(D, "周五")]),
    ("下周三到", [(D, "下周三")]),
    ("星期天", [(D, "星期天")]),
    ("12月1号要用", [(D, "12月1号")]),
    ("11月30日前到", [(D, "11月30日")]),
    ("29号前要到", [(D, "29号")]),
    ("29号能到吗", [(D, "29号")]),
    ("5号发货吗", [(D, "5号")]),
    ("tomorrow", [(D, "tomorrow")]),
    ("before friday", [(D, "before friday")]),
    ("next monday", [(D, "next monday")]),
    ("the day after tomorrow", [(D, "day after tomorrow")]),
    ("today please", [(D, "today")]),
]

CONTACTS = [
    ("13812345678", [(C, "13812345678")]),
    ("电话138-1234-5678", [(C, "13812345678")]),
    ("+86 13812345678", [(C, "13812345678")]),
    ("我微信abc_12345", [(C, "abc_12345")]),
    ("wechat: hehe-home88", [(C, "hehe-home88")]),
    ("vx：Lily2020", [(C, "lily2020")]),
    ("mail me at ann.b@example.com", [(C, "ann.b@example.com")]),
    ("加我１３９００００１１１１", [(C, "13900001111")]),
]

SEVERAL = [
    ("W05黑色M来两件", [(S, "M"), (Q, 2)]),
    ("三口之家买4L的，来1台", [(P, 3), (S, "4L"), (Q, 1)]),
    ("170 130斤穿M码还是L码", [(H, 170), (W, 65), (S, "M"), (S, "L")]),
    ("29码来两条，29号前到", [(S, "29"), (Q, 2), (D, "29号")]),
    ("two of them in size m, by friday", [(Q, 2), (S, "M"), (D, "by friday")]),
    ("明天要用，要3个，电话13812345678", [(D, "明天"), (Q, 3), (C, "13812345678")]),
]

NOTHING = [
    "2个月", "两个月能用完吗", "第一件", "第二个问题", "3天", "7天内能退吗", "Y915", "y915有货吗", "W05", "L18", "T500", "300克", "300g面粉",
    "20000mAh", "4K", "5G", "1080p", "iphone 15", "12期", "8点", "下午4点前", "两点", "24小时", "1000瓦", "1500w", "78分贝", "-10度", "零下十度",
    "220v", "98%", "一下", "一样吗", "这个", "那件", "哪个好", "每个都有吗", "几个颜色", "三个颜色", "两种颜色", "第3天", "半小时", "一分钟", "五分钟",
    "两个小时", "一星期", "一年", "保修1年", "3年质保", "星级", "一个问题", "两个问题", "有没有一点味道", "一直", "万一坏了", "一般几天到", "一起买",
    "十分满意", "七天无理由", "双十一", "618", "304不锈钢", "316的", "it's", "i'm", "let's go", "can't", "12 months", "2 years", "in 3 days",
    "7-day returns", "10 am", "24 hours", "30 minutes", "usb 3.0", "1st one", "one more question", "which one", "the red one",
    "can i pay with wechat please",
    "do you take wechat payment",
    "微信支付可以吗",
]  # fmt: skip

TABLE = [*BODIES, *HOUSEHOLDS, *QUANTITIES, *SIZES, *DATES, *CONTACTS, *SEVERAL, *((text, []) for text in NOTHING)]

AMOUNTS = [
    ("两件600我就拍", [("600.00", "price", None)]),
    ("两件一共600", [("600.00", "price", "order")]),
    ("350一件行不行", [("350.00", "price", "piece")]),
    ("350块一件", [("350.00", "price", "piece")]),
    ("便宜20", [("20.00", "reduction", None)]),
    ("便宜20块", [("20.00", "reduction", None)]),
    ("少20元行吗", [("20.00", "reduction", None)]),
    ("再减十块", [("10.00", "reduction", None)]),
    ("优惠30", [("30.00", "reduction", None)]),
    ("每件便宜10块", [("10.00", "reduction", "piece")]),
    ("别家才199", [("199.00", "price", None)]),
    ("人家卖180", [("180.00", "price", None)]),
    ("最多出150", [("150.00", "price", None)]),
    ("150卖不卖", [("150.00", "price", None)]),
    ("150包邮我就要", [("150.00", "price", None)]),
    ("¥299", [("299.00", "price", None)]),
    ("￥299.5", [("299.50", "price", None)]),
    ("二百块行吗", [("200.00", "price", None)]),
    ("一百五卖吗", [("150.00", "price", None)]),
    ("500块两台打包", [("500.00", "price", "order")]),
    ("20 off", [("20.00", "reduction", None)]),
    ("$20 off and i'll buy", [("20.00", "reduction", None)]),
    ("600 for both", [("600.00", "price", "order")]),
    ("i'll pay 300", [("300.00", "price", None)]),
    ("300 each", [("300.00", "price", "piece")]),
    ("can you do 350 yuan in total", [("350.00", "price", "order")]),
    ("knock 30 off", [("30.00", "reduction", None)]),
    ("rmb 500 altogether", [("500.00", "price", "order")]),
    ("多少钱一件", []),
    ("便宜点", []),
    ("便宜一点", []),
    ("少几天", []),
    ("减3件", []),
    ("便宜2个", []),
    ("8折行吗", []),
    ("给170的人穿", []),
    ("for 3 people", []),
    ("at 165cm", []),
    ("一块石头", []),
]

SPANS = [
    ("请问 身高170cm穿啥", "height", "身高170cm", "170cm"),
    ("我要M码", "size", "M码", "M"),
    ("电话13812345678谢谢", "contact", "13812345678", "13812345678"),
    ("我微信abc_12345", "contact", "abc_12345", "abc_12345"),
    ("给我来两件", "quantity", "两件", "两件"),
]


def found_in(text: str) -> list[tuple[str, object]]:
    """(name, value) of all but the amounts. A length alone may be a person's or a bed's and is given as both; here
    the person's counts."""
    found = find_measures(fold(text).text)
    lengths = {f.start for f in found if f.name == "height"}
    sizes_of_bodies = [f for f in found if f.name == "size" and f.start in lengths]
    return [
        (f.name, round(f.value, 1) if f.name in (H, W) else f.value)
        for f in found
        if f.name != "price" and f not in sizes_of_bodies
    ]


@pytest.mark.parametrize(("text", "wanted"), TABLE, ids=[text for text, _ in TABLE])
def test_finds_each_measure_and_nothing_else(text: str, wanted: list) -> None:
    assert sorted(found_in(text), key=str) == sorted(wanted, key=str)


@pytest.mark.parametrize(("text", "wanted"), AMOUNTS, ids=[text for text, _ in AMOUNTS])
def test_finds_amounts_with_their_kind_and_what_they_are_for(text: str, wanted: list) -> None:
    found = [f for f in find_measures(fold(text).text) if f.name == "price"]
    assert [(f.value, f.extra["kind"], f.extra["per"]) for f in found] == wanted


@pytest.mark.parametrize("text", NOTHING)
def test_no_amount_where_none_is_named(text: str) -> None:
    assert [f for f in find_measures(fold(text).text) if f.name == "price"] == []


@pytest.mark.parametrize(("text", "name", "most", "least"), SPANS)
def test_a_span_covers_the_value_and_no_more_than_its_words(text: str, name: str, most: str, least: str) -> None:
    (found,) = [f for f in find_measures(fold(text).text) if f.name == name]
    words = fold(text).text[found.start : found.end]
    assert least.lower() in words and words in most.lower()


@pytest.mark.parametrize(
    ("text", "kind"), [("13812345678", "phone"), ("微信 lily2020", "wechat"), ("a@example.com", "email")]
)
def test_a_contact_says_of_what_kind_it_is(text: str, kind: str) -> None:
    (found,) = find_measures(text)
    assert found.extra == {"kind": kind}


def test_the_table_is_large() -> None:
    assert len(TABLE) + len(AMOUNTS) >= 120


@pytest.mark.parametrize(
    "text", ["", " ", "1" * 2000, "一" * 2000, "170 " * 500, "便宜" * 1000, "@" * 2000, "1" + " " * 1999]
)
def test_odd_and_long_texts_are_read_without_a_fault(text: str) -> None:
    for found in find_measures(text):
        assert 0 <= found.start < found.end <= len(text)
