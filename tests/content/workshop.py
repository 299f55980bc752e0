"""A small content on a real disk, with a real database, for tests of what is done to it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.adapters.content import Content
from bot.adapters.content_disk import Disk
from bot.adapters.database import Database
from bot.adapters.rasa_standby import Standby
from bot.content.jobs import Progress, Report
from bot.content.publishing import Publisher, Wish
from bot.content.workbench import Workbench
from bot.core.content import Edit, Tree
from tests.conftest import ROOT
from tests.small_shop import EVENING


class Ticking:
    """A minute passes at every look."""

    def __init__(self) -> None:
        self._now = EVENING

    def now(self) -> datetime:
        self._now += timedelta(minutes=1)
        return self._now


class Silent(Report):
    """Nobody asks how far it is. `seen`: the steps in order."""

    def __init__(self, at: Callable[[str], None] = lambda step: None) -> None:
        self.seen: list[str] = []
        self.progress, self._at = Progress(), at

    def step(self, name: str, share: float | None = None, *, stoppable: bool = True) -> None:
        if name not in self.seen:
            self.seen.append(name)
        self._at(name)

    def about(self, version: int) -> None:
        self.version = version

    def note(self, why: object) -> None:
        self.noted = why


@dataclass
class Workshop:
    """`folder` holds the project's content files, the data folder and the models."""

    folder: Path
    content: Content
    disk: Disk
    publisher: Publisher
    bench: Workbench

    @property
    def standby(self) -> Standby:
        return self.publisher.standby

    def file(self, path: str) -> Path:
        return self.disk.place(path)

    def engineer(self, path: str, old: str, new: str) -> None:
        """Somebody edits a file on the disk."""
        text = self.file(path).read_text(encoding="utf-8")
        assert old in text
        self.file(path).write_text(text.replace(old, new, 1), encoding="utf-8")

    def wish(self, remark: str = "") -> Wish:
        draft = self.bench.draft()
        return Wish("published", self.bench.draft_tree(), draft.revision, "小林", remark)

    def publish(self, report: Report | None = None) -> int:
        """Past the gates, which are tested by themselves."""
        return self.publisher.publish(self.wish(), report or Silent()).number


def make_workshop(folder: Path, database: Database) -> Workshop:
    for path in ("shop", "data/nlu"):
        shutil.copytree(ROOT / path, folder / path)
    shutil.copy(ROOT / "domain.yml", folder / "domain.yml")
    return open_workshop(folder, database)


def open_workshop(folder: Path, database: Database) -> Workshop:
    """As a process does that starts anew on the same files."""
    content, disk = Content(database), Disk(folder, folder / "shop")
    publisher = Publisher(content, disk, Standby(folder / "var", 5005), folder / "models", Ticking())
    bench = Workbench(publisher, folder / "var" / "content", folder / "tests", lambda: (), lambda since, most: ())
    return Workshop(folder, content, disk, publisher, bench)


LIMITS = {
    "L18": "效果比较一般，面粉一次最多 300 克，打出来的面团不够均匀，还得用手再揉 5 分钟",
    "M500": "面粉 200 克到 1.5 公斤都行，12 分钟就能揉出手套膜",
}
"""What the shop says of kneading dough with a product."""


def limit(text: str, product: str = "L18", before: str | None = None) -> Edit:
    """Another limit of kneading dough."""
    return Edit("shop/capabilities.csv", (product, "knead_dough"), "limit_zh", before or LIMITS[product], text)


def stands(tree: Tree, text: str) -> bool:
    return text in tree["shop/capabilities.csv"]
