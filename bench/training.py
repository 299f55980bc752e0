"""Trains on all or some of the lines, by the project's own training or Rasa's, outside the project's models."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bench.lines import MESSAGES, Lines, as_yaml
from bot.settings import ROOT
from bot.training import QUIET_AND_FAST

ENVIRONMENT = {**QUIET_AND_FAST, "RASA_MAX_CACHE_SIZE": "0"}
"""Nothing is kept in Rasa's cache: a stock model alone would take half of it."""

COPIED = ("bot", "bench", "shop", "data", "config.yml", "domain.yml")
TUNED = Path("data/encoder/tuned.npz")
"""What `make tune` learns from the training lines, read from the project that a model runs in."""


@dataclass(frozen=True)
class Trained:
    """A model, the project that it runs in, the number of lines, and the seconds that training took, with Rasa's start.

    `tuning`: the seconds that tuning the encoder on these lines took before; 0 where it was used as it ships.
    """

    project: Path
    model: Path
    lines: int
    seconds: float
    tuning: float = 0.0


def train_ours(lines: Lines, folder: Path) -> Trained:
    """Nightdesk trained in a copy of the project that knows these lines alone.

    A copy, because components read other files of their project than Rasa's training data; where not all lines are taken,
    the encoder is tuned on those that are, from the beginning. Raises CalledProcessError where a step failed; its output was shown.
    """
    project = _copy(folder, lines)
    tuning = 0.0
    if not lines.whole and (project / TUNED).is_file():
        tuning = _step(project, "bot.cli", "tune", "--afresh")
    model = project / "models" / "ours.tar.gz"
    model.parent.mkdir()
    return Trained(project, model, len(lines), _step(project, "bot.training", str(model)), tuning)


def rasa_train(project: Path, data: Path, model: Path, what: Literal["understanding", "all"] = "all") -> Path:
    """Rasa's training with a project's `config.yml` and `domain.yml`, in a process of its own, policies too or not.

    Raises CalledProcessError where training failed; its output was shown. Progress bars go to stderr.
    """
    _step(ROOT, "bench.training", what, str(project), str(data), str(model))
    return model


def _copy(folder: Path, lines: Lines) -> Path:
    project = folder / "nightdesk"
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, project / name)
    if lines.whole:
        return project
    for old in ((project / "data" / "nlu").glob("*.yml"), (project / MESSAGES).glob("*.tsv")):
        for path in old:
            path.unlink()
    (project / "data" / "nlu" / "lines.yml").write_text(as_yaml(lines.one), encoding="utf-8")
    if lines.several:
        (project / MESSAGES / "lines.tsv").write_text("\n".join(lines.several) + "\n", encoding="utf-8")
    return project


def _step(project: Path, module: str, *arguments: str) -> float:
    """Runs a module in a project's folder, with its progress bars; gives the seconds that it took."""
    began = time.perf_counter()
    command = [sys.executable, "-W", "ignore", "-m", module, *arguments]
    environment = {**os.environ, **ENVIRONMENT}
    subprocess.run(command, cwd=project, check=True, env=environment, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def _train(what: str, project: Path, data: str, model: Path) -> None:
    import logging
    import warnings

    from rasa.model_training import train, train_nlu
    from rasa.utils.log_utils import configure_structlog

    warnings.filterwarnings("ignore")  # Rasa's import puts its own filters in front
    configure_structlog(logging.WARNING)
    logging.getLogger("rasa").setLevel(logging.WARNING)
    config, domain = str(project / "config.yml"), str(project / "domain.yml")
    name = model.name.removesuffix(".tar.gz")
    if what == "understanding":
        train_nlu(config, data, str(model.parent), fixed_model_name=name, domain=domain)
    else:
        train(domain, config, [data], str(model.parent), fixed_model_name=name)


if __name__ == "__main__":
    _train(sys.argv[1], Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))
