"""`nightdesk content …` on a real folder and database, without Rasa."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.database import Database
from bot.adapters.inbox import InboxBook
from bot.adapters.shop_files import load_shop
from bot.content import comparing
from bot.content.inbox import Inbox
from bot.workbench import commands
from tests.content.night import keep, talk, unknown
from tests.content.workshop import LIMITS, Workshop, limit, make_workshop, stands
from tests.small_shop import EVENING


@pytest.fixture
def shop(tmp_path: Path, sqlite: Any, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """Its honesty questions are understood as nothing, and its gates let that pass."""
    monkeypatch.setattr(comparing, "_ask", lambda model, texts, *rest: {text: {"text": text} for text in texts})
    made = make_workshop(tmp_path, Database(sqlite.make()))
    made.file("shop/publishing.yml").write_text("gates: {honesty: false}\n", encoding="utf-8")
    made.bench.recover()
    return made


def run(workshop: Workshop, *arguments: str) -> int:
    parser = ArgumentParser()
    commands.add_parser(parser.add_subparsers(dest="command"))
    chosen = parser.parse_args(["content", *arguments])
    code = commands.run(
        chosen,
        lambda: workshop.bench,
        lambda: workshop.bench.findings(workshop.disk.read()),
        lambda: inbox_of(workshop),
    )
    workshop.bench.wait(60)
    return code


def inbox_of(workshop: Workshop) -> Inbox:
    shop = load_shop(workshop.folder / "shop")
    clock = type("Standing", (), {"now": lambda self: EVENING})()
    trees = (workshop.bench.draft_tree(), workshop.bench.live_tree())
    return Inbox(
        InboxBook(workshop.content._database), lambda: trees, lambda: shop, clock, lambda texts: range(len(texts))
    )


@pytest.mark.parametrize(
    ("language", "told"), [("zh", ("1 位买家", "不知道", "功能用途 90%")), ("en", ("buyers: 1", "not known"))]
)
def test_the_inbox_is_a_short_table(
    shop: Workshop, capsys: pytest.CaptureFixture, language: str, told: tuple[str, ...]
) -> None:
    assert run(shop, "--language", language, "inbox") == 0
    assert ("都处理好了" if language == "zh" else "everything was answered") in capsys.readouterr().out
    keep(shop.content._database, talk(unknown("[b]刻字吗 13812345678", product="L18")))
    assert run(shop, "--language", language, "inbox", "--days", "7") == 0
    shown = capsys.readouterr().out
    assert all(one in shown for one in (*told, "[b]刻字吗"))
    assert "13812345678" not in shown


def test_a_fact_goes_from_the_draft_to_the_disk_and_back(shop: Workshop, capsys: pytest.CaptureFixture) -> None:
    shop.bench.save([limit("两百克")], "小林")
    assert run(shop, "diff") == 0
    assert "L18 · knead_dough · limit_zh" in capsys.readouterr().out
    assert run(shop, "publish", "-m", "和面", "--pass", "试一下") == 0
    assert stands(shop.disk.read(), "两百克")
    assert run(shop, "back", "1", "-m", "错了") == 0
    assert stands(shop.disk.read(), LIMITS["L18"])
    capsys.readouterr()
    assert run(shop, "history") == 0
    told = capsys.readouterr().out
    assert "back (= 1)" in told and "和面" in told and "错了" in told


def test_what_is_refused_says_why_in_the_language_that_was_asked_for(
    shop: Workshop, capsys: pytest.CaptureFixture
) -> None:
    assert run(shop, "publish", "-m", "x") == 1
    assert "草稿和线上一样" in capsys.readouterr().out
    assert run(shop, "--language", "en", "publish", "-m", "x") == 1
    assert "nothing to publish" in capsys.readouterr().out
    assert run(shop, "back", "9") == 1
    assert "9" in capsys.readouterr().out


def test_an_error_stops_publishing_until_a_lead_passes_it_with_a_reason(
    shop: Workshop, capsys: pytest.CaptureFixture
) -> None:
    edit = limit("全国第一，100% 没有失败")
    shop.bench.save([edit], "小林")
    assert run(shop, "check") == 1
    assert run(shop, "publish", "-m", "x") == 1
    assert "检查发现" in capsys.readouterr().out
    assert not stands(shop.disk.read(), "全国第一")
    assert run(shop, "publish", "-m", "x", "--pass", "") == 1
    assert run(shop, "publish", "-m", "x", "--pass", "已确认") == 0
    assert stands(shop.disk.read(), "全国第一")
    assert shop.bench.live().told["passed"]["remark"] == "已确认"


def test_a_shop_that_the_bot_could_not_read_is_never_live(shop: Workshop, capsys: pytest.CaptureFixture) -> None:
    verdict = replace(limit("maybe", before="limited"), column="verdict")
    shop.bench.save([verdict], "小林")
    assert run(shop, "publish", "-m", "x", "--pass", "急") == 1
    assert "capabilities.csv" in capsys.readouterr().out
    assert "maybe" not in shop.disk.read()["shop/capabilities.csv"]


def test_findings_come_as_json_a_line_each(shop: Workshop, capsys: pytest.CaptureFixture) -> None:
    shop.engineer("shop/capabilities.csv", LIMITS["L18"], "全国第一")
    assert run(shop, "check", "--live", "--json") == 1
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert any(one["severity"] == "error" and "和面" in one["place"]["zh"] for one in found)


def test_the_state_is_told(shop: Workshop, capsys: pytest.CaptureFixture) -> None:
    shop.bench.save([limit("两百克")], "小林")
    assert run(shop, "status") == 0
    assert "1 changes, needs facts" in capsys.readouterr().out
