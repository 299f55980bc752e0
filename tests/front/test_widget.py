"""The widget on a shop's own pages, in a real Chromium: what a buyer sees and does, and what the page cannot do."""

from __future__ import annotations

import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.desk.running import Running, make_running, serving
from tests.front.embedding import CHROMIUM, DESKTOP, PHONE, FewWords, Site, ask, launcher, open_site, opened
from tests.front.helpers import eventually

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]

BLOCKED = """Object.defineProperty(window, "localStorage", {get() { throw new DOMException("", "SecurityError"); }});
    Object.defineProperty(document, "cookie", {get: () => "", set: () => {}});"""
DENIED = "() => { try { return localStorage.length } catch { return 'denied' } }"


# --- on a page with a strict policy ------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_one_line_is_enough_under_a_strict_policy(visit: Any, site: Site, size: tuple[int, int]) -> None:
    page = visit(site.page(product="Y915"), size)
    frame = opened(page)
    ask(frame, "这个多少钱", "399")
    assert page.context.cookies() == []
    page.reload()
    frame = opened(page)
    expect(frame.get_by_role("log")).to_contain_text("这个多少钱")
    ask(frame, "料理机多少钱", "199")


def test_all_of_it_is_small(visit: Any, site: Site, running: Running) -> None:
    page = visit("about:blank")
    finished: list[Any] = []
    page.on("requestfinished", lambda request: finished.append(request))
    page.goto(site.page())
    opened(page)
    said = f"{running.url}/chat/"
    fetched = {r.url: r for r in finished if r.url.startswith(running.url) and not r.url.startswith(said)}
    sizes = [request.sizes()["responseBodySize"] for request in fetched.values()]
    assert len(sizes) >= 12, "script, page, style, words and modules"
    assert 15_000 < sum(sizes) < 40_000


def test_the_frame_is_a_stranger_to_the_page(visit: Any, site: Site) -> None:
    page = visit(site.page(product="Y915"))
    heard = "window.heard = []; addEventListener('message', (event) => heard.push(JSON.stringify(event.data)))"
    page.evaluate(heard)
    ask(opened(page), "料理机多少钱，我姓王", "199")
    page.keyboard.press("Escape")
    expect(launcher(page)).to_have_attribute("aria-expanded", "false")
    inside = "() => { try { return document.querySelector('#nightdesk').shadowRoot.querySelector('iframe').contentWindow.document.body.innerText } catch { return 'closed' } }"
    assert page.evaluate(inside) == "closed"
    told = " ".join(page.evaluate("heard"))
    assert '"type":"unread"' in told and "姓王" not in told and "199" not in told
    assert page.evaluate("Object.values({...localStorage})") == ["used"]


def test_where_frames_have_no_storage_the_thread_is_found_again_too(private: Browser, site: Site) -> None:
    page = private.new_page()
    page.goto(site.page())
    frame = opened(page)
    assert frame.locator("html").evaluate(DENIED) == "denied"
    ask(frame, "料理机多少钱", "199")
    page.reload()
    frame = opened(page)
    expect(frame.get_by_role("log")).to_contain_text("料理机多少钱")
    ask(frame, "空气炸锅多少钱", "299")
    assert all(cookie["name"].startswith("nightdesk.") for cookie in page.context.cookies())
    # A message has a cookie of its own until the page has heard that it arrived; the stream may bring its answer before.
    assert eventually(lambda: len(page.context.cookies()) == 1, seconds=5)
    page.context.close()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_where_nothing_at_all_can_be_kept_the_chat_works_for_the_visit(
    private: Browser, site: Site, size: tuple[int, int]
) -> None:
    page = private.new_page(viewport={"width": size[0], "height": size[1]})
    page.add_init_script(BLOCKED)
    page.goto(site.page(product="M500"))
    frame = opened(page)
    ask(frame, "这个多少钱", "899")
    ask(frame, "料理机多少钱", "199")
    page.keyboard.press("Escape")
    expect(opened(page).get_by_role("log")).to_contain_text("料理机多少钱")
    page.close()


# --- looks -------------------------------------------------------------------------------------------------------


