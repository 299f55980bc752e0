"""Lays into a Rasa project what it needs of its own to use the skill. What is there already is never touched."""

from __future__ import annotations

import shutil
from pathlib import Path

from bot.ports import SettingError
from bot.settings import ROOT
from bot.skill.checking import ACTION_LINE, IMPORTER

_CONFIG = f"""
# Your own data is read first, the skill's after it.
importers:
- name: RasaFileImporter
- name: {IMPORTER}
"""
_ENDPOINTS = """action_endpoint:
  url: http://127.0.0.1:5055/webhook
"""
_ACTION = f'"""The skill\'s action; your own go into files beside this one."""\n\n{ACTION_LINE}\n\n__all__ = ["ActionTakeTurn"]\n'


def lay(folder: Path) -> list[str]:
    """The names of the files and folders that are new. Raises SettingError where `folder` is none."""
    if not folder.is_dir():
        raise SettingError(f"{folder} is no folder; name that of your Rasa project, where its config.yml stands.")
    laid = []
    if not (folder / "shop").exists():
        shutil.copytree(ROOT / "shop", folder / "shop")
        laid.append("shop/")
    files = {"endpoints.yml": _ENDPOINTS, "config.yml": (ROOT / "config.yml").read_text(encoding="utf-8") + _CONFIG}
    if not (folder / "actions.py").exists():
        files |= {"actions/__init__.py": "", "actions/nightdesk.py": _ACTION}
    for name, text in files.items():
        if not (folder / name).exists():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
            laid.append(name)
    return laid
