"""The chat against the draft: what is shown beside an answer, and what is said while there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from bot.workbench.trial import NoAnswer
from tests.desk.conftest import Client
from tests.workbench.conftest import Shop

FILE = "shop/capabilities.csv"


class PlayedTrial:
    """Answers as the draft's process would (bot/trying.py)."""

    def __init__(self, ready: bool = True):
        self._ready = ready

    def prepare(self, draft: Any, live: Any) -> bool:
        return self._ready

    def model(self, draft: Any, live: Any) -> tuple[None, bool]:
        return None, True

    def answer(self, draft: Any, asked: Mapping[str, Any]) -> dict[str, Any]:
        if not self._ready:
            raise NoAnswer("still being prepared")
        facts = [
            {
                "name": "limit",
                "value": "它没有加热功能",
                "source": "shop/capabilities",
                "as_of": "",
                "origin": "说明书",
            },
            {"name": "cut_off", "value": "16:00", "source": "shop/shipping", "as_of": ""},
        ]
        question = {"label": "ask_capability", "text": asked["text"], "outcome": "answered", "confidence": 0.97}
        return {
            "questions": [{**question, "details": {"product": "L18", "capabilities": ["soy_milk"]}, "facts": facts}],
            "texts": [{"name": "utter_can_no", "text": "不能打豆浆"}],
            "dialogue": {"products": ["L18"]},
            "language": "zh",
        }


def test_an_answer_tells_which_facts_were_used_and_from_which_line(
    shop: Shop, editor: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shop.bench, "trial", PlayedTrial())
    told = editor().act("/workbench/try/messages", text="L18<b>能打豆浆吗", dialogue="{}", language="zh").json()
    lines = enumerate(shop.draft[FILE].splitlines(), 1)
    line = next(number for number, one in lines if one.startswith("L18,soy_milk,"))
    assert told["dialogue"] == {"products": ["L18"]}
    for wanted in ("功能用途", "97%", "打豆浆", f"{FILE}:{line}", "shop/shipping.yml:", "说明书", "限制或原因"):
        assert wanted in told["html"]


def test_nothing_is_answered_while_the_draft_is_being_prepared(
    shop: Shop, editor: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = editor()
    assert "没有打开试聊" in one.read("/workbench/try").text
    monkeypatch.setattr(shop.bench, "trial", PlayedTrial(ready=False))
    assert "正在准备" in one.read("/workbench/try").text
    assert one.act("/workbench/try/messages", text="在吗").status_code == 503
