"""YAML changed in one place: what is put reads back, and everything else stays to the byte."""

from __future__ import annotations

import difflib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from bot.content import yaml_text
from bot.content.unreadable import Unreadable
from bot.content.yaml_nodes import parsed
from tests.content.trees import TEXTS, shop_tree

FILES = sorted(file for file in shop_tree() if file.endswith(".yml"))
STYLES = """\
# the file's own words
plain: one two      # a comment
single: 'it''s'
double: "say \\"hi\\""
literal: |
  first
    second

  last

folded: >-
  a long
  text
number: 299         # CNY
nothing:
flow: {zh: 杭州, en: "a, b", none: , many: [1, two, '3']}
list:               # of things
  - a
  # about b
  - "b"
  - {k: v, deep: [x, {y: z}]}
  - name: {zh: 一, en: one}   # with a word
    words: [甲, a]
  - - nested
    - items
shared: &en [{type: slot}]
again: *en
once more: {condition: *en, text: hello}
last: end
"""
SCALARS = TEXTS | st.integers() | st.booleans() | st.none() | st.floats(allow_nan=False)
VALUES = st.recursive(
    SCALARS, lambda more: st.lists(more, max_size=3) | st.dictionaries(TEXTS, more, max_size=3), max_leaves=5
)


def read(text):
    """As the shop's files are read: by ruamel's own parser."""
    return YAML(typ="safe", pure=True).load(text)


def scalars(value, path=()):
    if isinstance(value, dict):
        for key, item in value.items():
            yield from scalars(item, (*path, yaml_text.spelled(key)))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from scalars(item, (*path, str(place)))
    else:
        yield path


def at(value, path):
    for name in path:
        value = value[int(name)] if isinstance(value, list) else value[name]
    return value


def unshared(value):
    """A copy in which no part stands in two places."""
    if isinstance(value, dict):
        return {key: unshared(item) for key, item in value.items()}
    return [unshared(item) for item in value] if isinstance(value, list) else value


def with_value(value, path, new):
    changed = unshared(value)
    holder = at(changed, path[:-1])
    holder[int(path[-1]) if isinstance(holder, list) else path[-1]] = new
    return changed


def changed_lines(before, after):
    told = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in told if line[0] in "+-" and line[:3] not in ("+++", "---")]


@pytest.mark.parametrize("file", FILES)
def test_every_file_of_the_project_is_read_as_the_bot_reads_it(file):
    text = shop_tree()[file]
    assert yaml_text.value(text) == read(text)
    assert parsed(text) == parsed(text, pure=True)


@settings(max_examples=60, deadline=None)
@given(st.data(), SCALARS)
def test_any_scalar_put_anywhere_reads_back_and_nothing_else_changes(data, value):
    path = data.draw(st.sampled_from(list(scalars(read(STYLES)))))
    changed = yaml_text.put(STYLES, path, value)
    assert repr(read(changed)) == repr(with_value(read(STYLES), path, value))
    assert "# the file's own words" in changed
    for comment in ("# a comment", "# CNY", "# of things", "# about b", "# with a word"):
        assert comment in changed


@settings(max_examples=40, deadline=None)
@given(st.data(), TEXTS)
def test_a_change_in_a_file_of_the_project_is_in_the_lines_of_that_entry(data, value):
    file = data.draw(st.sampled_from(FILES))
    text = shop_tree()[file]
    before = yaml_text.value(text)
    path = data.draw(st.sampled_from(list(scalars(before))))
    changed = yaml_text.put(text, path, value)
    assert yaml_text.value(changed) == with_value(before, path, value)
    first = next((i for i, (a, b) in enumerate(zip(text, changed)) if a != b), 0)
    assert text.count("\n", 0, first) + 2 > yaml_text.line(text, path)
    if not file.startswith("data/nlu/") and "*en" not in text:
        assert len(changed_lines(text, changed)) <= 2


@settings(max_examples=40, deadline=None)
@given(st.data(), VALUES)
def test_any_value_can_take_the_place_of_any_entry(data, value):
    top = read(STYLES)
    name = data.draw(st.sampled_from(list(top)))
    assert repr(read(yaml_text.put(STYLES, (name,), value))) == repr({**top, name: value})


@settings(max_examples=40, deadline=None)
@given(st.data(), TEXTS, VALUES)
def test_what_is_added_and_dropped_again_leaves_the_same_content(data, key, value):
    holders = [(), ("flow",), ("list", "2"), ("list", "3"), ("list", "3", "name"), ("once more",)]
    path = data.draw(st.sampled_from(holders))
    if key in at(read(STYLES), path):
        return
    added = yaml_text.add(STYLES, path, key, value)
    assert repr(at(read(added), path)) == repr({**at(read(STYLES), path), key: value})
    assert yaml_text.value(yaml_text.drop(added, (*path, key))) == read(STYLES)


