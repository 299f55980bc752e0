"""Takes the pictures of the content team's handbook: `python -m tests.workbench.pictures`. They go to docs/pictures/workbench/."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from bot.content.csv_text import read
from bot.core.content import Edit
from tests.desk import pictures
from tests.desk.conftest import CHROMIUM, FLAGS, sign_in
from tests.desk.pictures import LOCALES, PHONE, WIDE, make_smaller
from tests.desk.running import serving
from tests.workbench.conftest import Shop, make_shop

FOLDER = pictures.FOLDER / "workbench"
ROW = "/facts/capabilities/row?k=L18&k=soy_milk"
CLAIM = {"zh": "这是全网最好的", "en": "it is the best of all"}
LIMIT = {"zh": "它没有加热功能，要先把豆子煮熟", "en": "it does not heat, so boil the beans first"}


def take_all(folder: Path) -> Iterator[Path]:
    """Every picture in both languages."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as data:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        shop = make_shop(Path(data))
        with serving(shop.running):
            for language in LOCALES:
                for name, draw in PICTURES.items():
                    page = draw(browser, shop, language)
                    path = folder / f"{name}-{language}.png"
                    page.screenshot(path=path)
                    page.context.close()
                    yield path
                shop.fresh()
        browser.close()


def _page(browser: Browser, shop: Shop, language: str, path: str, size: dict = WIDE, name: str = "文案") -> Page:
    context = browser.new_context(
        viewport=size, locale=LOCALES[language], timezone_id="Asia/Shanghai", reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(f"{shop.url}/workbench{path}")
    sign_in(page, name)
    page.wait_for_load_state("networkidle")
    return page


def _facts(browser: Browser, shop: Shop, language: str) -> Page:
    return _page(browser, shop, language, "/facts/capabilities?of=L18")


def _row(browser: Browser, shop: Shop, language: str) -> Page:
    """A claim that the check names while it is typed."""
    page = _page(browser, shop, language, ROW, {"width": 1280, "height": 1000})
    page.fill(f"#f-limit_{language}", CLAIM[language])
    page.wait_for_selector(f"#f-limit_{language}-said .error-text")
    return page


def _words(browser: Browser, shop: Shop, language: str) -> Page:
    return _page(browser, shop, language, "/words/utter_promotion_gift")


def _upload(browser: Browser, shop: Shop, language: str) -> Page:
    """What an uploaded table would change, and the row in it that nobody can understand."""
    page = _page(browser, shop, language, "/upload")
    told = shop.draft["shop/capabilities.csv"].replace("M500,knead_dough,yes", "M500,knead_dough,maybe")
    told = told.replace("它没有加热功能", LIMIT["zh"])
    page.set_input_files("[type=file]", {"name": "capabilities.csv", "mimeType": "text/csv", "buffer": told.encode()})
    page.click("#upload button")
    page.wait_for_load_state("networkidle")
    return page


def _draft(browser: Browser, shop: Shop, language: str) -> Page:
    rows = read(shop.draft["shop/capabilities.csv"]).rows
    (stands,) = (row.cells for row in rows if (row.cells["product"], row.cells["capability"]) == ("L18", "soy_milk"))
    edits = [
        Edit("shop/capabilities.csv", ("L18", "soy_milk"), f"limit_{at}", stands[f"limit_{at}"], told)
        for at, told in LIMIT.items()
    ]
    shop.bench.workbench.save(edits, "小周")
    page = _page(browser, shop, language, "", {"width": 1280, "height": 1000})
    page.wait_for_selector(".checking", state="detached", timeout=60_000)
    return page


def _phone(browser: Browser, shop: Shop, language: str) -> Page:
    return _page(browser, shop, language, ROW, PHONE)


PICTURES: dict[str, Callable[[Browser, Shop, str], Page]] = {
    "facts": _facts,
    "row": _row,
    "words": _words,
    "upload": _upload,
    "draft": _draft,
    "phone": _phone,
}


def main() -> None:
    for path in take_all(FOLDER):
        make_smaller(path)
        print(path.name)


if __name__ == "__main__":
    main()
