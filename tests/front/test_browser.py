"""The pages in a real Chromium, over the running system: what a buyer and an agent see and do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.conftest import EVENING, PASSWORD, Stack
from tests.front.embedding import script_held

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.stack,
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PICTURE = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A phone-sized page in Chinese; an error on its console fails the test."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert not errors


def write(page: Page, text: str) -> None:
    page.locator("textarea").fill(text)
    page.keyboard.press("Enter")


def test_a_buyer_is_answered_and_finds_the_thread_again_after_a_reload(stack: Stack, phone: Page) -> None:
    stack.set_clock(EVENING)
    phone.goto(f"{stack.url}/chat?lang=zh")
    write(phone, "厨师机多少钱")
    expect(phone.get_by_role("log")).to_contain_text("879", timeout=15000)
    phone.reload()
    expect(phone.get_by_role("log")).to_contain_text("厨师机多少钱")
    expect(phone.get_by_role("log")).to_contain_text("879")


def test_a_quick_reply_answers_the_question_asked_back(stack: Stack, phone: Page) -> None:
    phone.goto(f"{stack.url}/chat?lang=zh")
    write(phone, "T恤有货吗")
    phone.get_by_role("button", name="圆领T恤 U21").click()
    expect(phone.get_by_role("log")).to_contain_text("藏青", timeout=15000)


def test_html_from_a_buyer_is_only_text(stack: Stack, phone: Page) -> None:
    phone.goto(f"{stack.url}/chat?lang=zh")
    write(phone, "<img src=x onerror=alert(1)> 有货吗")
    expect(phone.get_by_role("log")).to_contain_text("<img src=x onerror=alert(1)>", timeout=15000)
    assert phone.locator("img[src='x']").count() == 0


def test_a_picture_is_sent_and_shown(stack: Stack, phone: Page) -> None:
    phone.goto(f"{stack.url}/chat?lang=zh")
    phone.locator("input[type=file]").set_input_files(
        files=[{"name": "tag.png", "mimeType": "image/png", "buffer": PICTURE}]
    )
    write(phone, "这个是什么")
    expect(phone.locator("[role=log] img")).to_have_count(1, timeout=15000)
    phone.reload()
    expect(phone.locator("[role=log] img[src*='pictures/']")).to_have_count(1)


def test_the_widget_opens_on_a_shops_page_and_knows_its_product(stack: Stack, phone: Page) -> None:
    phone.goto(f"{stack.url}/demo")
    phone.get_by_role("button", name="咨询客服").click()
    frame = phone.frame_locator("iframe")
    frame.locator("textarea").fill("这个能打豆浆吗")
    frame.locator("textarea").press("Enter")
    expect(frame.get_by_role("log")).to_contain_text("28", timeout=15000)


@pytest.mark.parametrize(("page", "question"), [("chat?lang=zh", "Y915能打豆浆吗"), ("demo", "这个能打豆浆吗")])
def test_enter_before_the_pages_script_is_there_sends_once_it_is(
    stack: Stack, phone: Page, page: str, question: str
) -> None:
    place = phone.frame_locator("iframe") if page == "demo" else phone
    with script_held(phone):
        phone.goto(f"{stack.url}/{page}", wait_until="commit")
        if page == "demo":
            phone.get_by_role("button", name="咨询客服").click()
        place.locator("textarea").fill(question)
        place.locator("textarea").press("Enter")
    expect(place.get_by_role("log")).to_contain_text(question, timeout=15000)
    expect(place.get_by_role("log")).to_contain_text("28", timeout=15000)
    expect(place.locator("textarea")).to_have_value("")


def test_an_agent_signs_in_and_reads_the_card_with_its_conversation(stack: Stack, browser: Browser) -> None:
    stack.set_clock(EVENING)
    stack.say("browser-desk", "W05黑色M有货吗")
    episode = stack.say("browser-desk", "便宜点我就拍了")["handoff"]["episode"]
    page = browser.new_page(locale="zh-CN")
    page.goto(f"{stack.url}/desk")
    page.locator("#name").fill("lead")
    page.locator("#password").fill("wrong")
    page.locator("button.main").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.locator("#name").fill("lead")
    page.locator("#password").fill(PASSWORD)
    page.locator("button.main").click()
    page.locator(f"#handoff-{episode}").click()
    expect(page.locator("#card")).to_contain_text("轻薄羽绒服 W05")
    expect(page.locator("#card")).to_contain_text("369")
    expect(page.locator("#transcript")).to_contain_text("便宜点我就拍了")
    page.close()


def test_the_desk_shows_nothing_to_who_is_not_signed_in(stack: Stack, browser: Browser) -> None:
    page = browser.new_page(locale="en-GB")
    page.goto(f"{stack.url}/desk/queue")
    expect(page.locator("#password")).to_be_visible()
    page.close()