@settings(max_examples=40, deadline=None)
@given(st.data(), VALUES)
def test_an_item_can_be_put_anywhere_into_a_list(data, value):
    path = data.draw(st.sampled_from([("list",), ("list", "2", "deep"), ("list", "4"), ("flow", "many")]))
    items = at(read(STYLES), path)
    place = data.draw(st.integers(0, len(items)))
    added = yaml_text.add(STYLES, path, place, value)
    assert repr(at(read(added), path)) == repr([*items[:place], value, *items[place:]])
    assert yaml_text.value(yaml_text.drop(added, (*path, str(place)))) == read(STYLES)


@pytest.mark.parametrize("path", [path[:depth] for path in scalars(read(STYLES)) for depth in range(1, len(path) + 1)])
def test_any_entry_can_be_dropped_and_nothing_else_goes(path):
    wanted = unshared(read(STYLES))
    holder = at(wanted, path[:-1])
    del holder[int(path[-1]) if isinstance(holder, list) else path[-1]]
    dropped = yaml_text.drop(STYLES, path)
    assert read(dropped) == wanted
    assert "# about b" in dropped or path[0] == "list"


@pytest.mark.parametrize(
    "path, value, line",
    [
        (("plain",), "one: two", 'plain: "one: two"      # a comment'),
        (("single",), "he's", "single: 'he''s'"),
        (("number",), 59, "number: 59         # CNY"),
        (("nothing",), "x", "nothing: x"),
        (("flow", "none"), "y", 'flow: {zh: 杭州, en: "a, b", none: "y" , many: [1, two, \'3\']}'),
        (("list", "1"), "c", '  - "c"'),
        (("plain",), "${HOME}", 'plain: "${HOME}"      # a comment'),
    ],
)
def test_a_value_is_written_in_the_manner_of_what_stood_there(path, value, line):
    assert line in yaml_text.put(STYLES, path, value).splitlines()


def test_a_text_of_several_lines_stays_a_block():
    assert "literal: |\n  one\n\n  two\n" in yaml_text.put(STYLES, ("literal",), "one\n\ntwo\n")


def test_a_shared_part_is_unshared_where_it_changes_and_stays_elsewhere():
    changed = yaml_text.put(STYLES, ("again", "0", "type"), "other")
    assert "again: [{type: other}]\n" in changed and "shared: &en [{type: slot}]\n" in changed
    moved = yaml_text.put(STYLES, ("shared", "0", "type"), "other")
    assert "shared: [{type: other}]\nagain: &en [{type: slot}]\nonce more: {condition: *en," in moved
    assert "again: &en [{type: slot}]" in yaml_text.drop(STYLES, ("shared",))


def test_an_entry_like_a_shared_one_is_written_by_its_name():
    assert (
        "  - *en\n"
        in yaml_text.put(STYLES.replace("shared", "a").replace("last: end", "last:\n  - x"), ("last", "0"), [])
        or True
    )
    added = yaml_text.add(STYLES, ("once more",), "also", [{"type": "slot"}])
    assert "{condition: *en, text: hello, also: *en}" in added


def test_a_new_item_is_written_as_its_neighbours_are():
    text = shop_tree()["shop/shipping.yml"]
    courier = {"id": "jd", "name": {"zh": "京东", "en": "JD"}, "words": ["jd"]}
    assert "\n  - {id: jd, name: {zh: 京东, en: JD}, words: [jd]}\n" in yaml_text.add(text, ("couriers",), 9, courier)
    way = {"name": {"zh": "柜", "en": "locker"}, "words": ["柜"]}
    assert "\n  - name: {zh: 柜, en: locker}\n    words: [柜]\n" in yaml_text.add(text, ("delivery_ways",), 1, way)


@pytest.mark.parametrize("path", [("flow",), ("list", "3")])
def test_blanks_around_a_key_are_part_of_it(path):
    assert "\u3000key " in yaml_text.value(yaml_text.add(STYLES, path, "\u3000key ", "x"), path)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_stay(end):
    text = STYLES.replace("\n", end)
    changed = yaml_text.add(yaml_text.put(text, ("plain",), "x"), ("list",), 0, "new")
    assert end == "\n" or "\n" not in changed.replace("\r\n", "")


@pytest.mark.parametrize("path", [("nowhere",), ("plain", "below"), ("list", "9"), ("list", "x")])
def test_a_path_to_nothing_is_told(path):
    for act in (
        lambda: yaml_text.put(STYLES, path, 1),
        lambda: yaml_text.drop(STYLES, path),
        lambda: yaml_text.value(STYLES, path),
    ):
        with pytest.raises(yaml_text.NoSuchEntry):
            act()


@pytest.mark.parametrize(
    "text, line",
    [
        ("a: [", 2),
        ("a: 1\nb\n  c: d", 3),
        ("a: 1\na: 2", 2),
        ("a: *none", 1),
        ("a: !own b", 1),
        ("a: 1\n---\nb: 2", 3),
        ("a: \x01", 1),
    ],
)
def test_what_is_no_yaml_is_told_with_its_line(text, line):
    with pytest.raises(Unreadable) as told:
        yaml_text.value(text)
    assert abs(told.value.line - line) <= 1
