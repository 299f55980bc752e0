"""How a publisher, the keeper of Rasa (bot/keeper.py) and the fronts agree on which Rasa serves: two small files.

`wanted.json` is the publisher's: {"id", "act": "load" | "serve" | "drop", "model"}. `serving.json` is the keeper's:
{"port", "model", "second": null | {"id", "model", "state": "loading" | "ready" | "failed", "why"}}. Both stand in the
data folder, which a front and its Rasa share (the token of their line is there too).
"""

from __future__ import annotations

import json
import os
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout


class Standby:
    """The two files. A reader always sees a whole one. `host`: where Rasa is reached, as it stands in a URL."""

    def __init__(self, data: Path, port: int, host: str = "127.0.0.1"):
        self._folder, self._port, self._host = data / "rasa", port, host
        self._seen: tuple[int, int] | None = None

    def url(self) -> str:
        """The address of the Rasa that serves now. Looked at for every turn: a switch shows between two messages."""
        with suppress(FileNotFoundError):
            stat = (self._folder / "serving.json").stat()
            if (stat.st_mtime_ns, stat.st_ino) != self._seen:
                self._port = self.serving().get("port", self._port)
                self._seen = (stat.st_mtime_ns, stat.st_ino)
        return f"http://{self._host}:{self._port}"

    def serving(self) -> dict[str, Any]:
        return _read(self._folder / "serving.json")

    def wanted(self) -> dict[str, Any]:
        return _read(self._folder / "wanted.json")

    # --- for the keeper ----------------------------------------------------------------------------------------------

    def tell(self, serving: dict[str, Any]) -> None:
        _write(self._folder / "serving.json", serving)

    def forget(self) -> None:
        """Rasa has ended; whoever starts it by hand starts it on the first port."""
        (self._folder / "serving.json").unlink(missing_ok=True)

    def lock(self) -> FileLock:
        """Held by the keeper as long as it is there."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return FileLock(self._folder / "keeper.lock")

    # --- for the publisher -------------------------------------------------------------------------------------------

    def kept(self) -> bool:
        """Whether a keeper is there; where none is, the next start takes the model of the live files."""
        try:
            with self.lock().acquire(timeout=0):
                return False
        except Timeout:
            return True

    def want(self, act: str, model: str, id: str = "") -> str:
        """Asks the keeper to load a model beside the one that serves, to let it serve, or to drop it. Gives the id."""
        id = id or uuid.uuid4().hex
        _write(self._folder / "wanted.json", {"id": id, "act": act, "model": model})
        return id


def _read(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}


def _write(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(f".{os.getpid()}.new")
    aside.write_text(json.dumps(content), encoding="utf-8")
    os.replace(aside, path)