def test_colour_position_language_and_greeting_are_the_shops(visit: Any, site: Site) -> None:
    page = visit(site.page(colour="gold", position="left", language="en", greeting="Hello, <b>you</b>"))
    button = page.get_by_role("button", name="Chat with us")
    expect(button).to_have_css("background-color", "rgb(255, 215, 0)")
    expect(button).to_have_css("color", "rgb(0, 0, 0)")
    assert button.bounding_box()["x"] < 30
    page.get_by_role("button", name="Hello, <b>you</b>").click()
    frame = page.frame_locator("#nightdesk iframe")
    expect(frame.locator("#send")).to_have_css("color", "rgb(109, 101, 92)")
    frame.locator("#text").fill("how much")
    expect(frame.locator("#send")).to_have_css("background-color", "rgb(255, 215, 0)")
    assert frame.locator("html").get_attribute("lang") == "en"


@pytest.mark.parametrize("colour", ["no colour", "rgb(0 0 0 / 0)", "red; background: url(//x)", "var(--x)"])
def test_what_is_no_colour_leaves_ours(visit: Any, site: Site, colour: str) -> None:
    expect(launcher(visit(site.page(colour=colour)))).to_have_css("background-color", "rgb(29, 114, 87)")


def test_without_a_language_it_is_the_pages(visit: Any, site: Site) -> None:
    page = visit(site.page(lang="en-US"), locale="zh-CN")
    expect(launcher(page)).to_have_attribute("aria-label", "Chat with us")
    frame = opened(page)
    frame.locator("#language").click()
    expect(page.locator("#nightdesk .launcher")).to_have_attribute("aria-label", "收起聊天窗口")


def test_who_wants_no_motion_sees_none(visit: Any, site: Site) -> None:
    page = visit(site.page(), reduced_motion="reduce")
    opened(page)
    expect(page.locator("#nightdesk .frame")).to_have_css("animation-name", "none")
    expect(launcher(page)).to_have_css("transition-duration", "0s")


# --- keyboard and phone ------------------------------------------------------------------------------------------


def test_everything_goes_by_keyboard(visit: Any, site: Site) -> None:
    page = visit(site.page(product="Y915"))
    expect(launcher(page)).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(launcher(page)).to_be_focused()
    page.keyboard.press("Enter")
    frame = page.frame_locator("#nightdesk iframe")
    expect(frame.locator("#text")).to_be_focused()
    page.keyboard.type("zhege how much")
    page.keyboard.press("Enter")
    expect(frame.get_by_role("log")).to_contain_text("399")
    page.keyboard.press("Escape")
    expect(page.locator("#nightdesk .frame")).to_be_hidden()
    expect(launcher(page)).to_be_focused()
    expect(launcher(page)).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Space")
    expect(frame.locator("#text")).to_be_focused()


def test_focus_goes_back_to_the_shops_own_button(visit: Any, site: Site) -> None:
    page = visit(site.page())
    expect(launcher(page)).to_be_visible()
    page.evaluate("document.querySelector('#own').addEventListener('click', () => Nightdesk.open())")
    page.locator("#own").press("Enter")
    expect(page.frame_locator("#nightdesk iframe").locator("#text")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#own")).to_be_focused()


@pytest.mark.parametrize("size", [PHONE, (740, 360)], ids=["upright", "on its side"])
def test_on_a_phone_it_covers_the_page_and_gives_it_back(visit: Any, site: Site, size: tuple[int, int]) -> None:
    page = visit(site.page(), size, has_touch=True, is_mobile=True)
    frame = opened(page)
    box = page.locator("#nightdesk .frame").bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, *size)
    expect(page.locator("#nightdesk .frame")).to_have_attribute("aria-modal", "true")
    assert page.evaluate("document.querySelector('main').inert")
    assert page.evaluate("getComputedStyle(document.documentElement).overflowY") == "hidden"
    frame.locator("#close").click()
    expect(page.locator("#nightdesk .frame")).to_be_hidden()
    assert not page.evaluate("document.querySelector('main').inert")
    assert page.evaluate("getComputedStyle(document.documentElement).overflowY") == "visible"


