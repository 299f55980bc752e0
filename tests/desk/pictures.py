"""Takes the pictures of the desk's handbook: `python -m tests.desk.pictures`. They are written to docs/pictures/."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.conftest import ROOT
from tests.desk.buyers import ENGLISH, HAGGLER
from tests.desk.conftest import CHROMIUM, FLAGS, sign_in
from tests.desk.running import Running, make_running, serving

FOLDER = ROOT / "docs" / "pictures"
LOCALES = {"zh": "zh-CN", "en": "en-GB"}
BUYERS = {
    "zh": (HAGGLER.lines[3].text, "亲，两件 660 给您，您看可以吗～"),
    "en": (ENGLISH.lines[2].text, "I can do 870 for the red one. Shall I put it aside for you?"),
}
"""What the buyer writes on the buyer's picture, and what the agent answers."""

WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}


def take_all(folder: Path) -> Iterator[Path]:
    """Every picture in both languages; that of the card is also the README's."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for language in LOCALES:
            with tempfile.TemporaryDirectory() as data, serving(make_running(Path(data))) as running:
                running.play()
                for name, draw in PICTURES.items():
                    path = folder / f"desk-{name}-{language}.png"
                    page = draw(browser, running, language)
                    page.screenshot(path=path)
                    yield path
                for context in browser.contexts:
                    context.close()
        browser.close()
    (folder / "desk.png").write_bytes((folder / "desk-card-zh.png").read_bytes())


def _page(browser: Browser, running: Running, language: str, path: str, size: dict = WIDE, **options) -> Page:
    context = browser.new_context(
        viewport=size, locale=LOCALES[language], timezone_id="Asia/Shanghai", reduced_motion="reduce", **options
    )
    page = context.new_page()
    page.clock.install(time=running.clock.now())
    page.goto(f"{running.url}{path}{'&' if '?' in path else '?'}lang={language}")
    if page.locator("#password").count():
        sign_in(page, "小林")
    page.wait_for_timeout(400)
    return page


def _queue(browser: Browser, running: Running, language: str) -> Page:
    return _page(browser, running, language, "/desk/queue")


def _card(browser: Browser, running: Running, language: str) -> Page:
    return _page(browser, running, language, f"/desk/handoffs/{running.handoffs['haggler']}")


def _reply(browser: Browser, running: Running, language: str) -> Page:
    page = _card(browser, running, language)
    page.click("#claim")
    page.wait_for_selector("#text")
    page.click("#use-suggested")
    handoff = running.front.handoffs.find(running.handoffs["haggler"])
    running.front.live.typing(handoff["conversation"], "buyer", 30)
    page.wait_for_selector("#typing:not([hidden])")
    return page


def _buyer(browser: Browser, running: Running, language: str) -> Page:
    """What the buyer sees meanwhile."""
    page = _page(browser, running, language, "/chat", PHONE)
    page.wait_for_selector(".message.bot")
    asked, answer = BUYERS[language]
    page.fill("#text", asked)
    page.keyboard.press("Enter")
    page.wait_for_selector("#state[data-state=waiting]")
    front, agent = running.front, running.agent("小林")
    handoff = front.handoffs.listed()[0]
    front.handoffs.claim(handoff["id"], agent, running.clock.now())
    front.handoffs.reply(handoff["id"], agent, "0" * 32, answer, [], running.clock.now())
    front.live.typing(handoff["conversation"], "agent", 30)
    front.live.tell(handoff["conversation"])
    page.wait_for_selector(".message.agent")
    page.wait_for_selector("#typing:not([hidden])")
    return page


def _end(browser: Browser, running: Running, language: str) -> Page:
    page = _page(browser, running, language, f"/desk/handoffs/{running.handoffs['bedding']}")
    page.click("#open-end")
    page.check("[value=lost]")
    page.select_option("[name=reason_lost]", "price")
    return page


def _phone(browser: Browser, running: Running, language: str) -> Page:
    return _page(browser, running, language, f"/desk/handoffs/{running.handoffs['bedding']}", PHONE, has_touch=True)


PICTURES: dict[str, Callable[[Browser, Running, str], Page]] = {
    "queue": _queue,
    "card": _card,
    "reply": _reply,
    "buyer": _buyer,
    "end": _end,
    "phone": _phone,
}


def make_smaller(path: Path) -> None:
    """A palette is enough for pages, and a third of the size."""
    with Image.open(path) as image:
        small = image.convert("RGB").quantize(128, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


def main() -> None:
    for path in take_all(FOLDER):
        make_smaller(path)
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
