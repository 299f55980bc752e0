"""The chat page while the front is away or hangs, in a real Chromium: its own line within ten seconds, nothing lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.desk.running import Running, make_running, serving
from tests.front.embedding import CHROMIUM, FLAGS

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]
LONGEST = 10_000
"""Milliseconds that a buyer may be without a line (docs/promises.md)."""


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser.new_page(locale="zh-CN")
        browser.close()


def write(page: Page, text: str) -> None:
    page.locator("#text").fill(text)
    page.locator("#text").press("Enter")


def senders(running: Running) -> list[str]:
    with running.front.store._database.reading() as connection:
        return [row[0] for row in connection.exec_driver_sql("select sender from messages order by id")]


def test_while_the_front_is_away_the_page_says_that_it_keeps_the_message_and_sends_it_once_it_is_back(
    page: Page, tmp_path: Path
) -> None:
    with serving(running := make_running(tmp_path)):
        page.goto(f"{running.url}/chat?lang=zh")
        write(page, "在吗")
        expect(page.locator(".message.bot")).to_have_count(2, timeout=LONGEST)
    write(page, "还有别的颜色吗")
    expect(page.locator("#outbox")).to_contain_text("已替您留着", timeout=LONGEST)
    page.wait_for_timeout(16_000)  # longer than it was tried before somebody had to press
    expect(page.locator("#outbox")).to_contain_text("已替您留着")
    again = make_running(tmp_path)
    again.port = running.port
    with serving(again):
        expect(page.locator(".message.bot")).to_have_count(3, timeout=20_000)
        expect(page.locator("#outbox .message")).to_have_count(0)
        assert senders(again) == ["buyer", "bot"] * 2


def test_where_the_front_takes_the_message_and_says_nothing_the_page_does(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(running := make_running(tmp_path)):
        page.goto(f"{running.url}/chat?lang=zh")
        page.route("**/chat/messages", lambda route: None if route.request.method == "POST" else route.continue_())
        write(page, "在吗")
        expect(page.locator("#outbox")).to_contain_text("已替您留着", timeout=LONGEST)
        page.unroute("**/chat/messages")
        expect(page.locator(".message.bot")).to_have_count(2, timeout=20_000)
        assert senders(running) == ["buyer", "bot"]
