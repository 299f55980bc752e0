"""What the command lays into another's project, and what it says is missing or in the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli import main
from bot.settings import ROOT
from bot.skill.checking import check
from bot.skill.project import Project
from tests.skill.foreign import FILES, MERGED, make_foreign


def told(folder: Path, stops: bool = True) -> str:
    return "\n".join(f"{one.file}: {one.text}" for one in check(Project(folder)) if one.stops is stops)


@pytest.fixture
def fits(tmp_path: Path) -> Path:
    """A project into which the skill was put, and whose owner did what was said."""
    folder = make_foreign(tmp_path)
    main(["skill", str(folder)])
    (folder / "config.yml").write_text(MERGED)
    assert told(folder) == ""
    return folder


def test_what_is_there_already_stays_as_it_is(tmp_path: Path) -> None:
    folder = make_foreign(tmp_path)
    assert main(["skill", str(folder)]) == 1
    assert {name: (folder / name).read_text() for name in FILES} == FILES
    assert (folder / "shop" / "products.csv").read_bytes() == (ROOT / "shop" / "products.csv").read_bytes()
    assert "ActionTakeTurn" in (folder / "actions" / "nightdesk.py").read_text()
    (folder / "shop" / "shop.yml").write_text("mine")
    main(["skill", str(folder)])
    assert (folder / "shop" / "shop.yml").read_text() == "mine"


def test_an_empty_folder_is_a_whole_project_afterwards(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["skill", str(tmp_path)]) == 0, capsys.readouterr().out
    assert "new: config.yml" in capsys.readouterr().out


def test_only_to_check_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = make_foreign(tmp_path)
    assert main(["skill", "--check", str(folder)]) == 1
    assert not (folder / "shop").exists()
    assert "to do: config.yml" in capsys.readouterr().out


def test_a_project_that_fits_has_nothing_to_do(fits: Path) -> None:
    assert main(["skill", "--check", str(fits)]) == 0


def test_a_folder_that_is_none_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["skill", str(tmp_path / "x")]) == 2
    assert str(tmp_path / "x") in capsys.readouterr().err


def test_what_is_to_be_merged_is_said_line_by_line(tmp_path: Path) -> None:
    said = told(make_foreign(tmp_path))
    for line in ("- name: bot.skill.importer.SkillImporter", "- name: bot.nlu.shop_entities.ShopEntities"):
        assert f"    {line}" in said
    assert "“say hi” answers greet by utter_greet" in said
    assert "greet the boss" not in said


CLASHES = [
    ("config.yml", "  without: [greet]\n", "", "`without: [greet]`"),
    ("config.yml", "policies:", "- name: FallbackClassifier\npolicies:", "FallbackClassifier comes after"),
    ("config.yml", "- name: RulePolicy\n", "", "needs the rule policy"),
    ("config.yml", "- name: RasaFileImporter\n", "", "before bot.skill.importer.SkillImporter"),
    ("config.yml", "- name: bot.nlu.shop_entities.ShopEntities\n", "", "ShopEntities"),
    ("domain.yml", "responses:", "slots:\n  language:\n    type: bool\nresponses:", "The slot language"),
    ("endpoints.yml", "action_endpoint", "other", "where the actions are"),
    ("actions/nightdesk.py", "bot.skill.actions", "elsewhere", "does not know the skill's action"),
    ("shop/variants.csv", "A5-black,A5,black,5L,299", "A5-black,A5,black,5L,cheap", "variants.csv"),
]


@pytest.mark.parametrize(("file", "old", "new", "said"), CLASHES)
def test_each_thing_in_the_way_is_named(fits: Path, file: str, old: str, new: str, said: str) -> None:
    text = (fits / file).read_text(encoding="utf-8")
    assert old in text
    (fits / file).write_text(text.replace(old, new), encoding="utf-8")
    assert said in told(fits)


def test_a_package_that_hides_the_skills_is_named(fits: Path) -> None:
    (fits / "bot.py").write_text("")
    assert "It hides the skill's package" in told(fits)


def test_a_file_that_is_no_yaml_is_named(fits: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (fits / "domain.yml").write_text("a: [")
    assert main(["skill", "--check", str(fits)]) == 2
    assert "domain.yml" in capsys.readouterr().err


def test_a_response_that_both_have_is_a_note(fits: Path) -> None:
    assert "utter_greet" in told(fits, stops=False)


def test_a_story_counts_as_a_rule_does(fits: Path) -> None:
    story = (
        "stories:\n- story: buys\n  steps:\n  - or:\n    - intent: ask_price\n    - intent: mine\n  - action: utter_x\n"
    )
    (fits / "data" / "stories.yml").write_text(story)
    assert "“buys” answers ask_price by utter_x" in told(fits)
