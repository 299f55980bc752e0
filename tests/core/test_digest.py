"""The morning report: who waits, best chances first; what was asked and not known; the counts; how it reads."""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.shop_files import load_shop
from bot.core.digest import Message, Night, Report, Waiting, make_report, night_began, share_of_list, told_today
from bot.core.digest_words import MOST_TOLD, as_json, as_lines, as_notices
from bot.core.masking import mask
from bot.core.notices import Robot
from bot.core.shop import DeskRules
from tests.small_shop import HOURS, SHANGHAI, FakeCalendar, make_shop

REAL = load_shop(Path(__file__).parents[2] / "shop")
ROBOTS = (
    Robot("售前群", "dingtalk", "zh"),
    Robot("team", "slack", "en"),
    Robot("other", "slack", "en", kinds=("opened",)),
)
SHOP = make_shop(digest=REAL.digest, robots=ROBOTS)
DAYS = FakeCalendar()
CLOSED = datetime(2026, 11, 21, 22, tzinfo=SHANGHAI)
MORNING = datetime(2026, 11, 22, 8, 50, tzinfo=SHANGHAI)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def want(product: str = "W05", colour: str | None = "black", size: str | None = "M", quantity: int | None = 2) -> dict:
    return {"product": product, "colour": colour, "size": size, "quantity": quantity}


def offer(amount: str, total: str | None = "738.00", kind: str = "price", per: str = "order") -> dict[str, Any]:
    return {"kind": kind, "amount": amount, "per": per, "list_total": total, "words": f"{amount}卖不卖"}


def waits(
    name: str, reason: str = "purchase_intent", *wants: dict, minutes: int = 60, contact: str | None = None, **card: Any
) -> Waiting:
    """`minutes`: for how long by the morning."""
    made = {
        "reason": reason,
        "queue": "sales",
        "priority": "high",
        "headline": name,
        "wants": list(wants),
        "offer": None,
        "about": None,
        "questions": [],
    }
    made |= {"buyer": {"contact": contact}, **{key: value for key, value in card.items() if key != "agent"}}
    return Waiting(mask(name), MORNING - timedelta(minutes=minutes), made, card.get("agent"))


def asked(outcome: str, text: str = "?", label: str = "ask_spec", **details: Any) -> dict[str, Any]:
    return {"label": label, "text": text, "outcome": outcome, "details": details}


def message(*questions: dict, conversation: str = "c", seconds: float | None = 0.2) -> Message:
    """`seconds`: until the bot answered, None where it did not."""
    came = CLOSED + timedelta(hours=1)
    return Message(conversation, came, None if seconds is None else came + timedelta(seconds=seconds), questions)


def report(*messages: Message, waiting: tuple[Waiting, ...] = (), **counts: int) -> Report:
    return make_report(Night(CLOSED, MORNING, waiting, messages, **counts), SHOP)


# --- when ---------------------------------------------------------------------------------------------------------

DUE = [
    ("at its hour", "2026-11-20T08:50", True),
    ("not before it", "2026-11-20T08:49:59", False),
    ("late, after a pause", "2026-11-20T14:00", True),
    ("on a Sunday, for somebody works", "2026-11-22T08:50", True),
    ("not at Spring Festival", "2026-02-17T08:50", False),
    ("the day after it", "2026-02-22T08:50", True),
]


@pytest.mark.parametrize(("now", "told"), [row[1:] for row in DUE], ids=[row[0] for row in DUE])
def test_it_is_told_on_days_on_which_somebody_works(now: str, told: bool) -> None:
    assert told_today(at(now), DeskRules(), HOURS.values(), DAYS) is told


def test_where_only_the_office_works_it_is_not_told_at_the_weekend() -> None:
    office = [HOURS["refund"]]
    assert not told_today(at("2026-11-21T09:00"), DeskRules(), office, DAYS)
    assert told_today(at("2026-11-23T07:00"), DeskRules(digest_at=time(7)), office, DAYS)


BEGAN = [
    ("the evening before", "2026-11-22T08:50", "2026-11-21T22:00"),
    ("also while people are there", "2026-11-22T15:00", "2026-11-21T22:00"),
    ("a queue that closes early ends no day", "2026-11-20T18:30", "2026-11-19T22:00"),
    ("right after closing", "2026-11-21T22:00", "2026-11-21T22:00"),
    ("before Spring Festival", "2026-02-22T08:50", "2026-02-15T22:00"),
]


