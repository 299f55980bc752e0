"""What the tests of the workbench's pages share: a front over a content of its own, a browser, and people who sign in."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from bot.adapters.content import Content
from bot.adapters.content_disk import Disk
from bot.adapters.inbox import InboxBook
from bot.adapters.rasa_standby import Standby
from bot.content.inbox import Inbox
from bot.content.publishing import Publisher
from bot.content.workbench import Workbench
from bot.workbench.bench import Bench
from tests.conftest import ROOT
from tests.desk.conftest import Client, chromium, opened, sign_in  # noqa: F401
from tests.desk.running import Running, make_running, serving


def same_words(texts: Sequence[str]) -> list[int]:
    """Stands in for the encoder: texts are alike that are the same."""
    return [texts.index(text) for text in texts]


@dataclass
class Shop:
    """A front that serves the workbench, and the files that it keeps."""

    running: Running
    bench: Bench
    folder: Path

    @property
    def url(self) -> str:
        return self.running.url

    def file(self, path: str) -> str:
        return (self.folder / path).read_text(encoding="utf-8")

    @property
    def draft(self) -> dict[str, str]:
        return dict(self.bench.workbench.draft_tree())

    def fresh(self) -> None:
        self.bench.workbench.drop()


def make_shop(folder: Path) -> Shop:
    for path in ("shop", "data/nlu"):
        shutil.copytree(ROOT / path, folder / path)
    shutil.copy(ROOT / "domain.yml", folder / "domain.yml")
    (folder / "shop" / "publishing.yml").unlink()  # its honesty questions need a trained model
    running = make_running(folder, folder / "shop")
    front = running.front
    content = Content(front.store._database)
    standby = Standby(folder / "var", 5005)
    publisher = Publisher(content, Disk(folder, folder / "shop"), standby, folder / "models", front.clock)
    workbench = Workbench(publisher, folder / "var" / "content", folder / "tests", lambda: (), lambda since, most: ())
    workbench.recover()
    book = InboxBook(front.store._database)
    inbox = Inbox(
        book, lambda: (workbench.draft_tree(), workbench.live_tree()), front.shop.current, front.clock, same_words
    )
    bench = Bench(workbench, inbox, front.clock)
    running.front = replace(front, workbench=bench)
    return Shop(running, bench, folder)


@pytest.fixture(scope="package")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    made = make_shop(tmp_path_factory.mktemp("workbench"))
    with serving(made.running):
        yield made


@pytest.fixture(autouse=True)
def _fresh(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "shop" in request.fixturenames:
        request.getfixturevalue("shop").fresh()


@pytest.fixture
def client(shop: Shop) -> Iterator[Callable[[], Client]]:
    """Somebody who is not signed in yet."""
    made = Client(shop.running)
    made.headers["Accept"] = "text/html"
    yield lambda: made
    made.close()


@pytest.fixture
def editor(shop: Shop) -> Iterator[Callable[..., Client]]:
    """Somebody of the content team without a browser; `editor("组长")` is a lead."""
    made: list[Client] = []

    def make(name: str = "文案") -> Client:
        one = Client(shop.running)
        one.headers["Accept"] = "text/html"
        one.headers["Accept-Language"] = "zh-CN"
        made.append(one)
        assert one.act("/workbench/login", name=name, password="password-for-tests").status_code == 303
        return one

    yield make
    for one in made:
        one.close()


@pytest.fixture
def page(opened: Callable[..., Page], shop: Shop) -> Callable[..., Page]:  # noqa: F811
    """A page of the workbench on which somebody is signed in."""

    def make(path: str = "", name: str = "文案", **options: Any) -> Page:
        one = opened(**options)
        one.goto(f"{shop.url}/workbench{path}")
        sign_in(one, name)
        one.wait_for_load_state()  # keys do nothing before its script is there
        return one

    return make
