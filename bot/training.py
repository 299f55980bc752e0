"""Trains Rasa's model when what it is made from has changed, and only then."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from bot.settings import CODE, ROOT, WORK

MADE_FROM = (
    "config.yml",
    "domain.yml",
    "data/nlu/*.yml",
    "data/rules/*.yml",
    "data/messages/*.tsv",
    "data/encoder/tuned.npz",
    "bot/nlu/*.py",
    "bot/core/splitting.py",
    "bot/core/text.py",
    "bot/core/labels.py",
)


def fingerprint() -> str:
    """A value that changes when anything the model is made from does."""
    digest = hashlib.sha256()
    for pattern in MADE_FROM:
        folder = CODE if pattern.startswith("bot/") else ROOT
        for path in sorted(folder.glob(pattern)):
            digest.update(path.relative_to(folder).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def model_path(models: Path) -> Path:
    return models / f"nightdesk-{fingerprint()}.tar.gz"


def train_if_needed(models: Path) -> Path:
    """The model for the present data. Raises CalledProcessError where training failed; its output was shown."""
    path = model_path(models)
    if path.is_file():
        return path
    models.mkdir(parents=True, exist_ok=True)
    for step in (("bot.nlu.lines",), ("bot.training", str(path))):
        subprocess.run([sys.executable, "-m", *step], check=True, cwd=WORK, env={**os.environ, **QUIET})
    return path


def run_module(name: str, *arguments: str) -> int:
    """Runs a module of ours in a process of its own, so that what it loads stays out of this one."""
    return subprocess.run([sys.executable, "-m", name, *arguments], cwd=WORK, env={**os.environ, **QUIET}).returncode


QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONWARNINGS": "ignore",
}
"""Rasa sends nothing home, and its libraries keep their warnings to themselves."""


def _train(path: Path) -> None:
    import warnings

    warnings.filterwarnings("ignore")
    import logging

    from rasa.model_training import train
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.WARNING)
    logging.getLogger("rasa").setLevel(logging.WARNING)
    train(
        domain=str(ROOT / "domain.yml"),
        config=str(ROOT / "config.yml"),
        training_files=[str(ROOT / "data")],
        output=str(path.parent),
        fixed_model_name=path.name.removesuffix(".tar.gz"),
    )


if __name__ == "__main__":
    _train(Path(sys.argv[1]))
