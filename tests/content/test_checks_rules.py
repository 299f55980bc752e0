"""The rules one by one, on small trees: examples, replies, facts, and what the shop decides itself."""

from __future__ import annotations

from datetime import date

import pytest

from bot.content.checks import check
from bot.content.checks.faults import data
from bot.core.content import PATTERNS, Finding
from bot.settings import ROOT

TODAY = date(2026, 11, 22)
DOMAIN = "entities:\n- colour\nresponses:\n  utter_price:\n  - text: {zh}\n  - {{text: 'It comes at {{price}}.', condition: [{{type: slot, name: language, value: en}}]}}\n"
IGNORED = ("reply_missing", "label_empty", "label_one_language", "label_few", "shop_file")
"""Of trees that hold one file and no more."""


def labelled(*lines: tuple[str, str]) -> dict[str, str]:
    """Examples by label, a file each."""
    files: dict[str, str] = {}
    for label, text in lines:
        file = f"data/nlu/{label}.yml"
        files.setdefault(file, f'version: "3.1"\nnlu:\n- intent: {label}\n  examples: |\n')
        files[file] += f"    - {text}\n"
    return files


def found(tree: dict[str, str], test_lines: tuple[str, ...] = ()) -> list[Finding]:
    return [one for one in check(tree, test_lines=test_lines, today=TODAY) if one.rule not in IGNORED]


def rules(tree: dict[str, str], test_lines: tuple[str, ...] = ()) -> list[str]:
    return [one.rule for one in found(tree, test_lines)]


# --- examples --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("周末有人吗", "请问周末有人吗亲"),
        ("今天能发货吗", "今天能发货么？"),
        ("is it machine washable", "is it machine washable please"),
        ("电饭煲三升的和四升的有什么区别我家五口人", "电饭煲三升的和四升的有什么区别我家五口人用"),
    ],
)
def test_two_labels_with_nearly_the_same_message_are_told(one: str, other: str) -> None:
    assert rules(labelled(("ask_hours", one), ("ask_price", other))) in (["example_near"], ["example_two_labels"])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("怎么还没发货", "什么时候发货"),
        ("包邮吗", "包邮吧"),
        ("absolutely", "absolutely not"),
        ("no thank you", "thank you"),
        ("that's correct", "that's incorrect"),
        ("有货吗", "多少钱"),
        ("能用电磁炉吗", "不能用电磁炉吗"),
    ],
)
def test_messages_that_one_word_tells_apart_are_left_alone(one: str, other: str) -> None:
    assert rules(labelled(("ask_hours", one), ("ask_price", other))) == []


def test_the_same_message_of_one_label_is_told_once_and_an_emoji_makes_another() -> None:
    assert rules(labelled(("greet", "你好"), ("greet", "你好"), ("greet", "你好👋"))) == ["example_twice"]


@pytest.mark.parametrize(
    "text", ["13800001234", "微信同号 15900002222", "jo@example.com", "订单号 202611210001", "1米75 130斤"]
)
def test_made_up_numbers_are_nobodys_data(text: str) -> None:
    assert rules(labelled(("inform", text))) == []


@pytest.mark.parametrize(
    "text", ["我电话13926001188", "微信号是 lily_2088", "110101199003077715", "lily.zhang@163.com"]
)
def test_what_looks_like_somebodys_data_is_told_and_not_repeated(text: str) -> None:
    (one,) = found(labelled(("inform", text)))
    assert one.rule == "personal_data"
    assert text not in one.reason["zh"]


@pytest.mark.parametrize(
    "text", ["[黑色](colour)有吗", "[黑色](colour:black)有吗", '[黑色]{"entity": "colour", "value": "black"}有吗']
)
def test_mark_up_as_the_training_reads_it_is_right(text: str) -> None:
    assert rules({**labelled(("ask_stock", text)), "domain.yml": "entities:\n- colour\n"}) == []


def test_mark_up_does_not_hide_that_a_message_stands_twice() -> None:
    tree = labelled(("ask_stock", "[黑色](colour)有吗"), ("ask_spec", "黑色有吗"))
    assert rules({**tree, "domain.yml": "entities:\n- colour\n"}) == ["example_two_labels"]


def test_a_measured_message_is_told_whatever_its_marks_and_a_common_one_is_not() -> None:
    tree = labelled(("ask_shipping_time", "今天下单后天能到北京吗"), ("ask_price", "多少钱"))
    assert rules(tree, ("今天下单，后天能到北京吗？", "多少钱")) == ["test_leak"]


