"""What goes wrong under people's fingers, in real browsers: two presses at once, files that are no pictures."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot.core.handoff import Ending
from bot.front.live import PATIENCE
from tests.desk.running import Running
from tests.front.helpers import eventually

pytestmark = pytest.mark.browser


@pytest.fixture
def mine(running: Running, agent_page: Callable[..., Page]) -> tuple[Page, str, str]:
    """An agent's page of a conversation that they have: (page, conversation, handoff)."""
    conversation, handoff = running.wait()
    running.front.handoffs.claim(handoff, running.agent("小林"), running.clock.now())
    page = agent_page("小林", f"/desk/handoffs/{handoff}")
    expect(page.locator("#text")).to_be_visible()
    return page, conversation, handoff


@pytest.fixture
def buyer(opened: Callable[..., Page], running: Running) -> Page:
    page = opened(width=390, height=844)
    page.goto(f"{running.url}/chat?lang=zh")
    expect(page.locator(".message.bot")).to_be_visible()
    return page


def said(running: Running, conversation: str, sender: str) -> list[str]:
    return [m["text"] for m in running.front.store.thread(conversation) if m["sender"] == sender]


def deeds(running: Running, handoff: str) -> list[str]:
    return [deed["action"] for deed in running.front.handoffs.deeds(handoff)]


# --- two presses at once -------------------------------------------------------------------------------------------


def test_two_presses_on_take_it_take_it_once(running: Running, agent_page: Callable[..., Page]) -> None:
    _, handoff = running.wait()
    page = agent_page("小林", f"/desk/handoffs/{handoff}")
    page.locator("#claim").dblclick()
    expect(page.locator("#text")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    assert deeds(running, handoff).count("claim") == 1


def test_two_presses_on_take_it_in_the_queue_open_it_once(running: Running, agent_page: Callable[..., Page]) -> None:
    _, handoff = running.wait()
    page = agent_page("小林")
    page.locator(f"#claim-{handoff}").dblclick()
    expect(page.locator("#text")).to_be_visible()
    assert deeds(running, handoff).count("claim") == 1


def test_two_presses_on_send_send_once(running: Running, mine: tuple[Page, str, str]) -> None:
    page, conversation, _ = mine
    page.locator("#text").fill("您好，在的")
    page.locator("#send").dblclick()
    expect(page.locator("#transcript .from-agent")).to_have_count(1)
    expect(page.locator("#pending li")).to_have_count(0)
    assert said(running, conversation, "agent") == ["您好，在的"]


def test_two_presses_on_close_close_once_and_nothing_is_complained_about(
    running: Running, mine: tuple[Page, str, str]
) -> None:
    page, _, handoff = mine
    page.locator("#open-end").click()
    page.locator("[value=settled]").check()
    page.locator("[name=reason_settled]").select_option("answered")
    page.locator("#close button").dblclick()
    expect(page.locator("#acts")).to_contain_text("会话已经结束")
    expect(page.get_by_role("alert")).to_have_count(0)
    assert deeds(running, handoff).count("close") == 1


def test_a_buyers_two_presses_send_once(running: Running, buyer: Page) -> None:
    words = f"有货吗 {uuid.uuid4().hex[:6]}"
    buyer.locator("#text").fill(words)
    buyer.locator("#send").dblclick()
    expect(buyer.locator(".message.bot").last).to_contain_text("好的")
    expect(buyer.locator(".message.buyer")).to_have_count(1)
    assert running.rasa.asked.count(words) == 1


# --- a stale page --------------------------------------------------------------------------------------------------


def test_closed_by_a_lead_while_one_writes_the_words_stay_and_say_why(
    running: Running, mine: tuple[Page, str, str]
) -> None:
    page, _, handoff = mine
    page.route("**/events*", lambda route: route.abort())  # the page does not hear of it in time
    page.reload()
    page.locator("#text").fill("给您留一件")
    running.front.handoffs.take_over(handoff, running.agent("组长"), running.clock.now())
    running.front.handoffs.close(handoff, running.agent("组长"), Ending("lost", None, "price"), running.clock.now())
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-notice=refused]")).to_contain_text("已经结束")
    expect(page.locator("#text")).to_have_value("给您留一件")
    page.unroute("**/events*")
    page.reload()
    expect(page.locator("#acts")).to_contain_text("会话已经结束")
    expect(page.locator("[data-notice=draft]")).to_contain_text("给您留一件")


# --- a session that ended ------------------------------------------------------------------------------------------


def test_signed_out_everywhere_while_writing_the_words_wait_for_signing_in(
    running: Running, mine: tuple[Page, str, str]
) -> None:
    page, conversation, _ = mine
    page.locator("#text").fill("写到一半")
    running.front.agents.end_sessions("小林")
    expect(page.locator("[data-notice=ended]")).to_contain_text("登录已过期", timeout=2 * PATIENCE * 1000)
    expect(page.locator("#text")).to_have_value("写到一半")
    page.get_by_role("link", name="重新登录").click()
    page.fill("#name", "小林")
    page.fill("#password", "password-for-tests")
    page.click("button.main")
    expect(page.locator("#text")).to_have_value("写到一半")
    assert said(running, conversation, "agent") == []


# --- a picture that is none ----------------------------------------------------------------------------------------

FILES = {
    "50 MB": ("large.gif", b"GIF89a" + b"\0" * (50 * 1024 * 1024), "8 MB"),
    "no picture": ("paper.jpg", b"%PDF-1.4 no picture at all", "JPG、PNG"),
    "another kind": ("sheet.pdf", b"%PDF-1.4", "JPG、PNG"),
}


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_a_buyers_file_that_cannot_be_sent_is_refused_in_words_and_theirs_stay(
    running: Running, buyer: Page, tmp_path: Path, file: tuple[str, bytes, str]
) -> None:
    name, body, word = file
    (tmp_path / name).write_bytes(body)
    buyer.locator("#text").fill("看这个裂了")
    buyer.locator("#file").set_input_files(tmp_path / name)
    expect(buyer.locator("#hint, .note.bad").first).to_contain_text(word)
    expect(buyer.locator("#tray img")).to_have_count(0)
    expect(buyer.locator("#text")).to_have_value("看这个裂了")
    buyer.locator("#send").click()
    expect(buyer.locator("#log")).to_contain_text("看这个裂了")


# --- a token that grows old ----------------------------------------------------------------------------------------


def test_a_buyers_page_goes_on_with_the_renewed_token(
    running: Running, buyer: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    buyer.locator("#text").fill("我下周再来")
    buyer.keyboard.press("Enter")
    expect(buyer.locator(".message.bot").last).to_contain_text("好的")
    kept = "Object.values(localStorage).map((kept) => JSON.parse(kept)).find((kept) => kept.token).token"
    before = buyer.evaluate(kept)
    monkeypatch.setattr("bot.front.chat.RENEWED_AFTER", timedelta(seconds=-1))
    buyer.reload()
    assert eventually(lambda: buyer.evaluate(kept) != before, 10)
    monkeypatch.undo()
    expect(buyer.locator("#log")).to_contain_text("我下周再来")
    buyer.locator("#text").fill("还在吗")
    buyer.keyboard.press("Enter")
    expect(buyer.locator(".message.buyer")).to_have_count(2)
    buyer.reload()
    expect(buyer.locator("#log")).to_contain_text("我下周再来")
    expect(buyer.locator("#log")).to_contain_text("还在吗")
