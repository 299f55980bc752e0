"""How well messages are understood, and how fast: `python -m bench.understanding FILE…`.

FILE is a set of labelled messages, `.jsonl`, or `.tsv` with marked parts; `bench/rows.py` says how they are written. What the
scores are and how to read them: `docs/understanding.md`.
"""

from __future__ import annotations

import argparse
import datetime
import json
import logging
import shlex
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import CalledProcessError

from bench import tables
from bench.curve import Point, learning_curve
from bench.lines import Lines, part_of, training_lines
from bench.parsing import Parsed, Sets, check_model, parse_files
from bench.report import Section, as_markdown, as_text, check_document, link, write_between
from bench.rows import InputError, Row, read_rows
from bench.training import Trained, train_ours
from bot.ports import NightdeskError
from bot.settings import ROOT

STOCK_EPOCHS = 100
"""What the stock pipeline has."""


@dataclass(frozen=True)
class Result:
    """What a run found: the sections to show, our rows by file, the points of the curve, and what the model was."""

    sections: list[Section]
    measured: dict[str, Parsed]
    points: list[Point]
    model: str


def main(arguments: Sequence[str] | None = None) -> int:
    given = list(sys.argv[1:] if arguments is None else arguments)
    asked = _parser().parse_args(given)
    try:
        _run(asked, as_told(given))
    except (InputError, NightdeskError) as error:
        print(error, file=sys.stderr)
        return 2
    except CalledProcessError as error:
        if error.returncode != 2:  # 2: it has told in one sentence why
            print("A step failed; its output is above.", file=sys.stderr)
        return error.returncode
    return 0


def as_told(given: Sequence[str]) -> str:
    """The command as a document may tell it: files outside the project by their name alone, for where they lie is this
    machine's."""
    told = [one if (ROOT / one).resolve().is_relative_to(ROOT) else Path(one).name for one in given]
    return shlex.join(["python", "-m", "bench.understanding", *told])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.understanding", description=__doc__)
    add = parser.add_argument
    add("files", nargs="+", type=Path, metavar="FILE")
    add("--model", type=Path, help="a trained model; left out: the one for the present data, trained if needed")
    add("--predictions", type=Path, metavar="OUT.jsonl", help="write {id, labels} a line for every message")
    add("--examples", type=int, default=3, metavar="N", help="texts shown of each confusion, on the terminal alone (3)")
    add("--pictures", type=Path, metavar="FOLDER", help="draw confusions, confidence and learning curve there, as SVG")
    add("--curve", action="store_true", help="train on 1/8, 1/4, 1/2 and all of the lines, and score each")
    add(
        "--against",
        choices=["stock"],
        help="train the pipeline of `rasa init` on the same lines, and put it beside ours",
    )
    add("--lines", type=int, metavar="N", help="train on a sample of N lines, stratified by label; the stock bot too")
    add(
        "--epochs",
        type=int,
        metavar="N",
        help=f"epochs of the stock bot ({STOCK_EPOCHS}; on all lines that takes hours)",
    )
    add("--report", type=Path, metavar="DOCUMENT", help="write the results between the two markers in this document")
    return parser


def _run(asked: argparse.Namespace, command: str) -> None:
    sets = _checked(asked)
    with tempfile.TemporaryDirectory() as folder:
        result = _measure(asked, sets, Path(folder))
    print(f"\n{result.model}")
    print(as_text([section for section in result.sections if section.title != tables.CONFUSIONS]))
    print(f"\n{tables.CONFUSIONS} (right → given instead)")
    print(tables.examples(result.measured, asked.examples))
    if asked.predictions:
        _write_predictions(asked.predictions, tables.all_rows(result.measured))
    pictures = _draw(asked.pictures, result) if asked.pictures else {}
    if asked.report:
        told = f"Measured on {datetime.date.today()} with `{command}`. {result.model}"
        links = {name: link(path, asked.report) for name, path in pictures.items()}
        write_between(asked.report, f"\n{told}\n\n{as_markdown(result.sections, links)}\n")


def _checked(asked: argparse.Namespace) -> dict[str, Path]:
    """The files by name. Raises InputError for all that can be wrong, before anything takes long."""
    if asked.model and (asked.lines is not None or asked.against):
        raise InputError("--model measures a model that is there; --lines and --against train: leave one out.")
    if asked.epochs is not None and (asked.epochs < 1 or not asked.against):
        raise InputError("--epochs is for --against stock, and at least 1.")
    if asked.model:
        check_model(asked.model)
    if asked.report:
        check_document(asked.report)
    if asked.predictions and not asked.predictions.absolute().parent.is_dir():
        raise InputError(f"{asked.predictions}: its folder is not there.")
    if asked.pictures and asked.pictures.exists() and not asked.pictures.is_dir():
        raise InputError(f"{asked.pictures}: is no folder.")
    names = [path.name for path in asked.files]
    sets = {str(path) if names.count(path.name) > 1 else path.name: path for path in asked.files}
    for path in sets.values():
        read_rows(path)
    return sets


def _measure(asked: argparse.Namespace, sets: Sets, folder: Path) -> Result:
    lines = None if asked.model and not asked.curve else training_lines()
    lines = part_of(lines, asked.lines) if lines and asked.lines is not None else lines
    trained = train_ours(lines, folder) if lines and (asked.lines is not None or asked.against) else None
    if trained:
        measured = parse_files(sets, trained.model, trained.project, with_encoder=True)
    else:
        measured = parse_files(sets, asked.model or _present_model(), with_encoder=True)
    sections = [tables.score_section(measured), tables.several_section(measured), tables.time_section(measured)]
    if lines and trained and asked.against:
        sections.append(_against_stock(asked, sets, lines, trained, measured))
    points = learning_curve(lines, sets) if lines and asked.curve else []
    if points:
        sections.append(tables.curve_section(points))
    sections += [
        tables.label_section(measured),
        tables.confusion_section(measured),
        tables.confidence_section(measured),
    ]
    return Result(sections, measured, points, _told(asked.model, lines, trained))


def _told(model: Path | None, lines: Lines | None, trained: Trained | None) -> str:
    if model or not lines:
        return f"The model was {model.name if model else 'unknown'}."
    if not trained:
        return f"The model was that of the present data ({lines})."
    sample = "all lines" if lines.whole else "a sample stratified by label"
    return f"The model was trained in this run on {sample}: {lines}."


def _against_stock(
    asked: argparse.Namespace, sets: Sets, lines: Lines, trained: Trained, measured: dict[str, Parsed]
) -> Section:
    from bench.stock import train_stock_understanding

    epochs = asked.epochs or STOCK_EPOCHS
    stock = train_stock_understanding(lines, epochs, ROOT / "var" / "stock-understanding")
    return tables.against_section(measured, parse_files(sets, stock.model), trained, stock, str(lines), epochs)


def _present_model() -> Path:
    from bot import bootstrap
    from bot.training import train_if_needed

    return train_if_needed(bootstrap.settings().models)


def _draw(folder: Path, result: Result) -> dict[str, Path]:
    from bench.charts import draw

    return draw(folder, tables.all_rows(result.measured), result.points)


def _write_predictions(path: Path, rows: Sequence[Row]) -> None:
    lines = (json.dumps({"id": row.id, "labels": list(row.predicted)}, ensure_ascii=False) for row in rows)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    logging.captureWarnings(True)  # Rasa's libraries undo any filter as they are imported
    sys.exit(main())