def test_every_label_is_asked_for_examples_in_both_languages() -> None:
    told = {
        (one.rule, one.place["zh"])
        for one in check(labelled(("greet", "在吗"), ("thanks", "谢谢"), ("thanks", "thanks")), today=TODAY)
    }
    assert {
        ("label_one_language", "greet"),
        ("label_few", "thanks · zh"),
        ("label_few", "thanks · en"),
        ("label_empty", "affirm"),
    } <= told


# --- replies ---------------------------------------------------------------------------------------------------------


def test_a_reply_in_both_languages_with_its_facts_is_right() -> None:
    assert rules({"domain.yml": DOMAIN.format(zh="'{item} 现在{price}～'")}) == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("'{item 现在{price}'", "placeholder_broken"),
        ("'{ item } 现在{price}'", "placeholder_broken"),
        ("'｛item｝ 现在{price}'", "placeholder_broken"),
        ("'{name} 现在{price}'", "placeholder_unknown"),
        ("'{item} 现在 199 元'", "figure_in_reply"),
        ("''", "reply_empty"),
    ],
)
def test_a_reply_that_the_buyer_would_see_wrong_is_told(text: str, rule: str) -> None:
    assert rule in rules({"domain.yml": DOMAIN.format(zh=text)})


def test_what_a_reply_may_fill_in_is_what_its_service_gives() -> None:
    from tests.services.test_words import REPLIES, RESPONSES

    told = {name: set(facts) for name, facts in data("reply_facts.yml").items()}
    given = {name: set.intersection(*(set(reply.facts) for _, reply in said)) for name, said in REPLIES.items()}
    assert {name: facts for name, facts in told.items() if name in given} == given
    assert set(told) == set(RESPONSES)


# --- facts -----------------------------------------------------------------------------------------------------------

SPECS = "product,size,attribute,value_zh,value_en\n"


@pytest.mark.parametrize(
    "row",
    [
        "Z28,28cm,dimensions,口径 28 厘米，深 7.5 厘米,28 cm across and 7.5 cm deep",
        "Z28,,layers,两层,2 layers",
        "F40,,remote,要两节 7 号电池,two AAA batteries",
        "S60,1.5m,quilt_cover,200×230 厘米,200×230 cm",
        "R30,4L,power,700 瓦,700 W",
    ],
)
def test_a_value_that_fits_its_row_is_left_alone(row: str) -> None:
    assert rules({"shop/specs.csv": SPECS + row.replace("，", "，") + "\n"}) == []


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ("Z28,28cm,dimensions,口径 26 厘米,26 cm across", "contradiction_size"),
        ("R30,4L,capacity,3 升,3 L", "contradiction_size"),
        ("Y915,,power,1000 瓦,1200 W", "figures_differ"),
        ("Y915,,power,1000 瓦,", "one_language"),
    ],
)
def test_a_value_that_contradicts_its_row_or_its_translation_is_told(row: str, rule: str) -> None:
    assert rule in rules({"shop/specs.csv": SPECS + row + "\n"})


NAMES = "id,name_zh,name_en\n"


@pytest.mark.parametrize(
    ("names", "place"),
    [
        (NAMES + "power,功率,wattage\n", {"zh": "Y915 · 功率 · value", "en": "Y915 · wattage · value"}),
        (NAMES + "power,功率,\n", {"zh": "Y915 · 功率 · value", "en": "Y915 · 功率 · value"}),
        (NAMES, {"zh": "Y915 · power · value", "en": "Y915 · power · value"}),
    ],
)
def test_a_thing_is_called_in_each_language_by_the_word_that_the_shop_has(names: str, place: dict[str, str]) -> None:
    tree = {"shop/attributes.csv": names, "shop/specs.csv": SPECS + "Y915,,power,1000 瓦,1200 W\n"}
    assert [one.place for one in found(tree) if one.rule == "figures_differ"] == [place]


def test_what_others_of_its_kind_answer_is_named_in_the_language_of_the_sentence() -> None:
    products = [f"P{number}" for number in range(6)]
    tree = {
        "shop/products.csv": "id,category\n" + "".join(f"{product},mixer\n" for product in products),
        "shop/attributes.csv": NAMES + "power,功率,wattage\n",
        "shop/specs.csv": SPECS + "".join(f"{product},,power,9 瓦,9 W\n" for product in products[1:]),
    }
    (one,) = found(tree)
    assert one.place == {"zh": "P0 · 功率", "en": "P0 · wattage"}
    for sentence in (one.reason, one.proposal):
        assert "“功率”" in sentence["zh"] and "“wattage”" in sentence["en"]


