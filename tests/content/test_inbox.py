"""The inbox: what belongs in, what is put together, what comes first, what is hidden, and what is seen to."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.adapters.database import Database
from bot.adapters.forgetting import Forgetting
from bot.adapters.inbox import InboxBook, Line
from bot.adapters.shop_files import load_shop
from bot.content.alike import groups_of
from bot.content.inbox import Group, Inbox, Item, found, grouped
from bot.core.content import Edit
from bot.core.shop import Shop
from tests.conftest import ROOT
from tests.content.night import agent, asked, bot, buyer, keep, left_to_agent, talk, unknown
from tests.content.workshop import Workshop
from tests.small_shop import EVENING

SOY = {"product": "L18", "capability": "knead_dough"}
YES = (("verdict", "yes", "shop/capabilities"),)
NO = (("verdict", "no", "shop/capabilities"), ("limit", "它没有加热功能", "shop/capabilities"))
NOISE = (("value", "72 分贝", "shop/specs"),)


@pytest.fixture(scope="module")
def shop() -> Shop:
    return load_shop(ROOT / "shop")


def same_words(texts: Sequence[str]) -> list[int]:
    return [texts.index(text) for text in texts]


def kneads(told: Any = YES, text: str = "L18能和面吗", **more: Any) -> Line:
    return buyer(text, asked("ask_capability", text, told=told, **{**SOY, **more}))


def noise(text: str = "L18噪音多大") -> Line:
    return buyer(text, asked("ask_spec", text, told=NOISE, product="L18", attribute="noise"))


# --- what belongs in -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        pytest.param([unknown()], "unknown", id="the facts do not hold it"),
        pytest.param([buyer("啊吧", asked("ask_spec", "啊吧", "clarify", confidence=0.2))], "not_understood", id="unsure"),
        pytest.param([buyer("嗯", asked("inform", "嗯", "clarify"))], "not_understood", id="talk that leads nowhere"),
        pytest.param([kneads(), buyer("不是，我问的是能不能打面条")], "buyer_said_no", id="the buyer says no"),
        pytest.param([kneads(), buyer("答非所问")], "buyer_said_no", id="no answer to what was asked"),
        pytest.param([kneads(), buyer("that's not what I asked")], "buyer_said_no", id="the same in English"),
        pytest.param([kneads(), kneads(text="我问能不能和面")], "asked_again", id="the same once more"),
        pytest.param([kneads(), agent("亲，L18不能和面哦，会烧电机")], "agent_said_other", id="an agent says no"),
        pytest.param([kneads(NO), left_to_agent("人呢"), agent("可以和面的")], "agent_said_other", id="an agent says yes"),
        pytest.param([noise(), agent("亲，噪音在85分贝左右")], "agent_said_other", id="another figure"),
        pytest.param([noise(), agent("不好意思刚才机器人说错了，以我说的为准")], "agent_said_other", id="the bot was wrong"),
        pytest.param(
            [buyer("可以水洗不", asked("ask_usage", "可以水洗不", confidence=0.5, next=("ask_capability", 0.41)))],
            "close",
            id="two labels nearly as likely",
        ),
    ],
)  # fmt: skip
def test_a_question_that_was_not_answered_well_belongs_in(shop: Shop, said: list[Line], reason: str) -> None:
    (item,) = found(talk(*said), shop, EVENING)
    assert (item.reason, item.key[0]) == (reason, 1)


@pytest.mark.parametrize(
    "said",
    [
        pytest.param([kneads()], id="answered"),
        pytest.param([buyer("多少钱", asked("ask_price", "多少钱", "clarify"))], id="asked back which product is meant"),
        pytest.param([kneads(), buyer("不是很贵嘛")], id="words that only begin like a no"),
        pytest.param([kneads(), kneads(product="M500")], id="the same of another product"),
        pytest.param([kneads(), agent("可以的亲，和面没问题")], id="an agent who says the same"),
        pytest.param([noise(), agent("亲，噪音72分贝哦")], id="an agent with the same figure"),
        pytest.param([noise(), agent("给您申请到 185 元")], id="an agent on something else"),
        pytest.param([kneads(), noise(), agent("L18不能和面")], id="an agent on what the bot did not answer last"),
        pytest.param([buyer("便宜点", asked("negotiate_price", "便宜点", "handed_over",
                                         confidence=0.6, next=("purchase_intent", 0.5)))], id="close, and both a person's"),
        pytest.param([buyer("谢啦", asked("thanks", "谢啦", confidence=0.4, next=("goodbye", 0.35)))], id="close, and both talk"),
        pytest.param([left_to_agent("在吗")], id="left to a person"),
    ],
)  # fmt: skip
def test_what_was_answered_stays_out(shop: Shop, said: list[Line]) -> None:
    assert [item.key for item in found(talk(*said), shop, EVENING) if item.key[0] == 1] == []


def test_who_asks_the_same_an_hour_later_may_only_have_forgotten(shop: Shop) -> None:
    assert found(talk(kneads(), kneads(), every=3600), shop, EVENING) == []


def test_of_two_questions_in_a_message_the_one_that_was_not_answered_belongs_in(shop: Shop) -> None:
    both = buyer("多少钱，能打豆浆吗", asked("ask_price", "多少钱"), asked("ask_capability", "能打豆浆吗", "unknown"))
    (item,) = found(talk(both), shop, EVENING)
    assert (item.key, item.text) == ((1, 1), "能打豆浆吗")


def test_personal_data_is_hidden(shop: Shop) -> None:
    said = "我电话13812345678，能刻字吗"
    (item,) = found(talk(buyer(said, asked("ask_spec", said, "unknown"))), shop, EVENING)
    assert "13812345678" not in repr(item)
    against = talk(kneads(), agent("不能和面，您加我微信 wxid_lily2088 或打13912345678"))
    assert "13912345678" not in repr(found(against, shop, EVENING))


# --- together, and in which order ------------------------------------------------------------------------------------


def items(shop: Shop, *talks: list[Line]) -> list[Item]:
    return found([line for lines in talks for line in lines], shop, EVENING)


def test_what_the_shop_has_a_word_for_is_together_by_that_word_and_the_product(shop: Shop) -> None:
    asked_of = [
        unknown("L18能打豆浆吗"),
        unknown("料理机可以做豆浆么"),
        unknown("打豆浆行吗", product="Y915", capability="soy_milk"),
    ]
    talks = [talk(one, of=f"web:{n}", first=n) for n, one in enumerate(asked_of)]
    groups = grouped(items(shop, *talks), {})
    assert sorted(len(group.items) for group in groups) == [1, 2]


def test_other_words_for_the_same_are_together_by_meaning_and_the_products_name_makes_nothing_alike() -> None:
    texts = ["有儿童锁吗", "有没有童锁", "可以上飞机吗", "能带上飞机不"]
    numbers = groups_of(texts)
    assert numbers[0] == numbers[1] != numbers[2] == numbers[3]
    item = found(talk(unknown("L18能上飞机吗", product="L18")), load_shop(ROOT / "shop"), EVENING)[0]
    assert item.core == "能上飞机吗"


def test_who_looks_does_not_wait_long_for_alike_ones_to_be_together(inbox: Inbox, database: Database) -> None:
    keep(database, talk(unknown("H3有保修卡吗", product="H3"), of="web:5"))
    held = threading.Event()
    inbox._alike = lambda texts: held.wait(10) and [0] * len(texts)
    assert inbox.look(patience=0.05).rough
    held.set()
    assert not inbox.look().rough


def test_where_the_meaning_cannot_be_told_the_same_words_are_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.content.alike.watch_module", lambda *args, **named: (1, ["no memory"]))
    assert groups_of(["有童锁吗", "能上飞机吗", "有童锁吗"]) == [0, 1, 0]


def test_the_most_frequent_comes_first_and_a_costly_buyer_counts_for_three(shop: Shop) -> None:
    def ask(of: str, text: str, *then: Line) -> list[Line]:
        return talk(buyer(text, asked("ask_spec", text, "unknown")), *then, of=of)

    goes_on = buyer("几天到", asked("ask_shipping_time", "几天到"))
    buys = buyer("我要一台", asked("purchase_intent", "我要一台", "handed_over"))
    talks = [ask(f"web:{n}", "有童锁吗", goes_on) for n in range(2)]
    talks += [ask("web:8", "能刻字吗", buys), ask("web:9", "有罩子吗", goes_on)]
    groups = grouped(items(shop, *talks), {})
    assert [(group.first.text, group.weight) for group in groups] == [("能刻字吗", 3), ("有童锁吗", 2), ("有罩子吗", 1)]
    assert (groups[0].wanted, groups[0].left) == (1, 0)


@pytest.mark.parametrize(
    ("then", "minutes", "left"),
    [
        ((), 180, True),
        ((buyer("好吧，再见", asked("goodbye", "好吧，再见")),), 180, True),
        ((buyer("多少钱", asked("ask_price", "多少钱")),), 180, False),
        ((), 2, False),
    ],
)
def test_who_writes_nothing_more_but_goodbye_has_left(
    shop: Shop, then: tuple[Line, ...], minutes: int, left: bool
) -> None:
    (item,) = found(talk(unknown(), *then, begins=EVENING - timedelta(minutes=minutes)), shop, EVENING)
    assert item.left is left


def test_the_suggested_label_is_what_the_bot_held_likely(shop: Shop) -> None:
    def ask(number: int, label: str, following: str) -> list[Line]:
        question = asked(label, "可以水洗不", "unknown", confidence=0.6, next=(following, 0.3))
        return talk(buyer("可以水洗不", question), of=f"web:{number}", first=number)

    both = items(shop, ask(1, "ask_usage", "ask_capability"), ask(2, "ask_usage", "ask_spec"))
    labels = Group(tuple(both)).labels
    assert [name for name, _ in labels] == ["ask_usage", "ask_capability", "ask_spec"]
    assert labels[0][1] == pytest.approx(0.6)


# --- what is seen to -------------------------------------------------------------------------------------------------


@pytest.fixture
def inbox(workshop: Workshop, database: Database) -> Inbox:
    shop = load_shop(workshop.folder / "shop")
    bench = workshop.bench
    keep(
        database,
        [
            *talk(unknown("L18能煮火锅吗", product="L18")),
            *talk(bot("说不准"), unknown(product="H3", capability="soy_milk"), of="web:2"),
        ],
    )
    clock = type("Standing", (), {"now": lambda self: EVENING})()
    return Inbox(InboxBook(database), lambda: (bench.draft_tree(), bench.live_tree()), lambda: shop, clock, same_words)


def texts(groups: Sequence[Group]) -> list[str]:
    return sorted(group.first.text for group in groups)


def test_what_is_set_aside_leaves_the_list_and_comes_back(inbox: Inbox) -> None:
    hotpot = next(group for group in inbox.look().groups if "火锅" in group.first.text)
    inbox.handle(hotpot.keys, "aside", (), "小周")
    seen = inbox.look()
    assert (texts(seen.groups), inbox.count()) == (["L18能打豆浆吗"], 1)
    (done,) = seen.done
    assert (done.how, done.state, done.author) == ("aside", "aside", "小周")
    inbox.put_back(hotpot.keys)
    assert len(inbox.look().groups) == 2


def test_a_question_is_done_while_what_answers_it_stands_and_open_again_when_it_is_taken_back(
    inbox: Inbox, workshop: Workshop
) -> None:
    hotpot = next(group for group in inbox.look().groups if "火锅" in group.first.text)
    told = {
        "id": "L18-1",
        "product": "L18",
        "question_zh": "能煮火锅吗",
        "answer_zh": "不能",
        "question_en": "hotpot?",
        "answer_en": "no",
    }
    revision = workshop.bench.save([Edit("shop/faq.csv", ("L18-1",), None, None, told)], "小周")
    inbox.handle(hotpot.keys, "faq", [("shop/faq.csv", "L18-1")], "小周")
    assert [(one.how, one.state) for one in inbox.look().done] == [("faq", "draft")]
    assert revision
    workshop.publish()
    assert [(one.how, one.state) for one in inbox.look().done] == [("faq", "live")]
    workshop.bench.save([Edit("shop/faq.csv", ("L18-1",), None, told, None)], "小周")
    workshop.publish()
    assert (inbox.look().done, len(inbox.look().groups)) == ((), 2)


def test_an_example_is_done_while_its_line_stands(inbox: Inbox, workshop: Workshop) -> None:
    hotpot = next(group for group in inbox.look().groups if "火锅" in group.first.text)
    file, line = "data/nlu/ask_capability.yml", "[L18](product)能煮火锅吗"
    workshop.bench.save([Edit(file, ("ask_capability",), None, None, line)], "小周")
    inbox.handle(hotpot.keys, "example", [(file, "ask_capability", line)], "小周")
    assert [one.state for one in inbox.look().done] == ["draft"]
    workshop.bench.drop()
    assert inbox.look().done == ()


def test_a_fact_that_came_by_another_way_answers_too(inbox: Inbox, workshop: Workshop) -> None:
    told = {"product": "H3", "capability": "soy_milk", "verdict": "no", "limit_zh": "它是加湿器"}
    workshop.bench.save([Edit("shop/capabilities.csv", ("H3", "soy_milk"), None, None, told)], "小周")
    (done,) = inbox.look().done
    assert (done.how, done.state, done.author) == ("fact", "draft", None)
    assert texts(inbox.look().groups) == ["L18能煮火锅吗"]


def test_the_days_that_are_looked_at_can_be_chosen(inbox: Inbox, database: Database) -> None:
    keep(database, talk(unknown("上周的", product="L18"), of="web:3", begins=EVENING - timedelta(days=5)))
    assert [inbox.count(days) for days in (1, 7, 30)] == [2, 3, 3]


def test_the_dialogue_around_is_whole_and_masked(inbox: Inbox, database: Database) -> None:
    said = [buyer("在吗"), bot("在的"), unknown(), bot("说不准"), agent("您留个电话？"), left_to_agent("13812345678")]
    numbers = keep(database, talk(*said, of="web:4"))
    lines = inbox.dialogue(numbers[2])
    assert [line.sender for line in lines] == ["buyer", "bot", "buyer", "bot", "agent", "buyer"]
    assert "13812345678" not in repr([line.text for line in lines])
    assert inbox.dialogue(99999) == []


def test_of_a_buyer_who_is_forgotten_nothing_is_left_in_it(
    inbox: Inbox, database: Database, workshop: Workshop
) -> None:
    hotpot = next(group for group in inbox.look().groups if "火锅" in group.first.text)
    inbox.handle(hotpot.keys, "aside", (), "小周")
    assert Forgetting(database, workshop.folder).erase("web:1", EVENING)
    seen = inbox.look()
    assert texts(seen.groups) == ["L18能打豆浆吗"]
    assert seen.done == ()
    assert inbox.items(hotpot.keys) == []


def test_questions_that_are_not_there_are_passed_over(inbox: Inbox) -> None:
    inbox.handle([(4711, 0)], "aside", (), "小周")
    assert inbox.items([(4711, 0), (1, 7)]) == []


def test_two_who_see_to_the_same_question_leave_it_seen_to_once(inbox: Inbox) -> None:
    keys = inbox.look().groups[0].keys
    inbox.handle(keys, "aside", (), "小周")
    inbox.handle(keys, "aside", (), "阿明")
    assert [one.author for one in inbox.look().done] == ["阿明"]


def test_a_line_of_a_record_before_confidences_were_kept_does_no_harm(shop: Shop) -> None:
    old = {name: value for name, value in asked("ask_spec", "几斤重", "unknown").items() if name != "confidence"}
    (item,) = found(talk(replace(buyer("几斤重", old))), shop, EVENING)
    assert (item.label, item.confidence, item.next) == ("ask_spec", 0.0, None)
