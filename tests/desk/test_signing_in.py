"""Who gets to the desk, how long, and what guessing a password costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bot.front.app import make_app
from tests.desk.running import PASSWORD, Running

ZH = {"accept-language": "zh-CN"}


NETWORKS = count()


@pytest.fixture
def visit(running: Running) -> Iterator[Callable[..., TestClient]]:
    """Browsers at computers that no other test has tried from; each has a front of its own over the one database."""
    network = next(NETWORKS)

    def make(computer: int = 1) -> TestClient:
        address = f"10.0.{network}.{computer}"
        return TestClient(make_app(running.front), headers=ZH, follow_redirects=False, client=(address, 1))

    yield make
    running.clock.stands = None


def csrf(browser: TestClient) -> str:
    if "nightdesk_csrf" not in browser.cookies:
        browser.get("/desk/login")
    return browser.cookies["nightdesk_csrf"]


def sign_in(browser: TestClient, name: str, password: str = PASSWORD, **fields: str):
    return browser.post("/desk/login", data={"csrf": csrf(browser), "name": name, "password": password, **fields})


@pytest.mark.parametrize("path", ["/desk/queue", "/desk/queue?show=mine", "/desk/unsent", "/desk/handoffs/x"])
def test_who_is_not_signed_in_sees_nothing_and_comes_back_afterwards(visit, path: str) -> None:
    browser = visit()
    sent = browser.get(path)
    assert sent.status_code == 303
    login = browser.get(sent.headers["location"])
    wanted = login.text.split('name="next" value="')[1].split('"')[0]
    assert wanted == path
    assert sign_in(browser, "小林", next=path).headers["location"] == path


def test_a_script_is_told_in_both_languages(visit) -> None:
    answer = visit().get("/desk/handoffs/x", headers={"accept": "application/json"})
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "session"
    assert "登录" in answer.json()["error"]["message"]["zh"]


@pytest.mark.parametrize(
    "next",
    ["https://evil.example/", "//evil.example/desk/", "/chat", "/\\evil.example", "/desk/\r\nx: y", "desk/queue"],
)
def test_signing_in_never_leads_to_another_place(visit, next: str) -> None:
    assert sign_in(visit(), "小林", next=next).headers["location"] == "/desk/queue"


def test_a_wrong_name_and_a_wrong_password_are_told_alike(visit) -> None:
    browser = visit()
    told = [sign_in(browser, name, "wrong") for name in ("小林", "nobody", "<b>x</b>")]
    assert [answer.status_code for answer in told] == [401] * 3
    assert len({answer.text.split('role="alert"')[1].split("</p>")[0] for answer in told}) == 1


def test_guessing_is_throttled_by_name_and_address(visit, running: Running) -> None:
    now = running.clock.now()
    running.clock.stands = now
    browser = visit()
    for _ in range(5):
        assert sign_in(browser, "小林", "wrong").status_code == 401
    refused = sign_in(browser, "小林")
    assert refused.status_code == 429
    assert "10 分钟后再试" in refused.text
    assert sign_in(browser, "阿明").status_code == 303, "another name from there is heard"
    assert sign_in(visit(2), "小林").status_code == 303, "and the name from elsewhere"
    running.clock.stands = now + timedelta(minutes=10)
    assert sign_in(browser, "小林").status_code == 303


def test_trying_many_names_is_throttled_by_address(visit, running: Running) -> None:
    running.clock.stands = running.clock.now()
    browser = visit()
    codes = [sign_in(browser, f"name-{number}", "wrong").status_code for number in range(31)]
    assert codes == [401] * 30 + [429]


def test_tries_are_counted_over_all_fronts_and_restarts(visit, running: Running) -> None:
    running.clock.stands = running.clock.now()
    codes = [sign_in(visit(), "小林", "wrong").status_code for _ in range(6)]
    assert codes == [401] * 5 + [429]
    assert sign_in(visit(), "小林").status_code == 429, "the right password is not heard either"


def test_many_tries_at_once_gain_nothing(visit) -> None:
    browsers = [visit() for _ in range(12)]
    for browser in browsers:
        csrf(browser)
    with ThreadPoolExecutor(12) as threads:
        codes = list(threads.map(lambda browser: sign_in(browser, "小林", "wrong").status_code, browsers))
    assert sorted(codes) == [401] * 5 + [429] * 7


def test_what_was_typed_for_a_name_is_not_kept(visit, running: Running) -> None:
    sign_in(visit(), "my-password-in-the-wrong-box", "x")
    kept = Path(running.front.agents._database.engine.url.database)
    assert b"my-password-in-the" not in b"".join(file.read_bytes() for file in kept.parent.glob(f"{kept.name}*"))


def test_a_right_password_forgives_the_wrong_ones(visit) -> None:
    browser = visit()
    passwords = ("wrong", "wrong", "wrong", "wrong", PASSWORD, "wrong", PASSWORD)
    codes = [sign_in(browser, "小林", password).status_code for password in passwords]
    assert codes == [401] * 4 + [303, 401, 303]


def test_the_content_team_has_no_desk(visit) -> None:
    answer = sign_in(visit(), "文案")
    assert answer.status_code == 403
    assert "内容团队" in answer.text


def test_a_form_that_is_too_old_asks_once_more(visit) -> None:
    browser = visit()
    answer = browser.post("/desk/login", data={"name": "小林", "password": PASSWORD, "csrf": "old"})
    assert answer.status_code == 403
    assert "再登录一次" in answer.text
    assert sign_in(browser, "小林").status_code == 303


def test_signing_out_ends_the_session_for_every_page_that_has_it(visit) -> None:
    browser = visit()
    sign_in(browser, "小林")
    kept = browser.cookies["nightdesk_agent"]
    browser.post("/desk/logout", data={"csrf": csrf(browser)})
    for again in (browser, visit()):
        again.cookies.set("nightdesk_agent", kept)
        assert again.get("/desk/queue").status_code == 303, "on every front"


def test_a_session_lasts_over_a_restart_and_ends_after_twelve_hours(visit, running: Running) -> None:
    browser, restarted = visit(), visit()
    sign_in(browser, "小林")
    restarted.cookies.set("nightdesk_agent", browser.cookies["nightdesk_agent"])
    assert restarted.get("/desk/queue").status_code == 200
    running.clock.stands = running.clock.now() + timedelta(hours=12)
    assert restarted.get("/desk/queue").status_code == 303


def test_a_lead_signs_somebody_out_everywhere(visit) -> None:
    lead, phone, computer, other = visit(), visit(), visit(), visit()
    sign_in(lead, "组长")
    sign_in(other, "阿明")
    for browser in (phone, computer):
        sign_in(browser, "小林")
    assert lead.post("/desk/people/sign-out", data={"csrf": csrf(lead), "name": "小林"}).status_code == 303
    assert [browser.get("/desk/queue").status_code for browser in (phone, computer)] == [303, 303]
    assert [browser.get("/desk/queue").status_code for browser in (lead, other)] == [200, 200]
    assert sign_in(phone, "小林").status_code == 303


def test_agents_sign_themselves_out_everywhere_and_nobody_else(visit) -> None:
    phone, computer, other = visit(), visit(), visit()
    for browser in (phone, computer):
        sign_in(browser, "小林")
    sign_in(other, "阿明")
    refused = other.post("/desk/people/sign-out", data={"csrf": csrf(other), "name": "小林"})
    assert refused.status_code == 409 and "只有组长" in refused.text
    assert other.post("/desk/people/sign-out", data={"csrf": "guessed", "name": "阿明"}).status_code == 409
    assert [browser.get("/desk/queue").status_code for browser in (phone, other)] == [200, 200]
    assert phone.get("/desk/people").text.count("/desk/people/sign-out") == 1
    assert phone.post("/desk/people/sign-out", data={"csrf": csrf(phone), "name": "小林"}).status_code == 303
    assert computer.get("/desk/queue").status_code == 303


def test_another_site_cannot_sign_anybody_out(visit) -> None:
    browser = visit()
    sign_in(browser, "小林")
    browser.post("/desk/logout", data={"csrf": "guessed"})
    assert browser.get("/desk/queue").status_code == 200


def test_a_changed_password_ends_the_session(visit, running: Running) -> None:
    browser = visit()
    sign_in(browser, "Anna")
    assert browser.get("/desk/queue").status_code == 200
    before = running.front.agents.find("Anna")["password"]
    running.front.agents.save("Anna", "another-hash", "agent")
    assert browser.get("/desk/queue").status_code == 303
    running.front.agents.save("Anna", before, "agent")


@pytest.mark.parametrize("cookie", ["", "x", "x.y.z", "\u200b".encode().hex()])
def test_a_forged_cookie_is_nobody(visit, cookie: str) -> None:
    browser = visit()
    browser.cookies.set("nightdesk_agent", cookie)
    assert browser.get("/desk/queue").status_code == 303


def test_the_language_is_the_agents_choice_and_is_kept(visit) -> None:
    browser = visit()
    sign_in(browser, "小林")
    assert "接待队列" in browser.get("/desk/queue?show=mine").text
    assert 'href="?show=mine&amp;lang=en"' in browser.get("/desk/queue?show=mine").text
    assert "Back to the queue" in browser.get("/desk/unsent?lang=en").text
    assert "On duty" in browser.get("/desk/queue").text
