"""A Rasa project of somebody else's, which has an intent, a rule and an action of its own."""

from __future__ import annotations

from pathlib import Path

CONFIG = """recipe: default.v1
assistant_id: theirs
language: zh
pipeline:
- name: WhitespaceTokenizer
- name: CountVectorsFeaturizer
- name: DIETClassifier
- name: FallbackClassifier
policies:
- name: MemoizationPolicy
- name: RulePolicy
"""
MERGED = """recipe: default.v1
assistant_id: theirs
language: zh
pipeline:
- name: bot.nlu.shop_entities.ShopEntities
- name: bot.nlu.shop_entities.MeasureExtractor
- name: bot.nlu.question_classifier.QuestionClassifier
  most_lines: 40
policies:
- name: MemoizationPolicy
- name: RulePolicy
importers:
- name: RasaFileImporter
- name: bot.skill.importer.SkillImporter
  without: [greet]
"""
"""As its owner leaves it after what the command said; few lines, so that it trains in seconds."""

FILES = {
    "config.yml": CONFIG,
    "domain.yml": """version: "3.1"
intents: [greet, greet_boss]
actions: [action_greet_boss]
responses:
  utter_greet:
  - text: 哈喽，老板在忙呢
""",
    "data/rules.yml": """version: "3.1"
rules:
- rule: say hi
  steps:
  - intent: greet
  - action: utter_greet
- rule: greet the boss
  steps:
  - intent: greet_boss
  - action: action_greet_boss
""",
    "data/nlu.yml": """version: "3.1"
nlu:
- intent: greet_boss
  examples: |
    - 老板好
    - 老板早上好
    - 给老板请安了
    - hello boss
    - good morning boss
    - 参见老板
    - 老板您好呀
- intent: greet
  examples: |
    - 哈喽哈喽
""",
    "actions/__init__.py": "",
    "actions/actions.py": """from rasa_sdk import Action


class ActionGreetBoss(Action):
    def name(self):
        return "action_greet_boss"

    async def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text="老板好！今天也辛苦啦")
        return []
""",
    "credentials.yml": "rest:\n",
}


def make_foreign(folder: Path, **changed: str) -> Path:
    """The project in `folder`. `changed`: other texts of its files."""
    for name, text in {**FILES, **changed}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder
