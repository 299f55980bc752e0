"""What the shop's site gets from the front: the script, who may frame the chat, who the buyer is, and under which path."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.adapters.buyers import Buyers
from bot.adapters.database import Database
from bot.adapters.migrations import migrate
from bot.adapters.store import Store
from bot.front.app import make_app
from bot.front.identity import AHEAD, SIGNED_FOR, buyer_id, refusal, sign
from bot.ports import SettingError
from bot.settings import Settings
from tests.conftest import EVENING, ROOT
from tests.desk.running import Running, make_running
from tests.front.embedding import FewWords

NOW = datetime.fromisoformat(EVENING)
GUIDE = (ROOT / "docs" / "website.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Running:
    return make_running(tmp_path_factory.mktemp("site"), rasa=FewWords())


@pytest.fixture
def browser(running: Running) -> Iterator[TestClient]:
    with TestClient(make_app(running.front), follow_redirects=False) as client:
        yield client


# --- signatures --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "age, said",
    [(0, None), (SIGNED_FOR, None), (SIGNED_FOR + 1, "expired"), (-AHEAD, None), (-AHEAD - 1, "expired")],
)
def test_a_signature_is_good_for_a_day(age: int, said: str | None) -> None:
    assert refusal("4711", sign("4711", "secret", NOW), "secret", NOW + timedelta(seconds=age)) == said


GOOD = sign("4711", "secret", NOW)


@pytest.mark.parametrize(
    "user, signed, secret",
    [
        ("4712", GOOD, "secret"),
        ("4711", GOOD, "another"),
        ("4711", GOOD[:-1] + ("0" if GOOD[-1] != "0" else "1"), "secret"),
        ("4711", f"{int(NOW.timestamp()) + 1}.{GOOD.partition('.')[2]}", "secret"),
        ("4711", GOOD.upper(), "secret"),
        ("4711", "", "secret"),
        ("4711", "1.2", "secret"),
        ("4711", GOOD + "\n", "secret"),
        ("4711", "９.é", "secret"),
    ],
)
def test_what_is_forged_is_wrong(user: str, signed: str, secret: str) -> None:
    assert refusal(user, signed, secret, NOW) == "wrong"


def _code(language: str) -> str:
    (code,) = re.findall(rf"```{language}\n(.*?)```", GUIDE, re.S)
    return code


@pytest.mark.parametrize("user", ["4711", "用户 甲", "a.b"])
def test_the_guides_python_signs_as_we_read(user: str) -> None:
    names: dict[str, Any] = {}
    exec(_code("python"), names)
    assert refusal(user, names["signed"](user, "secret"), "secret", datetime.now().astimezone()) is None


@pytest.mark.skipif(shutil.which("php") is None, reason="no PHP on this machine")
def test_the_guides_php_signs_as_we_read() -> None:
    run = subprocess.run(
        ["php", "-r", f"{_code('php')} echo signed('4711', 'secret');"], capture_output=True, text=True
    )
    assert refusal("4711", run.stdout, "secret", datetime.now().astimezone()) is None


def test_nothing_of_the_shops_id_can_be_read_from_ours() -> None:
    assert buyer_id("4711", "secret") == buyer_id("4711", "secret") != buyer_id("4711", "another")
    assert "4711" not in buyer_id("4711", "secret")


# --- whose conversation ------------------------------------------------------------------------------------------


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = Database(f"sqlite:///{tmp_path / 'buyers.sqlite'}")
    migrate(made)
    return made


def written(database: Database, *conversations: str) -> Buyers:
    for conversation in conversations:
        Store(database).accept(conversation, "1", "hello", [], "en", NOW)
    return Buyers(database)


def test_a_conversation_begun_before_signing_in_stays_the_buyers(database: Database) -> None:
    buyers = written(database, "web:begun", "web:other")
    assert buyers.conversation("b", "web:own", "web:begun") == "web:begun"
    assert buyers.conversation("b", "web:own", None) == "web:begun"
    assert buyers.conversation("b", "web:own", "web:other") == "web:begun"


def test_one_in_which_nothing_was_said_is_left(database: Database) -> None:
    assert written(database).conversation("b", "web:own", "web:silent") == "web:own"


def test_who_has_a_conversation_already_goes_on_with_it(database: Database) -> None:
    assert written(database, "web:own", "web:begun").conversation("b", "web:own", "web:begun") == "web:own"


# --- sessions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "user, said",
    [
        (None, None),
        ({"id": "4711", "signed": sign("4711", "widget-secret-for-tests", NOW)}, "known"),
        ({"id": "4712", "signed": sign("4711", "widget-secret-for-tests", NOW)}, "wrong"),
        ({"id": "4711", "signed": sign("4711", "widget-secret-for-tests", NOW - timedelta(days=2))}, "expired"),
    ],
)
def test_a_session_says_whether_the_user_is_known(browser: TestClient, user: Any, said: str | None) -> None:
    answer = browser.post("/chat/session", json={"language": "en", "user": user})
    assert (answer.status_code, answer.json()["user"]) == (200, said)
    assert (
        browser.get("/chat/messages", headers={"Authorization": f"Bearer {answer.json()['token']}"}).status_code == 200
    )


@pytest.mark.parametrize("user", ["4711", {"id": "4711"}, {"id": "", "signed": "x"}, {"id": "x" * 129, "signed": "x"}])
def test_a_user_of_another_form_is_named(browser: TestClient, user: Any) -> None:
    answer = browser.post("/chat/session", json={"user": user})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "wrong_field")


def test_without_a_site_nobody_is_known(running: Running) -> None:
    with TestClient(make_app(replace(running.front, site=None))) as client:
        user = {"id": "4711", "signed": sign("4711", "", NOW)}
        assert client.post("/chat/session", json={"user": user}).json()["user"] == "wrong"


# --- pages -------------------------------------------------------------------------------------------------------


def test_the_script_has_its_words_and_no_placeholder(browser: TestClient) -> None:
    answer = browser.get("/widget.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "__WORDS__" not in answer.text
    assert "咨询客服" in answer.text and "Chat with us" in answer.text
    assert not re.search(r"\beval\b|innerHTML|new Function|fetch\(", answer.text)


def test_only_the_chat_may_be_framed(running: Running) -> None:
    assert running.front.site is not None
    site = replace(running.front.site, ancestors="'self' https://shop.example")
    with TestClient(make_app(replace(running.front, site=site))) as client:
        policies = {
            path: client.get(path).headers["content-security-policy"] for path in ("/chat", "/desk/login", "/demo")
        }
    assert policies["/chat"].endswith("frame-ancestors 'self' https://shop.example")
    assert policies["/desk/login"].endswith("frame-ancestors 'none'")
    assert policies["/demo"].endswith("frame-ancestors 'none'")


def test_the_demo_page_is_the_demo_shops_alone(running: Running) -> None:
    assert running.front.site is not None
    with TestClient(make_app(replace(running.front, site=replace(running.front.site, demo=False)))) as client:
        assert client.get("/demo").status_code == client.get("/demo/products").status_code == 404
    assert Settings().demo and not Settings(shop=Path("/elsewhere")).demo


def test_the_demo_page_tells_the_shops_own_facts(browser: TestClient) -> None:
    told = browser.get("/demo/products").json()
    prices = {product["id"]: product["price"] for product in told["products"]}
    assert prices == {"Y915": "¥399", "M500": "¥899", "W05": "¥369", "T500": "¥89"}
    assert told["offer"] == {"from": "¥299", "off": "¥20"}


@pytest.mark.parametrize("asked", ["", "?product=NO-SUCH", "?product=%22%3E%3Cscript%3E&lang=%22%3E"])
def test_the_demo_page_writes_nothing_of_its_address(browser: TestClient, asked: str) -> None:
    page = browser.get(f"/demo{asked}").text
    assert 'data-product="Y915"' in page and 'data-language="zh"' in page and 'lang="zh-CN"' in page


def test_every_word_of_the_demo_page_is_in_both_languages() -> None:
    words = json.loads((ROOT / "bot/front/static/demo.json").read_text(encoding="utf-8"))
    assert all(set(said) == {"zh", "en"} and all(said.values()) for said in words.values())


# --- addresses ---------------------------------------------------------------------------------------------------


def test_under_a_path_every_address_has_it(running: Running) -> None:
    with TestClient(make_app(running.front), root_path="/desk", follow_redirects=False) as client:
        assert client.get("/desk/").headers["location"] == "/desk/chat"
        assert client.get("/desk/desk").headers["location"] == "/desk/desk/queue"
        assert client.get("/desk/static/front/chat.css").status_code == 200


@pytest.mark.parametrize("page", ["chat.html", "demo.html"])
def test_the_pages_addresses_are_relative(page: str) -> None:
    text = (ROOT / "bot/front/static" / page).read_text(encoding="utf-8")
    assert not re.search(r'(?:src|href)="(?:/|https?:)', re.sub(r"<!--.*?-->", "", text))


@pytest.mark.parametrize("path", ["desk", "/desk/", "/a b", "/..;x", "https://x.example"])
def test_what_is_no_path_is_named(path: str) -> None:
    with pytest.raises(SettingError, match="NIGHTDESK_ROOT_PATH"):
        _ = Settings(root_path=path).path


@pytest.mark.parametrize("origins", ["shop.example", "https://shop.example/", "https://a.example; script-src *", "*"])
def test_what_is_no_origin_is_named(origins: str) -> None:
    with pytest.raises(SettingError, match="NIGHTDESK_SHOP_ORIGINS"):
        _ = Settings(shop_origins=origins).frame_ancestors


def test_origins_are_the_shops_or_any() -> None:
    assert Settings().frame_ancestors == "*"
    named = Settings(shop_origins="https://shop.example  https://*.shop.example http://localhost:3000")
    assert named.frame_ancestors == "'self' https://shop.example https://*.shop.example http://localhost:3000"