@pytest.mark.parametrize(("now", "began"), [row[1:] for row in BEGAN], ids=[row[0] for row in BEGAN])
def test_the_night_began_when_the_last_people_went_home(now: str, began: str) -> None:
    assert night_began(at(now), HOURS.values(), DAYS) == at(began)


def test_the_night_of_an_office_is_the_weekend_too() -> None:
    assert night_began(at("2026-11-23T08:50"), [HOURS["refund"]], DAYS) == at("2026-11-20T18:00")


# --- who waits ----------------------------------------------------------------------------------------------------

CERTAIN = waits("certain", "purchase_intent", want())
NEAR = waits("near", "negotiate_price", want(), offer=offer("700.00"))
FAR = waits("far", "negotiate_price", want(), offer=offer("400.00"))
UNSURE_OFFER = waits("offer without a list price", "negotiate_price", offer=offer("400.00", total=None))
BULK = waits("bulk", "bulk_order", want(quantity=50))
REST = waits("rest", "request_human")


def order(*waiting: Waiting) -> list[str]:
    return [w.handoff for w in report(waiting=waiting).waiting]


def test_the_best_chances_come_first() -> None:
    expected = [CERTAIN, NEAR, FAR, UNSURE_OFFER, BULK, REST]
    assert order(*reversed(expected)) == order(*expected) == [w.handoff for w in expected]


def test_of_equal_chances_the_longest_wait_comes_first() -> None:
    short, long = waits("short", "purchase_intent", want(), minutes=5), waits("long", "purchase_intent", want())
    assert order(short, long) == ["long", "short"]
    old = waits("old", "request_human", minutes=5000)
    assert order(old, BULK, short) == ["short", "bulk", "old"]


CHANCES = [
    ("a certain variant and number", CERTAIN, True),
    ("no number", waits("x", "purchase_intent", want(quantity=None)), False),
    ("several sizes fit", waits("x", "purchase_intent", want(size=None)), False),
    ("the product comes in one variant", waits("x", "purchase_intent", want("L18", None, None, 1)), True),
    ("no product", waits("x", "purchase_intent"), False),
    ("a product that is gone", waits("x", "purchase_intent", want("OLD")), False),
    ("asked for a person in the end", waits("x", "request_human", want()), True),
    ("complains by now", waits("x", "complaint", want()), False),
    ("wants a discount on it", waits("x", "negotiate_price", want(), offer=offer("736.00")), False),
]


@pytest.mark.parametrize(("waiting", "first"), [row[1:] for row in CHANCES], ids=[row[0] for row in CHANCES])
def test_a_purchase_is_one_with_variant_and_number(waiting: Waiting, first: bool) -> None:
    best_offer = waits("offer", "negotiate_price", want(), offer=offer("737.00"), minutes=9000)
    assert (order(best_offer, waiting)[0] == waiting.handoff) is first


SHARES = [
    (offer("600.00"), [want()], "0.81"),
    (offer("300.00", per="piece"), [want()], "0.81"),
    (offer("138.00", kind="reduction"), [want()], "0.81"),
    (offer("69.00", kind="reduction", per="piece"), [want()], "0.81"),
    (offer("300.00", total="369.00", per="piece"), [want(quantity=None)], "0.81"),
    (offer("600.00", total=None), [want()], None),
    (None, [want()], None),
]


@pytest.mark.parametrize(("made", "wants", "share"), SHARES)
def test_an_offer_is_measured_by_the_list_price_of_all_that_is_wanted(made, wants, share) -> None:
    found = share_of_list({"offer": made, "wants": wants})
    assert (None if found is None else f"{found:.2f}") == share


# --- what was not known -------------------------------------------------------------------------------------------


def gaps(*messages: Message) -> list[tuple]:
    return [(g.product, [id for _, id in g.subject] or g.text, g.times) for g in report(*messages).gaps]


NOISE = asked("unknown", "料理机噪音多大", product="L18", attribute="noise")
LOUD = asked("unknown", "料理机吵不吵", product="L18", attribute="noise")
FLY = asked("unknown", "豆浆机会飞吗", "ask_capability", product="D20", capability="fly")


def test_alike_questions_stand_together_by_what_they_are_about() -> None:
    assert gaps(message(NOISE), message(LOUD, FLY)) == [("L18", ["noise"], 2), ("D20", ["fly"], 1)]


def test_the_first_words_are_kept() -> None:
    assert report(message(LOUD), message(NOISE)).gaps[0].text == "料理机吵不吵"


