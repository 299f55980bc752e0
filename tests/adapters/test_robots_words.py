"""What the shop says of its robots and their words: faults are named with file and line."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from bot.adapters.shop_files import load_shop
from bot.core.notices import Robot
from bot.core.telling import PLACEHOLDERS
from bot.ports import ShopFileError

SHOP = Path(__file__).parents[2] / "shop"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHOP, tmp_path / "shop"))


def with_robots(folder: Path, *lines: str) -> None:
    text = (folder / "desk.yml").read_text(encoding="utf-8")
    assert "robots: []" in text
    (folder / "desk.yml").write_text(text.replace("robots: []", "\n".join(["robots:", *lines])), encoding="utf-8")


def problem(folder: Path) -> str:
    with pytest.raises(ShopFileError) as caught:
        load_shop(folder)
    return caught.value.problems[0]


def test_the_shops_robots_are_read_in_order(folder: Path) -> None:
    with_robots(
        folder,
        "  - {name: 售前群, service: dingtalk, language: zh, queues: [sales, bulk], per_minute: 10}",
        "  - {name: ops, service: webhook, language: en, kinds: [opened]}",
    )
    assert load_shop(folder).robots == (
        Robot("售前群", "dingtalk", "zh", ("sales", "bulk"), (), 10),
        Robot("ops", "webhook", "en", (), ("opened",), 20),
    )


FAULTS = [
    ("{name: a, service: qq, language: zh}", "`service` has “qq”"),
    ("{name: a, service: slack, language: fr}", "`language` has “fr”"),
    ("{name: a, service: slack, language: zh, kinds: [open]}", "`kinds` has “open”"),
    ("{name: a, service: slack, language: zh, queues: [sale]}", "`queues` has “sale”"),
    ("{name: a, service: slack, language: zh, per_minute: 0}", "`per_minute` is 0"),
    (f"{{name: {'a' * 41}, service: slack, language: zh}}", "write 1 to 40 characters"),
    ("{name: '', service: slack, language: zh}", "write 1 to 40 characters"),
]


@pytest.mark.parametrize(("robot", "said"), FAULTS, ids=[said for _, said in FAULTS])
def test_a_robot_that_is_wrong_is_named(folder: Path, robot: str, said: str) -> None:
    with_robots(folder, f"  - {robot}")
    assert said in problem(folder)
    assert re.match(r"desk\.yml, line \d+: ", problem(folder))


def test_two_robots_of_one_name_are_refused(folder: Path) -> None:
    with_robots(folder, *["  - {name: a, service: slack, language: zh}"] * 2)
    assert "the name “a” stands twice" in problem(folder)


def test_a_word_is_wanted_for_all_that_is_told(folder: Path) -> None:
    words = load_shop(folder).telling.words
    assert set(words) == set(PLACEHOLDERS)
    assert all(pair["zh"] and pair["en"] for pair in words.values())


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("waited:  ", "waitet:  ", "`waited` is missing"),
        (
            'zh: "已等待：{time}"',
            'zh: "已等待：{zeit}"',
            "`waited` holds “{zeit}”, which nothing fills in; there may be: {time}",
        ),
        ("zh: 打开会话", 'zh: "打开{link}"', "`link` holds “{link}”"),
        ("  feishu:", "  lark:", "“lark” is no service"),
        ("low:      {zh: ⚪不急, en: ⚪ Low}", "low:      {zh: ⚪不急}", "`en` is missing"),
    ],
)
def test_a_word_that_is_wrong_is_named(folder: Path, old: str, new: str, said: str) -> None:
    path = folder / "telling.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert said in problem(folder)
