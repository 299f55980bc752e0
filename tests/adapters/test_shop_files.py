"""The shop's folder loads, or says in one sentence what is wrong, with file and line."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from bot.adapters.shop_files import fingerprint, load_shop
from bot.ports import ShopFileError

SHOP = Path(__file__).parents[2] / "shop"
TABLES = sorted(path.name for path in SHOP.glob("*.csv"))
OF_THE_WORKBENCH = ("checks.yml", "publishing.yml")
"""Files beside the facts that the bot does not read."""

RULES = sorted(path.name for path in SHOP.glob("*.yml") if path.name not in OF_THE_WORKBENCH)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shop's folder to spoil."""
    return Path(shutil.copytree(SHOP, tmp_path / "shop"))


def problems(folder: Path) -> list[str]:
    with pytest.raises(ShopFileError) as caught:
        load_shop(folder)
    return caught.value.problems


def replace(file: str, old: str, new: str) -> Callable[[Path], int]:
    """Replaces the first such text; gives its line."""

    def spoil(folder: Path) -> int:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text, f"{file} holds no {old}; the test must be mended"
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        return text[: text.index(old)].count("\n") + 1

    return spoil


def append(file: str, line: str) -> Callable[[Path], int]:
    def spoil(folder: Path) -> int:
        text = (folder / file).read_text(encoding="utf-8").rstrip("\n")
        (folder / file).write_text(f"{text}\n{line}\n", encoding="utf-8")
        return text.count("\n") + 2

    return spoil


def no_reasons(folder: Path) -> int:
    """Takes the reasons for settling away, and leaves the word."""
    lines = (folder / "desk.yml").read_text(encoding="utf-8").split("\n")
    at = next(i for i, line in enumerate(lines) if line.strip() == "settled:")
    end = next(i for i in range(at + 1, len(lines)) if not lines[i].startswith("    "))
    (folder / "desk.yml").write_text("\n".join([*lines[:at], "  settled: {}", *lines[end:]]), encoding="utf-8")
    return at + 1


# --- the shop that ships -------------------------------------------------------------------------------------------


def test_the_shop_that_ships_loads() -> None:
    shop = load_shop(SHOP)
    assert len(shop.products) >= 40
    assert shop.name == {"zh": "禾禾家", "en": "Hehe Home"}


FIRST_STOCK = [
    ("Y915-white", 42),
    ("L18-white", 120),
    ("W05-black-M", 20),
    ("J01-blue-28", 35),
    ("S60-1.8m-grey", 13),
    ("B02", 300),
]


@pytest.mark.parametrize(("sku", "stock"), FIRST_STOCK)
def test_the_demo_shop_has_the_stock_of_its_page(sku: str, stock: int) -> None:
    assert load_shop(SHOP).by_sku[sku].opening_stock == stock


DEMO_VERDICTS = """Y915 knead_dough limited|Y915 soy_milk yes|Y915 crush_ice yes|Y915 grind_dry limited|Y915 baby_food yes|Y915 cook_soup yes|
Y915 dishwasher no|L18 knead_dough limited|L18 mince_meat yes|L18 soy_milk no|L18 crush_ice no|L18 baby_food yes|L18 dishwasher yes|
M500 knead_dough yes|M500 whip yes|M500 mince_meat limited|M500 baby_food no|D20 soy_milk yes|D20 juice no|D20 grain_paste yes|
R30 cake limited|R30 porridge yes|R30 low_sugar_rice no|A5 whole_chicken limited|A5 cake yes|A5 dishwasher yes|K17 keep_warm no|
K17 boil_milk_tea no|H3 essential_oil no|H3 tap_water limited|J01 machine_wash yes|J01 stretch limited|W05 machine_wash no|
W05 minus_10 limited|T500 keep_hot_24h no|T500 fizzy_drinks no|S60 pilling limited|Z28 induction yes|Z28 open_flame yes|
B02 machine_wash limited"""


@pytest.mark.parametrize("row", DEMO_VERDICTS.replace("\n", "").split("|"))
def test_the_demo_shop_has_the_verdicts_of_its_page(row: str) -> None:
    product, capability, verdict = row.split()
    held = load_shop(SHOP).capabilities[product, capability]
    assert held.verdict == verdict
    assert verdict == "yes" or held.limit["zh"] and held.limit["en"]


