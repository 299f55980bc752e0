"""From a question of last night that was not answered to the right answer live, by hand in a real Chromium; and examples."""

from __future__ import annotations

import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from bot.adapters.tables import content_inbox, conversations, messages, turns
from tests.conftest import ROOT, Stack, make_stack
from tests.content.night import asked, bot, buyer, keep, talk, unknown
from tests.desk.conftest import sign_in
from tests.workbench.conftest import Shop
from tests.workbench.test_in_the_browser import faults_of

pytestmark = pytest.mark.browser
MORNING = "2026-11-22T08:50:00+08:00"
WITHIN = 60
"""Seconds from the opened inbox to the right answer."""


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Stack]:
    """The running system with a shop of its own, as the demo shop is, its honesty questions with it."""
    shop = Path(shutil.copytree(ROOT / "shop", tmp_path / "shop"))
    running = make_stack(tmp_path, shop=str(shop))
    running.start()
    yield running
    running.stop()


@pytest.mark.stack
def test_what_was_not_known_last_night_is_answered_within_a_minute(own: Stack, opened: Callable[..., Page]) -> None:
    for number, text in enumerate(("D20能做辅食吗", "豆浆机可以做宝宝辅食不")):
        told = own.say(f"night-{number}", text)
        (question,) = told["turn"]["questions"]
        assert question["outcome"] == "unknown" and 0 < question["next"]["confidence"] < question["confidence"]
    own.set_clock(MORNING)
    one = opened()
    one.goto(f"{own.url}/workbench")
    sign_in(one, "lead")
    expect(one.locator(".unanswered")).to_contain_text("2 句")

    began = time.monotonic()
    one.goto(f"{own.url}/workbench/inbox")
    group = one.locator(".asked-group")
    expect(group).to_have_count(1)
    expect(group).to_contain_text("豆浆机 D20 · 做辅食")
    one.keyboard.press("f")
    expect(one.locator(".asked-by")).to_contain_text("豆浆机可以做宝宝辅食不")
    one.check("[name='is:verdict'][value=limited]")
    one.fill("#f-limit_zh", "只能打米糊这类，打不了肉和菜")
    one.fill("#f-limit_en", "rice paste and the like is fine, meat and vegetables are not")
    one.keyboard.press("Control+s")
    one.click("#publish")
    expect(one.locator("#done")).to_contain_text("现在答得上了", timeout=WITHIN * 1000)
    answer = ""
    while "打不了肉和菜" not in answer and time.monotonic() < began + WITHIN:
        answer = "\n".join(reply["text"] for reply in own.say(uuid.uuid4().hex, "豆浆机能做辅食吗")["replies"])
        time.sleep(0.3)
    assert "打不了肉和菜" in answer
    took = time.monotonic() - began
    print(f"from the inbox to the answer: {took:.1f} s")
    assert took < WITHIN
    expect(one.locator(".empty")).to_be_visible()


# --- over a front that a Rasa's stand-in serves ------------------------------------------------------------------------


@pytest.fixture
def night(shop: Shop) -> Iterator[None]:
    """Three buyers of two hours ago, one of whom a dialogue stands around."""
    database, begins = shop.running.front.store._database, shop.running.clock.now() - timedelta(hours=2)
    words = "羽绒服 W05 能搁水里泡不"
    question = asked("ask_usage", words, confidence=0.48, next=("ask_capability", 0.41), product="W05")
    talks = [
        [
            buyer("在吗", asked("greet", "在吗")),
            bot("在的"),
            unknown("D20能做辅食吗", product="D20", capability="baby_food"),
        ],
        [buyer(words, question, said=[("product", "羽绒服")])],
        [unknown("能刻字吗", product="T500")],
    ]
    for number, lines in enumerate(talks):
        keep(database, talk(*lines, of=f"web:browser-{number}", begins=begins - timedelta(minutes=number)))
    yield
    with database.writing() as connection:
        for table in (content_inbox, turns, messages, conversations):
            connection.execute(sa.delete(table))


@pytest.mark.parametrize(("width", "locale", "scheme"), [(360, "zh-CN", "light"), (1280, "en", "dark")])
def test_the_inbox_is_accessible_and_fits_its_screen(
    shop: Shop, page: Callable[..., Page], night: None, width: int, locale: str, scheme: str
) -> None:
    one = page(width=width, locale=locale, color_scheme=scheme)
    one.goto(f"{shop.url}/workbench/inbox")
    links = [one.get_attribute(f".do-{kind} >> nth=0", "href") for kind in ("fact", "faq", "example")]
    links.append(one.get_attribute("details[data-talk] a >> nth=0", "href"))
    faults = [fault for link in ["/workbench/inbox", *links] for fault in faults_of(one, f"{shop.url}{link}", width)]
    assert not faults


def test_words_are_marked_by_tapping_them_and_saved_from_the_keyboard(
    shop: Shop, page: Callable[..., Page], night: None
) -> None:
    one = page("/inbox")
    one.click(".asked-group:has-text('泡') .do-example")
    line = one.locator("#l-0")
    expect(line).to_have_value("[羽绒服](product) W05 能搁水里泡不")
    one.click(".token:has-text('W05')")
    expect(line).to_have_value("[羽绒服 W05](product) 能搁水里泡不")
    one.click(".token:has-text('羽绒服')")
    expect(line).to_have_value("羽绒服 W05 能搁水里泡不")
    one.select_option("#kind", "topic")
    one.locator(".token", has_text="泡").focus()
    one.keyboard.press("Enter")
    expect(line).to_have_value("羽绒服 W05 能搁水里[泡](topic)不")
    expect(one.locator(".token[aria-pressed=true]")).to_be_focused()
    one.select_option("#label", "ask_capability")
    one.keyboard.press("Control+s")
    expect(one.locator(".said")).to_contain_text("例句已存进草稿")
    assert "    - 羽绒服 W05 能搁水里[泡](topic)不\n" in shop.draft["data/nlu/ask_capability.yml"]


def test_groups_are_gone_through_with_the_keyboard_and_the_dialogue_opens(
    shop: Shop, page: Callable[..., Page], night: None
) -> None:
    one = page("/inbox")
    groups = one.locator(".asked-group")
    expect(groups).to_have_count(3)
    one.keyboard.press("j")
    one.keyboard.press("j")
    expect(groups.nth(1)).to_be_focused()
    one.keyboard.press("k")
    expect(groups.nth(0)).to_be_focused()
    first = groups.filter(has_text="D20能做辅食吗")
    first.locator(".talks > summary").click()
    first.locator("details[data-talk] > summary").click()
    expect(first.locator(".talk-around .this")).to_contain_text("D20能做辅食吗")
    expect(first.locator(".talk-around .from-bot").first).to_contain_text("在的")
    one.keyboard.press("x")
    expect(groups).to_have_count(2)
    one.click(".undo button")
    expect(groups).to_have_count(3)


def test_a_dialogue_that_cannot_be_fetched_has_a_page_of_its_own(page: Callable[..., Page], night: None) -> None:
    one = page("/inbox")
    one.route(
        "**/inbox/talk*", lambda route: route.abort() if route.request.resource_type == "fetch" else route.continue_()
    )
    first = one.locator(".asked-group").filter(has_text="D20能做辅食吗")
    first.locator(".talks > summary").click()
    first.locator("details[data-talk] > summary").click()
    expect(first.locator(".around")).to_contain_text("连不上服务器")
    first.locator(".around a").click()
    expect(one.locator(".this")).to_contain_text("D20能做辅食吗")