@pytest.mark.parametrize("place", ["Y915 · 功率", "Y915 · wattage"])
def test_an_exception_may_call_its_place_in_either_language(place: str) -> None:
    tree = {
        "shop/attributes.csv": NAMES + "power,功率,wattage\n",
        "shop/specs.csv": SPECS + "Y915,,power,1000 瓦,1200 W\n",
        "shop/checks.yml": f"exceptions:\n- {{rule: figures_differ, place: {place}, reason: 两种电压}}\n",
    }
    assert rules(tree) == []


@pytest.mark.parametrize(("day", "told"), [("2026-11-21", ["stale"]), ("2026-11-22", []), ("2027-01-01", []), ("", [])])
def test_a_fact_is_out_of_date_from_the_day_after_its_review(day: str, told: list[str]) -> None:
    table = f"product,topic,answer_zh,answer_en,review_by,owner\nL18,clean,冲洗就好,Just rinse it,{day},小林\n"
    assert rules({"shop/usage.csv": table}) == told


def test_a_file_that_cannot_be_read_is_told_and_the_others_are_looked_at() -> None:
    tree = {
        "shop/specs.csv": SPECS + "Y915,,power,1000 瓦,1200 W\n",
        "domain.yml": "responses: [\n",
        "shop/checks.yml": "limits: {",
    }
    assert {"unreadable", "figures_differ"} <= set(rules(tree))


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "- just\n- a list\n",
        "a: [1, 2\nb: {",
        "\x00\x00",
        'a,b\n"',
        "responses: 3\nnlu: 4\nlimits: 5\nexceptions: x\n",
    ],
)
def test_no_file_stops_the_checks(garbage: str) -> None:
    files = [str(path.relative_to(ROOT)) for pattern in PATTERNS for path in sorted(ROOT.glob(pattern))]
    assert check(dict.fromkeys(files, garbage), today=TODAY)


# --- what the shop decides -------------------------------------------------------------------------------------------

SAID = "product,topic,answer_zh,answer_en\nL18,clean,顶级的刀头冲洗就好,Just rinse it\n"


def decided(text: str) -> dict[str, str]:
    return {"shop/usage.csv": SAID, "shop/checks.yml": text}


@pytest.mark.parametrize(
    "place", ["L18", "L18 · clean", "shop/usage.csv", "shop/usage.csv · L18", "L18 · clean · answer_zh"]
)
def test_an_exception_with_a_reason_counts_where_it_says(place: str) -> None:
    assert (
        rules(decided(f"exceptions:\n- {{rule: claim, place: {place}, words: 顶级, reason: 检测报告写的等级名}}\n"))
        == []
    )


@pytest.mark.parametrize(
    ("exception", "told"),
    [
        ("{rule: claim, place: L18, words: 顶级}", {"claim", "exception_no_reason"}),
        ("{rule: claim, place: L1, words: 顶级, reason: 试试}", {"claim", "exception_unused"}),
        ("{rule: claim, place: L18, words: 最好, reason: 试试}", {"claim", "exception_unused"}),
        ("{rule: promise, place: L18, reason: 试试}", {"claim", "exception_unused"}),
        ("{rule: claims, place: L18, reason: 试试}", {"claim", "settings"}),
        ("{rule: claim, reason: 试试}", {"claim", "settings"}),
    ],
)
def test_an_exception_that_does_not_fit_is_told(exception: str, told: set[str]) -> None:
    assert set(rules(decided(f"exceptions:\n- {exception}\n"))) == told


def test_the_shop_says_how_grave_a_rule_is() -> None:
    (one,) = found(decided("severity: {claim: hint}\n"))
    assert (one.rule, one.severity) == ("claim", "hint")


def test_limits_and_competitors_are_the_shops() -> None:
    text = "limits: {longest: {zh: 5, en: 260}}\ncompetitors: [{name: 刀头, unless: [小刀头]}]\n"
    assert set(rules(decided(text))) == {"claim", "too_long", "competitor"}
    assert "competitor" not in rules({**decided(text), "shop/usage.csv": SAID.replace("刀头", "小刀头")})
