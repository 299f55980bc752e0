"""The handbook shows what there is: its pictures exist and can be made again, its words are the pages' words."""

from __future__ import annotations

import re

import pytest

from bot.desk.rendering import words
from tests.conftest import ROOT
from tests.desk.pictures import LOCALES, PICTURES

BOOKS = {"zh": "desk-handbook.zh-CN.md", "en": "desk-handbook.md"}


def text(language: str) -> str:
    return (ROOT / "docs" / BOOKS[language]).read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LOCALES)
def test_every_picture_is_there_and_is_made_by_the_script(language: str) -> None:
    shown = re.findall(r"\(pictures/(.+?)\)", text(language))
    assert sorted(shown) == sorted(f"desk-{name}-{language}.png" for name in PICTURES)
    assert all((ROOT / "docs" / "pictures" / name).is_file() for name in shown)


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize(
    "key",
    [
        "claim",
        "use_reply",
        "pass_on",
        "give_back",
        "end",
        "bell",
        "duty_on",
        "enter_sends",
        "people_title",
        "unsent_link",
    ],
)
def test_what_it_names_is_called_so_on_the_pages(language: str, key: str) -> None:
    assert f"**{words(language)[key]}**" in text(language)
