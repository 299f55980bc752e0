"""Tables of a shop's folder that are added to, with their comments kept, and the folder that a draft is written into."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.adapters.imports.goods import NotImported
from bot.adapters.shop_tables import Problems, read_table
from bot.ports import ShopFileError

REPORT = "missing.md"
"""By this file a folder is known to be a draft."""

COLUMNS = {
    "products.csv": ("id", "name_zh", "name_en", "also_called_zh", "also_called_en", "category", "fit"),
    "variants.csv": ("sku", "product", "colour", "size", "list_price", "stock", "back_in_days", "discontinued"),
    "categories.csv": ("id", "name_zh", "name_en", "words_zh", "words_en"),
    "colours.csv": ("id", "name_zh", "name_en", "words_zh", "words_en"),
    "attributes.csv": ("id", "name_zh", "name_en", "words_zh", "words_en"),
    "specs.csv": ("product", "size", "attribute", "value_zh", "value_en"),
    "capabilities.csv": ("product", "capability", "verdict", "limit_zh", "limit_en", "instead"),
    "capability_names.csv": ("id", "name_zh", "name_en", "words_zh", "words_en"),
    "size_guide.csv": ("product", "size"),
}
FACTS = ("products.csv", "variants.csv", "specs.csv", "capabilities.csv", "size_guide.csv", "usage.csv")
"""Tables that are one shop's; the others hold words that every shop's buyers use."""

FORMS = Path(__file__).with_name("forms")
"""Rules that only the shop itself can state, as forms to fill in."""


@dataclass
class Table:
    """A table as it stands in a folder. `rows`: the cells of each row; `lines`: the text, by line."""

    file: str
    rows: list[dict[str, str]]
    _lines: list[str] = field(repr=False)
    _places: dict[int, int] = field(repr=False)
    _header: list[str] = field(repr=False)
    _added: list[dict[str, str]] = field(default_factory=list, repr=False)

    def add(self, **cells: str) -> None:
        self._added.append(cells)

    def change(self, row: dict[str, str], **cells: str) -> None:
        """Writes cells of a row that the table already had."""
        row.update(cells)
        self._lines[self._places[id(row)]] = self._line(row)

    def text(self) -> str:
        return "".join((*self._lines, *(self._line(cells) for cells in self._added)))

    def _line(self, cells: Mapping[str, str]) -> str:
        values = [" ".join(cells.get(column, "").split()) for column in self._header]
        # a line that begins with # would be a comment
        if values[0].startswith("#"):
            return ",".join(f'"{value}"' for value in (value.replace('"', '""') for value in values)) + "\n"
        written = io.StringIO()
        csv.writer(written, lineterminator="\n").writerow(values)
        return written.getvalue()


def read_folder(folder: Path) -> dict[str, Table]:
    """The tables of a shop's folder, which need not be right in every cell. Raises ShopFileError where one is missing
    or cannot be read, NotImported where there is no such folder."""
    if not folder.is_dir():
        raise NotImported(f"There is no folder {folder}; name the folder of the shop that is added to.")
    problems = Problems()
    tables = {file: _read(folder, file, columns, problems) for file, columns in COLUMNS.items()}
    if problems:
        raise ShopFileError(list(problems))
    return tables


def _read(folder: Path, file: str, columns: tuple[str, ...], problems: Problems) -> Table:
    rows = list(read_table(folder, file, columns, problems))
    path = folder / file
    text = path.read_text(encoding="utf-8-sig", errors="replace") if path.is_file() else ""
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    header = next((line for line in lines if line.strip() and not line.startswith("#")), "")
    names = [name.strip() for name in next(csv.reader([header]), [])]
    return Table(file, [row.cells for row in rows], lines, {id(row.cells): row.line - 1 for row in rows}, names)


@contextmanager
def draft_folder(target: Path, base: Path | None, words: Path, replace: bool) -> Iterator[Path]:
    """A folder to write the draft into, filled from `base`, or with the words of the folder `words` and forms; it takes
    its place at `target` at the end, and only if all went well. Raises NotImported."""
    _check(target, base, words, replace)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as outer:
            made = Path(outer) / target.name
            made.mkdir()
            _fill(made, base, words)
            yield made
            if target.exists():
                target.rename(Path(outer) / "before")
            made.rename(target)
    except OSError as error:
        raise NotImported(f"The draft {target} cannot be written: {error.strerror or error}.") from error


def _fill(made: Path, base: Path | None, words: Path) -> None:
    for path in _sources(base or words):
        shutil.copy2(path, made / path.name)
    if base is None:
        for file in FACTS:
            _empty(made / file)
        for form in FORMS.iterdir():
            shutil.copy2(form, made / form.name)


def _sources(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")]


def _check(target: Path, base: Path | None, words: Path, replace: bool) -> None:
    if base is not None and not base.is_dir():
        raise NotImported(f"There is no folder {base}; name the folder of the shop that is added to.")
    if target.resolve() in {path.resolve() for path in (base, words) if path}:
        raise NotImported(f"{target} is the shop itself; name another folder for the draft.")
    if not target.exists():
        return
    if not target.is_dir() or not (target / REPORT).is_file():
        raise NotImported(f"{target} is there already and is no draft; name another folder for the draft.")
    if not replace:
        raise NotImported(
            f"{target} is there already. Name another folder, or say --replace to write over it (what was filled in "
            "there is lost); to add to it, import --from it into a new one."
        )


def _empty(path: Path) -> None:
    """Keeps a table's comments and headings."""
    kept = []
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        kept.append(line)
        if line.strip() and not line.startswith("#"):
            break
    path.write_text("".join(kept), encoding="utf-8")