def test_of_a_product_what_was_asked_most_often_comes_first_and_its_gaps_stay_together() -> None:
    power = asked("unknown", "料理机多少瓦", product="L18", attribute="power")
    fits = [FLY, FLY]
    assert gaps(message(power), message(*fits), message(NOISE, LOUD)) == [
        ("L18", ["noise"], 2),
        ("L18", ["power"], 1),
        ("D20", ["fly"], 2),
    ]


def test_without_a_named_thing_the_same_words_are_alike() -> None:
    one, same = asked("unknown", "能带上飞机吗？", product="T500"), asked("unknown", "能带上飞机吗？ ", product="T500")
    other = asked("unknown", "几个人能用", product="T500")
    assert gaps(message(one, same), message(other)) == [("T500", "能带上飞机吗？", 2), ("T500", "几个人能用", 1)]


def test_another_kind_of_question_is_another_gap() -> None:
    usage = asked("unknown", "怎么清洁", "ask_usage", product="L18", topic="clean")
    dish = asked("unknown", "能洗吗", "ask_capability", product="L18", topic="clean")
    assert len(gaps(message(usage, dish))) == 2


def test_several_things_asked_at_once_are_told_together() -> None:
    both = asked("unknown", "噪音和功率", product="L18", attribute=["noise", "power"])
    assert gaps(message(both)) == [("L18", ["noise", "power"], 1)]


@pytest.mark.parametrize("outcome", ["answered", "clarify", "refused", "handed_over"])
def test_what_had_an_answer_is_no_gap(outcome: str) -> None:
    assert gaps(message(asked(outcome, product="L18"))) == []


# --- counts -------------------------------------------------------------------------------------------------------


def test_the_night_is_counted() -> None:
    found = report(
        message(asked("answered"), asked("refused"), NOISE),
        message(asked("answered", label="greet"), conversation="d"),
        message(asked("handed_over", label="purchase_intent"), conversation="d"),
        message(seconds=None, conversation="e"),
        handed_over=1,
        settled=2,
    ).counts
    assert (found.messages, found.conversations) == (4, 3)
    assert (found.answered, found.unknown, found.handed_over, found.settled) == (2, 1, 1, 2)


TIMES = [
    ([], None, None),
    ([0.2], 0.2, 0.2),
    ([0.1, 0.3], 0.2, 0.3),
    ([0.1] * 95 + [9.0] * 5, 0.1, 0.1),
    ([0.1] * 94 + [9.0] * 6, 0.1, 9.0),
    ([-5.0, 0.2, 0.3], 0.2, 0.3),  # the clock jumped back
]


@pytest.mark.parametrize(("taken", "median", "p95"), TIMES)
def test_answering_times_are_a_median_and_a_95th_percentile(
    taken: list, median: float | None, p95: float | None
) -> None:
    unanswered = message(seconds=None)
    found = report(*(message(seconds=seconds) for seconds in taken), unanswered).counts
    assert (found.median_seconds, found.p95_seconds) == (pytest.approx(median), pytest.approx(p95))


# --- as it reads --------------------------------------------------------------------------------------------------

FULL = report(
    message(NOISE, LOUD, FLY, asked("unknown", "打13812345678问吗")),
    waiting=(
        waits("想买 轻薄羽绒服 W05 黑色 M码 × 2", "purchase_intent", want(), minutes=620, contact="13812345678"),
        waits("谈价：两件600", "negotiate_price", want(), offer=offer("600.00"), minutes=45, agent="anna"),
        waits("要求人工，电话13900001111", "request_human", minutes=3 * 1440 + 61),
    ),
    handed_over=3,
)


def lines(language: str = "zh", **more: Any) -> list[str]:
    return [f"{line.text}｜{line.more}" if line.more else line.text for line in as_lines(FULL, SHOP, language, **more)]


def test_it_reads_in_chinese() -> None:
    assert lines() == [
        "早报｜11月21日（周六） 22:00 到 今天 8:50",
        "3 位买家在等，最有希望成交的在前：",
        "1. 想买 轻薄羽绒服 W05 黑色 M码 × 2｜等了 10 小时 20 分 · 联系方式 138****5678",
        "2. 谈价：两件600｜等了 45 分钟 · 整单出价 ¥600 · 是标价合计 ¥738 的 81% · anna 已接、还没回",
        "3. 要求人工，电话139****1111｜等了 3 天 1 小时",
        "没答上来的，问得最多的在前（补进店铺资料，下次就能答）：",
        "料理机 L18：噪音 ×2",
        "豆浆机 D20：飞 ×1",
        "没说哪款：“打138****5678问吗” ×1",
        "1 位买家发了 1 条消息：答了 0 个问题，不知道 4 个，转人工 3 次，解决 0 次。",
        "答复用时：一半在 0.2 秒内，95% 在 0.2 秒内。",
    ]


