"""The inbox's pages without a browser: who gets in, what is shown, and what becomes of a question."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlparse

import pytest
import requests
import sqlalchemy as sa

from bot.adapters.tables import content_inbox, conversations, messages, turns
from bot.content.csv_text import read
from tests.content.night import agent, asked, bot, buyer, keep, talk, unknown
from tests.desk.conftest import Client
from tests.workbench.conftest import Shop
from tests.workbench.test_pages import text

HOSTILE = "<script>alert(1)</script>{{7*7}}能刻字吗 [x](product:y) 13812345678"
INBOX = "/workbench/inbox"


@pytest.fixture(autouse=True)
def night(shop: Shop) -> Iterator[Callable[..., list[int]]]:
    """`night(*lines)`: a buyer of two hours ago; gives the numbers of the messages. Nobody is left behind."""
    database, begun = shop.running.front.store._database, shop.running.clock.now() - timedelta(hours=2)
    count = iter(range(1000))

    def say(*lines) -> list[int]:
        return keep(database, talk(*lines, of=f"web:night-{next(count)}", begins=begun))

    yield say
    with database.writing() as connection:
        for table in (content_inbox, turns, messages, conversations):
            connection.execute(sa.delete(table))


def soy(words: str = "D20能做辅食吗", product: str = "D20"):
    return unknown(words, product=product, capability="baby_food")


def links(page: requests.Response) -> list[str]:
    return [unescape(link) for link in re.findall(r'href="(/workbench/[^"]*of=[^"]*)"', page.text)]


def link(page: requests.Response, path: str) -> str:
    return next(one for one in links(page) if urlparse(one).path == f"/workbench/{path}")


def of(page: requests.Response) -> str:
    return re.findall(r'name="of" value="([^"]+)"', page.text)[0]


@pytest.mark.parametrize("path", ["", "/talk?of=1.0", "/example?of=1.0"])
@pytest.mark.parametrize("name", [None, "小林"])
def test_nobody_but_content_and_leads_reads_what_buyers_said(
    shop: Shop, client: Callable[[], Client], night: Callable[..., list[int]], path: str, name: str | None
) -> None:
    night(soy())
    one = client()
    if name:
        assert one.sign_in(name).status_code == 303
    answer = one.get(f"{shop.url}{INBOX}{path}", allow_redirects=False, headers={"Accept": "text/html"})
    assert answer.status_code == 303
    assert "/workbench/login" in answer.headers["location"]


@pytest.mark.parametrize("path", ["aside", "back", "example?of=1.0"])
def test_a_form_without_its_token_changes_nothing(
    shop: Shop, editor: Callable[..., Client], night: Callable[..., list[int]], path: str
) -> None:
    night(soy())
    one = editor()
    keys = of(one.read(INBOX))
    assert one.act(f"{INBOX}/{path}", csrf="wrong", of=keys, label="ask_spec").status_code == 403
    assert "D20能做辅食吗" in one.read(INBOX).text
    assert shop.bench.workbench.difference() == []


def test_the_first_page_counts_and_the_list_tells_why(
    editor: Callable[..., Client], night: Callable[..., list[int]]
) -> None:
    night(soy(), bot("这个我不太清楚"))
    night(
        soy("豆浆机可以做宝宝辅食不"),
        bot("这个我不太清楚"),
        buyer("我要一台", asked("purchase_intent", "我要一台", "handed_over")),
    )
    one = editor()
    assert "昨晚到现在有 2 句没答好" in text(one.read("/workbench"))
    shown = text(one.read(INBOX))
    for wanted in ("不知道", "2 位买家", "1 位想买", "豆浆机 D20 · 做辅食", "功能用途 90%", "店里没有这条资料"):
        assert wanted in shown
    assert "not known" in text(one.read(f"{INBOX}?lang=en"))


def test_what_a_buyer_wrote_is_only_text_and_masked(
    editor: Callable[..., Client], night: Callable[..., list[int]]
) -> None:
    night(bot("在"), buyer(HOSTILE, asked("ask_spec", HOSTILE, "unknown", product="T500")), agent("打13912345678"))
    one = editor()
    page = one.read(INBOX)
    others = [one.read(link(page, path)) for path in ("inbox/example", "inbox/talk", "facts/faq/row")]
    for shown in (page, *others):
        assert shown.status_code == 200
        assert "<script>alert" not in shown.text
        assert "13812345678" not in shown.text and "13912345678" not in shown.text
        assert "alert(1)" in shown.text and "49能" not in shown.text
    assert all("alert" not in address for address in links(page)), "no address holds what a buyer wrote"


def test_a_question_becomes_a_fact_and_is_done(
    shop: Shop, editor: Callable[..., Client], night: Callable[..., list[int]]
) -> None:
    night(soy("H3能做辅食吗", "H3"))
    night(soy("加湿器可以做宝宝辅食不", "H3"))
    one = editor()
    address = link(one.read(INBOX), "fact")
    form = one.read(address)
    assert "买家问：" in text(form) and "加湿器可以做宝宝辅食不" in form.text
    assert '<option value="H3" selected>' in form.text and '<option value="baby_food" selected>' in form.text
    told = {"is:product": "H3", "is:capability": "baby_food", "is:verdict": "no", "is:limit_zh": ""}
    refused = one.act(address, **told)
    assert refused.status_code == 422 and "of=" in re.findall(r'action="([^"]+/fact[^"]*)"', refused.text)[0]
    saved = one.act(
        address, **{**told, "is:limit_zh": "它只出水雾", "is:limit_en": "it makes mist alone", "is:instead": "Y915"}
    )
    assert (saved.status_code, urlparse(saved.headers["location"]).path) == (303, INBOX)
    rows = read(shop.draft["shop/capabilities.csv"]).rows
    assert any((row.cells["product"], row.cells["capability"]) == ("H3", "baby_food") for row in rows)
    shown = text(one.read(saved.headers["location"]))
    assert "处理好的 2" in shown and "等发布" in shown and "不可以：它只出水雾" in shown
    assert 'value="加湿器 H3 · 做辅食"' in one.read(INBOX).text
    assert one.act("/workbench/act/publish", remark="辅食", back="inbox").headers["location"] == INBOX
    ended = shop.bench.workbench.wait(60)
    assert ended.state == "done", ended
    assert "现在答得上了" in text(one.read(INBOX))


def test_a_question_becomes_an_entry_of_the_faq(
    shop: Shop, editor: Callable[..., Client], night: Callable[..., list[int]]
) -> None:
    night(buyer("有儿童锁吗", asked("ask_spec", "有儿童锁吗", "unknown", product="Y915")))
    one = editor()
    address = link(one.read(INBOX), "facts/faq/row")
    form = one.read(address)
    assert 'value="有儿童锁吗"' in form.text and 'value="Y915-1"' in form.text
    told = {"id": "Y915-1", "product": "Y915", "question_zh": "有儿童锁吗", "answer_zh": "没有童锁，盖子没盖好不会转"}
    told |= {"question_en": "child lock?", "answer_en": "No lock; it does not turn with the lid off."}
    saved = one.act(address, **{f"is:{name}": value for name, value in told.items()})
    assert saved.status_code == 303
    assert "没有童锁，盖子没盖好不会转" in text(one.read(saved.headers["location"]))
    assert "Y915-1,Y915,有儿童锁吗" in shop.draft["shop/faq.csv"]


def test_a_fact_that_an_agent_contradicts_is_changed_where_it_stands(
    shop: Shop, editor: Callable[..., Client], night: Callable[..., list[int]]
) -> None:
    noise = asked(
        "ask_spec", "L18噪音多大", told=(("value", "72 分贝", "shop/specs"),), product="L18", attribute="noise"
    )
    night(buyer("L18噪音多大", noise), agent("亲，噪音在65分贝左右"))
    one = editor()
    page = one.read(INBOX)
    assert "改资料" in text(page) and "亲，噪音在65分贝左右" in text(page)
    address = link(page, "facts/specs/row")
    assert parse_qs(urlparse(address).query)["k"][0] == "L18"
    form = one.read(address)
    was = dict(re.findall(r'name="(was:[^"]+)" value="([^"]*)"', form.text))
    saved = one.act(address, **was, **{"is:value_zh": "65 分贝"})
    assert urlparse(saved.headers["location"]).path == INBOX
    shown = text(one.read(INBOX))
    assert "65 分贝" in shown and "等发布" in shown
    shop.fresh()
    assert "改资料" in text(one.read(INBOX)), "what was taken back answers nothing"


def test_words_are_added_to_a_labels_examples_with_their_marks(
    shop: Shop, editor: Callable[..., Client], night: Callable[..., list[int]]
) -> None:
    words = "羽绒服能搁水里泡不"
    question = asked("ask_usage", words, confidence=0.48, next=("ask_capability", 0.41), product="W05")
    night(buyer(words, question, said=[("product", "羽绒服")]))
    one = editor()
    address = link(one.read(INBOX), "inbox/example")
    form = one.read(address)
    assert 'value="[羽绒服](product)能搁水里泡不"' in form.text and "使用保养 48%" in form.text
    line = "[羽绒服](product)能搁水里泡不"
    saved = one.act(address, label="ask_capability", **{"line:0": line, "text:0": words, "take:0": "1"})
    assert saved.status_code == 303
    assert f"    - {line}\n" in shop.draft["data/nlu/ask_capability.yml"]
    assert [edit.after for edit in shop.bench.workbench.difference()] == [line]
    shown = text(one.read(INBOX))
    assert "等训练和发布" in shown and "先训练" in shown


@pytest.mark.parametrize(
    "sent",
    [
        {"label": "ask_capability", "line:0": "能打豆浆不", "text:0": "x"},  # nothing is ticked
        {"label": "ask_spec", "line:0": "能打豆浆不", "text:0": "x", "take:0": "1"},  # stands under another label
        {"label": "ask_usage", "line:0": "我电话13987654321", "text:0": "x", "take:0": "1"},
        {"label": "ask_usage", "line:0": "[羽绒服](nonsense)能泡不", "text:0": "x", "take:0": "1"},
        {"label": "../../etc", "line:0": "羽绒服能泡不", "text:0": "x", "take:0": "1"},
        {"label": "ask_usage", "line:0": "   ", "text:0": "x", "take:0": "1"},
    ],
)
def test_a_line_that_cannot_be_an_example_is_refused_and_stays_written(
    shop: Shop, editor: Callable[..., Client], night: Callable[..., list[int]], sent: dict[str, str]
) -> None:
    night(soy())
    one = editor()
    answer = one.act(link(one.read(INBOX), "inbox/example"), **sent)
    assert answer.status_code == 422
    assert " ".join(sent["line:0"].split()) in unescape(answer.text)
    assert shop.bench.workbench.difference() == []
    assert "D20能做辅食吗" in one.read(INBOX).text


def test_an_example_that_stands_already_is_not_doubled(
    shop: Shop, editor: Callable[..., Client], night: Callable[..., list[int]]
) -> None:
    night(buyer("能打豆浆不", asked("ask_capability", "能打豆浆不", "clarify", confidence=0.2)))
    one = editor()
    sent = {"label": "ask_capability", "line:0": "能打豆浆不", "text:0": "x", "take:0": "1"}
    assert one.act(link(one.read(INBOX), "inbox/example"), **sent).status_code == 303
    assert shop.bench.workbench.difference() == []
    assert "已经学会" in text(one.read(INBOX))


def test_a_question_is_set_aside_and_put_back(editor: Callable[..., Client], night: Callable[..., list[int]]) -> None:
    night(soy())
    one = editor()
    keys = of(one.read(INBOX))
    answer = one.read(one.act(f"{INBOX}/aside", of=keys).headers["location"])
    assert "都处理好了" in text(answer) and "放一边了" in text(answer) and of(answer) == keys
    assert one.act(f"{INBOX}/back", of=keys).status_code == 303
    assert "D20能做辅食吗" in one.read(INBOX).text
    assert "没答好" not in text(one.read("/workbench")).replace("没答好的", "") or "1 句" in text(
        one.read("/workbench")
    )


def test_who_comes_second_to_a_question_overwrites_nothing(
    shop: Shop, editor: Callable[..., Client], night: Callable[..., list[int]]
) -> None:
    night(soy())
    mine, other = editor(), editor("组长")
    address = link(mine.read(INBOX), "fact")
    told = {"is:product": "D20", "is:capability": "baby_food", "is:verdict": "no", "is:limit_en": "the lead's"}
    assert other.act(address, **told, **{"is:limit_zh": "组长写的"}).status_code == 303
    opened = mine.read(address)
    assert "组长写的" in opened.text and "已经有了" in text(opened)


@pytest.mark.parametrize(
    "given", ["", "0.0", "99999999.0", "1", "a.b", "1.0,", "9" * 5000, "1.0'; drop table messages"]
)
def test_questions_that_are_not_there_are_not_found(editor: Callable[..., Client], given: str) -> None:
    one = editor()
    for path in ("inbox/talk", "inbox/example"):
        answer = one.get(f"{one._url}/workbench/{path}", params={"of": given}, timeout=10)
        assert answer.status_code == 404
    assert one.act(f"{INBOX}/aside", of=given).status_code == 303
    assert one.get(f"{one._url}/workbench/fact", params={"of": given}, timeout=10).status_code == 200


def test_the_dialogue_is_shown_around_the_message(
    editor: Callable[..., Client], night: Callable[..., list[int]]
) -> None:
    night(buyer("在吗", asked("greet", "在吗")), bot("在的"), soy(), bot("这个我不太清楚"))
    one = editor()
    address = link(one.read(INBOX), "inbox/talk")
    page = text(one.read(address))
    assert page.index("在吗") < page.index("在的") < page.index("D20能做辅食吗") < page.index("不太清楚")
    told = one.read(address, Accept="application/json").json()
    assert 'class="from-buyer this"' in told["html"]


@pytest.mark.parametrize("days", ["1", "7", "30", "0", "365", "x"])
def test_only_the_days_that_are_offered_can_be_chosen(editor: Callable[..., Client], days: str) -> None:
    page = editor().read(f"{INBOX}?days={days}")
    chosen = re.findall(r'days=(\d+)" aria-current="page"', page.text)
    assert chosen == [days if days in ("1", "7", "30") else "1"]
