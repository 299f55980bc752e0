"""The training lines, and a stratified part of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from bench.rows import PART_MARK, InputError
from bot.settings import ROOT

if TYPE_CHECKING:
    from rasa.shared.nlu.training_data.training_data import TrainingData

SEED = 20261121
MESSAGES = Path("data/messages")
"""Where messages of several questions stand, in the format of `.tsv` measuring sets."""


@dataclass(frozen=True)
class Lines:
    """`one`: messages with one question, as Rasa reads `data/`; `several`: lines of data/messages/, as they stand there, of one part or more.

    `whole` where these are all that the project has.
    """

    one: TrainingData
    several: tuple[str, ...]
    whole: bool = True

    def __len__(self) -> int:
        return len(self.one.intent_examples) + len(self.several)

    def __str__(self) -> str:
        told = f"{len(self)} lines"
        return f"{told}, {len(self.several)} of them messages with their parts marked" if self.several else told

    @property
    def kinds(self) -> list[str]:
        """What each line is, for a stratified choice: its label, or its first label and that there are more."""
        several = [f"{line.partition(chr(9))[2].split()[0]} and more" for line in self.several]
        return [example.get("intent") for example in self.one.intent_examples] + several


def training_lines() -> Lines:
    """All that `data/` holds to train understanding with."""
    from rasa.shared.importers.rasa import RasaFileImporter

    importer = RasaFileImporter(str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(ROOT / "data")])
    return Lines(importer.get_nlu_data(), _several(ROOT / MESSAGES))


def _several(folder: Path) -> tuple[str, ...]:
    """The lines of all tables in a folder. Raises InputError for a line without a label."""
    found = []
    for path in sorted(folder.glob("*.tsv")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if line.strip() and not line.partition("\t")[2].strip():
                raise InputError(f"{path}, line {number}: has no label.")
            if line.strip():
                found.append(line)
    return tuple(found)


def part_of(lines: Lines, count: int) -> Lines:
    """`count` of the lines; what carries no label stays. Raises InputError as `chosen`."""
    taken = set(chosen(lines.kinds, count))
    examples = lines.one.intent_examples
    dropped = {id(example) for i, example in enumerate(examples) if i not in taken}
    one = lines.one.filter_training_examples(lambda example: id(example) not in dropped)
    several = tuple(line for i, line in enumerate(lines.several, len(examples)) if i in taken)
    return Lines(one, several, lines.whole and count == len(lines))


def chosen(kinds: Sequence[str], count: int, seed: int = SEED) -> list[int]:
    """Which `count` lines to take, in order, given each line's kind: as near to each kind's share as can be.

    First one line of each kind, then the others in turn. A smaller choice lies wholly within a larger one of the same seed.
    Raises InputError where more lines are wanted than there are, or fewer than there are kinds.
    """
    sizes = Counter(kinds)
    if not len(sizes) <= count <= len(kinds):
        raise InputError(
            f"{count} lines cannot be taken: at least {len(sizes)}, one of each kind; at most {len(kinds)}."
        )
    shuffled = list(range(len(kinds)))
    Random(seed).shuffle(shuffled)
    taken: Counter[str] = Counter()
    turn = {}
    for line in shuffled:
        turn[line] = taken[kinds[line]] / sizes[kinds[line]]
        taken[kinds[line]] += 1
    return sorted(sorted(shuffled, key=turn.__getitem__)[:count])


def as_yaml(data: TrainingData) -> str:
    """Lines with one question as a file of Rasa's."""
    from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLWriter

    return RasaYAMLWriter().dumps(data)


def cut_up(lines: Lines) -> TrainingData:
    """The same lines for a bot that knows one label a message: each message of several questions in its parts."""
    from rasa.shared.nlu.training_data.message import Message
    from rasa.shared.nlu.training_data.training_data import TrainingData

    parts = []
    for line in lines.several:
        text, _, labels = line.partition("\t")
        pairs = zip(text.split(PART_MARK), labels.split())
        parts += [Message.build(part.strip(" ,，、。;；"), intent=label) for part, label in pairs]
    return lines.one.merge(TrainingData(parts))
