"""The actions that `rasa run actions` finds in this folder: the skill's. A shop's own go into files beside this one."""

from bot.skill.actions import ActionTakeTurn

__all__ = ["ActionTakeTurn"]
