"""Training examples: listed, added, changed and taken out line by line, with the marks in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content import examples
from bot.content.examples import Mark
from bot.content.unreadable import Unreadable
from bot.nlu.lines import ONE_QUESTION, read_lines
from tests.content.trees import TEXTS, shop_tree

FILES = sorted(file for file in shop_tree() if file.startswith("data/nlu/"))
TWO = """\
version: "3.1"   # 格式
nlu:
- intent: greet
  examples: |
    - 在吗
    - 亲在吗
    - hello

# 感谢
- intent: thanks
  examples: |
    - 谢谢
- synonym: white
  examples: |
    - 白的
"""


def test_every_example_of_the_project_is_listed_with_its_line(tmp_path):
    listed = [(file, example) for file in FILES for example in examples.read(shop_tree()[file])]
    for file, example in listed:
        assert shop_tree()[file].splitlines()[example.line - 1].strip() == f"- {example.text}"
    lines, faults = read_lines(ONE_QUESTION, tmp_path)
    assert not [fault for fault in faults if not fault.startswith("data/nlu: no line")]
    assert len(listed) == len(lines)


def test_only_labels_have_examples():
    assert [(one.label, one.text, one.line) for one in examples.read(TWO)] == [
        ("greet", "在吗", 5), ("greet", "亲在吗", 6), ("greet", "hello", 7), ("thanks", "谢谢", 12),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "label, line, told",
    [
        ("greet", "有人吗", "    - 亲在吗\n    - 有人吗\n    - hello\n"),
        ("greet", "anyone there", "    - hello\n    - anyone there\n\n# 感谢\n"),
        ("thanks", "thx", "    - 谢谢\n    - thx\n- synonym"),
        ("greet", "  two\n lines ", "    - hello\n    - two lines\n"),
    ],
)
def test_a_new_example_stands_behind_the_last_of_its_language(label, line, told):
    assert told in examples.add(TWO, label, line)


def test_the_first_chinese_example_stands_before_the_english_ones():
    text = "nlu:\n- intent: a\n  examples: |\n    - one\n    - two\n"
    assert examples.add(text, "a", "一") == text.replace("    - one", "    - 一\n    - one")


@given(st.sampled_from(["greet", "thanks"]), TEXTS)
def test_what_is_added_is_listed_and_dropping_it_gives_the_same_file(label, line):
    if not examples.one_line(line):
        with pytest.raises(ValueError):
            examples.add(TWO, label, line)
        return
    known = [one.text for one in examples.read(TWO)]
    if examples.one_line(line) in known:
        return
    added = examples.add(TWO, label, line)
    assert [one.text for one in examples.read(added) if one.label == label and one.text not in known] == [
        examples.one_line(line)
    ]
    assert examples.drop(added, label, line) == TWO


@pytest.mark.parametrize("file", FILES[::6])
def test_each_file_of_the_project_takes_a_line_and_gives_it_back(file):
    text, label = shop_tree()[file], examples.read(shop_tree()[file])[0].label
    for line in ("这句话还没有哦", "not there yet: [black](colour)"):
        assert examples.drop(examples.add(text, label, line), label, line) == text


def test_an_example_is_changed_in_its_place():
    assert examples.change(TWO, "greet", "亲在吗", "掌柜在吗") == TWO.replace("亲在吗", "掌柜在吗")


def test_the_last_example_can_be_dropped_and_the_label_filled_again():
    empty = examples.drop(TWO, "thanks", "谢谢")
    assert [one.label for one in examples.read(empty)] == ["greet"] * 3
    assert examples.add(empty, "thanks", "谢谢") == TWO


def test_a_label_without_a_block_gets_one():
    file = 'version: "3.1"\n\nnlu:\n- intent: a\n  examples: |\n    - one\n'
    assert examples.add(file, "b", "two") == file + "\n- intent: b\n  examples: |\n    - two\n"
    assert [one.label for one in examples.read(examples.add("", "b", "two"))] == ["b"]


def test_what_is_not_there_cannot_be_dropped():
    with pytest.raises(LookupError):
        examples.drop(TWO, "greet", "谢谢")


def test_line_ends_stay():
    text = TWO.replace("\n", "\r\n")
    added = examples.add(text, "greet", "有人吗")
    assert "\n" not in added.replace("\r\n", "") and examples.drop(added, "greet", "有人吗") == text


def test_a_file_that_is_no_yaml_is_told():
    with pytest.raises(Unreadable):
        examples.read("nlu: [")


@pytest.mark.parametrize(
    "line, plain, marks",
    [
        ("没有标记", "没有标记", []),
        ("[黑色](colour)有吗", "黑色有吗", [Mark(0, 2, "colour")]),
        ("要[大码](size:L)的[白色](colour)", "要大码的白色", [Mark(1, 3, "size", "L"), Mark(4, 6, "colour")]),
        ('从[杭州]{"entity": "region", "role": "from"}', "从杭州", [Mark(1, 3, "region", None, {"role": "from"})]),
        ("a [b] c", "a [b] c", []),
    ],
)
def test_marks_are_read(line, plain, marks):
    assert examples.plain(line) == plain
    assert examples.marks(line) == marks


@given(st.text("黑色有吗 ab", min_size=1, max_size=12), st.data())
def test_marks_that_are_set_are_read_again(message, data):
    cuts = sorted(data.draw(st.sets(st.integers(0, len(message)), max_size=4)))
    words = st.text("abc", min_size=1, max_size=3)
    marks = [Mark(a, b, data.draw(words), data.draw(st.none() | words)) for a, b in zip(cuts[::2], cuts[1::2])]
    line = examples.marked(message, marks)
    assert examples.plain(line) == message
    assert examples.marks(line) == marks


@pytest.mark.parametrize("marks", [[Mark(0, 3, "a"), Mark(2, 4, "b")], [Mark(3, 9, "a")], [Mark(2, 2, "a")]])
def test_marks_that_do_not_fit_are_refused(marks):
    with pytest.raises(ValueError):
        examples.marked("四个字吗", marks)
