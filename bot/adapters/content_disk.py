"""The live content on the disk: the one place that reads it, and that writes what is published."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from bot.core.content import PATTERNS, Tree
from bot.ports import ShopFileError


class Disk:
    """Below `root`, but for the shop's files, which stand in `shop`, wherever that is."""

    def __init__(self, root: Path, shop: Path):
        self.root, self.shop = root, shop

    def place(self, path: str) -> Path:
        return self.shop / path.removeprefix("shop/") if path.startswith("shop/") else self.root / path

    def read(self) -> Tree:
        """Raises ShopFileError where a file is not UTF-8 or cannot be read."""
        found, problems = {}, []
        for path in self._paths():
            try:
                found[path] = self.place(path).read_bytes().decode("utf-8")
            except UnicodeDecodeError as error:
                problems.append(f"{path}: is not UTF-8 (byte {error.start}); save it as UTF-8.")
            except OSError as error:
                problems.append(f"{path}: cannot be read ({error.strerror}).")
        if problems:
            raise ShopFileError(problems)
        return found

    def signature(self) -> tuple[tuple[str, int, int], ...]:
        """What changes when a file does, without reading any."""
        found = []
        for path in self._paths():
            with suppress(FileNotFoundError):  # it has gone since it was listed
                stat = self.place(path).stat()
                found.append((path, stat.st_mtime_ns, stat.st_size))
        return tuple(found)

    def write(self, tree: Tree) -> list[str]:
        """Makes the live files those of the tree, each at once or not at all. Gives the paths that changed.

        Raises ShopFileError where one cannot be written; those before it are.
        """
        changed = []
        for path, text in tree.items():
            if self._differs(path, text):
                self._write(path, text)
                changed.append(path)
        for path in self._paths():
            if path not in tree:
                self.place(path).unlink(missing_ok=True)
                changed.append(path)
        return changed

    def _differs(self, path: str, text: str) -> bool:
        place = self.place(path)
        return not place.is_file() or place.read_bytes() != text.encode()

    def _write(self, path: str, text: str) -> None:
        place = self.place(path)
        aside = place.with_name(f".{place.name}.new")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with aside.open("wb") as file:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
            if place.exists():
                shutil.copymode(place, aside)
            os.replace(aside, place)
        except OSError as error:
            aside.unlink(missing_ok=True)
            raise ShopFileError([f"{path}: cannot be written ({error.strerror})."]) from error

    def _paths(self) -> Iterator[str]:
        for pattern in PATTERNS:
            folder, _, name = pattern.rpartition("/")
            at = self.place(f"{folder}/") if folder else self.root
            yield from (f"{folder}/{found.name}" if folder else found.name for found in sorted(at.glob(name)))


def lay_out(tree: Tree, folder: Path) -> Path:
    """The tree as files of a folder of its own, which holds nothing else afterwards."""
    shutil.rmtree(folder, ignore_errors=True)
    for path, text in tree.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode())
    return folder
