"""Buyers who are signed in at the shop: one thread on all their devices, nobody else's, and none for who is forged."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bot.front.identity import sign
from tests.desk.running import Running
from tests.front.embedding import CHROMIUM, PHONE, Site, ask, launcher, opened, script_held

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]


def signed(running: Running, user: str, secret: str = "widget-secret-for-tests") -> dict[str, str]:
    return {"user": user, "signed": sign(user, secret, running.clock.now())}


def test_a_signed_buyer_finds_the_thread_on_another_device(visit: Any, site: Site, running: Running) -> None:
    user = uuid.uuid4().hex
    ask(opened(visit(site.page(**signed(running, user)), PHONE)), "料理机多少钱", "199")
    frame = opened(visit(site.page(**signed(running, user))))
    expect(frame.get_by_role("log")).to_contain_text("料理机多少钱")
    ask(frame, "空气炸锅多少钱", "299")


def test_what_was_said_before_signing_in_stays_with_the_buyer(visit: Any, site: Site, running: Running) -> None:
    user = uuid.uuid4().hex
    page = visit(site.page())
    ask(opened(page), "料理机多少钱", "199")
    page.goto(site.page(**signed(running, user)))
    expect(opened(page).get_by_role("log")).to_contain_text("料理机多少钱")
    other = opened(visit(site.page(**signed(running, user)), PHONE))
    expect(other.get_by_role("log")).to_contain_text("料理机多少钱")


def test_who_signs_out_leaves_nothing_behind(visit: Any, site: Site, running: Running) -> None:
    user = uuid.uuid4().hex
    page = visit(site.page(**signed(running, user)))
    frame = opened(page)
    ask(frame, "料理机多少钱", "199")
    page.evaluate("Nightdesk.user()")
    expect(frame.locator(".message.buyer")).to_have_count(0)
    ask(frame, "空气炸锅多少钱", "299")
    page.goto(site.page(**signed(running, uuid.uuid4().hex)))
    expect(opened(page).locator(".message.bot").first).to_be_visible()
    page.goto(site.page(**signed(running, user)))
    frame = opened(page)
    expect(frame.get_by_role("log")).to_contain_text("料理机多少钱")
    expect(frame.get_by_role("log")).not_to_contain_text("空气炸锅多少钱")


def test_what_is_sent_before_the_page_knows_who_it_is_for_is_theirs_alone(
    visit: Any, site: Site, running: Running
) -> None:
    earlier, present = signed(running, uuid.uuid4().hex), signed(running, uuid.uuid4().hex)
    page = visit(site.page(**earlier))
    ask(opened(page), "料理机多少钱", "199")
    with script_held(page):
        page.goto(site.page(**present))
        launcher(page).click()
        frame = page.frame_locator("#nightdesk iframe")
        frame.locator("textarea").fill("空气炸锅多少钱")
        frame.locator("textarea").press("Enter")
    expect(frame.get_by_role("log")).to_contain_text("299")
    expect(frame.get_by_role("log")).not_to_contain_text("料理机")
    other = opened(visit(site.page(**earlier), PHONE))
    expect(other.get_by_role("log")).to_contain_text("料理机多少钱")
    expect(other.get_by_role("log")).not_to_contain_text("空气炸锅")


def test_a_forged_buyer_is_refused_and_the_chat_goes_on(device: Any, site: Site, running: Running) -> None:
    user = uuid.uuid4().hex
    ask(opened(_on(device(), site.page(**signed(running, user)))), "料理机多少钱", "199")
    context, warnings = device(), []
    context.on("console", lambda line: warnings.append(line.text) if line.type == "warning" else None)
    page = _on(context, site.page(**signed(running, user, "another secret")))
    frame = opened(page)
    ask(frame, "空气炸锅多少钱", "299")
    expect(frame.get_by_role("log")).not_to_contain_text("料理机")
    assert any("data-signed" in warning for warning in warnings)
    page.reload()
    expect(opened(page).get_by_role("log")).to_contain_text("空气炸锅多少钱")


def test_nothing_of_who_the_buyer_is_stands_in_an_address(device: Any, site: Site, running: Running) -> None:
    context, addresses = device(), []
    context.on("request", lambda request: addresses.append(request.url))
    user = uuid.uuid4().hex
    ask(opened(_on(context, site.page(**signed(running, user)))), "料理机多少钱", "199")
    assert len(addresses) > 12 and not [address for address in addresses if user in address]


def _on(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    return page