def test_the_rules_of_the_demo_shop_are_those_of_its_page() -> None:
    shop = load_shop(SHOP)
    assert (shop.offers.off_from, shop.offers.off) == (Decimal(299), Decimal(20))
    assert (shop.shipping.free_from, shop.shipping.postage) == (Decimal(59), Decimal(8))
    assert shop.shipping.postage_by_province == {"65": Decimal(15), "54": Decimal(15)}
    assert [zone.days for zone in shop.shipping.zones] == [(1, 2), (5, 8), (2, 4)]
    assert f"{shop.shipping.cut_off:%H:%M}" == "16:00"
    assert (shop.policies.return_days, shop.policies.fault_days, shop.policies.invoice_days) == (7, 15, 30)
    assert shop.handover.bulk_from == 10
    assert [(c.id, c.extra) for c in shop.shipping.couriers] == [("zto", None), ("yto", None), ("sf", Decimal(12))]


# --- what can be wrong ---------------------------------------------------------------------------------------------

FAULTS = [
    ("products.csv", append("products.csv", "NEW,新,new,,,appliances,"), "has no row in variants.csv"),
    ("products.csv", append("products.csv", "L18,料理机,food processor,,,appliances,"), "“L18” stands twice"),
    ("products.csv", append("products.csv", ",无名,nameless,,,appliances,"), "`id` is empty"),
    ("products.csv", replace("products.csv", "L18,料理机 L18,food processor L18", "L18,,food processor L18"), "`name_zh` is empty"),
    ("products.csv", replace("products.csv", ",home,\n", ",houses,\n"), "“houses”, which is no category"),
    ("products.csv", replace("products.csv", ",clothing,true", ",clothing,huge"), "`fit` is “huge”"),
    ("products.csv", append("products.csv", "a,b,c,d,e,f,g,h"), "there are 8 cells but 7 columns"),
    ("variants.csv", append("variants.csv", "X-1,NOPE,,,10,1,,"), "“NOPE” is not in products.csv"),
    ("variants.csv", append("variants.csv", "L18-white,L18,white,1.5L,199,1,,"), "the sku “L18-white” stands twice"),
    ("variants.csv", replace("variants.csv", "1.5L,199,120", "1.5L,about 199,120"), "`list_price` is “about 199”"),
    ("variants.csv", replace("variants.csv", "1.5L,199,120", "1.5L,0,120"), "`list_price` is “0”"),
    ("variants.csv", replace("variants.csv", "1.5L,199,120", "1.5L,-5,120"), "`list_price` is “-5”"),
    ("variants.csv", replace("variants.csv", "1.5L,199,120", "1.5L,,120"), "`list_price` is empty"),
    ("variants.csv", replace("variants.csv", "1.5L,199,120", "1.5L,199,many"), "`stock` is “many”"),
    ("variants.csv", replace("variants.csv", "1.5L,199,120", "1.5L,199,-1"), "`stock` is “-1”"),
    ("variants.csv", replace("variants.csv", "1.5L,199,120", "1.5L,199,"), "`stock` is empty"),
    ("variants.csv", replace("variants.csv", "L18,white", "L18,snow"), "“snow”, which is no colour"),
    ("variants.csv", replace("variants.csv", "0,,yes", "0,,maybe"), "`discontinued` is “maybe”"),
    ("capabilities.csv", replace("capabilities.csv", "L18,soy_milk,no", "L18,soy_milk,perhaps"), "`verdict` is “perhaps”"),
    ("capabilities.csv", replace("capabilities.csv", "L18,soy_milk,no", "L99,soy_milk,no"), "“L99”, which is no product"),
    ("capabilities.csv", replace("capabilities.csv", "L18,soy_milk,no", "L18,fly,no"), "“fly”, which is no capability"),
    ("capabilities.csv", append("capabilities.csv", "L18,soy_milk,no,不行,no,"), "L18 and soy_milk stand twice"),
    ("capabilities.csv", replace("capabilities.csv", "D20|Y915", "D99|Y915"), "`instead` names “D99”"),
    ("capabilities.csv", append("capabilities.csv", "H3,soy_milk,no,,,"), "`limit_zh` is empty"),
    ("specs.csv", append("specs.csv", "L18,9L,power,1,1"), "`size` is “9L”, but L18 comes in: 1.5L"),
    ("specs.csv", append("specs.csv", "L18,,soul,1,1"), "“soul”, which is no attribute"),
    ("specs.csv", append("specs.csv", "L18,,voltage,,220 V"), "`value_zh` is empty"),
    ("size_guide.csv", replace("size_guide.csv", "J01,26,150,158", "J01,26,158,150"), "swap them"),
    ("size_guide.csv", replace("size_guide.csv", "J01,26,150,158", "J01,26,150,"), "write two numbers"),
    ("size_guide.csv", replace("size_guide.csv", "J01,26,150", "J01,99,150"), "`size` is “99”"),
    ("usage.csv", append("usage.csv", "L18,clean,a,b"), "L18 and clean stand twice"),
    ("usage.csv", append("usage.csv", "L18,flying,a,b"), "“flying”, which is no topic"),
    ("colours.csv", append("colours.csv", "snow,雪色,snow,白色,snow"), "the word “白色” already belongs to “white”"),
    ("colours.csv", append("colours.csv", "white,白,white,雪白,"), "the id “white” stands twice"),
    ("capability_names.csv", append("capability_names.csv", "fly,power,飞,fly,飞,fly"), "`kind` is “power”"),
    ("shipping.yml", replace("shipping.yml", '"16:00"', '"four"'), "`cut_off` is “four”"),
    ("shipping.yml", replace("shipping.yml", "free_from: 59", "free_from: plenty"), "`free_from` is “plenty”"),
    ("shipping.yml", replace("shipping.yml", "days: [1, 2]", "days: [2, 1]"), "`days` is [2, 1]"),
    ("shipping.yml", replace("shipping.yml", "from: {zh: 杭州, en: Hangzhou}", "from: {zh: 杭州}"), "`en` is missing"),
    ("shipping.yml", replace("shipping.yml", "\n  otherwise: 8", "\n  elsewise: 8"), "`otherwise` is missing"),
    ("offers.yml", replace("offers.yml", "product: M500", "product: M501"), "“M501” is not in products.csv"),
    ("policies.yml", replace("policies.yml", "B02:", "B99:"), "“B99” is not in products.csv"),
    ("policies.yml", replace("policies.yml", "days: 7", "days: seven"), "`days` is “seven”"),
    ("hours.yml", replace("hours.yml", "days: daily", "days: sometimes"), "`days` is “sometimes”"),
    ("hours.yml", replace("hours.yml", 'from: "09:00", to: "22:00"', 'from: "22:00", to: "09:00"'), "it closes at 09:00, before it opens at 22:00"),
    ("hours.yml", replace("hours.yml", "complaint: complaint", "complaint: nobody"), "there is no queue “nobody”"),
    ("hours.yml", replace("hours.yml", "track_parcel: tracking", "ask_stock: tracking"), "“ask_stock” is no label"),
    ("handover.yml", replace("handover.yml", "bulk_from: 10", "bulk_from: ten"), "`bulk_from` is “ten”"),
    ("card.yml", replace("card.yml", "  complaint:                 {zh: \"投诉｜{about}\"", "  complain:                  {zh: \"投诉｜{about}\""), "`complaint` is missing"),
    ("card.yml", replace("card.yml", "问题待确认｜{about}", "问题待确认｜{weather}"), "{wants}, {offer}, {about}"),
    ("digest.yml", replace("digest.yml", "{zh: \"等了 {time}\"", "{zh: \"等了 {tmie}\""), "`waited` holds “{tmie}”, which nothing fills in; there may be: {time}."),
    ("digest.yml", replace("digest.yml", "nobody_waits:  ", "nobody_weights:"), "`nobody_waits` is missing"),
    ("desk.yml", replace("desk.yml", '"08:50"', "morning"), "`at` is “morning”"),
    ("desk.yml", no_reasons, "`settled` names no reason"),
    ("shop.yml", replace("shop.yml", "Asia/Shanghai", "Asia/Atlantis"), "`timezone` is “Asia/Atlantis”"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "spoil", "sentence"), FAULTS, ids=[f"{file}: {sentence}" for file, _, sentence in FAULTS]
)
def test_a_fault_is_named_with_file_and_line(folder: Path, file: str, spoil: Callable, sentence: str) -> None:
    line = spoil(folder)
    named = [problem for problem in problems(folder) if sentence in problem]
    assert len(named) == 1, problems(folder)
    where = re.match(r"(?P<file>\S+), line (?P<line>\d+): ", named[0])
    beside = 9 if "is missing" in sentence else 1  # what is missing has no line; its list has one
    assert where["file"] == file
    assert abs(int(where["line"]) - line) <= beside, f"{named[0]}, spoilt line {line}"


