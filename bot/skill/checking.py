"""What a Rasa project still lacks to use the skill, and what of its own is in the skill's way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.adapters.shop_files import load_shop
from bot.core.labels import ALL
from bot.ports import ShopFileError
from bot.settings import ROOT
from bot.skill.project import Project, names

IMPORTER = "bot.skill.importer.SkillImporter"
ACTION_LINE = "from bot.skill.actions import ActionTakeTurn"
ACTION = "action_take_turn"
OURS = Project(ROOT)
CLASSIFIER = "bot.nlu.question_classifier.QuestionClassifier"


@dataclass(frozen=True)
class Finding:
    """`stops`: the skill cannot work like this; else it is good to know."""

    file: str
    text: str
    stops: bool = True


def check(project: Project) -> list[Finding]:
    """Raises NightdeskError where a file is no YAML."""
    parts = (_importer, _pipeline, _policies, _rules, _domain, _examples, _action, _packages, _shop)
    return [finding for part in parts for finding in part(project)]


def _importer(project: Project) -> Iterator[Finding]:
    named = [str(one.get("name")) for one in project.importers]
    if IMPORTER not in named:
        lines = "importers:", "- name: RasaFileImporter", f"- name: {IMPORTER}"
        yield Finding("config.yml", _to_add("The skill's data is not brought in. Add:", *lines))
    elif named.index(IMPORTER) == 0:
        yield Finding("config.yml", f"Put `- name: RasaFileImporter` before {IMPORTER}: your own words go first.")


def _pipeline(project: Project) -> Iterator[Finding]:
    wanted = [str(one["name"]) for one in OURS.pipeline]
    have = [str(one.get("name")) for one in project.pipeline]
    missing = [name for name in wanted if name not in have]
    if missing:
        lines = "pipeline:", *(f"- name: {name}" for name in missing)
        yield Finding("config.yml", _to_add("These components are missing. Add, in this order:", *lines))
    after = have[have.index(CLASSIFIER) + 1 :] if CLASSIFIER in have else []
    for other in (name for name in after if name.endswith("Classifier")):
        yield Finding(
            "config.yml",
            f"{other} comes after the skill's classifier and would overrule it. Take it out, or put it before: "
            "the skill's classifier learns your intents with its own.",
        )


def _policies(project: Project) -> Iterator[Finding]:
    rules = next((one for one in project.policies if one.get("name") == "RulePolicy"), None)
    if rules is None:
        yield Finding("config.yml", _to_add("The skill needs the rule policy. Add:", "policies:", "- name: RulePolicy"))
    elif rules.get("core_fallback_action_name", ACTION) != ACTION:
        fallback = rules["core_fallback_action_name"]
        yield Finding("config.yml", f"What no rule covers is answered by your {fallback}.", stops=False)


def _rules(project: Project) -> Iterator[Finding]:
    left_out = {intent for one in project.importers if one.get("name") == IMPORTER for intent in one.get("without", ())}
    for answered in project.answered():
        if answered.intent in ALL and answered.intent not in left_out and answered.action != ACTION:
            yield Finding(
                answered.file,
                f"“{answered.name}” answers {answered.intent} by {answered.action or 'nothing'}, and the skill answers it "
                f"too. Take it out, or write `without: [{answered.intent}]` under {IMPORTER} in config.yml.",
            )


def _domain(project: Project) -> Iterator[Finding]:
    for name in _both(project, "slots"):
        if _kept(project.domain["slots"][name]) != _kept(OURS.domain["slots"][name]):
            yield Finding("domain.yml", f"The slot {name} is defined otherwise in the skill. Rename yours.")
    if said := _both(project, "responses"):
        told = "Yours is said where the skill would say its own; rename it unless you mean that"
        yield Finding("domain.yml", f"{told}: {', '.join(said)}.", stops=False)
    if known := _both(project, "entities"):
        told = "The skill finds these entities too; rename yours where it means something else"
        yield Finding("domain.yml", f"{told}: {', '.join(known)}.", stops=False)


def _both(project: Project, kind: str) -> list[str]:
    return sorted(names(project.domain.get(kind)) & names(OURS.domain.get(kind)))


def _kept(slot: Any) -> tuple[Any, Any]:
    return slot.get("type"), slot.get("mappings")


def _examples(project: Project) -> Iterator[Finding]:
    same = sorted(project.examples() & set(ALL))
    if same:
        told = "your examples are learnt with the skill's; they must mean the same"
        yield Finding("data/", f"{', '.join(same)}: {told}.", stops=False)


def _action(project: Project) -> Iterator[Finding]:
    files = (*project.texts("actions.py"), *project.texts("actions/**/*.py"))
    if not any("bot.skill.actions" in text for text in files):
        yield Finding("actions", _to_add("Your action server does not know the skill's action. Add:", ACTION_LINE))
    if not any("action_endpoint" in text for text in project.texts("endpoints.yml")):
        lines = "action_endpoint:", "  url: http://127.0.0.1:5055/webhook"
        yield Finding("endpoints.yml", _to_add("Rasa does not know where the actions are. Add:", *lines))


def _packages(project: Project) -> Iterator[Finding]:
    for name in ("bot.py", "bot/__init__.py"):
        if (project.folder / name).exists():
            yield Finding(name, "It hides the skill's package, which is called bot. Rename yours.")


def _shop(project: Project) -> Iterator[Finding]:
    folder = project.folder / "shop"
    if not folder.is_dir():
        yield Finding(
            "shop/", "It is not there: the demo shop answers. `nightdesk skill` lays a copy of it.", stops=False
        )
        return
    try:
        load_shop(folder)
    except ShopFileError as error:
        yield Finding("shop/", str(error))


def _to_add(told: str, *lines: str) -> str:
    return "\n".join((told, *(f"    {line}" for line in lines)))
