"""What is told of a file that cannot be read at all."""

from __future__ import annotations


class Unreadable(ValueError):
    """A text that is not what its file's name says. `line` counts from 1; `reason` is the parser's word for it."""

    def __init__(self, line: int, reason: str):
        super().__init__(f"line {line}: {reason}")
        self.line, self.reason = line, reason