def test_the_box_stays_above_the_on_screen_keyboard(visit: Any, site: Site) -> None:
    page = visit(site.page(), PHONE, has_touch=True, is_mobile=True)
    frame = opened(page)
    keyboard = """() => {
        Object.defineProperty(visualViewport, "height", {get: () => 400});
        Object.defineProperty(visualViewport, "offsetTop", {get: () => 120});
        visualViewport.dispatchEvent(new Event("resize"));
    }"""
    page.evaluate(keyboard)
    expect(page.locator("#nightdesk .frame")).to_have_css("height", "400px")
    box = frame.locator("#text").bounding_box()
    assert box["y"] > 120 and box["y"] + box["height"] <= 520


# --- unread ------------------------------------------------------------------------------------------------------


def test_closed_it_counts_what_was_not_seen(visit: Any, site: Site, running: Running) -> None:
    page = visit(site.page())
    frame = opened(page)
    name = f"我要人工 {uuid.uuid4().hex[:6]}"
    ask(frame, name, "人工客服")
    page.keyboard.press("Escape")
    expect(launcher(page)).to_have_attribute("aria-label", "咨询客服")
    front, agent = running.front, running.agent("小林")
    handoff = next(h for h in front.handoffs.listed() if h["card"]["questions"][0]["text"] == name)
    front.handoffs.claim(handoff["id"], agent, running.clock.now())
    for text in ("您好", "我来帮您"):
        front.handoffs.reply(handoff["id"], agent, uuid.uuid4().hex, text, [], running.clock.now())
    front.live.tell(handoff["conversation"])
    expect(launcher(page)).to_have_attribute("aria-label", "咨询客服，有新消息（2 条）")
    expect(page.locator("#nightdesk .count")).to_have_text("2")
    expect(page.locator("#nightdesk [role=status]")).to_have_text("客服窗口有新消息")
    page.reload()
    expect(page.locator("#nightdesk .count")).to_have_text("2")
    expect(opened(page).locator(".message.agent .bubble").last).to_have_text("我来帮您")
    page.keyboard.press("Escape")
    expect(page.locator("#nightdesk .count")).to_be_hidden()


# --- the product on the page -------------------------------------------------------------------------------------


def test_this_one_is_the_product_on_the_page(visit: Any, site: Site) -> None:
    page = visit(site.page(product="Y915"))
    frame = opened(page)
    ask(frame, "这个多少钱", "399")
    ask(frame, "料理机多少钱", "199")
    ask(frame, "这个多少钱", "199")
    page.evaluate("Nightdesk.product('M500')")
    ask(frame, "这个多少钱", "899")
    page.evaluate("Nightdesk.product('NO-SUCH')")
    ask(frame, "这个多少钱", "899")


def test_a_product_that_the_shop_does_not_have_is_passed_over(visit: Any, site: Site) -> None:
    page = visit(site.page(product="<script>"))
    ask(opened(page), "多少钱", "哪")


# --- where it may stand ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_it_works_behind_a_path_of_the_shops_own_host(visit: Any, site: Site, size: tuple[int, int]) -> None:
    site.asked.clear()
    page = visit(site.page("/desk/widget.js", product="Y915"), size)
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    frame = opened(page)
    ask(frame, "这个多少钱", "399")
    assert eventually(lambda: "/chat/events" in site.asked, 5)
    assert {"/chat/session", "/chat/messages", "/static/front/chat.css"} <= set(site.asked)
    assert all(address.startswith((f"{site.url}/desk/", "data:")) for address in addresses)


def test_only_the_shops_pages_show_the_chat_where_they_are_named(tmp_path: Path, private: Browser) -> None:
    named = make_running(tmp_path, rasa=FewWords())
    assert named.front.site is not None
    named.front = replace(named.front, site=replace(named.front.site, ancestors="'self' http://shop.example"))
    with serving(named), open_site(named.port) as strange:
        page = private.new_page()
        page.goto(strange.page())
        launcher(page).click()
        page.wait_for_timeout(1500)
        assert page.frame_locator("#nightdesk iframe").locator("#text").count() == 0
        page.goto(f"{named.url}/chat")
        expect(page.locator("#text")).to_be_visible()
        page.close()
