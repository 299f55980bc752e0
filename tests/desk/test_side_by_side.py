"""A buyer's page and an agent's page side by side, in real browsers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.desk.buyers import BULK, HAGGLER
from tests.desk.conftest import sign_in
from tests.desk.running import Running, picture
from tests.front.helpers import eventually

pytestmark = pytest.mark.browser
OFFER = HAGGLER.lines[3].text


@pytest.fixture
def buyer(opened: Callable[..., Page], running: Running) -> Page:
    """A buyer with a phone."""
    page = opened(width=360, height=740)
    page.goto(f"{running.url}/chat?lang=zh")
    expect(page.locator(".message.bot")).to_be_visible()
    return page


def write(page: Page, text: str) -> None:
    page.locator("#text").fill(text)
    page.keyboard.press("Enter")


def answered(page: Page) -> None:
    expect(page.locator(".message.bot").last).to_contain_text("好的")
    expect(page.locator("#outbox > *")).to_have_count(0)


def take_the_last(agent: Page, running: Running) -> str:
    """Opens the handoff that came last, by the address that its row has."""
    newest = running.front.handoffs.listed()[0]["id"]
    agent.locator(f"#handoff-{newest}").click()
    agent.locator("#claim").click()
    expect(agent.locator("#text")).to_be_focused()
    return newest


def say(agent: Page, text: str) -> None:
    agent.locator("#text").fill(text)
    agent.keyboard.press("Control+Enter")


def test_from_the_question_to_the_sale(running: Running, buyer: Page, agent_page: Callable[..., Page]) -> None:
    agent = agent_page("小林")
    write(buyer, OFFER)
    answered(buyer)
    expect(buyer.locator("#state")).to_contain_text("已通知人工客服")

    # it appears in the queue without a reload; the card says what the buyer wants
    expect(agent.locator(".row", has_text="轻薄羽绒服 W05 黑色 M码 × 2").first).to_be_visible()
    take_the_last(agent, running)
    for words in (
        "轻薄羽绒服 W05",
        "黑色",
        "M码",
        "× 2",
        "出 ¥600",
        "标价合计 ¥738",
        "低 ¥138（18.7%）",
        "13812345678",
    ):
        expect(agent.locator("#card")).to_contain_text(words)
    expect(agent.locator("#transcript")).to_contain_text("138****5678")

    # the buyer hears that a person is there, and sees them write
    expect(buyer.locator("#log .event")).to_contain_text("小林 来了")
    expect(buyer.locator("#state")).to_contain_text("小林")
    agent.locator("#text").press_sequentially("您好")
    expect(buyer.locator("#typing")).to_be_visible()
    agent.locator("#text").fill("")

    # the suggested reply is one click away
    agent.locator("#use-suggested").click()
    expect(agent.locator("#text")).to_have_value(re.compile("两件600我就拍"))
    agent.keyboard.press("Control+Enter")
    expect(buyer.locator(".message.agent .bubble")).to_contain_text("两件600我就拍")
    expect(buyer.locator("#typing")).to_be_hidden()
    expect(agent.locator("#transcript .from-agent")).to_have_count(1)
    expect(agent.locator("#pending li")).to_have_count(0)

    # the buyer's words arrive live as well, and the bot is silent
    buyer.locator("#text").press_sequentially("那")
    expect(agent.locator("#typing")).to_be_visible()
    write(buyer, "那650呢，多少钱能卖")
    expect(agent.locator("#transcript .from-buyer").last).to_contain_text("那650呢")
    expect(agent.locator("#typing")).to_be_hidden()
    expect(agent.locator("#head .wait")).to_be_visible()
    assert "那650呢，多少钱能卖" not in running.rasa.asked

    # pictures go both ways
    agent.locator("#file").set_input_files(files=[{"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture()}])
    expect(agent.locator("#tray img")).to_have_count(1)
    expect(agent.locator("#tray .going")).to_have_count(0)
    say(agent, "660，这是实拍")
    expect(buyer.locator(".message.agent img")).to_have_count(1)
    buyer.locator("#file").set_input_files(
        files=[{"name": "b.jpg", "mimeType": "image/jpeg", "buffer": picture("#eee")}]
    )
    write(buyer, "好，拍了")
    expect(agent.locator("#transcript .from-buyer img")).to_have_count(1)
    expect(agent.locator("#transcript .from-buyer img")).to_have_js_property("naturalWidth", 640)

    # sold; the buyer is told that the bot is back, and a new question is the bot's again
    agent.locator("#open-end").click()
    agent.locator("[value=sold]").check()
    agent.locator("[name=amount]").fill("660")
    agent.locator("#close button").click()
    expect(agent.locator("#acts")).to_contain_text("成交：¥660")
    expect(buyer.locator("#log .event").last).to_contain_text("小林 先忙去了")
    write(buyer, "谢谢，再问一下有发票吗")
    expect(buyer.locator(".message.bot").last).to_contain_text("好的，我在")
    buyer.reload()
    expect(buyer.locator("#log .event")).to_have_count(2)
    expect(buyer.locator("#log .event + .day")).to_have_count(0)
    expect(buyer.locator("#log")).to_contain_text("好，拍了")


def test_the_dots_end_with_the_answer(buyer: Page) -> None:
    write(buyer, "有货吗")
    answered(buyer)
    expect(buyer.locator("#typing")).to_be_hidden(timeout=3000)


def test_of_two_agents_one_gets_it_and_the_other_is_told(running: Running, agent_page: Callable[..., Page]) -> None:
    first, second = agent_page("小林"), agent_page("阿明")
    _, handoff = running.wait()
    address = f"{running.url}/desk/handoffs/{handoff}"
    first.goto(address)
    second.goto(address)
    second.route("**/events*", lambda route: route.abort())  # the page of the second does not hear of it in time
    second.reload()
    first.locator("#claim").click()
    expect(first.locator("#text")).to_be_visible()
    second.locator("#claim").click()
    expect(second.get_by_role("alert")).to_contain_text("小林 已经接了")
    assert running.front.handoffs.find(handoff)["agent"] == "小林"


def test_a_page_that_fell_behind_loses_nothing(running: Running, agent_page: Callable[..., Page]) -> None:
    conversation, handoff = running.wait()
    agent = agent_page("小林", f"/desk/handoffs/{handoff}")
    agent.locator("#claim").click()
    expect(agent.locator("#text")).to_be_visible()
    agent.route("**/events*", lambda route: route.abort())  # the page does not hear of it in time
    agent.reload()
    agent.locator("#text").fill("我看一下库存")
    # a lead takes over meanwhile; what was written stays and is shown
    running.front.handoffs.take_over(handoff, running.agent("组长"), running.clock.now())
    agent.keyboard.press("Control+Enter")
    expect(agent.locator("[data-notice=refused]")).to_contain_text("组长")
    agent.unroute("**/events*")
    agent.reload()
    expect(agent.locator("#acts")).to_contain_text("组长 在接待")
    expect(agent.locator("[data-notice=draft]")).to_contain_text("我看一下库存")
    assert [m["text"] for m in running.front.store.thread(conversation) if m["sender"] == "agent"] == []


def test_a_session_that_ended_costs_no_words(running: Running, agent_page: Callable[..., Page]) -> None:
    conversation, handoff = running.wait()
    agent = agent_page("阿明", f"/desk/handoffs/{handoff}")
    agent.locator("#claim").click()
    expect(agent.locator("#text")).to_be_visible()
    agent.context.clear_cookies(name="nightdesk_agent")
    say(agent, "您好，我是阿明")
    agent.locator("#text").fill("还没写完")
    expect(agent.locator("[data-notice=ended]")).to_contain_text("登录已过期")
    expect(agent.locator("#pending")).to_contain_text("登录后自动发送")
    agent.get_by_role("link", name="重新登录").click()
    sign_in(agent, "阿明")
    expect(agent).to_have_url(f"{running.url}/desk/handoffs/{handoff}")
    expect(agent.locator("#transcript .from-agent")).to_contain_text("您好，我是阿明")
    expect(agent.locator("#text")).to_have_value("还没写完")
    sent = [m["text"] for m in running.front.store.thread(conversation) if m["sender"] == "agent"]
    assert sent == ["您好，我是阿明"]


def test_a_line_that_broke_comes_back_with_what_was_missed(running: Running, agent_page: Callable[..., Page]) -> None:
    conversation, handoff = running.wait()
    agent = agent_page("小林", f"/desk/handoffs/{handoff}")
    agent.locator("#claim").click()
    expect(agent.locator("#text")).to_be_visible()
    agent.wait_for_load_state("load")  # the page's scripts are there
    agent.context.set_offline(True)
    running.say(conversation, "断网的时候说的")
    say(agent, "断网的时候回的")
    expect(agent.locator("#pending")).to_contain_text("正在重试")
    agent.context.set_offline(False)
    expect(agent.locator("#transcript")).to_contain_text("断网的时候说的")
    expect(agent.locator("#transcript .from-agent")).to_have_count(1)
    expect(agent.locator("#pending li")).to_have_count(0)


def test_html_from_an_agent_is_only_text(running: Running, buyer: Page, agent_page: Callable[..., Page]) -> None:
    write(buyer, "我要人工")
    answered(buyer)
    agent = agent_page("小林")
    take_the_last(agent, running)
    say(agent, "<img src=x onerror=alert(1)>")
    expect(buyer.locator(".message.agent .bubble")).to_have_text("<img src=x onerror=alert(1)>")
    expect(agent.locator("#transcript .from-agent .text")).to_have_text("<img src=x onerror=alert(1)>")
    assert buyer.locator("img[src=x]").count() == agent.locator("img[src=x]").count() == 0


@pytest.mark.parametrize(
    ("name", "body", "word"),
    [
        ("large.gif", b"GIF89a" + b"\0" * (50 * 1024 * 1024), "8 MB"),
        ("paper.jpg", b"%PDF-1.4 no picture at all", "JPG、PNG"),
        ("sheet.pdf", b"%PDF-1.4", "JPG、PNG"),
    ],
    ids=["50 MB", "no picture", "another kind"],
)
def test_a_picture_that_cannot_be_sent_is_refused_in_words(
    running: Running, agent_page: Callable[..., Page], tmp_path: Path, name: str, body: bytes, word: str
) -> None:
    (tmp_path / name).write_bytes(body)
    _, handoff = running.wait()
    agent = agent_page("小林", f"/desk/handoffs/{handoff}")
    agent.locator("#claim").click()
    agent.locator("#text").fill("看这个")
    agent.locator("#file").set_input_files(tmp_path / name)
    expect(agent.locator("#hint")).to_contain_text(word)
    expect(agent.locator("#tray img")).to_have_count(0)
    expect(agent.locator("#text")).to_have_value("看这个")


def test_who_claims_before_the_page_is_alive_can_write_at_once(
    running: Running, agent_page: Callable[..., Page]
) -> None:
    _, handoff = running.wait()
    agent = agent_page("小林")
    agent.route("**/static/desk/desk.js", lambda route: route.abort(), times=1)
    agent.goto(f"{running.url}/desk/handoffs/{handoff}")
    agent.locator("#claim").click()
    expect(agent.locator("#text")).to_be_focused()


def test_what_is_written_before_the_page_is_alive_stays(running: Running, agent_page: Callable[..., Page]) -> None:
    _, handoff = running.wait()
    running.front.handoffs.claim(handoff, running.agent("小林"), running.clock.now())
    agent, waiting = agent_page("小林"), []
    agent.wait_for_load_state()  # the queue's page asks for the same script
    agent.route("**/static/desk/composer.js", lambda route: waiting.append(route))
    agent.goto(f"{running.url}/desk/handoffs/{handoff}", wait_until="commit")
    agent.locator("#text").fill("马上给您看")
    while not waiting:
        agent.wait_for_timeout(50)
    waiting.pop().continue_()
    expect(agent.locator("#pick")).to_be_visible()
    expect(agent.locator("#text")).to_have_value("马上给您看")


def test_given_back_and_passed_on_the_buyer_hears_of_it(
    running: Running, buyer: Page, agent_page: Callable[..., Page]
) -> None:
    write(buyer, "我要人工")
    answered(buyer)
    agent = agent_page("小林")
    handoff = take_the_last(agent, running)
    expect(buyer.locator("#log .event")).to_contain_text("小林 来了")
    agent.locator("#open-pass").click()
    agent.locator("#pass select").select_option("queue:bulk")
    agent.locator("#pass textarea").fill("要开专票")
    agent.locator("#pass button").click()
    expect(buyer.locator("#log .passing")).to_contain_text("转给同事")
    other = agent_page("阿明", f"/desk/handoffs/{handoff}")
    expect(other.locator("#card .passed")).to_contain_text("要开专票")
    other.locator("#claim").click()
    expect(buyer.locator("#log .event").last).to_contain_text("阿明 来了")
    other.locator("#open-back").click()
    other.locator("#give-back button").click()
    expect(buyer.locator("#log .event").last).to_contain_text("阿明 先忙去了")
    expect(buyer.locator("#state")).to_contain_text("机器人助手")


def test_a_folded_widget_shows_that_a_person_has_written(running: Running, opened: Callable[..., Page]) -> None:
    page = opened()
    page.goto(f"{running.url}/demo")
    page.get_by_role("button", name="咨询客服").click()
    frame = page.frame_locator("iframe")
    expect(frame.locator(".message.bot")).to_be_visible()
    frame.locator("#text").fill("我要人工，问破壁机")
    frame.locator("#text").press("Enter")
    expect(frame.locator("#state")).to_contain_text("已通知人工客服")
    page.get_by_role("button", name="收起聊天窗口").first.click()
    handoff = running.front.handoffs.listed()[0]
    agent = running.agent("小林")
    running.front.handoffs.claim(handoff["id"], agent, running.clock.now())
    running.front.handoffs.reply(handoff["id"], agent, "0" * 32, "您好，破壁机有货", [], running.clock.now())
    running.front.live.tell(handoff["conversation"])
    page.get_by_role("button", name="咨询客服，有新消息").click()
    expect(frame.locator(".message.agent .bubble")).to_have_text("您好，破壁机有货")


def test_a_page_that_nobody_looks_at_gives_its_line_up(running: Running, buyer: Page) -> None:
    write(buyer, "我要人工，在别的页面等")
    answered(buyer)
    live, conversation = running.front.live, running.front.handoffs.listed()[0]["conversation"]
    assert conversation in live._waiting
    buyer.evaluate("""() => {
        Object.defineProperty(document, "hidden", {get: () => true, configurable: true});
        document.dispatchEvent(new Event("visibilitychange"));
    }""")
    assert eventually(lambda: conversation not in live._waiting, 5)
    buyer.evaluate("""() => {
        Object.defineProperty(document, "hidden", {get: () => false, configurable: true});
        document.dispatchEvent(new Event("visibilitychange"));
    }""")
    assert eventually(lambda: conversation in live._waiting, 5)


def test_waits_take_colour_only_while_people_are_there(running: Running, agent_page: Callable[..., Page]) -> None:
    if not running.handoffs:
        running.play()
    running.play((replace(BULK, name="slow", minutes=0.35),))
    agent = agent_page("小林")
    for name, look in (("haggler", "wait late"), ("slow", "wait slow"), ("parcel", "wait")):
        row = agent.locator(".row", has=agent.locator(f"#handoff-{running.handoffs[name]}"))
        expect(row.locator(".wait")).to_have_class(look)


def test_the_bell_is_off_until_it_is_wanted_and_then_remembered(
    running: Running, agent_page: Callable[..., Page]
) -> None:
    agent = agent_page("小林")
    expect(agent.locator("#bell")).not_to_be_checked()
    running.wait()
    expect(agent).to_have_title(re.compile(r"^\(\d+\)"))
    agent.locator("#bell").check()
    agent.reload()
    expect(agent.locator("#bell")).to_be_checked()
    agent.evaluate("Object.defineProperty(document, 'hidden', {get: () => true})")
    running.wait()
    expect(agent).to_have_title(re.compile("^● "))


def test_all_of_it_by_keyboard(running: Running, agent_page: Callable[..., Page]) -> None:
    conversation, handoff = running.wait("我要人工，急")
    agent = agent_page("Anna")
    agent.locator(f"#handoff-{handoff}").focus()
    agent.keyboard.press("Enter")
    expect(agent.locator("#claim")).to_be_visible()
    expect(agent.locator("#help-button")).to_be_visible()
    agent.keyboard.press("?")
    expect(agent.get_by_role("dialog")).to_contain_text("快捷键")
    agent.keyboard.press("Escape")
    agent.keyboard.press("c")
    expect(agent.locator("#text")).to_be_focused()
    agent.keyboard.press("Escape")
    agent.keyboard.press("s")
    expect(agent.locator("#text")).to_be_focused()
    agent.keyboard.type("c")  # in the box a letter is a letter
    agent.keyboard.press("Control+Enter")
    expect(agent.locator("#transcript .from-agent .text")).to_contain_text("c")
    agent.keyboard.press("Escape")
    agent.keyboard.press("e")
    agent.keyboard.press("ArrowRight")
    agent.keyboard.press("Tab")
    agent.keyboard.press("ArrowDown")
    agent.keyboard.press("Tab")
    agent.keyboard.type("改天再来")
    agent.keyboard.press("Tab")
    agent.keyboard.press("Enter")
    expect(agent.locator("#acts")).to_contain_text("改天再来")
    agent.keyboard.press("q")
    expect(agent).to_have_url(f"{running.url}/desk/queue")
    assert running.front.handoffs.find(handoff)["ending"]["outcome"] == "lost"
    assert running.front.store.state(conversation) == "bot"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_is_wider_than_a_small_phone(running: Running, agent_page: Callable[..., Page], lang: str) -> None:
    if not running.handoffs:
        running.play()
    agent = agent_page("小林", width=360, height=740, has_touch=True)
    paths = ["/desk/queue", "/desk/queue?show=closed", "/desk/queue?q=W05", "/desk/unsent", "/desk/people"]
    paths += [f"/desk/handoffs/{handoff}" for handoff in running.handoffs.values()]
    for path in paths:
        agent.goto(f"{running.url}{path}{'&' if '?' in path else '?'}lang={lang}")
        assert agent.evaluate("document.documentElement.scrollWidth") <= 360, path
        for fold in agent.locator("details.fold summary").all():
            fold.click()
            assert agent.evaluate("document.documentElement.scrollWidth") <= 360, f"{path}, unfolded"
