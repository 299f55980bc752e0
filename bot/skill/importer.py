"""Gives Rasa's training what the skill brings: its intents, entities, slots, words, rules and examples.

In `config.yml` of the project that uses it, after the project's own:

    importers:
    - name: RasaFileImporter
    - name: bot.skill.importer.SkillImporter
      without: [greet]    # intents that the project answers by rules of its own

Where both have a response of the same name, the project's is said: Rasa keeps that of the importer named first.
"""

from __future__ import annotations

from typing import List, Optional, Union

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.training_data.structures import StoryGraph, StoryStep
from rasa.shared.importers.rasa import RasaFileImporter

from bot.settings import ROOT


class SkillImporter(RasaFileImporter):
    """Rasa gives every importer the project's own paths; this one reads none of them."""

    def __init__(
        self,
        config_file: Optional[str] = None,
        domain_path: Optional[str] = None,
        training_data_paths: Optional[Union[List[str], str]] = None,
        without: Optional[List[str]] = None,
    ) -> None:
        data = [str(ROOT / "data" / "nlu"), str(ROOT / "data" / "rules")]
        super().__init__(None, str(ROOT / "domain.yml"), data)
        self._without = frozenset(without or ())

    def get_domain(self) -> Domain:
        """What the skill knows and says; how long a session lasts is the project's to say."""
        mine = super().get_domain().as_dict()
        mine.pop("session_config", None)
        return Domain.from_dict(mine)

    def get_stories(self, exclusion_percentage: Optional[int] = None) -> StoryGraph:
        """The rules, but for the intents that the project answers itself."""
        graph = super().get_stories(exclusion_percentage)
        return StoryGraph([step for step in graph.story_steps if not self._left_out(step)])

    def _left_out(self, step: StoryStep) -> bool:
        said = (event.intent_name for event in step.events if isinstance(event, UserUttered))
        return any(intent in self._without for intent in said)
