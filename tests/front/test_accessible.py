"""axe-core finds nothing to mend on the widget, the chat and the demo page, on a phone and on a desk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from tests.desk.running import Running
from tests.front.embedding import CHROMIUM, DESKTOP, PHONE, Site, ask, launcher, opened

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]
SIZES = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
RUN = """async () => (await axe.run()).violations.flatMap(({id, help, nodes}) =>
    nodes.map((node) => `${id}: ${help}: ${node.target} ${node.html.slice(0, 160)} ${node.failureSummary}`))"""


@pytest.fixture(scope="module")
def axe() -> str:
    """The script of axe-core, as a development package carries it."""
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def visit(private: Browser) -> Iterator[Callable[..., Page]]:
    made: list[Page] = []

    def make(address: str, size: tuple[int, int], **options: Any) -> Page:
        given = {"locale": "zh-CN", "reduced_motion": "reduce", **options}
        page = private.new_page(viewport={"width": size[0], "height": size[1]}, **given)
        made.append(page)
        page.goto(address)
        return page

    yield make
    for page in made:
        page.context.close()


def found(place: Page | Frame, axe: str) -> list[str]:
    place.evaluate(axe)
    return place.evaluate(RUN)


def chat_of(page: Page) -> Frame:
    return next(frame for frame in page.frames if "/chat?" in frame.url)


def test_it_would_find_a_fault(visit: Any, site: Site, axe: str) -> None:
    page = visit(site.page(), DESKTOP)
    expect(launcher(page)).to_be_visible()
    page.evaluate("document.querySelector('#nightdesk').shadowRoot.querySelector('.launcher').ariaLabel = ''")
    page.evaluate("document.querySelector('#nightdesk').shadowRoot.querySelector('.launcher').title = ''")
    assert any(line.startswith("button-name") for line in found(page, axe))


@SIZES
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("colour", ["", "#ffd400", "#767676"])
def test_the_widget(visit: Any, site: Site, axe: str, size: tuple[int, int], scheme: str, colour: str) -> None:
    page = visit(site.page(product="Y915", greeting="您好", colour=colour), size, color_scheme=scheme)
    expect(page.locator("#nightdesk .teaser")).to_be_visible()
    assert found(page, axe) == []
    frame = opened(page)
    ask(frame, "这个多少钱", "399")
    frame.locator("#text").fill("how much")
    assert found(page, axe) == []
    assert found(chat_of(page), axe) == []


@SIZES
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_chat_with_a_person(visit: Any, running: Running, axe: str, size: tuple[int, int], language: str) -> None:
    page = visit(f"{running.url}/chat?lang={language}&product=Y915", size)
    expect(page.locator(".message")).to_have_count(1)
    assert found(page, axe) == []
    for number, text in enumerate(["这个多少钱", "我要人工"] if language == "zh" else ["how much", "a person please"]):
        page.locator("#text").fill(text)
        page.locator("#text").press("Enter")
        expect(page.locator(".message.bot").nth(number + 1)).to_be_visible()
    expect(page.locator("#state")).to_have_attribute("data-state", "waiting")
    assert found(page, axe) == []


@SIZES
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_demo_page(visit: Any, running: Running, axe: str, size: tuple[int, int], language: str) -> None:
    page = visit(f"{running.url}/demo?lang={language}&product=W05", size)
    expect(page.locator("h1")).to_contain_text("W05")
    assert found(page, axe) == []
    page.locator("#products a").first.click()
    expect(page.locator("h1")).to_contain_text("Y915")
    page.locator("#buy").click()
    assert found(page, axe) == []
