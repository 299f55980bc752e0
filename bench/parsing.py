"""Parses files of rows with a trained model, in a process and project of its own, and keeps the time.

Only labels, confidences and seconds come back from that process; the texts stay in their files.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from bench.rows import InputError, Row, read_rows
from bot.adapters.processes import ONE_THREAD, QUIET_AND_FAST
from bot.settings import ROOT

FALLBACK = "nlu_fallback"
"""What a stock bot's FallbackClassifier puts over an intent that it is not sure of."""

_WARM_UP = ("有货吗", "多少钱？包邮吗", "is it in stock", "谢谢")

Encode = Callable[[str], Any]


@dataclass(frozen=True)
class Parsed:
    """The rows of a file with their predictions, the seconds of each parse, and of the encoder alone on the same text."""

    rows: list[Row]
    seconds: list[float]
    encoder: list[float]


Sets = Mapping[str, Path]
"""Files of rows by the name that they are told by."""


def parse_files(sets: Sets, model: Path, project: Path = ROOT, with_encoder: bool = False) -> dict[str, Parsed]:
    """Each file's rows with the labels of a model that runs in a project's folder.

    Raises InputError where the path holds no model, CalledProcessError where the process failed; its output was shown.
    """
    check_model(model)
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "found.json"
        options = ["--encoder"] if with_encoder else []
        files = [str(path.resolve()) for path in sets.values()]
        command = [sys.executable, "-m", "bench.parsing", *options, str(model.resolve()), str(found), *files]
        subprocess.run(command, cwd=project, check=True, env={**os.environ, **QUIET_AND_FAST, **ONE_THREAD})
        told = json.loads(found.read_text(encoding="utf-8"))
    return {name: _parsed(read_rows(path), told[i]) for i, (name, path) in enumerate(sets.items())}


def check_model(path: Path) -> None:
    """Raises InputError where the path holds no trained model."""
    if not path.is_file() or not tarfile.is_tarfile(path):
        raise InputError(f"{path}: is no trained model.")


def _parsed(rows: Sequence[Row], told: Mapping[str, list]) -> Parsed:
    pairs = zip(rows, told["labels"], told["confidences"])
    found = [replace(row, predicted=tuple(labels), confidences=tuple(sure)) for row, labels, sure in pairs]
    return Parsed(found, told["seconds"], told["encoder"])


class Model:
    """A trained model, parsing as Rasa's `/model/parse` does. Raises InputError where it does not fit the code."""

    def __init__(self, path: Path):
        from rasa.core.agent import Agent
        from rasa.engine.exceptions import GraphComponentException, GraphSchemaException
        from rasa.shared.exceptions import RasaException
        from rasa.utils.log_utils import configure_structlog

        configure_structlog(logging.ERROR)
        logging.getLogger("rasa").setLevel(logging.ERROR)
        try:
            self._agent = Agent.load(str(path))
        except (RasaException, GraphComponentException, GraphSchemaException) as error:
            why = str(error.__cause__ or error).splitlines()[0]
            raise InputError(f"{path}: does not load with the present code ({why}).") from error
        self._loop = asyncio.new_event_loop()

    def parse(self, text: str) -> dict[str, Any]:
        return self._loop.run_until_complete(self._agent.parse_message(text))


def predict(rows: Sequence[Row], model: Model, name: str, encode: Encode | None) -> dict[str, list]:
    """Labels, confidences and seconds of each row. The encoder runs between the parses, so that both meet the same load."""
    for text in _WARM_UP:
        model.parse(text)
        if encode:
            encode(text)
    told: dict[str, list] = {"labels": [], "confidences": [], "seconds": [], "encoder": []}
    for row in tqdm(rows, desc=name, unit="message"):
        began = time.perf_counter()
        parse = model.parse(row.text)
        told["seconds"].append(time.perf_counter() - began)
        labels, confidences = answers(parse)
        told["labels"].append(labels)
        told["confidences"].append(confidences)
        if encode:
            began = time.perf_counter()
            encode(row.text)
            told["encoder"].append(time.perf_counter() - began)
    return told


def answers(parse: Mapping[str, Any]) -> tuple[list[str], list[float]]:
    """Labels and confidences of `questions`; of a stock bot, which has none, of the intent under a fallback, if any."""
    questions = parse.get("questions")
    if questions is None:
        ranking = [parse["intent"], *parse.get("intent_ranking", [])]
        intent = next((one for one in ranking if one.get("name") not in (None, FALLBACK)), None)
        questions = [{"label": intent["name"], "confidence": intent["confidence"]}] if intent else []
    return [q["label"] for q in questions], [float(q["confidence"]) for q in questions]


def encoder() -> Encode:
    """The sentence encoder alone, untuned, on all of a text, in one thread as all else."""
    from bot.nlu.network import Network

    network = Network.untuned()
    return lambda text: network.described([text])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", action="store_true", help="time the encoder alone as well")
    for name in ("model", "found"):
        parser.add_argument(name, type=Path)
    parser.add_argument("files", nargs="+", type=Path)
    asked = parser.parse_args()
    try:
        model = Model(asked.model)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    encode = encoder() if asked.encoder else None
    told = [predict(read_rows(path), model, path.name, encode) for path in asked.files]
    asked.found.write_text(json.dumps(told), encoding="utf-8")
    return 0


if __name__ == "__main__":
    logging.captureWarnings(True)  # Rasa's libraries undo any filter as they are imported
    sys.exit(main())
