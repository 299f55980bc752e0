"""What the tests of the front share: the hour, and the system in parts with a shop that may be spoilt."""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.conftest import EVENING, ROOT, Stack, make_stack
from tests.desk.running import Running, make_running, serving
from tests.front.embedding import CHROMIUM, DESKTOP, FLAGS, FewWords, Site, open_site
from tests.front.parts import Parts


@pytest.fixture
def evening(stack: Stack) -> None:
    stack.set_clock(EVENING)


@pytest.fixture(scope="package")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the shop that may be spoilt."""
    return Path(shutil.copytree(ROOT / "shop", tmp_path_factory.mktemp("shop") / "shop"))


@pytest.fixture(scope="package")
def parts(tmp_path_factory: pytest.TempPathFactory, shop: Path) -> Iterator[Parts]:
    plain = make_stack(tmp_path_factory.mktemp("parts"), shop=str(shop))
    running = Parts(plain.data, plain.port, plain.environment, plain.log)
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture
def talk(parts: Parts) -> str:
    parts.set_clock(EVENING)
    return uuid.uuid4().hex


# --- a shop's site with the widget, and browsers ----------------------------------------------------------------------

ALLOWED = {"profile": {"cookie_controls_mode": 0, "block_third_party_cookies": False}}
"""Settings of a browser that gives a frame of another site storage of its own; without them it gives none."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serving(make_running(tmp_path_factory.mktemp("widget"), rasa=FewWords())) as front:
        yield front


@pytest.fixture(scope="module")
def site(running: Running) -> Iterator[Site]:
    with open_site(running.port) as opened:
        yield opened


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def private(playwright: Playwright) -> Iterator[Browser]:
    """A browser whose windows are private: a frame of another site's has no storage in them."""
    opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield opened
    opened.close()


@pytest.fixture
def device(playwright: Playwright, tmp_path: Path) -> Iterator[Callable[..., BrowserContext]]:
    """Browsers as people have them. An error of a script's, or what a page's policy stopped, fails the test."""
    made: list[BrowserContext] = []
    errors: list[str] = []

    def make(size: tuple[int, int] = DESKTOP, **options: Any) -> BrowserContext:
        folder = tmp_path / f"browser-{len(made)}"
        (folder / "Default").mkdir(parents=True)
        (folder / "Default" / "Preferences").write_text(json.dumps(ALLOWED))
        context = playwright.chromium.launch_persistent_context(
            folder,
            executable_path=CHROMIUM,
            args=FLAGS,
            viewport={"width": size[0], "height": size[1]},
            **options,
        )
        context.set_default_timeout(10_000)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        context.on("console", lambda line: errors.append(line.text) if "Content Security Policy" in line.text else None)
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()
    assert not errors


@pytest.fixture
def visit(device: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """`visit(address, size)`: a page on a device of its own."""

    def make(address: str, size: tuple[int, int] = DESKTOP, **options: Any) -> Page:
        page = device(size, **options).new_page()
        page.goto(address)
        return page

    return make
