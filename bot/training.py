"""Trains Rasa's model when what it is made from has changed, and only then."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from bot.adapters.models import model_name
from bot.adapters.processes import QUIET_AND_FAST, run_module
from bot.settings import ROOT, WORK

__all__ = ["QUIET_AND_FAST", "model_path", "run_module", "train_if_needed"]


def model_path(models: Path) -> Path:
    return models / model_name()


def train_if_needed(models: Path) -> Path:
    """The model for the present data. Raises CalledProcessError where training failed; its output was shown."""
    path = model_path(models)
    if path.is_file():
        return path
    models.mkdir(parents=True, exist_ok=True)
    for step in (("bot.nlu.lines",), ("bot.training", str(path))):
        subprocess.run([sys.executable, "-m", *step], check=True, cwd=WORK, env={**os.environ, **QUIET_AND_FAST})
    return path


def _train(path: Path, folder: Path) -> None:
    """Trains on the content of a folder laid out as the project is. The model is there whole, or not at all."""
    import warnings

    warnings.filterwarnings("ignore")
    import logging

    from rasa.model_training import train
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.WARNING)
    logging.getLogger("rasa").setLevel(logging.WARNING)
    unfinished = f".{path.name.removesuffix('.tar.gz')}-{os.getpid()}.tar.gz"
    train(
        domain=str(folder / "domain.yml"),
        config=str(ROOT / "config.yml"),
        training_files=[str(folder / "data" / "nlu"), str(ROOT / "data" / "rules")],
        output=str(path.parent),
        fixed_model_name=unfinished,
    )
    os.replace(path.parent / unfinished, path)


if __name__ == "__main__":
    given = [Path(argument) for argument in sys.argv[1:]]
    _train(given[0], given[1] if len(given) > 1 else ROOT)
