"""The FAQ's file, the columns that say where a fact comes from, and what handover.yml says of both."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from bot.adapters import shop_faq
from bot.adapters.shop_files import load_shop
from bot.core.shop import UNSAID, Origin
from bot.ports import ShopFileError

SHOP = Path(__file__).parents[2] / "shop"
HEAD = "id,product,question_zh,question_en,answer_zh,answer_en,also_asked_zh,also_asked_en,source,owner,review_by"
PLANE = "plane,,能带上飞机吗,Can I take it on a plane?,可以托运,In checked luggage,可以托运吗|登机能带吗,is it cabin luggage"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHOP, tmp_path / "shop"))


def write(folder: Path, *rows: str) -> Path:
    (folder / "faq.csv").write_text("\n".join(["# questions", HEAD, *rows, ""]), encoding="utf-8")
    return folder


def problems(folder: Path) -> list[str]:
    with pytest.raises(ShopFileError) as caught:
        load_shop(folder)
    return caught.value.problems


def test_an_entry_is_read_with_all_the_ways_it_is_asked(folder: Path) -> None:
    (entry,) = load_shop(write(folder, f"{PLANE},manual p. 3,Lin,2026-12-31")).faq
    assert entry.questions == (
        *("能带上飞机吗", "Can I take it on a plane?"),
        *("可以托运吗", "登机能带吗", "is it cabin luggage"),
    )
    assert entry.answer == {"zh": "可以托运", "en": "In checked luggage"} and entry.product is None
    assert entry.origin == Origin("manual p. 3", "Lin", date(2026, 12, 31))


def test_a_shop_without_the_file_has_no_entries(folder: Path) -> None:
    (folder / "faq.csv").unlink()
    assert load_shop(folder).faq == ()


def test_the_same_question_may_stand_once_for_each_product(folder: Path) -> None:
    rows = [f"{id},{id},会响吗,does it beep,会,it does,,,,," for id in ("L18", "D20")]
    assert len(load_shop(write(folder, *rows)).faq) == 2


@pytest.mark.parametrize(
    "rows, line, words",
    [
        ([PLANE, PLANE], 4, "the id “plane” stands twice"),
        ([PLANE, PLANE.replace("plane,", "fly,")], 4, "is asked in the entry “plane” already"),
        ([PLANE.replace("plane,", "plane,L19")], 3, "the product “L19” is not in products.csv"),
        ([PLANE.replace("能带上飞机吗", "")], 3, "`question_zh` is empty"),
        ([PLANE.replace("In checked luggage", "")], 3, "`answer_en` is empty"),
        ([PLANE.replace("能带上飞机吗", "能" * 201)], 3, "at most 200"),
        ([f"{PLANE},,,31.12.2026"], 3, "`review_by` is “31.12.2026”; write a day such as 2026-12-31."),
    ],
)
def test_a_wrong_row_is_told_with_file_line_and_what_to_do(
    folder: Path, rows: list[str], line: int, words: str
) -> None:
    told = problems(write(folder, *rows))
    assert any(one.startswith(f"faq.csv, line {line}: ") and words in one for one in told), told


def test_more_entries_than_can_be_looked_through_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shop_faq, "MOST_ENTRIES", 2)
    rows = [f"e{i},,问题{i},question {i},答,answer,,,,," for i in range(3)]
    assert problems(write(folder, *rows)) == [
        "faq.csv, line 5: there are more than 2 entries; keep those that are asked often."
    ]


@pytest.mark.parametrize(
    "file, key", [("capabilities.csv", "Y915"), ("specs.csv", "Y915"), ("size_guide.csv", "J01"), ("usage.csv", "Y915")]
)
def test_every_fact_may_say_where_it_comes_from_and_need_not(folder: Path, file: str, key: str) -> None:
    assert {row.origin for row in facts(load_shop(folder), file)} == {UNSAID}
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    head = next(i for i, line in enumerate(lines) if not line.startswith("#"))
    first = next(i for i, line in enumerate(lines) if line.startswith(f"{key},"))
    width = lines[head].count(",")
    lines[head] += ",source,owner,review_by"
    lines[first] += "," * (width - count_cells(lines[first])) + ",manual,Lin,2026-12-31"
    (folder / file).write_text("\n".join(lines), encoding="utf-8")
    told = [row.origin for row in facts(load_shop(folder), file) if row.origin != UNSAID]
    assert told == [Origin("manual", "Lin", date(2026, 12, 31))]


def count_cells(line: str) -> int:
    """The commas between cells, not those within quotes."""
    return sum(part.count(",") for part in line.split('"')[::2])


def facts(shop, file: str) -> list:
    return {
        "capabilities.csv": list(shop.capabilities.values()),
        "specs.csv": list(shop.specs),
        "size_guide.csv": [row for rows in shop.size_rows.values() for row in rows],
        "usage.csv": list(shop.usage.values()),
    }[file]


def test_thresholds_and_the_rule_for_old_facts_are_the_shops_and_may_be_left_out(folder: Path) -> None:
    rules = folder / "handover.yml"
    kept = "".join(
        line for line in rules.read_text(encoding="utf-8").splitlines(True) if not line.startswith(("faq", "st"))
    )
    rules.write_text(kept, encoding="utf-8")
    held = load_shop(folder).handover
    assert (held.faq_from, held.faq_over, held.stale_facts) == (0.6, 0.8, "answer")
    rules.write_text(kept + "faq_from: 0.5\nfaq_over: 1\nstale_facts: check\n", encoding="utf-8")
    held = load_shop(folder).handover
    assert (held.faq_from, held.faq_over, held.stale_facts) == (0.5, 1.0, "check")


@pytest.mark.parametrize("wrong", ["faq_from: 60", "faq_over: much", "stale_facts: never"])
def test_a_wrong_rule_is_told_with_its_line(folder: Path, wrong: str) -> None:
    rules, key = folder / "handover.yml", wrong.split(":")[0]
    lines = [line for line in rules.read_text(encoding="utf-8").splitlines() if not line.startswith(key)]
    rules.write_text("\n".join([*lines, wrong, ""]), encoding="utf-8")
    (told,) = problems(folder)
    assert (
        told.replace("“", "")
        .replace("”", "")
        .startswith(f"handover.yml, line {len(lines) + 1}: `{key}` is {wrong.split(': ')[1]}; write ")
    )
