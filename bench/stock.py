"""A stock bot, as `rasa init` makes one, on the same examples: what Nightdesk is measured against."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import time
from pathlib import Path

from bench.lines import Lines, as_yaml, cut_up
from bench.training import Trained, rasa_train
from bot.core.labels import ALL
from bot.settings import ROOT

CONFIG = """
recipe: default.v1
assistant_id: stock
language: en
pipeline:
  - name: WhitespaceTokenizer
  - name: RegexFeaturizer
  - name: LexicalSyntacticFeaturizer
  - name: CountVectorsFeaturizer
  - name: CountVectorsFeaturizer
    analyzer: char_wb
    min_ngram: 1
    max_ngram: 4
  - name: DIETClassifier
    epochs: {epochs}
    constrain_similarities: true
  - name: EntitySynonymMapper
  - name: ResponseSelector
    epochs: {epochs}
    constrain_similarities: true
  - name: FallbackClassifier
    threshold: 0.3
    ambiguity_threshold: 0.1
policies:
  - name: MemoizationPolicy
  - name: RulePolicy
  - name: UnexpecTEDIntentPolicy
    max_history: 5
    epochs: {epochs}
  - name: TEDPolicy
    max_history: 5
    epochs: {epochs}
    constrain_similarities: true
"""
"""The pipeline and policies that Rasa 3.6 chooses where `rasa init` leaves them out."""


def make_stock_bot(folder: Path, epochs: int) -> Path:
    """Writes and trains the bot in `folder`; gives the model. A model made before with as many epochs is kept."""
    model = folder / "models" / f"stock-{epochs}.tar.gz"
    if model.is_file():
        return model
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "data").mkdir(parents=True)
    shutil.copytree(ROOT / "data" / "nlu", folder / "data" / "nlu")
    _write_project(folder, epochs)
    (folder / "data" / "stories.yml").write_text(_stories())
    (folder / "credentials.yml").write_text("rest:\n")
    (folder / "endpoints.yml").write_text("")
    return rasa_train(folder, folder / "data", model)


def train_stock_understanding(lines: Lines, epochs: int, folder: Path) -> Trained:
    """The stock pipeline, without the policies, on these lines.

    A model made before of the same lines with as many epochs is kept in `folder`: on all lines it takes more than an hour.
    """
    data, config = as_yaml(cut_up(lines)), CONFIG.format(epochs=epochs)
    project = folder / hashlib.sha256((data + config).encode()).hexdigest()[:12]
    model, told = project / "models" / "stock.tar.gz", project / "trained.json"
    if not told.is_file():
        project.mkdir(parents=True, exist_ok=True)
        _write_project(project, epochs)
        (project / "nlu.yml").write_text(data, encoding="utf-8")
        began = time.perf_counter()
        rasa_train(project, project / "nlu.yml", model, "understanding")
        told.write_text(json.dumps({"seconds": time.perf_counter() - began, "epochs": epochs}))
    return Trained(ROOT, model, len(lines), json.loads(told.read_text())["seconds"])


def _write_project(folder: Path, epochs: int) -> None:
    (folder / "config.yml").write_text(CONFIG.format(epochs=epochs))
    (folder / "domain.yml").write_text(_domain())


def run_command(model: Path, port: int) -> list[str]:
    return [sys.executable, "-m", "rasa", "run", "-i", "127.0.0.1", "-p", str(port), "-m", str(model)]


def _domain() -> str:
    intents = "\n".join(f"  - {label}" for label in ALL)
    responses = "\n".join(f"  utter_{label}:\n    - text: An answer to {label}." for label in ALL)
    session = "session_config:\n  session_expiration_time: 60\n  carry_over_slots_to_new_session: true"
    return f'version: "3.1"\nintents:\n{intents}\nresponses:\n{responses}\n{session}\n'


def _stories() -> str:
    steps = "\n".join(f"- story: {label}\n  steps:\n  - intent: {label}\n  - action: utter_{label}" for label in ALL)
    return f'version: "3.1"\nstories:\n{steps}\n'
