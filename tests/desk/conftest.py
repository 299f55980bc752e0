"""What the tests of the desk share: a running front without buyers, a browser, and agents who sign in."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.desk.running import PASSWORD, Running, make_running, serving

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serving(make_running(tmp_path_factory.mktemp("desk"))) as front:
        yield front


class Client(requests.Session):
    """An agent without a browser, as a page's script talks to the desk."""

    def __init__(self, running: Running):
        super().__init__()
        self._url = running.url
        self.headers["Accept"] = "application/json"

    @property
    def csrf(self) -> str:
        if "nightdesk_csrf" not in self.cookies:
            self.get(f"{self._url}/desk/login")
        return self.cookies["nightdesk_csrf"]

    def read(self, path: str, **headers: str) -> requests.Response:
        return self.get(f"{self._url}{path}", headers=headers, timeout=10)

    def act(self, path: str, **fields: Any) -> requests.Response:
        return self.post(f"{self._url}{path}", data={"csrf": self.csrf, **fields}, allow_redirects=False, timeout=10)

    def sign_in(self, name: str, password: str = PASSWORD, **fields: str) -> requests.Response:
        return self.act("/desk/login", name=name, password=password, **fields)


@pytest.fixture
def client(running: Running) -> Iterator[Callable[..., Client]]:
    """`client("小林")` is signed in, `client()` is nobody yet."""
    made: list[Client] = []

    def make(name: str | None = None) -> Client:
        one = Client(running)
        made.append(one)
        if name:
            assert one.sign_in(name).status_code == 303
        return one

    yield make
    for one in made:
        one.close()


# --- browsers ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def opened(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Pages, each of a browser of its own; an error that a page's script raises fails the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def make(width: int = 1280, height: int = 800, locale: str = "zh-CN", **options: Any) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": height}, locale=locale, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if "Content Security" in line.text else None)
        return page

    yield make
    for context in contexts:
        context.close()
    assert not errors


@pytest.fixture
def agent_page(opened: Callable[..., Page], running: Running) -> Callable[..., Page]:
    """A page on which somebody is signed in."""

    def make(name: str = "小林", path: str = "/desk/queue", **options: Any) -> Page:
        page = opened(**options)
        page.goto(f"{running.url}{path}")
        sign_in(page, name)
        return page

    return make


def sign_in(page: Page, name: str) -> None:
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.click("button.main")
    page.wait_for_selector(".me .agent")
