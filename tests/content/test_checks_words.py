"""What the checks say of a sentence, and of what sentences they keep silent (words.yml)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.content.checks import check_text
from bot.content.checks.faults import rules

SENTENCES: dict[str, dict[str, list[str]]] = YAML(typ="safe").load(Path(__file__).with_name("words.yml"))
COMPETITORS = {
    "shop/checks.yml": "competitors: [{name: 美的, unless: [完美的, 唯美的]}, {name: 小米, unless: [小米粥]}, philips]\n"
}
GUILTY = [
    (language, rule, said)
    for language, by_rule in SENTENCES.items()
    for rule, sentences in by_rule.items()
    if rule != "none"
    for said in sentences
]
INNOCENT = [(language, said) for language, by_rule in SENTENCES.items() for said in by_rule["none"]]


def told(said: str, language: str, file: str = "shop/usage.csv", column: str | None = None, **more: Any) -> set[str]:
    found = check_text(
        file, ("L18", "use"), column or f"answer_{language}", said, language, **{"tree": COMPETITORS, **more}
    )
    return {finding.rule for finding in found}


@pytest.mark.parametrize(("language", "rule", "said"), GUILTY)
def test_a_sentence_that_breaks_a_rule_is_told(language: str, rule: str, said: str) -> None:
    assert rule in told(said, language)


@pytest.mark.parametrize(("language", "said"), INNOCENT)
def test_a_sentence_that_only_looks_like_it_is_left_alone(language: str, said: str) -> None:
    assert told(said, language) == set()


def test_every_finding_says_why_and_what_to_do_in_both_languages() -> None:
    for language, _, said in GUILTY:
        for finding in check_text("shop/usage.csv", ("L18", "use"), f"answer_{language}", said, language):
            for text in (*finding.reason.values(), *finding.proposal.values()):
                assert text.strip() and "{" not in text.replace("{name}", "").replace("{…}", "")
            assert finding.place["zh"] == f"L18 · use · answer_{language}"


def test_a_claim_names_the_article_of_the_law_and_a_better_wording() -> None:
    (finding,) = check_text("shop/usage.csv", ("L18", "use"), "answer_zh", "这是最好的料理机", "zh")
    assert "广告法第九条" in finding.reason["zh"] and "Advertising Law" in finding.reason["en"]
    assert "最好的" in finding.reason["zh"] and finding.severity == "error"


def test_what_buyers_say_may_be_anything() -> None:
    assert told("最便宜的|最好的", "zh", "shop/products.csv", "also_called_zh") == set()
    assert told("保证能退吗", "zh", "shop/faq.csv", "question_zh") == set()


def test_what_only_the_team_reads_may_speak_plainly() -> None:
    path = ("reasons", "lost", "price", "zh")
    assert check_text("shop/desk.yml", path, None, "嫌贵，肯定不买了", "zh") == []
    assert [one.rule for one in check_text("shop/desk.yml", path, None, "待补充", "zh")] == ["leftover"]


def test_the_suggested_reply_goes_to_the_buyer_and_the_headline_does_not() -> None:
    said = "肯定给您办好"
    assert check_text("shop/card.yml", ("headline", "complaint", "zh"), None, said, "zh") == []
    assert [one.rule for one in check_text("shop/card.yml", ("suggested", "complaint", "zh"), None, said, "zh")] == [
        "promise"
    ]


def test_a_short_part_of_a_sentence_is_not_curt() -> None:
    assert told("有", "zh", "shop/specs.csv", "value_zh") == set()


def test_a_reply_is_asked_for_its_placeholders_as_it_is_typed() -> None:
    path = ("responses", "utter_price", "0", "text")
    assert {one.rule for one in check_text("domain.yml", path, None, "{itm} 现在{price", "zh")} == {
        "placeholder_unknown",
        "placeholder_broken",
    }
    assert check_text("domain.yml", path, None, "{item} 现在{price}～", "zh") == []


def test_an_example_is_asked_for_its_mark_up_as_it_is_typed() -> None:
    tree = {"domain.yml": "entities:\n- colour\n"}
    said = {
        one.rule
        for one in check_text("data/nlu/ask_stock.yml", ("ask_stock",), None, "[黑色](color)有吗", "zh", tree=tree)
    }
    assert said == {"markup_entity"}


@pytest.mark.parametrize("name", rules())
def test_every_rule_has_a_severity_and_its_sentences(name: str) -> None:
    rule = rules()[name]
    assert rule["severity"] in ("error", "warning", "hint")
    assert all(rule[part][language].strip() for part in ("reason", "proposal") for language in ("zh", "en"))
