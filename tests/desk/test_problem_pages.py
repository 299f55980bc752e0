"""What a browser without its script is shown where something went wrong: what happened, what to do, and one's own words."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from starlette.testclient import TestClient

from bot.adapters.agents import Agents
from bot.adapters.handoffs import Handoffs
from bot.front.app import make_app
from bot.front.guard import LARGEST_BODY
from bot.ports import StoreError
from tests.desk.running import Running
from tests.desk.test_signing_in import csrf, sign_in

PAGE = "text/html,application/xhtml+xml,*/*;q=0.8"
LANGUAGES = {"zh": "zh-CN,zh;q=0.9", "en": "en-GB"}


@pytest.fixture
def browser(running: Running) -> Iterator[Callable[..., TestClient]]:
    """As it asks for a page: `browser("小林")` is signed in, `browser()` is nobody yet."""

    def make(name: str | None = None, language: str = "zh") -> TestClient:
        headers = {"accept": PAGE, "accept-language": LANGUAGES[language]}
        made = TestClient(
            make_app(running.front), headers=headers, follow_redirects=False, raise_server_exceptions=False
        )
        if name:
            assert sign_in(made, name).status_code == 303
        return made

    yield make


def fails(error: Exception) -> Callable[..., None]:
    def failing(*_: object, **__: object) -> None:
        raise error

    return failing


@pytest.mark.parametrize(("language", "words"), [("zh", "没有找到这个页面"), ("en", "This page could not be found")])
@pytest.mark.parametrize("path", ["/desk/nowhere", "/desk/handoffs/none", "/desk/handoffs/none/close/what"])
def test_a_page_that_is_not_there(browser, language: str, words: str, path: str) -> None:
    answer = browser("小林", language).get(path)
    assert answer.status_code == 404
    assert words in answer.text
    assert 'href="/desk/queue"' in answer.text
    assert "desk.css" in answer.text and f'lang="{"zh-CN" if language == "zh" else "en"}"' in answer.text


@pytest.mark.parametrize(("language", "words"), [("zh", "数据库暂时连不上"), ("en", "The database cannot be reached")])
def test_the_database_is_away(browser, monkeypatch: pytest.MonkeyPatch, language: str, words: str) -> None:
    mine = browser("小林", language)
    monkeypatch.setattr(Agents, "of_session", fails(StoreError("away")))
    answer = mine.get("/desk/queue?show=mine")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "text/html; charset=utf-8")
    assert words in answer.text
    assert 'class="main button" href="/desk/queue?show=mine"' in answer.text, "once more"


def test_words_that_could_not_be_kept_are_shown_again(browser, running: Running, monkeypatch) -> None:
    handoff = running.wait()[1]
    mine = browser("小林")
    mine.post(f"/desk/handoffs/{handoff}/claim", data={"csrf": csrf(mine)})
    fields = {"csrf": csrf(mine), "text": "您好，<b>黑色</b>有货", "message_id": "0" * 32}
    monkeypatch.setattr(Handoffs, "reply", fails(StoreError("away")))
    answer = mine.post(f"/desk/handoffs/{handoff}/reply", data=fields)
    assert answer.status_code == 503
    assert "您好，&lt;b&gt;黑色&lt;/b&gt;有货" in answer.text


def test_a_fault_of_ours_is_owned_up_to(browser, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = browser("小林")
    monkeypatch.setattr(Agents, "all", fails(RuntimeError("secret detail")))
    answer = mine.get("/desk/people")
    assert answer.status_code == 500
    assert "这里出了点问题" in answer.text and "secret detail" not in answer.text


def test_what_is_too_large_is_said_on_a_page(browser) -> None:
    mine = browser("小林")
    answer = mine.post("/desk/people", data={"csrf": csrf(mine), "name": "x" * LARGEST_BODY})
    assert answer.status_code == 413
    assert "内容太大了" in answer.text and "分几次发" in answer.text


@pytest.mark.parametrize("path", ["/desk/duty", "/desk/unsent"])
def test_a_press_on_a_page_that_is_too_old_changes_nothing_and_says_so(browser, running: Running, path: str) -> None:
    mine = browser("阿明")
    answer = mine.post(path, data={"csrf": "old", "on": "1"})
    assert answer.status_code == 403
    assert "没有算数" in answer.text
    assert not running.front.agents.find("阿明")["on_duty"]


@pytest.mark.parametrize("accept", ["application/json", "*/*", "text/event-stream", "application/json, text/html"])
def test_scripts_and_systems_keep_json(browser, accept: str) -> None:
    answer = browser("小林").get("/desk/handoffs/none", headers={"accept": accept})
    assert answer.json()["error"]["code"] == "not_found"


@pytest.mark.parametrize("path", ["/api/nowhere", "/chat/messages", "/pictures/none", "/desktop"])
def test_elsewhere_it_is_json_for_everybody(browser, path: str) -> None:
    assert set(browser().get(path).json()["error"]["message"]) == {"zh", "en"}


# --- the session ended while somebody wrote -------------------------------------------------------------------------


def test_words_written_when_the_session_ended_are_shown_beside_signing_in(browser, running: Running) -> None:
    conversation, handoff = running.wait()
    mine, address = browser("小林"), f"/desk/handoffs/{handoff}"
    mine.post(f"{address}/claim", data={"csrf": csrf(mine)})
    running.front.agents.end_sessions("小林")
    answer = mine.post(f"{address}/reply", data={"csrf": csrf(mine), "text": "给您<留>一件", "message_id": "1" * 32})
    assert answer.status_code == 401
    assert "登录已过期" in answer.text and "给您&lt;留&gt;一件" in answer.text
    assert f'name="next" value="{address}/reply"' in answer.text
    again = sign_in(mine, "小林", "wrong", written="给您<留>一件")
    assert again.status_code == 401 and "给您&lt;留&gt;一件" in again.text, "also after a wrong password"
    led = sign_in(mine, "小林", next=f"{address}/reply").headers["location"]
    assert mine.get(led).headers["location"] == address, "back to the conversation"
    assert [m["text"] for m in running.front.store.thread(conversation) if m["sender"] == "agent"] == []


def test_words_that_were_refused_stay_on_the_page(browser, running: Running) -> None:
    handoff = running.wait()[1]
    mine, address = browser("小林"), f"/desk/handoffs/{handoff}"
    mine.post(f"{address}/claim", data={"csrf": csrf(mine)})
    running.front.handoffs.take_over(handoff, running.agent("组长"), running.clock.now())
    answer = mine.post(f"{address}/reply", data={"csrf": csrf(mine), "text": "还有两件", "message_id": "2" * 32})
    assert answer.status_code == 409
    assert "组长 接待" in answer.text and "还有两件</textarea>" in answer.text


@pytest.mark.parametrize("path", ["/desk/duty", "/desk/logout"])
def test_asking_again_for_a_forms_address_leads_to_the_queue(browser, path: str) -> None:
    assert browser("小林").get(path).headers["location"] == "/desk/queue"
