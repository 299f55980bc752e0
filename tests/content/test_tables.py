"""What is said of the tables and rules is what the files hold."""

from __future__ import annotations

import pytest

from bot.content import csv_text, tables, yaml_text
from bot.content.tables import RULES, TABLES
from tests.content.trees import shop_tree

CONTENT_RULES = [
    "shop/shop.yml",
    "shop/shipping.yml",
    "shop/policies.yml",
    "shop/offers.yml",
    "shop/hours.yml",
    "shop/handover.yml",
]


@pytest.mark.parametrize("file", sorted(file for file in shop_tree() if file.endswith(".csv")))
def test_every_table_of_the_shop_is_described_with_all_its_columns(file):
    spec = TABLES[file]
    described = [column.id for column in spec.columns]
    columns = csv_text.read(shop_tree()[file]).columns
    assert set(columns) <= set(described)
    assert {column.id for column in spec.columns if not column.optional} <= set(columns)
    assert set(spec.key) <= set(columns)


@pytest.mark.parametrize("file", TABLES)
def test_every_column_is_named_and_helped_in_both_languages_and_no_two_alike(file):
    spec = TABLES[file]
    for language in ("zh", "en"):
        titles = [column.title[language] for column in spec.columns]
        assert len({*titles}) == len(titles) and all(titles)
        assert all(column.help[language] for column in spec.columns) and spec.name[language] and spec.help[language]


def test_no_two_tables_have_the_same_name():
    for language in ("zh", "en"):
        assert len({spec.name[language] for spec in TABLES.values()}) == len(TABLES)


@pytest.mark.parametrize("file", sorted(file for file in shop_tree() if file in TABLES))
def test_what_stands_in_a_column_is_among_its_choices(file):
    tree = shop_tree()
    for column in TABLES[file].columns:
        allowed = tables.choices(tree, column)
        for row in csv_text.read(tree[file]).rows if allowed else ():
            value = row.cells.get(column.id, "")
            for part in value.split("|") if column.kind == "choices" else [value]:
                assert not part or part in allowed, (file, row.line, column.id)


@pytest.mark.parametrize("file", sorted(file for file in shop_tree() if file in TABLES))
def test_what_is_needed_stands_in_every_row(file):
    needed = [column.id for column in TABLES[file].columns if column.needed]
    for row in csv_text.read(shop_tree()[file]).rows:
        assert all(row.cells[column].strip() for column in needed), (file, row.line)


@pytest.mark.parametrize("file", CONTENT_RULES)
def test_every_fact_of_the_rules_is_described(file):
    found = {path: rule for path, rule, _ in tables.entries(shop_tree(), file)}
    covered = [path for path, rule in found.items() if rule.kind not in ("list", "names")]
    for path in _leaves(yaml_text.value(shop_tree()[file])):
        assert any(path[: len(one)] == one for one in covered), path


def test_a_rule_is_found_by_the_path_of_its_entry():
    rule = RULES["shop/shipping.yml"].rule(("couriers", "2", "extra"))
    assert rule is not None and rule.kind == "money" and rule.optional
    assert RULES["shop/shipping.yml"].rule(("couriers", "2", "nothing")) is None


def _leaves(value, path=()):
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if not items:
        yield path
    for name, item in items:
        yield from _leaves(item, (*path, str(name)))
