"""The content team's pages in a real browser: on a phone, with the keyboard, and for people who use a screen reader."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files

import pytest
from playwright.sync_api import Page, expect

from bot.core.content import Edit
from tests.workbench.conftest import Shop

PAGES = (
    "",
    "/facts",
    "/facts/capabilities",
    "/facts/capabilities/row?k=L18&k=soy_milk",
    "/fact",
    "/upload",
    "/comparison",
    "/words",
    "/words/utter_can_limited",
    "/rules",
    "/rules/shipping",
    "/rules/hours",
    "/try",
)
RUN = """async () => (await axe.run()).violations.flatMap(({id, help, nodes}) =>
  nodes.slice(0, 3).map(node => `${id}: ${help}: ${node.html.slice(0, 160)}`))"""


def faults_of(page: Page, address: str, width: int) -> list[str]:
    """What keeps people from using a page: by axe, and where it is wider than the screen."""
    page.goto(address)
    page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    faults = [f"{address} {fault}" for fault in page.evaluate(RUN)]
    wide = page.evaluate("document.documentElement.scrollWidth") > width
    return [*faults, f"{address} is wider than the screen"] if wide else faults


@pytest.mark.parametrize(("width", "locale", "scheme"), [(360, "zh-CN", "light"), (1280, "en", "dark")])
def test_every_page_is_accessible_and_fits_its_screen(
    shop: Shop, page: Callable[..., Page], width: int, locale: str, scheme: str
) -> None:
    shop.bench.workbench.save(
        [Edit("shop/capabilities.csv", ("L18", "soy_milk"), "limit_zh", "它没有加热功能", "它不能加热")], "小周"
    )
    one = page(width=width, locale=locale, color_scheme=scheme)
    assert not [fault for path in PAGES for fault in faults_of(one, f"{shop.url}/workbench{path}", width)]


def test_a_claim_is_named_while_it_is_typed_and_saved_from_the_keyboard(shop: Shop, page: Callable[..., Page]) -> None:
    one = page("/facts/capabilities/row?k=L18&k=soy_milk")
    one.fill("#f-limit_zh", "这是全网最好的")
    one.wait_for_selector("#f-limit_zh-said .error-text")
    assert "最好" in one.inner_text("#f-limit_zh-said")
    one.fill("#f-limit_zh", "它不能加热")
    one.wait_for_selector("#f-limit_zh-said .error-text", state="detached")
    one.keyboard.press("Control+s")
    one.wait_for_selector(".said")
    assert "它不能加热" in shop.draft["shop/capabilities.csv"]


def test_a_reply_is_seen_as_the_buyer_will_see_it_while_it_is_written(page: Callable[..., Page]) -> None:
    one = page("/words/utter_promotion_gift")
    one.fill("#f-0", "{name} 今天送{gift}，{nothing}")
    expect(one.locator("#b-0")).to_have_text("厨师机 M500 今天送打蛋器，{nothing}")
    one.wait_for_selector("#f-0-said .error-text")
    assert one.locator("#b-0").bounding_box()["width"] <= 320
    one.evaluate("window.onbeforeunload = null")


def test_the_draft_is_published_and_the_page_follows(shop: Shop, page: Callable[..., Page]) -> None:
    one = page("/facts/capabilities/row?k=T500&k=fizzy_drinks")
    one.fill("#f-limit_zh", "气压会把盖子顶开")
    one.click("#save")
    one.click(".said a")
    one.wait_for_selector("[name=remark]")
    one.fill(".publish [name=remark]", "汽水说清楚")
    one.click(".publish button")
    one.wait_for_selector(".fine", timeout=90_000)
    assert "气压会把盖子顶开" in shop.file("shop/capabilities.csv")
    assert "汽水说清楚" in one.inner_text(".panel.live")