@pytest.mark.parametrize("file", sorted({*TABLES, *RULES} - {"faq.csv"}))
def test_a_missing_file_is_one_sentence(folder: Path, file: str) -> None:
    (folder / file).unlink()
    assert [p for p in problems(folder) if p.startswith(f"{file}, line 1: the file is missing")]


@pytest.mark.parametrize("file", TABLES)
def test_a_missing_column_is_named(folder: Path, file: str) -> None:
    lines = (folder / file).read_text(encoding="utf-8").split("\n")
    header = next(i for i, line in enumerate(lines) if line and not line.startswith("#"))
    first = lines[header].split(",")[0]
    lines[header] = lines[header].replace(first, "something", 1)
    (folder / file).write_text("\n".join(lines), encoding="utf-8")
    assert any(p.startswith(f"{file}, line {header + 1}: ") and first in p for p in problems(folder))


@pytest.mark.parametrize("file", TABLES + RULES)
def test_a_wrong_encoding_is_said(folder: Path, file: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    (folder / file).write_bytes(text.replace("#", "# 说明：", 1).encode("gb18030"))
    assert [p for p in problems(folder) if p.startswith(f"{file}, line") and "not UTF-8" in p]


@pytest.mark.parametrize("file", RULES)
def test_broken_yaml_is_said_with_its_line(folder: Path, file: str) -> None:
    line = append(file, "broken: [1, 2\nand: {")(folder)
    (named,) = [p for p in problems(folder) if p.startswith(file)]
    assert line <= int(re.search(r"line (\d+)", named)[1]) <= line + 2


@pytest.mark.parametrize("file", RULES)
def test_a_rules_file_of_another_form_is_said(folder: Path, file: str) -> None:
    (folder / file).write_text("- just\n- a list\n", encoding="utf-8")
    assert any(p.startswith(f"{file}, line 1: a list of names") for p in problems(folder))


@pytest.mark.parametrize("file", TABLES + RULES)
def test_an_empty_file_is_said(folder: Path, file: str) -> None:
    (folder / file).write_text("", encoding="utf-8")
    assert any(p.startswith(file) for p in problems(folder))


def test_every_problem_is_one_sentence_and_all_are_told_at_once(folder: Path) -> None:
    append("products.csv", "NEW,新,new,,,appliances,")(folder)
    replace("handover.yml", "bulk_from: 10", "bulk_from: ten")(folder)
    told = problems(folder)
    assert len(told) == 2
    assert all("\n" not in problem and problem.endswith(".") for problem in told)


def test_no_folder_is_one_sentence(tmp_path: Path) -> None:
    assert problems(tmp_path / "nowhere")[0].endswith("NIGHTDESK_SHOP names the shop's folder.")


def test_comments_blank_lines_and_a_byte_order_mark_are_no_fault(folder: Path) -> None:
    path = folder / "colours.csv"
    path.write_text("\ufeff" + path.read_text(encoding="utf-8") + "\n# a note\n\n", encoding="utf-8")
    assert load_shop(folder).colours == load_shop(SHOP).colours


def test_windows_line_ends_are_no_fault(folder: Path) -> None:
    path = folder / "products.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert set(load_shop(folder).products) == set(load_shop(SHOP).products)


def test_the_fingerprint_changes_with_any_file(folder: Path) -> None:
    before = fingerprint(folder)
    append("offers.yml", "# a note")(folder)
    assert fingerprint(folder) != before


def test_a_cell_in_quotes_keeps_its_lines_whatever_they_begin_with(folder: Path) -> None:
    said = "\n".join(("first", "# second", "", "third"))
    with (folder / "faq.csv").open("a", encoding="utf-8") as faq:
        faq.write(f'several,,问,"ask",答,"{said}",,,,,\n')
    assert load_shop(folder).faq[-1].answer["en"] == said
