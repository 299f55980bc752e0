"""The training lines: one question each in data/nlu/, several at once in data/messages/, checked as they are read."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.core.labels import ALL
from bot.core.splitting import Place, pieces
from bot.nlu.normalise import fold_text
from bot.settings import ROOT

ONE_QUESTION = ROOT / "data" / "nlu"
MESSAGES = ROOT / "data" / "messages"
_WORDS = re.compile(r"\w")


class LinesError(ValueError):
    """A training file that cannot be used as it is; the message names file, line and sentence."""


@dataclass(frozen=True)
class Line:
    """A message, folded. `parts` put together are the text; each has the label at the same place of `labels`."""

    parts: tuple[str, ...]
    labels: tuple[str, ...]

    @property
    def text(self) -> str:
        return "".join(self.parts)

    @property
    def spans(self) -> list[tuple[int, int]]:
        """Where each part stands in the text: a message of one part whole, else without the marks at the parts' edges."""
        if len(self.parts) == 1:
            return [(0, len(self.text))]
        ends = list(accumulate(len(part) for part in self.parts))
        return [(span.start, span.end) for span in pieces(self.text, [Place(end, 1.0) for end in ends[:-1]])]


def all_lines(one_question: Path = ONE_QUESTION) -> list[Line]:
    """Every training line. Raises LinesError with all faults that were found."""
    lines, faults = read_lines(one_question, MESSAGES)
    if faults:
        raise LinesError("\n".join(faults))
    return lines


def read_lines(one_question: Path, several: Path) -> tuple[list[Line], list[str]]:
    """The lines of both folders, and what is wrong with them, a sentence for each fault."""
    lines: list[Line] = []
    faults: list[str] = []
    stands: dict[str, tuple[str, str]] = {}
    found = [entry for path in sorted(one_question.glob("*.yml")) for entry in _of_yaml(path, faults)]
    found += [entry for path in sorted(several.glob("*.tsv")) for entry in _of_table(path, faults)]
    for where, text, labels in found:
        line = _line(where, text, labels, faults)
        if line is None:
            continue
        key = "".join(_WORDS.findall(line.text))
        label, other = stands.setdefault(key, (" ".join(line.labels), where))
        if label != " ".join(line.labels):
            faults.append(f"{where}: “{text}” is {' '.join(line.labels)} here and {label} in {other}.")
        lines.append(line)
    unheard = [f"data/nlu: no line for {label}." for label in ALL if not any(label in x.labels for x in lines)]
    return lines, faults + unheard


def read_table(several: Path) -> tuple[list[Line], list[str]]:
    """The messages of several questions, and what is wrong with them."""
    faults: list[str] = []
    found = [entry for path in sorted(several.glob("*.tsv")) for entry in _of_table(path, faults)]
    lines = [_line(*entry, faults) for entry in found]
    return [line for line in lines if line is not None], faults


def _line(where: str, text: str, labels: tuple[str, ...], faults: list[str]) -> Line | None:
    parts = text.split("|")
    wrong = [label for label in labels if label not in ALL]
    if wrong:
        faults.append(f"{where}: “{text}” has the label {wrong[0]}, which is none of ours (bot/core/labels.py).")
    elif len(parts) != len(labels):
        faults.append(f"{where}: “{text}” has {len(parts)} parts and {len(labels)} labels.")
    elif len(parts) > 1 and not all(_WORDS.search(part) for part in parts):
        faults.append(f"{where}: “{text}” has a part without a word.")
    else:
        return Line(tuple(_folded(parts)), labels)
    return None


def _folded(parts: Iterable[str]) -> Iterator[str]:
    """The parts folded, with the space between two where one was."""
    for i, part in enumerate(parts):
        spaced = i and part.startswith(" ")
        yield (" " if spaced else "") + fold_text(part).text


def _of_yaml(path: Path, faults: list[str]) -> list[tuple[str, str, tuple[str, ...]]]:
    """Where, text and labels of each example of a file in Rasa's format."""
    try:
        content = YAML().load(path.read_text(encoding="utf-8"))
        blocks = [(b.lc.value("examples")[0], str(b["intent"]), str(b["examples"])) for b in content["nlu"]]
    except (YAMLError, UnicodeDecodeError, KeyError, TypeError) as error:
        faults.append(f"{path.name}: cannot be read as training lines: {error}".replace("\n", " "))
        return []
    found = []
    for first, label, examples in blocks:
        told = examples.splitlines()
        if not any(line.strip() for line in told):
            faults.append(f"{path.name}:{first + 1}: {label} has no examples.")
        for number, line in enumerate(told, first + 2):
            where, text = f"{path.name}:{number}", line.strip()
            if not text:
                continue
            if not text.startswith("- "):
                faults.append(f"{where}: “{text}” is no example; each line begins with “- ”.")
            elif text.count("[") != text.count("]") or re.search(r"\[[^\]]*\]\s*(?:[({][^)}]*$)", text):
                faults.append(f"{where}: “{text}” has a mark-up that does not close.")
            else:
                found.append((where, text[2:], (label,)))
    return found


def _of_table(path: Path, faults: list[str]) -> list[tuple[str, str, tuple[str, ...]]]:
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        text, tab, labels = line.partition("\t")
        if not tab or not labels.split():
            faults.append(f"{path.name}:{number}: “{line}” has no label; a tab stands between message and labels.")
        else:
            found.append((f"{path.name}:{number}", text, tuple(labels.split())))
    return found


def main() -> None:
    """Tells what is wrong with the lines (of a folder that is named, else the live ones), and ends with 2 where something is."""
    try:
        all_lines(*map(Path, sys.argv[1:]))
    except LinesError as error:
        print(f"These training lines cannot be used:\n{error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
