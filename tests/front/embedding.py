"""A shop's own site for the tests of the widget: another origin with a strict policy, which can be a proxy as well."""

from __future__ import annotations

import http.client
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from playwright.sync_api import FrameLocator, Locator, Page, Route, expect

from bot.adapters.rasa_client import RasaTurn
from bot.adapters.shop_files import load_shop
from bot.adapters.words import Words
from bot.core.dialogue import Dialogue
from bot.core.types import Entity, Question
from bot.services.turn import Message, take_turn
from tests.conftest import ROOT
from tests.small_shop import EVENING, make_desk

SHOP = load_shop(ROOT / "shop")
WORDS = Words(ROOT / "domain.yml")
LABELS = {"多少钱": "ask_price", "how much": "ask_price", "人工": "request_human", "person": "request_human"}
NAMED = {"料理机": "L18", "空气炸锅": "A5"}


class FewWords:
    """Understands a few words as Rasa would, and answers from the shop's facts."""

    def take_turn(self, sender: str, text: str, metadata: Mapping[str, Any]) -> RasaTurn:
        entities = tuple(
            Entity("product", NAMED[word], word, text.index(word), text.index(word) + len(word))
            for word in NAMED
            if word in text
        )
        label = next((label for word, label in LABELS.items() if word in text), "inform")
        language: Any = "en" if text.isascii() else "zh"
        message = Message(text, language, (Question(label, text, 0, len(text), 0.9),), entities)
        turn = take_turn(message, Dialogue.from_json(metadata["dialogue"]), make_desk(EVENING, SHOP))
        replies = tuple(WORDS.say(reply.name, language, reply.facts) for reply in turn.replies)
        return RasaTurn(replies, turn.record, turn.dialogue.as_json())

    def ready(self) -> bool:
        return True


PAGE = """<!doctype html>
<html lang="{lang}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>A shop</title>{script}</head>
<body><header><h1>A shop</h1></header><main><p>{words}</p><button id="own">Ask us</button></main></body>
</html>"""


@dataclass
class Site:
    """The shop's site. Its name is another than the desk's, so that to a browser they are strangers."""

    desk: int
    port: int = 0
    asked: list[str] = field(default_factory=list)
    """Paths that were handed on to the desk, as it was asked for them."""

    pages: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def page(self, source: str = "", lang: str = "zh-CN", **data: str) -> str:
        """The address of a page with the widget on it, which lets in the desk's script and frame and nothing else."""
        source = source or f"http://127.0.0.1:{self.desk}/widget.js"
        given = "".join(f' data-{name}="{escape(value)}"' for name, value in data.items())
        script = f'<script src="{escape(source)}"{given} async></script>'
        path = f"/page-{len(self.pages)}"
        desk = "'self'" if source.startswith("/") else f"http://127.0.0.1:{self.desk}"
        policy = f"default-src 'none'; script-src {desk}; frame-src {desk}; base-uri 'none'; form-action 'none'"
        self.pages[path] = (PAGE.format(lang=lang, script=script, words="A page. " * 900), policy)
        return self.url + path


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/desk/"):
                self._hand_on()
                return
            html, policy = site.pages.get(self.path.partition("?")[0], ("", "default-src 'none'"))
            self.send_response(200 if html else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(html.encode())

        do_POST = do_GET

        def _hand_on(self) -> None:
            """The path taken off, and the answer passed on as it comes."""
            site.asked.append(self.path.removeprefix("/desk"))
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            connection = http.client.HTTPConnection("127.0.0.1", site.desk, timeout=30)
            with suppress(OSError, http.client.HTTPException):
                connection.request(self.command, site.asked[-1], body, dict(self.headers))
                answer = connection.getresponse()
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("transfer-encoding", "connection", "date", "server"):
                        self.send_header(name, value)
                self.end_headers()
                while chunk := answer.read1(65536):
                    self.wfile.write(chunk)
            connection.close()

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


@contextmanager
def open_site(desk: int) -> Iterator[Site]:
    site = Site(desk)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(site))
    server.daemon_threads = True
    site.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


# --- what a buyer does there --------------------------------------------------------------------------------------------

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
PHONE, DESKTOP = (360, 740), (1280, 800)


def launcher(page: Page) -> Locator:
    return page.locator("#nightdesk .launcher")


def opened(page: Page) -> FrameLocator:
    launcher(page).click()
    frame = page.frame_locator("#nightdesk iframe")
    expect(frame.locator(".message").first).to_be_visible()
    return frame


@contextmanager
def script_held(page: Page) -> Iterator[None]:
    """Until the block ends, the chat page has everything but its script."""
    held: list[Route] = []
    page.route("**/static/front/chat.js", lambda route: held.append(route))
    yield
    while not held:
        page.wait_for_timeout(50)
    held.pop().continue_()
    page.unroute("**/static/front/chat.js")


def ask(frame: FrameLocator, text: str, answer: str) -> None:
    """Writes, and waits for an answer with these words behind it."""
    before = frame.locator(".message.bot").count()
    frame.locator("#text").fill(text)
    frame.locator("#text").press("Enter")
    expect(frame.locator(".message.bot").nth(before)).to_contain_text(answer)
