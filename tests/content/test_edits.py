"""Edits: found between two trees, made in one, refused where somebody else was there first, and taken back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content import csv_text, edits, examples, responses, yaml_text
from bot.content.edits import Conflict
from bot.content.tables import TABLES
from bot.core.content import Edit
from tests.content.trees import TEXTS, shop_tree

CAPABILITIES, SHIPPING, GREET = "shop/capabilities.csv", "shop/shipping.yml", "data/nlu/greet.yml"
JUICE = ("D20", "juice")
TABLE_FILES = sorted(file for file in shop_tree() if file in TABLES)
RULE_FILES = [SHIPPING, "shop/policies.yml", "shop/hours.yml", "shop/offers.yml", "shop/card.yml"]


def tree(**files: str) -> dict[str, str]:
    return {**shop_tree(), **files}


def changed(file: str, text: str) -> dict[str, str]:
    return tree(**{file: text})


def edit(before, after, column="limit_zh", file=CAPABILITIES, key=JUICE) -> Edit:
    return Edit(file, key, column, before, after)


def cell(found: dict[str, str], file: str, key: tuple[str, ...], column: str) -> str:
    names = TABLES[file].key
    rows = csv_text.read(found[file]).rows
    return next(row.cells[column] for row in rows if tuple(row.cells[name] for name in names) == key)


def test_the_same_tree_has_no_edits():
    assert edits.difference(shop_tree(), shop_tree()) == []


def test_comments_and_order_are_no_content():
    old = {"shop/colours.csv": "# a\nid,name_zh\nred,红\nblue,蓝\n", SHIPPING: "a: 1 # x\nb: 2\n"}
    new = {"shop/colours.csv": "id,name_zh\nblue,蓝\nred,红\n", SHIPPING: "b: 2\na: 1\n"}
    assert edits.difference(old, new) == []


@settings(max_examples=60, deadline=None)
@given(st.data(), TEXTS)
def test_a_changed_cell_is_one_edit_and_one_row_of_text(data, value):
    file = data.draw(st.sampled_from(TABLE_FILES))
    spec = TABLES[file]
    row = data.draw(st.sampled_from(csv_text.read(shop_tree()[file]).rows))
    column = data.draw(st.sampled_from([c.id for c in spec.columns if c.id in row.cells and c.id not in spec.key]))
    one = Edit(file, tuple(row.cells[name] for name in spec.key), column, row.cells[column], value)
    made = edits.apply(shop_tree(), [one])
    assert edits.difference(shop_tree(), made) == ([one] if value != row.cells[column] else [])
    kept = [other.raw for other in csv_text.read(shop_tree()[file]).rows if other.line != row.line]
    assert all(raw in made[file] for raw in kept)
    assert edits.apply(made, [one.back()])[file].count("\n") == shop_tree()[file].count("\n")


@settings(max_examples=40, deadline=None)
@given(
    st.data(),
    st.recursive(
        TEXTS | st.integers() | st.booleans(), lambda m: st.lists(m, max_size=3) | st.dictionaries(TEXTS, m, max_size=3)
    ),
)
def test_any_change_of_an_entry_can_be_told_made_and_taken_back(data, value):
    file = data.draw(st.sampled_from(RULE_FILES))
    text = shop_tree()[file]
    key = data.draw(st.sampled_from(list(yaml_text.value(text))))
    new = changed(file, yaml_text.put(text, (key,), value))
    found = edits.difference(shop_tree(), new)
    made = edits.apply(shop_tree(), found)
    assert edits.difference(made, new) == []
    taken_back = edits.apply(made, [one.back() for one in reversed(found)])
    assert edits.difference(taken_back, shop_tree()) == []


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["add", "drop"]),
            st.sampled_from(["在吗店家", "hello shop", "喂"]) | TEXTS,
            st.integers(0, 99),
        ),
        max_size=5,
    )
)
def test_changes_of_examples_can_be_told_made_and_taken_back(steps):
    text = shop_tree()[GREET]
    for act, line, place in steps:
        standing = examples.read(text)
        if act == "drop":
            text = examples.drop(text, "greet", standing[place % len(standing)].text)
        elif examples.one_line(line):
            text = examples.add(text, "greet", line)
    found = edits.difference(shop_tree(), changed(GREET, text))
    made = edits.apply(shop_tree(), found)
    assert edits.difference(made, changed(GREET, text)) == []
    assert edits.difference(edits.apply(made, [one.back() for one in found]), shop_tree()) == []


def test_edits_are_told_in_rows_entries_and_examples():
    new = tree()
    new[CAPABILITIES] = new[CAPABILITIES].replace("D20,juice,no", "D20,juice,limited")
    new[SHIPPING] = yaml_text.put(new[SHIPPING], ("couriers", "2", "extra"), 15)
    new[GREET] = examples.add(new[GREET], "greet", "掌柜在不在呀")
    new["domain.yml"] = responses.put_text(new["domain.yml"], "utter_thanks", 0, "299")
    assert edits.difference(shop_tree(), new) == [
        Edit(GREET, ("greet",), None, None, "掌柜在不在呀"),
        Edit("domain.yml", ("responses", "utter_thanks", "0", "text"), None, "不客气～还有问题随时问我", "299"),
        Edit(CAPABILITIES, JUICE, "verdict", "no", "limited"),
        Edit(SHIPPING, ("couriers", "2", "extra"), None, "12", "15"),
    ]


def test_a_new_row_stands_with_its_like():
    made = edits.apply(
        shop_tree(),
        [Edit(CAPABILITIES, ("L18", "cake"), None, None, {"product": "L18", "capability": "cake", "verdict": "yes"})],
    )
    lines = made[CAPABILITIES].splitlines()
    place = lines.index("L18,cake,yes,,,,")
    assert lines[place - 1].startswith("L18,") and not lines[place + 1].startswith("L18,")


def test_the_first_row_of_a_table_that_the_shop_did_not_have_begins_its_file():
    without = {file: text for file, text in shop_tree().items() if file != "shop/faq.csv"}
    row = {"id": "q1", "question_zh": "有实体店吗", "answer_zh": "目前只有网店"}
    made = edits.apply(without, [Edit("shop/faq.csv", ("q1",), None, None, row)])
    assert cell(made, "shop/faq.csv", ("q1",), "answer_zh") == "目前只有网店"


def test_a_text_that_looks_like_a_number_stays_a_text():
    domain = edits.apply(
        shop_tree(),
        [Edit("domain.yml", ("responses", "utter_thanks", "0", "text"), None, "不客气～还有问题随时问我", "299")],
    )
    assert yaml_text.value(domain["domain.yml"], ("responses", "utter_thanks", "0", "text")) == "299"
    money = edits.apply(shop_tree(), [Edit(SHIPPING, ("postage", "otherwise"), None, "8", "9.50")])
    assert yaml_text.value(money[SHIPPING], ("postage", "otherwise")) == 9.5


@pytest.mark.parametrize(
    "one, now",
    [
        (edit("what I saw", "mine"), None),
        (edit("", "mine", key=("D20", "nothing")), None),
        (Edit(CAPABILITIES, JUICE, None, None, {"product": "D20", "capability": "juice", "verdict": "yes"}), "row"),
        (Edit(CAPABILITIES, JUICE, None, {"product": "D20", "capability": "juice", "verdict": "yes"}, None), "row"),
        (Edit(SHIPPING, ("cut_off",), None, "15:00", "17:00"), "16:00"),
        (
            Edit(SHIPPING, ("couriers", "0", "name"), None, {"zh": "申通", "en": "STO"}, None),
            {"zh": "中通", "en": "ZTO"},
        ),
        (Edit(SHIPPING, ("no", "such"), None, None, "x"), None),
        (Edit(GREET, ("greet",), None, "没有这一句的", "别的"), None),
        (Edit("shop/none.yml", ("a",), None, "1", "2"), None),
        (Edit(GREET, (), None, "the old text", "the new text"), shop_tree()[GREET]),
    ],
)
def test_who_comes_second_is_told_what_stands_there_now(one, now):
    with pytest.raises(Conflict) as told:
        edits.apply(shop_tree(), [one])
    assert told.value.edit == one
    if now == "row":
        assert told.value.now["verdict"] == "no"
    elif one.key == JUICE:
        assert told.value.now == cell(tree(), CAPABILITIES, JUICE, "limit_zh")
    else:
        assert told.value.now == now


def test_an_edit_that_is_made_already_does_nothing():
    wanted = [
        edit(cell(tree(), CAPABILITIES, JUICE, "limit_zh"), "新"),
        Edit(CAPABILITIES, ("L18", "cake"), None, None, {"product": "L18", "capability": "cake", "verdict": "yes"}),
        Edit(CAPABILITIES, ("D20", "soy_milk"), None, _row(("D20", "soy_milk")), None),
        Edit(SHIPPING, ("cut_off",), None, "16:00", "17:00"),
        Edit(SHIPPING, ("postage", "by_province", "54"), None, "15", None),
        Edit(GREET, ("greet",), None, examples.read(shop_tree()[GREET])[0].text, "你好呀店家"),
    ]
    once = edits.apply(shop_tree(), wanted)
    assert edits.apply(once, wanted[:-1]) == once
    assert edits.apply(once, wanted[-1:]) == once


def _row(key: tuple[str, str]) -> dict[str, str]:
    row = next(
        r for r in csv_text.read(shop_tree()[CAPABILITIES]).rows if (r.cells["product"], r.cells["capability"]) == key
    )
    return {column: value for column, value in row.cells.items() if value}


def test_none_of_the_edits_is_made_where_one_does_not_fit():
    before = dict(shop_tree())
    with pytest.raises(Conflict):
        edits.apply(shop_tree(), [Edit(SHIPPING, ("cut_off",), None, "16:00", "17:00"), edit("not so", "x")])
    assert shop_tree() == before


@pytest.mark.parametrize(
    "old, new",
    [
        ({}, {"shop/new.yml": "a: 1\n"}),
        ({"shop/new.yml": "a: 1\n"}, {}),
        ({SHIPPING: "a: ["}, {SHIPPING: "a: []"}),
        ({"shop/colours.csv": "id,x\na,1\n"}, {"shop/colours.csv": "name\na\n"}),
        ({SHIPPING: "a: 5\n"}, {SHIPPING: 'a: "5"\n'}),
        ({SHIPPING: "a: text\n"}, {SHIPPING: "a: 5\n"}),
        (
            {GREET: "nlu:\n- intent: a\n  examples: |\n    - x\n"},
            {GREET: "nlu:\n- intent: a\n  examples: |\n    - x\n- regex: r\n  examples: |\n    - y\n"},
        ),
    ],
)
def test_whatever_the_difference_is_making_it_gives_the_new_content(old, new):
    found = edits.difference(old, new)
    made = edits.apply(old, found)
    assert edits.difference(made, new) == [] and found
    assert edits.apply(made, [one.back() for one in found]) == old


def test_rows_with_the_same_key_are_told_apart():
    old = {"shop/colours.csv": "id,name_zh\nred,红\nred,大红\n"}
    new = {"shop/colours.csv": "id,name_zh\nred,红\nred,朱红\n"}
    assert edits.difference(old, new) == [Edit("shop/colours.csv", ("red", "#2"), "name_zh", "大红", "朱红")]
    assert edits.apply(old, edits.difference(old, new)) == new
