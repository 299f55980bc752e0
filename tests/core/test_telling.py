"""What the team is told: read in three seconds, with nothing of the buyer's that should stay on the card."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from bot.core.masking import masked
from bot.core.telling import Message, message, tell, why
from tests.small_shop import EVENING
from tests.told import CARD, SHOP, WORDS, card, row, told


def lines(language: str = "zh", **changes: Any) -> tuple[str, ...]:
    return told(language, body={"card": card(**changes)}).lines


def test_a_new_card_in_chinese() -> None:
    made = told()
    assert made.title == "🟠优先｜谈价：两件600我就拍｜轻薄羽绒服 W05 黑色 M码 × 2"
    assert made.lines == ("已等待：3 分钟", "出价 ¥600 · 标价 ¥738 · 低 19%")
    assert made.link == ("打开会话", "https://desk.example/desk/handoffs/7c1f0a")


def test_a_new_card_in_english_names_goods_in_english_and_leaves_the_buyers_words() -> None:
    made = tell(row(), "en", SHOP, EVENING, True)
    assert made.lines == ("waiting for 3 min", "offers ¥600 · list price ¥738 · 19% below")
    assert made.title.startswith("🟠 High | ")
    shop = SHOP.__class__(**{**SHOP.__dict__, "card": _HEADLINES})
    assert (
        tell(row(), "en", shop, EVENING, True).title
        == "🟠 High | haggles: 两件600我就拍 | light down jacket W05 black M × 2"
    )


_HEADLINES = SHOP.card.__class__(
    headline={"negotiate_price": {"zh": "", "en": "haggles: {offer} | {wants}"}},
    suggested={},
    nothing_said=SHOP.card.nothing_said,
    unnamed=SHOP.card.unnamed,
)

OFFERS = [
    ("a price in all", {}, "出价 ¥600 · 标价 ¥738 · 低 19%"),
    ("a price each", {"offer": {"kind": "price", "amount": "300.00", "per": "piece", "list_total": "738.00", "words": ""}}, "每件出价 ¥300 · 标价 ¥738 · 低 19%"),
    ("so much off", {"offer": {"kind": "reduction", "amount": "20.00", "per": "order", "list_total": "738.00", "words": ""}}, "想便宜 ¥20 · 标价 ¥738 · 低 3%"),
    ("so much off each", {"offer": {"kind": "reduction", "amount": "20.00", "per": "piece", "list_total": "738.00", "words": ""}}, "每件想便宜 ¥20 · 标价 ¥738 · 低 5%"),
    ("more than the list price", {"offer": {"kind": "price", "amount": "800.00", "per": "order", "list_total": "738.00", "words": ""}}, "出价 ¥800 · 标价 ¥738 · 高 8%"),
    ("the list price", {"offer": {"kind": "price", "amount": "738.00", "per": "order", "list_total": "738.00", "words": ""}}, "出价 ¥738 · 标价 ¥738"),
    ("no list price is known", {"wants": [{**CARD["wants"][0], "list_price": None}]}, "出价 ¥600"),
    ("nothing is offered", {"offer": None}, "标价 ¥738"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "line"), [(c, line) for _, c, line in OFFERS], ids=[name for name, *_ in OFFERS])
def test_the_offer_stands_against_the_list_price(changes: dict[str, Any], line: str) -> None:
    assert lines(**changes)[1] == line


def test_where_nothing_is_wanted_and_offered_there_is_no_price() -> None:
    assert lines(wants=[], offer=None) == ("已等待：3 分钟",)


WAITS = [
    (20, "不到 1 分钟"),
    (60, "1 分钟"),
    (3599, "59 分钟"),
    (3600, "1 小时 0 分"),
    (90061, "1 天 1 小时"),
    (-5, "不到 1 分钟"),
]


@pytest.mark.parametrize(("seconds", "said"), WAITS)
def test_the_wait_is_counted_to_the_moment_of_sending(seconds: int, said: str) -> None:
    since = (EVENING - timedelta(seconds=seconds)).isoformat()
    assert lines(waiting_since=since)[0] == f"已等待：{said}"


def test_after_hours_the_promise_stands_in_place_of_the_wait() -> None:
    body = {"card": card(promised="人工客服明早 9:00 上班")}
    assert told(people_there=False, body=body).lines[0] == "已答复买家：人工客服明早 9:00 上班"
    assert told(people_there=True, body=body).lines[0] == "已等待：3 分钟"


KINDS = [
    ("graver", {"card": CARD}, "🟠优先·升级｜", "已等待：3 分钟"),
    ("passed", {"card": CARD, "by": "anna", "to": "refund", "remark": "要开发票"}, "🟠优先·转接｜", "anna 转给 退换"),
    ("passed", {"card": CARD, "by": "anna", "to": "bo", "remark": ""}, "🟠优先·转接｜", "anna 转给 bo"),
    ("reminder", {"card": CARD}, "🟠优先·提醒｜", "已等待：3 分钟"),
    ("reminder", {"card": CARD, "agent": "anna"}, "🟠优先·提醒｜", "买家 3 分钟 没回复，anna 方便时看一眼"),
    ("reminder", {"card": CARD, "claimed_by": "anna"}, "🟠优先·提醒｜", "买家在等 anna 回复"),
    ("reminder", {"card": CARD, "waiting_since": "2026-11-21T20:04:00+08:00"}, "🟠优先·提醒｜", "已等待：1 小时 0 分"),
]


@pytest.mark.parametrize(("kind", "body", "title", "first"), KINDS)
def test_each_kind_says_what_is_new(kind: str, body: dict[str, Any], title: str, first: str) -> None:
    made = told(kind=kind, body=body)
    assert made.title.startswith(title)
    assert made.lines[0] == first


def test_a_remark_is_told() -> None:
    assert told(kind="passed", body=KINDS[1][1]).lines[1] == "留言：要开发票"


def test_a_digest_is_told_in_the_robots_language() -> None:
    body = {
        "title": {"zh": "早报", "en": "Morning"},
        "lines": {"zh": ["3 人在等"], "en": ["3 wait", "call 13812345678"]},
    }
    assert (told(kind="digest", body=body).title, told(kind="digest", body=body).lines) == ("早报", ("3 人在等",))
    assert told("en", kind="digest", body=body).lines == ("3 wait", "call 138****5678")
    assert told(kind="digest", body=body).link is None


def test_without_a_public_address_there_is_no_link() -> None:
    assert told(public_url="").link is None


# --- the buyer's words --------------------------------------------------------------------------------------------

CONTACTS = [
    ("13812345678", "138****5678"),
    ("lily2020", "li***"),
    ("12345678", "12***"),
    ("ann.b@example.com", "a***@example.com"),
]


@pytest.mark.parametrize(("contact", "hidden"), CONTACTS)
def test_a_contact_is_masked_wherever_it_stands(contact: str, hidden: str) -> None:
    body = {
        "card": card(
            buyer={**CARD["buyer"], "contact": contact},
            headline=f"想买，联系 {contact}",
            notes=[f"加我{contact}"],
            questions=[{**CARD["questions"][0], "text": contact, "label": "inform"}],
        ),
        "remark": f"已加 {contact}，身份证 110101199003071234",
    }
    made = told(kind="passed", body=body)
    everything = json.dumps([made.title, made.lines, made.body], ensure_ascii=False)
    assert contact not in everything
    assert "199003" not in everything
    assert f"联系方式 {hidden}" in made.lines
    assert made.body["card"]["buyer"]["contact"] == hidden


def test_masking_leaves_what_is_the_shops() -> None:
    digits = card(episode="a13812345678b", order="2026112100012345678", pictures=["p13812345678"])
    report = {"since": "2026-11-20T22:00:00+08:00", "waiting": [{"handoff": "a13812345678b", "contact": "li***"}]}
    assert masked({"card": digits, "report": report}) == {"card": digits, "report": report}


def test_what_is_masked_already_stays_as_it_is() -> None:
    once = masked({"card": card(buyer={**CARD["buyer"], "contact": "13812345678"})})
    assert masked(once) == once


def test_a_buyer_cannot_fill_a_placeholder_or_break_a_line() -> None:
    made = told(body={"card": card(headline="{priority} {count}\n\n# 点这里\u202e\x00x")})
    assert made.title == "🟠优先｜{priority} {count} # 点这里 x"


def test_long_words_are_cut_to_one_line() -> None:
    made = told(body={"card": card(headline="拍" * 500), "remark": "请" * 900})
    assert len(made.title) == 80 and made.title.endswith("…")
    assert max(map(len, made.lines)) == 240


# --- several in one message ---------------------------------------------------------------------------------------


def sized(most: int):
    """Fits like a service that counts bytes."""

    def size(one: Message) -> int:
        texts = [one.title, one.more or "", *(line for t in one.told for line in (t.title, *t.lines))]
        return len("".join(texts).encode())

    return lambda one: size(one) <= most


def compose(count: int, waiting: int, most: int) -> Message:
    all_told = [told(key=f"k{number}") for number in range(count)]
    return message(all_told, waiting, WORDS, "zh", sized(most))


def test_one_alone_has_its_own_title() -> None:
    made = compose(1, 0, 10_000)
    assert (made.title, made.more, made.left) == (told().title, None, 0)


def test_several_are_told_oldest_first() -> None:
    made = compose(3, 0, 10_000)
    assert made.title == "3 条新消息"
    assert [one.key for one in made.told] == ["k0", "k1", "k2"]
    assert made.more is None


@pytest.mark.parametrize("most", [300, 400, 700, 1500])
def test_what_does_not_fit_is_counted(most: int) -> None:
    made = compose(20, 5, most)
    assert 1 <= len(made.told) < 20
    assert made.left == 25 - len(made.told)
    assert made.more == f"还有 {made.left} 条，马上发来"
    assert sized(most)(made)


def test_as_many_as_fit_are_told() -> None:
    made = compose(20, 0, 1500)
    assert not sized(1500)(compose(len(made.told) + 1, made.left - 1, 10_000))


@pytest.mark.parametrize("most", range(200, 230))
def test_one_that_is_too_long_is_cut_between_two_characters(most: int) -> None:
    body = {"title": {"zh": "早报"}, "lines": {"zh": ["三个人在等🎁" * 5] * 40}}
    made = message([told(kind="digest", body=body)], 0, WORDS, "zh", sized(most))
    assert sized(most)(made)
    assert made.told[0].lines[-1].endswith("…")
    whole = "\n".join(body["lines"]["zh"])
    assert whole.startswith("\n".join(made.told[0].lines)[:-1])


# --- what could not be sent ---------------------------------------------------------------------------------------

TROUBLES = [
    ("no_address", "dingtalk", "“售前群”还没有填地址"),
    ("no_robot", None, "“售前群”这个机器人"),
    ("unreachable: ConnectTimeout", "wecom", "ConnectTimeout"),
    ("busy: 130101 send too fast", "dingtalk", "会自动再发"),
    ("refused: 310000 sign not match", "dingtalk", "核对加签密钥"),
    ("refused: 404 no_service", "slack", "请新建一个"),
    ("refused: 410 Gone", "webhook", "不再接收"),
    ("refused: 31000 other", "dingtalk", "拒收了（31000 other）"),
    ("something new", "dingtalk", "something new"),
]


@pytest.mark.parametrize(("error", "service", "said"), TROUBLES)
def test_a_trouble_is_told_with_what_to_do(error: str, service: str | None, said: str) -> None:
    assert said in why(error, "售前群", service, WORDS, "zh")
    assert "{" not in why(error, "售前群", service, WORDS, "en")


def test_a_code_that_is_part_of_another_gives_no_hint() -> None:
    assert "加签" not in why("refused: 31000 x", "g", "dingtalk", WORDS, "zh")