def test_it_reads_in_english() -> None:
    said = lines("en")
    assert said[:2] == ["Morning report | Sat 21 Nov at 22:00 to today at 8:50", "3 waiting, best chances first:"]
    assert said[3].endswith(
        "offers ¥600 in all · that is 81 % of the list price, ¥738 in all · anna has it and has not answered"
    )
    assert "food processor L18: noise ×2" in said
    assert not [line for line in said if "{" in line]


def test_the_contact_is_whole_only_for_who_asks_for_it() -> None:
    assert "13812345678" in "".join(lines(whole=True)) and "13900001111" in "".join(lines(whole=True))
    assert "12345678" not in "".join(lines()) and "00001111" not in "".join(lines())


def test_a_name_that_only_the_card_knows_as_a_contact_is_hidden_in_the_headline_too() -> None:
    named = report(waiting=(waits("要求人工，加lilyzhang", "request_human", contact="lilyzhang"),))
    assert as_lines(named, SHOP, "zh")[2].text == "1. 要求人工，加li***"
    assert "lilyzhang" not in json.dumps(as_json(named) | {"waiting": [as_json(named)["waiting"][0] | {"handoff": ""}]})
    assert as_lines(named, SHOP, "zh", whole=True)[2].text == "1. 要求人工，加lilyzhang"


def test_a_quiet_night_is_one_friendly_line() -> None:
    for language, word in (("zh", "安静"), ("en", "quiet")):
        title, line = as_lines(report(), SHOP, language)
        assert title.kind == "title" and word in line.text


def test_somebody_who_waits_since_before_makes_no_quiet_night() -> None:
    assert not report(waiting=(REST,)).quiet
    assert not report(message()).quiet


def test_nobody_waiting_is_said() -> None:
    assert as_lines(report(message()), SHOP, "zh")[1].text == "没有买家在等～"


def test_every_offer_has_its_words() -> None:
    for kind in ("price", "reduction"):
        for per in ("order", "piece"):
            made = report(waiting=(waits("x", "negotiate_price", want(), offer=offer("100.00", kind=kind, per=per)),))
            assert "¥100" in as_lines(made, SHOP, "zh")[2].more


# --- as it is sent ------------------------------------------------------------------------------------------------


def test_each_robot_that_wants_it_gets_one_for_each_day() -> None:
    notices = as_notices(FULL, SHOP)
    assert [notice.key for notice in notices] == ["售前群:digest:2026-11-22", "team:digest:2026-11-22"]
    assert {notice.kind for notice in notices} == {"digest"}


def test_what_is_sent_holds_no_contact_and_is_json() -> None:
    sent = json.dumps(as_notices(FULL, SHOP)[0].body, ensure_ascii=False)
    assert "138****5678" in sent
    assert "12345678" not in sent.replace("138****5678", "") and "13900001111" not in sent


def test_what_is_sent_has_a_title_and_lines_in_both_languages_and_the_report_for_machines() -> None:
    body = as_notices(FULL, SHOP)[0].body
    assert set(body["title"]) == set(body["lines"]) == {"zh", "en"}
    assert body["lines"]["zh"][1].startswith("1. 想买 轻薄羽绒服 W05 黑色 M码 × 2 · 等了 10 小时 20 分")
    assert body["report"] == as_json(FULL)
    assert body["report"]["waiting"][0]["contact"] == "138****5678"
    assert body["report"]["counts"]["messages"] == 1
    assert body["report"]["not_known"][0] == {
        "product": "L18", "label": "ask_spec", "about": ["noise"], "text": "料理机噪音多大", "times": 2
    }  # fmt: skip


def test_a_long_list_is_cut_where_it_is_sent_and_whole_where_it_is_printed() -> None:
    many = report(waiting=tuple(waits(f"h{number}") for number in range(MOST_TOLD + 3)))
    sent = as_notices(many, SHOP)[0].body["lines"]["zh"]
    assert len([line for line in sent if ". h" in line]) == MOST_TOLD
    assert "还有 3 位，都在客服台上" in sent
    assert len([line for line in as_lines(many, SHOP, "zh") if line.kind == "item"]) == MOST_TOLD + 3
